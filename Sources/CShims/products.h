// Sums of products in eight-float registers, which Swift cannot ask for: it compiles for the least processor of its
// kind, and has no per-function target feature. On 768 entries the registers are worth a factor of two to three
// (docs/performance.md).
#pragma once
#include <stddef.h>

// The sum of a[i]·b[i] over the first `count & ~7` entries: 64 running sums in single precision, lane l taking every
// 64th product (the rest in steps of eight, to lanes 0 to 7, 8 to 15 and so on), which are then added up in double
// precision, in one fixed order. There is no fused multiply-add, so that every processor gives the same bits.
static inline double nextvec_dot_plain(const float *a, const float *b, size_t count) {
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
#include <immintrin.h>

__attribute__((target("avx2"))) static inline double nextvec_dot_avx2(const float *a, const float *b, size_t count) {
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

static inline double nextvec_dot(const float *a, const float *b, size_t count) {
  return __builtin_cpu_supports("avx2") ? nextvec_dot_avx2(a, b, count) : nextvec_dot_plain(a, b, count);
}
#else
static inline double nextvec_dot(const float *a, const float *b, size_t count) { return nextvec_dot_plain(a, b, count); }
#endif
