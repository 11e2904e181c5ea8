/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_WIRE_DELTA_H
#define MU_WIRE_DELTA_H

/* Delta: one text told as its difference from another.
 *
 * Lines that both have are copied, the others are spelled out. Replicas make
 * deltas of their own and compare the bytes: the same two texts must give the
 * same delta everywhere, so the way it is made belongs to the feature level
 * (muster-protocol(7)). It knows nothing of what the lines mean.
 *
 * Invariant: applying what was made gives the target; whatever the bytes are,
 * applying is bounded and fails in order. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/span.h"

/* Returns on 'arena' how to get 'target' from 'base'. Never empty. */
struct mu_span mu_delta_make(struct mu_arena *arena, struct mu_span base,
                             struct mu_span target);

/* Makes the target from 'base' on 'arena'. -EBADMSG when 'delta' is none, or
 * none of 'base'; -E2BIG when the target is larger than 'size_max'. */
MU_NODISCARD int mu_delta_apply(struct mu_arena *arena, struct mu_span base,
                                struct mu_span delta, size_t size_max,
                                struct mu_span *ret_target);

#endif /* MU_WIRE_DELTA_H */
