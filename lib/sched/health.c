/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/health.h"

#include <string.h>

#include "base/text.h"
#include "sched/location_note.h"
#include "sched/score.h"

#define HEALTH_PREFIX "#health"

/* What the colours are worth under the strategy in force. */
struct palette {
    int32_t base;
    int32_t green;
    int32_t yellow;
    int32_t red;
};

static bool palette_make(const struct mu_config_options *options,
                         struct palette *ret_palette);
static int32_t node_sum(struct mu_sched *sched, uint32_t node,
                        const struct palette *palette,
                        const struct mu_pair **ret_worst);
static void pair_add(const struct mu_pair *pair, const struct palette *palette,
                     int32_t *sum, const struct mu_pair **worst);
static int32_t value_score(const char *value, const struct palette *palette);

void
mu_health_apply(struct mu_sched *sched)
{
    struct palette palette;

    if (!palette_make(sched->options, &palette)) {
        return;
    }
    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        const struct mu_pair *worst = NULL;
        const char *detail;
        int32_t score = node_sum(sched, i, &palette, &worst);

        sched->nodes[i].health = score;
        sched->nodes[i].is_unhealthy = worst && score < 0;
        if (score == 0) {
            continue;
        }
        detail = worst ? mu_text_make(sched->arena, "%s is %s", worst->name,
                                      worst->value)
                       : NULL;
        for (size_t j = 0; j < sched->top.count; j++) {
            struct mu_sched_resource *resource = sched->top.items[j];

            if (!resource->traits->allows_unhealthy) {
                struct mu_location *location =
                    mu_location_new(sched, resource, "node-health-strategy");

                location->scores[i] = score;
                location->kind = MU_REASON_HEALTH;
                location->detail = detail;
            }
        }
    }
}

static bool
palette_make(const struct mu_config_options *options,
             struct palette *ret_palette)
{
    const char *strategy = options->node_health_strategy;

    *ret_palette = (struct palette){.red = -MU_SCORE_INFINITY};
    if (!strategy || mu_text_casecmp(strategy, "none") == 0) {
        return false;
    }
    if (mu_text_casecmp(strategy, "migrate-on-red") == 0) {
        return true;
    }
    if (mu_text_casecmp(strategy, "only-green") == 0) {
        ret_palette->yellow = -MU_SCORE_INFINITY;
        return true;
    }
    ret_palette->green = options->node_health_green;
    ret_palette->yellow = options->node_health_yellow;
    ret_palette->red = options->node_health_red;
    if (mu_text_casecmp(strategy, "progressive") == 0) {
        ret_palette->base = options->node_health_base;
        return true;
    }
    return mu_text_casecmp(strategy, "custom") == 0;
}

static int32_t
node_sum(struct mu_sched *sched, uint32_t node, const struct palette *palette,
         const struct mu_pair **ret_worst)
{
    const struct mu_status_node *status = sched->nodes[node].status;
    const struct mu_config_node *config = sched->nodes[node].config;
    struct mu_rule_input input = {.now_ms = sched->now_ms};
    int32_t sum = palette->base;

    for (uint32_t i = 0; i < status->attributes_count; i++) {
        pair_add(&status->attributes[i], palette, &sum, ret_worst);
    }
    for (uint32_t i = 0; config && i < config->attributes.count; i++) {
        const struct mu_config_block *block = &config->attributes.blocks[i];

        if (!mu_rule_is_true(block->rule, &input, &sched->next_change)) {
            continue;
        }
        for (uint32_t j = 0; j < block->pairs_count; j++) {
            pair_add(&block->pairs[j], palette, &sum, ret_worst);
        }
    }
    return sum;
}

/* '*worst' is the first of those that speak most against the node. */
static void
pair_add(const struct mu_pair *pair, const struct palette *palette,
         int32_t *sum, const struct mu_pair **worst)
{
    int32_t score;

    if (strncmp(pair->name, HEALTH_PREFIX, strlen(HEALTH_PREFIX)) != 0 ||
        !pair->value) {
        return;
    }
    score = value_score(pair->value, palette);
    *sum = mu_score_add(*sum, score);
    if (score < 0 &&
        (!*worst || score < value_score((*worst)->value, palette))) {
        *worst = pair;
    }
}

static int32_t
value_score(const char *value, const struct palette *palette)
{
    int32_t score;

    if (mu_text_casecmp(value, "red") == 0) {
        return palette->red;
    }
    if (mu_text_casecmp(value, "yellow") == 0) {
        return palette->yellow;
    }
    if (mu_text_casecmp(value, "green") == 0) {
        return palette->green;
    }
    return mu_text_parse_score(value, &score) == 0 ? score : 0;
}
