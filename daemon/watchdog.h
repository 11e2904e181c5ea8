/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_WATCHDOG_H
#define MU_DAEMON_WATCHDOG_H

/* Watchdog: will this machine be reset when we do not live any more?
 *
 * Feeds a watchdog device from the loop while it is told to. It knows nothing
 * of why. Closing it in good order disarms it; starving it, or dying, lets it
 * reset the machine.
 *
 * Invariant: while it is starved the device gets nothing. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/errbuf.h"
#include "daemon/loop.h"

struct mu_watchdog {
    struct mu_loop_timer timer; /* Next meal. */
    int fd;                     /* Of the device, or -1: there is none. */
    int64_t timeout_ms;         /* After which the device resets us; 0 without
                                   a device. */
    bool is_fed;
};

/* Opens 'path' and feeds it from now on; an empty path means no watchdog.
 * 0 or a negative errno with a sentence. */
MU_NODISCARD int mu_watchdog_init(struct mu_watchdog *watchdog,
                                  struct mu_loop *loop, const char *path,
                                  struct mu_errbuf *err);

/* Feeds it from now on, or starves it. */
void mu_watchdog_feed(struct mu_watchdog *watchdog, bool is_fed);

/* Disarms a device that is fed and closes it; a starved one stays armed. */
void mu_watchdog_done(struct mu_watchdog *watchdog);

#endif /* MU_DAEMON_WATCHDOG_H */
