// CRC-32 by carry-less multiplication, which Swift cannot reach.
//
// zlib 1.2.13's crc32 reads 2 GB/s, which would make the checksum the slowest part of every pipe. With PCLMULQDQ the same
// function reads more than ten times that (docs/performance.md). The tests compare every path with zlib's.
#pragma once
#include <stddef.h>
#include <stdint.h>

// zlib's crc32, the fastest way this processor has.
uint32_t nextvec_crc32(uint32_t crc, const void *bytes, size_t count);

// How the processor can compute it: 2 by blocks of 64 bytes, 1 by blocks of 16, 0 by zlib alone.
int nextvec_crc32_widest_path(void);

// The same by one of those paths, which the processor must have.
uint32_t nextvec_crc32_by(int path, uint32_t crc, const void *bytes, size_t count);
