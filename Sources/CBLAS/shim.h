// The only door to OpenBLAS.
#pragma once
#include <cblas.h>
