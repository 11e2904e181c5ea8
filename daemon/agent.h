/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_H
#define MU_DAEMON_AGENT_H

/* Agent: what agents of all kinds that are programs have in common.
 *
 * Turns an operation into a command: which file, with which words, which
 * environment, what on standard input. Nothing is run here. */

#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"
#include "base/span.h"
#include "base/vec.h"
#include "core/effect.h"
#include "daemon/exec.h"

/* Marks every process of an operation in its environment, so that none is
 * lost: MUSTER_OPERATION_ID=<marker>. */
#define MU_AGENT_MARKER_NAME "MUSTER_OPERATION_ID"

/* What the configuration calls an agent. */
struct mu_agent_name {
    enum mu_agent_class agent_class;
    const char *provider; /* OCF only, else null. */
    const char *type;
};

/* What building a command needs. */
struct mu_agent_context {
    struct mu_arena *arena;              /* Owns the command. */
    const struct mu_exec_config *config; /* Complete: no null folders. */
    const struct mu_effect_exec *effect;
    const char *marker; /* Unique for this operation. */
};

struct mu_agent_command {
    char *path;           /* Of the program. */
    char **argv;          /* Ends with null. */
    char **envp;          /* Ends with null; sorted. */
    struct mu_span input; /* What it reads; empty: /dev/null. */
};

/* Variables in the making: the last value set for a name wins. */
struct mu_agent_env {
    struct mu_arena *arena;
    MU_VEC(char *) variables; /* "NAME=value" */
};

/* Starts with what every agent gets: our own environment without what is only
 * for us, PATH with the helper commands first, and the HA_ and PCMK_ pairs.
 * 'service' is the value of PCMK_service. */
void mu_agent_env_init(struct mu_agent_env *env,
                       const struct mu_agent_context *context,
                       const char *service);

/* Sets a variable. */
void mu_agent_env_put(struct mu_agent_env *env, const char *name,
                      const char *value);

/* Returns the variables, sorted, one per name, with a null at the end. */
char **mu_agent_env_finish(struct mu_agent_env *env);

/* Tells which program an agent is; '*ret_path' is on 'arena'. 0, -ENOTSUP for
 * classes that are no programs, -EINVAL for a name that may not become part of
 * a path, or negative errno when there is no such program; with a sentence. */
MU_NODISCARD int mu_agent_locate(struct mu_arena *arena,
                                 const struct mu_exec_config *config,
                                 const struct mu_agent_name *name,
                                 char **ret_path, struct mu_errbuf *err);

/* The same for the operation in 'context'. */
MU_NODISCARD int mu_agent_program(const struct mu_agent_context *context,
                                  char **ret_path, struct mu_errbuf *err);

/* Returns the value of a parameter, or null. */
const char *mu_agent_param(const struct mu_effect_exec *effect,
                           const char *name);

#endif /* MU_DAEMON_AGENT_H */
