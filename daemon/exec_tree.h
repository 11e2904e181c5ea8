/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_TREE_H
#define MU_DAEMON_EXEC_TREE_H

/* Exec tree: which processes belong to an operation, and how do all of them
 * end?
 *
 * Belonging means: being the agent itself, in its process group or session, a
 * descendant, or a process that carries the operation's marker in its
 * environment, wherever it has hidden itself since. Processes that began
 * before the agent never belong, so that what an earlier operation left
 * running is safe. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

struct mu_exec_tree {
    pid_t leader;         /* The agent; leader of its session. */
    uint64_t start_ticks; /* When it began, as /proc says. */
    const char *marker;   /* Value of its marker variable. */
    bool is_leader_gone;  /* Its number may belong to another by now. */
};

/* Reads when process 'pid' began. 0, or negative errno (-ESRCH). */
MU_NODISCARD int mu_exec_tree_start_ticks(pid_t pid, uint64_t *ret_ticks);

/* Sends SIGTERM to the agent's process group. */
void mu_exec_tree_term(const struct mu_exec_tree *tree);

/* Kills every process of the tree: stops them first until no new ones appear,
 * so that none can be born while others die. Returns how many were found that
 * are not dead yet; 0 means that all are gone. */
int mu_exec_tree_kill(const struct mu_exec_tree *tree);

/* Tells whether process 'pid' is an agent of the operation with this marker,
 * and when it began. */
bool mu_exec_tree_is_leader(pid_t pid, const char *marker,
                            uint64_t *ret_start_ticks);

#endif /* MU_DAEMON_EXEC_TREE_H */
