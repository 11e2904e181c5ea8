/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Overrides: what operators have set above the ordinary configuration, until
 * when, and the command that ends it. */

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_status.h"
#include "model/override.h"

static json_t *override_json(const struct mu_api_sight *sight,
                             const struct mu_override *one,
                             struct mu_arena *scratch);
static void origin_add(json_t *override, const struct mu_origin *origin);
static const char *clear_of(const struct mu_override *one,
                            const char *resource, struct mu_arena *scratch);
static void transient_add(const struct mu_api_sight *sight, json_t *overrides,
                          struct mu_arena *scratch);

void
mu_api_override_look(struct mu_api *api)
{
    const struct mu_state *state = api->sight.state;

    api->sight.origins = NULL;
    if (!api->sight.snapshot) {
        return;
    }
    if (api->origins.index != state->config_index) {
        unsigned at = 1 - api->origins_at;
        struct mu_overrides overrides =
            mu_override_list(&api->scratch, state->config);

        mu_arena_reset(&api->origins_arenas[at]);
        api->origins =
            mu_origin_find(&api->origins_arenas[at], &api->scratch, state,
                           &overrides, &api->origins);
        mu_arena_reset(&api->origins_arenas[api->origins_at]);
        api->origins_at = at;
    }
    api->sight.origins = &api->origins;
}

json_t *
mu_api_override_build(const struct mu_api_sight *sight,
                      struct mu_arena *scratch)
{
    json_t *overrides = json_array();
    struct mu_overrides list;

    if (!sight->snapshot) {
        return overrides;
    }
    list = mu_override_list(scratch, sight->snapshot->config);
    for (uint32_t i = 0; i < list.count; i++) {
        /* What is over without having been ours has no effect any more. */
        if (list.items[i].until_ms > sight->wall_ms || list.items[i].is_ours) {
            json_t *one = override_json(sight, &list.items[i], scratch);

            if (sight->origins && i < sight->origins->count) {
                origin_add(one, &sight->origins->items[i]);
            }
            (void)json_array_append_new(overrides, one);
        }
    }
    transient_add(sight, overrides, scratch);
    return overrides;
}

static json_t *
override_json(const struct mu_api_sight *sight, const struct mu_override *one,
              struct mu_arena *scratch)
{
    const struct mu_config *config = sight->snapshot->config;
    const char *resource = one->resource == MU_CONFIG_NONE
                               ? NULL
                               : config->resources[one->resource].id;
    bool is_place =
        one->kind == MU_OVERRIDE_MOVE || one->kind == MU_OVERRIDE_BAN;

    return json_pack(
        "{s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:b, s:s}", "kind",
        mu_override_word(one->kind), "id", one->id, "constraint",
        is_place ? one->id : NULL, "resource", resource, "node", one->node,
        "until",
        mu_api_time_json(one->until_ms == INT64_MAX ? 0 : one->until_ms),
        "once", one->is_once ? 1 : 0, "clear",
        clear_of(one, resource, scratch));
}

/* Who set it, when and why, as far as the log of revisions tells. */
static void
origin_add(json_t *override, const struct mu_origin *origin)
{
    const struct mu_revision_author *author = &origin->author;

    if (!origin->is_known) {
        return;
    }
    (void)json_object_set_new(override, "by", json_string(author->user));
    (void)json_object_set_new(override, "since",
                              mu_api_time_json(author->wall_ms));
    if (*author->message) {
        (void)json_object_set_new(override, "message",
                                  json_string(author->message));
    }
}

/* The command that ends it before its time. */
static const char *
clear_of(const struct mu_override *one, const char *resource,
         struct mu_arena *scratch)
{
    switch (one->kind) {
    case MU_OVERRIDE_MOVE:
    case MU_OVERRIDE_BAN:
        return mu_text_make(scratch, "muster resource clear %s", resource);
    case MU_OVERRIDE_MAINTENANCE:
        return resource ? mu_text_make(scratch,
                                       "muster maintenance stop resource %s",
                                       resource)
               : one->node
                   ? mu_text_make(scratch, "muster maintenance stop node %s",
                                  one->node)
                   : "muster maintenance stop";
    case MU_OVERRIDE_STANDBY:
        return mu_text_make(scratch, "muster node online %s", one->node);
    case MU_OVERRIDE_STOPPED:
    case MU_OVERRIDE_RESTART:
        return mu_text_make(scratch, "muster resource start %s", resource);
    case MU_OVERRIDE_UNMANAGED:
        return mu_text_make(scratch, "muster resource manage %s", resource);
    case MU_OVERRIDE_STOP_ALL:
        return "muster configure property stop-all-resources=false";
    }
    return "";
}

/* Standby that lasts until the node's daemon starts again is no part of the
 * configuration. */
static void
transient_add(const struct mu_api_sight *sight, json_t *overrides,
              struct mu_arena *scratch)
{
    const struct mu_status *status = sight->snapshot->status;

    for (uint32_t i = 0; i < status->nodes_count; i++) {
        const struct mu_status_node *node = &status->nodes[i];

        for (uint32_t k = 0; k < node->attributes_count; k++) {
            bool is_on;

            if (strcmp(node->attributes[k].name, "standby") != 0 ||
                mu_text_parse_bool(node->attributes[k].value, &is_on) < 0 ||
                !is_on) {
                continue;
            }
            (void)json_array_append_new(
                overrides,
                json_pack("{s:s, s:n, s:n, s:n, s:s, s:n, s:b, s:s, s:s}",
                          "kind", "standby", "id", "constraint", "resource",
                          "node", node->name, "until", "once", 0, "ends",
                          "when musterd starts again there", "clear",
                          mu_text_make(scratch, "muster node online %s",
                                       node->name)));
        }
    }
}
