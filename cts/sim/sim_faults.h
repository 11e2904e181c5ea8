/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_FAULTS_H
#define MU_SIM_FAULTS_H

/* Sim faults: what goes wrong in this run, and when?
 *
 * All faults are drawn before the run begins, so that leaving one out does not
 * change the others: that is how a failing run is made shorter.
 *
 * Invariant: after mu_sim_faults_heal() nothing goes wrong any more. */

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"

struct mu_sim;

enum mu_sim_fault_kind {
    MU_SIM_FAULT_KILL,     /* kill -9 of a daemon, between two effects. */
    MU_SIM_FAULT_KILL_ALL, /* kill -9 of all daemons at once. */
    MU_SIM_FAULT_POWER,    /* A node loses power, and boots some time later. */
    MU_SIM_FAULT_BLACKOUT, /* All of them do. */
    MU_SIM_FAULT_SPLIT,    /* Two sides that do not hear each other. */
    MU_SIM_FAULT_ISOLATE,  /* One node hears nobody. */
    MU_SIM_FAULT_ONE_WAY,  /* A link that works in one direction. */
    MU_SIM_FAULT_CHURN,    /* New rings, again and again. */
    MU_SIM_FAULT_COROSYNC, /* Corosync dies under the daemon. */
    MU_SIM_FAULT_PAUSE,    /* Corosync stands still. */
    MU_SIM_FAULT_STALL,    /* No message moves. */
    MU_SIM_FAULT_FREEZE,   /* The daemon stands still. */
    MU_SIM_FAULT_RESOURCE, /* What runs somewhere dies by itself. */
    MU_SIM_FAULT_AGENT,    /* Agents are slow, hang or fail. */
    MU_SIM_FAULT_FENCE,    /* Fence agents are slow, hang or fail. */
    MU_SIM_FAULT_DISK_SLOW,
    MU_SIM_FAULT_DISK_FULL,
    MU_SIM_FAULT_DISK_FAIL, /* A sync fails: the disk is not trusted again. */
    MU_SIM_FAULT_DAMAGE,    /* Power is lost, and what was on the disk. */
    MU_SIM_FAULT_CLOCK,     /* The wall clock jumps. */
    MU_SIM_FAULT_SHUTDOWN,  /* The daemon is asked to stop; later to start. */
    MU_SIM_FAULT_COUNT,
};

struct mu_sim_fault {
    enum mu_sim_fault_kind kind;
    int64_t at_us;
    int64_t duration_us;
    uint32_t node;
    uint32_t mask;   /* One side of a split. */
    uint64_t random; /* For details. */
};

enum { MU_SIM_FAULTS_MAX = 16 };

struct mu_sim_faults {
    struct mu_prng prng;
    struct mu_sim_fault items[MU_SIM_FAULTS_MAX];
    uint32_t count;
    uint32_t skipped_mask; /* Left out. */
    bool is_healed;
};

/* Draws 'count' faults before 'until_us' and puts them into the queue. */
void mu_sim_faults_init(struct mu_sim *sim, uint32_t count, int64_t until_us);

/* Puts everything right: links, power, agents, disks, daemons. */
void mu_sim_faults_heal(struct mu_sim *sim);

/* One line that names a fault. */
void mu_sim_faults_describe(const struct mu_sim_fault *fault, char *text,
                            uint32_t size);

#endif /* MU_SIM_FAULTS_H */
