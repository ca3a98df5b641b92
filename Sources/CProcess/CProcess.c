#include "CProcess.h"

#include <stddef.h>

static int count;
static char **words;

// The GNU C library passes main's arguments to constructors.
__attribute__((constructor)) static void keep_arguments(int argc, char **argv) {
  count = argc;
  words = argv;
}

int nextvec_argument_count(void) { return count; }

const char *nextvec_argument(int index) { return index >= 0 && index < count ? words[index] : NULL; }
