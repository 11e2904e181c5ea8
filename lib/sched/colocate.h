/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_COLOCATE_H
#define MU_SCHED_COLOCATE_H

/* Colocate: with or not with whom?
 *
 * A colocation has a dependent and a primary ("dependent with primary"). The
 * primary is placed first. Before that the wishes of its dependents, weakened
 * by the score of the colocation, are added to its own. Afterwards the
 * dependent is bound to where the primary went.
 *
 * Invariant: 'this_with' and 'with_this' of a resource hold only what names
 * it; what it inherits from its group or clone is found on demand. */

#include "sched/state.h"

/* What a colocation decides now. */
enum mu_colocate_effect {
    MU_COLOCATE_NOTHING,
    MU_COLOCATE_LOCATION,
    MU_COLOCATE_ROLE,
};

/* Reads the configured colocations. */
void mu_colocate_make(struct mu_sched *sched);

/* Adds a colocation; 'colocation' is copied. */
void mu_colocate_new(struct mu_sched *sched,
                     const struct mu_colocation *colocation);

/* Appends the colocations in which 'resource', or what it is part of, is
 * dependent, most important primary first. */
void mu_colocate_this_with(struct mu_sched *sched,
                           const struct mu_sched_resource *resource,
                           struct mu_colocations *ret_found);

/* Likewise those in which it is primary, most important dependent first. */
void mu_colocate_with_this(struct mu_sched *sched,
                           const struct mu_sched_resource *resource,
                           struct mu_colocations *ret_found);

/* Tells what the colocation decides at this point; with 'is_preview' as if
 * nothing had been placed yet. */
enum mu_colocate_effect
mu_colocate_affects(const struct mu_sched_resource *dependent,
                    const struct mu_sched_resource *primary,
                    const struct mu_colocation *colocation, bool is_preview);

/* Tells whether the dependent may influence where the primary goes. */
bool mu_colocate_has_influence(const struct mu_colocation *colocation,
                               const struct mu_sched_resource *dependent);

/* Binds 'dependent' to the primary of 'colocation', which is placed. Returns
 * what that added to the dependent's priority for being promoted; a group has
 * its first member's added too. */
int32_t mu_colocate_apply(struct mu_sched *sched,
                          struct mu_sched_resource *dependent,
                          struct mu_sched_resource *primary,
                          const struct mu_colocation *colocation);

/* Adds the wishes of the dependent of 'colocation' to 'target'. */
void mu_colocate_add_dependent(struct mu_sched *sched,
                               struct mu_sched_resource *target,
                               const struct mu_colocation *colocation);

/* How scores travel along colocations. */
struct mu_colocate_merge {
    struct mu_sched_resource *target; /* On whose behalf; null at first. */
    int32_t *scores;                  /* What is added to. */
    const struct mu_colocation *colocation;
    float factor;
    bool is_nonnegative;
    bool is_active;
    bool is_this_with; /* Follow primaries instead of dependents. */
};

/* Adds the scores of 'source' and of those that depend on it to
 * 'merge->scores'. */
void mu_colocate_merge(struct mu_sched *sched, struct mu_sched_resource *source,
                       const struct mu_colocate_merge *merge);

/* Returns the value of the colocation's attribute on 'node'. */
const char *mu_colocate_value(struct mu_sched *sched, uint32_t node,
                              const struct mu_colocation *colocation);

/* Compares values of an attribute, without regard to case; null is a value of
 * its own. */
bool mu_colocate_values_equal(const char *a, const char *b);

/* Tells whether the colocation takes the two nodes for one place. */
bool mu_colocate_nodes_match(struct mu_sched *sched, uint32_t a, uint32_t b,
                             const struct mu_colocation *colocation);

/* Tells whether any node could take a resource with these scores. */
bool mu_colocate_has_node(const struct mu_sched *sched, const int32_t *scores);

#endif /* MU_SCHED_COLOCATE_H */
