/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/index.h"

#include <stdbool.h>

#include "base/panic.h"
#include "base/text.h"

enum { SLOTS_COUNT_MIN = 64 };

struct mu_index_slot {
    const char *name; /* Null in an empty slot. */
    uint32_t hash;
    uint32_t id;
};

static uint32_t name_hash(const char *name);
static struct mu_index_slot *slot_find(struct mu_index_slot *slots,
                                       uint32_t count, const char *name,
                                       uint32_t hash);
static void slots_grow(struct mu_index *index);

void
mu_index_init(struct mu_index *index, struct mu_arena *arena)
{
    mu_assert(arena);
    index->arena = arena;
    index->slots = NULL;
    index->slots_count = 0;
    index->used = 0;
}

bool
mu_index_add(struct mu_index *index, const char *name, uint32_t id)
{
    uint32_t hash = name_hash(name);
    struct mu_index_slot *slot;

    mu_assert(id != MU_INDEX_NONE);
    if (index->used >= index->slots_count / 2) {
        slots_grow(index);
    }
    slot = slot_find(index->slots, index->slots_count, name, hash);
    if (slot->name) {
        return false;
    }
    slot->name = name;
    slot->hash = hash;
    slot->id = id;
    index->used++;
    return true;
}

uint32_t
mu_index_find(const struct mu_index *index, const char *name)
{
    const struct mu_index_slot *slot;

    if (!name || index->slots_count == 0) {
        return MU_INDEX_NONE;
    }
    slot = slot_find(index->slots, index->slots_count, name, name_hash(name));
    return slot->name ? slot->id : MU_INDEX_NONE;
}

static uint32_t
name_hash(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a. */

    for (const char *c = name; *c; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    }
    return hash ^ (hash >> 15);
}

static struct mu_index_slot *
slot_find(struct mu_index_slot *slots, uint32_t count, const char *name,
          uint32_t hash)
{
    uint32_t i = hash & (count - 1);

    while (slots[i].name &&
           (slots[i].hash != hash || !mu_text_equal(slots[i].name, name))) {
        i = (i + 1) & (count - 1);
    }
    return &slots[i];
}

static void
slots_grow(struct mu_index *index)
{
    uint32_t count =
        index->slots_count ? index->slots_count * 2 : SLOTS_COUNT_MIN;
    struct mu_index_slot *slots =
        mu_arena_new(index->arena, struct mu_index_slot, count);

    for (uint32_t i = 0; i < index->slots_count; i++) {
        const struct mu_index_slot *old = &index->slots[i];

        if (old->name) {
            *slot_find(slots, count, old->name, old->hash) = *old;
        }
    }
    index->slots = slots;
    index->slots_count = count;
}
