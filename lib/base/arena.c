/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"

enum {
    BLOCK_SIZE_FIRST = 4 * 1024,
    BLOCK_SIZE_MIN = 64 * 1024,
    BLOCK_SIZE_BIG = 1024 * 1024,
};

struct mu_arena_block {
    struct mu_arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

static struct mu_arena_block *block_add(struct mu_arena *arena, size_t bytes);

void
mu_arena_init(struct mu_arena *arena, size_t size_max)
{
    mu_assert(size_max > 0);
    arena->block = NULL;
    arena->used = 0;
    arena->size_max = size_max;
}

void *
mu_arena_alloc(struct mu_arena *arena, size_t count, size_t size, size_t align)
{
    struct mu_arena_block *block = arena->block;
    size_t bytes;
    size_t start;
    bool overflows = __builtin_mul_overflow(count, size, &bytes);

    mu_assert(!overflows);
    mu_assert(align <= alignof(max_align_t));
    mu_assert(bytes <= arena->size_max - arena->used);

    start = block ? (block->used + align - 1) & ~(align - 1) : 0;
    if (!block || start > block->size || bytes > block->size - start) {
        block = block_add(arena, bytes);
        start = 0;
    }
    block->used = start + bytes;
    arena->used += bytes;
    return block->data + start;
}

void *
mu_arena_copy(struct mu_arena *arena, const void *data, size_t size)
{
    void *copy;

    if (size == 0) {
        return NULL;
    }
    mu_assert(data);
    copy = mu_arena_alloc(arena, size, 1, alignof(max_align_t));
    memcpy(copy, data, size);
    return copy;
}

char *
mu_arena_strdup(struct mu_arena *arena, const char *text)
{
    if (!text) {
        return NULL;
    }
    return mu_arena_strndup(arena, text, strlen(text));
}

char *
mu_arena_strndup(struct mu_arena *arena, const char *text, size_t length)
{
    char *copy = mu_arena_alloc(arena, length + 1, 1, 1);

    if (length > 0) {
        memcpy(copy, text, length);
    }
    copy[length] = '\0';
    return copy;
}

void
mu_arena_reset(struct mu_arena *arena)
{
    struct mu_arena_block *keep = arena->block;
    struct mu_arena_block *block = keep ? keep->next : NULL;

    while (block) {
        struct mu_arena_block *next = block->next;

        free(block);
        block = next;
    }
    if (keep && keep->size > BLOCK_SIZE_BIG) {
        free(keep);
        keep = NULL;
    }
    if (keep) {
        memset(keep->data, 0, keep->used);
        keep->used = 0;
        keep->next = NULL;
    }
    arena->block = keep;
    arena->used = 0;
}

void
mu_arena_done(struct mu_arena *arena)
{
    struct mu_arena_block *block = arena->block;

    while (block) {
        struct mu_arena_block *next = block->next;

        free(block);
        block = next;
    }
    arena->block = NULL;
    arena->used = 0;
}

/* Large arenas grow in larger steps, so that the number of blocks stays small
 * without a small arena paying for it: many hold a few lines of text and are
 * made thousands of times. */
static struct mu_arena_block *
block_add(struct mu_arena *arena, size_t bytes)
{
    size_t size = arena->used < BLOCK_SIZE_BIG ? BLOCK_SIZE_MIN : BLOCK_SIZE_BIG;
    struct mu_arena_block *block;

    if (!arena->block) {
        size = BLOCK_SIZE_FIRST;
    }
    if (bytes > size) {
        size = bytes;
    }
    block = calloc(1, sizeof(*block) + size);
    mu_assert(block);
    block->size = size;
    block->next = arena->block;
    arena->block = block;
    return block;
}
