/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic facts: attributes, bans and fencing, for text and XML alike. */

#include <stdlib.h>
#include <string.h>

#include "daemon/api_time.h"
#include "model/params.h"
#include "tools/classic.h"
#include "tools/field.h"

static bool is_hidden(const char *name);
static void add_names(const struct mu_pair *pairs, uint32_t count,
                      const char **names, size_t *ret_count);
static const char *parameter(const struct mu_classic *classic, uint32_t index,
                             const char *name);
static bool runs_on(const struct mu_classic *classic, uint32_t primitive,
                    uint32_t node);
static int name_cmp(const void *a, const void *b);

const char *const *
mu_classic_facts_names(const struct mu_classic *classic, uint32_t node,
                       size_t *ret_count)
{
    const struct mu_config *config = classic->snapshot->config;
    const struct mu_status_node *one = &classic->snapshot->status->nodes[node];
    const struct mu_config_blocks *blocks =
        one->config_node == MU_CONFIG_NONE
            ? NULL
            : &config->nodes[one->config_node].attributes;
    size_t max = one->attributes_count;
    const char **names;
    size_t count = 0;
    size_t kept = 0;

    for (uint32_t i = 0; blocks && i < blocks->count; i++) {
        max += blocks->blocks[i].pairs_count;
    }
    names = mu_arena_new(classic->arena, const char *, max + 1);
    add_names(one->attributes, one->attributes_count, names, &count);
    for (uint32_t i = 0; blocks && i < blocks->count; i++) {
        add_names(blocks->blocks[i].pairs, blocks->blocks[i].pairs_count, names,
                  &count);
    }
    qsort(names, count, sizeof(names[0]), name_cmp);
    for (size_t i = 0; i < count; i++) {
        if ((kept == 0 || strcmp(names[kept - 1], names[i]) != 0) &&
            mu_classic_attribute(classic, node, names[i])) {
            names[kept++] = names[i];
        }
    }
    *ret_count = kept;
    return names;
}

int32_t
mu_classic_facts_ping_expected(const struct mu_classic *classic, uint32_t node,
                               const char *name)
{
    const struct mu_config *config = classic->snapshot->config;

    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *one = &config->resources[i];
        const char *its;
        const char *hosts;
        const char *factor;
        int64_t multiplier = 1;
        int32_t count = 0;

        if (!one->type || (strcmp(one->type, "ping") != 0 &&
                           strcmp(one->type, "pingd") != 0)) {
            continue;
        }
        its = parameter(classic, i, "name");
        if (strcmp(its ? its : "pingd", name) != 0 ||
            !runs_on(classic, i, node)) {
            continue;
        }
        hosts = parameter(classic, i, "host_list");
        factor = parameter(classic, i, "multiplier");
        while (hosts && *hosts) {
            hosts += strspn(hosts, " ");
            count += *hosts ? 1 : 0;
            hosts += strcspn(hosts, " ");
        }
        if (factor && mu_text_parse_int64(factor, &multiplier)) {
            multiplier = 1;
        }
        return (int32_t)(count * multiplier);
    }
    return -1;
}

bool
mu_classic_facts_next_ban(const struct mu_classic *classic,
                          const struct mu_classic_view *view,
                          struct mu_classic_ban *ban)
{
    const struct mu_config *config = classic->snapshot->config;

    while (ban->next < config->locations_count) {
        const struct mu_config_location *one = &config->locations[ban->next++];

        if (one->score >= 0 || !one->node || one->resource == MU_CONFIG_NONE ||
            (view->ban_prefix && strncmp(one->id, view->ban_prefix,
                                         strlen(view->ban_prefix)) != 0) ||
            (view->only_node && strcmp(view->only_node, one->node) != 0)) {
            continue;
        }
        ban->id = one->id;
        ban->resource = config->resources[one->resource].id;
        ban->node = one->node;
        ban->score = one->score;
        ban->is_promoted_only = one->role == MU_ROLE_PROMOTED;
        return true;
    }
    return false;
}

const char *
mu_classic_facts_fence_state(const json_t *fence)
{
    static const char *const words[][2] = {
        {"running", "pending"},
        {"retrying", "failed"},
        {"done", "successful"},
        {"failed", "failed"},
    };
    const char *state = mu_field_text(fence, "state");

    for (size_t i = 0; state && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return NULL;
}

int64_t
mu_classic_facts_fence_time(const json_t *fence)
{
    const char *ended = mu_field_text(fence, "ended");
    const char *asked = mu_field_text(fence, "asked");
    int64_t wall_ms = 0;

    ended = ended ? ended : asked;
    if (!ended || mu_api_time_parse(ended, &wall_ms)) {
        return 0;
    }
    return wall_ms;
}

static bool
runs_on(const struct mu_classic *classic, uint32_t primitive, uint32_t node)
{
    for (uint32_t i = 0; i < classic->plan->before_count; i++) {
        if (classic->plan->before[i].primitive == primitive &&
            classic->plan->before[i].node == node) {
            return true;
        }
    }
    return false;
}

static void
add_names(const struct mu_pair *pairs, uint32_t count, const char **names,
          size_t *ret_count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is_hidden(pairs[i].name)) {
            names[(*ret_count)++] = pairs[i].name;
        }
    }
}

/* What the cluster itself keeps in attributes. */
static bool
is_hidden(const char *name)
{
    static const char *const prefixes[] = {"fail-count-", "last-failure-", "#"};
    static const char *const words[] = {"shutdown", "terminate", "standby",
                                        "maintenance"};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static const char *
parameter(const struct mu_classic *classic, uint32_t index, const char *name)
{
    const struct mu_rule_input input = {.now_ms = classic->snapshot->now_ms};

    return mu_config_lookup(&classic->snapshot->config->resources[index].params,
                            name, &input, NULL);
}

static int
name_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
