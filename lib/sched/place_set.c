/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/place_set.h"

#include "sched/action.h"
#include "sched/explain.h"
#include "sched/node_state.h"
#include "sched/utilization_amount.h"

static void nowhere_set(struct mu_sched *sched,
                        struct mu_sched_resource *resource,
                        bool stops_if_nowhere);

/* Groups in clones are the deepest: the recursion is three deep. */
bool
mu_place_set(struct mu_sched *sched, struct mu_sched_resource *resource,
             uint32_t node, bool is_forced, bool stops_if_nowhere)
{
    bool has_changed = false;
    uint32_t before = resource->assigned;

    if (resource->children_count > 0) {
        for (uint32_t i = 0; i < resource->children_count; i++) {
            has_changed = mu_place_set(sched, resource->children[i], node,
                                       is_forced, stops_if_nowhere) ||
                          has_changed;
        }
        resource->is_unassigned = false;
        return has_changed;
    }
    if (!is_forced && node != MU_STATE_NONE &&
        (resource->scores[node] < 0 ||
         !mu_node_state_is_available(&sched->nodes[node]))) {
        if (stops_if_nowhere) {
            resource->next_role = MU_ROLE_STOPPED;
        }
        node = MU_STATE_NONE;
    }
    mu_place_unassign(sched, resource);
    resource->is_unassigned = false;
    resource->assigned = node;
    if (node == MU_STATE_NONE) {
        nowhere_set(sched, resource, stops_if_nowhere);
        return before != MU_STATE_NONE;
    }
    sched->nodes[node].assigned_count++;
    mu_utilization_book(sched, resource, node, false);
    return before != node;
}

void
mu_place_unassign(struct mu_sched *sched, struct mu_sched_resource *resource)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        mu_place_unassign(sched, resource->children[i]);
    }
    mu_state_note_place(resource);
    resource->is_unassigned = true;
    if (resource->assigned != MU_STATE_NONE &&
        resource->kind == MU_RESOURCE_PRIMITIVE) {
        sched->nodes[resource->assigned].assigned_count--;
        mu_utilization_book(sched, resource, resource->assigned, true);
    }
    resource->assigned = MU_STATE_NONE;
}

/* What has no node is stopped; nothing of it can start. */
static void
nowhere_set(struct mu_sched *sched, struct mu_sched_resource *resource,
            bool stops_if_nowhere)
{
    if (stops_if_nowhere) {
        resource->next_role = MU_ROLE_STOPPED;
    }
    for (struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        if (action->verb == MU_VERB_STOP) {
            mu_action_require(action);
            mu_explain_place(sched, action);
        } else if (action->verb == MU_VERB_START ||
                   action->verb == MU_VERB_CANCEL || /* The stop does that. */
                   (action->verb == MU_VERB_MONITOR &&
                    mu_key_interval_ms(action->key) != 0 &&
                    action->expected_rc != 7)) {
            mu_action_clear(action, MU_FLAG_RUNNABLE);
        }
    }
}
