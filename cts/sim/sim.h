/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_SIM_H
#define MU_SIM_SIM_H

/* Sim: does the cluster keep its promises whatever goes wrong?
 *
 * A whole cluster in one process, in virtual time: real cores, and models of
 * everything around them. One number, the seed, decides everything; the same
 * seed gives the same run. See muster-protocol(7) for what is checked.
 *
 * Invariant: nothing here depends on the real time, the address of anything or
 * whether somebody reads the story. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "cts/sim/check.h"
#include "cts/sim/sim_agent.h"
#include "cts/sim/sim_client.h"
#include "cts/sim/sim_config.h"
#include "cts/sim/sim_faults.h"
#include "cts/sim/sim_node.h"
#include "cts/sim/sim_ring.h"
#include "cts/sim/sim_story.h"
#include "cts/sim/sim_world.h"

struct mu_sim_options {
    uint64_t seed;
    uint32_t nodes_count;
    uint32_t faults_count;
    uint32_t changes_count; /* Requests of operators. */
    int64_t faults_us;      /* Faults begin before this time. */
    int64_t heal_us;        /* Everything is put right now... */
    int64_t bound_us;       /* ...and must be well this much later. */
    int64_t watchdog_ms;
    struct mu_sim_ring_options ring;
};

struct mu_sim {
    struct mu_sim_options options;
    struct mu_sim_world world;
    struct mu_sim_story story;
    struct mu_prng prng; /* Nodes and disks; others have their own. */
    struct mu_sim_ring ring;
    struct mu_sim_node nodes[MU_SIM_NODES_MAX + 1];
    struct mu_sim_agents agents;
    struct mu_sim_configs configs;
    struct mu_sim_clients clients;
    struct mu_sim_faults faults;
    struct mu_check checks;
    bool is_failed;
    bool is_finished;
    char failure[512];
};

/* Draws the options that belong to 'seed'. */
void mu_sim_draw_options(uint64_t seed, struct mu_sim_options *ret_options);

/* Says what is wrong and ends the run. Only the first time counts. */
MU_PRINTF(2, 3)
void mu_sim_fail(struct mu_sim *sim, const char *format, ...);

/* Runs until the end. 'sim' is zeroed but for 'options', 'story.file',
 * 'story.has_detail' and 'faults.skipped_mask'. Returns true when nothing was
 * wrong. */
bool mu_sim_run(struct mu_sim *sim);

/* For scripts: begins with nothing planned and no node powered; runs what
 * happens until 'until_us', unless a check fails first. */
void mu_sim_init(struct mu_sim *sim);
void mu_sim_run_until(struct mu_sim *sim, int64_t until_us);

/* Releases what a run has used. */
void mu_sim_done(struct mu_sim *sim);

#endif /* MU_SIM_SIM_H */
