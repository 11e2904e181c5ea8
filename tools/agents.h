/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_AGENTS_H
#define MU_TOOLS_AGENTS_H

/* Agents: which agents does this machine have, and what do they say about
 * themselves? Looks at folders and runs an agent's meta-data; nothing else. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"

struct mu_agents_list {
    const char **names; /* Sorted. */
    size_t count;
};

/* An agent's full name taken apart. */
struct mu_agents_name {
    const char *class_name; /* ocf, stonith, systemd, lsb, service. */
    const char *provider;   /* OCF only, else null. */
    const char *type;
};

/* Returns the OCF providers of this machine. */
struct mu_agents_list mu_agents_providers(struct mu_arena *arena);

/* Returns the agents of a class; for OCF of one provider or, with null, of
 * all. */
struct mu_agents_list mu_agents_types(struct mu_arena *arena,
                                      const char *class_name,
                                      const char *provider);

/* Returns the OCF providers that have an agent called 'type'. */
struct mu_agents_list mu_agents_providers_of(struct mu_arena *arena,
                                             const char *type);

/* Takes "[class:[provider:]]type" apart and fills in what is left out as the
 * crm language does. False when it is no such name. */
bool mu_agents_parse(struct mu_arena *arena, const char *text,
                     struct mu_agents_name *ret_name);

/* Runs the agent's meta-data. '*ret_xml' is on 'arena'. 0 or a negative
 * errno with a sentence. */
MU_NODISCARD int mu_agents_metadata(struct mu_arena *arena,
                                    const struct mu_agents_name *name,
                                    char **ret_xml, size_t *ret_size,
                                    struct mu_errbuf *err);

/* For mu_crm_options.providers: 'context' is an arena. */
size_t mu_agents_find_providers(void *context, const char *type,
                                const char **names, size_t names_max);

#endif /* MU_TOOLS_AGENTS_H */
