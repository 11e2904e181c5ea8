/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_PREVIEW_H
#define MU_TOOLS_PREVIEW_H

/* Preview: what would a change do? The difference of two configurations as
 * objects of the crm language, and the actions that the cluster would take. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/span.h"
#include "base/text.h"
#include "sched/plan.h"
#include "tools/tool.h"

/* Shows what lies between two <cib>s, and with 'has_status' the plan for the
 * second. Returns an exit code. */
MU_NODISCARD int mu_preview_show(struct mu_tool *tool, struct mu_span before,
                                 struct mu_span after, bool has_status);

/* Appends the difference of the objects of two <cib>s to 'text', "- " and
 * "+ " in front of lines. Returns an exit code. */
MU_NODISCARD int mu_preview_diff(struct mu_tool *tool, struct mu_span before,
                                 struct mu_span after,
                                 struct mu_text_buffer *text);

/* The same as JSON: an array of objects with what they were and are. '*ret_json'
 * is a new reference. Returns an exit code. */
MU_NODISCARD int mu_preview_diff_json(struct mu_tool *tool,
                                      struct mu_span before,
                                      struct mu_span after, json_t **ret_json);

/* Tells whether people care for 'action' in a plan: points of order and, unless
 * with --full, monitors and what is forgotten are not for them. */
bool mu_preview_is_of_interest(const struct mu_tool *tool,
                               const struct mu_action *action);

/* Appends the actions of 'plan' that people care about, in an order in which
 * they can happen. */
void mu_preview_plan(const struct mu_tool *tool,
                     const struct mu_snapshot *snapshot,
                     const struct mu_plan *plan, struct mu_text_buffer *text);

/* The same as JSON, with what it means for the services; a new reference. */
json_t *mu_preview_plan_json(struct mu_arena *arena,
                             const struct mu_snapshot *snapshot,
                             const struct mu_plan *plan);

#endif /* MU_TOOLS_PREVIEW_H */
