/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PLACE_NODES_H
#define MU_SCHED_PLACE_NODES_H

/* Place, nodes: which of two nodes is better for the same scores? */

#include "sched/state.h"

/* Sorts the nodes that 'resource' has scores for, best first; 'active' (or
 * NONE) wins among equals. Returns how many there are. */
uint32_t mu_place_sort_nodes(struct mu_sched *sched, const int32_t *scores,
                             uint32_t active, uint32_t *ret_nodes);

/* Compares two nodes: negative when the first of 'pair' is better. Of equals
 * the one where the resource is 'active' is. */
int mu_place_nodes_cmp(const struct mu_sched *sched, const int32_t *scores,
                       uint32_t active, const uint32_t pair[2]);

/* Returns the score of 'node', -INFINITY where nothing can run. */
int32_t mu_place_usable_score(const struct mu_sched *sched,
                              const int32_t *scores, uint32_t node);

#endif /* MU_SCHED_PLACE_NODES_H */
