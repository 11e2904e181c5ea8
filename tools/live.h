/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_LIVE_H
#define MU_TOOLS_LIVE_H

/* Live: questions about the running cluster that several commands ask.
 *
 * Answers come from the daemon's status as JSON (see muster(8), STATUS). */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/tool.h"

/* Asks for the status; a new reference on MU_TOOL_OK. Returns an exit code. */
MU_NODISCARD int mu_live_status(struct mu_tool *tool, json_t **ret_status);

/* Return the entry of the status called that, or null; null for null. */
const json_t *mu_live_resource(const json_t *status, const char *id);
const json_t *mu_live_node(const json_t *status, const char *name);

/* Tells whether an entry of the status is 'id', an instance of it, or in it;
 * null is not. */
bool mu_live_is_below(const json_t *status, const json_t *resource,
                      const char *id);

/* Where the resource 'id' is active: names with ", " between them, on the
 * tool's arena; "" when nowhere. */
const char *mu_live_places(struct mu_tool *tool, const json_t *status,
                           const char *id);

/* Why the resource 'id' is not as wanted, in the words of a problem or of the
 * planner; null when nothing is known. Borrowed from 'status'. */
const char *mu_live_reason(const json_t *status, const char *id);

/* Tells whether an operation of the resource 'id' is in flight. */
bool mu_live_is_busy(const json_t *status, const char *id);

/* Tells whether an intention of that kind ("move", "restart") is under way for
 * the resource 'id' or what it is in. */
bool mu_live_is_intended(const json_t *status, const char *kind,
                         const char *id);

/* Judges a status while mu_live_wait() waits: true when it is enough. */
typedef bool mu_live_enough(const json_t *status, void *context);

/* Waits until 'is_enough' is true of the status, at most 'timeout_ms'.
 * '*ret_status' is the newest one, a new reference on MU_TOOL_OK and when the
 * time is over; '*ret_is_enough' tells which. Returns an exit code. */
MU_NODISCARD int mu_live_wait(struct mu_tool *tool, int64_t timeout_ms,
                              mu_live_enough *is_enough, void *context,
                              json_t **ret_status, bool *ret_is_enough);

#endif /* MU_TOOLS_LIVE_H */
