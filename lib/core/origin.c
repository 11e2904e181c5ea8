/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/origin.h"

#include <string.h>

#include "base/text.h"
#include "core/earlier.h"

static const char *key_make(struct mu_arena *arena,
                            const struct mu_config *config,
                            const struct mu_override *override);
static const struct mu_origin *key_find(const struct mu_origins *origins,
                                        const char *key);
static bool keys_read(struct mu_arena *scratch, const struct mu_state *state,
                      const struct mu_revision *revision, size_t *budget,
                      struct mu_origins *ret_keys);
static struct mu_revision_author author_copy(struct mu_arena *arena,
                                             struct mu_revision_author author);
static void search(struct mu_arena *arena, struct mu_arena *scratch,
                   const struct mu_state *state, const struct mu_origins *old,
                   struct mu_origins *origins);

struct mu_origins
mu_origin_find(struct mu_arena *arena, struct mu_arena *scratch,
               const struct mu_state *state,
               const struct mu_overrides *overrides,
               const struct mu_origins *old)
{
    struct mu_origins origins = {.index = state->config_index,
                                 .count = overrides->count};
    bool is_any_new = false;

    origins.items =
        mu_arena_new(arena, struct mu_origin, (size_t)overrides->count + 1);
    for (uint32_t i = 0; i < overrides->count; i++) {
        const char *key =
            key_make(arena, state->config, &overrides->items[i]);
        const struct mu_origin *same = key_find(old, key);

        origins.items[i].key = key;
        if (same) {
            origins.items[i].is_known = same->is_known;
            origins.items[i].author = author_copy(arena, same->author);
        } else {
            is_any_new = true;
        }
    }
    if (is_any_new) {
        search(arena, scratch, state, old, &origins);
    }
    return origins;
}

/* Goes back through the log: what a revision's predecessor did not have came
 * with it. */
static void
search(struct mu_arena *arena, struct mu_arena *scratch,
       const struct mu_state *state, const struct mu_origins *old,
       struct mu_origins *origins)
{
    const struct mu_revisions *log = &state->revisions;
    size_t budget = MU_EARLIER_SIZE_MAX;
    bool is_over = false;

    for (uint32_t i = log->count; i > 0 && !is_over; i--) {
        const struct mu_revision *one = &log->items[i - 1];
        struct mu_origins before = {0};
        bool is_first = one->index <= 1;

        if (old->index != 0 && one->index <= old->index) {
            return;
        }
        if (i > 1 && log->items[i - 2].index == old->index) {
            before = *old;
        } else if (!is_first &&
                   (i == 1 || !keys_read(scratch, state, &log->items[i - 2],
                                         &budget, &before))) {
            return;
        }
        is_over = true;
        for (uint32_t k = 0; k < origins->count; k++) {
            struct mu_origin *origin = &origins->items[k];

            if (origin->is_known || key_find(old, origin->key)) {
                continue;
            }
            if (key_find(&before, origin->key)) {
                is_over = false;
                continue;
            }
            origin->is_known = true;
            origin->author = author_copy(arena, one->author);
        }
    }
}

/* Lists the overrides of an older configuration, unless that would take too
 * long. */
static bool
keys_read(struct mu_arena *scratch, const struct mu_state *state,
          const struct mu_revision *revision, size_t *budget,
          struct mu_origins *ret_keys)
{
    const struct mu_config *config =
        mu_earlier_read(scratch, state, revision, budget);
    struct mu_overrides overrides;

    if (!config) {
        return false;
    }
    overrides = mu_override_list(scratch, config);
    *ret_keys = (struct mu_origins){.count = overrides.count};
    ret_keys->items =
        mu_arena_new(scratch, struct mu_origin, (size_t)overrides.count + 1);
    for (uint32_t i = 0; i < overrides.count; i++) {
        ret_keys->items[i].key =
            key_make(scratch, config, &overrides.items[i]);
    }
    return true;
}

static const char *
key_make(struct mu_arena *arena, const struct mu_config *config,
         const struct mu_override *override)
{
    return mu_text_make(arena, "%s %s %s %s %lld",
                        mu_override_word(override->kind),
                        override->id ? override->id : "",
                        override->resource == MU_CONFIG_NONE
                            ? ""
                            : config->resources[override->resource].id,
                        override->node ? override->node : "",
                        (long long)override->until_ms);
}

static const struct mu_origin *
key_find(const struct mu_origins *origins, const char *key)
{
    for (uint32_t i = 0; i < origins->count; i++) {
        if (strcmp(origins->items[i].key, key) == 0) {
            return &origins->items[i];
        }
    }
    return NULL;
}

static struct mu_revision_author
author_copy(struct mu_arena *arena, struct mu_revision_author author)
{
    author.user = mu_arena_strdup(arena, author.user);
    author.node = mu_arena_strdup(arena, author.node);
    author.program = mu_arena_strdup(arena, author.program);
    author.message = mu_arena_strdup(arena, author.message);
    return author;
}
