/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_INSTANT_H
#define MU_BASE_INSTANT_H

/* Instant: a typed point in time, in milliseconds of whatever clock its owner
 * names. Durations are plain int64_t with _ms at the end of the name; the two
 * cannot be mixed by accident. */

#include <stdbool.h>
#include <stdint.h>

struct mu_instant {
    int64_t ms;
};

#define MU_INSTANT_NEVER ((struct mu_instant){INT64_MAX})

/* Returns the instant 'delay_ms' after 'at'; saturates at NEVER. */
static inline struct mu_instant
mu_instant_after(struct mu_instant at, int64_t delay_ms)
{
    struct mu_instant sum;

    if (at.ms == INT64_MAX || __builtin_add_overflow(at.ms, delay_ms, &sum.ms)) {
        return MU_INSTANT_NEVER;
    }
    return sum;
}

/* Tells whether a deadline has come at 'now'. NEVER never comes. */
static inline bool
mu_instant_is_due(struct mu_instant deadline, struct mu_instant now)
{
    return deadline.ms != INT64_MAX && deadline.ms <= now.ms;
}

/* Returns the earlier of two instants. */
static inline struct mu_instant
mu_instant_min(struct mu_instant a, struct mu_instant b)
{
    return a.ms < b.ms ? a : b;
}

#endif /* MU_BASE_INSTANT_H */
