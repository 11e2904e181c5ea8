/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_VERIFY_H
#define MU_CRM_VERIFY_H

/* Verify: what is wrong, or probably not meant, in a configuration that can be
 * read?
 *
 * Errors are what cannot work: an agent that lacks a parameter it needs, a
 * value that is none. Warnings are what works differently than one would
 * think. What it knows of agents is what the caller tells it. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "crm/report.h"
#include "doc/doc.h"

struct mu_verify_parameter {
    const char *name;
    bool is_required;
    bool is_unique; /* No two resources of the agent may share a value. */
};

struct mu_verify_action {
    const char *name;
    const char *timeout; /* Advised at least; null when it says nothing. */
};

struct mu_verify_agent {
    const struct mu_verify_parameter *parameters;
    size_t parameters_count;
    const struct mu_verify_action *actions;
    size_t actions_count;
};

/* Returns what is known of an agent, or null when it is not installed here.
 * 'provider' may be null. */
typedef const struct mu_verify_agent *mu_verify_agent_fn(void *context,
                                                         const char *class,
                                                         const char *provider,
                                                         const char *type);

struct mu_verify_options {
    mu_verify_agent_fn *agent; /* Null: agents are not checked. */
    void *context;             /* Handed to 'agent'. */
    const char *const *names;  /* Objects to look at; null: all. */
    size_t names_count;
    bool may_lack_agents; /* One that is not here is a warning only. */
};

/* Reports all findings about 'cib'. 0, or -EBADMSG when one is an error. */
MU_NODISCARD int mu_verify_config(const struct mu_doc *cib,
                                  const struct mu_verify_options *options,
                                  struct mu_report *report);

#endif /* MU_CRM_VERIFY_H */
