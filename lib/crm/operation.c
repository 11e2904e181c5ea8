/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/operation.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "crm/edit_private.h"

static struct mu_element *primitive_get(struct mu_edit *edit, const char *id,
                                        bool takes_template, int *ret_result);
static struct mu_element *operations_get(struct mu_edit *edit,
                                         struct mu_element *primitive);
static struct mu_element *op_find(const struct mu_element *operations,
                                  const char *name);
static struct mu_element *
op_add(struct mu_edit *edit, struct mu_element *operations, const char *name);
static bool is_meant(const struct mu_element *op,
                     const struct mu_operation_trace *trace);
static size_t ops_trace(struct mu_edit *edit, struct mu_element *operations,
                        const struct mu_operation_trace *trace);
static void pair_set(struct mu_edit *edit, struct mu_element *op,
                     const char *name, const char *value);
static void pair_drop(struct mu_edit *edit, struct mu_element *op,
                      const char *name);

/* Those that run once when the cluster wants them. */
static const char *const once[] = {
    "start",  "stop",       "promote",      "demote",      "notify",
    "reload", "migrate_to", "migrate_from", "reload-agent"};

enum { ONCE_COUNT = sizeof(once) / sizeof(once[0]), TRACED_COUNT = 4 };

int
mu_operation_advise(struct mu_doc *cib, const char *id,
                    const struct mu_verify_agent *agent,
                    struct mu_report *report)
{
    struct mu_element *operations;
    struct mu_element *primitive;
    struct mu_edit edit;
    int r = mu_edit_begin(&edit, cib, report);

    if (r < 0) {
        return mu_edit_end(&edit, r);
    }
    primitive = primitive_get(&edit, id, true, &r);
    operations = primitive ? operations_get(&edit, primitive) : NULL;
    for (size_t i = 0; operations && i < agent->actions_count; i++) {
        const struct mu_verify_action *action = &agent->actions[i];
        struct mu_element *op = op_find(operations, action->name);

        for (size_t j = 0; !op && j < ONCE_COUNT; j++) {
            if (strcmp(once[j], action->name) == 0 && action->timeout) {
                op = op_add(&edit, operations, action->name);
            }
        }
        for (; op && action->timeout; op = op->next) {
            const char *name = op->name ? mu_element_get(op, "name") : NULL;

            if (name && strcmp(name, action->name) == 0) {
                mu_element_set(&edit.arena, op, "timeout", action->timeout);
            }
        }
    }
    if (operations) {
        r = mu_workspace_identify(&edit.workspace, primitive, NULL);
    }
    return mu_edit_end(&edit, r);
}

int
mu_operation_trace(struct mu_doc *cib, const struct mu_operation_trace *trace,
                   struct mu_report *report)
{
    struct mu_element *operations;
    struct mu_element *primitive;
    struct mu_edit edit;
    size_t count = 0;
    int r = mu_edit_begin(&edit, cib, report);

    if (r < 0) {
        return mu_edit_end(&edit, r);
    }
    primitive = primitive_get(&edit, trace->id, false, &r);
    operations = primitive ? operations_get(&edit, primitive) : NULL;
    for (size_t i = 0; operations && trace->is_on && i < TRACED_COUNT; i++) {
        if ((trace->name
                 ? strcmp(trace->name, once[i]) == 0
                 : i < 2 || mu_element_is(primitive->parent, "clone")) &&
            !op_find(operations, once[i])) {
            (void)op_add(&edit, operations, once[i]);
        }
    }
    if (operations) {
        count = ops_trace(&edit, operations, trace);
        r = mu_workspace_identify(&edit.workspace, primitive, NULL);
    }
    if (r == 0 && count == 0) {
        r = mu_report_error(report, MU_REPORT_REASON_MISSING, NULL,
                            "\"%.80s\" has no operation %.80s%s%s to trace",
                            trace->id, trace->name ? trace->name : "",
                            trace->interval ? " with interval " : "",
                            trace->interval ? trace->interval : "");
    }
    return mu_edit_end(&edit, r);
}

static struct mu_element *
primitive_get(struct mu_edit *edit, const char *id, bool takes_template,
              int *ret_result)
{
    struct mu_element *found = mu_workspace_find(&edit->workspace, id);

    if (mu_element_is(found, "primitive") ||
        (takes_template && mu_element_is(found, "template"))) {
        return found;
    }
    *ret_result = mu_workspace_missing(&edit->workspace, NULL, "primitive", id);
    return NULL;
}

static struct mu_element *
operations_get(struct mu_edit *edit, struct mu_element *primitive)
{
    struct mu_element *found = mu_element_find(primitive, "operations");

    return found ? found
                 : mu_element_add(&edit->arena, primitive, "operations");
}

static struct mu_element *
op_find(const struct mu_element *operations, const char *name)
{
    return mu_element_find_with(operations, "op", "name", name);
}

static struct mu_element *
op_add(struct mu_edit *edit, struct mu_element *operations, const char *name)
{
    struct mu_element *op = mu_element_add(&edit->arena, operations, "op");

    mu_element_set(&edit->arena, op, "name", name);
    mu_element_set(&edit->arena, op, "interval", "0");
    return op;
}

static bool
is_meant(const struct mu_element *op, const struct mu_operation_trace *trace)
{
    const char *name = mu_element_get(op, "name");
    const char *interval = mu_element_get(op, "interval");
    int64_t wanted_ms;
    int64_t found_ms;

    if (!name || (trace->name && strcmp(name, trace->name) != 0)) {
        return false;
    }
    return !trace->interval ||
           (mu_text_parse_duration(trace->interval, &wanted_ms) == 0 &&
            mu_text_parse_duration(interval ? interval : "0", &found_ms) == 0 &&
            wanted_ms == found_ms);
}

/* Returns how many operations are meant. */
static size_t
ops_trace(struct mu_edit *edit, struct mu_element *operations,
          const struct mu_operation_trace *trace)
{
    size_t count = 0;

    for (struct mu_element *op = operations->first; op; op = op->next) {
        if (!mu_element_is(op, "op") || !is_meant(op, trace)) {
            continue;
        }
        count++;
        pair_drop(edit, op, "trace_ra");
        pair_drop(edit, op, "trace_dir");
        if (trace->is_on) {
            pair_set(edit, op, "trace_ra", "1");
        }
        if (trace->is_on && trace->folder) {
            pair_set(edit, op, "trace_dir", trace->folder);
        }
    }
    return count;
}

static void
pair_set(struct mu_edit *edit, struct mu_element *op, const char *name,
         const char *value)
{
    struct mu_element *set = mu_element_find(op, "instance_attributes");
    struct mu_element *pair;

    if (!set) {
        set = mu_element_add(&edit->arena, op, "instance_attributes");
    }
    pair = mu_element_add(&edit->arena, set, "nvpair");
    mu_element_set(&edit->arena, pair, "name", name);
    mu_element_set(&edit->arena, pair, "value", value);
}

/* An attribute set that is empty then goes, too. */
static void
pair_drop(struct mu_edit *edit, struct mu_element *op, const char *name)
{
    struct mu_element *set = mu_element_find(op, "instance_attributes");
    struct mu_element *pair =
        set ? mu_element_find_with(set, "nvpair", "name", name) : NULL;

    if (pair) {
        mu_workspace_drop(&edit->workspace, pair);
        if (!set->first) {
            mu_workspace_drop(&edit->workspace, set);
        }
    }
}
