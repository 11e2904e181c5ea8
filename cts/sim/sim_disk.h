/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_DISK_H
#define MU_SIM_DISK_H

/* Sim disk: what does a node still know after it lost power?
 *
 * One epoch record and the configuration records, written in the order asked
 * for, as the daemon's store does. What has not been confirmed may be there or
 * not after a crash; what has been confirmed is.
 *
 * Invariant: confirmed records are lost only by mu_sim_disk_damage(). */

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "core/effect.h"
#include "core/event.h"

struct mu_sim;

struct mu_sim_record {
    char revision[64];
    struct mu_span bytes;
};

struct mu_sim_write {
    struct mu_sim_write *next;
    uint64_t persist_id;
    enum mu_persist_type type;
    struct mu_sim_record record;
};

enum { MU_SIM_RECORDS_MAX = 256 };

struct mu_sim_disk {
    struct mu_span epoch;
    struct mu_sim_record configs[MU_SIM_RECORDS_MAX]; /* Unsorted. */
    uint32_t configs_count;
    struct mu_sim_write *writes; /* Asked for, in order. */
    uint64_t life;               /* Changes when 'writes' is given up. */
    bool is_writing;
    bool is_failed;   /* A sync has failed since the start. */
    bool was_damaged; /* To be told at the next start. */
    int64_t slow_until_us;
    int64_t full_until_us; /* ENOSPC for configurations. */
};

/* Performs MU_EFFECT_PERSIST. */
void mu_sim_disk_persist(struct mu_sim *sim, uint32_t node,
                         const struct mu_effect_persist *effect);

/* The daemon is gone, with or without the power: what waits is lost, what was
 * being written may be there. */
void mu_sim_disk_crash(struct mu_sim *sim, uint32_t node);

/* Everything on the disk of 'node' becomes unreadable. */
void mu_sim_disk_damage(struct mu_sim *sim, uint32_t node);

/* Fills in what BOOT says about the disk. */
void mu_sim_disk_load(struct mu_sim *sim, uint32_t node,
                      struct mu_event_boot *boot);

#endif /* MU_SIM_DISK_H */
