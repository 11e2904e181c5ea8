/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_RECORD_H
#define MU_DAEMON_EXEC_RECORD_H

/* Exec record: what was in flight when the daemon died?
 *
 * One small file per running operation, named by its marker. Losing one costs
 * the knowledge of an agent that may still run, so it is written before the
 * agent is born, and completed afterwards. */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/instant.h"
#include "base/limits.h"

enum { MU_EXEC_MARKER_SIZE = 64 };

struct mu_exec_record {
    char marker[MU_EXEC_MARKER_SIZE];
    char resource[MU_NAME_SIZE_MAX];
    char op_name[64];
    pid_t pid;                  /* 0: not known; find it by the marker. */
    uint64_t start_ticks;       /* Of the process. */
    struct mu_instant deadline; /* Of the boot-time clock. */
};

/* Writes or replaces the record in 'folder'. 0 or negative errno. */
MU_NODISCARD int mu_exec_record_write(const char *folder,
                                      const struct mu_exec_record *record);

/* Removes it; none is as good. */
void mu_exec_record_remove(const char *folder, const char *marker);

/* Reads all sound records into memory from malloc() and removes unsound ones.
 * Returns how many, or negative errno. */
MU_NODISCARD int mu_exec_record_load(const char *folder,
                                     struct mu_exec_record **ret_records);

#endif /* MU_DAEMON_EXEC_RECORD_H */
