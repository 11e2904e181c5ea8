/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_MUSTER_SIMULATE_H
#define MU_TOOLS_MUSTER_SIMULATE_H

/* Simulate: what would the cluster do in the situation of a file?
 *
 * Reads a whole <cib>, lets something happen to it if asked, plans, and prints
 * the plan for people or as JSON. No cluster is needed. */

#include <jansson.h>

#include "model/snapshot.h"
#include "sched/plan.h"
#include "tools/tool.h"

/* Returns the plan in the form "sched-result-1"; the caller owns it. */
json_t *mu_muster_simulate_json(const struct mu_snapshot *snapshot,
                                const struct mu_plan *plan);

/* Prints the plan on standard output: how it is, what is done, how it will
 * be. */
void mu_muster_simulate_print(const struct mu_snapshot *snapshot,
                              const struct mu_plan *plan);

/* Lets 'event' happen: "node-down=NAME", "node-up=NAME", "quorum=BOOLEAN" or
 * "time=SECONDS". Returns an exit code. */
int mu_muster_simulate_event(struct mu_tool *tool,
                             struct mu_snapshot *snapshot, const char *event);

#endif /* MU_TOOLS_MUSTER_SIMULATE_H */
