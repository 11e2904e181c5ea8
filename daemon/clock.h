/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_CLOCK_H
#define MU_DAEMON_CLOCK_H

/* Clock: what time is it? The only reader of clocks in the daemon; everybody
 * else gets time as an argument or asks here. */

#include <stdint.h>

#include "base/instant.h"

/* Returns the boot-time clock: it goes on while the machine sleeps and never
 * jumps. */
struct mu_instant mu_clock_now(void);

/* Returns what people call the time, in milliseconds since 1970. It may jump.
 */
int64_t mu_clock_wall_ms(void);

#endif /* MU_DAEMON_CLOCK_H */
