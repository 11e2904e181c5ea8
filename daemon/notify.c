/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "daemon/clock.h"

static void on_timer(void *user);

void
mu_notify_init(struct mu_notify *notify, struct mu_loop *loop)
{
    uint64_t watchdog_us = 0;

    mu_loop_timer_init(&notify->timer, loop, on_timer, notify);
    notify->is_fed = true;
    notify->watchdog_ms = 0;
    if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
        notify->watchdog_ms = (int64_t)(watchdog_us / 1000);
        on_timer(notify);
    }
}

void
mu_notify_done(struct mu_notify *notify)
{
    mu_loop_timer_disarm(&notify->timer);
}

void
mu_notify_ready(struct mu_notify *notify)
{
    (void)notify;
    (void)sd_notify(0, "READY=1");
}

void
mu_notify_status(struct mu_notify *notify, const char *format, ...)
{
    char text[512];
    va_list args;

    (void)notify;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)sd_notifyf(0, "STATUS=%s", text);
}

void
mu_notify_stopping(struct mu_notify *notify)
{
    (void)notify;
    (void)sd_notify(0, "STOPPING=1");
}

void
mu_notify_extend(struct mu_notify *notify, int64_t delay_ms)
{
    (void)notify;
    (void)sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%" PRId64, delay_ms * 1000);
}

void
mu_notify_feed(struct mu_notify *notify, bool is_fed)
{
    bool was_fed = notify->is_fed;

    notify->is_fed = is_fed;
    if (notify->watchdog_ms == 0 || is_fed == was_fed) {
        return;
    }
    if (is_fed) {
        on_timer(notify);
    } else {
        mu_loop_timer_disarm(&notify->timer);
    }
}

static void
on_timer(void *user)
{
    struct mu_notify *notify = user;

    if (!notify->is_fed) {
        return;
    }
    (void)sd_notify(0, "WATCHDOG=1");
    /* Two may be late or lost before systemd minds. */
    mu_loop_timer_arm(
        &notify->timer,
        mu_instant_after(mu_clock_now(), notify->watchdog_ms / 3));
}
