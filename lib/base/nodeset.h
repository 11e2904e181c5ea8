/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_NODESET_H
#define MU_BASE_NODESET_H

/* Nodeset: a fixed-size set of dense node indexes. A plain value: copied,
 * compared field by field and encoded as it is. */

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/panic.h"

enum { MU_NODESET_WORDS_COUNT = MU_NODES_COUNT_MAX / 64 };

struct mu_nodeset {
    uint64_t words[MU_NODESET_WORDS_COUNT];
};

/* Puts the node with index 'node' into 'set'. */
static inline void
mu_nodeset_add(struct mu_nodeset *set, uint32_t node)
{
    mu_assert(node < MU_NODES_COUNT_MAX);
    set->words[node / 64] |= (uint64_t)1 << (node % 64);
}

/* Takes the node with index 'node' out of 'set'. */
static inline void
mu_nodeset_remove(struct mu_nodeset *set, uint32_t node)
{
    mu_assert(node < MU_NODES_COUNT_MAX);
    set->words[node / 64] &= ~((uint64_t)1 << (node % 64));
}

/* Tells whether the node with index 'node' is in 'set'. */
static inline bool
mu_nodeset_has(const struct mu_nodeset *set, uint32_t node)
{
    mu_assert(node < MU_NODES_COUNT_MAX);
    return (set->words[node / 64] >> (node % 64)) & 1;
}

/* Returns how many nodes are in 'set'. */
static inline uint32_t
mu_nodeset_count(const struct mu_nodeset *set)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < MU_NODESET_WORDS_COUNT; i++) {
        count += (uint32_t)__builtin_popcountll(set->words[i]);
    }
    return count;
}

#endif /* MU_BASE_NODESET_H */
