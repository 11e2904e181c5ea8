/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_FINDING_H
#define MU_SCHED_FINDING_H

/* Finding: what will hurt at the next failover, though all is well now?
 *
 * Judges the configuration together with what each machine says of itself. It
 * does not know how the machines were asked, and takes the plan as it comes.
 *
 * Always true: each finding names its risk and a remedy; the same input gives
 * the same findings in the same order. */

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "model/snapshot.h"
#include "sched/plan.h"

enum mu_risk {
    MU_RISK_HIGH,   /* A failover will fail, or data is in danger. */
    MU_RISK_MEDIUM, /* Something will be slower or weaker than intended. */
    MU_RISK_LOW,    /* Worth knowing. */
};

/* An agent that a machine cannot run. */
struct mu_machine_agent {
    const char *resource; /* Id of the primitive. */
    const char *problem;  /* A sentence. */
};

struct mu_machine_disk {
    const char *folder;
    int64_t free_mib;
    int64_t free_percent;
    int64_t free_inodes_percent;
};

struct mu_machine_link {
    int64_t number;        /* Of Corosync. */
    const char *interface; /* Null when not known. */
    int64_t mtu;           /* 0: not known. */
    bool is_up;
};

/* What one machine says of itself. */
struct mu_machine {
    const char *node;    /* Name in the cluster. */
    bool is_member;      /* It takes part now. */
    bool has_answered;   /* Else the rest is empty. */
    const char *version; /* Of musterd. */
    const char *hostname;
    int64_t offset_ms; /* Its clock less ours, as far as messages tell. */
    bool is_clock_synchronized;
    int64_t token_ms; /* Of Corosync; 0: not known. */
    const struct mu_machine_agent *agents;
    uint32_t agents_count;
    const struct mu_machine_disk *disks;
    uint32_t disks_count;
    const struct mu_machine_link *links;
    uint32_t links_count;
    const char *const *addresses;
    uint32_t addresses_count;
    const char *const *units; /* Managed by the cluster, yet started at boot. */
    uint32_t units_count;
};

struct mu_finding {
    enum mu_risk risk;
    const char *what;   /* Node, resource or option that it is about. */
    const char *text;   /* What was found, and what may come of it. */
    const char *remedy; /* What to do. */
};

struct mu_findings {
    struct mu_arena *arena; /* Owns the texts; set by the caller. */
    MU_VEC(struct mu_finding) list;
};

/* The cluster as the judges see it. */
struct mu_finding_view {
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan;
    const char *const *addresses; /* Which IP address a resource brings; as
                                     many as resources, null for most. */
};

/* Looks at 'snapshot' with 'plan', the plan for it. Both are borrowed, the rest
 * is on 'arena'. */
struct mu_finding_view mu_finding_look(struct mu_arena *arena,
                                       const struct mu_snapshot *snapshot,
                                       const struct mu_plan *plan);

/* Adds what 'machines' (as many as 'count') say to 'findings'. */
void mu_finding_judge_machines(const struct mu_finding_view *view,
                               const struct mu_machine *machines,
                               uint32_t count, struct mu_findings *findings);

/* Adds what can be said without asking a machine: fence devices, and times that
 * do not fit together. */
void mu_finding_judge_config(const struct mu_finding_view *view,
                             struct mu_findings *findings);

/* Sorts by risk; what was found first stays first. */
void mu_finding_sort(struct mu_findings *findings);

/* Adds one; for the judges. 'format' is the text. */
MU_PRINTF(5, 6)
void mu_finding_add(struct mu_findings *findings, enum mu_risk risk,
                    const char *what, const char *remedy, const char *format,
                    ...);

#endif /* MU_SCHED_FINDING_H */
