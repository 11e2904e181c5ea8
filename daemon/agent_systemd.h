/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_SYSTEMD_H
#define MU_DAEMON_AGENT_SYSTEMD_H

/* Agent systemd: how is a unit started, stopped and looked at?
 *
 * Over the bus, without a blocking call: start and stop are jobs of systemd
 * whose end it announces, monitor reads the unit's state. A unit of the
 * cluster gets a drop-in so that systemd neither restarts it by itself nor
 * stops it before us when the machine goes down.
 *
 * Knows nothing of turns and deadlines: exec.c has them. A bus that goes away
 * is connected to again; operations that it took along are tried again until
 * their owner gives them up. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/limits.h"
#include "core/effect.h"
#include "core/event.h"
#include "daemon/loop.h"

struct mu_agent_systemd;
struct mu_agent_systemd_op;

struct mu_agent_systemd_result {
    enum mu_op_end end; /* EXITED, NOT_INSTALLED or ERROR. */
    int32_t rc;         /* As an OCF agent would say it. */
    const char *reason; /* Null: none. */
};

/* 'result' is borrowed for the call; the operation is gone after it. */
typedef void
mu_agent_systemd_function(void *user,
                          const struct mu_agent_systemd_result *result);

struct mu_agent_systemd_config {
    struct mu_loop *loop;
    const char *bus_address;    /* Empty: the system bus. */
    const char *drop_in_folder; /* /run/systemd/system */
};

/* Returns a new object; it connects when it is first needed. Null when memory
 * is short. 'config' and its strings live as long as it does. */
struct mu_agent_systemd *
mu_agent_systemd_new(const struct mu_agent_systemd_config *config);

/* Begins an operation on 'unit'; answered once by 'function', never from
 * inside this call, unless it is cancelled before. 'op_name' is borrowed. */
struct mu_agent_systemd_op *
mu_agent_systemd_start(struct mu_agent_systemd *systemd, const char *unit,
                       const char *op_name, mu_agent_systemd_function *function,
                       void *user);

/* Forgets an operation that was not answered: a job of systemd is cancelled
 * too, as far as systemd can be reached. */
void mu_agent_systemd_cancel(struct mu_agent_systemd_op *op);

/* All operations must be over or cancelled. */
void mu_agent_systemd_free(struct mu_agent_systemd *systemd);

#endif /* MU_DAEMON_AGENT_SYSTEMD_H */
