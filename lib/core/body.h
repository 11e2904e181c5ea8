/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_BODY_H
#define MU_CORE_BODY_H

/* Body: what the messages between cores say.
 *
 * One struct per type of message, with one function that encodes or decodes it
 * (see wire/archive.h). Decoding is total: whatever the bytes are, the result
 * is bounded, and failure is reported once. */

#include "core/event.h"
#include "core/state.h"
#include "wire/archive.h"
#include "wire/msg.h"

/* Rules that replicas share change only with this number; see
 * muster-protocol(7), FEATURE LEVELS. */
enum { MU_FEATURE_LEVEL = 1 };

struct mu_body_node { /* Of a nodelist. */
    uint32_t id;
    const char *name;
};

struct mu_body_hello {
    const char *boot_id;
    uint32_t feature_level; /* Highest that the sender speaks. */
    uint32_t processors;
    bool is_hot;            /* Has a replicated state and took part in it. */
    uint64_t state_epoch;
    uint64_t state_view;
    uint64_t position;
    uint64_t digest_high;   /* Of the state; 0 when not hot. */
    uint64_t digest_low;
    uint64_t state_index;   /* Newest configuration in the state, proposals
                               included. */
    uint64_t promised_epoch; /* On disk. */
    uint32_t promised_ids[MU_NODES_COUNT_MAX]; /* With whom. */
    uint32_t promised_count;
    uint64_t durable_epoch; /* Of the newest configuration on disk, */
    uint64_t durable_index; /* 0: none. */
    bool is_damaged;        /* The disk's content was unreadable. */
    bool is_quorate;        /* As Corosync says for this ring. */
    struct mu_body_node *nodelist;
    uint32_t nodelist_count;
};

struct mu_body_view_member {
    uint32_t node_id;
    uint32_t pid;
    uint64_t incarnation;
    const char *boot_id;
    uint32_t feature_level;
    uint32_t processors;
    bool is_joiner; /* Gets the state from the source. */
};

struct mu_body_view {
    uint64_t number;
    uint64_t previous;  /* View of the source's state; see view.h. */
    uint64_t epoch;
    bool is_quorate;
    bool is_cold;       /* The source starts from its disk. */
    uint32_t source_id; /* Who has the state. */
    int64_t wall_ms;
    struct mu_body_view_member *members; /* Sorted by node id. */
    uint32_t members_count;
    struct mu_body_node *nodelist;
    uint32_t nodelist_count;
    uint32_t *ring_nodes; /* Nodes in the ring, with or without a daemon. */
    uint32_t ring_nodes_count;
};

struct mu_body_exclude {
    uint64_t view;    /* That the sender is active in; 0: it has none. */
    uint32_t node_id;
    uint32_t pid;
};

struct mu_body_snapshot {
    uint64_t view;
    struct mu_span state;
};

struct mu_body_synced {
    uint64_t view;
};

struct mu_body_promised {
    uint64_t epoch;
};

struct mu_body_tick {
    int64_t time_ms;
    int64_t wall_ms;
    uint64_t digest_position; /* 0: no digest in this one. */
    uint64_t digest_high;
    uint64_t digest_low;
};

struct mu_body_config {
    uint64_t request;
    const char *base_revision; /* Empty: whatever is current. */
    const char *user;
    const char *program;
    const char *message;
    uint32_t objects_count;    /* How many objects it changes. */
    struct mu_span xml;
};

struct mu_body_stored {
    uint64_t epoch;
    uint64_t index;
    bool is_stored;
    const char *reason; /* Why not; else empty. */
};

struct mu_body_decide {
    uint64_t number;  /* Of the plan that it replaces: once only. */
    uint64_t version;
    struct mu_state_action *actions; /* 'op_id' is set only for those that are
                                        in flight. */
    uint32_t actions_count;
};

struct mu_body_result {
    uint64_t op_id;
    uint32_t attempt; /* Fencing only. */
    enum mu_op_end end;
    int32_t rc;
    int64_t exec_ms;
    int64_t wall_ms;  /* When it ended. */
    const char *reason;
    const char *params_digest;
};

struct mu_body_recurring {
    const char *resource;
    const char *op_name;
    int64_t interval_ms;
    enum mu_op_end end;
    int32_t rc;
    int64_t exec_ms;
    int64_t wall_ms;
    const char *reason;
};

struct mu_body_request {
    uint64_t request;
    enum mu_request_type type;
    const char *user;
    const char *message;
    const char *resource; /* Empty: all. */
    const char *node;     /* Empty: all. */
    const char *name;
    const char *value;
    bool has_value;
    bool is_all;
    int64_t wall_ms;
};

/* Visits: encode from, or decode into, the struct. */
void mu_body_hello(struct mu_archive *archive, struct mu_body_hello *body);
void mu_body_view(struct mu_archive *archive, struct mu_body_view *body);
void mu_body_exclude(struct mu_archive *archive, struct mu_body_exclude *body);
void mu_body_snapshot(struct mu_archive *archive,
                      struct mu_body_snapshot *body);
void mu_body_synced(struct mu_archive *archive, struct mu_body_synced *body);
void mu_body_promised(struct mu_archive *archive,
                      struct mu_body_promised *body);
void mu_body_tick(struct mu_archive *archive, struct mu_body_tick *body);
void mu_body_config(struct mu_archive *archive, struct mu_body_config *body);
void mu_body_stored(struct mu_archive *archive, struct mu_body_stored *body);
void mu_body_decide(struct mu_archive *archive, struct mu_body_decide *body);
void mu_body_result(struct mu_archive *archive, struct mu_body_result *body);
void mu_body_recurring(struct mu_archive *archive,
                       struct mu_body_recurring *body);
void mu_body_request(struct mu_archive *archive, struct mu_body_request *body);

/* Visits one action of a plan; shared with the state. */
void mu_body_action(struct mu_archive *archive, struct mu_state_action *action);

/* Encodes 'body' with 'visit' on 'arena'. */
#define mu_body_encode(arena, visit, body)                                     \
    __extension__({                                                                      \
        struct mu_writer body_writer;                                          \
        struct mu_archive body_archive = {.writer = &body_writer};             \
                                                                               \
        mu_writer_init(&body_writer, (arena));                                 \
        visit(&body_archive, (body));                                          \
        mu_writer_get(&body_writer);                                           \
    })

/* Decodes 'bytes' with 'visit' into 'body', with texts on 'arena'; true when
 * all of it was understood. */
#define mu_body_decode(arena_, bytes, visit, body)                             \
    __extension__({                                                                      \
        struct mu_reader body_reader;                                          \
        struct mu_archive body_archive = {.reader = &body_reader,              \
                                          .arena = (arena_)};                  \
                                                                               \
        mu_reader_init(&body_reader, (bytes));                                 \
        visit(&body_archive, (body));                                          \
        mu_reader_is_done(&body_reader);                                       \
    })

#endif /* MU_CORE_BODY_H */
