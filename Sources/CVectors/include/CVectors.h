// Loops over the floats of vectors in registers that Swift cannot ask for: it compiles for the least processor of its kind,
// and has no target feature for a single function. On 768 floats the registers are worth a factor of two to three
// (docs/performance.md).
#pragma once
#include <stddef.h>
#include <stdint.h>

// The sum of a[i]·b[i] over the first `count & ~7` floats: 64 running sums in single precision, lane l taking every 64th
// product (the rest in steps of eight, to lanes 0 to 7, 8 to 15 and so on), which are then added up in double precision, in
// one fixed order. There is no fused multiply-add, so that every processor gives the same bits.
double nextvec_dot(const float *a, const float *b, size_t count);

// Whether `count` floats, at any address, are neither infinite nor NaN.
int nextvec_all_finite(const void *floats, size_t count);

// The same without wide registers, for processors that lack them and for tests.
double nextvec_dot_plain(const float *a, const float *b, size_t count);
int nextvec_all_finite_plain(const uint8_t *floats, size_t count);

typedef float nextvec_float4 __attribute__((ext_vector_type(4)));

// Square roots of four floats by one instruction: Swift's squareRoot() of a vector goes lane by lane, each with a branch for
// the C library's errno, which makes an optimizer's step three times slower than memory. It stays in the header because a
// call would cost as much as the instruction.
static inline nextvec_float4 nextvec_square_roots(nextvec_float4 x) { return __builtin_elementwise_sqrt(x); }
