/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/loop.h"

#include <errno.h>
#include <qb/qbloop.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "daemon/clock.h"

/* One watched descriptor. libqb asks for everything again at each change, so
 * we remember it. */
struct watch {
    mu_loop_fd_function *function; /* Null: not watched. */
    void *user;
    enum qb_loop_priority priority;
};

struct signal_watch {
    struct signal_watch *next;
    mu_loop_signal_function *function;
    void *user;
    qb_loop_signal_handle handle;
};

struct mu_loop {
    qb_loop_t *qb;
    struct watch *watches; /* By descriptor. */
    size_t watches_count;
    struct signal_watch *signals; /* Owned. */
};

/* A timer further away than this wakes up in between; it keeps the sum of
 * libqb's nanoseconds far from its end. */
static const int64_t delay_ms_max = 24 * 3600 * 1000;

static enum qb_loop_priority priority_of(enum mu_loop_priority priority);
static int watches_reserve(struct mu_loop *loop, int fd);
static int32_t on_fd(int32_t fd, int32_t events, void *data);
static int32_t on_signal(int32_t signal_number, void *data);
static void on_timer(void *data);
static void timer_start(struct mu_loop_timer *timer);

struct mu_loop *
mu_loop_new(void)
{
    struct mu_loop *loop = calloc(1, sizeof(*loop));

    if (!loop) {
        return NULL;
    }
    loop->qb = qb_loop_create();
    if (!loop->qb) {
        free(loop);
        return NULL;
    }
    return loop;
}

void
mu_loop_free(struct mu_loop *loop)
{
    if (!loop) {
        return;
    }
    while (loop->signals) {
        struct signal_watch *watch = loop->signals;

        loop->signals = watch->next;
        (void)qb_loop_signal_del(loop->qb, watch->handle);
        free(watch);
    }
    qb_loop_destroy(loop->qb);
    free(loop->watches);
    free(loop);
}

void
mu_loop_run(struct mu_loop *loop)
{
    qb_loop_run(loop->qb);
}

void
mu_loop_stop(struct mu_loop *loop)
{
    qb_loop_stop(loop->qb);
}

int
mu_loop_fd_add(struct mu_loop *loop, int fd, int events,
               mu_loop_fd_function *function, void *user)
{
    return mu_loop_fd_add_with(
        loop, &(struct mu_loop_watch){.fd = fd,
                                      .events = events,
                                      .priority = MU_LOOP_MIDDLE,
                                      .function = function,
                                      .user = user});
}

int
mu_loop_fd_add_with(struct mu_loop *loop, const struct mu_loop_watch *watch)
{
    struct watch *entry;
    int rc;

    mu_assert(watch->fd >= 0);
    mu_assert(watch->function);
    rc = watches_reserve(loop, watch->fd);
    if (rc < 0) {
        return rc;
    }
    entry = &loop->watches[watch->fd];
    mu_assert(!entry->function);
    entry->function = watch->function;
    entry->user = watch->user;
    entry->priority = priority_of(watch->priority);
    rc = qb_loop_poll_add(loop->qb, entry->priority, watch->fd, watch->events,
                          loop, on_fd);
    if (rc < 0) {
        entry->function = NULL;
    }
    return rc;
}

int
mu_loop_fd_modify(struct mu_loop *loop, int fd, int events)
{
    mu_assert(fd >= 0 && (size_t)fd < loop->watches_count);
    mu_assert(loop->watches[fd].function);
    return qb_loop_poll_mod(loop->qb, loop->watches[fd].priority, fd, events,
                            loop, on_fd);
}

void
mu_loop_fd_remove(struct mu_loop *loop, int fd)
{
    if (fd < 0 || (size_t)fd >= loop->watches_count ||
        !loop->watches[fd].function) {
        return;
    }
    loop->watches[fd].function = NULL;
    (void)qb_loop_poll_del(loop->qb, fd);
}

void
mu_loop_timer_init(struct mu_loop_timer *timer, struct mu_loop *loop,
                   mu_loop_function *function, void *user)
{
    *timer = (struct mu_loop_timer){.loop = loop,
                                    .function = function,
                                    .user = user,
                                    .deadline = MU_INSTANT_NEVER};
}

void
mu_loop_timer_arm(struct mu_loop_timer *timer, struct mu_instant deadline)
{
    if (deadline.ms == timer->deadline.ms) {
        return;
    }
    mu_loop_timer_disarm(timer);
    if (deadline.ms != INT64_MAX) {
        timer->deadline = deadline;
        timer_start(timer);
    }
}

void
mu_loop_timer_disarm(struct mu_loop_timer *timer)
{
    if (timer->deadline.ms == INT64_MAX) {
        return;
    }
    timer->deadline = MU_INSTANT_NEVER;
    (void)qb_loop_timer_del(timer->loop->qb, timer->handle);
    timer->handle = 0;
}

int
mu_loop_job_add(struct mu_loop *loop, enum mu_loop_priority priority,
                mu_loop_function *function, void *user)
{
    return qb_loop_job_add(loop->qb, priority_of(priority), user, function);
}

void
mu_loop_job_remove(struct mu_loop *loop, mu_loop_function *function, void *user)
{
    for (int i = QB_LOOP_LOW; i <= QB_LOOP_HIGH; i++) {
        while (qb_loop_job_del(loop->qb, (enum qb_loop_priority)i, user,
                               function) == 0) {
        }
    }
}

int
mu_loop_signal_add(struct mu_loop *loop, int signal_number,
                   mu_loop_signal_function *function, void *user)
{
    struct signal_watch *watch = calloc(1, sizeof(*watch));
    int rc;

    if (!watch) {
        return -ENOMEM;
    }
    watch->function = function;
    watch->user = user;
    rc = qb_loop_signal_add(loop->qb, QB_LOOP_HIGH, signal_number, watch,
                            on_signal, &watch->handle);
    if (rc < 0) {
        free(watch);
        return rc;
    }
    watch->next = loop->signals;
    loop->signals = watch;
    return 0;
}

struct qb_loop *
mu_loop_qb(struct mu_loop *loop)
{
    return loop->qb;
}

static enum qb_loop_priority
priority_of(enum mu_loop_priority priority)
{
    switch (priority) {
    case MU_LOOP_LOW:
        return QB_LOOP_LOW;
    case MU_LOOP_MIDDLE:
        return QB_LOOP_MED;
    case MU_LOOP_HIGH:
        return QB_LOOP_HIGH;
    }
    mu_unreachable();
}

static int
watches_reserve(struct mu_loop *loop, int fd)
{
    size_t count = loop->watches_count ? loop->watches_count : 64;
    struct watch *watches;

    while (count <= (size_t)fd) {
        count *= 2;
    }
    if (count == loop->watches_count) {
        return 0;
    }
    watches = reallocarray(loop->watches, count, sizeof(*watches));
    if (!watches) {
        return -ENOMEM;
    }
    memset(watches + loop->watches_count, 0,
           (count - loop->watches_count) * sizeof(*watches));
    loop->watches = watches;
    loop->watches_count = count;
    return 0;
}

static int32_t
on_fd(int32_t fd, int32_t events, void *data)
{
    struct mu_loop *loop = data;
    struct watch *watch = &loop->watches[fd];

    if (watch->function) {
        watch->function(watch->user, fd, events);
    }
    return 0; /* Negative would make libqb drop the descriptor by itself. */
}

static int32_t
on_signal(int32_t signal_number, void *data)
{
    struct signal_watch *watch = data;

    watch->function(watch->user, signal_number);
    return 0;
}

static void
timer_start(struct mu_loop_timer *timer)
{
    int64_t now_ms = mu_clock_now().ms;
    int64_t delay_ms = 0;
    int rc;

    if (timer->deadline.ms > now_ms) {
        delay_ms = timer->deadline.ms - now_ms;
        delay_ms = delay_ms < delay_ms_max ? delay_ms : delay_ms_max;
    }
    rc = qb_loop_timer_add(timer->loop->qb, QB_LOOP_HIGH,
                           (uint64_t)delay_ms * 1000000, timer, on_timer,
                           &timer->handle);
    /* Without its deadlines the daemon cannot keep any promise. */
    mu_assert(rc == 0);
}

static void
on_timer(void *data)
{
    struct mu_loop_timer *timer = data;

    timer->handle = 0;
    if (!mu_instant_is_due(timer->deadline, mu_clock_now())) {
        timer_start(timer);
        return;
    }
    timer->deadline = MU_INSTANT_NEVER;
    timer->function(timer->user);
}
