/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_EXEC_H
#define MU_DAEMON_EXEC_H

/* Exec: how did the agent's operation end?
 *
 * Runs one child (or one systemd job) per operation, with a deadline, bounded
 * output and the end of its whole tree of processes when it must end. What
 * an agent does harms its own operation only. Operations of one resource run
 * one at a time in the order asked for; other resources never wait. One
 * exception: switching a node off does not wait for a look at the device; a
 * monitor, list or status that runs is ended and run again afterwards.
 *
 * Knows nothing of plans, policies and clusters. Each operation in flight is
 * written down in run_folder/ops, so that a successor of this process finds
 * those that still run: mu_exec_recover().
 *
 * Invariant: every started operation is reported exactly once, unless the
 * exec is freed first; never from inside mu_exec_start() or mu_exec_kill(). */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/errbuf.h"
#include "core/effect.h"
#include "core/event.h"
#include "daemon/loop.h"

struct mu_exec;

/* 'result' and what it points to are borrowed for the call. */
typedef void mu_exec_function(void *user,
                              const struct mu_event_op_result *result);

/* Something of 'resource' has changed that no operation of ours did. */
typedef void mu_exec_changed_function(void *user, const char *resource);

/* Where things are. Null members mean the places named here. */
struct mu_exec_config {
    struct mu_loop *loop;
    mu_exec_function *function;        /* Called with each result. */
    mu_exec_changed_function *changed; /* Null: do not tell. */
    void *user;
    const char *run_folder;     /* /run/muster; must exist. */
    const char *ocf_root;       /* /usr/lib/ocf */
    const char *lsb_folder;     /* /etc/init.d */
    const char *fence_folder;   /* /usr/sbin */
    const char *helpers_folder; /* /usr/libexec/muster/pcmk */
    const char *rsctmp_folder;  /* /run/resource-agents; made if missing. */
    const char *work_folder;    /* Agents' working directory: /var/lib/muster */
    const char *bus_address;    /* Of systemd: the system bus. */
    const char *drop_in_folder; /* /run/systemd/system */
    const char *node_name;      /* Ours, for agents; mu_exec_node_set(). */
    uint32_t node_id;
    bool is_debug;     /* Agents see HA_debug=1 (else 0). */
    bool has_watchdog; /* Agents see PCMK_watchdog=true. */
};

/* Returns a new executor in '*ret_exec'; 'config' and its strings are copied.
 * 0 or negative errno with a sentence. */
MU_NODISCARD int mu_exec_new(const struct mu_exec_config *config,
                             struct mu_exec **ret_exec, struct mu_errbuf *err);

/* Tells which node we are, once it is known: agents are told on_node and
 * on_node_uuid. Copied. */
void mu_exec_node_set(struct mu_exec *exec, const char *name, uint32_t node_id);

/* Returns where things are, with all defaults filled in. */
const struct mu_exec_config *mu_exec_get_config(const struct mu_exec *exec);

/* Finds operations of a predecessor that are still running. Each occupies its
 * resource's turn until it ends, or is killed at its deadline; nothing is
 * reported for it. Call once before the first mu_exec_start(). Returns how
 * many were found, or negative errno. */
int mu_exec_recover(struct mu_exec *exec);

/* Runs an operation; everything is copied. What cannot even be started is
 * reported like any other end. */
void mu_exec_start(struct mu_exec *exec, const struct mu_effect_exec *effect);

/* Ends a queued or running operation: it is reported as CANCELLED once its
 * processes are gone. Unknown ids are ignored. */
void mu_exec_kill(struct mu_exec *exec, uint64_t exec_id);

/* Says that this daemon is being stopped; operations go on as before. */
void mu_exec_stopping(struct mu_exec *exec);

/* Returns how many operations are queued or running, recovered ones too. */
uint32_t mu_exec_count(const struct mu_exec *exec);

/* Forgets everything. Running agents are left alone, with their records. */
void mu_exec_free(struct mu_exec *exec);

#endif /* MU_DAEMON_EXEC_H */
