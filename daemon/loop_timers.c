/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/loop_timers.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/panic.h"

static bool
is_before(const struct mu_loop_timer *a, const struct mu_loop_timer *b)
{
    if (a->deadline.ms != b->deadline.ms) {
        return a->deadline.ms < b->deadline.ms;
    }
    return a->order < b->order;
}

static void
place(struct mu_loop_timers *timers, uint32_t index,
      struct mu_loop_timer *timer)
{
    timers->items[index] = timer;
    timer->position = index + 1;
}

static void
move_up(struct mu_loop_timers *timers, uint32_t index)
{
    struct mu_loop_timer *timer = timers->items[index];

    while (index > 0) {
        uint32_t parent = (index - 1) / 2;

        if (!is_before(timer, timers->items[parent])) {
            break;
        }
        place(timers, index, timers->items[parent]);
        index = parent;
    }
    place(timers, index, timer);
}

static void
move_down(struct mu_loop_timers *timers, uint32_t index)
{
    struct mu_loop_timer *timer = timers->items[index];

    for (;;) {
        uint32_t child = 2 * index + 1;

        if (child >= timers->count) {
            break;
        }
        if (child + 1 < timers->count &&
            is_before(timers->items[child + 1], timers->items[child])) {
            child++;
        }
        if (!is_before(timers->items[child], timer)) {
            break;
        }
        place(timers, index, timers->items[child]);
        index = child;
    }
    place(timers, index, timer);
}

void
mu_loop_timers_add(struct mu_loop_timers *timers, struct mu_loop_timer *timer)
{
    mu_assert(timer->position == 0);
    if (timers->count == timers->capacity) {
        timers->capacity = timers->capacity ? timers->capacity * 2 : 64;
        timers->items = reallocarray(timers->items, timers->capacity,
                                     sizeof(timers->items[0]));
        /* Without its deadlines the daemon cannot keep any promise. */
        mu_assert(timers->items);
    }
    timer->order = timers->next_order++;
    timers->items[timers->count] = timer;
    timers->count++;
    move_up(timers, timers->count - 1);
}

void
mu_loop_timers_remove(struct mu_loop_timers *timers,
                      struct mu_loop_timer *timer)
{
    uint32_t index = timer->position - 1;
    struct mu_loop_timer *last;

    mu_assert(timer->position > 0 && index < timers->count);
    mu_assert(timers->items[index] == timer);
    timer->position = 0;
    timers->count--;
    if (index == timers->count) {
        return;
    }
    last = timers->items[timers->count];
    place(timers, index, last);
    move_up(timers, index);
    move_down(timers, last->position - 1);
}

struct mu_loop_timer *
mu_loop_timers_first(const struct mu_loop_timers *timers)
{
    return timers->count > 0 ? timers->items[0] : NULL;
}

void
mu_loop_timers_done(struct mu_loop_timers *timers)
{
    free(timers->items);
    *timers = (struct mu_loop_timers){0};
}
