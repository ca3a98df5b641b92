#include "COpenBLAS.h"

#include <cblas.h>
#include <stdlib.h>
#include <strings.h>

// What OpenBLAS calls when it is loaded and unloaded. Weak, because a library built for a single processor lacks them.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

const char *nextvec_better_kernels(const char *chosen) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    if (strcasecmp(chosen, "SkylakeX") && strcasecmp(chosen, "Cooperlake") && strcasecmp(chosen, "SapphireRapids"))
      return "SKYLAKEX";
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    if (strcasecmp(chosen, "Haswell") && strcasecmp(chosen, "Zen")) return "HASWELL";
  }
#endif
  return NULL;
}

// A product whose sums are small whole numbers, exact in any order: n × n, n beyond the block of every kernel's edge.
static int multiplies_right(void) {
  enum { n = 37 };
  static float a[n * n], b[n * n], c[n * n];
  for (int i = 0; i < n * n; i++) {
    a[i] = (float)(i * 7 % 11 - 5);
    b[i] = (float)(i * 5 % 13 - 6);
    c[i] = -1;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      int sum = 0;
      for (int k = 0; k < n; k++) sum += (int)a[i * n + k] * (int)b[k * n + j];
      if (c[i * n + j] != (float)sum) return 0;
    }
  return 1;
}

static void choose_again(const char *name) {
  if (name) setenv("OPENBLAS_CORETYPE", name, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  if (name) unsetenv("OPENBLAS_CORETYPE");
}

int nextvec_choose_kernels(void) {
  if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init || getenv("OPENBLAS_CORETYPE")) return 0;
  const char *better = nextvec_better_kernels(openblas_get_corename());
  if (!better) return 0;
  choose_again(better);
  if (strcasecmp(openblas_get_corename(), better) == 0 && multiplies_right()) return 1;
  choose_again(NULL);
  return -1;
}
