/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/utilization_amount.h"

#include <string.h>

#include "base/text.h"
#include "model/rule.h"

static void blocks_read(struct mu_sched *sched,
                        const struct mu_config_blocks *blocks,
                        struct mu_amounts *amounts);

void
mu_utilization_read(struct mu_sched *sched, uint32_t config_index,
                    struct mu_amounts *ret_amounts)
{
    if (sched->has_utilization) {
        blocks_read(sched, &sched->config->resources[config_index].utilization,
                    ret_amounts);
    }
}

void
mu_utilization_read_node(struct mu_sched *sched, struct mu_sched_node *node)
{
    int32_t value;

    if (!sched->has_utilization) {
        return;
    }
    for (uint32_t i = 0; i < node->status->utilization_count; i++) {
        const struct mu_pair *pair = &node->status->utilization[i];

        if (pair->value && mu_text_parse_score(pair->value, &value) == 0) {
            mu_utilization_set(sched, &node->utilization, pair->name, value,
                               true);
        }
    }
    if (node->config) {
        blocks_read(sched, &node->config->utilization, &node->utilization);
    }
}

int
mu_utilization_cmp(const struct mu_sched *sched, uint32_t a, uint32_t b)
{
    const struct mu_amounts *left = &sched->nodes[a].utilization;
    const struct mu_amounts *right = &sched->nodes[b].utilization;
    int result = 0;

    for (uint32_t i = 0; i < left->count; i++) {
        const struct mu_amount *other =
            mu_utilization_find(right, left->items[i].name);
        int32_t value = other ? other->value : 0;

        if (left->items[i].value != value) {
            result += left->items[i].value > value ? 1 : -1;
        }
    }
    for (uint32_t i = 0; i < right->count; i++) {
        if (!mu_utilization_find(left, right->items[i].name) &&
            right->items[i].value != 0) {
            result += right->items[i].value > 0 ? -1 : 1;
        }
    }
    return result;
}

static void
blocks_read(struct mu_sched *sched, const struct mu_config_blocks *blocks,
            struct mu_amounts *amounts)
{
    struct mu_rule_input input = {.now_ms = sched->now_ms};
    int32_t value;

    for (uint32_t i = 0; i < blocks->count; i++) {
        const struct mu_config_block *block = &blocks->blocks[i];

        if (!mu_rule_is_true(block->rule, &input, &sched->next_change)) {
            continue;
        }
        for (uint32_t j = 0; j < block->pairs_count; j++) {
            const struct mu_pair *pair = &block->pairs[j];

            if (pair->value && mu_text_parse_score(pair->value, &value) == 0) {
                mu_utilization_set(sched, amounts, pair->name, value, false);
            }
        }
    }
}

struct mu_amount *
mu_utilization_find(const struct mu_amounts *amounts, const char *name)
{
    for (uint32_t i = 0; i < amounts->count; i++) {
        if (strcmp(amounts->items[i].name, name) == 0) {
            return &amounts->items[i];
        }
    }
    return NULL;
}

void
mu_utilization_set(struct mu_sched *sched, struct mu_amounts *amounts,
                   const char *name, int32_t value, bool is_override)
{
    struct mu_amount *amount = mu_utilization_find(amounts, name);
    struct mu_amount *grown;

    if (amount) {
        if (is_override) {
            amount->value = value;
        }
        return;
    }
    grown = mu_arena_new(sched->arena, struct mu_amount, amounts->count + 1);
    if (amounts->count > 0) {
        memcpy(grown, amounts->items, amounts->count * sizeof(*grown));
    }
    grown[amounts->count] = (struct mu_amount){name, value};
    amounts->items = grown;
    amounts->count++;
}

void
mu_utilization_book(struct mu_sched *sched,
                    const struct mu_sched_resource *resource, uint32_t node,
                    bool is_release)
{
    const struct mu_amounts *needs = &resource->traits->utilization;

    if (!sched->has_utilization) {
        return;
    }
    for (uint32_t i = 0; i < needs->count; i++) {
        struct mu_amount *left =
            mu_utilization_find(&sched->nodes[node].utilization,
                                needs->items[i].name);

        if (left) {
            left->value +=
                is_release ? needs->items[i].value : -needs->items[i].value;
        }
    }
}
