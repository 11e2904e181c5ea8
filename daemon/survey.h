/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_SURVEY_H
#define MU_DAEMON_SURVEY_H

/* Survey: how does this node find itself?
 *
 * Looks at what a report on the whole cluster needs and only this machine can
 * tell: clock, versions, agents, disk space, addresses, links, units that
 * systemd would start by itself. It judges nothing, and asks only what is on
 * this machine and answers at once: no name service, no other host. */

#include <stdint.h>

#include "daemon/exec.h"
#include "model/config.h"

struct mu_survey_context {
    const struct mu_config *config;    /* Null before the node has one. */
    const struct mu_exec_config *exec; /* Where agents are. */
    const char *state_folder;
    uint32_t node_id; /* Ours. */
    int64_t wall_ms;
};

/* Returns the facts as JSON text on the heap, or null without memory. Its
 * shape is in muster(8), CHECK. */
char *mu_survey_make(const struct mu_survey_context *context);

#endif /* MU_DAEMON_SURVEY_H */
