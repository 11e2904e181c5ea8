/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/workspace.h"

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"

enum {
    PROPOSALS_COUNT_MAX = 512,
    SCHEMA_PROMOTED_MINOR = 7, /* pacemaker-3.7 knows the new role names. */
};

static const struct mu_doc_element *
configuration_find(const struct mu_doc *cib);
static bool schema_has_promoted(const char *schema);
static bool has_xml_id(const struct mu_element *element);

int
mu_workspace_open(struct mu_workspace *workspace, struct mu_arena *arena,
                  const struct mu_doc *cib, struct mu_report *report)
{
    const struct mu_doc_element *configuration = configuration_find(cib);

    if (!configuration) {
        mu_report_error(report, MU_REPORT_REASON_VALUE, NULL,
                        "the document is no <cib> with a <configuration>");
        return -EBADMSG;
    }
    *workspace = (struct mu_workspace){
        .arena = arena,
        .report = report,
        .configuration = mu_workspace_import(arena, configuration),
        .has_promoted =
            schema_has_promoted(mu_doc_get(mu_doc_root(cib), "validate-with")),
    };
    mu_index_init(&workspace->index, arena);
    mu_workspace_enter(workspace, workspace->configuration);
    return 0;
}

void
mu_workspace_save(const struct mu_workspace *workspace, struct mu_doc *cib)
{
    const struct mu_doc_element *old = configuration_find(cib);
    struct mu_doc_element *new_one =
        mu_workspace_export(cib, workspace->configuration);

    mu_assert(old);
    if (old == mu_doc_root(cib)) {
        mu_doc_set_root(cib, new_one);
        return;
    }
    mu_doc_insert_before(mu_doc_edit(cib, old), new_one);
    mu_doc_remove(mu_doc_edit(cib, old));
}

struct mu_element *
mu_workspace_import(struct mu_arena *arena, const struct mu_doc_element *source)
{
    struct mu_element *element =
        mu_element_new(arena, mu_arena_strdup(arena, mu_doc_name(source)));
    unsigned count = mu_doc_attributes_count(source);

    for (unsigned i = 0; i < count; i++) {
        mu_element_set(
            arena, element,
            mu_arena_strdup(arena, mu_doc_attribute_name(source, i)),
            mu_arena_strdup(arena, mu_doc_attribute_value(source, i)));
    }
    /* The depth is bounded by MU_DOCUMENT_DEPTH_MAX. */
    for (const struct mu_doc_element *child = mu_doc_first_node(source); child;
         child = mu_doc_next_node(child)) {
        switch (mu_doc_kind(child)) {
        case MU_DOC_ELEMENT:
            mu_element_append(element, mu_workspace_import(arena, child));
            break;
        case MU_DOC_COMMENT:
            mu_element_append(
                element,
                mu_element_new_comment(
                    arena, mu_arena_strdup(arena, mu_doc_text(child))));
            break;
        case MU_DOC_TEXT:
            break; /* The configuration has none. */
        }
    }
    return element;
}

struct mu_doc_element *
mu_workspace_export(struct mu_doc *doc, const struct mu_element *element)
{
    struct mu_doc_element *copy;
    const char *id;

    if (element->text) {
        return mu_doc_make_comment(doc, element->text);
    }
    copy = mu_doc_make(doc, element->name);
    id = mu_element_get(element, "id");
    if (id) {
        mu_doc_set(copy, "id", id);
    }
    for (size_t i = 0; i < element->attributes_count; i++) {
        mu_doc_set(copy, element->attributes[i].name,
                   element->attributes[i].value);
    }
    /* As deep as what was imported, or as a statement, which is less. */
    for (const struct mu_element *child = element->first; child;
         child = child->next) {
        mu_doc_append(copy, mu_workspace_export(doc, child));
    }
    return copy;
}

struct mu_element *
mu_workspace_section_get(struct mu_workspace *workspace, const char *name)
{
    static const char *const order[] = {
        "crm_config",   "nodes",      "resources",        "constraints",
        "tags",         "acls",       "fencing-topology", "alerts",
        "rsc_defaults", "op_defaults"};
    struct mu_element *section = mu_workspace_section_find(workspace, name);
    size_t place = 0;

    if (section) {
        return section;
    }
    section = mu_element_new(workspace->arena, name);
    while (place < sizeof(order) / sizeof(order[0]) &&
           strcmp(order[place], name) != 0) {
        place++;
    }
    while (++place < sizeof(order) / sizeof(order[0])) {
        struct mu_element *later =
            mu_workspace_section_find(workspace, order[place]);

        if (later) {
            mu_element_insert(later, section);
            return section;
        }
    }
    mu_element_append(workspace->configuration, section);
    return section;
}

struct mu_element *
mu_workspace_section_find(const struct mu_workspace *workspace,
                          const char *name)
{
    return mu_element_find(workspace->configuration, name);
}

struct mu_element *
mu_workspace_find(const struct mu_workspace *workspace, const char *id)
{
    uint32_t position = mu_index_find(&workspace->index, id);

    return position == MU_INDEX_NONE ? NULL : workspace->owners.items[position];
}

struct mu_element *
mu_workspace_object(const struct mu_workspace *workspace, const char *name)
{
    struct mu_element *element = mu_workspace_find(workspace, name);
    static const char *const sections[] = {"nodes", "acls"};

    if (element && mu_kinds_of(element) != MU_KIND_NONE) {
        return element;
    }
    if (mu_kinds_by_keyword(name) == MU_KIND_FENCING) {
        return mu_workspace_section_find(workspace, "fencing-topology");
    }
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        struct mu_element *section =
            mu_workspace_section_find(workspace, sections[i]);

        for (element = section ? section->first : NULL; element;
             element = element->next) {
            const char *own = element->name ? mu_kinds_name_of(element) : NULL;

            if (own && strcmp(own, name) == 0 && !has_xml_id(element)) {
                return element;
            }
        }
    }
    return NULL;
}

struct mu_element *
mu_workspace_resource(const struct mu_workspace *workspace, const char *id)
{
    struct mu_element *element = mu_workspace_find(workspace, id);

    return element && mu_kinds_is_resource(mu_kinds_of(element)) ? element
                                                                 : NULL;
}

struct mu_element *
mu_workspace_next(const struct mu_workspace *workspace,
                  struct mu_element *object)
{
    struct mu_element *element = object ? object : workspace->configuration;

    do {
        element = mu_element_walk(workspace->configuration, element);
    } while (element && mu_kinds_of(element) == MU_KIND_NONE);
    return element;
}

void
mu_workspace_enter(struct mu_workspace *workspace, struct mu_element *element)
{
    struct mu_element *each = element;

    for (; each; each = mu_element_walk(element, each)) {
        const char *id = has_xml_id(each) ? mu_element_get(each, "id") : NULL;

        if (id) {
            (void)mu_workspace_claim(workspace, each, id);
        }
    }
}

void
mu_workspace_leave(struct mu_workspace *workspace, struct mu_element *element)
{
    struct mu_element *each = element;

    for (; each; each = mu_element_walk(element, each)) {
        const char *id = has_xml_id(each) ? mu_element_get(each, "id") : NULL;
        uint32_t position =
            id ? mu_index_find(&workspace->index, id) : MU_INDEX_NONE;

        if (position != MU_INDEX_NONE &&
            workspace->owners.items[position] == each) {
            workspace->owners.items[position] = NULL;
        }
    }
}

bool
mu_workspace_claim(struct mu_workspace *workspace, struct mu_element *element,
                   const char *id)
{
    uint32_t position = mu_index_find(&workspace->index, id);
    struct mu_element **owner;

    if (position == MU_INDEX_NONE) {
        position = (uint32_t)workspace->owners.count;
        owner = mu_vec_add(workspace->arena, &workspace->owners);
        mu_index_add(&workspace->index, id, position);
    } else {
        owner = &workspace->owners.items[position];
        if (*owner && *owner != element) {
            return false;
        }
    }
    *owner = element;
    if (mu_element_get(element, "id") != id) {
        mu_element_set_by(workspace->arena, element, "id", id,
                          mu_element_word(element, "id"));
    }
    return true;
}

void
mu_workspace_release(struct mu_workspace *workspace, const char *id)
{
    uint32_t position = mu_index_find(&workspace->index, id);

    if (position != MU_INDEX_NONE) {
        workspace->owners.items[position] = NULL;
    }
}

void
mu_workspace_claim_new(struct mu_workspace *workspace,
                       struct mu_element *element, const char *base)
{
    const char *id = base;

    for (unsigned i = 0; !mu_workspace_claim(workspace, element, id); i++) {
        id = mu_text_make(workspace->arena, "%s-%u", base, i);
    }
}

void
mu_workspace_drop(struct mu_workspace *workspace, struct mu_element *object)
{
    mu_workspace_leave(workspace, object);
    mu_element_detach(object);
}

size_t
mu_workspace_names(const struct mu_workspace *workspace, const char **names,
                   size_t names_max)
{
    size_t count = 0;
    struct mu_element *object = mu_workspace_next(workspace, NULL);

    for (; object && count < names_max;
         object = mu_workspace_next(workspace, object)) {
        const char *name = mu_kinds_name_of(object);

        if (name) {
            names[count++] = name;
        }
    }
    return count;
}

int
mu_workspace_missing(struct mu_workspace *workspace, const struct mu_word *word,
                     const char *what, const char *name)
{
    const char **names =
        mu_arena_new(workspace->arena, const char *, PROPOSALS_COUNT_MAX);
    size_t count = mu_workspace_names(workspace, names, PROPOSALS_COUNT_MAX);
    int r = mu_report_error(workspace->report, MU_REPORT_REASON_MISSING, word,
                            "there is no %s \"%.80s\"", what, name);

    mu_report_suggest(workspace->report, name, names, count);
    return r;
}

static const struct mu_doc_element *
configuration_find(const struct mu_doc *cib)
{
    const struct mu_doc_element *root = mu_doc_root(cib);

    if (mu_doc_is(root, "configuration")) {
        return root;
    }
    return mu_doc_is(root, "cib") ? mu_doc_first_named(root, "configuration")
                                  : NULL;
}

/* An absent or unknown schema is taken for a new one. */
static bool
schema_has_promoted(const char *schema)
{
    static const char prefix[] = "pacemaker-";
    int64_t major;
    int64_t minor;
    const char *dot;
    char digits[8];

    if (!schema || strncmp(schema, prefix, sizeof(prefix) - 1) != 0) {
        return true;
    }
    schema += sizeof(prefix) - 1;
    dot = strchr(schema, '.');
    if (!dot || dot == schema || (size_t)(dot - schema) >= sizeof(digits)) {
        return true;
    }
    (void)mu_text_format(digits, sizeof(digits), "%.*s", (int)(dot - schema),
                         schema);
    if (mu_text_parse_int64(digits, &major) < 0 ||
        mu_text_parse_int64(dot + 1, &minor) < 0) {
        return true;
    }
    return major > 3 || (major == 3 && minor >= SCHEMA_PROMOTED_MINOR);
}

/* References carry an attribute of the same name that is no id of theirs. */
static bool
has_xml_id(const struct mu_element *element)
{
    static const char *const others[] = {"node",   "resource_ref", "obj_ref",
                                         "role",   "acl_target",   "acl_group",
                                         "#member"};

    if (!element->name) {
        return false;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (strcmp(element->name, others[i]) == 0) {
            return false;
        }
    }
    return true;
}
