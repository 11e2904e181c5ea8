/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_HAPPEN_H
#define MU_SCHED_HAPPEN_H

/* Happen: what is known right after something happened?
 *
 * For questions that begin with "what if". Each function returns a snapshot on
 * 'arena' that borrows what did not change; the one given is left alone. What
 * follows is for the scheduler to say (sched.h), what is after that for carry.h.
 * Quorum is the caller's business: it knows how votes are counted. */

#include "model/snapshot.h"

/* Node 'node' went silent. Another coordinator is found. */
struct mu_snapshot *mu_happen_node_lost(struct mu_arena *arena,
                                        const struct mu_snapshot *snapshot,
                                        uint32_t node);

/* Node 'node' joined and waits for work. */
struct mu_snapshot *mu_happen_node_joined(struct mu_arena *arena,
                                          const struct mu_snapshot *snapshot,
                                          uint32_t node);

/* Node 'node' was put into standby. */
struct mu_snapshot *mu_happen_node_standby(struct mu_arena *arena,
                                           const struct mu_snapshot *snapshot,
                                           uint32_t node);

/* The resource that histories call 'resource' was found broken on 'node'. It
 * has failed there 'count' times by now (MU_SCORE_INFINITY: it need not be tried
 * again there). */
struct mu_snapshot *mu_happen_resource_failed(struct mu_arena *arena,
                                              const struct mu_snapshot *snapshot,
                                              uint32_t node,
                                              const char *resource,
                                              int32_t count);

/* The transient attribute 'name' of a node was set; a null 'value' removes
 * it. */
struct mu_snapshot *mu_happen_attribute(struct mu_arena *arena,
                                        const struct mu_snapshot *snapshot,
                                        uint32_t node, const char *name,
                                        const char *value);

/* Node 'node' is known to be down: somebody said so. */
struct mu_snapshot *mu_happen_node_down(struct mu_arena *arena,
                                        const struct mu_snapshot *snapshot,
                                        uint32_t node);

/* The histories with failures (all of them if 'is_all') and the fail counts of
 * the resource at index 'resource' (MU_CONFIG_NONE: of all) were forgotten on
 * 'node'. */
struct mu_snapshot *mu_happen_forgotten(struct mu_arena *arena,
                                        const struct mu_snapshot *snapshot,
                                        uint32_t node, uint32_t resource,
                                        bool is_all);

/* The ticket 'id' was granted or revoked, put into standby or activated. */
struct mu_snapshot *mu_happen_ticket(struct mu_arena *arena,
                                     const struct mu_snapshot *snapshot,
                                     const struct mu_status_ticket *ticket);

/* The transient attribute 'name' of the node was set to 'value'. */
struct mu_snapshot *mu_happen_attribute_set(struct mu_arena *arena,
                                            const struct mu_snapshot *snapshot,
                                            uint32_t node, const char *name,
                                            const char *value);

/* An operation that failed. */
struct mu_happen_failure {
    struct mu_status_resource agent; /* Id in histories and agent. */
    uint32_t primitive;              /* In the configuration. */
    const char *op;                  /* start, stop, promote, demote. */
    int32_t count;                   /* How often by now. */
};

/* An operation failed on 'node', whether the resource runs there or not. */
struct mu_snapshot *
mu_happen_op_failed(struct mu_arena *arena, const struct mu_snapshot *snapshot,
                    uint32_t node, const struct mu_happen_failure *failure);

/* The ticket 'id' was granted or revoked, put into standby or activated. */
struct mu_snapshot *mu_happen_ticket_set(struct mu_arena *arena,
                                         const struct mu_snapshot *snapshot,
                                         const char *id, bool is_granted,
                                         bool is_standby);

#endif /* MU_SCHED_HAPPEN_H */
