/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/intern.h"

#include <string.h>

#include "base/panic.h"

enum { SLOTS_COUNT_MIN = 1024 };

struct mu_intern_slot {
    const char *text; /* Null in an empty slot. */
    uint32_t length;
    uint32_t hash;
};

static uint32_t hash_of(struct mu_span text);
static void slots_grow(struct mu_intern *intern);

void
mu_intern_init(struct mu_intern *intern, struct mu_arena *table,
               struct mu_arena *texts)
{
    *intern = (struct mu_intern){.table = table, .texts = texts};
}

const char *
mu_intern_text(struct mu_intern *intern, struct mu_span text)
{
    uint32_t hash = hash_of(text);
    uint32_t i;

    mu_assert(text.size < UINT32_MAX);
    if (intern->used >= intern->slots_count / 2) {
        slots_grow(intern);
    }
    i = hash & (intern->slots_count - 1);
    while (intern->slots[i].text) {
        const struct mu_intern_slot *slot = &intern->slots[i];

        if (slot->hash == hash && slot->length == text.size &&
            (text.size == 0 || memcmp(slot->text, text.data, text.size) == 0)) {
            return slot->text;
        }
        i = (i + 1) & (intern->slots_count - 1);
    }
    intern->slots[i] = (struct mu_intern_slot){
        mu_arena_strndup(intern->texts, (const char *)text.data, text.size),
        (uint32_t)text.size, hash};
    intern->used++;
    return intern->slots[i].text;
}

/* Eight bytes at a time: texts of thirty to forty bytes are the rule. */
static uint32_t
hash_of(struct mu_span text)
{
    const uint64_t multiplier = UINT64_C(0x9e3779b97f4a7c15);
    uint64_t hash = text.size * multiplier;
    const unsigned char *data = text.data;
    size_t rest = text.size;
    uint64_t word = 0;

    for (; rest >= sizeof(word); rest -= sizeof(word)) {
        memcpy(&word, data, sizeof(word));
        hash = (hash ^ word) * multiplier;
        hash ^= hash >> 32;
        data += sizeof(word);
    }
    if (rest > 0) {
        word = 0;
        memcpy(&word, data, rest);
        hash = (hash ^ word) * multiplier;
        hash ^= hash >> 32;
    }
    return (uint32_t)(hash ^ (hash >> 15));
}

static void
slots_grow(struct mu_intern *intern)
{
    uint32_t count =
        intern->slots_count ? intern->slots_count * 2 : SLOTS_COUNT_MIN;
    struct mu_intern_slot *slots =
        mu_arena_new(intern->table, struct mu_intern_slot, count);

    for (uint32_t k = 0; k < intern->slots_count; k++) {
        const struct mu_intern_slot *old = &intern->slots[k];
        uint32_t i = old->hash & (count - 1);

        if (!old->text) {
            continue;
        }
        while (slots[i].text) {
            i = (i + 1) & (count - 1);
        }
        slots[i] = *old;
    }
    intern->slots = slots;
    intern->slots_count = count;
}
