/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/edit.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "base/vec.h"
#include "crm/edit_private.h"
#include "crm/refs.h"
#include "crm/values.h"

/* Where a new attribute goes: the ids of its set and of itself. */
struct place {
    const char *tag;    /* Of the set. */
    const char *set_id; /* The pair is SET-NAME. */
    bool is_any;        /* Any set of that tag will do. */
};

/* A meta attribute to set, and the one that would contradict it, or null. */
struct meta {
    const char *name;
    const char *value;
    const char *conflict;
};

static int meta_set(struct mu_doc *cib, const char *id, const struct meta *meta,
                    struct mu_report *report);
static int target_meta_set(struct mu_edit *edit, struct mu_element *resource,
                           const char *name, const char *value);
static void inner_remove(struct mu_edit *edit, struct mu_element *container,
                         const char *name);
static void pair_remove(struct mu_edit *edit, struct mu_element *object,
                        const char *name);
static struct mu_element *pair_find(const struct mu_element *object,
                                    const char *tag, const char *name);
static int value_change(struct mu_edit *edit, struct mu_element *object,
                        const struct place *place, const char *name,
                        const char *value);
static void value_add(struct mu_edit *edit, struct mu_element *object,
                      const struct place *place, const char *name,
                      const char *value);
static const char *set_tag(enum mu_edit_set set);
static int place_begin(struct mu_edit *edit, const struct mu_edit_place *place,
                       const char **ret_resource);
static struct mu_element *place_add(struct mu_edit *edit,
                                    const struct mu_edit_place *place,
                                    const char *resource, const char *id,
                                    const char *score);
static void place_limit(struct mu_edit *edit, struct mu_element *location,
                        const struct mu_edit_place *place,
                        const char *const ids[3], const char *score);
static void places_remove(struct mu_edit *edit, const char *resource,
                          const char *node, bool with_bans);
static bool is_place_of(const struct mu_element *location, const char *resource,
                        const char *node, bool with_bans);
static const char *place_node(const struct mu_element *location);

int
mu_edit_begin(struct mu_edit *edit, struct mu_doc *cib, struct mu_report *report)
{
    mu_assert(cib);
    mu_assert(report->arena);
    mu_arena_init(&edit->arena, SIZE_MAX);
    edit->cib = cib;
    return mu_workspace_open(&edit->workspace, &edit->arena, cib, report);
}

int
mu_edit_end(struct mu_edit *edit, int r)
{
    if (r == 0) {
        mu_workspace_save(&edit->workspace, edit->cib);
    }
    mu_arena_done(&edit->arena);
    return r;
}

int
mu_edit_target_role(struct mu_doc *cib, const char *id, const char *role,
                    struct mu_report *report)
{
    if (strcmp(role, "Promoted") == 0) {
        role = "Master";
    } else if (strcmp(role, "Unpromoted") == 0) {
        role = "Slave";
    }
    return meta_set(
        cib, id, &(struct meta){.name = "target-role", .value = role}, report);
}

int
mu_edit_managed(struct mu_doc *cib, const char *id, bool is_managed,
                struct mu_report *report)
{
    return meta_set(cib, id,
                    &(struct meta){.name = "is-managed",
                                   .value = is_managed ? "true" : "false",
                                   .conflict = "maintenance"},
                    report);
}

int
mu_edit_maintenance(struct mu_doc *cib, const char *id, bool is_on,
                    struct mu_report *report)
{
    return meta_set(cib, id,
                    &(struct meta){.name = "maintenance",
                                   .value = is_on ? "true" : "false",
                                   .conflict = "is-managed"},
                    report);
}

/* Sets a meta attribute of a resource, or of each resource of a tag. */
static int
meta_set(struct mu_doc *cib, const char *id, const struct meta *meta,
         struct mu_report *report)
{
    struct mu_edit edit;
    MU_VEC(struct mu_element *) targets = {0};
    struct mu_element *object;
    int r = mu_edit_begin(&edit, cib, report);

    if (r < 0) {
        return mu_edit_end(&edit, r);
    }
    object = mu_workspace_find(&edit.workspace, id);
    if (mu_element_is(object, "tag")) {
        for (struct mu_element *child = object->first; child;
             child = child->next) {
            const char *member =
                child->name ? mu_element_get(child, "id") : NULL;
            struct mu_element *resource =
                member ? mu_workspace_resource(&edit.workspace, member) : NULL;

            if (resource) {
                *mu_vec_add(&edit.arena, &targets) = resource;
            }
        }
    } else if (mu_workspace_resource(&edit.workspace, id)) {
        *mu_vec_add(&edit.arena, &targets) = object;
    }
    if (targets.count == 0) {
        r = mu_workspace_missing(&edit.workspace, NULL, "resource", id);
    }
    for (size_t i = 0; i < targets.count && r == 0; i++) {
        struct mu_element *target = mu_edit_topmost(targets.items[i]);

        if (meta->conflict &&
            pair_find(target, "meta_attributes", meta->conflict)) {
            mu_report_info(report, mu_element_get(target, "id"),
                           "%s of \"%.80s\" is removed: it would contradict",
                           meta->conflict, mu_element_get(target, "id"));
            pair_remove(&edit, target, meta->conflict);
        }
        r = target_meta_set(&edit, target, meta->name, meta->value);
    }
    return mu_edit_end(&edit, r);
}

static int
target_meta_set(struct mu_edit *edit, struct mu_element *resource,
                const char *name, const char *value)
{
    const struct place place = {
        .tag = "meta_attributes",
        .set_id = mu_text_make(&edit->arena, "%s-meta_attributes",
                               mu_element_get(resource, "id")),
        .is_any = true,
    };

    inner_remove(edit, resource, name);
    return value_change(edit, resource, &place, name, value);
}

struct mu_element *
mu_edit_topmost(struct mu_element *resource)
{
    while (mu_kinds_is_container(mu_kinds_of(resource->parent)) &&
           !mu_element_is(resource->parent, "group")) {
        resource = resource->parent;
    }
    return resource;
}

/* Removes the attribute 'name' from everything in 'container', where it would
 * win over the container's own. */
static void
inner_remove(struct mu_edit *edit, struct mu_element *container, const char *name)
{
    struct mu_element *element = container;

    while (element) {
        if (element != container &&
            mu_kinds_is_resource(mu_kinds_of(element)) &&
            pair_find(element, "meta_attributes", name)) {
            mu_report_info(edit->workspace.report,
                           mu_element_get(element, "id"),
                           "%s of \"%.80s\" is removed: that of \"%.80s\" "
                           "counts now",
                           name, mu_element_get(element, "id"),
                           mu_element_get(container, "id"));
            pair_remove(edit, element, name);
        }
        element = mu_element_walk(container, element);
    }
}

/* Removes a meta attribute, and its set with the last pair. */
static void
pair_remove(struct mu_edit *edit, struct mu_element *object, const char *name)
{
    struct mu_element *pair;

    while ((pair = pair_find(object, "meta_attributes", name))) {
        struct mu_element *set = pair->parent;

        mu_workspace_drop(&edit->workspace, pair);
        if (!set->first) {
            mu_workspace_drop(&edit->workspace, set);
        }
    }
}

/* Returns the pair 'name' in a set of 'object' that has no rule. */
static struct mu_element *
pair_find(const struct mu_element *object, const char *tag, const char *name)
{
    for (struct mu_element *set = object->first; set; set = set->next) {
        struct mu_element *pair;

        if (!mu_element_is(set, tag) || mu_element_find(set, "rule")) {
            continue;
        }
        pair = mu_element_find_with(set, "nvpair", "name", name);
        if (pair) {
            return pair;
        }
    }
    return NULL;
}

static int
value_change(struct mu_edit *edit, struct mu_element *object,
             const struct place *place, const char *name, const char *value)
{
    struct mu_element *pair = pair_find(object, place->tag, name);
    const char *object_name = mu_kinds_name_of(object);

    if (!*name || (value && !mu_doc_can_hold(value)) ||
        !mu_doc_can_hold(name)) {
        return mu_report_error(edit->workspace.report, MU_REPORT_REASON_VALUE,
                               NULL, "a name or value of %s is no text",
                               object->name);
    }
    if (value && strcmp(place->tag, "meta_attributes") == 0 &&
        mu_values_check_one(edit->workspace.report, MU_VALUES_RESOURCE, name,
                            value, NULL) < 0) {
        return -EBADMSG;
    }
    if (value && strcmp(place->tag, "cluster_property_set") == 0 &&
        mu_values_check_one(edit->workspace.report, MU_VALUES_CLUSTER, name,
                            value, NULL) < 0) {
        return -EBADMSG;
    }
    if (pair && value) {
        mu_element_set(&edit->arena, pair, "value", value);
    } else if (pair) {
        mu_workspace_drop(&edit->workspace, pair);
    } else if (value) {
        value_add(edit, object, place, name, value);
    } else {
        return mu_report_error(edit->workspace.report, MU_REPORT_REASON_MISSING,
                               NULL, "%s \"%.80s\" has no attribute \"%.80s\"",
                               object->name, object_name ? object_name : "",
                               name);
    }
    return 0;
}

static void
value_add(struct mu_edit *edit, struct mu_element *object,
          const struct place *place, const char *name, const char *value)
{
    struct mu_element *set = mu_element_find(object, place->tag);
    struct mu_element *pair;

    for (; set; set = set->next) {
        const char *id = set->name ? mu_element_get(set, "id") : NULL;

        if (mu_element_is(set, place->tag) && id &&
            !mu_element_find(set, "rule") &&
            (place->is_any || strcmp(id, place->set_id) == 0)) {
            break;
        }
    }
    if (!set) {
        set = mu_edit_set_add(edit, object, place->tag);
        mu_workspace_claim_new(&edit->workspace, set, place->set_id);
    }
    pair = mu_element_add(&edit->arena, set, "nvpair");
    mu_workspace_claim_new(
        &edit->workspace, pair,
        mu_workspace_usual_id(&edit->arena,
                              mu_text_make(&edit->arena, "%s-%s",
                                           mu_element_get(set, "id"), name)));
    mu_element_set(&edit->arena, pair, "name", name);
    mu_element_set(&edit->arena, pair, "value", value);
}

/* The attributes of a container stand in front of its members. */
struct mu_element *
mu_edit_set_add(struct mu_edit *edit, struct mu_element *object,
                const char *tag)
{
    struct mu_element *set = mu_element_new(&edit->arena, tag);
    struct mu_element *before = object->first;

    while (before && (!mu_kinds_is_container(mu_kinds_of(object)) ||
                      mu_kinds_of(before) == MU_KIND_NONE)) {
        before = before->next;
    }
    if (before) {
        mu_element_insert(before, set);
    } else {
        mu_element_append(object, set);
    }
    return set;
}

static const char *
set_tag(enum mu_edit_set set)
{
    switch (set) {
    case MU_EDIT_PARAMS:
        return "instance_attributes";
    case MU_EDIT_META:
        return "meta_attributes";
    case MU_EDIT_UTILIZATION:
        return "utilization";
    }
    mu_unreachable();
}

int
mu_edit_resource(struct mu_doc *cib, const char *id,
                 const struct mu_edit_value *value, struct mu_report *report)
{
    const char *tag = set_tag(value->set);
    struct mu_edit edit;
    struct mu_element *object;
    int r = mu_edit_begin(&edit, cib, report);

    if (r < 0) {
        return mu_edit_end(&edit, r);
    }
    object = mu_workspace_find(&edit.workspace, id);
    if (!object || (!mu_kinds_is_resource(mu_kinds_of(object)) &&
                    mu_kinds_of(object) != MU_KIND_TEMPLATE)) {
        r = mu_workspace_missing(&edit.workspace, NULL, "resource", id);
    } else {
        const struct place place = {
            .tag = tag,
            .set_id = mu_text_make(&edit.arena, "%s-%s", id, tag),
            .is_any = true,
        };

        r = value_change(&edit, object, &place, value->name, value->value);
    }
    return mu_edit_end(&edit, r);
}

int
mu_edit_node(struct mu_doc *cib, const char *uname,
             const struct mu_edit_value *value, struct mu_report *report)
{
    struct mu_edit edit;
    struct mu_element *node;
    int r = mu_edit_begin(&edit, cib, report);

    mu_assert(value->set != MU_EDIT_META);
    node = r == 0 ? mu_edit_node_get(&edit, uname, &r) : NULL;
    if (node) {
        bool is_utilization = value->set == MU_EDIT_UTILIZATION;
        /* As crm_attribute names them. */
        const struct place place = {
            .tag = set_tag(value->set),
            .set_id = mu_text_make(&edit.arena, "nodes-%s%s",
                                   mu_element_get(node, "id"),
                                   is_utilization ? "-utilization" : ""),
        };

        r = value_change(&edit, node, &place, value->name, value->value);
    }
    return mu_edit_end(&edit, r);
}

struct mu_element *
mu_edit_node_get(struct mu_edit *edit, const char *uname, int *ret_result)
{
    struct mu_element *node = mu_workspace_object(&edit->workspace, uname);

    if (!mu_element_is(node, "node") || !mu_element_get(node, "id")) {
        *ret_result =
            mu_workspace_missing(&edit->workspace, NULL, "node", uname);
        return NULL;
    }
    return node;
}

const char *
mu_edit_get(const struct mu_doc *cib, const char *name_of_object,
            enum mu_edit_set set, const char *name)
{
    const struct mu_doc_element *root = mu_doc_root(cib);
    const struct mu_doc_element *object = root;

    for (; object; object = mu_doc_walk(object, root)) {
        const char *own =
            mu_doc_get(object, mu_doc_is(object, "node") ? "uname" : "id");
        const struct mu_doc_element *child;

        if (!own || strcmp(own, name_of_object) != 0) {
            continue;
        }
        child = mu_doc_first_named(object, set_tag(set));
        for (; child; child = mu_doc_next_named(child, set_tag(set))) {
            const struct mu_doc_element *pair =
                mu_doc_first_named(child, "nvpair");

            for (; pair; pair = mu_doc_next_named(pair, "nvpair")) {
                const char *pair_name = mu_doc_get(pair, "name");

                if (pair_name && strcmp(pair_name, name) == 0) {
                    return mu_doc_get(pair, "value");
                }
            }
        }
    }
    return NULL;
}

int
mu_edit_node_standby(struct mu_doc *cib, const char *uname, bool is_on,
                     struct mu_report *report)
{
    struct mu_edit edit;
    struct mu_element *node;
    int r = mu_edit_begin(&edit, cib, report);

    node = r == 0 ? mu_edit_node_get(&edit, uname, &r) : NULL;
    if (node) {
        const char *id = mu_element_get(node, "id");
        bool is_number = !id[strspn(id, "0123456789")];
        const struct place place = {
            .tag = "instance_attributes",
            .set_id = mu_text_make(&edit.arena, "%s%s-instance_attributes",
                                   is_number ? "num-" : "", id),
            .is_any = true,
        };

        r = value_change(&edit, node, &place, "standby", is_on ? "on" : "off");
    }
    return mu_edit_end(&edit, r);
}

int
mu_edit_node_maintenance(struct mu_doc *cib, const char *uname, bool is_on,
                         struct mu_report *report)
{
    return mu_edit_node(cib, uname,
                        &(struct mu_edit_value){
                            .set = MU_EDIT_PARAMS,
                            .name = "maintenance",
                            .value = is_on ? "true" : "off",
                        },
                        report);
}

int
mu_edit_node_delete(struct mu_doc *cib, const char *uname,
                    struct mu_report *report)
{
    struct mu_edit edit;
    struct mu_element *node;
    int r = mu_edit_begin(&edit, cib, report);

    node = r == 0 ? mu_edit_node_get(&edit, uname, &r) : NULL;
    if (node) {
        mu_refs_remove_node(&edit.workspace, node);
    }
    return mu_edit_end(&edit, r);
}

int
mu_edit_move(struct mu_doc *cib, const struct mu_edit_place *place,
             struct mu_report *report)
{
    struct mu_edit edit;
    const char *resource;
    int r = mu_edit_begin(&edit, cib, report);

    if (r == 0) {
        r = place_begin(&edit, place, &resource);
    }
    if (r == 0) {
        struct mu_element *location;
        const char *const ids[3] = {
            mu_text_make(&edit.arena, "cli-prefer-%s-%s",
                         place->is_once ? "once" : "rule", resource),
            mu_text_make(&edit.arena, "cli-prefer-expr-%s", resource),
            mu_text_make(&edit.arena, "cli-prefer-lifetime-end-%s", resource),
        };

        places_remove(&edit, resource, NULL, false);
        places_remove(&edit, resource, place->node, true);
        location = place_add(
            &edit, place, resource,
            mu_text_make(&edit.arena, "cli-prefer-%s", resource), "INFINITY");
        place_limit(&edit, location, place, ids, "INFINITY");
    }
    return mu_edit_end(&edit, r);
}

int
mu_edit_ban(struct mu_doc *cib, const struct mu_edit_place *place,
            struct mu_report *report)
{
    struct mu_edit edit;
    const char *resource;
    int r = mu_edit_begin(&edit, cib, report);

    if (r == 0) {
        r = place_begin(&edit, place, &resource);
    }
    if (r == 0) {
        const char *id = mu_text_make(&edit.arena, "cli-ban-%s-on-%s", resource,
                                      place->node);
        const char *const ids[3] = {
            mu_text_make(&edit.arena, "%s-rule", id),
            mu_text_make(&edit.arena, "%s-expr", id),
            mu_text_make(&edit.arena, "%s-lifetime", id),
        };
        struct mu_element *location;

        /* An older ban or preference of this node would contradict. */
        places_remove(&edit, resource, place->node, true);
        location = place_add(&edit, place, resource, id, "-INFINITY");
        place_limit(&edit, location, place, ids, "-INFINITY");
    }
    return mu_edit_end(&edit, r);
}

int
mu_edit_clear(struct mu_doc *cib, const char *resource, const char *node,
              struct mu_report *report)
{
    struct mu_edit edit;
    struct mu_element *object;
    int r = mu_edit_begin(&edit, cib, report);

    object = r == 0 ? mu_workspace_resource(&edit.workspace, resource) : NULL;
    if (r == 0 && !object) {
        r = mu_workspace_missing(&edit.workspace, NULL, "resource", resource);
    }
    if (r == 0) {
        places_remove(&edit, mu_element_get(mu_edit_topmost(object), "id"), node, true);
        places_remove(&edit, resource, node, true);
    }
    return mu_edit_end(&edit, r);
}

/* Checks resource and node, and finds what the constraint is to name. */
static int
place_begin(struct mu_edit *edit, const struct mu_edit_place *place,
            const char **ret_resource)
{
    struct mu_element *resource =
        mu_workspace_resource(&edit->workspace, place->resource);
    int r = 0;

    if (!resource) {
        return mu_workspace_missing(&edit->workspace, NULL, "resource",
                                    place->resource);
    }
    if (!mu_edit_node_get(edit, place->node, &r)) {
        return r;
    }
    if (place->until && !mu_doc_can_hold(place->until)) {
        return mu_report_error(edit->workspace.report, MU_REPORT_REASON_VALUE,
                               NULL, "the end of a move or ban is no date");
    }
    *ret_resource = mu_element_get(mu_edit_topmost(resource), "id");
    return 0;
}

static struct mu_element *
place_add(struct mu_edit *edit, const struct mu_edit_place *place,
          const char *resource, const char *id, const char *score)
{
    struct mu_element *location = mu_element_add(
        &edit->arena, mu_workspace_section_get(&edit->workspace, "constraints"),
        "rsc_location");

    mu_workspace_claim_new(&edit->workspace, location, id);
    mu_element_set(&edit->arena, location, "rsc", resource);
    mu_element_set(&edit->arena, location, "role",
                   !place->is_promoted            ? "Started"
                   : edit->workspace.has_promoted ? "Promoted"
                                                  : "Master");
    if (!place->until) {
        mu_element_set(&edit->arena, location, "node", place->node);
        mu_element_set(&edit->arena, location, "score", score);
    }
    return location;
}

/* Adds the rule that ends by itself; 'ids' are those of rule, expression and
 * date. */
static void
place_limit(struct mu_edit *edit, struct mu_element *location,
            const struct mu_edit_place *place, const char *const ids[3],
            const char *score)
{
    struct mu_arena *arena = &edit->arena;
    struct mu_element *rule;
    struct mu_element *expression;
    struct mu_element *date;

    if (!place->until) {
        return;
    }
    rule = mu_element_add(arena, location, "rule");
    mu_workspace_claim_new(&edit->workspace, rule, ids[0]);
    mu_element_set(arena, rule, "score", score);
    mu_element_set(arena, rule, "boolean-op", "and");
    expression = mu_element_add(arena, rule, "expression");
    mu_workspace_claim_new(&edit->workspace, expression, ids[1]);
    mu_element_set(arena, expression, "attribute", "#uname");
    mu_element_set(arena, expression, "operation", "eq");
    mu_element_set(arena, expression, "value", place->node);
    mu_element_set(arena, expression, "type", "string");
    date = mu_element_add(arena, rule, "date_expression");
    mu_workspace_claim_new(&edit->workspace, date, ids[2]);
    mu_element_set(arena, date, "operation", "lt");
    mu_element_set(arena, date, "end", place->until);
}

/* Removes preferences of 'resource', and bans if 'with_bans'; for one node
 * when 'node' is not null. */
static void
places_remove(struct mu_edit *edit, const char *resource, const char *node,
              bool with_bans)
{
    struct mu_element *constraints =
        mu_workspace_section_find(&edit->workspace, "constraints");
    struct mu_element *location = constraints ? constraints->first : NULL;

    while (location) {
        struct mu_element *next = location->next;

        if (is_place_of(location, resource, node, with_bans)) {
            mu_workspace_drop(&edit->workspace, location);
        }
        location = next;
    }
}

static bool
is_place_of(const struct mu_element *location, const char *resource,
            const char *node, bool with_bans)
{
    const char *id;
    const char *rsc;
    const char *named;

    if (!mu_element_is(location, "rsc_location")) {
        return false;
    }
    id = mu_element_get(location, "id");
    rsc = mu_element_get(location, "rsc");
    if (!id || !rsc || strcmp(rsc, resource) != 0) {
        return false;
    }
    if (strncmp(id, "cli-prefer-", 11) != 0 &&
        !(with_bans && strncmp(id, "cli-ban-", 8) == 0)) {
        return false;
    }
    named = place_node(location);
    return !node || (named && strcmp(named, node) == 0);
}

/* Returns the node that a preference or ban names, itself or in its rule. */
static const char *
place_node(const struct mu_element *location)
{
    const char *node = mu_element_get(location, "node");
    const struct mu_element *rule = mu_element_find(location, "rule");
    const struct mu_element *expression =
        rule ? mu_element_find_with(rule, "expression", "attribute", "#uname")
             : NULL;

    if (node) {
        return node;
    }
    return expression ? mu_element_get(expression, "value") : NULL;
}

int
mu_edit_property(struct mu_doc *cib, const char *name, const char *value,
                 struct mu_report *report)
{
    const struct place place = {.tag = "cluster_property_set",
                                .set_id = "cib-bootstrap-options"};
    struct mu_edit edit;
    int r = mu_edit_begin(&edit, cib, report);

    if (r == 0) {
        r = value_change(
            &edit, mu_workspace_section_get(&edit.workspace, "crm_config"),
            &place, name, value);
    }
    return mu_edit_end(&edit, r);
}
