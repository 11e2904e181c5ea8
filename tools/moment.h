/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_MOMENT_H
#define MU_TOOLS_MOMENT_H

/* Moment: when is something to end? Dates and spans of time in people's words,
 * as dates for the rules of a CIB. */

#include <stdint.h>

#include "tools/tool.h"

/* Reads a date (ISO 8601) or a span of time from now (PT5M, 2h, 90) as the
 * crm shell's LIFETIME. '*ret_until' stays null for what is neither. Returns
 * an exit code. */
MU_NODISCARD int mu_moment_read(struct mu_tool *tool, const char *text,
                                const char **ret_until);

/* The same for the value of the option 'name', which must be one of them and
 * lie in the future; says what is wrong. */
MU_NODISCARD int mu_moment_after(struct mu_tool *tool, const char *name,
                                 const char *text, const char **ret_until);

/* Returns a point in time as rules want it: "2026-11-21 21:00:00Z", on the
 * tool's arena. */
const char *mu_moment_text(struct mu_tool *tool, int64_t wall_ms);

#endif /* MU_TOOLS_MOMENT_H */
