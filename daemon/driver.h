/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_DRIVER_H
#define MU_DAEMON_DRIVER_H

/* Driver: the only place where the core and the adapters meet.
 *
 * Turns what adapters report into events, calls mu_core_step() with the time,
 * and performs the effects in their order. It decides nothing itself.
 *
 * Invariant: mu_core_step() is never entered while effects are performed; what
 * comes of them is queued. At most one timer is armed for the core's deadline.
 * The core sees BOOT first, once Corosync has said who we are. */

#include "base/attr.h"
#include "base/errbuf.h"
#include "daemon/loop.h"
#include "daemon/settings.h"

struct mu_driver;

struct mu_driver_config {
    struct mu_loop *loop;
    const struct mu_settings *settings; /* Must outlive the driver. */
    const char *boot_id;                /* The same. */
    uint64_t incarnation;               /* Random. */
};

/* Exit codes of the daemon; see musterd(8). */
enum mu_driver_exit {
    MU_DRIVER_EXIT_OK = 0,     /* Asked to stop, and nothing runs any more. */
    MU_DRIVER_EXIT_FAILED = 1, /* Could not start; the log says why. */
    MU_DRIVER_EXIT_USAGE = 2,  /* Wrong options or settings. */
    MU_DRIVER_EXIT_BUSY = 3,   /* Another musterd runs here. */
    MU_DRIVER_EXIT_AGAIN = 4,  /* Something changed that needs a new start. */
};

/* Opens the store, listens for clients, prepares agents, and starts to connect
 * to Corosync. 0, -EBUSY when another daemon runs, or another negative errno,
 * with a sentence. */
MU_NODISCARD int mu_driver_new(const struct mu_driver_config *config,
                               struct mu_driver **ret_driver,
                               struct mu_errbuf *err);

/* The daemon shall move its work away and end; the loop stops when that is
 * done. A second call does not hurry. */
void mu_driver_shutdown(struct mu_driver *driver);

/* Returns what the process shall exit with, after the loop has stopped. */
int mu_driver_exit_code(const struct mu_driver *driver);

/* Leaves the group and closes everything; agents that run are left alone.
 * Null is accepted. */
void mu_driver_free(struct mu_driver *driver);

#endif /* MU_DAEMON_DRIVER_H */
