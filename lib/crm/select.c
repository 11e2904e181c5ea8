/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/select.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "crm/print.h"

static bool word_holds(const struct mu_select *select, const char *word,
                       const struct mu_element *object);
static bool kind_holds(const char *keyword, const struct mu_element *object);
static bool tag_holds(const struct mu_workspace *workspace, const char *tag,
                      const char *name);
static bool is_related(const struct mu_select *select, const char *name,
                       const struct mu_element *object);
static bool names_object(const struct mu_element *object, const char *name);
static bool is_agent(const struct mu_element *object, const char *agent);

int
mu_select_read(struct mu_select *select, struct mu_workspace *workspace,
               const char *const *words, size_t count)
{
    bool is_joined = false;

    *select = (struct mu_select){
        .workspace = workspace,
        .words = mu_arena_new(workspace->arena, const char *, count + 1),
        .joins = mu_arena_new(workspace->arena, bool, count + 1),
    };
    for (size_t i = 0; i < count; i++) {
        const char *word = words[i];

        if (mu_text_casecmp(word, "and") == 0) {
            is_joined = select->count > 0;
            continue;
        }
        if (mu_text_casecmp(word, "or") == 0) {
            is_joined = false;
            continue;
        }
        if (strncmp(word, "obscure:", 8) == 0) {
            select->obscured = mu_arena_strdup(workspace->arena, word + 8);
            continue;
        }
        if (!strpbrk(word, "*?:") && !mu_workspace_object(workspace, word)) {
            return mu_workspace_missing(workspace, NULL, "object", word);
        }
        select->words[select->count] = word;
        select->joins[select->count++] = is_joined;
        is_joined = false;
    }
    return 0;
}

bool
mu_select_has(const struct mu_select *select, const struct mu_element *object)
{
    bool is_selected = select->count == 0;

    for (size_t i = 0; i < select->count; i++) {
        bool holds = word_holds(select, select->words[i], object);

        is_selected =
            select->joins[i] ? is_selected && holds : is_selected || holds;
    }
    return is_selected;
}

static bool
word_holds(const struct mu_select *select, const char *word,
           const struct mu_element *object)
{
    const char *name = mu_kinds_name_of(object);

    if (strncmp(word, "type:", 5) == 0) {
        return kind_holds(word + 5, object);
    }
    if (!name) {
        return false;
    }
    if (strncmp(word, "tag:", 4) == 0) {
        return tag_holds(select->workspace, word + 4, name);
    }
    if (strncmp(word, "related:", 8) == 0) {
        return is_related(select, word + 8, object);
    }
    if (strpbrk(word, "*?")) {
        return mu_print_glob(word, name);
    }
    return strcmp(word, name) == 0 ||
           (mu_kinds_by_keyword(word) == MU_KIND_FENCING &&
            mu_kinds_of(object) == MU_KIND_FENCING);
}

static bool
kind_holds(const char *keyword, const struct mu_element *object)
{
    enum mu_kind kind = mu_kinds_of(object);
    enum mu_kind wanted = mu_kinds_by_keyword(keyword);

    if (wanted == MU_KIND_NONE) {
        wanted = mu_kinds_by_tag(keyword);
    }
    return kind == wanted;
}

static bool
tag_holds(const struct mu_workspace *workspace, const char *tag,
          const char *name)
{
    const struct mu_element *element = mu_workspace_find(workspace, tag);

    return mu_element_is(element, "tag") &&
           (strcmp(tag, name) == 0 ||
            mu_element_find_with(element, "obj_ref", "id", name));
}

/* The object itself, what is in it and around it, its template, and every
 * object that names it; for an agent, everything made from it. */
static bool
is_related(const struct mu_select *select, const char *name,
           const struct mu_element *object)
{
    const struct mu_element *target =
        mu_workspace_object(select->workspace, name);
    const char *own = mu_kinds_name_of(object);
    const char *template;

    if (!target) {
        return is_agent(object, name);
    }
    template = mu_element_get(target, "template");
    return object == target || object->parent == target ||
           target->parent == object || names_object(object, name) ||
           (template && own && strcmp(template, own) == 0);
}

static bool
names_object(const struct mu_element *object, const char *name)
{
    static const char *const attributes[] = {
        "rsc", "with-rsc", "first", "then", "node", "template", "target", NULL};
    const struct mu_element *element = object;

    while (element) {
        bool is_reference = mu_element_is(element, "resource_ref") ||
                            mu_element_is(element, "obj_ref");
        const char *id = is_reference ? mu_element_get(element, "id") : NULL;
        const struct mu_element *next = element->first;

        if (id && strcmp(id, name) == 0) {
            return true;
        }
        for (size_t i = 0; element->name && attributes[i]; i++) {
            const char *value = mu_element_get(element, attributes[i]);

            if (value && strcmp(value, name) == 0) {
                return true;
            }
        }
        /* What a container holds is asked for itself. */
        if (mu_kinds_is_container(mu_kinds_of(object))) {
            return false;
        }
        while (!next && element != object) {
            next = element->next;
            element = element->parent;
        }
        element = next;
    }
    return false;
}

static bool
is_agent(const struct mu_element *object, const char *agent)
{
    const char *class = mu_element_get(object, "class");
    const char *provider = mu_element_get(object, "provider");
    const char *type = mu_element_get(object, "type");
    const char *last = strrchr(agent, ':');

    if (!class || !type || strcmp(last ? last + 1 : agent, type) != 0) {
        return false;
    }
    if (!last) {
        return true;
    }
    if (strncmp(agent, class, strlen(class)) != 0) {
        return false;
    }
    return !provider || agent + strlen(class) == last ||
           strstr(agent, provider) != NULL;
}
