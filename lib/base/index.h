/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_INDEX_H
#define MU_BASE_INDEX_H

/* Index: which dense id belongs to this name?
 *
 * A hash table on an arena. It answers look-ups only and cannot be walked, so
 * nothing can ever be ordered by hash. Names are borrowed and must outlive the
 * index. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

#define MU_INDEX_NONE UINT32_MAX

struct mu_index_slot;

struct mu_index {
    struct mu_arena *arena;      /* Where the slots live. */
    struct mu_index_slot *slots; /* A power of two of them, or null. */
    uint32_t slots_count;
    uint32_t used;
};

/* Makes 'index' empty; it grows on 'arena'. */
void mu_index_init(struct mu_index *index, struct mu_arena *arena);

/* Maps 'name' to 'id'. Returns false and changes nothing when the name is
 * there already. */
bool mu_index_add(struct mu_index *index, const char *name, uint32_t id);

/* Returns the id of 'name', or MU_INDEX_NONE. 'name' may be null. */
uint32_t mu_index_find(const struct mu_index *index, const char *name);

#endif /* MU_BASE_INDEX_H */
