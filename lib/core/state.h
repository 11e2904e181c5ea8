/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_STATE_H
#define MU_CORE_STATE_H

/* State: what all members of a view agree on.
 *
 * Everything in here is encoded, digested and handed to joiners; nothing local
 * is. It changes only through apply.c. Readers (the daemon's interface, the
 * simulator's checkers) see it as const.
 *
 * Invariant: nodes are sorted by id; histories by node, resource and slot;
 * locks by node and resource; flights, fences and actions by their ids. Encoding and decoding again gives
 * the same bytes. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/span.h"
#include "core/revision.h"
#include "model/config.h"
#include "model/snapshot.h"
#include "sched/plan.h"

enum mu_node_state {
    MU_NODE_STATE_UNKNOWN,    /* Configured, not seen since this state began. */
    MU_NODE_STATE_PENDING,    /* In the view, has not got the state yet. */
    MU_NODE_STATE_ACTIVE,     /* In the view, takes part. */
    MU_NODE_STATE_LEAVING,    /* Active, asked to leave; its work is moved. */
    MU_NODE_STATE_LOST_GRACE, /* Its daemon died, its node is in the ring. */
    MU_NODE_STATE_UNCLEAN,    /* Lost: may still run anything. */
    MU_NODE_STATE_DOWN,       /* Known to run nothing: fenced, confirmed by a
                                 person, or left in order. */
};

struct mu_state_attribute {
    const char *name;
    const char *value;
};

struct mu_state_node {
    uint32_t id;
    const char *name;
    enum mu_node_state state;
    uint64_t incarnation;   /* Of its newest daemon; 0: never seen. */
    const char *boot_id;    /* Of that daemon; empty when never seen. */
    uint64_t joined_view;   /* Number of the view in which it joined. */
    int64_t since_ms;       /* Wall clock of the newest change of 'state'. */
    int64_t grace_until_ms; /* LOST_GRACE: cluster time at which it becomes
                               unclean, INT64_MAX: it has left in order, and
                               what runs there is left alone; else 0. */
    bool has_run;           /* Something may have been started there since it
                               was last known to run nothing. */
    bool was_fenced;        /* DOWN because of a fencing. */
    struct mu_state_attribute *attributes; /* Transient, sorted by name. */
    uint32_t attributes_count;
};

/* Which entry of a resource's history on a node. Sorted as listed. */
enum mu_slot {
    MU_SLOT_LAST,      /* The newest operation without interval. */
    MU_SLOT_FAILURE,   /* The newest failed one. */
    MU_SLOT_RECURRING, /* One per interval and name. */
};

struct mu_state_history {
    uint32_t node_id;
    const char *resource;   /* History id. */
    enum mu_slot slot;
    const char *op_name;
    int64_t interval_ms;
    enum mu_agent_class agent_class;
    const char *class_name;
    const char *provider;   /* Empty when the class has none. */
    const char *type;
    int32_t call_id;        /* Grows with each result in the cluster. */
    int32_t rc;
    int32_t expected_rc;
    enum mu_op_status status;
    int64_t changed_ms;     /* Wall clock of the result's newest change. */
    int64_t exec_ms;
    const char *exit_reason;   /* Empty when none. */
    const char *params_digest; /* 32 hex digits, or empty. */
    const char *migrate_source; /* Empty except for migrations. */
    const char *migrate_target;
};

/* An agent's operation that has been released and has not answered. */
struct mu_state_flight {
    uint64_t op_id;
    uint32_t node_id;       /* Where it runs. */
    const char *resource;   /* History id. */
    const char *instance;   /* Numbered name; equal to 'resource' mostly. */
    enum mu_task task;
    const char *op_name;    /* As in mu_action. */
    int64_t interval_ms;
    int64_t timeout_ms;
    int32_t expected_rc;
    const char *class_name;
    const char *provider;
    const char *type;
    const char *migrate_source; /* Node names; empty except for migrations. */
    const char *migrate_target;
    struct mu_pair *meta;   /* What only the plan knew. */
    uint32_t meta_count;
    int64_t deadline_ms;    /* Cluster time by which a result must be here. */
    int64_t released_wall_ms;
    uint32_t action;        /* Of the current plan, or MU_PLAN_NONE. */
    int64_t lock_ms;        /* As in mu_action. */
};

enum mu_fence_state {
    MU_FENCE_RUNNING, /* An agent has been asked. */
    MU_FENCE_PAUSING, /* The next try waits for 'due_ms'. */
    MU_FENCE_DONE,
    MU_FENCE_CANCELLED, /* The target came back, or was found down. */
};

/* A fencing, pending or past. The newest MU_STATE_FENCES_MAX are kept. */
struct mu_state_fence {
    uint64_t op_id;        /* As in plans and snapshots. */
    uint32_t target_id;
    const char *action;    /* reboot, off, on. */
    enum mu_fence_state state;
    uint32_t executor_id;  /* Node that runs the agent; 0: none found yet. */
    uint64_t target_incarnation; /* Which life of the target is to be ended. */
    const char *device;    /* Id of the stonith resource, or how it was
                              confirmed. */
    uint32_t attempt;      /* From 1; a result of another one is ignored. */
    uint32_t step;         /* Position in the list of steps; see fence.h. */
    uint32_t tries;        /* Of this step. */
    uint32_t rounds;       /* How often all steps have failed. */
    int64_t due_ms;        /* Cluster time of the next try, or of giving up on
                              the running one. */
    int64_t delay_ms;      /* To wait before the first try. */
    int64_t asked_wall_ms;
    int64_t ended_wall_ms; /* 0 while pending. */
    const char *reason;    /* Of the newest failure; empty when none. */
    uint32_t action_index; /* Of the current plan, or MU_PLAN_NONE. */
};

enum {
    /* How long a cluster that has just become quorate waits for nodes that
     * nobody has seen, before it takes them to be lost. */
    MU_STATE_UNSEEN_GRACE_MS = 20000,
    /* How long a daemon may be away before its node counts as lost. */
    MU_STATE_GRACE_MS = 10000,
    MU_STATE_FENCES_MAX = 64,
    MU_STATE_REQUESTS_MAX = 256,
};

enum mu_run { /* Progress of one action of the plan. */
    MU_RUN_WAITING,
    MU_RUN_RUNNING,
    MU_RUN_DONE,
    MU_RUN_FAILED,
    MU_RUN_HELD,    /* The safety kernel objects to it for now. */
    MU_RUN_DROPPED, /* The plan was given up before it was released. */
};

struct mu_state_action {
    enum mu_action_kind kind;
    enum mu_task task;
    const char *op_name;   /* As in mu_action. */
    const char *resource;  /* Empty unless about a resource. */
    const char *instance;
    const char *class_name;
    const char *provider;
    const char *type;
    uint32_t node_id;      /* 0 for pseudo actions. */
    int64_t interval_ms;
    int64_t timeout_ms;
    int64_t start_delay_ms;
    int64_t fence_delay_ms;
    int64_t lock_ms;
    int32_t expected_rc;
    int32_t priority;
    bool can_fail;
    uint64_t op_id;        /* Given at DECIDE; of the flight if it was in
                              flight already. */
    struct mu_pair *meta;
    uint32_t meta_count;
    uint32_t *after;       /* Indexes of actions. */
    uint32_t after_count;
    enum mu_run run;
};

struct mu_state_member { /* Of the current view. */
    uint32_t node_id;
    uint64_t incarnation;
    uint32_t feature_level;
    uint32_t processors; /* Of its machine; for limits of parallel work. */
    bool has_promised;   /* Its promise for the current epoch is durable. */
};

/* Tickets as in the status section. */
struct mu_state_ticket {
    const char *id;
    bool is_granted;
    bool is_standby;
    int64_t last_granted_s;
};

/* A resource that its node took down in order: it waits for that node. Sorted
 * by node, then resource. */
struct mu_state_lock {
    uint32_t node_id;
    const char *resource; /* History id. */
    int64_t since_ms;     /* Wall clock: when the node was asked to leave. */
};

/* A live move whose beginning was lost from sight with its node's daemon: it may
 * still be under way. Nothing that is done on its target before the source has
 * spoken again says anything about the resource. */
struct mu_state_move {
    uint32_t node_id;     /* The source. */
    uint32_t target_id;
    const char *resource; /* History id. */
};

/* How long the successes of one operation took: of a resource by its history
 * id, of a fencing by the name of its target. Sorted by name, then task. */
struct mu_state_duration {
    const char *name;
    enum mu_task task;
    uint32_t node_id;  /* Where it was last; 0 for a fencing. */
    int32_t call_id;   /* Of the newest; 0 for a fencing. */
    int64_t newest_ms;
    int64_t mean_ms;   /* Of all, the newer the heavier. */
};

/* Requests that were carried out; a repetition is not carried out again. */
struct mu_state_request {
    uint64_t incarnation; /* Of the daemon that took it from the client. */
    uint64_t request;
};

/* A configuration that has been proposed and is not on enough disks yet. */
struct mu_state_proposal {
    bool is_present;
    uint64_t index;            /* The revision it would become. */
    uint64_t origin_incarnation;
    uint64_t request;
    uint32_t acked[MU_NODES_COUNT_MAX]; /* Node ids that have it on disk. */
    uint32_t acked_count;
    uint32_t refused[MU_NODES_COUNT_MAX]; /* Node ids that cannot store it. */
    uint32_t refused_count;
    const char *refusal;       /* Why, of the first; empty when none. */
    struct mu_span xml;
    struct mu_span former; /* Leads from 'xml' back to the configuration. */
    struct mu_revision_author author;
};

struct mu_state {
    struct mu_arena *arena;   /* Rows and strings. */
    uint64_t position;        /* Messages applied since this state began. */
    uint64_t epoch;           /* Of the newest quorate view; see PROMISED. */
    uint64_t view;            /* Number of the current view. */
    bool is_quorate;
    bool had_quorum;
    bool is_complete;         /* Enough promises: configuration may change. */
    uint64_t version;         /* Counts what matters to the scheduler. */
    uint64_t next_op_id;
    int32_t next_call_id;
    int64_t time_ms;          /* Cluster time: moves with TICK only. */
    int64_t wall_ms;          /* Wall clock of the newest TICK or VIEW. */
    int64_t quorate_since_ms; /* Cluster time since when quorate. */

    /* The configuration: content, and its place in the history. */
    struct mu_span config_xml; /* A <configuration> element. */
    int64_t admin_epoch;
    int64_t config_epoch;      /* "epoch" of the CIB: counts changes. */
    uint64_t config_view_epoch; /* Epoch in which it was accepted. */
    uint64_t config_index;     /* Counts accepted configurations. */
    struct mu_revisions revisions; /* The newest belongs to it. */
    struct mu_state_proposal proposal;

    struct mu_state_member *members; /* Of the view, sorted by node id. */
    uint32_t members_count;
    struct mu_state_node *nodes;
    uint32_t nodes_count;
    struct mu_state_history *histories;
    uint32_t histories_count;
    uint32_t histories_capacity;
    struct mu_state_flight *flights;
    uint32_t flights_count;
    uint32_t flights_capacity;
    struct mu_state_fence *fences;
    uint32_t fences_count;
    struct mu_state_ticket *tickets;
    uint32_t tickets_count;
    struct mu_state_lock *locks;
    uint32_t locks_count;
    struct mu_state_move *moves; /* As they were lost. */
    uint32_t moves_count;
    struct mu_state_duration *durations;
    uint32_t durations_count;
    uint32_t durations_capacity;
    struct mu_state_request *requests; /* The newest ones, oldest first. */
    uint32_t requests_count;

    /* The plan being carried out. */
    uint64_t plan_version;  /* 'version' for which it was made. */
    uint64_t plan_number;   /* Counts accepted plans. */
    bool is_plan_dropped;   /* Given up: a new one is due. */
    struct mu_state_action *actions;
    uint32_t actions_count;

    /* Derived from the above; not encoded. */
    const struct mu_config *config; /* Null while there is none. */
    struct mu_arena *config_arena;  /* Holds 'config'. */
    size_t live_bytes;              /* In 'arena' after the last compaction. */
    uint32_t *blockers;             /* Per action: predecessors not done. */
    uint32_t *successors_start;     /* Per action and one more: into the next. */
    uint32_t *successors;           /* Actions that wait for an action. */
    uint32_t *ready_next;           /* Per action: the next in its queue. */
    uint32_t ready_head[MU_NODES_COUNT_MAX + 1]; /* Queues of actions that only
                                       a limit holds back: one per position in
                                       'nodes', and one for those that no limit
                                       concerns. Highest priority first. */
    uint32_t ready_tail[MU_NODES_COUNT_MAX + 1];
};

/* Makes 'state' empty: no nodes, no configuration, position 0. Its rows grow
 * on 'arena', its configuration on 'config_arena'; both are reset. */
void mu_state_init(struct mu_state *state, struct mu_arena *arena,
                   struct mu_arena *config_arena);

/* What 'proposal' is while there is none. */
struct mu_state_proposal mu_state_no_proposal(void);

/* Copies 'text' into the state's memory; null becomes empty. */
const char *mu_state_text(struct mu_state *state, const char *text);

/* Encodes all of 'state' on 'arena'. The same state gives the same bytes. */
struct mu_span mu_state_encode(const struct mu_state *state,
                               struct mu_arena *arena);

/* Replaces the content of 'state' by what 'bytes' say. -EBADMSG when they are
 * no encoded state; 'state' is then empty. */
MU_NODISCARD int mu_state_decode(struct mu_state *state, struct mu_span bytes);

/* Encodes and decodes 'state' when dead rows and strings have piled up. All
 * pointers into it become invalid. */
void mu_state_compact(struct mu_state *state, struct mu_arena *scratch);

/* Reads 'xml' into state->config (strictly). Errors as mu_config_read(). */
MU_NODISCARD int mu_state_set_config(struct mu_state *state,
                                     struct mu_span xml,
                                     struct mu_errbuf *err);

/* Builds 'blockers', 'successors' and the queues for the current plan. */
void mu_state_index_plan(struct mu_state *state);

/* Puts an action that waits for nothing any more into its queue. */
void mu_state_queue_action(struct mu_state *state, uint32_t index);

/* Returns the history entry with the key of 'key' (node, resource, slot, and for
 * recurring ones name and interval), or null. */
const struct mu_state_history *
mu_state_find_history(const struct mu_state *state,
                      const struct mu_state_history *key);

/* Writing rows. Each returns a row that may be filled in at once and is not
 * to be kept: the next insertion moves it. */
struct mu_state_node *mu_state_get_node(struct mu_state *state, uint32_t id);
struct mu_state_node *mu_state_add_node(struct mu_state *state, uint32_t id,
                                        const char *name);
struct mu_state_member *mu_state_get_member(struct mu_state *state,
                                            uint32_t node_id);
struct mu_state_history *
mu_state_put_history(struct mu_state *state,
                     const struct mu_state_history *key);
struct mu_state_flight *mu_state_add_flight(struct mu_state *state,
                                            uint64_t op_id);
struct mu_state_flight *mu_state_get_flight(struct mu_state *state,
                                            uint64_t op_id);
void mu_state_remove_flight(struct mu_state *state, uint64_t op_id);
struct mu_state_fence *mu_state_add_fence(struct mu_state *state,
                                          uint64_t op_id);
struct mu_state_fence *mu_state_get_fence(struct mu_state *state,
                                          uint64_t op_id);

/* Locks a resource to a node. */
void mu_state_put_lock(struct mu_state *state, const struct mu_state_lock *lock);

/* Ends the lock of the resource with history id 'resource' (null: of all) to a
 * node. Returns whether there was one. */
bool mu_state_end_locks(struct mu_state *state, uint32_t node_id,
                     const char *resource);

/* Forgets the locks of resources that are not configured any more. */
void mu_state_forget_locks(struct mu_state *state);

/* Visits the locks alone; see archive.h. */
void mu_state_visit_locks(struct mu_archive *archive, struct mu_state *state);

/* Takes a measured time into account; 'seen->mean_ms' is not regarded. */
void mu_state_measure(struct mu_state *state,
                      const struct mu_state_duration *seen);

/* Forgets the times of resources that are not configured any more. */
void mu_state_forget_durations(struct mu_state *state);

/* Remembers that a request was carried out, and tells whether one was. */
void mu_state_add_request(struct mu_state *state, uint64_t incarnation,
                          uint64_t request);
bool mu_state_find_request(const struct mu_state *state, uint64_t incarnation,
                           uint64_t request);

/* Returns the fencing of node 'target_id' that has not ended, or null. That it
 * is let in again ("on") is no fencing. */
struct mu_state_fence *mu_state_find_fence(struct mu_state *state,
                                           uint32_t target_id);

/* Likewise the unfencing of it. */
struct mu_state_fence *mu_state_find_unfence(struct mu_state *state,
                                             uint32_t target_id);

/* Which history entries to forget. */
struct mu_state_filter {
    uint32_t node_id;      /* 0: on every node. */
    const char *resource;  /* Null: of every resource. */
    bool recurring_only;   /* Only recurring entries, */
    int64_t interval_ms;   /* of this interval; -1: of any. */
    const char *op_name;   /* Null: of any operation. */
    bool failures_only;    /* Only entries that record a failure. */
};

/* Forgets the history entries that 'filter' names; returns how many. */
uint32_t mu_state_forget(struct mu_state *state,
                         const struct mu_state_filter *filter);

/* Sets a transient attribute of 'node'; a null 'value' deletes it. Returns
 * whether anything changed. */
bool mu_state_set_attribute(struct mu_state *state, struct mu_state_node *node,
                            const char *name, const char *value);

/* Returns the value of a transient attribute, or null. */
const char *mu_state_get_attribute(const struct mu_state_node *node,
                                   const char *name);

/* Returns the node with 'id', or null. */
const struct mu_state_node *mu_state_find_node(const struct mu_state *state,
                                               uint32_t id);

/* Returns the index of the node called 'name' in config->nodes, or
 * MU_CONFIG_NONE. */
uint32_t mu_state_find_configured(const struct mu_state *state,
                                  const char *name);

/* Returns the node called 'name', or null. */
const struct mu_state_node *
mu_state_find_node_by_name(const struct mu_state *state, const char *name);

/* Builds all that the scheduler needs at 'wall_ms', on 'arena'; strings are
 * borrowed from 'state'. 'coordinator' is a node id, or 0. Null while there is
 * no configuration. */
const struct mu_snapshot *mu_state_make_snapshot(const struct mu_state *state,
                                                 uint32_t coordinator,
                                                 int64_t wall_ms,
                                                 struct mu_arena *arena);

/* Builds the typed status for the scheduler on 'arena'; strings are borrowed
 * from 'state'. Nodes come in the scheduler's order. */
const struct mu_status *mu_state_make_status(const struct mu_state *state,
                                             struct mu_arena *arena);

/* Returns the digest of the whole encoded state. */
struct mu_digest mu_state_digest(const struct mu_state *state,
                                 struct mu_arena *scratch);

/* Tells whether 'node' has left in order while something in maintenance runs on
 * it: it is not lost before the maintenance is over. */
bool mu_state_is_left_alone(const struct mu_state_node *node);

/* A short word for a node's state: "active", "unclean", ... */
const char *mu_state_node_word(enum mu_node_state state);

#endif /* MU_CORE_STATE_H */
