/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_ORDER_H
#define MU_SCHED_ORDER_H

/* Order: what must happen before what?
 *
 * Orderings between resources are collected first; when all actions are known
 * they become edges, and what an edge implies (this must happen too, that
 * cannot happen then) is carried along until nothing changes any more. */

#include "sched/state.h"

/* Reads the configured orderings. */
void mu_order_make(struct mu_sched *sched);

/* Adds an ordering; it is copied. A resource without action stands for those
 * of its actions that have the key. */
void mu_order_add(struct mu_sched *sched, const struct mu_ordering *ordering);

/* One end of an ordering: what a resource does. */
struct mu_order_end {
    struct mu_sched_resource *resource;
    enum mu_verb verb;
};

static inline struct mu_order_end
mu_order_end(struct mu_sched_resource *resource, enum mu_verb verb)
{
    return (struct mu_order_end){resource, verb};
}

/* Adds what one resource does before what another does. */
void mu_order_ends(struct mu_sched *sched, struct mu_order_end first,
                   struct mu_order_end then, uint32_t flags);

/* Makes an edge at once. Returns false if there is one that was made with any
 * of 'flags'. */
bool mu_order_edge(struct mu_sched *sched, struct mu_sched_action *first,
                   struct mu_sched_action *then, uint32_t flags);

/* Makes an edge between the two of 'pair' for the constraint 'source', or none
 * (null). What a constraint asks for adds to what others do, in whatever order
 * they are listed: returns false only if there is an edge with all of that. */
bool mu_order_edge_of(struct mu_sched *sched,
                      struct mu_sched_action *const pair[2], uint32_t flags,
                      const char *source);

/* Returns the role of a resource; for groups and clones the highest of what is
 * inside. Now or, with 'is_current' false, as planned. */
enum mu_role mu_order_state_of(const struct mu_sched_resource *resource,
                               bool is_current);

/* Tells whether 'inner' is inside the group or clone 'outer'. */
bool mu_order_is_inside(const struct mu_sched_resource *inner,
                        const struct mu_sched_resource *outer);

#endif /* MU_SCHED_ORDER_H */
