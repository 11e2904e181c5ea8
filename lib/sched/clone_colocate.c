/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/clone_colocate.h"

#include "base/limits.h"
#include "sched/clone_partner.h"
#include "sched/colocate.h"
#include "sched/place_set.h"
#include "sched/promote.h"
#include "sched/score.h"

static bool may_pair(const struct mu_colocation *colocation);
static void nodes_intersect(struct mu_sched *sched,
                            struct mu_sched_resource *dependent,
                            const struct mu_sched_resource *primary,
                            const struct mu_colocation *colocation);

int32_t
mu_clone_colocate(struct mu_sched *sched, struct mu_sched_resource *dependent,
                  struct mu_sched_resource *primary,
                  const struct mu_colocation *colocation)
{
    int32_t added = 0;

    if (primary->is_unassigned) {
        return 0;
    }
    if (primary->traits->is_promotable &&
        colocation->primary_role != MU_ROLE_UNKNOWN) {
        if (dependent->is_unassigned) {
            mu_promote_bind(sched, dependent, primary, colocation);
            return 0;
        }
        if (colocation->dependent_role == MU_ROLE_PROMOTED) {
            return mu_promote_weigh(sched, dependent, primary, colocation);
        }
    }
    if (may_pair(colocation)) {
        struct mu_sched_resource *partner = mu_clone_find_partner(
            sched, dependent, primary, MU_ROLE_UNKNOWN, false);

        if (partner) {
            return mu_colocate_apply(sched, dependent, partner, colocation);
        }
        if (colocation->score >= MU_SCORE_INFINITY) {
            (void)mu_place_set(sched, dependent, MU_STATE_NONE, true, true);
        }
        return 0;
    }
    if (colocation->score >= MU_SCORE_INFINITY) {
        nodes_intersect(sched, dependent, primary, colocation);
        return 0;
    }
    for (uint32_t i = 0; i < primary->children_count; i++) {
        added = mu_score_add(added,
                             mu_colocate_apply(sched, dependent,
                                               primary->children[i],
                                               colocation));
    }
    return added;
}

/* Only instances of clones pair up, and only if the dependent wants it: to be
 * together, not to be apart. */
static bool
may_pair(const struct mu_colocation *colocation)
{
    const struct mu_sched_resource *dependent = colocation->dependent;

    return colocation->score > 0 && mu_state_is_clone(dependent) &&
           dependent->traits->is_interleave &&
           (!mu_state_is_clone(colocation->primary) ||
            dependent->traits->clone_node_max ==
                colocation->primary->traits->clone_node_max);
}

/* Only where the clone will have instances. */
static void
nodes_intersect(struct mu_sched *sched, struct mu_sched_resource *dependent,
                const struct mu_sched_resource *primary,
                const struct mu_colocation *colocation)
{
    for (uint32_t node = 0; node < sched->nodes_count; node++) {
        bool has_instance = false;

        for (uint32_t i = 0; i < primary->children_count && !has_instance;
             i++) {
            uint32_t where = mu_clone_node_of(primary->children[i]);

            has_instance =
                where != MU_STATE_NONE &&
                !mu_clone_is_blocked(primary->children[i]) &&
                mu_colocate_nodes_match(sched, node, where, colocation);
        }
        if (!has_instance && dependent->scores[node] != MU_SCORE_ABSENT) {
            dependent->scores[node] = -MU_SCORE_INFINITY;
        }
    }
}
