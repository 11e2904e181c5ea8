/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/setup_warn.h"

#include "base/text.h"
#include "base/limits.h"

void
mu_setup_warn(struct mu_sched *sched, const char *text)
{
    *mu_vec_add(sched->arena, &sched->warnings) = text;
}

bool
mu_setup_may_pair(struct mu_sched *sched, const char *id, uint64_t count)
{
    if (count > MU_PAIRS_COUNT_MAX - sched->pairs_count) {
        mu_setup_warn(sched,
                      mu_text_make(sched->arena,
                                   "constraint %s: it stands for too many "
                                   "pairs of resources and is not honoured; "
                                   "divide its sets",
                                   id));
        return false;
    }
    sched->pairs_count += (uint32_t)count;
    return true;
}
