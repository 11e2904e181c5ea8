/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_REFUSED_H
#define MU_TOOLS_REFUSED_H

/* Refused: words of the crm shell that are not taken, and what to do instead.
 *
 * People who come from there shall not have to guess why a word is unknown. */

#include <stddef.h>

struct mu_refused {
    const char *name;    /* "cluster copy"; a level stands for all in it. */
    const char *instead; /* Why, and what to do: a clause without full stop. */
};

extern const struct mu_refused mu_refused_items[];
extern const size_t mu_refused_count;

/* Returns why 'word' at 'level', null for the top, is not taken; null when
 * nothing is known of it. */
const char *mu_refused_find(const char *level, const char *word);

#endif /* MU_TOOLS_REFUSED_H */
