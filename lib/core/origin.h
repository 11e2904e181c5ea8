/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_ORIGIN_H
#define MU_CORE_ORIGIN_H

/* Origin: which revision brought an override?
 *
 * Read from the log of revisions, as far back as their contents are kept and
 * as it is worth while. It knows nothing that the log does not say.
 *
 * Invariant: one entry for each override of the newest configuration, in
 * their order. */

#include "core/state.h"
#include "model/override.h"

struct mu_origin {
    const char *key; /* Says which override it is. */
    bool is_known;
    struct mu_revision_author author; /* When it is known. */
};

struct mu_origins {
    uint64_t index; /* Of the configuration; 0: none. */
    struct mu_origin *items;
    uint32_t count;
};

/* Returns on 'arena' the origins of 'overrides', those of the newest
 * configuration of 'state'. 'old' are the origins of an earlier one (or all
 * zeroes): only what came since then is looked for. 'scratch' is for the time
 * of the call. */
struct mu_origins mu_origin_find(struct mu_arena *arena,
                                 struct mu_arena *scratch,
                                 const struct mu_state *state,
                                 const struct mu_overrides *overrides,
                                 const struct mu_origins *old);

#endif /* MU_CORE_ORIGIN_H */
