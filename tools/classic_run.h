/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_CLASSIC_RUN_H
#define MU_TOOLS_CLASSIC_RUN_H

/* Classic run: asks the daemon, or reads the tool's file, and shows the classic
 * form on standard output. */

#include "tools/classic.h"
#include "tools/tool.h"

/* Shows what 'call' asks for. Returns an exit code of muster; with -s it is 0
 * or 1 by the health. */
MU_NODISCARD int mu_classic_run(struct mu_tool *tool,
                                const struct mu_classic_call *call);

/* Makes the tree on the tool's arena. Returns an exit code. '*ret_answer' is
 * the daemon's answer that the tree borrows from, or null. */
MU_NODISCARD int mu_classic_run_read(struct mu_tool *tool,
                                     struct mu_classic *classic,
                                     json_t **ret_answer);

#endif /* MU_TOOLS_CLASSIC_RUN_H */
