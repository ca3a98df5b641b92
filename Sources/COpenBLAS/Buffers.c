#include "COpenBLAS.h"

#include <stdlib.h>
#include <sys/mman.h>

// What OpenBLAS calls around every product. Weak, because their names are not part of its interface.
extern void *blas_memory_alloc(int) __attribute__((weak));
extern void blas_memory_free(void *) __attribute__((weak));

// OpenBLAS's BUFFER_SIZE on 64-bit processors (common_x86_64.h, common_arm64.h: 32 << 22), and a page to spare.
static const size_t buffer_size = ((size_t)32 << 22) + 4096;

// What must be left for everything else.
static const size_t margin = (size_t)32 << 20;

static void *map(size_t size) { return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }

int nextvec_reserve_buffers(int threads) {
  void *rest = map(margin);
  if (rest == MAP_FAILED) return 0;
  void **blocks = calloc((size_t)threads, sizeof *blocks);
  int count = 0;
  while (blocks && count < threads) {
    void *block = map(buffer_size);
    if (block == MAP_FAILED) break;
    blocks[count++] = block;
  }
  munmap(rest, margin);
  for (int i = 0; i < count; i++) munmap(blocks[i], buffer_size);
  // A buffer that is given back stays mapped, for the next product.
  if (blas_memory_alloc && blas_memory_free) {
    for (int i = 0; i < count; i++) blocks[i] = blas_memory_alloc(0);
    for (int i = 0; i < count; i++) blas_memory_free(blocks[i]);
  }
  free(blocks);
  return count;
}
