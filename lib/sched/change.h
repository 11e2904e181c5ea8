/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_CHANGE_H
#define MU_SCHED_CHANGE_H

/* Change: was this operation done with the parameters of today?
 *
 * Compares the digests that the history recorded with those of the
 * configuration, and answers a difference with reload, restart or a new
 * monitor. */

#include "sched/state.h"

enum mu_change {
    MU_CHANGE_NONE,
    MU_CHANGE_UNKNOWN, /* The history does not say; a reload will do where it
                          tells that no more is needed. */
    MU_CHANGE_RELOADABLE,
    MU_CHANGE_RESTART,
};

/* Returns the action that forgets the failures of 'resource' on 'node', one for
 * all of them. Like any other it is not for what is not managed, and not done
 * on a node that cannot do anything. */
struct mu_sched_action *
mu_change_clear_failcount(struct mu_sched *sched,
                          struct mu_sched_resource *resource, uint32_t node);

/* Tells how the parameters changed since 'op' ran. */
enum mu_change mu_change_of(struct mu_sched *sched,
                            const struct mu_sched_resource *resource,
                            uint32_t node, const struct mu_status_op *op);

/* Remembers the resource when 'known', its history on 'node', is that of
 * another agent. */
void mu_change_note_agent(struct mu_sched *sched,
                          struct mu_sched_resource *resource, uint32_t node,
                          const struct mu_status_resource *known);

/* Looks at the history of everything active: schedules reloads, restarts, new
 * monitors and the end of monitors that left the configuration. */
void mu_change_run(struct mu_sched *sched);

#endif /* MU_SCHED_CHANGE_H */
