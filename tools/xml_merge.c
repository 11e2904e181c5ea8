/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/xml_merge.h"

#include <string.h>

static const char *const sections[] = {
    "crm_config",       "nodes",        "resources", "constraints",
    "fencing-topology", "acls",         "tags",      "alerts",
    "op_defaults",      "rsc_defaults", NULL,
};

static bool is_section(const char *name);
static struct mu_doc_element *get_section(struct mu_doc_element *configuration,
                                          struct mu_doc *doc, const char *name);
static void replace_section(struct mu_doc *doc,
                            struct mu_doc_element *configuration,
                            const struct mu_doc_element *source);
static void update_section(struct mu_doc *doc,
                           struct mu_doc_element *configuration,
                           const struct mu_doc_element *source);
static void update_set(struct mu_doc *doc, struct mu_doc_element *old,
                       const struct mu_doc_element *source);
static const struct mu_doc_element *
find_by_name(const struct mu_doc_element *set, const char *name);

int
mu_xml_merge(struct mu_cib_edit *edit, const char *thing, const char *text,
             size_t size, const char *mode)
{
    struct mu_tool *tool = edit->tool;
    bool is_update = strcmp(mode, "update") == 0;
    const struct mu_doc_element *root = mu_doc_root(edit->doc);
    const struct mu_doc_element *source;
    struct mu_doc_element *target;
    struct mu_errbuf err = {0};
    struct mu_doc *given;
    int code = MU_TOOL_OK;

    if (mu_doc_parse((struct mu_span){(const unsigned char *)text, size},
                     &given, &err)) {
        return mu_tool_fail_errbuf(tool, thing, &err);
    }
    target =
        mu_doc_edit(edit->doc, mu_doc_is(root, "configuration")
                                   ? root
                                   : mu_doc_first_named(root, "configuration"));
    if (!target) {
        target = mu_doc_add(mu_doc_edit(edit->doc, root), "configuration");
    }
    source = mu_doc_root(given);
    if (mu_doc_is(source, "cib")) {
        source = mu_doc_first_named(source, "configuration");
    }
    if (source && mu_doc_is(source, "configuration")) {
        /* Judged as it stands, so that errors have the lines of this text. */
        if (!is_update) {
            code = mu_cib_edit_validate(tool, thing, given);
        }
        for (unsigned i = 0; !is_update && !code && sections[i]; i++) {
            const struct mu_doc_element *old =
                mu_doc_first_named(target, sections[i]);

            if (old && !mu_doc_first_named(source, sections[i]) &&
                strcmp(sections[i], "nodes") != 0) {
                mu_doc_remove(mu_doc_edit(edit->doc, old));
            }
        }
        for (source = mu_doc_first(source); source && !code;
             source = mu_doc_next(source)) {
            if (is_update) {
                update_section(edit->doc, target, source);
            } else {
                replace_section(edit->doc, target, source);
            }
        }
    } else if (source && is_section(mu_doc_name(source))) {
        if (is_update) {
            update_section(edit->doc, target, source);
        } else {
            replace_section(edit->doc, target, source);
        }
    } else {
        code = mu_tool_fail(
            tool,
            "%s: line %u: <%s> is no <cib>, no <configuration> and none of "
            "its sections; nothing has changed",
            thing, mu_doc_line(mu_doc_root(given)),
            mu_doc_name(mu_doc_root(given)));
    }
    mu_doc_free(given);
    return code;
}

static bool
is_section(const char *name)
{
    for (unsigned i = 0; sections[i]; i++) {
        if (strcmp(sections[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static struct mu_doc_element *
get_section(struct mu_doc_element *configuration, struct mu_doc *doc,
            const char *name)
{
    struct mu_doc_element *found =
        mu_doc_edit(doc, mu_doc_first_named(configuration, name));

    return found ? found : mu_doc_add(configuration, name);
}

static void
replace_section(struct mu_doc *doc, struct mu_doc_element *configuration,
                const struct mu_doc_element *source)
{
    struct mu_doc_element *old;

    /* A text without nodes says nothing about nodes. */
    if (mu_doc_is(source, "nodes") && !mu_doc_first(source)) {
        return;
    }
    old = mu_doc_edit(doc,
                      mu_doc_first_named(configuration, mu_doc_name(source)));
    if (old) {
        mu_doc_insert_before(old, mu_doc_make_copy(doc, source));
        mu_doc_remove(old);
    } else {
        mu_doc_append(configuration, mu_doc_make_copy(doc, source));
    }
}

static void
update_section(struct mu_doc *doc, struct mu_doc_element *configuration,
               const struct mu_doc_element *source)
{
    struct mu_doc_element *section =
        get_section(configuration, doc, mu_doc_name(source));
    const struct mu_doc_element *one;

    for (one = mu_doc_first(source); one; one = mu_doc_next(one)) {
        const char *id = mu_doc_get(one, "id");
        struct mu_doc_element *old =
            id ? mu_doc_edit(doc, mu_doc_find(section, id)) : NULL;

        if (!old) {
            mu_doc_append(section, mu_doc_make_copy(doc, one));
        } else if (mu_doc_is(one, "cluster_property_set") ||
                   mu_doc_is(one, "meta_attributes")) {
            update_set(doc, old, one);
        } else {
            mu_doc_insert_before(old, mu_doc_make_copy(doc, one));
            mu_doc_remove(old);
        }
    }
}

/* Options merge pair by pair. */
static void
update_set(struct mu_doc *doc, struct mu_doc_element *old,
           const struct mu_doc_element *source)
{
    const struct mu_doc_element *one;

    for (one = mu_doc_first(source); one; one = mu_doc_next(one)) {
        const char *name = mu_doc_get(one, "name");
        const char *value = mu_doc_get(one, "value");
        struct mu_doc_element *there =
            name ? mu_doc_edit(doc, find_by_name(old, name)) : NULL;

        if (there && value) {
            mu_doc_set(there, "value", value);
        } else if (!there) {
            mu_doc_append(old, mu_doc_make_copy(doc, one));
        }
    }
}

static const struct mu_doc_element *
find_by_name(const struct mu_doc_element *set, const char *name)
{
    const struct mu_doc_element *one = mu_doc_first_named(set, "nvpair");

    for (; one; one = mu_doc_next_named(one, "nvpair")) {
        const char *its = mu_doc_get(one, "name");

        if (its && strcmp(its, name) == 0) {
            return one;
        }
    }
    return NULL;
}
