/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_PRNG_H
#define MU_BASE_PRNG_H

/* Prng: a seeded generator with explicit state (splitmix64). For the simulator
 * and for spreading things in time; never for secrets. */

#include <stdint.h>

struct mu_prng {
    uint64_t state;
};

/* Starts the sequence that belongs to 'seed'. */
void mu_prng_init(struct mu_prng *prng, uint64_t seed);

/* Returns the next 64 bits. */
uint64_t mu_prng_next(struct mu_prng *prng);

/* Returns a number from 0 to 'bound' - 1; 'bound' must not be 0. */
uint64_t mu_prng_below(struct mu_prng *prng, uint64_t bound);

#endif /* MU_BASE_PRNG_H */
