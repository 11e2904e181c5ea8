/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_KERNEL_H
#define MU_CORE_KERNEL_H

/* Kernel: could this action make a resource run twice, or be promoted twice?
 *
 * A small check that does not trust the planner. Whatever a plan says, a start
 * is refused while another node may hold the resource, while fencing is owed,
 * without quorum, or on a node that does not take part; and a promote while as
 * many as promoted-max allows may be promoted. A planner's bug can make the
 * cluster slow, never unsafe. */

#include "base/errbuf.h"
#include "core/state.h"

enum mu_hold {
    MU_HOLD_NO,      /* Known not to run there. */
    MU_HOLD_YES,     /* Runs there, or may. */
    MU_HOLD_UNKNOWN, /* Nobody has looked yet. */
};

/* Tells whether 'node' holds the resource with history id 'resource'. */
enum mu_hold mu_kernel_hold(const struct mu_state *state,
                            const struct mu_state_node *node,
                            const char *resource);

/* Returns whether 'action' may be released now; if not, 'err' says why. */
bool mu_kernel_may_release(const struct mu_state *state,
                           const struct mu_state_action *action,
                           struct mu_errbuf *err);

/* Returns whether 'node' may leave as one that runs nothing: no operation is in
 * flight there, it holds no resource that is managed, and there is none for
 * which nobody has looked. If not, 'err' says why. */
bool mu_kernel_may_leave(const struct mu_state *state,
                         const struct mu_state_node *node,
                         struct mu_errbuf *err);

/* Tells whether something runs on 'node', and all of it is in maintenance or not
 * managed: when its daemon leaves, that runs on. */
bool mu_kernel_is_left_alone(const struct mu_state *state,
                             const struct mu_state_node *node);

/* Returns the primitive that the history id 'resource' belongs to (with or
 * without an instance number), or MU_CONFIG_NONE. */
uint32_t mu_kernel_find_primitive(const struct mu_config *config,
                                  const char *resource);

#endif /* MU_CORE_KERNEL_H */
