// Square roots of four floats by one instruction: Swift's squareRoot() of a vector goes lane by lane, each with a branch
// for the C library's errno, which makes an optimizer's step three times slower than memory (docs/performance.md).
#pragma once

typedef float nextvec_float4 __attribute__((ext_vector_type(4)));

static inline nextvec_float4 nextvec_square_roots(nextvec_float4 x) { return __builtin_elementwise_sqrt(x); }
