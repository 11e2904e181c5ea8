/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/map.h"

#include <stdbool.h>

#include "base/panic.h"

enum { SLOTS_COUNT_MIN = 64 };

struct mu_map_slot {
    uint64_t key;
    uint32_t value;
    bool is_used;
};

static struct mu_map_slot *slot_find(const struct mu_map *map, uint64_t key);
static void slots_grow(struct mu_map *map);

void
mu_map_init(struct mu_map *map, struct mu_arena *arena)
{
    mu_assert(arena);
    *map = (struct mu_map){.arena = arena};
}

uint32_t *
mu_map_at(struct mu_map *map, uint64_t key)
{
    struct mu_map_slot *slot;

    if (map->used >= map->slots_count / 2) {
        slots_grow(map);
    }
    slot = slot_find(map, key);
    if (!slot->is_used) {
        slot->is_used = true;
        slot->key = key;
        map->used++;
    }
    return &slot->value;
}

uint32_t
mu_map_find(const struct mu_map *map, uint64_t key)
{
    return map->slots_count ? slot_find(map, key)->value : 0;
}

/* Keys are small numbers put together: all their bits must count. */
static struct mu_map_slot *
slot_find(const struct mu_map *map, uint64_t key)
{
    uint64_t hash = (key ^ (key >> 32)) * 0x9e3779b97f4a7c15u;
    size_t mask = map->slots_count - 1;
    size_t at = (size_t)(hash >> 32) & mask;

    while (map->slots[at].is_used && map->slots[at].key != key) {
        at = (at + 1) & mask;
    }
    return &map->slots[at];
}

static void
slots_grow(struct mu_map *map)
{
    struct mu_map_slot *old = map->slots;
    size_t old_count = map->slots_count;

    map->slots_count = old_count ? old_count * 2 : SLOTS_COUNT_MIN;
    map->slots = mu_arena_new(map->arena, struct mu_map_slot, map->slots_count);
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].is_used) {
            *slot_find(map, old[i].key) = old[i];
        }
    }
}
