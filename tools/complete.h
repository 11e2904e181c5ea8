/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_COMPLETE_H
#define MU_TOOLS_COMPLETE_H

/* Complete: which words may come next on a command line?
 *
 * Answers the shell: commands from the table, names of resources and nodes
 * from the configuration, agents from this machine. It is silent when it does
 * not know, and never waits for long. */

#include "tools/tool.h"

/* Prints candidates for the last of 'argc' words, one a line. Returns 0. */
int mu_complete(struct mu_tool *tool, int argc, char **argv);

#endif /* MU_TOOLS_COMPLETE_H */
