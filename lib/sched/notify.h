/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_NOTIFY_H
#define MU_SCHED_NOTIFY_H

/* Notify: instances of a clone hear what the others are about to do.
 *
 * Around each of start, stop, promote and demote of a clone there are points of
 * order: pre and confirmed-pre before it, post and confirmed-post after it.
 * Between them every active instance is told, with lists of who does what
 * where. */

#include "sched/state.h"

/* Makes the points around start and stop of a clone that wants notifications,
 * and around promote and demote if it is promotable. To be called when the
 * clone's own points exist. */
void mu_notify_clone_act(struct mu_sched *sched,
                         struct mu_sched_resource *clone);

/* Makes the notifications themselves; it must be settled what happens. */
void mu_notify_run(struct mu_sched *sched);

/* Tells the other instances of a stop that 'fence' implies. */
void mu_notify_after_fencing(struct mu_sched *sched,
                             const struct mu_sched_action *stop,
                             struct mu_sched_action *fence);

#endif /* MU_SCHED_NOTIFY_H */
