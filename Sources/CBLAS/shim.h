// The only door to OpenBLAS.
#pragma once
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

// What OpenBLAS calls when it is loaded. Weak, because a library built for a single processor lacks them.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

// OpenBLAS chooses its kernels by the processor's model number. One that it does not know yet gets those of 2004:
// Debian's 0.3.21 takes an Emerald Rapids for a Prescott, and multiplies at a fifth of its speed (measured: 31 for 155
// billion operations a second on a core). What the processor can do is asked here instead. A choice that the user made
// by OPENBLAS_CORETYPE stands. To be called once, before any other function of OpenBLAS.
static inline void nextvec_choose_kernels(void) {
#if defined(__x86_64__)
  if (!gotoblas_dynamic_quit || !gotoblas_dynamic_init || getenv("OPENBLAS_CORETYPE")) return;
  const char *chosen = openblas_get_corename();
  const char *better = 0;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl")) {
    if (strcmp(chosen, "SkylakeX") && strcmp(chosen, "Cooperlake") && strcmp(chosen, "SapphireRapids"))
      better = "SKYLAKEX";
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    if (strcmp(chosen, "Haswell") && strcmp(chosen, "Zen")) better = "HASWELL";
  }
  if (!better) return;
  setenv("OPENBLAS_CORETYPE", better, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv("OPENBLAS_CORETYPE");
#endif
}

// LAPACK's, which libopenblas holds too: column-major, arguments by address. Each ends with the lengths of its words, as
// Fortran compilers pass them; where OpenBLAS has its own in C, it takes no notice of them.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda, double *b, const int *ldb,
             int *info, size_t);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
