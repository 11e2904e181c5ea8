/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_MUSTER_SIMULATE_H
#define MU_TOOLS_MUSTER_SIMULATE_H

/* Simulate: what would the cluster do in the situation of a file, and what if
 * something happened?
 *
 * Reads a whole <cib>, lets something happen to it if asked, plans, and prints
 * the plan for people or as JSON. No cluster is needed.
 *
 * Words with '=' describe the situation in the beginning. Events are words of
 * their own and happen one after the other: what the cluster does about one is
 * done before the next. */

#include <jansson.h>

#include "model/snapshot.h"
#include "sched/plan.h"
#include "tools/tool.h"

/* A cluster to which things happen. */
struct mu_simulation {
    struct mu_tool *tool;
    struct mu_snapshot *snapshot;
    bool *broken; /* By configured resource: fence devices that do not work. */
    bool is_check; /* Only whether the words make sense. */
    bool has_told; /* A step was printed. */
};

/* Returns how many words an event takes that begins with argv[0], itself
 * included; 0: that is no event. */
int mu_muster_simulate_event_length(int argc, char **argv);

/* Returns the event that 'word' may be meant for, or null. */
const char *mu_muster_simulate_nearest(const char *word);

/* Lets the event in 'argv', of the length that
 * mu_muster_simulate_event_length() says, happen. Returns an exit code. */
MU_NODISCARD int mu_muster_simulate_event(struct mu_simulation *simulation,
                                          int argc, char **argv);

/* Changes the situation: "node-down=NAME", "node-up=NAME", "quorum=BOOLEAN" or
 * "time=SECONDS". Returns an exit code. */
MU_NODISCARD int mu_muster_simulate_assume(struct mu_simulation *simulation,
                                           const char *word);

/* Lets the cluster do what it would about 'event' (null: about the situation)
 * until it is quiet, prints that, or appends it to 'steps' unless null. */
void mu_muster_simulate_step(struct mu_simulation *simulation,
                             const char *event, unsigned number,
                             json_t *steps);

/* Returns the plan in the form "sched-result-1"; the caller owns it. */
json_t *mu_muster_simulate_json(const struct mu_snapshot *snapshot,
                                const struct mu_plan *plan);

/* Returns one action of it, with the number 'id'; the caller owns it. */
json_t *mu_muster_simulate_action_json(const struct mu_snapshot *snapshot,
                                       const struct mu_action *action,
                                       uint32_t id);

/* Prints the plan on standard output: how it is, what is done, how it will
 * be. */
void mu_muster_simulate_print(const struct mu_snapshot *snapshot,
                              const struct mu_plan *plan);

/* Prints one action as a line; 'after' (or null) is put behind it. */
void mu_muster_simulate_print_action(const struct mu_snapshot *snapshot,
                                     const struct mu_action *action,
                                     const char *after);

#endif /* MU_TOOLS_MUSTER_SIMULATE_H */
