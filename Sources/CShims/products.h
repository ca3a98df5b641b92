// Sums of products in eight-float registers, which Swift cannot ask for: it compiles for the least processor of its kind, and has no
// per-function target feature. On 768 entries the registers are worth a factor of two to three (docs/performance.md).
#pragma once
#include <stddef.h>

// 64 running sums: lane l holds the sum of a[i]·b[i] over i with i mod 64 = l, but for a rest of `count` by 64, whose steps of eight go to
// lanes 0 to 7, 8 to 15 and so on. There is no fused multiply-add, so that every processor gives the same bits.
static inline void nextvec_products_plain(const float *a, const float *b, size_t count, float *lanes) {
#pragma clang fp contract(off)
  float sums[64] = {0};
  size_t i = 0;
  for (; i + 64 <= count; i += 64)
    for (size_t l = 0; l < 64; l++) sums[l] += a[i + l] * b[i + l];
  for (size_t l = 0; i + l + 8 <= count; l += 8)
    for (size_t k = l; k < l + 8; k++) sums[k] += a[i + k] * b[i + k];
  for (size_t l = 0; l < 64; l++) lanes[l] = sums[l];
}

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) static inline void nextvec_products_avx2(
    const float *a, const float *b, size_t count, float *lanes) {
  __m256 sums[8];
  for (int k = 0; k < 8; k++) sums[k] = _mm256_setzero_ps();
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
#pragma clang loop unroll(full)
    for (int k = 0; k < 8; k++)
      sums[k] = _mm256_add_ps(sums[k], _mm256_mul_ps(_mm256_loadu_ps(a + i + 8 * k), _mm256_loadu_ps(b + i + 8 * k)));
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 7; k++) {
    if (i + 8 * k + 8 > count) break;
    sums[k] = _mm256_add_ps(sums[k], _mm256_mul_ps(_mm256_loadu_ps(a + i + 8 * k), _mm256_loadu_ps(b + i + 8 * k)));
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < 8; k++) _mm256_storeu_ps(lanes + 8 * k, sums[k]);
}

static inline void nextvec_products(const float *a, const float *b, size_t count, float *lanes) {
  if (__builtin_cpu_supports("avx2"))
    nextvec_products_avx2(a, b, count, lanes);
  else
    nextvec_products_plain(a, b, count, lanes);
}
#else
static inline void nextvec_products(const float *a, const float *b, size_t count, float *lanes) {
  nextvec_products_plain(a, b, count, lanes);
}
#endif
