/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_EFFECT_H
#define MU_CORE_EFFECT_H

/* Effect: everything that a core can want done.
 *
 * A list of effects is data with an order: the performer carries them out
 * first to last and never calls the core while doing so; what comes of them is
 * queued as events. All memory belongs to the scratch arena of the step and is
 * borrowed until the next one: a performer copies what it keeps. */

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "base/trace.h"
#include "model/config.h"
#include "sched/plan.h"

enum mu_effect_type {
    MU_EFFECT_SEND,    /* Multicast 'bytes' to the group. */
    MU_EFFECT_EXEC,    /* Run an agent's operation. */
    MU_EFFECT_KILL,    /* End an operation: its tree is killed; the result
                          comes as CANCELLED. Unknown ids are ignored. */
    MU_EFFECT_PERSIST, /* Make a record durable; STORED comes when it is. */
    MU_EFFECT_REPLY,   /* Answer a client's request. */
    MU_EFFECT_SURVEY,  /* Look at this node and answer with a FACTS request. */
    MU_EFFECT_FACTS,   /* What a node says to a survey of a client of ours. */
    MU_EFFECT_CHANGED, /* Readers of the state may look again (events). */
    MU_EFFECT_TRACE,   /* A line of the story. */
    MU_EFFECT_WATCHDOG, /* Feed it, or stop feeding it. */
    MU_EFFECT_EVICT,   /* Make Corosync on a node stop (cfg_kill_node). */
    MU_EFFECT_REJOIN,  /* Leave the group and join it again. */
    MU_EFFECT_EXIT,    /* Leave the group and end the daemon. */
};

/* Sends with a higher priority overtake waiting ones of a lower priority. */
enum mu_lane {
    MU_LANE_VIEW, /* HELLO, VIEW, PROMISED, TICK. */
    MU_LANE_RESULT,
    MU_LANE_DECIDE,
    MU_LANE_CONFIG,
    MU_LANE_BULK,
};

struct mu_effect_send {
    enum mu_lane lane;
    struct mu_ring_id_tag {
        uint32_t node;
        uint64_t seq;
    } ring;               /* Drop it if another ring is installed by the time
                             it could be sent. */
    struct mu_span bytes; /* At most MU_MESSAGE_SIZE_MAX. */
};

/* An operation of an agent. Operations of one resource run one at a time, in
 * the order in which they were asked for; other resources never wait. */
struct mu_effect_exec {
    uint64_t exec_id;          /* Comes back in the result. */
    enum mu_agent_class agent_class;
    const char *provider;      /* OCF only. */
    const char *type;          /* Agent or unit name. */
    const char *resource;      /* OCF_RESOURCE_INSTANCE; the device's id for
                                  fencing. */
    const char *op_name;       /* start, stop, ...; for fencing: reboot, off,
                                  on, monitor, ... */
    int64_t interval_ms;
    int64_t timeout_ms;
    int64_t delay_ms;          /* Wait this long before starting. */
    const struct mu_pair *params; /* Names without OCF_RESKEY_. */
    uint32_t params_count;
    const struct mu_pair *meta; /* Names without OCF_RESKEY_CRM_meta_. */
    uint32_t meta_count;
    const char *target;        /* Fencing: name of the node; else null. */
    const char *target_port;   /* Fencing: what the device calls it. */
};

enum mu_persist_type {
    MU_PERSIST_EPOCH,  /* Small; the newest record replaces the one before. */
    MU_PERSIST_CONFIG, /* A revision of the configuration. */
    MU_PERSIST_DROP,   /* Forget the configuration revision 'revision': it was
                          not accepted. */
};

struct mu_effect_persist {
    uint64_t persist_id;
    enum mu_persist_type type;
    const char *revision; /* CONFIG and DROP: such as 2-15 (epoch, index):
                             names the record, sorts by its numbers. */
    struct mu_span bytes;
};

struct mu_effect_reply {
    uint64_t client;
    uint64_t request;
    int error;            /* 0, or negative errno. */
    const char *text;     /* A sentence; for errors name, reason, next step. */
    const char *revision; /* New revision of the configuration, or null. */
};

/* A SURVEY says who asks; FACTS says who answers, and what. */
struct mu_effect_survey {
    const char *node;  /* Name. */
    uint64_t request;  /* Of the node that asks. */
    const char *facts; /* JSON as the other daemon made it: hostile. */
};

/* What a line of the story is about; timelines are made from these. */
enum mu_topic {
    MU_TOPIC_VIEW,    /* Membership, quorum, coordinator, state exchange. */
    MU_TOPIC_CONFIG,  /* The configuration. */
    MU_TOPIC_PLAN,    /* A plan was decided, ended or was given up. */
    MU_TOPIC_RELEASE, /* An operation was released. */
    MU_TOPIC_RESULT,  /* An operation ended. */
    MU_TOPIC_FENCE,   /* Fencing was asked for, tried, done. */
    MU_TOPIC_REQUEST, /* An operator wanted something. */
    MU_TOPIC_SELF,    /* This daemon itself. */
};

struct mu_effect_trace {
    enum mu_trace_level level;
    enum mu_topic topic;
    const char *resource; /* About which, or null. */
    const char *node;     /* About which, or null. */
    const char *op_name;  /* RELEASE and RESULT: which operation, or null. */
    const char *text;     /* A sentence. */
};

struct mu_effect {
    enum mu_effect_type type;
    union {
        struct mu_effect_send send;
        struct mu_effect_exec exec;
        uint64_t kill_exec_id;
        struct mu_effect_persist persist;
        struct mu_effect_reply reply;
        struct mu_effect_survey survey; /* SURVEY and FACTS. */
        struct mu_effect_trace trace;
        bool watchdog_feed;
        uint32_t evict_node_id;
        int exit_code;
    };
};

struct mu_effects {
    const struct mu_effect *items;
    uint32_t count;
};

#endif /* MU_CORE_EFFECT_H */
