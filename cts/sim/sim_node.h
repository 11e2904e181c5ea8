/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_NODE_H
#define MU_SIM_NODE_H

/* Sim node: one machine with power, a Corosync, a disk and a daemon.
 *
 * The daemon is a core and what daemon/driver.c does for it: this file and
 * that one are the only two performers of effects and must do the same.
 *
 * Invariant: effects are performed first to last, and none of them steps the
 * core; what comes of them is queued as events. */

#include <stdbool.h>
#include <stdint.h>

#include "core/core.h"
#include "cts/sim/sim_disk.h"
#include "cts/sim/sim_members.h"

struct mu_sim;

enum { MU_SIM_LANES = MU_LANE_BULK + 1, MU_SIM_RINGS_MAX = 64 };

/* A message that waits for Corosync. */
struct mu_sim_send {
    struct mu_sim_send *next;
    struct mu_ring_id_tag ring;
    struct mu_span bytes;
};

struct mu_sim_inbox { /* What a frozen daemon has not read yet. */
    struct mu_sim_inbox *next;
    struct mu_event event;
};

struct mu_sim_node {
    char name[8];
    bool is_powered;
    uint64_t boots_count;
    char boot_id[40];
    int64_t booted_us;
    int64_t wall_skew_ms;

    /* The daemon. */
    struct mu_core *core; /* Null: it does not run. */
    uint64_t generation;  /* Counts starts; the incarnation as well. */
    uint32_t pid;
    bool is_ended; /* Its own wish: nobody restarts it until the
                      operator does. */
    bool is_frozen;
    struct mu_sim_inbox *inbox, **inbox_tail;
    int64_t effects_left;         /* It dies before performing one more; -1. */
    bool has_ring;                /* It was told one since it joined. */
    struct mu_ring_id_tag ring;   /* The newest. */
    struct mu_event early_quorum; /* Told before the first ring. */
    struct mu_sim_send *lanes[MU_SIM_LANES];
    bool is_flush_due;
    int64_t timer_at_us; /* When TIMER is due; -1: none. */
    uint64_t timer_number;
    int64_t now_ms; /* Of its newest event. */
    bool is_watchdog_fed;
    int64_t starved_us;       /* Since when it is not. */
    uint64_t same_time_count; /* Steps without time passing. */

    /* For the checkers. */
    uint64_t rings[MU_SIM_RINGS_MAX];   /* That it activated, newest last... */
    int64_t rings_us[MU_SIM_RINGS_MAX]; /* ...and when. */
    uint32_t rings_count;
    int64_t heard_us;     /* When a message was delivered last. */
    int64_t inquorate_us; /* Since when it knows; -1: it is quorate. */
    struct mu_sim_disk disk;
};

/* The machine gets, or loses, power; powered already, or not: nothing. A
 * machine that gets power boots: Corosync and the daemon start. */
void mu_sim_node_power_on(struct mu_sim *sim, uint32_t node);
void mu_sim_node_power_off(struct mu_sim *sim, uint32_t node);

/* Starts the daemon, if it does not run and the machine has power. */
void mu_sim_node_start(struct mu_sim *sim, uint32_t node);

/* kill -9 of the daemon. Agents live on. */
void mu_sim_node_kill(struct mu_sim *sim, uint32_t node);

/* Stops and continues the daemon; events wait (W17, W18). */
void mu_sim_node_freeze(struct mu_sim *sim, uint32_t node);
void mu_sim_node_thaw(struct mu_sim *sim, uint32_t node);

/* Corosync is gone: it is started again after a while. */
void mu_sim_node_lost_corosync(struct mu_sim *sim, uint32_t node);

/* Gives 'event' to the daemon of 'node', if there is one. Its content must
 * live as long as the run; its times are filled in. */
void mu_sim_node_push(struct mu_sim *sim, uint32_t node,
                      const struct mu_event *event);

/* The node has activated a ring, for the checkers. */
void mu_sim_node_note_ring(struct mu_sim *sim, uint32_t node, uint64_t number);

/* What the clocks of the node show. */
int64_t mu_sim_node_wall_ms(const struct mu_sim *sim, uint32_t node);

/* True when there is a daemon and its core is in 'phase' ACTIVE. */
bool mu_sim_node_is_active(const struct mu_sim *sim, uint32_t node);

#endif /* MU_SIM_NODE_H */
