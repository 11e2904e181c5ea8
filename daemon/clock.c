/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/clock.h"

#include <time.h>

#include "base/panic.h"

static int64_t read_ms(clockid_t clock);

struct mu_instant
mu_clock_now(void)
{
    return (struct mu_instant){read_ms(CLOCK_BOOTTIME)};
}

int64_t
mu_clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

static int64_t
read_ms(clockid_t clock)
{
    struct timespec now;
    int rc = clock_gettime(clock, &now);

    mu_assert(rc == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
