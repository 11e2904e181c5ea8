/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/place_nodes.h"

#include <string.h>

#include "sched/node_state.h"
#include "sched/utilization_amount.h"


uint32_t
mu_place_sort_nodes(struct mu_sched *sched, const int32_t *scores,
                    uint32_t active, uint32_t *ret_nodes)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < sched->nodes_count; i++) {
        uint32_t at = count;

        if (scores[i] == MU_SCORE_ABSENT) {
            continue;
        }
        while (at > 0 && mu_place_nodes_cmp(sched, scores, active,
                                   (uint32_t[2]){ret_nodes[at - 1], i}) > 0) {
            ret_nodes[at] = ret_nodes[at - 1];
            at--;
        }
        ret_nodes[at] = i;
        count++;
    }
    return count;
}

int
mu_place_nodes_cmp(const struct mu_sched *sched, const int32_t *scores,
                   uint32_t active, const uint32_t pair[2])
{
    const struct mu_sched_node *left = &sched->nodes[pair[0]];
    const struct mu_sched_node *right = &sched->nodes[pair[1]];
    int32_t left_score = mu_place_usable_score(sched, scores, pair[0]);
    int32_t right_score = mu_place_usable_score(sched, scores, pair[1]);

    if (left_score != right_score) {
        return left_score > right_score ? -1 : 1;
    }
    if (!sched->is_minimal) {
        if (sched->is_balanced) {
            int order = mu_utilization_cmp(sched, pair[0], pair[1]);

            if (order != 0) {
                return order > 0 ? -1 : 1;
            }
        }
        if (left->assigned_count != right->assigned_count) {
            return left->assigned_count < right->assigned_count ? -1 : 1;
        }
        if (active == pair[0]) {
            return -1;
        }
        if (active == pair[1]) {
            return 1;
        }
    }
    return strcmp(left->name, right->name);
}

int32_t
mu_place_usable_score(const struct mu_sched *sched, const int32_t *scores,
                      uint32_t node)
{
    return scores[node] != MU_SCORE_ABSENT &&
                   mu_node_state_is_available(&sched->nodes[node])
               ? scores[node]
               : -MU_SCORE_INFINITY;
}
