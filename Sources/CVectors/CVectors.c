#include "CVectors.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// An exponent of all ones carries into the sign bit when one is added to it, and no other does: no branch per entry.
int nextvec_all_finite_plain(const uint8_t *floats, size_t count) {
  uint32_t carry = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, floats + 4 * i, 4);
    carry |= (bits & 0x7F800000) + 0x00800000;
  }
  return !(carry & 0x80000000);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static int nextvec_all_finite_avx2(const uint8_t *floats, size_t count) {
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

int nextvec_all_finite(const void *floats, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return nextvec_all_finite_avx2((const uint8_t *)floats, count);
#endif
  return nextvec_all_finite_plain((const uint8_t *)floats, count);
}

double nextvec_dot_plain(const float *a, const float *b, size_t count) {
#pragma clang fp contract(off)
  float lanes[64] = {0};
  size_t i = 0;
  for (; i + 64 <= count; i += 64)
    for (size_t l = 0; l < 64; l++) lanes[l] += a[i + l] * b[i + l];
  for (size_t l = 0; i + l + 8 <= count; l += 8)
    for (size_t k = l; k < l + 8; k++) lanes[k] += a[i + k] * b[i + k];
  double sums[8] = {0};
  for (size_t l = 0; l < 64; l++) sums[l % 8] += (double)lanes[l];
  for (size_t l = 0; l < 4; l++) sums[l] += sums[l + 4];
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static double nextvec_dot_avx2(const float *a, const float *b, size_t count) {
  __m256 lanes[8];
  for (int k = 0; k < 8; k++) lanes[k] = _mm256_setzero_ps();
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
#pragma clang loop unroll(full)
    for (int k = 0; k < 8; k++)
      lanes[k] = _mm256_add_ps(lanes[k], _mm256_mul_ps(_mm256_loadu_ps(a + i + 8 * k), _mm256_loadu_ps(b + i + 8 * k)));
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 7; k++) {
    if (i + 8 * k + 8 > count) break;
    lanes[k] = _mm256_add_ps(lanes[k], _mm256_mul_ps(_mm256_loadu_ps(a + i + 8 * k), _mm256_loadu_ps(b + i + 8 * k)));
  }
  __m256d low = _mm256_setzero_pd(), high = _mm256_setzero_pd();
#pragma clang loop unroll(full)
  for (int k = 0; k < 8; k++) {
    low = _mm256_add_pd(low, _mm256_cvtps_pd(_mm256_castps256_ps128(lanes[k])));
    high = _mm256_add_pd(high, _mm256_cvtps_pd(_mm256_extractf128_ps(lanes[k], 1)));
  }
  __m256d four = _mm256_add_pd(low, high);
  __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

double nextvec_dot(const float *a, const float *b, size_t count) {
  return __builtin_cpu_supports("avx2") ? nextvec_dot_avx2(a, b, count) : nextvec_dot_plain(a, b, count);
}
#else
double nextvec_dot(const float *a, const float *b, size_t count) { return nextvec_dot_plain(a, b, count); }
#endif
