/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_FENCE_H
#define MU_DAEMON_AGENT_FENCE_H

/* Agent fence: how is a fence agent asked to do something?
 *
 * Agents of the fence-agents project run unmodified: parameters come on their
 * standard input, one "name=value" a line. What a stonith resource means by
 * start, stop and monitor is translated here: started is a device that has
 * answered a monitor since the daemon began. */

#include "daemon/agent.h"

/* What an operation of a stonith resource comes down to. */
enum mu_agent_fence_kind {
    MU_AGENT_FENCE_RUN,   /* Run the agent. */
    MU_AGENT_FENCE_START, /* Run its monitor; success registers the device. */
    MU_AGENT_FENCE_STOP,  /* Nothing to run; unregisters the device. */
    MU_AGENT_FENCE_PROBE, /* Nothing to run: is the device registered? */
};

enum mu_agent_fence_kind
mu_agent_fence_kind(const struct mu_effect_exec *effect);

/* Builds the command on the context's arena. 0, or negative errno with a
 * sentence when the agent cannot be run: -ENOENT, -EACCES, -EINVAL. */
MU_NODISCARD int mu_agent_fence_command(const struct mu_agent_context *context,
                                        struct mu_agent_command *ret_command,
                                        struct mu_errbuf *err);

/* Returns how often the agent may be run for one operation, as the device's
 * pcmk_<action>_retries says, at least once. */
int32_t mu_agent_fence_tries(const struct mu_effect_exec *effect);

/* Returns the result of an operation for the agent's exit code: power states
 * are told apart by it, everything else is good or failed. */
int32_t mu_agent_fence_rc(const struct mu_effect_exec *effect, int32_t rc);

/* Tells whether the operation switches a node, as opposed to asking. */
bool mu_agent_fence_is_power(const struct mu_effect_exec *effect);

#endif /* MU_DAEMON_AGENT_FENCE_H */
