/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/score.h"

int32_t
mu_score_attenuate(int32_t score, float factor)
{
    float product = factor * (float)score;
    int32_t rounded =
        (int32_t)((double)product + (product < 0.0F ? -0.5 : 0.5));

    if (rounded == 0 && score != 0) {
        if (factor > 0.0F) {
            return 1;
        }
        if (factor < 0.0F) {
            return -1;
        }
    }
    return rounded;
}

float
mu_score_factor(int32_t score)
{
    return (float)score / (float)MU_SCORE_INFINITY;
}
