/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_MACHINES_H
#define MU_TOOLS_MACHINES_H

/* Machines: what each machine of the cluster tells of itself.
 *
 * The daemon here passes the question on to all; what they say is described in
 * muster(8), CHECK. Who does not answer in time stays silent: that is an answer
 * too. */

#include <jansson.h>

#include "tools/muster_ipc.h"
#include "tools/tool.h"

/* Asks all nodes, on an open connection. '*ret_machines' is an array, one entry
 * a node: "node", "member", and "facts", null for one that is silent, with
 * "offset_ms", its clock less ours. A new reference on MU_TOOL_OK. Returns an
 * exit code. */
MU_NODISCARD int mu_machines_ask(struct mu_tool *tool,
                                 struct mu_muster_ipc *ipc,
                                 json_t **ret_machines);

#endif /* MU_TOOLS_MACHINES_H */
