/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_STORY_H
#define MU_SIM_STORY_H

/* Sim story: what has happened, for people and for comparing two runs.
 *
 * A run always feeds its hash; lines of text are made only when somebody
 * listens, because most runs pass and nobody reads them.
 *
 * Invariant: whether anybody listens changes neither the run nor the hash. */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/span.h"
#include "core/event.h"

struct mu_sim;

struct mu_sim_story {
    FILE *file;      /* Null: nobody listens. */
    bool has_detail; /* Messages, timers and debug traces as well. */
    uint64_t hash;
};

/* Mixes a number, or bytes, into the hash. */
void mu_sim_story_mix(struct mu_sim_story *story, uint64_t number);
void mu_sim_story_mix_bytes(struct mu_sim_story *story, struct mu_span bytes);

/* Tells a line about 'node' (0: about the world), with the virtual time. */
MU_PRINTF(3, 4)
void mu_sim_story_tell(struct mu_sim *sim, uint32_t node, const char *format,
                       ...);

/* As tell, for what only a developer wants to read. */
MU_PRINTF(3, 4)
void mu_sim_story_detail(struct mu_sim *sim, uint32_t node, const char *format,
                         ...);

/* Tells in detail what a core is about to be given. */
void mu_sim_story_event(struct mu_sim *sim, uint32_t node,
                        const struct mu_event *event);

#endif /* MU_SIM_STORY_H */
