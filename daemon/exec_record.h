/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_RECORD_H
#define MU_DAEMON_EXEC_RECORD_H

/* Exec record: what was in flight when the daemon died?
 *
 * One small file per running operation, named by its marker. Losing one costs
 * the knowledge of an agent that may still run, so it is written by the child
 * that becomes the agent. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/instant.h"
#include "base/limits.h"

enum { MU_EXEC_MARKER_SIZE = 64, MU_EXEC_RECORD_SIZE_MAX = 512 };

struct mu_exec_record {
    char marker[MU_EXEC_MARKER_SIZE];
    char resource[MU_NAME_SIZE_MAX];
    char op_name[64];
    pid_t pid;
    uint64_t start_ticks;       /* When the process began; not on disk. */
    struct mu_instant deadline; /* Of the boot-time clock. */
};

/* Writes the text of a record. '*ret_pid' is where the last digit of the pid
 * goes, with nine more before it: all are '0' yet. 0 or -ENAMETOOLONG. */
MU_NODISCARD int mu_exec_record_format(const struct mu_exec_record *record,
                                       char text[MU_EXEC_RECORD_SIZE_MAX],
                                       char **ret_pid);

/* Removes it; none is as good. */
void mu_exec_record_remove(const char *folder, const char *marker);

/* Reads all sound records into memory from malloc() and removes unsound ones.
 * Returns how many, or negative errno. */
MU_NODISCARD int mu_exec_record_load(const char *folder,
                                     struct mu_exec_record **ret_records);

#endif /* MU_DAEMON_EXEC_RECORD_H */
