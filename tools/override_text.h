/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_OVERRIDE_TEXT_H
#define MU_TOOLS_OVERRIDE_TEXT_H

/* Override text: what operators have set for a time, as text for people.
 *
 * Reads the array "overrides" of a status; what cannot be read is left out. It
 * knows no clock: times are relative to the one in the status. */

#include <jansson.h>

#include "tools/muster_status.h"

/* Appends the section OVERRIDES, or nothing when there is none. */
void mu_override_text_write(const json_t *status,
                            const struct mu_muster_status_view *view,
                            struct mu_text_buffer *text);

/* Returns one override as a sentence without its end: "web is to be on n2". On
 * 'arena'. */
const char *mu_override_text_sentence(const json_t *override,
                                      struct mu_arena *arena);

/* Returns when it ends: "ends in 2h, at 2026-11-21 21:00Z". On 'arena'. */
const char *mu_override_text_end(const json_t *override, int64_t now_ms,
                                 struct mu_arena *arena);

#endif /* MU_TOOLS_OVERRIDE_TEXT_H */
