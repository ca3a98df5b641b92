// Whether floats are finite, in registers of 32 bytes: see products.h for why this is C.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// An exponent of all ones carries into the sign bit when one is added to it, and no other does: no branch per entry.
static inline int nextvec_all_finite_plain(const uint8_t *floats, size_t count) {
  uint32_t carry = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, floats + 4 * i, 4);
    carry |= (bits & 0x7F800000) + 0x00800000;
  }
  return !(carry & 0x80000000);
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static inline int nextvec_all_finite_avx2(const uint8_t *floats, size_t count) {
  const __m256i exponent = _mm256_set1_epi32(0x7F800000), one = _mm256_set1_epi32(0x00800000);
  __m256i carry = _mm256_setzero_si256(), other = _mm256_setzero_si256();
  for (; count >= 16; floats += 64, count -= 16) {
    __m256i a = _mm256_loadu_si256((const __m256i *)floats), b = _mm256_loadu_si256((const __m256i *)(floats + 32));
    carry = _mm256_or_si256(carry, _mm256_add_epi32(_mm256_and_si256(a, exponent), one));
    other = _mm256_or_si256(other, _mm256_add_epi32(_mm256_and_si256(b, exponent), one));
  }
  return !_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_or_si256(carry, other))) && nextvec_all_finite_plain(floats, count);
}
#endif

// Whether `count` floats, at any address, are neither infinite nor NaN.
static inline int nextvec_all_finite(const void *floats, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return nextvec_all_finite_avx2((const uint8_t *)floats, count);
#endif
  return nextvec_all_finite_plain((const uint8_t *)floats, count);
}
