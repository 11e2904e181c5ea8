/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_WIRE_MSG_H
#define MU_WIRE_MSG_H

/* Msg: the envelope of everything that daemons tell each other.
 *
 * Each message names the ring it was submitted in: what is delivered in
 * another ring is dropped, because Corosync may deliver it to some members
 * only (muster-protocol(7), RINGS). Long messages travel in parts; parts of
 * one sender arrive in order. A checksum over everything catches a ring that
 * corrupts (Corosync before 3.1.6 did).
 *
 * Invariant: what mu_msg_decode() accepts is bounded and has a known type. */

#include "base/arena.h"
#include "base/attr.h"
#include "base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum mu_msg_type {
    MU_MSG_HELLO,    /* What I am and what I know; opens a view. */
    MU_MSG_EXCLUDE,  /* A member that never answered is left out. */
    MU_MSG_VIEW,     /* From here on these are the members. */
    MU_MSG_SNAPSHOT, /* The state right after a view, for joiners. */
    MU_MSG_SYNCED,   /* I have the state. */
    MU_MSG_PROMISED, /* The epoch of the view is on my disk. */
    MU_MSG_TICK,     /* Cluster time moves. */
    MU_MSG_CONFIG,   /* A proposed configuration. */
    MU_MSG_STORED,   /* I have the proposal on disk, or cannot. */
    MU_MSG_DECIDE,   /* A plan. */
    MU_MSG_RESULT,   /* An operation or a fencing has ended. */
    MU_MSG_RECURRING, /* A recurring monitor sees something new. */
    MU_MSG_REQUEST,  /* A change of status that a client asked for. */
};

#define MU_MSG_TYPES_COUNT (MU_MSG_REQUEST + 1)

struct mu_msg {
    enum mu_msg_type type;
    uint32_t ring_node; /* Ring in which it was submitted. */
    uint64_t ring_seq;
    uint64_t incarnation; /* Of the sender. */
    uint64_t sequence;    /* Of this message: counts per incarnation. */
    uint32_t total;       /* Size of the whole body. */
    uint32_t offset;      /* Where 'body' belongs in it. */
    struct mu_span body;  /* This part. */
};

/* Encodes 'msg' on 'arena'. The body must be at most MU_FRAGMENT_SIZE_MAX. */
struct mu_span mu_msg_encode(const struct mu_msg *msg, struct mu_arena *arena);

/* Decodes 'bytes'; the body is borrowed from them. -EBADMSG when it is none of
 * ours, damaged, or of a version that we do not speak. */
MU_NODISCARD int mu_msg_decode(struct mu_span bytes, struct mu_msg *ret_msg);

/* The word for a type: "hello", "view", ... */
const char *mu_msg_type_name(enum mu_msg_type type);

#endif /* MU_WIRE_MSG_H */
