/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/loop.h"

#include <errno.h>
#include <poll.h>
#include <qb/qbloop.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/panic.h"
#include "daemon/clock.h"
#include "daemon/loop_timers.h"

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

/* A function that is to be called once. */
struct job {
    struct job *next;
    mu_loop_function *function;
    void *user;
};

/* Timers and jobs are our own, on one descriptor of the kernel's clock: those
 * of libqb wait in whole milliseconds and spin for the rest of one, stand
 * still with the machine, and let a job wait up to 50 ms. */
struct mu_loop {
    qb_loop_t *qb;
    struct watch *watches; /* By descriptor. */
    size_t watches_count;
    struct signal_watch *signals; /* Owned. */
    struct mu_loop_timers timers;
    struct job *jobs_first;       /* Owned. */
    struct job *jobs_last;
    int clock_fd;
    int64_t due_ms;               /* What 'clock_fd' is set to, or INT64_MAX. */
    bool is_dispatching;          /* The clock is set afterwards. */
};

static enum qb_loop_priority priority_of(enum mu_loop_priority priority);
static int watches_reserve(struct mu_loop *loop, int fd);
static int32_t on_fd(int32_t fd, int32_t events, void *data);
static int32_t on_signal(int32_t signal_number, void *data);
static void on_clock(void *user, int fd, int events);
static void clock_set(struct mu_loop *loop);

struct mu_loop *
mu_loop_new(void)
{
    struct mu_loop *loop = calloc(1, sizeof(*loop));

    if (!loop) {
        return NULL;
    }
    loop->due_ms = INT64_MAX;
    loop->qb = qb_loop_create();
    loop->clock_fd =
        timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (!loop->qb || loop->clock_fd < 0 ||
        mu_loop_fd_add_with(loop, &(struct mu_loop_watch){
                                      .fd = loop->clock_fd,
                                      .events = POLLIN,
                                      .priority = MU_LOOP_HIGH,
                                      .function = on_clock,
                                      .user = loop,
                                  }) < 0) {
        mu_loop_free(loop);
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
    while (loop->jobs_first) {
        struct job *job = loop->jobs_first;

        loop->jobs_first = job->next;
        free(job);
    }
    mu_loop_timers_done(&loop->timers);
    if (loop->qb) {
        qb_loop_destroy(loop->qb);
    }
    /* Not taken out before: a forked copy shares what is waited for. */
    if (loop->clock_fd >= 0) {
        close(loop->clock_fd);
    }
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
        mu_loop_timers_add(&timer->loop->timers, timer);
        clock_set(timer->loop);
    }
}

void
mu_loop_timer_disarm(struct mu_loop_timer *timer)
{
    if (timer->deadline.ms == INT64_MAX) {
        return;
    }
    timer->deadline = MU_INSTANT_NEVER;
    mu_loop_timers_remove(&timer->loop->timers, timer);
}

int
mu_loop_job_add(struct mu_loop *loop, mu_loop_function *function, void *user)
{
    struct job *job = malloc(sizeof(*job));

    if (!job) {
        return -ENOMEM;
    }
    *job = (struct job){.function = function, .user = user};
    if (loop->jobs_last) {
        loop->jobs_last->next = job;
    } else {
        loop->jobs_first = job;
    }
    loop->jobs_last = job;
    clock_set(loop);
    return 0;
}

void
mu_loop_job_remove(struct mu_loop *loop, mu_loop_function *function, void *user)
{
    struct job **at = &loop->jobs_first;

    loop->jobs_last = NULL;
    while (*at) {
        struct job *job = *at;

        if (job->function == function && job->user == user) {
            *at = job->next;
            free(job);
        } else {
            loop->jobs_last = job;
            at = &job->next;
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

/* Sets the descriptor to what is due first, if that has changed. */
static void
clock_set(struct mu_loop *loop)
{
    const struct mu_loop_timer *first = mu_loop_timers_first(&loop->timers);
    int64_t due_ms = first ? first->deadline.ms : INT64_MAX;
    struct itimerspec spec = {0};

    if (loop->jobs_first) {
        due_ms = 0;
    }
    /* A clock that is set too early costs a look, nothing more. */
    if (loop->is_dispatching || due_ms >= loop->due_ms) {
        return;
    }
    loop->due_ms = due_ms;
    if (due_ms > 0) {
        spec.it_value.tv_sec = (time_t)(due_ms / 1000);
        spec.it_value.tv_nsec = (long)(due_ms % 1000) * 1000000;
    } else {
        spec.it_value.tv_nsec = 1; /* Long ago; zero would mean never. */
    }
    if (timerfd_settime(loop->clock_fd, TFD_TIMER_ABSTIME, &spec, NULL) < 0) {
        mu_unreachable();
    }
}

static void
jobs_run(struct mu_loop *loop)
{
    size_t count = 0;

    for (const struct job *job = loop->jobs_first; job; job = job->next) {
        count++;
    }
    for (; count > 0 && loop->jobs_first; count--) {
        struct job job = *loop->jobs_first;

        free(loop->jobs_first);
        loop->jobs_first = job.next;
        if (!job.next) {
            loop->jobs_last = NULL;
        }
        job.function(job.user);
    }
}

/* Calls what is due. What callbacks arm or add meanwhile waits for the next
 * turn, so that nothing can keep the loop for itself. */
static void
on_clock(void *user, int fd, int events)
{
    struct mu_loop *loop = user;
    struct mu_instant now = mu_clock_now();
    uint64_t order_end = loop->timers.next_order;
    struct mu_loop_timer *timer;
    uint64_t count;

    (void)events;
    (void)!read(fd, &count, sizeof(count)); /* Only to make it quiet. */
    loop->due_ms = INT64_MAX;
    loop->is_dispatching = true;
    while ((timer = mu_loop_timers_first(&loop->timers)) &&
           mu_instant_is_due(timer->deadline, now) &&
           timer->order < order_end) {
        mu_loop_timers_remove(&loop->timers, timer);
        timer->deadline = MU_INSTANT_NEVER;
        timer->function(timer->user);
    }
    jobs_run(loop);
    loop->is_dispatching = false;
    clock_set(loop);
}
