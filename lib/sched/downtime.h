/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_DOWNTIME_H
#define MU_SCHED_DOWNTIME_H

/* Downtime: what does each service lose while a plan is carried out, and for
 * how long?
 *
 * Walks the order of the plan with the time that each operation took when it
 * was last seen to succeed. An operation that was never seen counts with its
 * timeout, and the answer names it. It does not know limits of parallel work,
 * nor how long a failure goes unnoticed.
 *
 * Invariant: times count from the beginning of the plan; services come in the
 * order of their names. */

#include "model/snapshot.h"
#include "sched/plan.h"

enum mu_downtime_kind {
    MU_DOWNTIME_BEGINS,   /* It was not up before and is up in the end. */
    MU_DOWNTIME_PAUSES,   /* Up before and in the end, not in between. */
    MU_DOWNTIME_ENDS,     /* Up before, not in the end. */
    MU_DOWNTIME_MIGRATES, /* It moves while it runs. */
};

/* What happens to one instance, or to its promoted role. */
struct mu_downtime {
    const char *service; /* Numbered name of the instance; of the primitive
                            when about the promoted role. */
    bool is_promotion;   /* About being promoted somewhere, not about running. */
    enum mu_downtime_kind kind;
    uint32_t primitive;  /* Index into config->resources, or NONE. */
    uint32_t from;       /* Node where it was up; MU_PLAN_NONE: nowhere. */
    uint32_t to;         /* Node where it is up in the end; or NONE. */
    int64_t begin_ms;    /* When it goes down; 0: it is down already. */
    int64_t end_ms;      /* When it is up again; INT64_MAX: never. */
    uint32_t unmeasured; /* Of the actions on the critical path whose time was
                            never measured, so that their timeouts stand in
                            for it, the one with the longest; MU_PLAN_NONE:
                            all were measured. */
};

struct mu_downtimes {
    const struct mu_downtime *items; /* Only services that something happens
                                        to. */
    uint32_t count;
    int64_t whole_ms;    /* When the last action has ended. */
    uint32_t unmeasured; /* As above, for the whole plan. */
};

/* Estimates what 'plan', made for 'snapshot', does to services. The result is
 * on 'arena' and borrows names from the plan. */
const struct mu_downtimes *mu_downtime_make(struct mu_arena *arena,
                                            const struct mu_snapshot *snapshot,
                                            const struct mu_plan *plan);

/* Returns a sentence on 'arena': "web: down for 2.3 s (node1 to node2)". */
const char *mu_downtime_text(struct mu_arena *arena,
                             const struct mu_snapshot *snapshot,
                             const struct mu_plan *plan,
                             const struct mu_downtime *one);

/* Returns a span of time for people: "85 ms", "2.3 s", "4 min 10 s". */
const char *mu_downtime_span(struct mu_arena *arena, int64_t span_ms);

#endif /* MU_SCHED_DOWNTIME_H */
