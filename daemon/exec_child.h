/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_CHILD_H
#define MU_DAEMON_EXEC_CHILD_H

/* Exec child: how does an agent come into the world?
 *
 * In a session of its own, with default signals, nothing open but its three
 * standard descriptors, and without copying the daemon's memory. */

#include <sys/types.h>

#include "base/attr.h"
#include "daemon/agent.h"

struct mu_exec_child {
    pid_t pid;
    int pidfd;     /* Readable when it has ended. */
    int stdout_fd; /* Read ends, not blocking. */
    int stderr_fd;
};

/* Starts the command in 'work_folder'. On success the descriptors and the
 * duty to wait for the child are the caller's. 0 or negative errno; -ENOENT
 * and -ENOEXEC speak of the program or its interpreter. */
MU_NODISCARD int mu_exec_child_start(const struct mu_agent_command *command,
                                     const char *work_folder,
                                     struct mu_exec_child *ret_child);

/* Returns a descriptor that is readable when process 'pid', child or not, has
 * ended. Negative errno on failure. */
MU_NODISCARD int mu_exec_child_pidfd(pid_t pid);

#endif /* MU_DAEMON_EXEC_CHILD_H */
