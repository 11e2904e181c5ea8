/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/override.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"

struct list {
    struct mu_arena *arena;
    const struct mu_config *config;
    MU_VEC(struct mu_override) items;
};

/* A value that makes an override when it is set. */
struct sign {
    enum mu_override_kind kind;
    const char *name;
    bool is_set_when; /* The boolean that says so. */
};

static void blocks_read(struct list *list,
                        const struct mu_config_blocks *blocks,
                        const struct sign *sign,
                        const struct mu_override *about);
static bool says_so(const char *value, const struct sign *sign);
static void location_read(struct list *list,
                          const struct mu_config_location *location);
static bool has_start(const char *text, const char *start);

struct mu_overrides
mu_override_list(struct mu_arena *arena, const struct mu_config *config)
{
    static const struct sign of_cluster[] = {
        {MU_OVERRIDE_MAINTENANCE, "maintenance-mode", true},
        {MU_OVERRIDE_STOP_ALL, "stop-all-resources", true},
    };
    static const struct sign of_nodes[] = {
        {MU_OVERRIDE_MAINTENANCE, "maintenance", true},
        {MU_OVERRIDE_STANDBY, "standby", true},
    };
    static const struct sign of_resources[] = {
        {MU_OVERRIDE_MAINTENANCE, "maintenance", true},
        {MU_OVERRIDE_STOPPED, "target-role", true},
        {MU_OVERRIDE_UNMANAGED, "is-managed", false},
    };
    struct list list = {.arena = arena, .config = config};
    struct mu_override about = {.resource = MU_CONFIG_NONE};

    for (unsigned k = 0; k < sizeof(of_cluster) / sizeof(of_cluster[0]); k++) {
        blocks_read(&list, &config->properties, &of_cluster[k], &about);
    }
    for (uint32_t i = 0; i < config->nodes_count; i++) {
        about.node = config->nodes[i].name;
        for (unsigned k = 0; k < sizeof(of_nodes) / sizeof(of_nodes[0]); k++) {
            blocks_read(&list, &config->nodes[i].attributes, &of_nodes[k],
                        &about);
        }
    }
    about.node = NULL;
    for (uint32_t i = 0; i < config->resources_count; i++) {
        about.resource = i;
        for (unsigned k = 0;
             k < sizeof(of_resources) / sizeof(of_resources[0]); k++) {
            blocks_read(&list, &config->resources[i].meta, &of_resources[k],
                        &about);
        }
    }
    for (uint32_t i = 0; i < config->locations_count; i++) {
        location_read(&list, &config->locations[i]);
    }
    return (struct mu_overrides){list.items.items, (uint32_t)list.items.count};
}

const char *
mu_override_word(enum mu_override_kind kind)
{
    switch (kind) {
    case MU_OVERRIDE_MOVE:
        return "move";
    case MU_OVERRIDE_BAN:
        return "ban";
    case MU_OVERRIDE_MAINTENANCE:
        return "maintenance";
    case MU_OVERRIDE_STANDBY:
        return "standby";
    case MU_OVERRIDE_STOPPED:
        return "stopped";
    case MU_OVERRIDE_UNMANAGED:
        return "unmanaged";
    case MU_OVERRIDE_RESTART:
        return "restart";
    case MU_OVERRIDE_STOP_ALL:
        return "stop-all";
    }
    mu_unreachable();
}

/* Blocks come in the order in which they count: behind one that always holds
 * none has a say. */
static void
blocks_read(struct list *list, const struct mu_config_blocks *blocks,
            const struct sign *sign, const struct mu_override *about)
{
    for (uint32_t i = 0; i < blocks->count; i++) {
        const struct mu_config_block *block = &blocks->blocks[i];
        const char *value = NULL;
        struct mu_override *item;

        for (uint32_t k = 0; k < block->pairs_count && !value; k++) {
            if (strcmp(block->pairs[k].name, sign->name) == 0) {
                value = block->pairs[k].value;
            }
        }
        if (value && says_so(value, sign)) {
            item = mu_vec_add(list->arena, &list->items);
            *item = *about;
            item->kind = sign->kind;
            item->id = block->id;
            item->until_ms = mu_rule_end_ms(block->rule);
            item->is_ours = block->id && has_start(block->id, "cli-") &&
                            item->until_ms != INT64_MAX;
            if (item->is_ours && has_start(block->id, "cli-restart-")) {
                item->kind = MU_OVERRIDE_RESTART;
                item->is_once = true;
            }
        }
        if (value && !block->rule) {
            return;
        }
    }
}

static bool
says_so(const char *value, const struct sign *sign)
{
    bool is_true;

    if (sign->kind == MU_OVERRIDE_STOPPED) {
        return mu_text_casecmp(value, "Stopped") == 0;
    }
    return mu_text_parse_bool(value, &is_true) == 0 &&
           is_true == sign->is_set_when;
}

static void
location_read(struct list *list, const struct mu_config_location *location)
{
    bool is_ban = has_start(location->id, "cli-ban-");
    const struct mu_config_location_rule *rule =
        location->rules_count == 1 ? &location->rules[0] : NULL;
    struct mu_override *item;

    if ((!is_ban && !has_start(location->id, "cli-prefer-")) ||
        location->resource == MU_CONFIG_NONE) {
        return;
    }
    item = mu_vec_add(list->arena, &list->items);
    *item = (struct mu_override){
        .kind = is_ban ? MU_OVERRIDE_BAN : MU_OVERRIDE_MOVE,
        .id = location->id,
        .resource = location->resource,
        .node = location->node,
        .role = location->role == MU_ROLE_PROMOTED ? MU_ROLE_PROMOTED
                                                   : MU_ROLE_UNKNOWN,
        .until_ms = INT64_MAX};
    if (rule) {
        item->node = mu_rule_node(rule->rule);
        item->until_ms = mu_rule_end_ms(rule->rule);
        item->is_ours = item->until_ms != INT64_MAX;
        item->is_once = item->is_ours && item->node && !is_ban && rule->id &&
                        has_start(rule->id, MU_OVERRIDE_ONCE);
    }
}

static bool
has_start(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}
