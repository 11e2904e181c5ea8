/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CORE_PICTURE_H
#define MU_CORE_PICTURE_H

/* Picture: the state of a cluster for a program on the same machine.
 *
 * A tool that asks what the cluster would do needs all that the scheduler
 * needs. As XML that is megabytes to write, quote and read; a picture is the
 * state as daemons send it to each other, with what a daemon knows besides. It
 * holds for one version of the programs: another version asks for XML.
 *
 * Invariant: what mu_picture_decode() accepts is a sound state. */

#include "core/state.h"

/* Encodes 'state' as seen by a member that takes 'coordinator' (node id, or 0)
 * for the coordinator, on 'arena'. 'version' is that of the programs. */
struct mu_span mu_picture_encode(const struct mu_state *state,
                                 uint32_t coordinator, const char *version,
                                 struct mu_arena *arena);

/* Reads 'bytes' into 'state', which mu_state_init() has made empty. -EBADMSG
 * when they are no picture, -EPROTO when they are one of another version than
 * 'version'. */
MU_NODISCARD int mu_picture_decode(struct mu_span bytes, const char *version,
                                   struct mu_state *state,
                                   uint32_t *ret_coordinator);

#endif /* MU_CORE_PICTURE_H */
