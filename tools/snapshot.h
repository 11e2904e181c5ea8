/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SNAPSHOT_H
#define MU_TOOLS_SNAPSHOT_H

/* Snapshot: what the scheduler would see, for commands that only look.
 *
 * Of the cluster, of a file (--file, CIB_file), or of a draft with the
 * cluster's status. */

#include "base/attr.h"
#include "base/span.h"
#include "model/snapshot.h"
#include "tools/tool.h"

struct mu_plan;

/* Gets it onto the tool's arena. Returns an exit code, and says itself what is
 * wrong. */
MU_NODISCARD int mu_snapshot_get(struct mu_tool *tool,
                                 const struct mu_snapshot **ret_snapshot);

/* As above, and plans for it, with reasons. When parameters were changed,
 * earlier configurations are looked at, where these are known. */
MU_NODISCARD int mu_snapshot_plan(struct mu_tool *tool,
                                  const struct mu_snapshot **ret_snapshot,
                                  const struct mu_plan **ret_plan);

/* Plans for 'snapshot', with reasons; 'before' is the <cib> that was in force
 * before. It is read only when parameters were changed. */
const struct mu_plan *mu_snapshot_plan_change(struct mu_tool *tool,
                                              struct mu_snapshot *snapshot,
                                              struct mu_span before);

#endif /* MU_TOOLS_SNAPSHOT_H */
