/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_NODE_STATE_H
#define MU_SCHED_NODE_STATE_H

/* Node state: which nodes may run something, and which must be fenced?
 *
 * It looks at membership, attributes and options only. A node that is unclean
 * because of what happened to a resource becomes so later (history.h). */

#include "sched/state.h"

/* Sets the flags of every node. */
void mu_node_state_run(struct mu_sched *sched);

/* Returns an attribute of the node, transient ones first, or null. Knows
 * #uname, #id, #kind, #is_dc, #cluster-name and #site-name as well. */
const char *mu_node_state_attribute(struct mu_sched *sched, uint32_t node,
                                    const char *name);

/* Marks a node for fencing; the first 'cause' stays. */
void mu_node_state_set_unclean(struct mu_sched *sched, uint32_t node,
                               const char *cause);

/* Tells whether this partition may and can fence 'node'. */
bool mu_node_state_may_fence(const struct mu_sched *sched, uint32_t node);

/* Tells whether something may be placed on the node. */
static inline bool
mu_node_state_is_available(const struct mu_sched_node *node)
{
    return node->is_online && !node->is_unclean && !node->is_pending &&
           !node->is_standby && !node->is_shutting_down &&
           !node->is_in_maintenance;
}

/* Returns the node's own score: nobody wants one that was seen going down. */
int32_t mu_node_state_score(const struct mu_sched_node *node);

/* What a rule wants to know about a node. */
struct mu_node_state_context {
    struct mu_sched *sched;
    uint32_t node;
};

/* The mu_rule_lookup of a struct mu_node_state_context. */
const char *mu_node_state_lookup(const void *context, const char *name);

/* The same without a planning run: 'config' is that of the node, or null. 'next'
 * may be null. */
const char *mu_node_state_value(const struct mu_snapshot *snapshot,
                                const struct mu_config_node *config,
                                uint32_t node, const char *name,
                                struct mu_instant *next);

#endif /* MU_SCHED_NODE_STATE_H */
