/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_SETTINGS_H
#define MU_DAEMON_SETTINGS_H

/* Settings: how is this daemon to run on this machine?
 *
 * Reads /etc/muster/muster.conf: lines of "name = value", '#' begins a
 * comment. Nothing about the cluster is in there; that is in the replicated
 * configuration. See muster.conf(5).
 *
 * Invariant: no string is null; those that may be left out are empty. */

#include <stdbool.h>

#include "base/attr.h"
#include "base/errbuf.h"
#include "base/trace.h"

enum { MU_SETTINGS_VALUE_SIZE = 256 };

struct mu_settings {
    enum mu_trace_level log_level;               /* log_level */
    char state_folder[MU_SETTINGS_VALUE_SIZE];   /* state_folder */
    char run_folder[MU_SETTINGS_VALUE_SIZE];     /* run_folder */
    char ocf_root[MU_SETTINGS_VALUE_SIZE];       /* ocf_root, or empty */
    char lsb_folder[MU_SETTINGS_VALUE_SIZE];     /* lsb_folder, or empty */
    char fence_folder[MU_SETTINGS_VALUE_SIZE];   /* fence_folder, or empty */
    char helpers_folder[MU_SETTINGS_VALUE_SIZE]; /* helpers_folder, or empty */
    char watchdog[MU_SETTINGS_VALUE_SIZE];       /* watchdog: device, or empty:
                                                    none */
    bool is_memory_locked;                       /* memory_lock */
};

/* Sets what holds without a file. */
void mu_settings_init(struct mu_settings *settings);

/* Reads 'path' over what 'settings' holds. 0, -ENOENT, -EBADMSG with line and
 * reason, or another negative errno. */
MU_NODISCARD int mu_settings_read(struct mu_settings *settings,
                                  const char *path, struct mu_errbuf *err);

/* Takes one "name = value" line; empty lines and comments are accepted.
 * 0 or -EBADMSG with the reason. Changes 'line'. */
MU_NODISCARD int mu_settings_take(struct mu_settings *settings, char *line,
                                  struct mu_errbuf *err);

#endif /* MU_DAEMON_SETTINGS_H */
