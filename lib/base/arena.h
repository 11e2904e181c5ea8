/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_ARENA_H
#define MU_BASE_ARENA_H

/* Arena: memory that is released all at once.
 *
 * Arenas are named by lifetime (scratch, plan, snapshot, config). Memory is
 * zeroed. Running out, or over 'size_max', is an assertion: inputs are bounded
 * before they get here.
 *
 * Invariant: everything allocated stays valid until reset or done. */

#include <stdalign.h>
#include <stddef.h>

struct mu_arena_block;

struct mu_arena {
    struct mu_arena_block *block; /* Newest block, or null. */
    size_t used;                  /* Bytes handed out since the last reset. */
    size_t size_max;              /* Going over is an assertion. */
};

/* Makes 'arena' empty. It may hold at most 'size_max' bytes. */
void mu_arena_init(struct mu_arena *arena, size_t size_max);

/* Returns 'count' zeroed objects of 'size' bytes aligned to 'align'. */
void *mu_arena_alloc(struct mu_arena *arena, size_t count, size_t size,
                     size_t align);

/* Returns a copy of the 'size' bytes at 'data', aligned for any type; null for
 * a size of zero. */
void *mu_arena_copy(struct mu_arena *arena, const void *data, size_t size);

/* Returns a copy of the NUL-terminated 'text'; null when 'text' is null. */
char *mu_arena_strdup(struct mu_arena *arena, const char *text);

/* Returns a NUL-terminated copy of 'length' characters at 'text'. */
char *mu_arena_strndup(struct mu_arena *arena, const char *text, size_t length);

/* Forgets all content. The newest block is kept for use again if it is of the
 * usual size. */
void mu_arena_reset(struct mu_arena *arena);

/* Releases everything; 'arena' may be used again as after init. */
void mu_arena_done(struct mu_arena *arena);

/* Typed allocation of 'count' objects. */
#define mu_arena_new(arena, type, count)                                       \
    ((type *)mu_arena_alloc((arena), (count), sizeof(type), alignof(type)))

#endif /* MU_BASE_ARENA_H */
