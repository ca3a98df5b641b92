#include "CPipes.h"

#include <sys/syscall.h>
#include <unistd.h>

long nextvec_splice(int file, off_t *offset, int pipe, size_t count) {
  return syscall(SYS_splice, file, offset, pipe, NULL, count, 0);
}
