/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ends by itself. The values are in sets of their own, "cli-..." as the
 * crm shell names what it makes for a time, with a score that makes them win
 * and a date rule: at their end they are without effect, whoever removes them
 * and when. */

#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "crm/edit_private.h"

/* A set and the one value in it. */
struct timed_set {
    struct mu_element *object;
    const char *tag;
    const char *id;
    const char *name;
    const char *value;
};

static int set_choose(struct mu_edit *edit, const struct mu_edit_timed *timed,
                      struct timed_set *set);
static int choose_for_resource(struct mu_edit *edit,
                               const struct mu_edit_timed *timed,
                               struct timed_set *set);
static void set_write(struct mu_edit *edit, const struct timed_set *set,
                      const char *until);
static void property_free(struct mu_edit *edit, struct mu_element *section);

int
mu_edit_timed(struct mu_doc *cib, const struct mu_edit_timed *timed,
              struct mu_report *report)
{
    struct timed_set set = {0};
    struct mu_edit edit;
    struct mu_element *old;
    int r = mu_edit_begin(&edit, cib, report);

    if (r == 0) {
        r = set_choose(&edit, timed, &set);
    }
    if (r == 0 && timed->until && !mu_doc_can_hold(timed->until)) {
        r = mu_report_error(report, MU_REPORT_REASON_VALUE, NULL,
                            "the end is no date");
    }
    if (r == 0 && set.object) {
        old = mu_element_find_with(set.object, set.tag, "id", set.id);
        if (old) {
            mu_workspace_drop(&edit.workspace, old);
        }
        if (timed->until) {
            set_write(&edit, &set, timed->until);
        }
    }
    return mu_edit_end(&edit, r);
}

static int
set_choose(struct mu_edit *edit, const struct mu_edit_timed *timed,
           struct timed_set *set)
{
    int r = 0;

    mu_assert(!timed->resource || !timed->node);
    if (timed->resource) {
        return choose_for_resource(edit, timed, set);
    }
    if (timed->node) {
        bool is_standby = timed->kind == MU_EDIT_TIMED_STANDBY;

        mu_assert(timed->kind != MU_EDIT_TIMED_RESTART);
        set->object = mu_edit_node_get(edit, timed->node, &r);
        set->tag = "instance_attributes";
        set->id = mu_text_make(&edit->arena, "cli-%s-on-%s",
                               is_standby ? "standby" : "maintenance",
                               timed->node);
        set->name = is_standby ? "standby" : "maintenance";
        set->value = is_standby ? "on" : "true";
        return r;
    }
    mu_assert(timed->kind == MU_EDIT_TIMED_MAINTENANCE);
    set->object = mu_workspace_section_get(&edit->workspace, "crm_config");
    set->tag = "cluster_property_set";
    set->id = "cli-maintenance";
    set->name = "maintenance-mode";
    set->value = "true";
    if (timed->until) {
        property_free(edit, set->object);
    }
    return 0;
}

static int
choose_for_resource(struct mu_edit *edit, const struct mu_edit_timed *timed,
                    struct timed_set *set)
{
    struct mu_element *resource =
        mu_workspace_resource(&edit->workspace, timed->resource);
    bool is_restart = timed->kind == MU_EDIT_TIMED_RESTART;

    mu_assert(timed->kind != MU_EDIT_TIMED_STANDBY);
    if (!resource && !timed->until) {
        return 0;
    }
    if (!resource) {
        return mu_workspace_missing(&edit->workspace, NULL, "resource",
                                    timed->resource);
    }
    set->object = mu_edit_topmost(resource);
    set->tag = "meta_attributes";
    set->id = mu_text_make(&edit->arena, "cli-%s-%s",
                           is_restart ? "restart" : "maintenance",
                           mu_element_get(set->object, "id"));
    set->name = is_restart ? "target-role" : "maintenance";
    set->value = is_restart ? "Stopped" : "true";
    return 0;
}

static void
set_write(struct mu_edit *edit, const struct timed_set *set, const char *until)
{
    struct mu_arena *arena = &edit->arena;
    struct mu_element *element = mu_edit_set_add(edit, set->object, set->tag);
    struct mu_element *rule;
    struct mu_element *date;
    struct mu_element *pair;

    mu_workspace_claim_new(&edit->workspace, element, set->id);
    mu_element_set(arena, element, "score", "INFINITY");
    rule = mu_element_add(arena, element, "rule");
    mu_workspace_claim_new(&edit->workspace, rule,
                           mu_text_make(arena, "%s-rule", set->id));
    mu_element_set(arena, rule, "score", "INFINITY");
    mu_element_set(arena, rule, "boolean-op", "and");
    date = mu_element_add(arena, rule, "date_expression");
    mu_workspace_claim_new(&edit->workspace, date,
                           mu_text_make(arena, "%s-lifetime", set->id));
    mu_element_set(arena, date, "operation", "lt");
    mu_element_set(arena, date, "end", until);
    pair = mu_element_add(arena, element, "nvpair");
    mu_workspace_claim_new(
        &edit->workspace, pair,
        mu_text_make(arena, "%s-%s", set->id, set->name));
    mu_element_set(arena, pair, "name", set->name);
    mu_element_set(arena, pair, "value", set->value);
}

/* The set cib-bootstrap-options comes before all others, so what it says about
 * the maintenance mode would win. */
static void
property_free(struct mu_edit *edit, struct mu_element *section)
{
    struct mu_element *set = mu_element_find_with(
        section, "cluster_property_set", "id", "cib-bootstrap-options");
    struct mu_element *pair =
        set ? mu_element_find_with(set, "nvpair", "name", "maintenance-mode")
            : NULL;

    if (pair) {
        mu_report_info(edit->workspace.report, "maintenance-mode",
                       "maintenance-mode=%s is removed: it would have no end",
                       mu_element_get(pair, "value"));
        mu_workspace_drop(&edit->workspace, pair);
    }
}
