/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_WHY_H
#define MU_SCHED_WHY_H

/* Why: what was noted while deciding, as sentences for people.
 *
 * It adds no knowledge: everything it says was noted by the planner (see
 * explain.h) or is in the snapshot that was planned for. A sentence begins
 * with a small letter and has no full stop: others put it into theirs. */

#include "sched/plan.h"

/* What sentences are made from. */
struct mu_why {
    struct mu_arena *arena; /* Where they live. */
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan; /* Made with MU_SCHED_REASONS. */
};

/* A list of reasons that concern an instance on a node. */
struct mu_why_reasons {
    const struct mu_plan_reason **items;
    uint32_t count;
};

/* Returns the index of the instance 'id' in the plan, or MU_PLAN_NONE. */
uint32_t mu_why_find(const struct mu_plan *plan, const char *id);

/* Returns what decided on the place of 'instance', and where it would be
 * otherwise: "runs on n1 because ...; not on n2: ...; n3 would be next (score
 * 50)". */
const char *mu_why_instance(const struct mu_why *why, uint32_t instance);

/* Returns why 'instance' goes to where it shall be: "it moves from n1 to n2
 * because ...", or with 'is_promotion' why it is promoted or not. */
const char *mu_why_place(const struct mu_why *why, uint32_t instance,
                         bool is_promotion);

/* Returns why 'instance' is promoted, or why it is not while others are. */
const char *mu_why_promotion(const struct mu_why *why, uint32_t instance);

/* Returns what keeps 'instance' from all nodes alike, or null. */
const char *mu_why_everywhere(const struct mu_why *why, uint32_t instance);

/* Returns what keeps 'instance', or part of it, from running anywhere, at the
 * end of all colocations that lead there: "its target-role is Stopped". Null
 * when it runs, or when no one thing is to blame. */
const char *mu_why_root(const struct mu_why *why, uint32_t instance);

/* Returns the primitive inside 'instance', or itself, that is in question: the
 * first that runs nowhere, or else the last. */
uint32_t mu_why_part(const struct mu_why *why, uint32_t instance);

/* Returns which parameter of the primitive at 'resource' of the configuration
 * is not what it was when 'op' ran on 'node': "its parameter port was changed
 * from 80 to 81"; or which ones may be, as far as that can be known. */
const char *mu_why_changed(const struct mu_why *why, uint32_t resource,
                           uint32_t node, const struct mu_status_op *op);

/* Returns why 'instance' runs nowhere, or is not where or what it shall be;
 * null when it is. */
const char *mu_why_stopped(const struct mu_why *why, uint32_t instance);

/* Returns what has to be done so that 'instance' can run on 'node' (or
 * anywhere, with MU_PLAN_NONE); null when nothing is known. */
const char *mu_why_remedy(const struct mu_why *why, uint32_t instance,
                          uint32_t node);

/* Returns why 'instance' cannot run on 'node', or null when it can. */
const char *mu_why_not(const struct mu_why *why, uint32_t instance,
                       uint32_t node);

/* Lists what counted for 'instance' on 'node' (MU_PLAN_NONE: about all
 * nodes), in the order in which it did. */
void mu_why_list(const struct mu_why *why, uint32_t instance, uint32_t node,
                 struct mu_why_reasons *ret_reasons);

/* Returns what 'reason' adds on 'node'; 0 when it says nothing there. */
int32_t mu_why_score(const struct mu_plan_reason *reason, uint32_t node);

/* Returns the word for a kind of reason, for programs: "location". */
const char *mu_why_kind(enum mu_reason_kind kind);

/* Returns a score as people write it. */
const char *mu_why_score_text(const struct mu_why *why, int32_t score);

/* Returns the sentence for 'reason' on 'node': "location ban-web-n2 forbids
 * it". */
const char *mu_why_reason(const struct mu_why *why,
                          const struct mu_plan_reason *reason, uint32_t node);

/* Returns what lifts 'reason', which is about 'instance', on 'node'; or null
 * when that is not in anybody's hands. */
const char *mu_why_lift(const struct mu_why *why,
                        const struct mu_plan_reason *reason, uint32_t instance,
                        uint32_t node);

/* Returns why the node can run nothing before the plan is carried out: "the
 * node is in standby"; or null. */
const char *mu_why_node(const struct mu_why *why, uint32_t node);

/* Which actions others wait for. */
struct mu_why_waits {
    const struct mu_why *why;
    uint32_t *seen; /* Per action: the mark of the search that met it. */
    uint32_t mark;
};

/* Prepares to look for them; 'why' is borrowed. */
struct mu_why_waits mu_why_waits_look(const struct mu_why *why);

/* Returns what 'action' of the plan waits for, and why: "stop db on n1 (order
 * db-first), fence n2"; null when for nothing. Unless 'is_full' without
 * steps of the same resource in the same place, and its probes. */
const char *mu_why_wait(struct mu_why_waits *waits, uint32_t action,
                        bool is_full);

/* Returns what people call 'action' of the plan: "stop db on n1". */
const char *mu_why_action(const struct mu_why *why, uint32_t action);

#endif /* MU_SCHED_WHY_H */
