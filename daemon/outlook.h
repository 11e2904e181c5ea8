/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_OUTLOOK_H
#define MU_DAEMON_OUTLOOK_H

/* Outlook: what would the cluster survive, as it is now?
 *
 * Has the question answered beside the daemon: by a child process that nothing
 * waits for, at the lowest priority, when nothing has changed for a moment, and
 * never for more than a small share of the time. The newest answer is kept.
 * What the answer means is sched/audit.h's.
 *
 * Invariant: at most one child at a time; it has no descriptor of the daemon
 * but the pipe for its answer. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "daemon/loop.h"
#include "model/snapshot.h"

enum {
    MU_OUTLOOK_TEXT_SIZE = 192,
    MU_OUTLOOK_QUIET_MS = 3000, /* What suits a daemon. */
};

struct mu_outlook_answer {
    char text[MU_OUTLOOK_TEXT_SIZE]; /* "survives any 1 node; not n2+n3" */
    uint32_t nodes;                  /* Nodes that are there. */
    uint32_t lost_nodes;             /* Of these, the ones whose loss costs a
                                        service. */
    uint32_t lost_pairs;             /* Pairs whose loss does. */
    int64_t wall_ms;                 /* When it was found. */
};

struct mu_outlook_config {
    struct mu_loop *loop;
    int64_t quiet_ms; /* So long nothing must have changed. */

    /* Returns the cluster as it is now, on 'arena', or null when there is
     * nothing to ask about. Called in the child. */
    const struct mu_snapshot *(*snapshot)(void *user, struct mu_arena *arena);

    /* There is a new answer. */
    void (*told)(void *user);
    void *user; /* First argument of both. */
};

struct mu_outlook;

/* Allocates an outlook; 'config' is copied. Null when there is no memory. */
struct mu_outlook *mu_outlook_new(const struct mu_outlook_config *config);

/* Ends a child that still runs. Null is accepted. */
void mu_outlook_free(struct mu_outlook *outlook);

/* Something has changed that may matter. */
void mu_outlook_changed(struct mu_outlook *outlook);

/* Returns the newest answer, or null while there is none. */
const struct mu_outlook_answer *
mu_outlook_get(const struct mu_outlook *outlook);

#endif /* MU_DAEMON_OUTLOOK_H */
