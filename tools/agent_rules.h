/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_AGENT_RULES_H
#define MU_TOOLS_AGENT_RULES_H

/* Agent rules: what does an agent's meta-data demand of its configuration?
 *
 * Each agent of this machine is asked once and its answer kept. */

#include "base/arena.h"
#include "crm/verify.h"

struct mu_agent_rules {
    struct mu_arena *arena;                /* Where the answers live. */
    struct mu_agent_rules_answer *answers; /* Newest first. */
};

/* For mu_verify_options.agent: 'context' is a struct mu_agent_rules. Null for
 * an agent that is not here or has no meta-data that can be read. */
const struct mu_verify_agent *mu_agent_rules_find(void *context,
                                                  const char *class_name,
                                                  const char *provider,
                                                  const char *type);

#endif /* MU_TOOLS_AGENT_RULES_H */
