/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_INTENT_H
#define MU_SCHED_INTENT_H

/* Intent: has what an operator asked for come about?
 *
 * Judges overrides that are intentions (a move, a restart) by a plan that was
 * made with them in force: they have come about when everything is as they
 * want it and nothing is left to be done for it. It knows neither time nor
 * what else goes on in the cluster. */

#include <stdbool.h>

#include "model/override.h"
#include "sched/plan.h"

/* Tells whether the intention 'override' has come about; false for what is
 * none. 'plan' is the one for 'snapshot'. */
bool mu_intent_is_met(const struct mu_override *override,
                      const struct mu_snapshot *snapshot,
                      const struct mu_plan *plan);

/* Tells whether the primitive at index 'primitive' is the resource at index
 * 'resource' or in it. */
bool mu_intent_is_below(const struct mu_config *config, uint32_t primitive,
                        uint32_t resource);

#endif /* MU_SCHED_INTENT_H */
