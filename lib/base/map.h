/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_MAP_H
#define MU_BASE_MAP_H

/* Map: which small number belongs to this large one?
 *
 * A hash table on an arena, as mu_index is for names. It answers look-ups only
 * and cannot be walked, so nothing can ever be ordered by hash. */

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct mu_map_slot;

struct mu_map {
    struct mu_arena *arena;    /* Where the slots live. */
    struct mu_map_slot *slots; /* A power of two of them, or null. */
    size_t slots_count;
    size_t used;
};

/* Makes 'map' empty; it grows on 'arena'. */
void mu_map_init(struct mu_map *map, struct mu_arena *arena);

/* Returns where the value of 'key' is kept; a new one is 0. Good until the next
 * call. */
uint32_t *mu_map_at(struct mu_map *map, uint64_t key);

/* Returns the value of 'key', or 0. */
uint32_t mu_map_find(const struct mu_map *map, uint64_t key);

#endif /* MU_BASE_MAP_H */
