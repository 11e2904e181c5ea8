/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/panic.h"
#include "base/text.h"
#include "model/params.h"

struct entry { /* One operation of a resource. */
    struct entry *next;
    const char *op_name;
    int64_t interval_ms;
    const struct mu_status_node *node; /* Null: it is the same for all. */
    struct mu_params params;
    bool has_digest;
    char digest[MU_DIGEST_TEXT_SIZE];
};

struct mu_params_cache {
    struct mu_arena *arena;
    const struct mu_config *config;
    const struct mu_status_node *coordinator; /* Or null. */
    int64_t now_ms;
    struct mu_instant next;
    struct entry **entries; /* As config->resources. */
};

static struct entry *entry_find(struct mu_params_cache *cache,
                                uint32_t resource,
                                const struct mu_status_node *node,
                                const char *op_name, int64_t interval_ms);

struct mu_params_cache *
mu_params_cache_new(struct mu_arena *arena, const struct mu_snapshot *snapshot)
{
    const struct mu_config *config = snapshot->config;
    struct mu_params_cache *cache =
        mu_arena_new(arena, struct mu_params_cache, 1);

    cache->arena = arena;
    cache->config = config;
    cache->coordinator =
        snapshot->coordinator == MU_CONFIG_NONE
            ? NULL
            : &snapshot->status->nodes[snapshot->coordinator];
    cache->now_ms = snapshot->now_ms;
    cache->next = MU_INSTANT_NEVER;
    cache->entries =
        mu_arena_new(arena, struct entry *, config->resources_count);
    return cache;
}

const struct mu_params *
mu_params_cache_get(struct mu_params_cache *cache, uint32_t resource,
                    const struct mu_status_node *node, const char *op_name,
                    int64_t interval_ms)
{
    return &entry_find(cache, resource, node, op_name, interval_ms)->params;
}

const char *
mu_params_cache_digest(struct mu_params_cache *cache, uint32_t resource,
                       const struct mu_status_node *node, const char *op_name,
                       int64_t interval_ms)
{
    struct entry *entry =
        entry_find(cache, resource, node, op_name, interval_ms);

    if (!entry->has_digest) {
        mu_params_digest(&entry->params, entry->digest);
        entry->has_digest = true;
    }
    return entry->digest;
}

struct mu_instant
mu_params_cache_next(const struct mu_params_cache *cache)
{
    return cache->next;
}

static struct entry *
entry_find(struct mu_params_cache *cache, uint32_t resource,
           const struct mu_status_node *node, const char *op_name,
           int64_t interval_ms)
{
    const struct mu_params_context context = {
        .config = cache->config,
        .resource = resource,
        .node = node,
        .is_coordinator = node && node == cache->coordinator,
        .now_ms = cache->now_ms,
        .next = &cache->next};
    struct entry *entry;

    mu_assert(resource < cache->config->resources_count);
    for (entry = cache->entries[resource]; entry; entry = entry->next) {
        if (entry->interval_ms == interval_ms &&
            (!entry->params.needs_node || entry->node == node) &&
            mu_text_equal(entry->op_name, op_name)) {
            return entry;
        }
    }
    entry = mu_arena_new(cache->arena, struct entry, 1);
    entry->op_name = mu_arena_strdup(cache->arena, op_name);
    entry->interval_ms = interval_ms;
    entry->node = node;
    mu_params_resolve_values(cache->arena, &context, entry->op_name,
                             interval_ms, &entry->params);
    cache->next = mu_instant_min(cache->next, entry->params.next);
    entry->next = cache->entries[resource];
    cache->entries[resource] = entry;
    return entry;
}
