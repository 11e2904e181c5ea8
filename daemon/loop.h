/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_LOOP_H
#define MU_DAEMON_LOOP_H

/* Loop: what has happened, and whom does it concern?
 *
 * A thin layer over qb_loop: descriptors, timers, signals and jobs, called
 * back one at a time from mu_loop_run(). It knows nothing of what it watches.
 * One thread; only mu_loop_stop() may be called from a signal's function.
 *
 * Invariant: after a remove or disarm returns, the function is not called any
 * more for that descriptor or timer. */

#include <stdint.h>

#include "base/attr.h"
#include "base/instant.h"

struct qb_loop;
struct mu_loop;

/* 'events' are those of poll(2) that are true now. */
typedef void mu_loop_fd_function(void *user, int fd, int events);
typedef void mu_loop_function(void *user);
typedef void mu_loop_signal_function(void *user, int signal_number);

enum mu_loop_priority {
    MU_LOOP_LOW,
    MU_LOOP_MIDDLE,
    MU_LOOP_HIGH,
};

/* What to wait for. Borrowed for the call that takes it. */
struct mu_loop_watch {
    int fd;
    int events; /* Of poll(2). */
    enum mu_loop_priority priority;
    mu_loop_fd_function *function;
    void *user;
};

/* A timer, embedded by value in its owner. Only loop.c looks inside. */
struct mu_loop_timer {
    struct mu_loop *loop;
    mu_loop_function *function;
    void *user;
    struct mu_instant deadline; /* When it is armed for, or NEVER. */
    uint64_t order;             /* Of arming, among all timers. */
    uint32_t position;          /* In the loop's heap, from 1; 0: disarmed. */
};

/* Returns a new loop, or null when memory is short. Freed by mu_loop_free(),
 * after everything that uses it. */
struct mu_loop *mu_loop_new(void);
void mu_loop_free(struct mu_loop *loop);

/* Runs until mu_loop_stop(). */
void mu_loop_run(struct mu_loop *loop);
void mu_loop_stop(struct mu_loop *loop);

/* Calls 'function' whenever one of 'events' (POLLIN, POLLOUT, ...) is true for
 * 'fd'; POLLERR and POLLHUP are always reported. The descriptor stays the
 * caller's, who removes it before closing it. 0 or negative errno. */
MU_NODISCARD int mu_loop_fd_add(struct mu_loop *loop, int fd, int events,
                                mu_loop_fd_function *function, void *user);
/* The same with a priority other than MIDDLE. */
MU_NODISCARD int mu_loop_fd_add_with(struct mu_loop *loop,
                                     const struct mu_loop_watch *watch);
/* Changes what is waited for. 0 or negative errno. */
MU_NODISCARD int mu_loop_fd_modify(struct mu_loop *loop, int fd, int events);
/* Unknown descriptors are ignored. */
void mu_loop_fd_remove(struct mu_loop *loop, int fd);

/* Prepares a timer that calls 'function' with 'user' once when it is due. */
void mu_loop_timer_init(struct mu_loop_timer *timer, struct mu_loop *loop,
                        mu_loop_function *function, void *user);
/* (Re)arms it for a point of mu_clock_now(); NEVER disarms. A point in the
 * past is due at once, still not inside this call. */
void mu_loop_timer_arm(struct mu_loop_timer *timer, struct mu_instant deadline);
void mu_loop_timer_disarm(struct mu_loop_timer *timer);

/* Calls 'function' once from the loop, soon. 0 or negative errno. */
MU_NODISCARD int mu_loop_job_add(struct mu_loop *loop,
                                 mu_loop_function *function, void *user);
/* Forgets jobs that were added with the same function and user. */
void mu_loop_job_remove(struct mu_loop *loop, mu_loop_function *function,
                        void *user);

/* Calls 'function' from the loop, not from the signal's context. */
MU_NODISCARD int mu_loop_signal_add(struct mu_loop *loop, int signal_number,
                                    mu_loop_signal_function *function,
                                    void *user);

/* Returns libqb's loop, for its IPC server, which wants one. */
struct qb_loop *mu_loop_qb(struct mu_loop *loop);

#endif /* MU_DAEMON_LOOP_H */
