/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_RING_H
#define MU_SIM_RING_H

/* Sim ring: what does Corosync tell each daemon, and when?
 *
 * A model of totem, CPG and votequorum as they are, not as they are described:
 * agreed order within a ring, and between rings all that was seen live or read
 * in the source. Marks W1 to W18 in the code refer to this list:
 *
 *   W1 a departure and return told by nothing but the ring's id; W2 told as
 *   left and joined; W3 lists in any order; W4 a message of an earlier ring
 *   delivered to some members only; W5 messages delivered rings after they
 *   were sent; W6 members that do not exist; W7 quorum told late, early and
 *   differently; W8 the same seq in several partitions, ids used again after
 *   a power cut; W9 storms of rings; W10 rings in which nothing moves; W11 a
 *   paused Corosync; W12 sends refused for a while; W13 Corosync dies under
 *   the daemon; W14 members of a ring activate it far apart; W15 the same pid
 *   after a boot; W16 an accepted message that is never sent.
 *
 * (W17, members that hang, and W18, backlogs, are faults of the daemon: see
 * sim_node.h.)
 *
 * It knows nothing of what the messages mean.
 *
 * Invariant: members that go together from one ring to the next have been
 * given the same messages of the first, except as W4 says. */

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"
#include "base/span.h"
#include "core/event.h"
#include "cts/sim/sim_members.h"

struct mu_sim;
struct mu_sim_totem;

/* How nasty this run is; drawn from the seed. Chances are per thousand. */
struct mu_sim_ring_options {
    uint32_t missed_leave_chance; /* W1 against W2. */
    uint32_t subset_chance;       /* W4, of each message it could happen to */
    uint32_t ghost_chance;        /* W6, of each death. */
    uint32_t late_quorum_chance;  /* W7 */
    uint32_t reused_id_chance;    /* W8, of each power cut. */
    uint32_t refusal_chance;      /* W12, of each send. */
    uint32_t slow_activation_chance;      /* W14 */
    uint32_t lost_send_chance;            /* W16 */
    int64_t detect_us_min, detect_us_max; /* From a loss to the new ring. */
    bool is_two_node;
    bool tells_nodes; /* What nodes do is told as GROUP, too; daemon/ring.c
                         leaves that to the ring. */
};

struct mu_sim_packet { /* Accepted by Corosync, waiting for the token. */
    uint32_t pid;
    enum {
        MU_SIM_PACKET_DATA,
        MU_SIM_PACKET_JOIN,
        MU_SIM_PACKET_LEAVE,
        MU_SIM_PACKET_PROCDOWN,
        MU_SIM_PACKET_KILL,
    } kind;
    uint32_t target; /* KILL: which node. */
    struct mu_span bytes;
    const struct mu_sim_totem *accepted_in; /* Ring it was accepted in. */
};

/* One Corosync. */
struct mu_sim_corosync {
    bool is_up;
    bool is_paused;
    struct mu_sim_totem *ring;  /* Forming or active. */
    struct mu_sim_totem *shown; /* Newest one that was activated. */
    uint64_t seq;               /* Newest it has used, on disk. */
    bool has_seen_all;          /* wait_for_all is satisfied. */
    uint32_t pid;               /* Client connected here; 0: none. */
    uint32_t joined_pid;        /* Client in the group here; 0: none. */
    uint64_t connection;        /* Changes when that client changes. */
    bool was_away[MU_SIM_NODES_MAX + 1]; /* In a ring without us since we
                                     activated one. */
    struct mu_sim_members told;          /* What that client believes. */
    bool is_client_in;                   /* The client saw itself join. */
    struct mu_sim_packet *packets;
    uint32_t packets_count, packets_first, packets_capacity;
    bool is_token_due;        /* A token event is on its way. */
    int64_t refuses_until_us; /* W12 */
    int64_t cpg_busy_us;      /* Streams to the client keep their order. */
    int64_t quorum_busy_us;
};

struct mu_sim_ring {
    struct mu_sim_ring_options options;
    struct mu_prng prng;
    struct mu_sim_corosync nodes[MU_SIM_NODES_MAX + 1];
    bool is_linked[MU_SIM_NODES_MAX + 1][MU_SIM_NODES_MAX + 1]; /* From, to. */
    int64_t stalled_until_us; /* W10: nothing moves anywhere. */
    uint32_t ghost_pids[MU_SIM_NODES_MAX + 1];
    uint64_t next_totem;
    uint64_t reforms_count;
};

/* Everything linked, nothing running. */
void mu_sim_ring_init(struct mu_sim *sim,
                      const struct mu_sim_ring_options *options);

/* Corosync of 'node' starts, or is gone at once (W13). 'is_power' says that
 * the machine lost power with it. */
void mu_sim_ring_start(struct mu_sim *sim, uint32_t node);
void mu_sim_ring_stop(struct mu_sim *sim, uint32_t node, bool is_power);

/* W11: it does nothing for a while, and its clients hear nothing. */
void mu_sim_ring_pause(struct mu_sim *sim, uint32_t node);
void mu_sim_ring_resume(struct mu_sim *sim, uint32_t node);

/* Sets whether frames from 'from' reach 'to'. */
void mu_sim_ring_link(struct mu_sim *sim, uint32_t from, uint32_t to,
                      bool is_linked);

/* W9: everybody who is in a ring with 'node' forms a new one. With
 * 'is_alone' the node does so by itself first. */
void mu_sim_ring_churn(struct mu_sim *sim, uint32_t node, bool is_alone);

/* W10: no message moves in any ring for 'stall_us'; sends are accepted. */
void mu_sim_ring_stall(struct mu_sim *sim, int64_t stall_us);

/* The daemon of 'node' with process id 'pid' joins, leaves, or dies. */
void mu_sim_ring_join(struct mu_sim *sim, uint32_t node, uint32_t pid);
void mu_sim_ring_leave(struct mu_sim *sim, uint32_t node);
void mu_sim_ring_client_died(struct mu_sim *sim, uint32_t node);

/* Sends 'bytes', which must live as long as the run, from the daemon of
 * 'node'. False: try again later. */
bool mu_sim_ring_send(struct mu_sim *sim, uint32_t node, struct mu_span bytes);

/* Makes Corosync on 'target' end, in the agreed order. */
void mu_sim_ring_kill(struct mu_sim *sim, uint32_t node, uint32_t target);

/* Truth for checkers. Whether the ring that 'node' is in has the votes; which
 * ring it has activated (0: none), and whether it still is in it; the nodes of
 * that ring. */
bool mu_sim_ring_is_quorate(const struct mu_sim *sim, uint32_t node);
uint64_t mu_sim_ring_number(const struct mu_sim *sim, uint32_t node);
bool mu_sim_ring_is_stable(const struct mu_sim *sim, uint32_t node);
bool mu_sim_ring_has(const struct mu_sim *sim, uint32_t node, uint32_t other);

#endif /* MU_SIM_RING_H */
