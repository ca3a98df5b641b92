// What the system gave to the process before main.
#pragma once

// The words of the command line, as main gets them, the program's own first. Swift 6.3 reads them from /proc/self/cmdline
// and finds none where /proc is not mounted.
int nextvec_argument_count(void);
// The word at `index`; NULL where there is none.
const char *nextvec_argument(int index);
