/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_SNAPSHOT_H
#define MU_TOOLS_SNAPSHOT_H

/* Snapshot: what the scheduler would see, for commands that only look.
 *
 * Of the cluster, of a file (--file, CIB_file), or of a draft with the
 * cluster's status. */

#include "base/attr.h"
#include "model/snapshot.h"
#include "tools/tool.h"

/* Gets it onto the tool's arena. Returns an exit code, and says itself what is
 * wrong. */
MU_NODISCARD int mu_snapshot_get(struct mu_tool *tool,
                                 const struct mu_snapshot **ret_snapshot);

#endif /* MU_TOOLS_SNAPSHOT_H */
