/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/instance.h"

#include <string.h>

#include "base/text.h"
#include "sched/setup.h"

static struct mu_sched_resource *anonymous_find(struct mu_sched *sched,
                                                uint32_t node,
                                                struct mu_sched_resource *clone,
                                                uint32_t config);
static struct mu_sched_resource *part_of(struct mu_sched_resource *instance,
                                         uint32_t config);
static bool is_active_anywhere(const struct mu_sched_resource *instance,
                               uint32_t *ret_node);
static uint32_t config_find(const struct mu_sched *sched, const char *id);
static bool requires_fencing(const struct mu_sched_resource *resource);

struct mu_sched_resource *
mu_instance_find(struct mu_sched *sched, uint32_t node,
                 const struct mu_status_resource *known, uint32_t at)
{
    struct mu_sched_resource *resource = mu_setup_find_at(sched, known->id, at);
    struct mu_sched_resource *clone;
    uint32_t config;

    if (resource && resource->kind != MU_RESOURCE_PRIMITIVE) {
        return NULL;
    }
    if (resource && resource->config == MU_STATE_NONE) {
        return resource; /* Removed, and seen on another node before. */
    }
    if (resource) {
        clone = mu_state_clone_of(resource);
        if (!clone || clone->is_unique) {
            return resource;
        }
        config = resource->config;
    } else {
        config = config_find(sched, known->id);
        if (config == MU_STATE_NONE || !sched->by_config[config]) {
            return NULL;
        }
        clone = mu_state_clone_of(sched->by_config[config]);
        if (!clone || clone->is_unique) {
            return NULL;
        }
    }
    resource = anonymous_find(sched, node, clone, config);
    if (resource) {
        resource->known_as = known->id;
        if (resource->is_removed && strcmp(known->id, resource->name) != 0) {
            resource->name = known->id; /* It is stopped under its name. */
        }
    }
    return resource;
}

/* The name in the history, with or without an instance number. */
static uint32_t
config_find(const struct mu_sched *sched, const char *id)
{
    const char *colon = strrchr(id, ':');
    uint32_t config = mu_config_find_resource(sched->config, id);

    if (config == MU_CONFIG_NONE && colon) {
        config = mu_config_find_resource(
            sched->config,
            mu_arena_strndup(sched->arena, id, (size_t)(colon - id)));
    }
    if (config == MU_CONFIG_NONE ||
        sched->config->resources[config].kind != MU_RESOURCE_PRIMITIVE) {
        return MU_STATE_NONE;
    }
    return config;
}

static struct mu_sched_resource *
anonymous_find(struct mu_sched *sched, uint32_t node,
               struct mu_sched_resource *clone, uint32_t config)
{
    struct mu_sched_resource *found = NULL;
    struct mu_sched_resource *inactive = NULL;
    bool is_doubled = false;

    for (uint32_t i = 0; i < clone->children_count && !found; i++) {
        struct mu_sched_resource *instance = clone->children[i];
        uint32_t active_node;

        if (is_active_anywhere(instance, &active_node)) {
            if (active_node == node) {
                found = part_of(instance, config);
                if (found && found->running_on.count > 0) {
                    /* A second record for the node: one too many. */
                    found = NULL;
                    is_doubled = true;
                }
            }
        } else if (!is_doubled && !inactive && !instance->is_removed) {
            inactive = part_of(instance, config);
            if (inactive && inactive->pending_node != MU_STATE_NONE &&
                inactive->pending_node != node) {
                inactive = NULL;
            }
        }
    }
    if (!found && !is_doubled) {
        found = inactive;
    }
    /* Without the need for fencing, what is on a lost node shall not use up
     * an instance that could be started elsewhere. */
    if (found && !requires_fencing(found) &&
        (!sched->nodes[node].is_online || sched->nodes[node].is_unclean) &&
        clone->traits->clone_max < (int32_t)sched->nodes_count) {
        found = NULL;
    }
    if (!found) {
        /* An extra instance that the node has already, or a new one. */
        for (uint32_t i = 0; i < clone->children_count && !found; i++) {
            uint32_t active_node;

            if (clone->children[i]->is_removed &&
                (!is_active_anywhere(clone->children[i], &active_node) ||
                 active_node == node)) {
                found = part_of(clone->children[i], config);
                if (found && found->running_on.count > 0) {
                    found = NULL;
                }
            }
        }
    }
    if (!found) {
        found = part_of(mu_setup_extra_instance(sched, clone), config);
    }
    return found;
}

static bool
requires_fencing(const struct mu_sched_resource *resource)
{
    return resource->traits->requires == MU_REQUIRES_FENCING ||
           resource->traits->requires == MU_REQUIRES_UNFENCING;
}

/* The instance itself, or the member of a cloned group. */
static struct mu_sched_resource *
part_of(struct mu_sched_resource *instance, uint32_t config)
{
    if (instance->config == config) {
        return instance;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (instance->children[i]->config == config) {
            return instance->children[i];
        }
    }
    return NULL;
}

/* Active, or about to be, according to what was read so far. */
static bool
is_active_anywhere(const struct mu_sched_resource *instance, uint32_t *ret_node)
{
    if (instance->running_on.count > 0) {
        *ret_node = instance->running_on.items[0];
        return true;
    }
    if (instance->pending_node != MU_STATE_NONE) {
        *ret_node = instance->pending_node;
        return true;
    }
    for (uint32_t i = 0; i < instance->children_count; i++) {
        if (is_active_anywhere(instance->children[i], ret_node)) {
            return true;
        }
    }
    return false;
}
