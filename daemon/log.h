/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_LOG_H
#define MU_DAEMON_LOG_H

/* Log: what does the operator read afterwards?
 *
 * One line per decision that an operator would care about, to the journal
 * with structured fields when systemd started us, else to standard error.
 * Lines of libqb itself go the same way, from warnings up. */

#include <stdbool.h>

#include "base/attr.h"
#include "base/trace.h"

struct mu_log_config {
    const char *name;              /* Of the program; static. */
    enum mu_trace_level level_min; /* Quieter lines are dropped. */
    bool is_stderr;                /* Standard error even under systemd. */
};

/* What a line is about. Members may be null; they become MUSTER_RESOURCE=,
 * MUSTER_NODE= and so on in the journal. */
struct mu_log_fields {
    const char *resource;
    const char *node;
    const char *operation;
};

/* Before the first line; lines logged earlier go to standard error. */
void mu_log_init(const struct mu_log_config *config);
void mu_log_level_set(enum mu_trace_level level_min);
void mu_log_done(void);

MU_PRINTF(2, 3)
void mu_log(enum mu_trace_level level, const char *format, ...);

/* A line with fields. 'fields' may be null. */
MU_PRINTF(3, 4)
void mu_log_with(enum mu_trace_level level, const struct mu_log_fields *fields,
                 const char *format, ...);

#endif /* MU_DAEMON_LOG_H */
