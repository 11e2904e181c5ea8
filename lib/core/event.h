/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_EVENT_H
#define MU_CORE_EVENT_H

/* Event: everything that can happen to a core.
 *
 * An event is borrowed for the call of mu_core_step(); the core copies what it
 * keeps. Time is inside: 'now' is the node's boot-time clock (it goes on while
 * the machine sleeps and never jumps), 'wall_ms' is what people call the time
 * (it may jump). Both are only ever read from events.
 *
 * Results may come late, twice or never: they carry the number of the effect
 * that asked for them, and the core ignores numbers it does not know. */

#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/span.h"

enum mu_event_type {
    MU_EVENT_BOOT,        /* First and once: who we are, what the disk holds. */
    MU_EVENT_RING,        /* A new ring is installed. */
    MU_EVENT_QUORUM,      /* Quorum notification for a ring. */
    MU_EVENT_GROUP,       /* Daemons joined or left the group in the ring. */
    MU_EVENT_MESSAGE,     /* A message was delivered. */
    MU_EVENT_RING_LOST,   /* The connection to Corosync broke. */
    MU_EVENT_OP_RESULT,   /* An agent has answered, or was given up. */
    MU_EVENT_STORED,      /* A persist effect is done, or failed. */
    MU_EVENT_REQUEST,     /* A client wants something changed. */
    MU_EVENT_CLIENT_GONE, /* A client's connection is closed. */
    MU_EVENT_TIMER,       /* The time of mu_core_deadline() came. */
    MU_EVENT_CHECK,       /* A resource looks different: look at it now. */
    MU_EVENT_SHUTDOWN,    /* The daemon was asked to stop. */
};

struct mu_node_id_name {
    uint32_t id;      /* Corosync node id. */
    const char *name; /* From the nodelist. */
};

struct mu_event_boot {
    uint32_t node_id;         /* Ours. */
    const char *boot_id;      /* Of the kernel, or MUSTER_BOOT_ID. */
    uint64_t incarnation;     /* Random, drawn by the daemon at its start. */
    const struct mu_node_id_name *nodelist; /* Corosync's nodelist. */
    uint32_t nodelist_count;
    const char *cluster_name; /* totem.cluster_name, or null. */
    struct mu_span epoch;     /* Content of the epoch record, empty if none. */
    struct mu_span config;    /* Content of the newest sound configuration
                                 record, empty if none. */
    bool is_damaged;          /* Something on disk was unreadable and has been
                                 set aside: we have no durable vote. */
    uint32_t processors;      /* Of this machine. */
    int64_t watchdog_ms;      /* Time after which our watchdog resets us; 0:
                                 none. */
};

struct mu_ring_id {
    uint32_t node; /* Representative. */
    uint64_t seq;
};

struct mu_group_member {
    uint32_t node_id;
    uint32_t pid;
};

struct mu_event_ring {
    struct mu_ring_id ring;
    const uint32_t *ring_nodes; /* Node ids in the totem ring. */
    uint32_t ring_nodes_count;
    const struct mu_group_member *members; /* Of the group, as of now. */
    uint32_t members_count;
};

struct mu_event_quorum {
    struct mu_ring_id ring;
    bool is_quorate;
};

enum mu_leave_reason {
    MU_LEAVE_LEFT,     /* cpg_leave */
    MU_LEAVE_PROCDOWN, /* The process is gone. */
    MU_LEAVE_NODEDOWN, /* Its node left the ring; a RING event follows. */
};

struct mu_event_group {
    const struct mu_group_member *members; /* After the change. */
    uint32_t members_count;
    const struct mu_group_member *joined;
    uint32_t joined_count;
    const struct mu_group_member *left;
    const enum mu_leave_reason *reasons; /* As many as 'left'. */
    uint32_t left_count;
};

struct mu_event_message {
    uint32_t node_id; /* Sender as the ring names it. */
    uint32_t pid;
    struct mu_span bytes;
};

/* How an operation ended, from the executor's point of view. */
enum mu_op_end {
    MU_OP_END_EXITED,        /* 'rc' is the agent's exit code. */
    MU_OP_END_TIMEOUT,       /* Killed at its deadline. */
    MU_OP_END_NOT_INSTALLED, /* No such agent, or not executable. */
    MU_OP_END_CANCELLED,     /* Killed or dropped at our own wish. */
    MU_OP_END_ERROR,         /* Killed by a signal, could not be started. */
};

struct mu_event_op_result {
    uint64_t exec_id;        /* Of the effect. */
    enum mu_op_end end;
    int32_t rc;
    int64_t exec_ms;         /* How long the agent ran. */
    int64_t queue_ms;        /* How long it waited for its turn. */
    int64_t started_wall_ms; /* When it began. */
    const char *exit_reason; /* ocf-exit-reason, or our own words; or null. */
    struct mu_span output;   /* Captured standard output, bounded. */
};

struct mu_event_stored {
    uint64_t persist_id; /* Of the effect. */
    int error;           /* 0, or negative errno. */
};

enum mu_request_type {
    MU_REQUEST_CONFIG,         /* Replace the configuration by 'xml'. */
    MU_REQUEST_CLEANUP,        /* Forget failures (or all history). */
    MU_REQUEST_ATTRIBUTE,      /* Set or delete a transient attribute. */
    MU_REQUEST_FENCE,          /* Fence a node. */
    MU_REQUEST_CONFIRM,        /* A person says that a node is down. */
    MU_REQUEST_TICKET,         /* Grant, revoke, standby, activate. */
    MU_REQUEST_FAIL,           /* Treat a resource as failed. */
    MU_REQUEST_SURVEY,         /* Every node is to say how it finds itself. */
    MU_REQUEST_FACTS,          /* What a node says to the survey 'name' of the
                                  node 'node': 'value'. */
};

struct mu_event_request {
    uint64_t client;        /* Named by the driver; echoed in the reply. */
    uint64_t request;       /* Unique for this daemon's incarnation. */
    enum mu_request_type type;
    const char *user;       /* Who asks, for the record. */
    const char *program;    /* With what, as it says itself; or null. */
    const char *message;    /* Why, or null. */
    uint32_t objects_count; /* CONFIG: how many objects it changes. */
    struct mu_span xml;     /* CONFIG: a <configuration> element. */
    const char *base_revision; /* CONFIG: refuse unless this is current; or
                               null. */
    const char *resource;   /* CLEANUP (null: all), FAIL. */
    const char *node;       /* Name; null: all where that makes sense. */
    const char *name;       /* ATTRIBUTE: attribute; TICKET: ticket; FENCE:
                               action (null: as configured). */
    const char *value;      /* ATTRIBUTE: null deletes; TICKET: verb. */
    bool is_all;            /* CLEANUP: also forget successes (refresh). */
};

struct mu_event {
    enum mu_event_type type;
    struct mu_instant now; /* Never earlier than in the event before it. */
    int64_t wall_ms;       /* Milliseconds since 1970. */
    union {
        struct mu_event_boot boot;
        struct mu_event_ring ring;
        struct mu_event_quorum quorum;
        struct mu_event_group group;
        struct mu_event_message message;
        struct mu_event_op_result op_result;
        struct mu_event_stored stored;
        struct mu_event_request request;
        uint64_t client_gone; /* Which client. */
        const char *check_resource; /* As in the effect that ran it. */
    };
};

#endif /* MU_CORE_EVENT_H */
