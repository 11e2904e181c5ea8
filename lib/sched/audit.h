/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_AUDIT_H
#define MU_SCHED_AUDIT_H

/* Audit: what does this cluster survive?
 *
 * Lets each thing happen that may happen to a cluster at rest, one at a time
 * and nodes also two at a time, has the scheduler answer it, and compares what
 * runs in the end with what ran before. The scheduler believes that fencing
 * always works; here a node that no device knows stays unfenced, and what must
 * wait for that never starts.
 *
 * Votes are counted as Corosync counts them when nothing special is set: one
 * for each node; of two nodes one is enough.
 *
 * Invariant: an audit is never changed; the outcome of an event depends on
 * nothing else, so that events can be shared out between processes. */

#include "sched/plan.h"

enum mu_audit_kind {
    MU_AUDIT_NODE,        /* A node is lost. */
    MU_AUDIT_PAIR,        /* Two nodes are lost at once. */
    MU_AUDIT_RESOURCE,    /* A resource breaks and must leave its node. */
    MU_AUDIT_DEVICE,      /* A fence device does not work. */
    MU_AUDIT_MAINTENANCE, /* A node is in standby, to be worked on. */
};

struct mu_audit_event {
    enum mu_audit_kind kind;
    uint32_t first;  /* Index into status->nodes or config->resources. */
    uint32_t second; /* The other node of a pair. */
};

enum mu_audit_level {
    MU_AUDIT_KEPT,     /* All services run as before, maybe elsewhere. */
    MU_AUDIT_DEGRADED, /* Something is less than before, nothing is gone. */
    MU_AUDIT_LOST,     /* A service is gone until people help. */
};

/* What an event takes from one service, or from the safety of a node. */
struct mu_audit_loss {
    enum mu_audit_level level;
    const char *service; /* Outermost resource; for devices a node. */
    const char *part;    /* Primitive; for devices the node again. */
    const char *text;    /* Why, as a sentence about the part. */
};

struct mu_audit_outcome {
    struct mu_audit_event event;
    enum mu_audit_level level; /* That of the worst loss. */
    bool has_quorum;
    uint32_t lost_count; /* Services, whatever the number of parts. */
    uint32_t degraded_count;
    uint32_t moved_count; /* Primitives that run elsewhere afterwards. */
    const struct mu_audit_loss *losses; /* The lost ones first. */
    uint32_t losses_count;
};

/* How much of each primitive runs, by index into config->resources. */
struct mu_audit_tally {
    uint32_t *running;  /* Instances. */
    uint32_t *promoted; /* How many of them are. */
};

struct mu_audit {
    const struct mu_snapshot *snapshot; /* At rest. */
    const struct mu_plan *plan;         /* The one that changes nothing. */
    struct mu_audit_tally tally;
    const struct mu_audit_event *events; /* By kind, then in the order of the
                                            configuration. */
    uint32_t events_count;
    uint32_t votes;   /* Nodes that vote. */
    uint32_t members; /* Of these, the ones that are there. */
};

/* Begins an audit on 'arena' of the cluster of 'snapshot', once it has done
 * what it has to do now. */
const struct mu_audit *mu_audit_make(struct mu_arena *arena,
                                     const struct mu_snapshot *snapshot);

/* Lets 'event' happen. The outcome is on 'arena', as is all that was needed to
 * find it. */
const struct mu_audit_outcome *mu_audit_run(struct mu_arena *arena,
                                            const struct mu_audit *audit,
                                            struct mu_audit_event event);

/* Orders outcomes: the weakest point first. Single events before pairs that
 * take as much. */
int mu_audit_cmp(const struct mu_audit_outcome *left,
                 const struct mu_audit_outcome *right);

/* Returns what happens, for people: "node n2 is lost". */
const char *mu_audit_event_text(struct mu_arena *arena,
                                const struct mu_audit *audit,
                                struct mu_audit_event event);

/* Returns the answer in one line, from the levels of all events of kind NODE
 * and PAIR: "survives any 1 node; not n2+n3". 'levels' are as
 * 'audit->events'. */
const char *mu_audit_figure(struct mu_arena *arena,
                            const struct mu_audit *audit,
                            const enum mu_audit_level *levels);

/* For audit.c: says why 'part' does not run after 'plan', made for
 * 'snapshot'. */
const char *mu_audit_reason(struct mu_arena *arena,
                            const struct mu_snapshot *snapshot,
                            const struct mu_plan *plan, uint32_t primitive);

/* Tells whether something can fence the node: a device, a level of the
 * topology, or its own watchdog. 'broken' tells by configured resource which
 * devices do not work; null: all do. */
bool mu_audit_is_fenceable(struct mu_arena *arena,
                           const struct mu_snapshot *snapshot, uint32_t node,
                           const bool *broken);

#endif /* MU_SCHED_AUDIT_H */
