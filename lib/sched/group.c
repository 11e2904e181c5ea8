/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/group.h"

#include "sched/action.h"
#include "sched/colocate.h"
#include "sched/order.h"
#include "sched/place.h"
#include "sched/transition.h"

/* What the orderings of one member need to know of those before. */
struct chain {
    struct mu_sched_resource *previous;
    struct mu_sched_resource *last_active;
    bool is_promotable;
};

static void member_order(struct mu_sched *sched, struct chain *chain,
                         struct mu_sched_resource *member);
static void member_order_promotable(struct mu_sched *sched,
                                    const struct chain *chain,
                                    struct mu_sched_resource *member);
static void member_chain(struct mu_sched *sched, const struct chain *chain,
                         struct mu_sched_resource *member);

uint32_t
mu_group_assign(struct mu_sched *sched, struct mu_sched_resource *group,
                uint32_t preferred, bool stops_if_nowhere)
{
    uint32_t first = MU_STATE_NONE;

    if (!group->is_unassigned) {
        return group->assigned;
    }
    if (group->is_assigning) {
        return MU_STATE_NONE;
    }
    if (group->children_count == 0) {
        group->is_unassigned = false;
        return MU_STATE_NONE;
    }
    group->is_assigning = true;
    group->role = group->children[0]->role;
    group->has_loose = false;
    for (uint32_t i = 0; i < group->children_count; i++) {
        uint32_t node = mu_place_assign(sched, group->children[i], preferred,
                                        stops_if_nowhere);

        if (first == MU_STATE_NONE) {
            first = node;
        }
        group->has_loose = group->has_loose || !group->children[i]->is_managed;
    }
    group->next_role = group->children[0]->next_role;
    group->is_assigning = false;
    group->is_unassigned = false;
    group->assigned = first;
    return first;
}

void
mu_group_colocate(struct mu_sched *sched, struct mu_sched_resource *group)
{
    for (uint32_t i = 1;
         i < group->children_count && !group->traits->is_uncolocated; i++) {
        struct mu_sched_resource *member = group->children[i];

        mu_colocate_new(sched, &(struct mu_colocation){
                                   .id = group->id,
                                   .dependent = member,
                                   .primary = group->children[i - 1],
                                   .score = MU_SCORE_INFINITY,
                                   .has_influence = member->traits->is_critical,
                               });
    }
}

void
mu_group_order(struct mu_sched *sched, struct mu_sched_resource *group)
{
    struct mu_sched_resource *clone = mu_state_clone_of(group);
    struct chain chain = {.is_promotable =
                              clone && clone->traits->is_promotable};

    mu_order_ends(sched, mu_order_end(group, MU_VERB_STOP),
                  mu_order_end(group, MU_VERB_STOPPED),
                  MU_ORDER_UNRUNNABLE_BLOCKS);
    mu_order_ends(sched, mu_order_end(group, MU_VERB_STOPPED),
                  mu_order_end(group, MU_VERB_START), MU_ORDER_ORDERED);
    mu_order_ends(sched, mu_order_end(group, MU_VERB_START),
                  mu_order_end(group, MU_VERB_RUNNING),
                  MU_ORDER_UNRUNNABLE_BLOCKS);
    for (uint32_t i = 0; i < group->children_count; i++) {
        member_order(sched, &chain, group->children[i]);
        chain.previous = group->children[i];
    }
}

static void
member_order(struct mu_sched *sched, struct chain *chain,
             struct mu_sched_resource *member)
{
    struct mu_sched_resource *group = member->parent;
    uint32_t down = MU_ORDER_THEN_GRAPHS_FIRST;
    uint32_t post_down = MU_ORDER_FIRST_GRAPHS_THEN;

    mu_transition_order(sched, member);
    if (!chain->previous && !group->traits->is_unchained) {
        down |= MU_ORDER_ORDERED;
        post_down |= MU_ORDER_FIRST_IMPLIES_THEN;
    }
    if (chain->is_promotable) {
        mu_order_ends(sched, mu_order_end(group, MU_VERB_DEMOTE),
                      mu_order_end(member, MU_VERB_DEMOTE), down);
        mu_order_ends(sched, mu_order_end(member, MU_VERB_DEMOTE),
                      mu_order_end(group, MU_VERB_DEMOTED), post_down);
        member_order_promotable(sched, chain, member);
    }
    mu_order_ends(sched, mu_order_end(group, MU_VERB_STOP),
                  mu_order_end(member, MU_VERB_STOP), down);
    mu_order_ends(sched, mu_order_end(member, MU_VERB_STOP),
                  mu_order_end(group, MU_VERB_STOPPED), post_down);
    mu_order_ends(sched, mu_order_end(group, MU_VERB_START),
                  mu_order_end(member, MU_VERB_START),
                  MU_ORDER_THEN_GRAPHS_FIRST);
    mu_order_ends(sched, mu_order_end(member, MU_VERB_START),
                  mu_order_end(group, MU_VERB_RUNNING),
                  MU_ORDER_UNRUNNABLE_BLOCKS | MU_ORDER_FIRST_IMPLIES_THEN |
                      MU_ORDER_FIRST_GRAPHS_THEN);
    if (group->traits->is_unchained) {
        mu_order_ends(sched, mu_order_end(group, MU_VERB_START),
                      mu_order_end(member, MU_VERB_START),
                      MU_ORDER_FIRST_IMPLIES_THEN | MU_ORDER_UNRUNNABLE_BLOCKS |
                          MU_ORDER_THEN_GRAPHS_FIRST);
    } else if (chain->previous) {
        member_chain(sched, chain, member);
    }
    /* Groups that run in part stop in order. */
    if (member->running_on.count > 0) {
        if (!group->traits->is_unchained && chain->previous &&
            chain->previous->running_on.count == 0 && chain->last_active) {
            mu_order_ends(sched, mu_order_end(member, MU_VERB_STOP),
                          mu_order_end(chain->last_active, MU_VERB_STOP),
                          MU_ORDER_ORDERED);
        }
        chain->last_active = member;
    }
}

static void
member_order_promotable(struct mu_sched *sched, const struct chain *chain,
                        struct mu_sched_resource *member)
{
    struct mu_sched_resource *group = member->parent;

    mu_order_ends(sched, mu_order_end(member, MU_VERB_PROMOTE),
                  mu_order_end(group, MU_VERB_PROMOTED),
                  MU_ORDER_UNRUNNABLE_BLOCKS | MU_ORDER_FIRST_IMPLIES_THEN |
                      MU_ORDER_FIRST_GRAPHS_THEN);
    mu_order_ends(sched, mu_order_end(group, MU_VERB_PROMOTE),
                  mu_order_end(member, MU_VERB_PROMOTE),
                  MU_ORDER_THEN_GRAPHS_FIRST);
    if (group->traits->is_unchained) {
        mu_order_ends(sched, mu_order_end(group, MU_VERB_PROMOTE),
                      mu_order_end(member, MU_VERB_PROMOTE),
                      MU_ORDER_FIRST_IMPLIES_THEN | MU_ORDER_UNRUNNABLE_BLOCKS |
                          MU_ORDER_THEN_GRAPHS_FIRST);
    } else if (chain->previous) {
        mu_order_ends(sched, mu_order_end(chain->previous, MU_VERB_PROMOTE),
                      mu_order_end(member, MU_VERB_PROMOTE),
                      MU_ORDER_FIRST_IMPLIES_THEN | MU_ORDER_UNRUNNABLE_BLOCKS);
        mu_order_ends(sched, mu_order_end(member, MU_VERB_DEMOTE),
                      mu_order_end(chain->previous, MU_VERB_DEMOTE),
                      MU_ORDER_ORDERED);
    }
}

/* One member after another. */
static void
member_chain(struct mu_sched *sched, const struct chain *chain,
             struct mu_sched_resource *member)
{
    mu_order_ends(sched, mu_order_end(chain->previous, MU_VERB_START),
                  mu_order_end(member, MU_VERB_START),
                  MU_ORDER_FIRST_IMPLIES_THEN | MU_ORDER_UNRUNNABLE_BLOCKS);
    mu_order_ends(sched, mu_order_end(member, MU_VERB_STOP),
                  mu_order_end(chain->previous, MU_VERB_STOP),
                  MU_ORDER_ORDERED | MU_ORDER_RESTART);
    if (member->running_on.count > 0 &&
        chain->previous->running_on.count == 0) {
        /* A new member was put in front of an active one. */
        mu_order_ends(sched, mu_order_end(member, MU_VERB_STOP),
                      mu_order_end(chain->previous, MU_VERB_START),
                      MU_ORDER_THEN_IMPLIES_FIRST | MU_ORDER_UNRUNNABLE_BLOCKS);
    }
}

void
mu_group_act(struct mu_sched *sched, struct mu_sched_resource *group)
{
    const struct mu_sched_resource *clone = mu_state_clone_of(group);

    for (uint32_t i = 0; i < group->children_count; i++) {
        mu_transition_act(sched, group->children[i]);
    }
    (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_START), false);
    (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_RUNNING), false);
    (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_STOP), false);
    (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_STOPPED), false);
    if (clone && clone->traits->is_promotable) {
        (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_DEMOTE), false);
        (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_DEMOTED),
                                   false);
        (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_PROMOTE),
                                   false);
        (void)mu_action_get_pseudo(sched, group, mu_key(MU_VERB_PROMOTED),
                                   false);
    }
}

