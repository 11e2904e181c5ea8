/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/refs.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"

/* What a reference may lead to. */
enum target {
    TARGET_RESOURCE, /* A resource, template or tag. */
    TARGET_TEMPLATE,
    TARGET_OBJECT, /* Anything with an XML id. */
    TARGET_ROLE,
};

static const struct reference {
    const char *tag;
    const char *attribute;
    enum target target;
} references[] = {
    {"rsc_location", "rsc", TARGET_RESOURCE},
    {"rsc_colocation", "rsc", TARGET_RESOURCE},
    {"rsc_colocation", "with-rsc", TARGET_RESOURCE},
    {"rsc_order", "first", TARGET_RESOURCE},
    {"rsc_order", "then", TARGET_RESOURCE},
    {"rsc_ticket", "rsc", TARGET_RESOURCE},
    {"resource_ref", "id", TARGET_RESOURCE},
    {"primitive", "template", TARGET_TEMPLATE},
    {"obj_ref", "id", TARGET_OBJECT},
    {"acl_permission", "reference", TARGET_OBJECT},
    {"role", "id", TARGET_ROLE},
};

enum { REFERENCES_COUNT = sizeof(references) / sizeof(references[0]) };

static int reference_check(struct mu_workspace *workspace,
                           const struct mu_element *object,
                           const struct mu_element *element,
                           const struct reference *reference);
static int set_reference_check(struct mu_workspace *workspace,
                               struct mu_element *element);
static struct mu_element *descendant_find(struct mu_element *object,
                                          const char *tag);
static bool references_replace(struct mu_workspace *workspace,
                               struct mu_element *object, const char *from,
                               const char *to);
static void constraint_tidy(struct mu_workspace *workspace,
                            struct mu_element *constraint, const char *id);
static const char *object_forget(struct mu_workspace *workspace,
                                 struct mu_element *object, const char *id);
static bool references_forget(struct mu_element *object, const char *id);
static void constraint_simplify(struct mu_workspace *workspace,
                                struct mu_element *constraint);
static bool is_pair(const struct mu_element *const sets[2]);
static void pair_write(struct mu_workspace *workspace,
                       struct mu_element *constraint,
                       const struct mu_element *const references_two[2]);
static void devices_remove(struct mu_workspace *workspace, const char *id);
static void devices_rename(struct mu_workspace *workspace, const char *from,
                           const char *to);
static const char *devices_replace(struct mu_arena *arena, const char *devices,
                                   const char *from, const char *to);

int
mu_refs_check(struct mu_workspace *workspace, struct mu_element *object)
{
    int result = 0;

    for (struct mu_element *element = object; element;
         element = mu_element_walk(object, element)) {
        if (element != object && mu_kinds_of(element) != MU_KIND_NONE) {
            continue; /* A member is checked as an object of its own. */
        }
        for (size_t i = 0; i < REFERENCES_COUNT; i++) {
            if (mu_element_is(element, references[i].tag) &&
                reference_check(workspace, object, element, &references[i]) <
                    0) {
                result = -ENOENT;
            }
        }
        if (element->name && mu_element_get(element, "id-ref") &&
            set_reference_check(workspace, element) < 0) {
            result = -ENOENT;
        }
    }
    return result;
}

static int
reference_check(struct mu_workspace *workspace,
                const struct mu_element *object,
                const struct mu_element *element,
                const struct reference *reference)
{
    const char *id = mu_element_get(element, reference->attribute);
    const struct mu_word *word = mu_element_word(element, reference->attribute);
    const struct mu_element *target;
    enum mu_kind kind;
    const char *what = "object";
    bool is_good = false;

    if (!id) {
        return 0;
    }
    target = mu_workspace_find(workspace, id);
    kind = target ? mu_kinds_of(target) : MU_KIND_NONE;
    switch (reference->target) {
    case TARGET_RESOURCE:
        what = "resource";
        is_good = mu_kinds_is_resource(kind) || kind == MU_KIND_TAG ||
                  kind == MU_KIND_TEMPLATE;
        break;
    case TARGET_TEMPLATE:
        what = "resource template";
        is_good = kind == MU_KIND_TEMPLATE;
        break;
    case TARGET_ROLE:
        what = "role";
        is_good = kind == MU_KIND_ROLE;
        break;
    case TARGET_OBJECT:
        is_good = target != NULL;
        break;
    }
    if (is_good) {
        return 0;
    }
    if (!word) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_MISSING,
                               NULL,
                               "\"%.80s\" refers to %s \"%.80s\", which would "
                               "not be there",
                               mu_kinds_name_of(object), what, id);
    }
    return mu_workspace_missing(workspace, word, what, id);
}

static int
set_reference_check(struct mu_workspace *workspace, struct mu_element *element)
{
    const char *id = mu_element_get(element, "id-ref");
    const struct mu_word *word = mu_element_word(element, "id-ref");
    struct mu_element *target = mu_workspace_find(workspace, id);

    if (!target) {
        target = mu_workspace_object(workspace, id);
    }
    if (target && !mu_element_is(target, element->name)) {
        target = descendant_find(target, element->name);
    }
    if (!target || target == element) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_MISSING,
                               word, "\"%.80s\" is no %s and has none", id,
                               element->name);
    }
    if (!mu_element_get(target, "id")) {
        const char *prefix =
            target->parent ? mu_kinds_name_of(target->parent) : NULL;

        mu_workspace_claim_new(workspace, target,
                               mu_text_make(workspace->arena, "%s-%s",
                                            prefix ? prefix : id,
                                            target->name));
    }
    mu_element_set_by(workspace->arena, element, "id-ref",
                      mu_element_get(target, "id"), word);
    return 0;
}

/* Returns the first set called 'tag' that 'object' itself holds. */
static struct mu_element *
descendant_find(struct mu_element *object, const char *tag)
{
    for (struct mu_element *element = object; element;
         element = mu_element_walk(object, element)) {
        if (mu_element_is(element, tag) && !mu_element_get(element, "id-ref")) {
            return element;
        }
    }
    return NULL;
}

void
mu_refs_redirect(struct mu_workspace *workspace, const char *from,
                 const char *to)
{
    struct mu_element *section =
        mu_workspace_section_find(workspace, "constraints");
    struct mu_element *constraint = section ? section->first : NULL;

    while (constraint) {
        struct mu_element *next = constraint->next;
        const char *id =
            constraint->name ? mu_element_get(constraint, "id") : NULL;

        if (id && references_replace(workspace, constraint, from, to)) {
            mu_report_info(workspace->report, id,
                           "constraint \"%.80s\" now names \"%.80s\" instead "
                           "of \"%.80s\"",
                           id, to, from);
            constraint_tidy(workspace, constraint, to);
        }
        constraint = next;
    }
}

void
mu_refs_rename(struct mu_workspace *workspace, const char *from, const char *to)
{
    (void)references_replace(workspace, workspace->configuration, from, to);
    devices_rename(workspace, from, to);
}

static bool
references_replace(struct mu_workspace *workspace, struct mu_element *object,
                   const char *from, const char *to)
{
    bool is_changed = false;

    for (struct mu_element *element = object; element;
         element = mu_element_walk(object, element)) {
        for (size_t i = 0; i < REFERENCES_COUNT; i++) {
            const char *id;

            if (!mu_element_is(element, references[i].tag)) {
                continue;
            }
            id = mu_element_get(element, references[i].attribute);
            if (id && strcmp(id, from) == 0) {
                mu_element_set(workspace->arena, element,
                               references[i].attribute, to);
                is_changed = true;
            }
        }
    }
    return is_changed;
}

/* Removes what redirecting made senseless: a set that names 'id' twice, and a
 * constraint between 'id' and itself. */
static void
constraint_tidy(struct mu_workspace *workspace, struct mu_element *constraint,
                const char *id)
{
    static const char *const pairs[][2] = {{"rsc", "with-rsc"},
                                           {"first", "then"}};
    bool is_seen = false;
    bool is_changed = false;
    struct mu_element *element = constraint;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *left = mu_element_get(constraint, pairs[i][0]);
        const char *right = mu_element_get(constraint, pairs[i][1]);

        if (left && right && strcmp(left, id) == 0 && strcmp(right, id) == 0) {
            mu_report_info(workspace->report, mu_element_get(constraint, "id"),
                           "constraint \"%.80s\" is removed: \"%.80s\" cannot "
                           "depend on itself",
                           mu_element_get(constraint, "id"), id);
            mu_workspace_drop(workspace, constraint);
            return;
        }
    }
    while ((element = mu_element_walk(constraint, element))) {
        struct mu_element *set = element->parent;

        if (!mu_element_is(element, "resource_ref") ||
            strcmp(mu_element_get(element, "id"), id) != 0) {
            continue;
        }
        if (!is_seen) {
            is_seen = true;
            continue;
        }
        mu_element_detach(element);
        if (!set->first) {
            mu_workspace_drop(workspace, set);
        }
        element = constraint;
        is_seen = false;
        is_changed = true;
    }
    if (is_changed) {
        constraint_simplify(workspace, constraint);
    }
}

void
mu_refs_remove(struct mu_workspace *workspace, const char *id)
{
    /* A tag that becomes empty goes as well, and so on: no recursion, as tags
     * may hold tags. */
    MU_VEC(const char *) gone = {0};

    *mu_vec_add(workspace->arena, &gone) = id;
    for (size_t i = 0; i < gone.count; i++) {
        struct mu_element *object = mu_workspace_next(workspace, NULL);

        while (object) {
            struct mu_element *next = mu_workspace_next(workspace, object);
            const char *tag = object_forget(workspace, object, gone.items[i]);

            if (tag) {
                *mu_vec_add(workspace->arena, &gone) = tag;
            }
            object = next;
        }
        devices_remove(workspace, gone.items[i]);
    }
}

/* Returns the id of 'object' when it was a tag that is empty now, and gone. */
static const char *
object_forget(struct mu_workspace *workspace, struct mu_element *object,
              const char *id)
{
    enum mu_kind kind = mu_kinds_of(object);

    if (kind == MU_KIND_PRIMITIVE || kind == MU_KIND_NONE ||
        !references_forget(object, id)) {
        return NULL;
    }
    if (mu_kinds_is_constraint(kind)) {
        constraint_simplify(workspace, object);
    } else if (kind == MU_KIND_TAG && !mu_element_find(object, "obj_ref")) {
        const char *tag = mu_element_get(object, "id");

        mu_report_info(workspace->report, tag,
                       "tag \"%.80s\" is removed: it is empty", tag);
        mu_workspace_drop(workspace, object);
        return tag;
    }
    return NULL;
}

/* Removes the elements below 'object' that are references to 'id', or marks
 * simple constraints by removing the attribute. Returns whether there were
 * any. */
static bool
references_forget(struct mu_element *object, const char *id)
{
    bool is_changed = false;
    struct mu_element *element = object;

    while (element) {
        struct mu_element *next = mu_element_walk(object, element);

        for (size_t i = 0; i < REFERENCES_COUNT; i++) {
            const char *value;

            if (!mu_element_is(element, references[i].tag)) {
                continue;
            }
            value = mu_element_get(element, references[i].attribute);
            if (!value || strcmp(value, id) != 0) {
                continue;
            }
            is_changed = true;
            if (element == object) {
                mu_element_unset(element, references[i].attribute);
            } else {
                mu_element_detach(element);
                break;
            }
        }
        element = next;
    }
    return is_changed;
}

/* Makes a constraint that lost references smaller, simple, or removes it. */
static void
constraint_simplify(struct mu_workspace *workspace,
                    struct mu_element *constraint)
{
    const struct mu_element *members[2] = {NULL, NULL};
    const struct mu_element *sets[2] = {NULL, NULL};
    enum mu_kind kind = mu_kinds_of(constraint);
    size_t needed = kind == MU_KIND_COLOCATION || kind == MU_KIND_ORDER ? 2 : 1;
    size_t count = 0;
    struct mu_element *set = constraint->first;

    while (set) {
        struct mu_element *next = set->next;

        if (mu_element_is(set, "resource_set")) {
            for (struct mu_element *member = set->first; member;
                 member = member->next) {
                if (count < 2) {
                    members[count] = member;
                    sets[count] = set;
                }
                count++;
            }
            if (!set->first) {
                mu_workspace_drop(workspace, set);
            }
        }
        set = next;
    }
    if (count < needed) {
        const char *id = mu_element_get(constraint, "id");

        mu_report_info(workspace->report, id,
                       "constraint \"%.80s\" is removed with its resource", id);
        mu_workspace_drop(workspace, constraint);
        return;
    }
    if (count == 2 && needed == 2 && is_pair(sets)) {
        pair_write(workspace, constraint, members);
    }
}

/* Tells whether the simple form says the same as two references in 'sets'. */
static bool
is_pair(const struct mu_element *const sets[2])
{
    if (sets[0] == sets[1]) {
        const char *sequential = mu_element_get(sets[0], "sequential");

        /* Members of an unordered set do not depend on each other. */
        return !sequential || strcmp(sequential, "false") != 0;
    }
    return true;
}

static void
pair_write(struct mu_workspace *workspace, struct mu_element *constraint,
           const struct mu_element *const references_two[2])
{
    bool is_order = mu_element_is(constraint, "rsc_order");
    static const char *const names[2][4] = {
        {"rsc", "rsc-role", "with-rsc", "with-rsc-role"},
        {"first", "first-action", "then", "then-action"}};
    const struct mu_element *pair[2] = {references_two[0], references_two[1]};

    if (!is_order && pair[0]->parent == pair[1]->parent) {
        /* Inside a colocation set the later one follows the earlier, between
         * sets it is the other way round. */
        pair[0] = references_two[1];
        pair[1] = references_two[0];
    }
    for (size_t i = 0; i < 2; i++) {
        const char *value =
            mu_element_get(pair[i]->parent, is_order ? "action" : "role");

        mu_element_set(workspace->arena, constraint, names[is_order][i * 2],
                       mu_element_get(pair[i], "id"));
        if (value) {
            mu_element_set(workspace->arena, constraint,
                           names[is_order][i * 2 + 1], value);
        }
    }
    for (;;) {
        struct mu_element *set = mu_element_find(constraint, "resource_set");

        if (!set) {
            break;
        }
        mu_workspace_drop(workspace, set);
    }
}

void
mu_refs_remove_node(struct mu_workspace *workspace, struct mu_element *node)
{
    const char *uname = mu_kinds_name_of(node);
    struct mu_element *object;

    mu_workspace_drop(workspace, node);
    object = mu_workspace_next(workspace, NULL);
    while (object) {
        struct mu_element *next = mu_workspace_next(workspace, object);
        const char *id = mu_element_get(object, "id");
        const char *named = mu_element_get(object, "node");
        struct mu_element *level =
            mu_element_find_with(object, "fencing-level", "target", uname);

        if (mu_element_is(object, "rsc_location") && named &&
            strcmp(named, uname) == 0) {
            mu_report_info(workspace->report, id,
                           "constraint \"%.80s\" is removed with its node",
                           id ? id : "");
            mu_workspace_drop(workspace, object);
        } else if (level) {
            mu_workspace_drop(workspace, level);
            next = object; /* Its other levels. */
        }
        object = next;
    }
}

const struct mu_element *
mu_refs_holder(const struct mu_workspace *workspace,
               const struct mu_element *object)
{
    struct mu_element *element = workspace->configuration;

    while ((element = mu_element_walk(workspace->configuration, element))) {
        const char *id =
            element->name ? mu_element_get(element, "id-ref") : NULL;
        const struct mu_element *target =
            id ? mu_workspace_find(workspace, id) : NULL;
        const struct mu_element *holder = element;

        while (target && target != object) {
            target = target->parent;
        }
        if (!target) {
            continue;
        }
        while (holder && holder != object &&
               mu_kinds_of(holder) == MU_KIND_NONE) {
            holder = holder->parent;
        }
        if (holder && holder != object) {
            return holder;
        }
    }
    return NULL;
}

static void
devices_remove(struct mu_workspace *workspace, const char *id)
{
    struct mu_element *topology =
        mu_workspace_section_find(workspace, "fencing-topology");
    struct mu_element *level = topology ? topology->first : NULL;

    while (level) {
        struct mu_element *next = level->next;
        const char *devices =
            level->name ? mu_element_get(level, "devices") : NULL;

        if (devices) {
            devices = devices_replace(workspace->arena, devices, id, NULL);
            mu_element_set(workspace->arena, level, "devices", devices);
            if (!*devices) {
                mu_workspace_drop(workspace, level);
            }
        }
        level = next;
    }
}

static void
devices_rename(struct mu_workspace *workspace, const char *from, const char *to)
{
    struct mu_element *topology =
        mu_workspace_section_find(workspace, "fencing-topology");
    struct mu_element *level = topology ? topology->first : NULL;

    for (; level; level = level->next) {
        const char *devices =
            level->name ? mu_element_get(level, "devices") : NULL;

        if (devices) {
            mu_element_set(
                workspace->arena, level, "devices",
                devices_replace(workspace->arena, devices, from, to));
        }
    }
}

/* Replaces one name in a list with commas; a null 'to' removes it. */
static const char *
devices_replace(struct mu_arena *arena, const char *devices, const char *from,
                const char *to)
{
    struct mu_text_buffer list;

    mu_text_buffer_init(&list, arena);
    mu_text_buffer_append(&list, "", 0);
    while (*devices) {
        size_t length = strcspn(devices, ",");
        bool is_it =
            strlen(from) == length && strncmp(devices, from, length) == 0;

        if (length > 0 && (!is_it || to)) {
            mu_text_buffer_add(&list, "%s%.*s", list.length > 0 ? "," : "",
                               is_it ? (int)strlen(to) : (int)length,
                               is_it ? to : devices);
        }
        devices += length + (devices[length] == ',');
    }
    return list.data;
}
