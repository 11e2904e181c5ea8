/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/failure.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sched/score.h"
#include "sched/setup_params.h"

#define COUNT_PREFIX "fail-count-"
#define LAST_PREFIX  "last-failure-"

static enum mu_on_fail on_fail_find(struct mu_sched *sched,
                                    const struct mu_sched_resource *resource,
                                    uint32_t node,
                                    const struct mu_status_op *op);
static enum mu_on_fail
on_fail_of_promoted(struct mu_sched *sched,
                    const struct mu_sched_resource *resource, uint32_t node);
static void node_read(struct mu_sched *sched, uint32_t node);
static struct mu_failcount *entry_add(struct mu_sched *sched, uint32_t node,
                                      const char *name, size_t length);
static int entry_cmp(const void *a, const void *b);
static void entries_merge(struct mu_sched *sched, uint32_t node);
static size_t entry_first(const struct mu_sched *sched, uint32_t node,
                          const char *name);
static size_t name_length(const char *name);
static bool begins_with(const struct mu_failcount *entry, const char *name);
static bool is_about(const struct mu_failcount *entry,
                     const struct mu_sched_resource *resource);
static bool is_blocking(struct mu_sched *sched,
                        const struct mu_sched_resource *resource,
                        uint32_t node);
static bool has_failed_op(const struct mu_status_node *node, const char *name,
                          const struct mu_config_op *op);

void
mu_failure_read(struct mu_sched *sched)
{
    sched->failcounts =
        mu_arena_alloc(sched->arena, (size_t)sched->nodes_count + 1,
                       sizeof(*sched->failcounts), alignof(max_align_t));
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        node_read(sched, i);
    }
    for (uint32_t i = 0; i < sched->config->resources_count; i++) {
        const struct mu_config_resource *config = &sched->config->resources[i];

        for (uint32_t j = 0; j < config->ops_count; j++) {
            struct mu_rule_input input = {.now_ms = sched->now_ms};
            const char *value =
                mu_config_lookup(&config->ops[j].meta, "on-fail", &input,
                                 &sched->next_change);

            if (value && strcmp(value, "block") == 0) {
                sched->traits[i].has_block_op = true;
            }
        }
    }
}

static void
node_read(struct mu_sched *sched, uint32_t node)
{
    const struct mu_status_node *status = sched->nodes[node].status;

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        const char *name = status->attributes[i].name;
        const char *value = status->attributes[i].value;
        struct mu_failcount *entry;
        int32_t score;
        int64_t seconds;

        if (!value) {
            continue;
        }
        if (strncmp(name, COUNT_PREFIX, strlen(COUNT_PREFIX)) == 0) {
            name += strlen(COUNT_PREFIX);
            entry = entry_add(sched, node, name, name_length(name));
            if (mu_text_parse_score(value, &score) == 0) {
                entry->count = score;
            }
        } else if (strncmp(name, LAST_PREFIX, strlen(LAST_PREFIX)) == 0) {
            name += strlen(LAST_PREFIX);
            entry = entry_add(sched, node, name, name_length(name));
            if (mu_text_parse_int64(value, &seconds) == 0 &&
                seconds > 0 && seconds < INT64_MAX / 1000) {
                entry->last_ms = seconds * 1000;
            }
        }
    }
    entries_merge(sched, node);
}

/* The resource's part of RESOURCE#OPERATION_INTERVAL. Counts without an
 * operation are of very old versions; the newest of them ignores them. */
static size_t
name_length(const char *name)
{
    const char *end = strrchr(name, '#');

    return end ? (size_t)(end - name) : strlen(name);
}

static struct mu_failcount *
entry_add(struct mu_sched *sched, uint32_t node, const char *name,
          size_t length)
{
    struct mu_failcount *entry =
        mu_vec_add(sched->arena, &sched->failcounts[node]);

    entry->name = name;
    entry->name_length = length;
    entry->is_legacy = name[length] == '\0';
    return entry;
}

/* By name, so that what begins with a name is together. */
static int
entry_cmp(const void *a, const void *b)
{
    const struct mu_failcount *left = a;
    const struct mu_failcount *right = b;
    size_t length = left->name_length < right->name_length
                        ? left->name_length
                        : right->name_length;
    int order = memcmp(left->name, right->name, length);

    if (order != 0) {
        return order;
    }
    if (left->name_length != right->name_length) {
        return left->name_length < right->name_length ? -1 : 1;
    }
    return (int)left->is_legacy - (int)right->is_legacy;
}

/* What several attributes tell of one resource becomes one entry. */
static void
entries_merge(struct mu_sched *sched, uint32_t node)
{
    struct mu_failcount *items = sched->failcounts[node].items;
    size_t count = sched->failcounts[node].count;
    size_t kept = 0;

    if (count == 0) {
        return;
    }
    qsort(items, count, sizeof(*items), entry_cmp);
    for (size_t i = 1; i < count; i++) {
        if (entry_cmp(&items[kept], &items[i]) != 0) {
            items[++kept] = items[i];
            continue;
        }
        items[kept].count = mu_score_add(items[kept].count, items[i].count);
        if (items[i].last_ms > items[kept].last_ms) {
            items[kept].last_ms = items[i].last_ms;
        }
    }
    sched->failcounts[node].count = kept + 1;
}

/* The first entry whose name does not come before 'name'. */
static size_t
entry_first(const struct mu_sched *sched, uint32_t node, const char *name)
{
    const struct mu_failcount wanted = {.name = name,
                                        .name_length = strlen(name)};
    size_t low = 0;
    size_t high = sched->failcounts[node].count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (entry_cmp(&sched->failcounts[node].items[middle], &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool
begins_with(const struct mu_failcount *entry, const char *name)
{
    size_t length = strlen(name);

    return entry->name_length >= length &&
           memcmp(entry->name, name, length) == 0;
}

/* Of entries that begin with its name. Instances of anonymous clones share the
 * counts of all numbers. */
static bool
is_about(const struct mu_failcount *entry,
         const struct mu_sched_resource *resource)
{
    size_t length = strlen(resource->name);

    if (entry->is_legacy) {
        return false;
    }
    if (entry->name_length == length) {
        return true;
    }
    if (resource->is_unique || entry->name[length] != ':') {
        return false;
    }
    for (size_t i = length + 1; i < entry->name_length; i++) {
        if (entry->name[i] < '0' || entry->name[i] > '9') {
            return false;
        }
    }
    return true;
}

int32_t
mu_failure_count(struct mu_sched *sched, struct mu_sched_resource *resource,
                 uint32_t node, bool is_effective, int64_t *ret_last_ms)
{
    int32_t count = 0;
    int64_t last_ms = 0;

    for (size_t i = entry_first(sched, node, resource->name);
         i < sched->failcounts[node].count; i++) {
        const struct mu_failcount *entry = &sched->failcounts[node].items[i];

        if (!begins_with(entry, resource->name)) {
            break;
        }
        if (is_about(entry, resource)) {
            count = mu_score_add(count, entry->count);
            last_ms = entry->last_ms > last_ms ? entry->last_ms : last_ms;
        }
    }
    if (ret_last_ms) {
        *ret_last_ms = last_ms;
    }
    if (count > 0 && resource->failure_timeout_ms > 0 &&
        is_blocking(sched, resource, node)) {
        resource->failure_timeout_ms = 0; /* It wants to be looked at. */
    }
    if (is_effective && count > 0 && last_ms > 0 &&
        resource->failure_timeout_ms > 0) {
        struct mu_instant end = mu_instant_after((struct mu_instant){last_ms},
                                                 resource->failure_timeout_ms);

        if (sched->now_ms > end.ms) {
            return 0;
        }
        sched->next_change =
            mu_instant_min(sched->next_change, mu_instant_after(end, 1000));
    }
    return count;
}

/* A failure that is answered by on-fail=block does not go away by itself. */
static bool
is_blocking(struct mu_sched *sched, const struct mu_sched_resource *resource,
            uint32_t node)
{
    const struct mu_config_resource *config;

    if (!resource->traits->has_block_op) {
        return false;
    }
    config = &sched->config->resources[resource->config];
    for (uint32_t i = 0; i < config->ops_count; i++) {
        struct mu_rule_input input = {.now_ms = sched->now_ms};
        const char *value =
            mu_config_lookup(&config->ops[i].meta, "on-fail", &input, NULL);

        if (value && strcmp(value, "block") == 0 &&
            has_failed_op(sched->nodes[node].status, resource->name,
                          &config->ops[i])) {
            return true;
        }
    }
    return false;
}

static bool
has_failed_op(const struct mu_status_node *node, const char *name,
              const struct mu_config_op *op)
{
    for (uint32_t i = 0; i < node->resources_count; i++) {
        const struct mu_status_resource *known = &node->resources[i];

        if (strcmp(known->id, name) != 0) {
            continue;
        }
        for (uint32_t j = 0; j < known->ops_count; j++) {
            const struct mu_status_op *entry = &known->ops[j];

            if (strcmp(entry->name, op->name) == 0 &&
                entry->interval_ms == op->interval_ms &&
                entry->rc != entry->expected_rc) {
                return true;
            }
        }
    }
    return false;
}

bool
mu_failure_is_too_often(struct mu_sched *sched,
                        struct mu_sched_resource *resource, uint32_t node)
{
    int32_t threshold = resource->traits->migration_threshold;
    int32_t count;

    if (sched->failcounts[node].count == 0 || threshold <= 0 ||
        resource->is_failure_ignored) {
        return false;
    }
    count = mu_failure_count(sched, resource, node, true, NULL);
    return count > 0 && count >= threshold;
}

/* What is configured, as far as it makes sense. */
static enum mu_on_fail
on_fail_find(struct mu_sched *sched, const struct mu_sched_resource *resource,
             uint32_t node, const struct mu_status_op *op)
{
    const struct mu_params *params;
    bool is_watching_promoted;

    if (resource->config == MU_STATE_NONE) {
        return MU_ON_FAIL_DEFAULT;
    }
    params = mu_setup_params(sched, resource, node, op->name, op->interval_ms);
    is_watching_promoted = op->interval_ms > 0 &&
                           op->task == MU_OP_TASK_MONITOR &&
                           params->role == MU_ROLE_PROMOTED;
    if (params->on_fail == MU_ON_FAIL_DEMOTE && !is_watching_promoted &&
        op->task != MU_OP_TASK_PROMOTE) {
        return MU_ON_FAIL_DEFAULT; /* It says nothing of the promoted role. */
    }
    if (op->task == MU_OP_TASK_STOP &&
        (params->on_fail == MU_ON_FAIL_STOP ||
         params->on_fail == MU_ON_FAIL_STANDBY)) {
        return MU_ON_FAIL_DEFAULT; /* It could not be stopped. */
    }
    if (op->task == MU_OP_TASK_DEMOTE &&
        params->on_fail == MU_ON_FAIL_DEFAULT) {
        return on_fail_of_promoted(sched, resource, node);
    }
    return params->on_fail;
}

/* A failed demote is answered as the first failed monitor of the promoted role
 * whose answer is given, unless that would be to demote it. */
static enum mu_on_fail
on_fail_of_promoted(struct mu_sched *sched,
                    const struct mu_sched_resource *resource, uint32_t node)
{
    const struct mu_config_resource *config =
        &sched->config->resources[resource->config];

    for (uint32_t i = 0; i < config->ops_count; i++) {
        const struct mu_config_op *op = &config->ops[i];
        const struct mu_params *params;

        if (op->interval_ms <= 0 || strcmp(op->name, "monitor") != 0) {
            continue;
        }
        params =
            mu_setup_params(sched, resource, node, op->name, op->interval_ms);
        if (params->is_enabled && params->role == MU_ROLE_PROMOTED &&
            params->on_fail != MU_ON_FAIL_DEFAULT &&
            params->on_fail != MU_ON_FAIL_DEMOTE) {
            return params->on_fail;
        }
    }
    return MU_ON_FAIL_DEFAULT;
}

enum mu_answer
mu_failure_answer(struct mu_sched *sched,
                  const struct mu_sched_resource *resource, uint32_t node,
                  const struct mu_status_op *op)
{
    switch (on_fail_find(sched, resource, node, op)) {
    case MU_ON_FAIL_IGNORE:
        return MU_ANSWER_IGNORE;
    case MU_ON_FAIL_BLOCK:
        return MU_ANSWER_BLOCK;
    case MU_ON_FAIL_STOP:
        return MU_ANSWER_STOP;
    case MU_ON_FAIL_RESTART:
    case MU_ON_FAIL_RESTART_CONTAINER:
        return MU_ANSWER_RESTART;
    case MU_ON_FAIL_DEMOTE:
        return MU_ANSWER_DEMOTE;
    case MU_ON_FAIL_STANDBY:
        return MU_ANSWER_STANDBY;
    case MU_ON_FAIL_FENCE:
        return sched->is_fencing_enabled ? MU_ANSWER_FENCE : MU_ANSWER_STOP;
    case MU_ON_FAIL_DEFAULT:
        break;
    }
    if (op->task == MU_OP_TASK_STOP) {
        return sched->is_fencing_enabled ? MU_ANSWER_FENCE : MU_ANSWER_BLOCK;
    }
    return MU_ANSWER_RESTART;
}
