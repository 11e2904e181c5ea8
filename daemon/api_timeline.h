/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_API_TIMELINE_H
#define MU_DAEMON_API_TIMELINE_H

/* Api timeline: how long did each step of a recovery take?
 *
 * A timeline begins when a node is lost or an operation fails, takes up every
 * note that follows, and ends when the cluster is quiet again. Every node makes
 * its own from the replicated state, so a new coordinator has them as well; it
 * is kept in memory: a daemon that starts later knows nothing of what was
 * before, ask another node.
 *
 * Invariant: a bounded number of timelines with a bounded number of steps. */

#include "daemon/api_private.h"

struct mu_api_timeline;

/* Allocates an empty collection; null when there is no memory. */
struct mu_api_timeline *mu_api_timeline_new(void);

/* Releases it; null is accepted. */
void mu_api_timeline_free(struct mu_api_timeline *timeline);

/* Begins a timeline: 'node' is lost, or with 'resource' an operation failed
 * there. While one about a failure is open, further failures are its steps. */
void mu_api_timeline_begin(struct mu_api_timeline *timeline, const char *id,
                           const char *node, const char *resource,
                           int64_t wall_ms);

/* Adds a note to all that are open. */
void mu_api_timeline_note(struct mu_api_timeline *timeline, const json_t *note,
                          int64_t wall_ms);

/* Takes up how far the fencing of 'target' is. */
void mu_api_timeline_fence(struct mu_api_timeline *timeline, const char *target,
                           const struct mu_state_fence *fence, int64_t wall_ms);

/* Looks for the first start, and for quiet. */
void mu_api_timeline_look(struct mu_api_timeline *timeline,
                          const struct mu_api_sight *sight);

/* A new array of all, oldest first, without their steps. */
json_t *mu_api_timeline_list(const struct mu_api_timeline *timeline);

/* A new reference to the one called 'id' with its steps, to the newest for
 * null, or null when there is none. */
json_t *mu_api_timeline_get(const struct mu_api_timeline *timeline,
                            const char *id);

#endif /* MU_DAEMON_API_TIMELINE_H */
