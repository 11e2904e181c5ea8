/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_UTILIZATION_AMOUNT_H
#define MU_SCHED_UTILIZATION_AMOUNT_H

/* Utilization, amounts: what is needed, what is left, and which node has more?
 *
 * Plain numbers by name, as the configuration has them and as they are
 * booked. */

#include "sched/state.h"

/* Reads the needs of a configured resource. */
void mu_utilization_read(struct mu_sched *sched, uint32_t config_index,
                         struct mu_amounts *ret_amounts);

/* Reads the capacity of a node, transient values over permanent ones. */
void mu_utilization_read_node(struct mu_sched *sched,
                              struct mu_sched_node *node);

/* Compares what two nodes have left: positive when 'a' has more. */
int mu_utilization_cmp(const struct mu_sched *sched, uint32_t a, uint32_t b);

/* Finds an amount by its name, or null. */
struct mu_amount *mu_utilization_find(const struct mu_amounts *amounts,
                                      const char *name);

/* Adds an amount; one that is there already changes with 'is_override'
 * only. */
void mu_utilization_set(struct mu_sched *sched, struct mu_amounts *amounts,
                        const char *name, int32_t value, bool is_override);

/* Books 'resource' onto 'node' (or, with 'is_release', off it again). */
void mu_utilization_book(struct mu_sched *sched,
                         const struct mu_sched_resource *resource,
                         uint32_t node, bool is_release);

#endif /* MU_SCHED_UTILIZATION_AMOUNT_H */
