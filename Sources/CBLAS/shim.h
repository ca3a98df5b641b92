// The only door to OpenBLAS.
#pragma once
#include <cblas.h>
#include <stddef.h>

// LAPACK's, which libopenblas holds too: column-major, arguments by address. Each ends with the lengths of its words, as
// Fortran compilers pass them; where OpenBLAS has its own in C, it takes no notice of them.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda, double *b, const int *ldb,
             int *info, size_t);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
             const int *lwork, int *iwork, const int *liwork, int *info, size_t, size_t);
