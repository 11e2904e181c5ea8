/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_SYSTEMD_H
#define MU_DAEMON_AGENT_SYSTEMD_H

/* Agent systemd: how is a unit started, stopped and looked at?
 *
 * Over the bus, without a blocking call: start and stop are jobs of systemd
 * whose end it announces, monitor reads the unit's state. A unit of the
 * cluster gets a drop-in so that systemd neither restarts it by itself nor
 * stops it before us when the machine goes down. A unit that was seen active
 * is watched: when systemd says that it is not any more, whoever asked hears
 * of it at once, without any polling.
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
#include "daemon/exec.h"
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
    mu_exec_changed_function *changed; /* Null: do not tell. */
    void *user;                        /* Its first argument. */
    const char *bus_address;           /* Empty: the system bus. */
    const char *drop_in_folder;        /* /run/systemd/system */
};

/* Returns a new object; it connects when it is first needed. Null when memory
 * is short. 'config' and its strings live as long as it does. */
struct mu_agent_systemd *
mu_agent_systemd_new(const struct mu_agent_systemd_config *config);

/* What to do, and for whom. Texts are borrowed for the call that takes it. */
struct mu_agent_systemd_request {
    const char *unit;     /* Without a suffix: a service. */
    const char *op_name;  /* start, stop, monitor. */
    const char *resource; /* Who is told when the unit goes down. */
    mu_agent_systemd_function *function;
    void *user;
};

/* Begins an operation; answered once by its function, never from inside this
 * call, unless it is cancelled before. */
struct mu_agent_systemd_op *
mu_agent_systemd_start(struct mu_agent_systemd *systemd,
                       const struct mu_agent_systemd_request *request);

/* Forgets an operation that was not answered: a job of systemd is cancelled
 * too, as far as systemd can be reached. */
void mu_agent_systemd_cancel(struct mu_agent_systemd_op *op);

/* From now on our own unit is being stopped. The units of the cluster are
 * ordered before it, so that systemd would not stop them for us until we have
 * ended: their jobs are told not to wait. */
void mu_agent_systemd_stopping(struct mu_agent_systemd *systemd);

/* All operations must be over or cancelled. */
void mu_agent_systemd_free(struct mu_agent_systemd *systemd);

#endif /* MU_DAEMON_AGENT_SYSTEMD_H */
