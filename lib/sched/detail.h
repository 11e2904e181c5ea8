/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_DETAIL_H
#define MU_SCHED_DETAIL_H

/* Detail: what else must whoever carries out an action know? */

#include "sched/state.h"

/* Returns what the action is in the plan's words. */
enum mu_task mu_detail_task(const struct mu_sched_action *action);

/* Returns the word for 'verb'. */
const char *mu_detail_verb_name(enum mu_verb verb);

/* Returns the name of a point of order such as web-group_running_0. */
const char *mu_detail_pseudo_name(struct mu_sched *sched,
                                  const struct mu_sched_action *action);

/* Fills timeout, start delay and meta attributes. */
void mu_detail_fill(struct mu_sched *sched,
                    const struct mu_sched_action *action,
                    struct mu_action *out);

#endif /* MU_SCHED_DETAIL_H */
