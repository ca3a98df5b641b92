// OpenBLAS starts a thread for every processor while it is loaded, before main. The kernels here have threads of their own
// and never use those. Where the system gives no thread (ulimit -u, a container's limit), the library prints its own text
// and ends the process by SIGINT. It starts none on one processor; so while it is loaded, it sees one.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>

static cpu_set_t processors;
// Volatile, since clang runs constructors at compile time where it can, and takes the value here for the one that they find.
static volatile int is_known;

static void show_one_processor(void) {
  cpu_set_t one;
  if (sched_getaffinity(0, sizeof processors, &processors) != 0) return;
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (!CPU_ISSET(i, &processors)) continue;
    CPU_SET(i, &one);
    break;
  }
  is_known = sched_setaffinity(0, sizeof one, &one) == 0;
}

__attribute__((constructor)) static void show_all_processors(void) {
  if (is_known) sched_setaffinity(0, sizeof processors, &processors);
}

// Called before the constructors of any library.
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = show_one_processor;
#endif
