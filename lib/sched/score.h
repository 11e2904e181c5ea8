/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SCHED_SCORE_H
#define MU_SCHED_SCORE_H

/* Score: how do preferences add up?
 *
 * A score is an integer between the infinities. -INFINITY beats everything,
 * then +INFINITY, then ordinary numbers, which stop at the infinities. */

#include <stdint.h>

#include "base/limits.h"

/* Returns the documented sum of two scores. */
static inline int32_t
mu_score_add(int32_t a, int32_t b)
{
    int32_t sum;

    if (a <= -MU_SCORE_INFINITY || b <= -MU_SCORE_INFINITY) {
        return -MU_SCORE_INFINITY;
    }
    if (a >= MU_SCORE_INFINITY || b >= MU_SCORE_INFINITY) {
        return MU_SCORE_INFINITY;
    }
    sum = a + b; /* Both are within one million: no overflow. */
    if (sum > MU_SCORE_INFINITY) {
        return MU_SCORE_INFINITY;
    }
    return sum < -MU_SCORE_INFINITY ? -MU_SCORE_INFINITY : sum;
}

/* Returns 'score' weakened by 'factor', rounded half away from zero. What is
 * not zero stays so. Single precision is part of the documented meaning. */
int32_t mu_score_attenuate(int32_t score, float factor);

/* Returns the factor that a colocation score stands for. */
float mu_score_factor(int32_t score);

#endif /* MU_SCHED_SCORE_H */
