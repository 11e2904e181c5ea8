/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/log.h"

enum {
    TIMEOUT_S = 10,
    MEALS_IN_TIMEOUT = 4,
};

static void
watchdog_meal(void *user)
{
    struct mu_watchdog *watchdog = user;

    if (watchdog->fd < 0 || !watchdog->is_fed) {
        return;
    }
    if (ioctl(watchdog->fd, WDIOC_KEEPALIVE, 0) < 0) {
        mu_log(MU_TRACE_ERROR, "cannot feed the watchdog: %s", strerror(errno));
    }
    mu_loop_timer_arm(&watchdog->timer,
                      mu_instant_after(mu_clock_now(), watchdog->timeout_ms /
                                                           MEALS_IN_TIMEOUT));
}

int
mu_watchdog_init(struct mu_watchdog *watchdog, struct mu_loop *loop,
                 const char *path, struct mu_errbuf *err)
{
    int timeout_s = TIMEOUT_S;

    *watchdog = (struct mu_watchdog){.fd = -1, .is_fed = true};
    mu_loop_timer_init(&watchdog->timer, loop, watchdog_meal, watchdog);
    if (path[0] == '\0') {
        return 0;
    }
    watchdog->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (watchdog->fd < 0) {
        int error = -errno;

        mu_errbuf_set(err, "cannot open the watchdog %s: %s", path,
                      strerror(-error));
        return error;
    }
    /* Some devices know one timeout only; then that one counts. */
    (void)ioctl(watchdog->fd, WDIOC_SETTIMEOUT, &timeout_s);
    if (ioctl(watchdog->fd, WDIOC_GETTIMEOUT, &timeout_s) < 0) {
        timeout_s = TIMEOUT_S;
    }
    watchdog->timeout_ms = (int64_t)timeout_s * 1000;
    mu_log(MU_TRACE_INFO, "the watchdog %s resets this machine after %d s",
           path, timeout_s);
    watchdog_meal(watchdog);
    return 0;
}

void
mu_watchdog_feed(struct mu_watchdog *watchdog, bool is_fed)
{
    if (watchdog->is_fed == is_fed) {
        return;
    }
    watchdog->is_fed = is_fed;
    if (is_fed) {
        watchdog_meal(watchdog);
    } else {
        mu_loop_timer_disarm(&watchdog->timer);
    }
}

void
mu_watchdog_done(struct mu_watchdog *watchdog)
{
    mu_loop_timer_disarm(&watchdog->timer);
    if (watchdog->fd < 0) {
        return;
    }
    /* The letter V says that the end is on purpose. */
    if (watchdog->is_fed && write(watchdog->fd, "V", 1) != 1) {
        mu_log(MU_TRACE_ERROR, "cannot disarm the watchdog: %s",
               strerror(errno));
    }
    close(watchdog->fd);
    watchdog->fd = -1;
}
