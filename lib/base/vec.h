/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_VEC_H
#define MU_BASE_VEC_H

/* Vec: a typed array on an arena that grows by doubling. The old storage stays
 * in the arena, so a vec costs at most twice its final size.
 *
 *     MU_VEC(struct mu_action) actions = {0};
 *     *mu_vec_add(arena, &actions) = (struct mu_action){...};
 *     for (size_t i = 0; i < actions.count; i++) { use(actions.items[i]); }
 *
 * A pointer from mu_vec_add() is good until the next one. */

#include <stddef.h>
#include <string.h>

#include "base/arena.h"

#define MU_VEC(type)                                                           \
    struct {                                                                   \
        type *items;                                                           \
        size_t count;                                                          \
        size_t capacity;                                                       \
    }

/* Used by the macro below only. */
static inline void *
mu_vec_grow__(struct mu_arena *arena, void *items, size_t count,
              size_t *capacity, size_t size)
{
    void *grown;

    if (count < *capacity) {
        return items;
    }
    *capacity = *capacity ? *capacity * 2 : 8;
    grown = mu_arena_alloc(arena, *capacity, size, alignof(max_align_t));
    if (count > 0) {
        memcpy(grown, items, count * size);
    }
    return grown;
}

/* Appends a zeroed element and returns a pointer to it. It is zeroed here and
 * not only by the arena: a vec whose count was lowered has old content there. */
#define mu_vec_add(arena, vec)                                                 \
    ((vec)->items = mu_vec_grow__((arena), (vec)->items, (vec)->count,         \
                                  &(vec)->capacity, sizeof(*(vec)->items)),    \
     (void)memset(&(vec)->items[(vec)->count], 0, sizeof(*(vec)->items)),      \
     &(vec)->items[(vec)->count++])

#endif /* MU_BASE_VEC_H */
