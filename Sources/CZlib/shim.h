// The only door to zlib, and the one piece of C that Swift cannot reach: carry-less multiplication.
//
// zlib 1.2.13's crc32 reads 2 GB/s, which would make the checksum the slowest part of every pipe. With PCLMULQDQ the same
// function reads more than ten times that (docs/performance.md). Swift has no per-function target feature, so the
// loop stands here; the tests hold it against zlib's on every length and alignment.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

// x^n modulo the CRC's polynomial, bit-reflected, for the distances that the folds span
// (Gopal et al., "Fast CRC computation for generic polynomials using PCLMULQDQ", Intel, 2009).
#define NEXTVEC_FOLD(accumulator, constants, data)                                                   \
  _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(accumulator, constants, 0x00),                    \
                              _mm_clmulepi64_si128(accumulator, constants, 0x11)),                   \
                data)

// The CRC-32 register after `count` more bytes, where count is a multiple of 16 and at least 64. `state` and the result are
// the raw register (the complement of what zlib's crc32 takes and gives).
__attribute__((target("pclmul,sse4.1"))) static inline uint32_t nextvec_crc32_fold(
    uint32_t state, const uint8_t *bytes, size_t count) {
  const __m128i by_512 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  const __m128i by_64 = _mm_set_epi64x(0, 0x0163cd6124);
  const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641);
  const __m128i low_32 = _mm_setr_epi32(-1, 0, -1, 0);
  const __m128i *data = (const __m128i *)bytes;

  __m128i a = _mm_xor_si128(_mm_loadu_si128(data), _mm_cvtsi32_si128((int)state));
  __m128i b = _mm_loadu_si128(data + 1), c = _mm_loadu_si128(data + 2), d = _mm_loadu_si128(data + 3);
  data += 4;
  count -= 64;
  while (count >= 64) {
    a = NEXTVEC_FOLD(a, by_512, _mm_loadu_si128(data));
    b = NEXTVEC_FOLD(b, by_512, _mm_loadu_si128(data + 1));
    c = NEXTVEC_FOLD(c, by_512, _mm_loadu_si128(data + 2));
    d = NEXTVEC_FOLD(d, by_512, _mm_loadu_si128(data + 3));
    data += 4;
    count -= 64;
  }
  a = NEXTVEC_FOLD(a, by_128, b);
  a = NEXTVEC_FOLD(a, by_128, c);
  a = NEXTVEC_FOLD(a, by_128, d);
  while (count >= 16) {
    a = NEXTVEC_FOLD(a, by_128, _mm_loadu_si128(data));
    data += 1;
    count -= 16;
  }
  // 128 bits to 64, 64 to 32, then Barrett's reduction.
  a = _mm_xor_si128(_mm_srli_si128(a, 8), _mm_clmulepi64_si128(a, by_128, 0x10));
  a = _mm_xor_si128(_mm_srli_si128(a, 4), _mm_clmulepi64_si128(_mm_and_si128(a, low_32), by_64, 0x00));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(a, low_32), barrett, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_32), barrett, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(a, quotient), 1);
}

static inline int nextvec_has_carryless_multiplication(void) {
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}
#else
static inline uint32_t nextvec_crc32_fold(uint32_t state, const uint8_t *bytes, size_t count) {
  return ~(uint32_t)crc32_z(~state, bytes, count);
}

static inline int nextvec_has_carryless_multiplication(void) { return 0; }
#endif

// zlib's crc32 by the fastest way this processor has.
static inline uint32_t nextvec_crc32(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *data = (const uint8_t *)bytes;
  if (count >= 64 && nextvec_has_carryless_multiplication()) {
    size_t folded = count & ~(size_t)15;
    crc = ~nextvec_crc32_fold(~crc, data, folded);
    data += folded;
    count -= folded;
  }
  return count ? (uint32_t)crc32_z(crc, data, count) : crc;
}
