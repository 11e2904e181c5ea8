/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_CHILD_H
#define MU_DAEMON_EXEC_CHILD_H

/* Exec child: how does an agent come into the world?
 *
 * In a session of its own, with default signals, nothing open but its three
 * standard descriptors, and without copying the daemon's memory. The child
 * itself writes its record before it becomes the agent, so that there is no
 * moment at which an agent runs that is not on record. */

#include <sys/types.h>

#include "base/attr.h"
#include "daemon/agent.h"
#include "daemon/exec_record.h"

struct mu_exec_child {
    pid_t pid;
    int pidfd;     /* Readable when it has ended. */
    int stdout_fd; /* Read ends, not blocking. */
    int stderr_fd;
};

/* What to start. Borrowed for the call. */
struct mu_exec_child_plan {
    const struct mu_agent_command *command;
    const char *work_folder;             /* Where it runs. */
    const char *ops_folder;              /* Where its record goes. */
    const struct mu_exec_record *record; /* Without a pid. */
};

/* Starts the program. On success the descriptors, the record and the duty to
 * wait for the child are the caller's; on failure nothing is left. 0 or
 * negative errno; -ENOENT and -ENOEXEC speak of the program or its
 * interpreter. */
MU_NODISCARD int mu_exec_child_start(const struct mu_exec_child_plan *plan,
                                     struct mu_exec_child *ret_child);

/* Returns a descriptor that is readable when process 'pid', child or not, has
 * ended. Negative errno on failure. */
MU_NODISCARD int mu_exec_child_pidfd(pid_t pid);

#endif /* MU_DAEMON_EXEC_CHILD_H */
