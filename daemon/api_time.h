/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_API_TIME_H
#define MU_DAEMON_API_TIME_H

/* Api time: points in time and spans of time as people and JSON write them.
 *
 * It reads no clock and no time zone: everything is UTC. Used by the daemon
 * when it answers and by the tools when they read. */

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

enum { MU_API_TIME_SIZE = 32 }; /* Enough for every text made here. */

/* Writes 'wall_ms' (since 1970) as RFC 3339 in UTC with milliseconds. */
void mu_api_time_format(int64_t wall_ms, char ret_text[MU_API_TIME_SIZE]);

/* Reads what mu_api_time_format() writes; milliseconds may be missing and the
 * 'T' may be a blank. 0 or -EBADMSG. */
MU_NODISCARD int mu_api_time_parse(const char *text, int64_t *ret_wall_ms);

/* Writes a span of time in one rounded unit for people: 850ms, 12s, 3m, 5h,
 * 9d. Negative spans (clocks differ) count as none. */
void mu_api_time_span(int64_t span_ms, char ret_text[MU_API_TIME_SIZE]);

#endif /* MU_DAEMON_API_TIME_H */
