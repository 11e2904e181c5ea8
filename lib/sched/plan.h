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
    const char *op_name;  /* The operation as agents and histories know it; of
                             cancel: the one that ends. */
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
    int64_t lock_ms;        /* Its success locks the resource to the node,
                               as of then (wall clock); 0: it does not. */
    const char *class_name; /* Agent, also for removed resources. */
    const char *provider;
    const char *type;
    const struct mu_pair *params; /* Instance attributes, the op's included;
                                     none for fencing and removed resources. */
    uint32_t params_count;
    const struct mu_pair *meta; /* Extra OCF_RESKEY_CRM_meta_* values that only
                              the plan knows: clone, notify_*, migrate_*. */
    uint32_t meta_count;
    const uint32_t *after; /* Actions that must have succeeded before. */
    uint32_t after_count;
    const char *const *after_by; /* The orderings (ids) that 'after' is by, as
                                    many, null where it is in the nature of
                                    things; null when it is for all of them, and
                                    without reasons. */
    const char *cause; /* A sentence: why this action exists. Null when not
                          asked for. */
    uint32_t because;  /* The action that this one follows from, or NONE. */
    bool can_fail;     /* Its failure does not stop what waits for it. */
};

struct mu_plan_node {
    bool is_online;
    bool is_unclean;
    bool is_pending;
    bool is_standby;
    bool is_standby_on_fail;
    const char *standby_cause; /* Then: a sentence. */
    bool is_in_maintenance;
    bool is_shutting_down;
};

/* A primitive instance on a node, before or after the plan. */
struct mu_plan_placement {
    const char *resource; /* As the agent sees it. */
    const char *instance; /* Numbered name where it differs, else null. */
    uint32_t primitive;   /* Index into config->resources, or NONE. */
    uint32_t node;        /* MU_PLAN_NONE: nowhere. */
    uint32_t locked_to;   /* The node that it waits for (shutdown-lock), or
                             MU_PLAN_NONE. */
    enum mu_role role;
    bool is_failed, is_blocked, is_managed, is_removed, is_disabled;
    bool is_pending;          /* An operation on it is in flight. */
    const char *pending_task; /* Which, or null. */
    uint32_t index;     /* Into plan->instances, where these are. */
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

/* What counted when an instance was placed. */
enum mu_reason_kind {
    MU_REASON_NONE,            /* It was tried, and counts no more. */
    MU_REASON_LOCATION,        /* A location constraint names the node. */
    MU_REASON_RULE,            /* Its rule holds there, or not: 'rule'. */
    MU_REASON_HEALTH,          /* Health of the node: 'detail'. */
    MU_REASON_STICKINESS,      /* It runs there. */
    MU_REASON_THRESHOLD,       /* It failed 'numbers[0]' times, of 'numbers[1]'
                                  that are borne; forgotten at 'until_ms'. */
    MU_REASON_FAILED,          /* 'op' failed, and it must go elsewhere. */
    MU_REASON_UNUSABLE,        /* Its agent cannot work there, says 'op'. */
    MU_REASON_MISCONFIGURED,   /* Its configuration is wrong, says 'op'. */
    MU_REASON_STOP_FAILED,     /* It could not be stopped there: 'op'. */
    MU_REASON_ON_FAIL_STOP,    /* 'op' failed, and it is to stay stopped, or
                                  (with 'numbers[1]') as it is. */
    MU_REASON_COLOCATION,      /* With 'other', which is on 'other_node', or
                                  with its role 'numbers[0]'. */
    MU_REASON_DEPENDENT,       /* 'other' is to be with it and has wishes. */
    MU_REASON_UNPAIRED,        /* By ordering 'source' it needs an instance of
                                  'other' on its node, and there is none. */
    MU_REASON_TICKET,          /* Ticket 'detail' is not granted; with
                                  'numbers[0]' it is in standby. */
    MU_REASON_UTILIZATION,     /* It needs 'numbers[0]' of 'detail', and there
                                  are 'numbers[1]' left. */
    MU_REASON_CLONE_MAX,       /* The 'numbers[0]' instances are all placed. */
    MU_REASON_CLONE_NODE_MAX,  /* The node has its 'numbers[0]' instances. */
    MU_REASON_CLONE,           /* The whole clone 'other' may not run there. */
    MU_REASON_EXCLUSIVE,       /* resource-discovery=exclusive elsewhere. */
    MU_REASON_SHUTDOWN_LOCK,   /* It waits for 'other_node'. */
    MU_REASON_STOPPED,         /* target-role is Stopped, or 'numbers[0]'. */
    MU_REASON_QUORUM,          /* The partition has none. */
    MU_REASON_REMOVED,         /* It is not in the configuration. */
    MU_REASON_UNMANAGED,       /* It is not managed, and runs there. */
    MU_REASON_MULTIPLE_ACTIVE, /* It was active twice: stop_only. */
    MU_REASON_PROMOTION,       /* Node attribute 'detail'. */
};

/* One contribution to the placement of an instance, and of all inside it, or
 * to its promotion. */
struct mu_plan_reason {
    enum mu_reason_kind kind;
    bool is_promotion;     /* About the promoted role, not the place. */
    bool is_apart;         /* Colocations: they are to keep apart. */
    bool is_instead;       /* Its score takes the place of all before. */
    uint32_t instance;     /* Index into plan->instances. */
    uint32_t next;         /* The next reason of the instance, or NONE. */
    uint32_t node;         /* MU_PLAN_NONE: about all nodes. */
    int32_t score;         /* What it added; +-INFINITY decides. */
    const int32_t *scores; /* Instead of the two above: per node, INT32_MIN
                              where it says nothing. Or null. */
    const char *source;    /* Id of the constraint; or null. */
    const char *detail;    /* As 'kind' says, or null. */
    uint32_t other;        /* Index into plan->instances, or NONE. */
    uint32_t other_node;   /* Where that is, or NONE. */
    int32_t numbers[2];    /* As 'kind' says. */
    int64_t until_ms;      /* Wall clock; 0: for ever. */
    const struct mu_status_op *op;
    const struct mu_config_location_rule *rule;
    const char *const *matches; /* Submatches for 'rule', or null. */
};

/* What decided between the best node and the next one. */
enum mu_choice {
    MU_CHOICE_NONE,     /* It was not placed by itself. */
    MU_CHOICE_NOWHERE,  /* No node can run it. */
    MU_CHOICE_ONLY,     /* No other node can. */
    MU_CHOICE_SCORE,    /* The score. */
    MU_CHOICE_ROOM,     /* More capacity is left there. */
    MU_CHOICE_FEWER,    /* The node runs fewer resources. */
    MU_CHOICE_STAYS,    /* It runs there and none is better. */
    MU_CHOICE_NAME,     /* The first by name of equals. */
    MU_CHOICE_KEPT,     /* It is not managed: it stays. */
    MU_CHOICE_STOP_ALL, /* stop-all-resources. */
};

/* A resource or instance of one, as it was planned. */
struct mu_plan_instance {
    const char *id;
    uint32_t config;       /* Index into config->resources, or NONE. */
    uint32_t parent;       /* Index into plan->instances, or NONE. */
    uint32_t member;       /* Its place in the parent. */
    uint32_t reason_first; /* Index into plan->reasons, or NONE. */
    uint32_t node;         /* Where it shall be, or NONE. */
    uint32_t current;      /* Where it is active, or NONE. */
    uint32_t active_count; /* On how many nodes it is active. */
    uint32_t next;         /* The next best node, or NONE. */
    enum mu_choice choice;
    const int32_t *scores; /* Per node, when it was placed, INT32_MIN: no
                              candidate; or null. */
    enum mu_role role_before;
    enum mu_role role_after; /* Wanted. */
    int32_t promotion;       /* Promotable clones: the score for it. */
    const char *blocked;     /* A sentence: why it cannot be started or
                                promoted now; or null. */
    bool is_failed, is_blocked, is_managed, is_removed, is_disabled;
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
    const struct mu_plan_instance *instances; /* Likewise. */
    uint32_t instances_count;
    bool has_changed_params; /* With reasons only: some action is needed as
                                parameters were changed. Which ones is told
                                better with earlier configurations. */
    bool lacks_fence_device; /* Fencing is enabled, and there is none. */
    int64_t next_change_ms; /* Wall clock of the next time at which the same
                               status gives another plan; INT64_MAX: never. */
    const char *const *warnings; /* Sentences: what of the configuration could
                               not be honoured, and why. */
    uint32_t warnings_count;
};

/* The word for a task as agents and people know it: "start", "monitor", ... */
const char *mu_plan_task_name(enum mu_task task);

/* The word for what an action does: that of its task, or the name that a
 * recurring operation 'op_name' has of its own. */
const char *mu_plan_word(enum mu_task task, const char *op_name);

/* True when nothing is to be done and nothing is in flight. */
bool mu_plan_is_empty(const struct mu_plan *plan);

#endif /* MU_SCHED_PLAN_H */
