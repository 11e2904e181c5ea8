/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_AGENT_CACHE_H
#define MU_TOOLS_AGENT_CACHE_H

/* Agent cache: what agents said about themselves, so that they need not be run
 * again for each command.
 *
 * It lies below the person's home folder (XDG_CACHE_HOME, ~/.cache), is used
 * only where that folder is the person's own, and an answer is good as long as
 * the agent's file has not changed since. It is never an error that there is
 * none. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

/* Returns 0 and what the agent at 'path' said, on 'arena'; -ENOENT when it must
 * be asked. */
MU_NODISCARD int mu_agent_cache_get(struct mu_arena *arena, const char *path,
                                    char **ret_text, size_t *ret_size);

/* Keeps what the agent at 'path' said. */
void mu_agent_cache_put(struct mu_arena *arena, const char *path,
                        const char *text, size_t size);

#endif /* MU_TOOLS_AGENT_CACHE_H */
