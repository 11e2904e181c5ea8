/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_PAIR_H
#define MU_BASE_PAIR_H

/* Pair: a name and its value; both borrowed. */

struct mu_pair {
    const char *name;
    const char *value; /* Null when none was given. */
};

#endif /* MU_BASE_PAIR_H */
