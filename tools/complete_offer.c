/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be offered: words, and the names of what there is. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tools/agents.h"
#include "tools/complete.h"
#include "tools/shadow.h"

/* Which elements have the names of a kind. */
struct kind {
    const char *name;
    const char *elements[8];
};

static const struct kind kinds[] = {
    {"RESOURCE", {"primitive", "group", "clone", "master", "bundle"}},
    {"R", {"primitive", "group", "clone", "master", "bundle"}},
    {"R2", {"primitive"}},
    {"PRIMITIVE", {"primitive"}},
    {"MEMBER", {"primitive"}},
    {"CHILD", {"primitive", "group"}},
    {"GROUP", {"group"}},
    {"TEMPLATE", {"template"}},
    {"NODE", {"node"}},
    {"TAG", {"tag"}},
    {"ROLE", {"acl_role"}},
};

static void offer_names(const struct mu_complete *complete,
                        const struct kind *kind);
static void offer_objects(const struct mu_complete *complete);
static void offer_agents(const struct mu_complete *complete);
static void offer_list(const struct mu_complete *complete,
                       const struct mu_agents_list *list, const char *before);

void
mu_complete_offer(const struct mu_complete *complete, const char *word,
                  const char *note)
{
    bool has_note = note && *note && complete->tool->is_full;

    if (strncmp(word, complete->start, strlen(complete->start)) == 0) {
        (void)printf("%s%s%s\n", word, has_note ? "\t" : "",
                     has_note ? note : "");
    }
}

void
mu_complete_offer_words(const struct mu_complete *complete, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, "|");

        mu_complete_offer(complete,
                          mu_arena_strndup(&complete->tool->arena, words, size),
                          NULL);
        words += size;
        words += *words ? 1 : 0;
    }
}

bool
mu_complete_offer_kind(const struct mu_complete *complete, const char *kind)
{
    struct mu_agents_list list;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, kind) == 0) {
            offer_names(complete, &kinds[i]);
            return true;
        }
    }
    if (strcmp(kind, "ID") == 0 || strcmp(kind, "OBJECT") == 0 ||
        strcmp(kind, "OLD") == 0) {
        offer_objects(complete);
    } else if (strcmp(kind, "AGENT") == 0) {
        offer_agents(complete);
    } else if (strcmp(kind, "CLASS") == 0) {
        mu_complete_offer_words(complete,
                                "ocf|stonith|systemd|lsb|service|nagios");
    } else if (strcmp(kind, "PROVIDER") == 0) {
        list = mu_agents_providers(&complete->tool->arena);
        offer_list(complete, &list, "");
    } else if (strcmp(kind, "SHADOW") == 0) {
        for (const char **names = mu_shadow_names(complete->tool); *names;
             names++) {
            mu_complete_offer(complete, *names, NULL);
        }
    } else {
        return false;
    }
    return true;
}

static void
offer_names(const struct mu_complete *complete, const struct kind *kind)
{
    const struct mu_doc_element *root =
        complete->cib ? mu_doc_root(complete->cib) : NULL;

    for (const struct mu_doc_element *one = root; one;
         one = mu_doc_walk(one, root)) {
        for (size_t i = 0; kind->elements[i]; i++) {
            const char *name = mu_doc_get(
                one, strcmp(kind->name, "NODE") == 0 ? "uname" : "id");

            if (mu_doc_is(one, kind->elements[i]) && name) {
                const char *type = mu_doc_get(one, "type");

                mu_complete_offer(complete, name,
                                  type ? type : kind->elements[i]);
            }
        }
    }
}

/* Everything that "show" and "delete" take. */
static void
offer_objects(const struct mu_complete *complete)
{
    static const char *const sections[] = {
        "resources", "constraints",  "tags",        "acls",
        "alerts",    "rsc_defaults", "op_defaults", "crm_config"};
    const struct mu_doc_element *configuration =
        complete->cib
            ? mu_doc_first_named(mu_doc_root(complete->cib), "configuration")
            : NULL;

    for (size_t i = 0;
         configuration && i < sizeof(sections) / sizeof(*sections); i++) {
        const struct mu_doc_element *section =
            mu_doc_first_named(configuration, sections[i]);

        for (const struct mu_doc_element *one = section; one;
             one = mu_doc_walk(one, section)) {
            const char *id = mu_doc_get(one, "id");
            bool is_member =
                strcmp(sections[i], "resources") == 0 &&
                (mu_doc_is(one, "primitive") || mu_doc_is(one, "group"));

            if (id && (mu_doc_parent(one) == section || is_member)) {
                mu_complete_offer(complete, id, mu_doc_name(one));
            }
        }
    }
    (void)mu_complete_offer_kind(complete, "NODE");
}

static void
offer_agents(const struct mu_complete *complete)
{
    static const char *const classes[] = {"stonith", "systemd", "lsb"};
    struct mu_arena *arena = &complete->tool->arena;
    struct mu_agents_list providers = mu_agents_providers(arena);
    struct mu_agents_list types;

    for (size_t i = 0; i < providers.count; i++) {
        types = mu_agents_types(arena, "ocf", providers.names[i]);
        offer_list(complete, &types,
                   mu_text_make(arena, "ocf:%s:", providers.names[i]));
    }
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        types = mu_agents_types(arena, classes[i], NULL);
        offer_list(complete, &types, mu_text_make(arena, "%s:", classes[i]));
    }
    /* A bare name is one of heartbeat's; only once somebody began with it, or
     * each agent would be there twice. */
    if (*complete->start) {
        types = mu_agents_types(arena, "ocf", "heartbeat");
        offer_list(complete, &types, "");
    }
}

static void
offer_list(const struct mu_complete *complete,
           const struct mu_agents_list *list, const char *before)
{
    for (size_t i = 0; i < list->count; i++) {
        mu_complete_offer(complete,
                          mu_text_make(&complete->tool->arena, "%s%s", before,
                                       list->names[i]),
                          NULL);
    }
}
