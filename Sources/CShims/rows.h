// Some rows of single-precision numbers against one, in the widest registers there are: what every row that attends to
// a shared memory does with each chunk it sees. Swift compiles for the least processor of its kind; in its four-float
// registers this took 8% of a transformer's predictions (docs/performance.md).
#pragma once
#include <stddef.h>

// y[r·step] += Σ x[i]·a[r·width + i], for `rows` rows.
#define NEXTVEC_ADD_PRODUCTS                                                                                            \
  _Pragma("clang fp reassociate(on) contract(fast)") for (size_t r = 0; r < rows; r++) {                                \
    float sum = 0;                                                                                                      \
    for (size_t i = 0; i < width; i++) sum += x[i] * a[r * width + i];                                                  \
    y[r * step] += sum;                                                                                                 \
  }

// y[i] += Σ f[r·step]·a[r·width + i], over `rows` rows: four at a time, so that y is read and written less often.
#define NEXTVEC_ADD_SUM                                                                                                 \
  _Pragma("clang fp reassociate(on) contract(fast)") size_t r = 0;                                                      \
  for (; r + 4 <= rows; r += 4) {                                                                                       \
    const float *b = a + r * width;                                                                                     \
    float g0 = f[r * step], g1 = f[(r + 1) * step], g2 = f[(r + 2) * step], g3 = f[(r + 3) * step];                     \
    for (size_t i = 0; i < width; i++)                                                                                  \
      y[i] += (g0 * b[i] + g1 * b[width + i]) + (g2 * b[2 * width + i] + g3 * b[3 * width + i]);                        \
  }                                                                                                                     \
  for (; r < rows; r++)                                                                                                 \
    for (size_t i = 0; i < width; i++) y[i] += f[r * step] * a[r * width + i];

#define NEXTVEC_ROWS(kind, features)                                                                                    \
  features static inline void nextvec_add_products_##kind(const float *restrict x, const float *restrict a,             \
                                                          size_t width, size_t rows, float *restrict y, size_t step) {  \
    NEXTVEC_ADD_PRODUCTS                                                                                                \
  }                                                                                                                     \
  features static inline void nextvec_add_sum_##kind(const float *restrict a, size_t width, size_t rows,                \
                                                     const float *restrict f, size_t step, float *restrict y) {         \
    NEXTVEC_ADD_SUM                                                                                                     \
  }

NEXTVEC_ROWS(plain, )
#if defined(__x86_64__)
NEXTVEC_ROWS(avx2, __attribute__((target("avx2,fma"))))
NEXTVEC_ROWS(avx512, __attribute__((target("avx512f,fma"))))
#define NEXTVEC_CHOOSE(function, ...)                                                                                   \
  if (__builtin_cpu_supports("avx512f")) return function##_avx512(__VA_ARGS__);                                         \
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return function##_avx2(__VA_ARGS__);             \
  function##_plain(__VA_ARGS__)
#else
#define NEXTVEC_CHOOSE(function, ...) function##_plain(__VA_ARGS__)
#endif

static inline void nextvec_add_products(const float *x, const float *a, size_t width, size_t rows, float *y,
                                        size_t step) {
  NEXTVEC_CHOOSE(nextvec_add_products, x, a, width, rows, y, step);
}

static inline void nextvec_add_sum(const float *a, size_t width, size_t rows, const float *f, size_t step, float *y) {
  NEXTVEC_CHOOSE(nextvec_add_sum, a, width, rows, f, step, y);
}

#undef NEXTVEC_ADD_PRODUCTS
#undef NEXTVEC_ADD_SUM
#undef NEXTVEC_ROWS
#undef NEXTVEC_CHOOSE
