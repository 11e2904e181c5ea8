/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_EARLIER_H
#define MU_CORE_EARLIER_H

/* Earlier: which configurations were in force before?
 *
 * Read from the log of revisions, as far back as their contents are kept. It
 * does not know what anybody wants to find in them.
 *
 * Invariant: what is read is bounded by the caller's budget. */

#include "core/state.h"
#include "model/snapshot.h"

/* So many bytes of configurations are worth to be read for one answer. */
enum { MU_EARLIER_SIZE_MAX = 4 << 20 };

/* Reads the configuration of 'revision' on 'arena', and takes its size off
 * '*budget'. Null when it is not kept, damaged, or larger than that. */
const struct mu_config *mu_earlier_read(struct mu_arena *arena,
                                        const struct mu_state *state,
                                        const struct mu_revision *revision,
                                        size_t *budget);

/* Lists on 'arena' the configurations before that of 'state', newest first, as
 * many as '*ret_count'. */
const struct mu_snapshot_earlier *
mu_earlier_list(struct mu_arena *arena, const struct mu_state *state,
                uint32_t *ret_count);

#endif /* MU_CORE_EARLIER_H */
