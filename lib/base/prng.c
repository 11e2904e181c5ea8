/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/prng.h"

#include "base/panic.h"

void
mu_prng_init(struct mu_prng *prng, uint64_t seed)
{
    prng->state = seed;
}

uint64_t
mu_prng_next(struct mu_prng *prng)
{
    uint64_t z;

    prng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = prng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint64_t
mu_prng_below(struct mu_prng *prng, uint64_t bound)
{
    mu_assert(bound > 0);
    return mu_prng_next(prng) % bound;
}
