/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_NOTIFY_H
#define MU_DAEMON_NOTIFY_H

/* Notify: what does systemd know about us?
 *
 * Tells it that we are ready, what we are doing, that we stop, and, while the
 * watchdog is fed, that we live: the sign of life is sent from the loop, so a
 * wedged loop is noticed. Without systemd all of it does nothing. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "daemon/loop.h"

struct mu_notify {
    struct mu_loop_timer timer; /* Next sign of life. */
    int64_t watchdog_ms;        /* systemd's limit; 0: it watches us not. */
    bool is_fed;                /* Whether signs of life are sent. */
};

/* Reads what systemd wants from the environment. Fed from the start. */
void mu_notify_init(struct mu_notify *notify, struct mu_loop *loop);
void mu_notify_done(struct mu_notify *notify);

/* READY=1, once the daemon answers requests. */
void mu_notify_ready(struct mu_notify *notify);
/* STATUS=, one line for systemctl status. */
MU_PRINTF(2, 3)
void mu_notify_status(struct mu_notify *notify, const char *format, ...);
/* STOPPING=1 */
void mu_notify_stopping(struct mu_notify *notify);
/* Asks systemd to wait this much longer for our start or stop. */
void mu_notify_extend(struct mu_notify *notify, int64_t delay_ms);
/* Feeds systemd's watchdog from now on, or starves it. */
void mu_notify_feed(struct mu_notify *notify, bool is_fed);

#endif /* MU_DAEMON_NOTIFY_H */
