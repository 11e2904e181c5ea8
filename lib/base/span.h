/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_SPAN_H
#define MU_BASE_SPAN_H

/* Span: a borrowed view of bytes. It owns nothing and says nothing about how
 * long the bytes live; the function that takes or returns one does. */

#include <stddef.h>

struct mu_span {
    const unsigned char *data; /* May be null when 'size' is 0. */
    size_t size;               /* In bytes. */
};

#endif /* MU_BASE_SPAN_H */
