/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/apply.h"

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "crm/grammar.h"
#include "crm/refs.h"

static int name_check(struct mu_apply *apply, enum mu_kind kind,
                      const struct mu_element *object,
                      const struct mu_word *word, struct mu_element **ret_old);
static int object_put(struct mu_apply *apply, enum mu_kind kind,
                      struct mu_element *object, struct mu_element *old);
static int members_take(struct mu_apply *apply, struct mu_element *container,
                        const struct mu_element *old);
static int member_check(struct mu_apply *apply,
                        const struct mu_element *container,
                        const struct mu_element *member,
                        const struct mu_element *old,
                        const struct mu_word *word);
static int options_apply(struct mu_apply *apply, enum mu_kind kind,
                         struct mu_element *object);
static struct mu_element *options_find(struct mu_workspace *workspace,
                                       struct mu_element *section,
                                       const struct mu_element *object,
                                       const char *id);
static void set_merge(struct mu_workspace *workspace, struct mu_element *set,
                      struct mu_element *from, bool is_exact);
static bool merge_drops(const struct mu_element *child,
                        const struct mu_element *from, bool is_exact);
static int node_apply(struct mu_apply *apply, struct mu_element *object);
static void node_merge(struct mu_workspace *workspace, struct mu_element *node,
                       struct mu_element *from);
static struct mu_element *node_find(const struct mu_workspace *workspace,
                                    const char *attribute, const char *value);
static int xml_members_free(struct mu_apply *apply, struct mu_element *object);

int
mu_apply_object(struct mu_apply *apply, enum mu_kind kind,
                struct mu_element *object, const struct mu_word *word)
{
    struct mu_element *old = NULL;
    int r;

    if (mu_kinds_is_options(kind)) {
        return options_apply(apply, kind, object);
    }
    if (kind == MU_KIND_NODE) {
        return node_apply(apply, object);
    }
    if (kind == MU_KIND_FENCING) {
        old = mu_workspace_section_find(apply->workspace, "fencing-topology");
    } else {
        r = name_check(apply, kind, object, word, &old);
        if (r < 0) {
            return r;
        }
    }
    return object_put(apply, kind, object, old);
}

/* Finds the object that 'object' replaces, and refuses a name that is taken. */
static int
name_check(struct mu_apply *apply, enum mu_kind kind,
           const struct mu_element *object, const struct mu_word *word,
           struct mu_element **ret_old)
{
    const char *id = mu_element_get(object, "id");
    bool is_acl = kind == MU_KIND_TARGET || kind == MU_KIND_ACL_GROUP;
    struct mu_element *acls =
        mu_workspace_section_find(apply->workspace, "acls");
    struct mu_element *old;
    const char *what;

    /* Users and groups of the system have names of their own. */
    if (!is_acl) {
        old = mu_workspace_find(apply->workspace, id);
    } else {
        old = acls ? mu_element_find_with(acls, mu_kinds_info(kind)->tag, "id",
                                          id)
                   : NULL;
    }
    if (!old) {
        return 0;
    }
    if (!apply->is_typed && mu_kinds_of(old) == kind) {
        *ret_old = old;
        return 0;
    }
    what = mu_kinds_of(old) == MU_KIND_NONE
               ? "part of another object"
               : mu_kinds_info(mu_kinds_of(old))->keyword;
    return mu_report_error(apply->workspace->report, MU_REPORT_REASON_NAME,
                           word,
                           "the id \"%.80s\" is taken: there is a %s of "
                           "that name",
                           id, what);
}

/* Puts 'object' into its section, or into the place of 'old'. */
static int
object_put(struct mu_apply *apply, enum mu_kind kind, struct mu_element *object,
           struct mu_element *old)
{
    struct mu_workspace *workspace = apply->workspace;
    const char *id = mu_element_get(object, "id");
    bool has_id = kind != MU_KIND_FENCING && kind != MU_KIND_TARGET &&
                  kind != MU_KIND_ACL_GROUP;
    int r;

    if (old) {
        r = members_take(apply, object, old);
        if (r < 0) {
            return r;
        }
        mu_apply_free_members(workspace, old);
        mu_workspace_leave(workspace, old);
        mu_element_insert(old, object);
        mu_element_detach(old);
    } else {
        if (kind == MU_KIND_FENCING) {
            struct mu_element *section =
                mu_workspace_section_get(workspace, "fencing-topology");

            mu_element_insert(section, object);
            mu_element_detach(section);
        } else {
            mu_element_append(mu_workspace_section_get(
                                  workspace, mu_kinds_info(kind)->section),
                              object);
        }
        r = members_take(apply, object, NULL);
        if (r < 0) {
            return r;
        }
    }
    if (has_id && !mu_workspace_claim(workspace, object, id)) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_NAME,
                               mu_element_word(object, "id"),
                               "the id \"%.80s\" is taken already", id);
    }
    return mu_workspace_identify(workspace, object, old);
}

/* Replaces the place holders in 'container' by the objects they name. */
static int
members_take(struct mu_apply *apply, struct mu_element *container,
             const struct mu_element *old)
{
    struct mu_workspace *workspace = apply->workspace;
    struct mu_element *holder;

    while ((holder = mu_element_find(container, MU_GRAMMAR_MEMBER))) {
        const struct mu_word *word = mu_element_word(holder, "id");
        const char *id = mu_element_get(holder, "id");
        struct mu_element *member = mu_workspace_resource(workspace, id);
        int r;

        if (!member) {
            return mu_workspace_missing(workspace, word, "resource", id);
        }
        r = member_check(apply, container, member, old, word);
        if (r < 0) {
            return r;
        }
        mu_element_insert(holder, member);
        mu_element_detach(holder);
        /* A container that is there already may have been named beside its
         * new member on purpose. */
        if (!old) {
            mu_refs_redirect(workspace, id, mu_element_get(container, "id"));
        }
    }
    return 0;
}

static int
member_check(struct mu_apply *apply, const struct mu_element *container,
             const struct mu_element *member, const struct mu_element *old,
             const struct mu_word *word)
{
    struct mu_report *report = apply->workspace->report;
    const struct mu_element *parent = member->parent;
    const char *id = mu_element_get(member, "id");
    bool may_be_group =
        mu_element_is(container, "clone") || mu_element_is(container, "master");
    const struct mu_element *above = container;

    while (above && above != member) {
        above = above->parent;
    }
    if (above || (!mu_element_is(member, "primitive") &&
                  !(may_be_group && mu_element_is(member, "group")))) {
        return mu_report_error(report, MU_REPORT_REASON_VALUE, word,
                               "\"%.80s\" is a %s; a %s takes %s", id,
                               member->name, container->name,
                               may_be_group ? "a primitive or a group"
                                            : "primitives");
    }
    if (parent == old || mu_element_is(parent, "resources")) {
        return 0;
    }
    if (parent == container) {
        return mu_report_error(report, MU_REPORT_REASON_SYNTAX, word,
                               "\"%.80s\" is in it already", id);
    }
    if (apply->is_typed) {
        return mu_report_error(report, MU_REPORT_REASON_USED, word,
                               "\"%.80s\" is in %s \"%.80s\" already", id,
                               parent->name, mu_element_get(parent, "id"));
    }
    return 0;
}

void
mu_apply_free_members(struct mu_workspace *workspace,
                      struct mu_element *container)
{
    struct mu_element *child = container->first;

    if (!mu_kinds_is_container(mu_kinds_of(container))) {
        return;
    }
    while (child) {
        struct mu_element *next = child->next;

        if (mu_kinds_of(child) != MU_KIND_NONE) {
            mu_element_append(mu_workspace_section_get(workspace, "resources"),
                              child);
        }
        child = next;
    }
}

int
mu_apply_check_containers(struct mu_workspace *workspace)
{
    struct mu_element *object = mu_workspace_next(workspace, NULL);
    int result = 0;

    for (; object; object = mu_workspace_next(workspace, object)) {
        enum mu_kind kind = mu_kinds_of(object);
        const struct mu_element *child = object->first;

        if (!mu_kinds_is_container(kind) || kind == MU_KIND_BUNDLE) {
            continue;
        }
        while (child && mu_kinds_of(child) == MU_KIND_NONE) {
            child = child->next;
        }
        if (!child) {
            result = mu_report_error(
                workspace->report, MU_REPORT_REASON_USED, NULL,
                "%s \"%.80s\" would be left without a member: delete it or "
                "give it another",
                mu_kinds_info(kind)->keyword, mu_element_get(object, "id"));
        }
    }
    return result;
}

/* Sets of options are merged pair by pair. */
static int
options_apply(struct mu_apply *apply, enum mu_kind kind,
              struct mu_element *object)
{
    struct mu_workspace *workspace = apply->workspace;
    struct mu_element *section =
        mu_workspace_section_get(workspace, mu_kinds_info(kind)->section);
    const char *id = mu_element_get(object, "id");
    const struct mu_word *word = mu_element_word(object, "id");
    struct mu_element *set;

    if (mu_element_get(object, "id-ref")) {
        mu_element_append(section, object);
        return 0;
    }
    set = options_find(workspace, section, object,
                       id ? id : mu_apply_default_id(kind));
    if (set) {
        set_merge(workspace, set, object, apply->is_exact);
        return mu_workspace_identify(workspace, set, NULL);
    }
    id = id ? id : mu_apply_default_id(kind);
    mu_element_append(section, object);
    if (!mu_workspace_claim(workspace, object, id)) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_NAME, word,
                               "the id \"%.80s\" is taken already", id);
    }
    return mu_workspace_identify(workspace, object, NULL);
}

/* Returns the set with 'id'. When the text names none, an option that another
 * set without rules holds is changed there, where it has effect. */
static struct mu_element *
options_find(struct mu_workspace *workspace, struct mu_element *section,
             const struct mu_element *object, const char *id)
{
    struct mu_element *set = mu_workspace_find(workspace, id);
    const struct mu_element *pair = mu_element_find(object, "nvpair");
    const char *name = pair ? mu_element_get(pair, "name") : NULL;

    if (set && set->parent == section) {
        return set;
    }
    if (mu_element_get(object, "id") || !name || pair->next) {
        return NULL;
    }
    for (set = section->first; set; set = set->next) {
        if (set->name && !mu_element_find(set, "rule") &&
            mu_element_find_with(set, "nvpair", "name", name)) {
            return set;
        }
    }
    return NULL;
}

const char *
mu_apply_default_id(enum mu_kind kind)
{
    if (kind == MU_KIND_PROPERTY) {
        return "cib-bootstrap-options";
    }
    return kind == MU_KIND_RSC_DEFAULTS ? "rsc-options" : "op-options";
}

/* Takes pairs, rules, score and comments of 'from' into 'set'. An exact merge
 * drops the pairs and rules that 'from' lacks. */
static void
set_merge(struct mu_workspace *workspace, struct mu_element *set,
          struct mu_element *from, bool is_exact)
{
    const char *score = mu_element_get(from, "score");
    struct mu_element *child = set->first;

    if (score) {
        mu_element_set(workspace->arena, set, "score", score);
    }
    while (child) {
        struct mu_element *next = child->next;

        if (merge_drops(child, from, is_exact)) {
            mu_workspace_drop(workspace, child);
        }
        child = next;
    }
    while ((child = from->first)) {
        const char *name = child->name ? mu_element_get(child, "name") : NULL;
        const char *value = child->name ? mu_element_get(child, "value") : NULL;
        struct mu_element *pair =
            name ? mu_element_find_with(set, "nvpair", "name", name) : NULL;
        struct mu_element *first = mu_element_find(set, "nvpair");

        if (pair) {
            mu_element_detach(child);
            if (value) {
                mu_element_set(workspace->arena, pair, "value", value);
            } else {
                mu_element_unset(pair, "value");
            }
        } else if (first && !mu_element_is(child, "nvpair")) {
            mu_element_insert(first, child);
        } else {
            mu_element_append(set, child);
        }
    }
}

/* Tells whether an old child of a set goes before 'from' is taken in: new rules
 * and new comments replace the old ones. */
static bool
merge_drops(const struct mu_element *child, const struct mu_element *from,
            bool is_exact)
{
    const char *name;

    if (child->text) {
        return from->first && from->first->text;
    }
    if (mu_element_is(child, "rule")) {
        return is_exact || mu_element_find(from, "rule");
    }
    name = mu_element_get(child, "name");
    return is_exact && name &&
           !mu_element_find_with(from, "nvpair", "name", name);
}

static int
node_apply(struct mu_apply *apply, struct mu_element *object)
{
    struct mu_workspace *workspace = apply->workspace;
    const char *uname = mu_element_get(object, "uname");
    const char *id = mu_element_get(object, "id");
    struct mu_element *old = node_find(workspace, "uname", uname);
    const char *old_id = old ? mu_element_get(old, "id") : NULL;
    const char *new_id = id ? id : old_id ? old_id : uname;
    struct mu_element *other = node_find(workspace, "id", new_id);

    if (other && other != old) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_NAME,
                               mu_element_word(object, id ? "id" : "uname"),
                               "the node id %.80s belongs to \"%.80s\"", new_id,
                               mu_kinds_name_of(other));
    }
    if (old_id && id && strcmp(id, old_id) != 0) {
        mu_report_warning(workspace->report, mu_element_word(object, "id"),
                          uname, "node \"%.80s\" keeps its id %.80s", uname,
                          old_id);
    }
    mu_element_set(workspace->arena, object, "id",
                   old_id ? old_id
                   : id   ? id
                          : uname);
    if (old && apply->is_typed) {
        node_merge(workspace, old, object);
        return mu_workspace_identify(workspace, old, NULL);
    }
    if (old) {
        mu_workspace_leave(workspace, old);
        mu_element_insert(old, object);
        mu_element_detach(old);
    } else {
        mu_element_append(mu_workspace_section_get(workspace, "nodes"), object);
    }
    return mu_workspace_identify(workspace, object, old);
}

/* At the prompt the attributes given are set and the others stay. */
static void
node_merge(struct mu_workspace *workspace, struct mu_element *node,
           struct mu_element *from)
{
    struct mu_element *child;

    for (size_t i = 0; i < from->attributes_count; i++) {
        mu_element_set(workspace->arena, node, from->attributes[i].name,
                       from->attributes[i].value);
    }
    while ((child = from->first)) {
        struct mu_element *set = NULL;
        const char *id;

        if (!child->name) {
            mu_element_detach(child);
            continue;
        }
        id = mu_element_get(child, "id");
        if (id) {
            set = mu_element_find_with(node, child->name, "id", id);
        } else if (!mu_element_get(child, "id-ref")) {
            set = mu_element_find(node, child->name);
        }
        if (set && !mu_element_get(set, "id-ref")) {
            mu_element_detach(child);
            set_merge(workspace, set, child, false);
        } else {
            mu_element_append(node, child);
        }
    }
}

static struct mu_element *
node_find(const struct mu_workspace *workspace, const char *attribute,
          const char *value)
{
    const struct mu_element *nodes =
        mu_workspace_section_find(workspace, "nodes");

    return nodes ? mu_element_find_with(nodes, "node", attribute, value) : NULL;
}

int
mu_apply_xml(struct mu_apply *apply, struct mu_element *object,
             const struct mu_word *word)
{
    struct mu_workspace *workspace = apply->workspace;
    enum mu_kind kind = mu_kinds_by_tag(object->name);
    struct mu_element *old = NULL;
    int r;

    if (mu_element_is(object, "rsc_defaults") ||
        mu_element_is(object, "op_defaults")) {
        kind = mu_kinds_by_keyword(object->name);
        object = mu_element_find(object, "meta_attributes");
        if (!object) {
            return mu_report_error(workspace->report, MU_REPORT_REASON_SYNTAX,
                                   word, "expected a <meta_attributes> in it");
        }
        mu_element_detach(object);
    }
    if (kind == MU_KIND_NONE || kind == MU_KIND_USER) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_SYNTAX, word,
                               "<%.80s> is no object of a configuration",
                               object->name);
    }
    if (kind == MU_KIND_NODE && mu_element_get(object, "uname")) {
        return node_apply(apply, object);
    }
    if (kind != MU_KIND_FENCING && !mu_element_get(object, "id")) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_SYNTAX, word,
                               "<%.80s> needs an id", object->name);
    }
    if (kind == MU_KIND_FENCING) {
        old = mu_workspace_section_find(workspace, "fencing-topology");
    } else {
        struct mu_apply whole = *apply;

        /* XML says all of an object, sets of options included. */
        whole.is_typed = apply->is_typed && !mu_kinds_is_options(kind);
        r = name_check(&whole, kind, object, word, &old);
        if (r < 0) {
            return r;
        }
    }
    r = xml_members_free(apply, object);
    if (r < 0) {
        return r;
    }
    return object_put(apply, kind, object, old);
}

/* Members that come along replace the objects of the same name. */
static int
xml_members_free(struct mu_apply *apply, struct mu_element *object)
{
    struct mu_workspace *workspace = apply->workspace;
    struct mu_element *element = object;

    while ((element = mu_element_walk(object, element))) {
        const char *id;
        struct mu_element *other;
        int r;

        if (mu_kinds_of(element) == MU_KIND_NONE) {
            continue;
        }
        id = mu_element_get(element, "id");
        if (!id) {
            return mu_report_error(workspace->report, MU_REPORT_REASON_SYNTAX,
                                   NULL, "<%.80s> needs an id", element->name);
        }
        other = mu_workspace_resource(workspace, id);
        if (other && mu_kinds_of(other) == mu_kinds_of(element)) {
            mu_apply_free_members(workspace, other);
            mu_workspace_drop(workspace, other);
        }
        if (!mu_workspace_claim(workspace, element, id)) {
            return mu_report_error(workspace->report, MU_REPORT_REASON_NAME,
                                   NULL, "the id \"%.80s\" is taken already",
                                   id);
        }
        r = mu_workspace_identify(workspace, element, NULL);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}
