/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_CORE_PRIVATE_H
#define MU_CORE_CORE_PRIVATE_H

/* What the files of the core share about one core. Each group of members has
 * one owner, named with it; others read. */

#include "base/vec.h"
#include "core/apply.h"
#include "core/body.h"
#include "core/core.h"
#include "core/state.h"

enum {
    MU_CORE_OP_NAME_SIZE = MU_NAME_SIZE_MAX,
    MU_CORE_DIGEST_SIZE = 33,
    /* A daemon that has not said HELLO within this time is left out; an
     * announced view that was not delivered is announced again. */
    MU_VIEW_SILENCE_MS = 3000,
};

/* A message that has been received in part. */
struct mu_core_partial {
    uint32_t node_id;
    uint64_t sequence;  /* 0: none. */
    enum mu_msg_type type;
    uint32_t received;
    uint32_t total;
    unsigned char *data; /* On the partial arena. */
};

/* What a daemon of the ring has said of itself. */
struct mu_core_hello {
    uint32_t node_id;
    uint32_t pid;
    uint64_t incarnation; /* 0: it has not said anything. */
    struct mu_body_hello body;
};

/* A message kept until the state before it is here. */
struct mu_core_held {
    enum mu_msg_type type;
    uint32_t node_id;
    uint64_t incarnation;
    struct mu_span body;
};

enum mu_core_exec_kind {
    MU_CORE_EXEC_FLIGHT,
    MU_CORE_EXEC_FENCE,
    MU_CORE_EXEC_RECURRING,
};

/* An agent of ours that is running. */
struct mu_core_exec {
    uint64_t exec_id; /* 0: free. */
    enum mu_core_exec_kind kind;
    uint64_t op_id;   /* 0: its result is of no interest any more. */
    uint32_t attempt;
    char resource[MU_NAME_SIZE_MAX];
    char op_name[MU_CORE_OP_NAME_SIZE];
    int64_t interval_ms;
    char params_digest[MU_CORE_DIGEST_SIZE];
};

/* A recurring operation that this node repeats. */
struct mu_core_recurring {
    char resource[MU_NAME_SIZE_MAX]; /* Empty: free. */
    char op_name[MU_CORE_OP_NAME_SIZE];
    int64_t interval_ms;
    struct mu_instant due;
    uint64_t exec_id;           /* Running now, or 0. */
    struct mu_instant reported; /* When a change was last sent. */
    bool is_wanted;             /* Seen in the state in this pass. */
};

/* Something that we owe the others until it is applied. */
struct mu_core_owed {
    enum mu_msg_type type;
    enum mu_lane lane;
    struct mu_span body;    /* On the outbox arena. */
    uint64_t sequence;      /* Of the newest sending; 0: not sent. */
    uint64_t op_id;         /* RESULT, else 0. */
    uint64_t client;        /* REQUEST and CONFIG. */
    uint64_t request;
    bool is_request;
    bool is_delivered;      /* The newest sending, to ourselves. */
    bool is_done;
    struct mu_instant sent; /* Or delivered. */
    struct mu_instant deadline; /* When the client is told; or NEVER. */
};

/* Parameters with which a resource was last run here: a removed resource must
 * be stopped with what it was started with. */
struct mu_core_memory {
    char resource[MU_NAME_SIZE_MAX];
    char digest[MU_CORE_DIGEST_SIZE];
    const struct mu_pair *params; /* On the memory arena. */
    uint32_t params_count;
};

struct mu_core {
    /* The step (core.c). */
    struct mu_arena own;      /* Holds this struct. */
    struct mu_arena scratch;  /* One step. */
    struct mu_instant now;
    int64_t wall_ms;
    MU_VEC(struct mu_effect) effects;
    enum mu_core_phase phase;
    bool is_changed;          /* Readers may look again. */
    bool is_shutting;         /* Asked to stop. */
    struct mu_instant shutdown_deadline;

    /* Who we are (core.c, from BOOT). */
    struct mu_arena boot_arena;
    uint32_t node_id;
    const char *boot_id;
    uint64_t incarnation;
    uint32_t processors;
    struct mu_body_node *nodelist;
    uint32_t nodelist_count;
    bool is_damaged;

    /* The disk (durable.c). */
    uint64_t promised_epoch;
    uint32_t promised_ids[MU_NODES_COUNT_MAX];
    uint32_t promised_count;
    uint64_t promised_view;   /* The view in which PROMISED was sent. */
    uint64_t record_epoch;    /* Of the newest configuration on disk, */
    uint64_t record_index;    /* 0: none. */
    uint64_t covered_epoch;   /* The record that the promise covers. */
    uint64_t covered_index;
    struct mu_span record;    /* Content of it. */
    struct mu_arena record_arena; /* Holds it. */
    struct mu_span pending;   /* Content that is being stored. */
    struct mu_arena pending_arena; /* Holds that. */
    uint64_t next_persist_id;
    uint64_t stored_view;     /* The view in which STORED was sent, */
    uint64_t stored_index;    /* and for which proposal. */
    uint64_t config_persist_id; /* Under way, or 0. */
    uint64_t config_persist_epoch;
    uint64_t config_persist_index;
    uint64_t epoch_persist_id;  /* Under way, or 0. */
    uint64_t epoch_persist_epoch;
    uint32_t epoch_persist_ids[MU_NODES_COUNT_MAX];
    uint32_t epoch_persist_count;
    struct mu_span locks;     /* As in the newest promise written. */
    struct mu_arena locks_arena; /* Holds them. */
    bool are_locks_stored;    /* It is known that they are on disk, or will
                                 be. */
    struct mu_instant persist_retry;

    /* The ring and its view (view.c). */
    struct mu_arena ring_arena; /* Until the next ring. */
    bool has_ring;
    struct mu_ring_id ring;
    uint32_t ring_nodes[MU_NODES_COUNT_MAX];
    uint32_t ring_nodes_count;
    struct mu_group_member members[MU_NODES_COUNT_MAX];
    uint32_t members_count;
    bool is_in_group;         /* We are among 'members'. */
    bool has_quorum_news;     /* Corosync has said whether it is quorate. */
    bool is_quorate;          /* What it said. */
    struct mu_ring_id quorum_ring; /* For which ring. */
    bool is_hello_sent;
    bool is_decided;          /* A view was announced in this ring. */
    bool is_view_sent;        /* By us, and not delivered yet. */
    struct mu_instant view_deadline; /* For silent members, lost sends. */
    struct mu_core_hello hellos[MU_NODES_COUNT_MAX];
    uint32_t hellos_count;
    struct mu_group_member excluded[MU_NODES_COUNT_MAX];
    uint32_t excluded_count;
    struct mu_group_member others[MU_NODES_COUNT_MAX]; /* Have a view without
                                                          us. */
    uint32_t others_count;
    bool is_hot;              /* The state is what the group had agreed on. */
    bool is_waiting_told;     /* "Waiting for nodes" was said once. */

    /* Messages (transfer.c). */
    uint64_t next_sequence;
    struct mu_core_partial partials[MU_NODES_COUNT_MAX];
    struct mu_arena partial_arena; /* Reset whenever no part is waiting. */
    struct mu_arena held_arena; /* While syncing. */
    MU_VEC(struct mu_core_held) held;
    uint64_t sync_view;       /* The view whose snapshot we wait for. */
    struct mu_instant sync_deadline;
    struct mu_arena outbox_arena; /* Reset whenever nothing is owed. */
    MU_VEC(struct mu_core_owed) outbox;

    /* The replicated state. */
    struct mu_arena state_arena;
    struct mu_arena config_arena;
    struct mu_state state;

    /* Agents (local.c). */
    struct mu_arena local_arena;
    MU_VEC(struct mu_core_exec) execs;
    MU_VEC(struct mu_core_recurring) recurring;
    uint64_t next_exec_id;
    MU_VEC(uint64_t) deferred; /* Flights that wait for a fresh lease. */
    struct mu_arena memory_arena;
    MU_VEC(struct mu_core_memory) memories;
    bool is_recurring_stale;   /* The state's history may have changed. */
    struct mu_instant lease;   /* The newest TICK of this view came then. */

    /* Coordinating (coordinate.c). */
    struct mu_arena plan_arena;
    uint64_t decide_sequence;  /* Of a DECIDE under way, or 0. */
    struct mu_instant decide_sent;
    struct mu_digest plan_digest; /* Of the newest plan we sent, */
    uint64_t plan_version;     /* and the version it was for. */
    uint32_t plan_repeats;     /* How often it came out the same. */
    struct mu_instant plan_hold; /* Not again before. */
    struct mu_instant plan_next_change; /* Rules change then; or NEVER. */
    struct mu_instant tick_sent;
    uint64_t check_position;   /* Where the newest digest was taken. */
    struct mu_digest check_digest;
    int64_t check_time_ms;     /* Cluster time of it. */

    /* What is over (ending.c). */
    uint64_t ending_request;   /* Number of our newest proposal; they count
                                  down from the numbers of clients. */
    struct mu_instant ending_hold; /* No proposal before that. */
    struct mu_instant ending_due;  /* The next override ends then; or NEVER. */
    uint64_t ending_seen;      /* What the newest judgement was based on. */
    uint64_t ending_config;    /* Position of the configuration that was looked
                                  through, plus 1; 0: none. */
    bool has_endings;          /* There is something in it that ends. */
};

/* core.c: effects and the story. */
struct mu_effect *mu_core_add(struct mu_core *core, enum mu_effect_type type);
MU_PRINTF(4, 5)
void mu_core_trace(struct mu_core *core, enum mu_trace_level level,
                   enum mu_topic topic, const char *format, ...);
/* Reads the outcomes of an apply with our own identity in mind. */
void mu_core_settle_outcomes(struct mu_core *core, struct mu_apply *apply);
/* Prepares an apply of a message by 'node_id'. */
struct mu_apply mu_core_make_apply(struct mu_core *core, uint32_t node_id,
                                   uint64_t incarnation);

/* view.c: who is here? */
void mu_view_ring(struct mu_core *core, const struct mu_event_ring *event);
void mu_view_group(struct mu_core *core, const struct mu_event_group *event);
void mu_view_quorum(struct mu_core *core, const struct mu_event_quorum *event);
void mu_view_lost(struct mu_core *core);
void mu_view_hello(struct mu_core *core, uint32_t node_id, uint32_t pid,
                   uint64_t incarnation, struct mu_span body);
void mu_view_exclude(struct mu_core *core, struct mu_span body);
void mu_view_announced(struct mu_core *core, struct mu_span body);
void mu_view_snapshot(struct mu_core *core, struct mu_span body);
/* Does what is due: HELLO, EXCLUDE, VIEW. Called after every event. */
void mu_view_consider(struct mu_core *core);
struct mu_instant mu_view_deadline(const struct mu_core *core);
/* Node id of the coordinator among the members that are still there; 0 when
 * there is none. */
uint32_t mu_view_coordinator(const struct mu_core *core);
/* Gives the state up and joins the group anew. */
void mu_view_rejoin(struct mu_core *core, const char *why);

/* Helpers of the view machine's two files. */
bool mu_view_has_member(const struct mu_core *core, uint32_t node_id,
                        uint32_t pid);
bool mu_view_has_ring_node(const struct mu_core *core, uint32_t node_id);
bool mu_view_is_excluded(const struct mu_core *core, uint32_t node_id,
                         uint32_t pid);
struct mu_core_hello *mu_view_find_hello(struct mu_core *core,
                                         uint32_t node_id);
bool mu_view_may_join(struct mu_core *core, const struct mu_core_hello *hello);
void mu_view_add_member(struct mu_body_view *view,
                        const struct mu_core_hello *hello, bool is_joiner);
void mu_view_announce(struct mu_core *core, struct mu_body_view *view);

/* gather.c: the first view of a ring. */
void mu_gather_hello(struct mu_core *core);
void mu_gather_consider(struct mu_core *core);
/* Keeps the members of a view that leaves us out: they alone can let us in; and
 * tells whether any of them is still in the group. */
void mu_gather_learn_others(struct mu_core *core,
                            const struct mu_body_view *view);
bool mu_gather_has_others(const struct mu_core *core);
void mu_gather_exclude(struct mu_core *core, uint32_t node_id, uint32_t pid);

/* transfer.c: messages out and in. */
uint64_t mu_transfer_send(struct mu_core *core, enum mu_msg_type type,
                          enum mu_lane lane, struct mu_span body);
void mu_transfer_receive(struct mu_core *core,
                         const struct mu_event_message *event);
void mu_transfer_reset(struct mu_core *core);
/* Applies what was held while the state was on its way. */
void mu_transfer_replay(struct mu_core *core);
/* Owes 'body' to the group until it is applied. */
struct mu_core_owed *mu_transfer_owe(struct mu_core *core,
                                     enum mu_msg_type type, enum mu_lane lane,
                                     struct mu_span body);
/* Sends again what is owed: all of it after a view, or what is overdue. */
void mu_transfer_resend(struct mu_core *core, bool is_all);
/* Forgets results that are owed: the state that asked for them is gone. */
void mu_transfer_forget_results(struct mu_core *core);
struct mu_instant mu_transfer_deadline(const struct mu_core *core);

/* durable.c: what the disk promises. */
void mu_durable_boot(struct mu_core *core, const struct mu_event_boot *boot);
void mu_durable_hello(const struct mu_core *core, struct mu_body_hello *hello);
/* Starts the state from the disk's configuration. */
void mu_durable_load(struct mu_core *core);
/* Stores what must be on disk for the current view. Called after every event
 * while active. */
void mu_durable_consider(struct mu_core *core);
void mu_durable_stored(struct mu_core *core,
                       const struct mu_event_stored *event);
void mu_durable_propose(struct mu_core *core);
void mu_durable_drop(struct mu_core *core, uint64_t index);
struct mu_instant mu_durable_deadline(const struct mu_core *core);

/* local.c: agents of this node. */
void mu_local_launch(struct mu_core *core, uint64_t op_id);
void mu_local_fence(struct mu_core *core, uint64_t op_id);
void mu_local_cancel(struct mu_core *core, uint64_t op_id);
void mu_local_result(struct mu_core *core,
                     const struct mu_event_op_result *event);
/* Brings the monitors of a resource forward: something about it has changed. */
void mu_local_check(struct mu_core *core, const char *resource);
/* Disowns what is running: the state that asked for it is gone. */
void mu_local_disown(struct mu_core *core);
/* Starts recurring operations that are due. Called after every event. */
void mu_local_consider(struct mu_core *core);
struct mu_instant mu_local_deadline(const struct mu_core *core);
bool mu_local_is_lease_fresh(const struct mu_core *core);

/* coordinate.c: planning and time. */
void mu_coordinate_consider(struct mu_core *core);
struct mu_instant mu_coordinate_deadline(const struct mu_core *core);
/* A TICK was applied: compares digests. */
void mu_coordinate_tick(struct mu_core *core, const struct mu_body_tick *body);
void mu_coordinate_reset(struct mu_core *core);

/* ending.c: overrides that are over. Called after every event while this node
 * coordinates. */
void mu_ending_consider(struct mu_core *core);

/* client.c: requests of tools. */
void mu_client_request(struct mu_core *core,
                       const struct mu_event_request *event);
void mu_client_gone(struct mu_core *core, uint64_t client);
void mu_client_answer(struct mu_core *core, const struct mu_outcome *outcome);
/* Answers requests whose time is up. */
void mu_client_expire(struct mu_core *core);
void mu_client_shutdown(struct mu_core *core);

#endif /* MU_CORE_CORE_PRIVATE_H */
