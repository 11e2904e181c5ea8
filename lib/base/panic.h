/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_PANIC_H
#define MU_BASE_PANIC_H

/* Panic: what happens when the program finds that it is wrong itself.
 *
 * Assertions are for our own mistakes, never for input, and they stay on in
 * release builds: a node that has lost track of itself must stop, so that it
 * is restarted or fenced. */

#include "base/attr.h"

/* Prints one line to standard error and aborts. */
MU_NORETURN void mu_panic(const char *file, int line, const char *text);

#define mu_assert(condition)                                                   \
    ((condition) ? (void)0 : mu_panic(__FILE__, __LINE__, #condition))

#define mu_unreachable() mu_panic(__FILE__, __LINE__, "unreachable")

#endif /* MU_BASE_PANIC_H */
