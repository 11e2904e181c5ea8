/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_AUDIT_RUN_H
#define MU_TOOLS_AUDIT_RUN_H

/* Audit run: the events of an audit, shared out to all processors.
 *
 * Each worker is a child process that sees the audit as it was made and writes
 * its outcomes as lines of JSON. What the outcomes mean is sched/audit.h's. */

#include <jansson.h>

#include "base/span.h"
#include "sched/audit.h"
#include "tools/tool.h"

/* Which kinds of events: 1 << enum mu_audit_kind. */
enum {
    MU_AUDIT_RUN_NODES = 1 << MU_AUDIT_NODE | 1 << MU_AUDIT_PAIR,
    MU_AUDIT_RUN_ALL = MU_AUDIT_RUN_NODES | 1 << MU_AUDIT_RESOURCE |
                       1 << MU_AUDIT_DEVICE | 1 << MU_AUDIT_MAINTENANCE,
};

struct mu_audit_run {
    const struct mu_audit *audit;
    const struct mu_audit_outcome **outcomes; /* As audit->events; null: not
                                                 asked for. Without losses. */
    json_t **rows;                            /* The same for people. */
    enum mu_audit_level *levels;
    const char *figure; /* The line about the whole cluster. */
};

/* Lets the events of 'kinds' happen to the cluster of 'snapshot'. The result is
 * on the tool's arena, the rows to be released with mu_audit_run_done(). Returns
 * an exit code and says itself what is wrong. */
MU_NODISCARD int mu_audit_run_start(struct mu_tool *tool,
                                    const struct mu_snapshot *snapshot,
                                    unsigned kinds,
                                    struct mu_audit_run *ret_run);

void mu_audit_run_done(struct mu_audit_run *run);

/* Returns what a change makes worse, as a sentence on the tool's arena: "after
 * this change the cluster no longer survives the loss of n2: web: no node can
 * take it: ...", or null when the loss of no node costs more than it did.
 * 'before' is the <cib> without the change, status included, and read only when
 * something would be lost with it; 'after' the snapshot with it. In this process,
 * and only for clusters where that does not take long. */
const char *mu_audit_run_alarm(struct mu_tool *tool, struct mu_span before,
                               const struct mu_snapshot *after);

#endif /* MU_TOOLS_AUDIT_RUN_H */
