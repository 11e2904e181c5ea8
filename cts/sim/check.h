/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CHECK_CHECK_H
#define MU_CHECK_CHECK_H

/* Check: what must be true after every event?
 *
 * Safety is judged from the ground truth (what really runs, what power really
 * is), never from what a core believes; state by comparing cores; liveness
 * once everything has been put right.
 *
 * Invariant: checks only look; they change nothing of the run. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/span.h"

struct mu_sim;
struct mu_state;
struct mu_sim_event;

enum { MU_CHECK_DIGESTS = 4096, MU_CHECK_INDEXES = 256 };

struct mu_check_digest {
    uint64_t key; /* Ring, view and position; 0: none. */
    uint32_t node;
    struct mu_digest digest;
    struct mu_span bytes; /* Only when somebody listens. */
};

struct mu_check_acked { /* The newest acknowledged configuration. */
    uint64_t epoch;     /* Of the view in which it was acknowledged. */
    uint64_t position;
    uint64_t view;
    uint64_t index;
    uint32_t version;
};

struct mu_check_revision { /* As it was first seen in a complete view. */
    uint64_t index; /* 0: not seen. */
    uint32_t node;
    struct mu_digest digest;
};

struct mu_check_log { /* For what a node's log was looked at last. */
    uint64_t epoch;
    uint64_t view;
    uint64_t index;
};

struct mu_check {
    struct mu_check_digest digests[MU_CHECK_DIGESTS];
    uint64_t positions[8];               /* Newest one digested, by node. */
    uint32_t versions[MU_CHECK_INDEXES]; /* Acknowledged, by index; 0: none. */
    struct mu_check_acked acked;
    struct mu_check_revision revisions[MU_CHECK_INDEXES];
    struct mu_check_log logs[8]; /* By node. */
    struct mu_arena scratch;
    const char *waits_for; /* Why the cluster is not well yet. */
    uint32_t waits_node;
    int64_t well_us; /* When it was. */
    uint64_t digests_count;
    bool was_state_lost;     /* At some time no daemon had the state. */
};

/* After a step of the core of 'node': the same state at the same position; an
 * acknowledged configuration is there, whole. */
void mu_check_state_step(struct mu_sim *sim, uint32_t node);

/* The log of revisions of 'node', which is in a complete view, agrees with what
 * was seen before. */
void mu_check_revisions(struct mu_sim *sim, uint32_t node,
                        const struct mu_state *state);

/* 'node' has told a client that 'version' is acknowledged. */
void mu_check_state_acked(struct mu_sim *sim, uint32_t node, uint32_t version);

/* An agent on 'node' begins to make an instance of 'resource' active. */
void mu_check_safety_start(struct mu_sim *sim, uint32_t node,
                           uint32_t resource);

/* The truth about 'resource' has changed. */
void mu_check_safety_truth(struct mu_sim *sim, uint32_t resource);

/* A fence agent on 'node' begins to do 'action' to 'target'. */
void mu_check_safety_shot(struct mu_sim *sim, uint32_t node, uint32_t target,
                          const char *action);

/* A daemon is gone. With the last one that has the state goes the knowledge of
 * what was removed from the configuration and may still run. */
void mu_check_live_lost(struct mu_sim *sim);

/* Everything has been put right: looks now and then whether the cluster is
 * well, ends the run when it is, fails it when it takes too long. */
void mu_check_live_begin(struct mu_sim *sim);

#endif /* MU_CHECK_CHECK_H */
