/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_ERRBUF_H
#define MU_BASE_ERRBUF_H

/* Errbuf: a sentence for people that travels up with an error code.
 *
 * Optional everywhere: a null pointer is accepted and ignored. Text that does
 * not fit is cut at the end. */

#include "base/attr.h"

enum { MU_ERRBUF_SIZE = 512 };

struct mu_errbuf {
    char text[MU_ERRBUF_SIZE]; /* Always NUL-terminated. */
    unsigned line;             /* Position in the input; 0 when unknown. */
    unsigned column;           /* From 1; 0 when unknown. */
};

/* Sets the sentence and forgets the position. */
MU_PRINTF(2, 3) void mu_errbuf_set(struct mu_errbuf *err, const char *format, ...);

/* Puts "PREFIX: " in front of the sentence; the position stays. */
MU_PRINTF(2, 3)
void mu_errbuf_wrap(struct mu_errbuf *err, const char *format, ...);

#endif /* MU_BASE_ERRBUF_H */
