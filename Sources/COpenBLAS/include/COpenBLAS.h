// How OpenBLAS starts: its kernels, its threads and its memory, which it leaves to the environment and to chance.
#pragma once

// Has OpenBLAS use the kernels for what the processor can do, if it does not. To be called once, before any other function
// of OpenBLAS, and while no other thread runs.
//
// A build of OpenBLAS for many processors chooses its kernels by the processor's model number when it is loaded. A model that
// it does not know yet gets the kernels of 2004: Debian's 0.3.21 takes an Emerald Rapids for a Prescott, and multiplies at a
// fifth of its speed (measured: 31 instead of 155 billion operations a second on a core). There is no public way to choose
// again, but the two functions that the library itself calls when it is loaded and unloaded are exported. They are called
// once more, with OPENBLAS_CORETYPE set to what the processor can do, and the result is checked.
//
// Nothing is changed if OPENBLAS_CORETYPE is set (the user's choice stands), if the library was built for one processor, or
// if it already uses such kernels. If the kernels in use afterwards are not those asked for, or a small product comes out
// wrong, the library goes back to its own first choice.
//
// Returns 1 if the kernels were changed, 0 if they were left alone, -1 if a change did not work and was taken back.
int nextvec_choose_kernels(void);

// The name of the kernels for this processor, as OPENBLAS_CORETYPE has it; NULL if OpenBLAS's own choice is right.
const char *nextvec_better_kernels(const char *chosen);

// Has OpenBLAS take the memory for products on `threads` threads now. To be called after nextvec_choose_kernels.
//
// Every thread that multiplies needs a buffer of 128 MiB of address space. Where the system does not give it (ulimit -v, a
// container's limit), OpenBLAS asks again for ever. So the memory is tried first.
//
// Returns for how many threads there is memory, up to `threads`; 0 where no product can be computed.
int nextvec_reserve_buffers(int threads);
