/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/panic.h"

#include <stdio.h>
#include <stdlib.h>

void
mu_panic(const char *file, int line, const char *text)
{
    (void)fprintf(stderr, "muster: assertion failed at %s:%d: %s\n", file, line,
                  text);
    abort();
}
