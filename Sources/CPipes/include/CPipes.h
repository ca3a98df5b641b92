// Two things Linux can do with pipes that Swift's Glibc module does not import, since glibc declares them for GNU sources
// alone.
#pragma once
#include <stddef.h>
#include <sys/types.h>

// fcntl's command that sets a pipe's capacity.
static const int nextvec_set_pipe_size = 1031;

// Moves bytes of a file into a pipe by reference, without a copy: worth a third of npz-read's time
// (docs/performance.md). Returns the number of bytes, or -1 with errno set.
long nextvec_splice(int file, off_t *offset, int pipe, size_t count);
