/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_PLAN_H
#define MU_SCHED_PLAN_H

/* Plan: what is to be done, in which order, and why.
 *
 * Data only. Actions refer to each other by dense id. A plan holds every
 * action that must run and those that are in flight already; it also tells
 * where everything is before and will be after.
 *
 * Invariant: the actions form an acyclic graph; 'after' ids are in range. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/snapshot.h"

enum mu_action_kind {
    MU_ACTION_RESOURCE, /* An agent's operation. */
    MU_ACTION_FENCE,    /* reboot, off or on of 'node'. */
    MU_ACTION_NODE,     /* shutdown, clear_failcount, lrm_delete: changes of
                           the replicated state. */
    MU_ACTION_PSEUDO,   /* A point of order; executes nothing. */
};

enum mu_task {
    MU_TASK_START,
    MU_TASK_STOP,
    MU_TASK_PROMOTE,
    MU_TASK_DEMOTE,
    MU_TASK_MONITOR, /* A probe when 'interval_ms' is 0. */
    MU_TASK_NOTIFY,
    MU_TASK_MIGRATE_TO,
    MU_TASK_MIGRATE_FROM,
    MU_TASK_RELOAD_AGENT,
    MU_TASK_CANCEL, /* Ends a recurring monitor. */
    MU_TASK_DELETE, /* Forgets the history of a resource on a node. */
    MU_TASK_FENCE_REBOOT,
    MU_TASK_FENCE_OFF,
    MU_TASK_FENCE_ON,
    MU_TASK_SHUTDOWN, /* The node may leave. */
    MU_TASK_CLEAR_FAILCOUNT,
    MU_TASK_LRM_DELETE,
    MU_TASK_PSEUDO,
};

#define MU_PLAN_NONE UINT32_MAX

struct mu_action {
    enum mu_action_kind kind;
    enum mu_task task;
    const char *name;     /* Pseudo actions: such as web-group_running_0. */
    const char *resource; /* As the agent sees it: web, or web:1 if unique. */
    const char *instance; /* Numbered name where it differs, else null. */
    uint32_t primitive;   /* Index into config->resources, or NONE (removed
                             resources, fencing). */
    uint32_t node;        /* Index into status->nodes: where it runs, or the
                             target of fencing; NONE for pseudo actions. */
    int64_t interval_ms;
    int64_t timeout_ms;
    int64_t start_delay_ms;
    int32_t expected_rc;    /* 0; 7 for a probe of a stopped resource; ... */
    int32_t priority;       /* Higher first where limits make actions wait. */
    bool is_failure_fatal;  /* Start failures ban the node at once. */
    uint64_t in_flight;     /* Operation id of mu_status_flight, or 0. */
    int64_t fence_delay_ms; /* priority-fencing-delay for this target. */
    const char *class_name; /* Agent, also for removed resources. */
    const char *provider;
    const char *type;
    const struct mu_pair *meta; /* Extra OCF_RESKEY_CRM_meta_* values that only
                              the plan knows: clone, notify_*, migrate_*. */
    uint32_t meta_count;
    const uint32_t *after; /* Actions that must have succeeded before. */
    uint32_t after_count;
    const char *cause; /* A sentence: why this action exists. */
    bool can_fail;     /* Its failure does not stop what waits for it. */
};

struct mu_plan_node {
    bool is_online;
    bool is_unclean;
    bool is_pending;
    bool is_standby;
    bool is_standby_on_fail;
    bool is_in_maintenance;
    bool is_shutting_down;
};

/* A primitive instance on a node, before or after the plan. */
struct mu_plan_placement {
    const char *resource; /* As the agent sees it. */
    const char *instance; /* Numbered name where it differs, else null. */
    uint32_t primitive;   /* Index into config->resources, or NONE. */
    uint32_t node;        /* MU_PLAN_NONE: nowhere. */
    enum mu_role role;
    bool is_failed, is_blocked, is_managed, is_removed, is_disabled;
    bool is_pending;          /* An operation on it is in flight. */
    const char *pending_task; /* Which, or null. */
    const char *reason; /* 'after' only: a sentence for an instance that is
                           not where or what is wanted; else null. */
};

enum mu_score_kind {
    MU_SCORE_PRIMITIVE, /* Assignment of a primitive. */
    MU_SCORE_PROMOTION,
};

struct mu_plan_score {
    enum mu_score_kind kind;
    const char *instance;
    uint32_t node;
    int32_t score;
};

/* One contribution to the placement of an instance on a node. */
struct mu_plan_reason {
    const char *instance;
    uint32_t node;      /* MU_PLAN_NONE: about all nodes. */
    int32_t score;      /* What it added; +-INFINITY decides. */
    const char *source; /* Id of the constraint, attribute, ...; or null. */
    const char *text;   /* A sentence for people. */
};

struct mu_plan {
    const struct mu_action *actions;
    uint32_t actions_count;
    const struct mu_plan_node *nodes_before; /* As status->nodes. */
    const struct mu_plan_node *nodes_after;
    uint32_t nodes_count;
    const struct mu_plan_placement *before;
    uint32_t before_count;
    const struct mu_plan_placement *after;
    uint32_t after_count;
    const struct mu_plan_score *scores; /* Only when asked for. */
    uint32_t scores_count;
    const struct mu_plan_reason *reasons; /* Only when asked for. */
    uint32_t reasons_count;
    int64_t next_change_ms; /* Wall clock of the next time at which the same
                               status gives another plan; INT64_MAX: never. */
    const char *const *warnings; /* Sentences: what of the configuration could
                               not be honoured, and why. */
    uint32_t warnings_count;
};

/* The word for a task as agents and people know it: "start", "monitor", ... */
const char *mu_plan_task_name(enum mu_task task);

/* True when nothing is to be done and nothing is in flight. */
bool mu_plan_is_empty(const struct mu_plan *plan);

#endif /* MU_SCHED_PLAN_H */
