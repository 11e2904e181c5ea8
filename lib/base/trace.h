/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_TRACE_H
#define MU_BASE_TRACE_H

/* Trace: how pure code tells its story. A line is data with a level; whoever
 * performs effects decides whether it becomes a log line, a line of a test's
 * story or nothing. */

enum mu_trace_level {
    MU_TRACE_DEBUG,   /* Detail for developers. */
    MU_TRACE_INFO,    /* One line per decision an operator would care about. */
    MU_TRACE_WARNING, /* Something is not as it should be. */
    MU_TRACE_ERROR,   /* Something that needs a person. */
};

#endif /* MU_BASE_TRACE_H */
