#include "CChecksum.h"

#include <zlib.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__x86_64__)
// Folding multiplies a block by x^n modulo the CRC's polynomial, n the distance in bits to the block it is added to,
// and so moves it there (Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ", Intel, 2009).
// The pairs of constants are x^(n+32) and x^(n-32), bit-reflected: computed by polynomial division, one bit at a
// time.
#define CRC_BY_1024 0x014a7fe880, 0x01e88ef372
#define CRC_BY_512 0x01c6e41596, 0x0154442bd4
#define CRC_BY_128 0x00ccaa009e, 0x01751997d0
#define CRC_BY_64 0x00, 0x0163cd6124
#define CRC_BARRETT 0x01f7011641, 0x01db710641

#define CRC_FOLD(accumulator, constants, data)                                                   \
  _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(accumulator, constants, 0x00),                    \
                              _mm_clmulepi64_si128(accumulator, constants, 0x11)),                   \
                data)
#define CRC_FOLD_WIDE(accumulator, constants, data)                                              \
  _mm512_ternarylogic_epi64(_mm512_clmulepi64_epi128(accumulator, constants, 0x00),                  \
                            _mm512_clmulepi64_epi128(accumulator, constants, 0x11), data, 0x96)

// The register after the block `a` and `count` more bytes, a multiple of 16.
__attribute__((target("pclmul,sse4.1"))) static uint32_t crc32_finish(
    __m128i a, const __m128i *data, size_t count) {
  const __m128i by_128 = _mm_set_epi64x(CRC_BY_128);
  const __m128i low_32 = _mm_setr_epi32(-1, 0, -1, 0);
  for (; count >= 16; count -= 16) a = CRC_FOLD(a, by_128, _mm_loadu_si128(data++));
  // 128 bits to 64, 64 to 32, then Barrett's reduction.
  a = _mm_xor_si128(_mm_srli_si128(a, 8), _mm_clmulepi64_si128(a, by_128, 0x10));
  a = _mm_xor_si128(_mm_srli_si128(a, 4),
                    _mm_clmulepi64_si128(_mm_and_si128(a, low_32), _mm_set_epi64x(CRC_BY_64), 0x00));
  const __m128i barrett = _mm_set_epi64x(CRC_BARRETT);
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(a, low_32), barrett, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_32), barrett, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(a, quotient), 1);
}

// The CRC-32 register after `count` more bytes, where count is a multiple of 16 and at least 64. `state` and the
// result are the raw register (the complement of what zlib's crc32 takes and gives).
__attribute__((target("pclmul,sse4.1"))) static uint32_t crc32_fold(
    uint32_t state, const uint8_t *bytes, size_t count) {
  const __m128i by_512 = _mm_set_epi64x(CRC_BY_512), by_128 = _mm_set_epi64x(CRC_BY_128);
  const __m128i *data = (const __m128i *)bytes;
  __m128i a = _mm_xor_si128(_mm_loadu_si128(data), _mm_cvtsi32_si128((int)state));
  __m128i b = _mm_loadu_si128(data + 1), c = _mm_loadu_si128(data + 2), d = _mm_loadu_si128(data + 3);
  for (data += 4, count -= 64; count >= 64; data += 4, count -= 64) {
    a = CRC_FOLD(a, by_512, _mm_loadu_si128(data));
    b = CRC_FOLD(b, by_512, _mm_loadu_si128(data + 1));
    c = CRC_FOLD(c, by_512, _mm_loadu_si128(data + 2));
    d = CRC_FOLD(d, by_512, _mm_loadu_si128(data + 3));
  }
  a = CRC_FOLD(a, by_128, b);
  a = CRC_FOLD(a, by_128, c);
  a = CRC_FOLD(a, by_128, d);
  return crc32_finish(a, data, count);
}

// The same with registers of 64 bytes, for at least 128 bytes.
__attribute__((target("vpclmulqdq,avx512f,pclmul,sse4.1"))) static uint32_t crc32_fold_wide(
    uint32_t state, const uint8_t *bytes, size_t count) {
  const __m512i by_1024 = _mm512_broadcast_i32x4(_mm_set_epi64x(CRC_BY_1024));
  const __m512i by_512 = _mm512_broadcast_i32x4(_mm_set_epi64x(CRC_BY_512));
  const __m128i by_128 = _mm_set_epi64x(CRC_BY_128);
  const uint8_t *data = bytes + 128;
  __m512i a = _mm512_xor_si512(_mm512_loadu_si512(bytes), _mm512_zextsi128_si512(_mm_cvtsi32_si128((int)state)));
  __m512i b = _mm512_loadu_si512(bytes + 64);
  for (count -= 128; count >= 128; data += 128, count -= 128) {
    a = CRC_FOLD_WIDE(a, by_1024, _mm512_loadu_si512(data));
    b = CRC_FOLD_WIDE(b, by_1024, _mm512_loadu_si512(data + 64));
  }
  b = CRC_FOLD_WIDE(a, by_512, b);
  for (; count >= 64; data += 64, count -= 64) b = CRC_FOLD_WIDE(b, by_512, _mm512_loadu_si512(data));
  __m128i x = _mm512_castsi512_si128(b);
  x = CRC_FOLD(x, by_128, _mm512_extracti32x4_epi32(b, 1));
  x = CRC_FOLD(x, by_128, _mm512_extracti32x4_epi32(b, 2));
  x = CRC_FOLD(x, by_128, _mm512_extracti32x4_epi32(b, 3));
  return crc32_finish(x, (const __m128i *)data, count);
}

// 2 where blocks of 64 bytes can be folded, 1 where blocks of 16 can, 0 where none.
static int widest_path(void) {
  if (!__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return 0;
  return __builtin_cpu_supports("vpclmulqdq") && __builtin_cpu_supports("avx512f") ? 2 : 1;
}
#else
static uint32_t crc32_fold(uint32_t state, const uint8_t *bytes, size_t count) {
  return ~(uint32_t)crc32_z(~state, bytes, count);
}

static uint32_t crc32_fold_wide(uint32_t state, const uint8_t *bytes, size_t count) {
  return crc32_fold(state, bytes, count);
}

static int widest_path(void) { return 0; }
#endif

int nextvec_crc32_widest_path(void) { return widest_path(); }

uint32_t nextvec_crc32_by(int path, uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *data = (const uint8_t *)bytes;
  if (path && count >= 64) {
    size_t folded = count & ~(size_t)15;
    crc = ~(path == 2 && count >= 128 ? crc32_fold_wide : crc32_fold)(~crc, data, folded);
    data += folded;
    count -= folded;
  }
  return count ? (uint32_t)crc32_z(crc, data, count) : crc;
}

uint32_t nextvec_crc32(uint32_t crc, const void *bytes, size_t count) {
  return nextvec_crc32_by(count < 64 ? 0 : widest_path(), crc, bytes, count);
}
