/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_LOOP_TIMERS_H
#define MU_DAEMON_LOOP_TIMERS_H

/* Loop_timers: which timer is due next?
 *
 * A heap of the timers that are armed, earliest first, in the order of arming
 * where they are due at the same time. It reads no clock.
 *
 * Invariant: timers[i]->position is i + 1, and no timer is due before its
 * parent. */

#include <stdint.h>

#include "daemon/loop.h"

struct mu_loop_timers {
    struct mu_loop_timer **items;
    uint32_t count;
    uint32_t capacity;
    uint64_t next_order; /* For the next timer that is armed. */
};

/* Puts in a timer with its deadline set. */
void mu_loop_timers_add(struct mu_loop_timers *timers,
                        struct mu_loop_timer *timer);

/* Takes out a timer that is in. */
void mu_loop_timers_remove(struct mu_loop_timers *timers,
                           struct mu_loop_timer *timer);

/* Returns the timer that is due first, or null. */
struct mu_loop_timer *mu_loop_timers_first(const struct mu_loop_timers *timers);

/* Releases memory; the timers themselves are their owners'. */
void mu_loop_timers_done(struct mu_loop_timers *timers);

#endif /* MU_DAEMON_LOOP_TIMERS_H */
