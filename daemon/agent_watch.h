/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_WATCH_H
#define MU_DAEMON_AGENT_WATCH_H

/* Agent watch: has a unit that was running stopped running?
 *
 * Listens to what systemd announces about units that were seen active. Each
 * unit is told of once, until it was seen active again. It decides nothing:
 * whoever hears of it looks for himself. */

#include <systemd/sd-bus.h>

#include "daemon/exec.h"

struct mu_agent_watch;

struct mu_agent_watches {
    struct mu_agent_watch *first;      /* Owned. */
    mu_exec_changed_function *changed; /* Null: nothing is watched. */
    void *user;                        /* Its first argument. */
};

/* Watches the unit at 'path' for 'resource' from now on; what was watched for
 * it before is not any more. */
void mu_agent_watch_set(struct mu_agent_watches *watches, sd_bus *bus,
                        const char *path, const char *resource);

/* Watches nothing for 'resource' any more. */
void mu_agent_watch_remove(struct mu_agent_watches *watches,
                           const char *resource);

/* Forgets everything: the bus is gone, or we are. */
void mu_agent_watch_clear(struct mu_agent_watches *watches);

#endif /* MU_DAEMON_AGENT_WATCH_H */
