/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_SNAPSHOT_H
#define MU_MODEL_SNAPSHOT_H

/* Snapshot: the scheduler's whole input. Configuration, status, membership and
 * time; whatever is not in here does not influence a plan. */

#include <stdbool.h>
#include <stdint.h>

#include "model/config.h"
#include "model/status.h"

/* A configuration that was in force before. */
struct mu_snapshot_earlier {
    const struct mu_config *config;
    const char *revision; /* Of what came after it, as people call it; or
                             null. */
};

struct mu_snapshot {
    const struct mu_config *config;
    const struct mu_status *status;
    int64_t now_ms; /* Wall clock of the decision. */
    bool is_quorate;
    bool had_quorum;      /* This partition was quorate once. */
    uint32_t coordinator; /* Index into status->nodes, or MU_CONFIG_NONE. */
    int64_t recheck_ms;   /* Never plan a next look later than this; 0: no
                             bound. */
    const struct mu_snapshot_earlier *earlier; /* Newest first, or null. They
                                decide nothing: they tell which parameters
                                were changed. */
    uint32_t earlier_count;
};

#endif /* MU_MODEL_SNAPSHOT_H */
