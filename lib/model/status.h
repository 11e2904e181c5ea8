/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_STATUS_H
#define MU_MODEL_STATUS_H

/* Status: what is known to have happened?
 *
 * Nodes with their membership, attributes and operation histories, tickets,
 * and what is in flight at this moment. It holds results, not conclusions:
 * where a resource runs is for the scheduler to conclude.
 *
 * Made either from the <status> of a CIB (cib_status.h) or from the replicated
 * state (core). Sealed after building: passed as const.
 *
 * Invariant: nodes are in the order of 'nodes' everywhere; resources of a node
 * are sorted by id; operations are in the order in which they happened: by call
 * id, a pending one by its transition. */

#include <stdbool.h>
#include <stdint.h>

#include "model/config.h"

enum mu_op_status { /* Numbers as in lrm_rsc_op/op-status. */
                    MU_OP_STATUS_PENDING = -1,
                    MU_OP_STATUS_DONE = 0,
                    MU_OP_STATUS_CANCELLED = 1,
                    MU_OP_STATUS_TIMEOUT = 2,
                    MU_OP_STATUS_NOT_SUPPORTED = 3,
                    MU_OP_STATUS_ERROR = 4,
                    MU_OP_STATUS_ERROR_HARD = 5,
                    MU_OP_STATUS_ERROR_FATAL = 6,
                    MU_OP_STATUS_NOT_INSTALLED = 7,
                    MU_OP_STATUS_NOT_CONNECTED = 8,
                    MU_OP_STATUS_INVALID = 9,
};

enum mu_rc { /* Exit codes of agents. */
             MU_RC_OK = 0,
             MU_RC_INVALID_PARAM = 2,
             MU_RC_UNIMPLEMENTED = 3,
             MU_RC_NO_PERMISSION = 4,
             MU_RC_NOT_INSTALLED = 5,
             MU_RC_NOT_CONFIGURED = 6,
             MU_RC_NOT_RUNNING = 7,
             MU_RC_PROMOTED = 8,
             MU_RC_FAILED_PROMOTED = 9,
             MU_RC_DEGRADED = 190,
             MU_RC_DEGRADED_PROMOTED = 191,
};

enum mu_op_task { /* What an operation does, as its name says. */
                  MU_OP_TASK_OTHER,
                  MU_OP_TASK_MONITOR,
                  MU_OP_TASK_START,
                  MU_OP_TASK_STOP,
                  MU_OP_TASK_PROMOTE,
                  MU_OP_TASK_DEMOTE,
                  MU_OP_TASK_MIGRATE_TO,
                  MU_OP_TASK_MIGRATE_FROM,
                  MU_OP_TASK_NOTIFY,
                  MU_OP_TASK_RELOAD_AGENT,
                  MU_OP_TASK_META_DATA,
};

/* One entry of the operation history (lrm_rsc_op). */
struct mu_status_op {
    const char *id;   /* Entry id such as web_last_0, or null. */
    const char *name; /* start, stop, monitor, ... */
    int64_t interval_ms;
    enum mu_op_task task; /* Of 'name'. */
    bool is_failure;      /* A ..._last_failure_... entry. */
    int32_t call_id; /* -1 while pending. */
    int32_t rc;
    int32_t expected_rc; /* -1 when not known. */
    enum mu_op_status status;
    int64_t last_change_ms; /* Wall clock; 0 when not known. */
    int64_t last_run_ms;
    int64_t exec_ms;
    int64_t queue_ms;
    const char *exit_reason;       /* Null when none. */
    const char *digest_all;        /* op-digest, or null. */
    const char *digest_restart;    /* op-restart-digest, or null. */
    const char *restart_params;    /* op-force-restart, or null. */
    const char *digest_nonprivate; /* op-secure-digest, or null. */
    const char *private_params;    /* op-secure-params, or null. */
    const char *migrate_source;
    const char *migrate_target;
    const char *on_node;          /* Null when not recorded. */
    const char *transition_magic; /* As recorded, or null. */
    int64_t transition;           /* From transition-key; -1 unknown. */
    const char *feature_set;      /* crm_feature_set, or null. */
};

/* The history of one resource on one node (lrm_resource). */
struct mu_status_resource {
    const char *id; /* As agents see it: web, or web:1 if unique. */
    const char *class_name;
    const char *provider;
    const char *type;
    const char *container;    /* Or null. */
    int64_t shutdown_lock_ms; /* Wall clock; 0: not locked. */
    const struct mu_status_op *ops;
    uint32_t ops_count;
};

enum mu_join { /* As in node_state/join. */
               MU_JOIN_NONE,
               MU_JOIN_DOWN,
               MU_JOIN_PENDING,
               MU_JOIN_MEMBER,
               MU_JOIN_BANNED,
};

enum mu_expected { /* As in node_state/expected. */
                   MU_EXPECTED_NONE,
                   MU_EXPECTED_DOWN,
                   MU_EXPECTED_MEMBER,
};

struct mu_status_node {
    const char *name;
    const char *id;           /* CIB id. */
    uint32_t config_node;     /* Index into config->nodes, or NONE: only the
                                 status knows it. */
    bool is_remote;           /* node_state/remote_node, or so configured. */
    uint32_t listed; /* Histories are read in this order, ties in that of
                        the nodes: it numbers anonymous instances. */
    bool is_seen;             /* There is a node_state for it. */
    bool is_member;           /* In the membership (in_ccm). */
    bool is_process_up;       /* Its daemon is up (crmd). */
    bool is_member_unknown;   /* The node_state does not say whether it is in
                                 the membership: as if never seen, though it
                                 may have a history. */
    int64_t member_since_ms;  /* Wall clock; 0 when only a flag is known. */
    int64_t process_since_ms; /* Likewise. */
    enum mu_join join;
    enum mu_expected expected;
    bool is_held;           /* Its daemon is away for a moment: what runs
                               there is kept, nothing is asked of it, and
                               it is not to be fenced yet. */
    bool is_in_maintenance; /* node_in_maintenance, remote nodes only. */
    bool is_fenced;         /* Remote nodes: node_fenced. */
    const struct mu_pair *attributes; /* Transient ones, sorted by name;
                                  fail counts are among them under the names
                                  fail-count-RSC#OP_MS, last-failure-... */
    uint32_t attributes_count;
    const struct mu_pair *utilization; /* Transient ones. */
    uint32_t utilization_count;
    const struct mu_status_resource *resources;
    uint32_t resources_count;
};

struct mu_status_ticket {
    const char *id;
    bool is_granted;
    bool is_standby;
    int64_t last_granted_s; /* -1: never. */
};

/* An operation that has been asked for and has not answered yet. */
struct mu_status_flight {
    uint64_t op_id;       /* Handed back in mu_action.in_flight. */
    const char *resource; /* History id; null for fencing. */
    const char *task;     /* start, stop, monitor, ..., reboot, off, on. */
    int64_t interval_ms;
    uint32_t node;              /* Where it runs; for fencing: the target. */
    const char *migrate_source; /* Node names, migrations only. */
    const char *migrate_target;
};

/* How long an operation has taken so far. */
struct mu_status_duration {
    const char *name; /* History id of a resource; for fencing: the target. */
    const char *task; /* start, stop, ..., reboot, off, on. */
    int64_t ms;
};

struct mu_status {
    struct mu_status_node *nodes;
    uint32_t nodes_count;
    struct mu_status_ticket *tickets;
    uint32_t tickets_count;
    struct mu_status_flight *flights;
    uint32_t flights_count;
    struct mu_status_duration *durations; /* Not for planning: for estimates. */
    uint32_t durations_count;
};

#endif /* MU_MODEL_STATUS_H */
