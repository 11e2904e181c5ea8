/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_WORLD_H
#define MU_SIM_WORLD_H

/* Sim world: what time is it, and what happens next?
 *
 * One virtual clock and one queue of things to come. It knows nothing about
 * clusters. Memory handed out here lives as long as the run.
 *
 * Invariant: things happen in the order of their time; those of the same time
 * in the order in which they were asked for. */

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/prng.h"

struct mu_sim;
struct mu_sim_event;

/* What is to be done when the time of 'event' has come. */
typedef void mu_sim_handler(struct mu_sim *sim,
                            const struct mu_sim_event *event);

struct mu_sim_event {
    int64_t at_us;
    uint64_t number; /* Breaks ties. */
    mu_sim_handler *handler;
    uint32_t node; /* Meaning of these three: the handler's. */
    uint64_t tag;
    void *data;
};

struct mu_sim_world {
    int64_t now_us;
    struct mu_sim_event *heap; /* On the C heap: it shrinks and grows. */
    uint32_t count;
    uint32_t capacity;
    uint64_t next_number;
    uint64_t done_count;   /* Events that have happened. */
    struct mu_arena arena; /* For everything that lives until the end. */
};

/* Starts at time zero with nothing to do. */
void mu_sim_world_init(struct mu_sim_world *world);

/* Releases everything. */
void mu_sim_world_done(struct mu_sim_world *world);

/* Asks for 'event' to happen 'delay_us' from now. Its time and number are
 * filled in here. */
void mu_sim_world_after(struct mu_sim_world *world, int64_t delay_us,
                        struct mu_sim_event event);

/* Takes the next event and moves the clock to it. False when there is none. */
bool mu_sim_world_next(struct mu_sim_world *world,
                       struct mu_sim_event *ret_event);

/* Returns a number from 'low' to 'high', both included. A generator that is
 * all zero leaves nothing to chance, for scripts: it always draws the middle,
 * and what may happen does not. */
int64_t mu_sim_world_draw(struct mu_prng *prng, int64_t low, int64_t high);

/* As draw, but small numbers are as likely as large ones: 1 to 10 as often as
 * 10 to 100. 'low' must be at least 1. */
int64_t mu_sim_world_draw_wide(struct mu_prng *prng, int64_t low, int64_t high);

/* Is true in 'per_thousand' of 1000 cases. */
bool mu_sim_world_chance(struct mu_prng *prng, uint32_t per_thousand);

#endif /* MU_SIM_WORLD_H */
