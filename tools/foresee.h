/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_FORESEE_H
#define MU_TOOLS_FORESEE_H

/* Foresee: what would become of a resource?
 *
 * Plans for a <cib> with status that a command is about to make, and answers
 * what the command must know before it commits. It asks nobody. */

#include "doc/doc.h"
#include "sched/plan.h"
#include "tools/tool.h"

struct mu_foresee {
    struct mu_arena *arena; /* Where sentences are made. */
    const struct mu_snapshot *snapshot;
    const struct mu_plan *plan; /* With reasons. */
};

/* Plans for 'cib' as it is now. Returns an exit code. */
MU_NODISCARD int mu_foresee_make(struct mu_tool *tool,
                                 const struct mu_doc *cib,
                                 struct mu_foresee *ret_foresee);

/* The same as it will be at 'when_ms' of the wall clock, if nothing happens
 * until then. */
MU_NODISCARD int mu_foresee_make_at(struct mu_tool *tool,
                                    const struct mu_doc *cib, int64_t when_ms,
                                    struct mu_foresee *ret_foresee);

/* Returns the node where the resource 'id' is active before or after the plan
 * (the first one), or null. */
const char *mu_foresee_place(const struct mu_foresee *foresee, const char *id,
                             bool is_after);

/* Tells whether the resource 'id' is active on 'node', and, unless it is a
 * clone, nowhere else. */
bool mu_foresee_is_at(const struct mu_foresee *foresee, const char *id,
                      const char *node, bool is_after);

/* Returns a sentence on why 'node' is nothing for the resource 'id', or
 * null. */
const char *mu_foresee_reason(const struct mu_foresee *foresee, const char *id,
                              const char *node);

/* Looks further: when the plan was carried out and moves of 'id' were cleared
 * from 'cib', would it leave 'node'? '*ret_back' is where it would go (null: it
 * stays), '*ret_why' a sentence or null. Returns an exit code. */
MU_NODISCARD int mu_foresee_return(struct mu_tool *tool,
                                   const struct mu_doc *cib,
                                   const struct mu_foresee *foresee,
                                   const char *id, const char *node,
                                   const char **ret_back,
                                   const char **ret_why);

#endif /* MU_TOOLS_FORESEE_H */
