/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_OCF_H
#define MU_DAEMON_AGENT_OCF_H

/* Agent OCF: how is an operation of an OCF or LSB agent run, and what does its
 * exit code mean?
 *
 * Agents written for Pacemaker run unmodified: the environment is the one they
 * know. See muster-agents(7). */

#include "daemon/agent.h"

/* Builds the command on the context's arena. 0, or negative errno with a
 * sentence when the agent cannot be run: -ENOENT, -EACCES, -EINVAL. */
MU_NODISCARD int mu_agent_ocf_command(const struct mu_agent_context *context,
                                      struct mu_agent_command *ret_command,
                                      struct mu_errbuf *err);

/* The same for a script of /etc/init.d. */
MU_NODISCARD int mu_agent_lsb_command(const struct mu_agent_context *context,
                                      struct mu_agent_command *ret_command,
                                      struct mu_errbuf *err);

/* Returns the OCF exit code for the exit code of an LSB script. */
int32_t mu_agent_lsb_rc(const char *op_name, int32_t rc);

#endif /* MU_DAEMON_AGENT_OCF_H */
