/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects: commands of the level configure that are more than a statement. */

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "crm/crm.h"
#include "crm/operation.h"
#include "crm/options.h"
#include "tools/agent_rules.h"
#include "tools/agents.h"
#include "tools/commands.h"
#include "tools/tell.h"

#define SCHEMA_NEWEST "pacemaker-3.9"

struct names {
    char **items;
    int count;
};

struct schema {
    const char *name;
};

static int change_timeouts(struct mu_cib_edit *edit, void *context);
static const struct mu_verify_agent *agent_of(struct mu_cib_edit *edit,
                                              struct mu_agent_rules *rules,
                                              const char *id);
static const struct mu_doc_element *agent_source(const struct mu_doc *cib,
                                                 const char *id);
static int change_schema(struct mu_cib_edit *edit, void *context);
static const char *property_get(const struct mu_doc *cib, const char *name);
static int print_property(struct mu_tool *tool, const struct mu_doc *cib,
                          const char *name, bool is_set_only);
static int change_template(struct mu_cib_edit *edit, void *context);
static int change_bond(struct mu_cib_edit *edit, void *context);
static int apply(struct mu_cib_edit *edit, const char *text);
static const char *free_id(struct mu_cib_edit *edit, const char *base);
static struct mu_doc_element *template_make(struct mu_cib_edit *edit,
                                            const struct names *names,
                                            const char *id);
static void template_use(struct mu_cib_edit *edit,
                         const struct mu_doc_element *template,
                         const struct mu_doc_element *primitive);
static bool is_common(const struct mu_cib_edit *edit, const struct names *names,
                      const struct mu_doc_element *pair);
static const struct mu_doc_element *
param_find(const struct mu_doc_element *primitive, const char *name);

static const char *const agent_words[] = {"class", "provider", "type"};

enum { AGENT_WORDS_COUNT = sizeof(agent_words) / sizeof(agent_words[0]) };

int
mu_muster_objects_default_timeouts(struct mu_tool *tool, int argc, char **argv)
{
    struct names names = {argv, argc};

    if (argc == 0) {
        return mu_tool_usage(tool, "which primitives?");
    }
    return mu_cib_edit_run(tool, change_timeouts, &names);
}

int
mu_muster_objects_validate_all(struct mu_tool *tool, int argc, char **argv)
{
    const struct mu_doc_element *primitive;
    const struct mu_doc_element *source;
    struct mu_cib_edit edit;
    char **words;
    int count = 0;
    int code;

    if (argc != 1) {
        return mu_tool_usage(tool, "which primitive?");
    }
    code = mu_cib_edit_open(tool, false, &edit);
    if (code) {
        return code;
    }
    primitive = mu_doc_find(mu_doc_root(edit.doc), argv[0]);
    source = agent_source(edit.doc, argv[0]);
    words = mu_arena_new(&tool->arena, char *, 512);
    if (!source || !mu_doc_get(source, "type")) {
        code = mu_tool_fail(tool,
                            "%s: is no primitive; see: %s configure show "
                            "type:primitive",
                            argv[0], tool->program);
    } else {
        const char *provider = mu_doc_get(source, "provider");

        words[count++] =
            mu_text_make(&tool->arena, "%s:%s%s%s", mu_doc_get(source, "class"),
                         provider ? provider : "", provider ? ":" : "",
                         mu_doc_get(source, "type"));
        for (const struct mu_doc_element *one = primitive; one && count < 500;
             one = mu_doc_walk(one, primitive)) {
            const char *value = mu_doc_get(one, "value");

            if (mu_doc_is(one, "nvpair") && value &&
                mu_doc_is(mu_doc_parent(one), "instance_attributes") &&
                mu_doc_parent(mu_doc_parent(one)) == primitive) {
                words[count++] = mu_text_make(&tool->arena, "%s=%s",
                                              mu_doc_get(one, "name"), value);
            }
        }
    }
    mu_cib_edit_close(&edit);
    return code ? code : mu_muster_ra_validate(tool, count, words);
}

int
mu_muster_objects_schema(struct mu_tool *tool, int argc, char **argv)
{
    struct schema schema = {argc > 0 ? argv[0] : NULL};
    struct mu_cib_edit edit;
    const char *name;
    int code;

    if (argc > 1 ||
        (schema.name && strncmp(schema.name, "pacemaker-", 10) != 0)) {
        return mu_tool_usage(tool, "a schema is called such as " SCHEMA_NEWEST);
    }
    if (schema.name && !tool->file) {
        return mu_tool_fail(tool, "the cluster takes every schema up "
                                  "to " SCHEMA_NEWEST
                                  " as it is; only files have one to set");
    }
    if (schema.name) {
        return mu_cib_edit_run(tool, change_schema, &schema);
    }
    code = mu_cib_edit_open(tool, false, &edit);
    if (!code) {
        name = mu_doc_get(mu_doc_root(edit.doc), "validate-with");
        (void)printf("%s\n", name ? name : SCHEMA_NEWEST);
        mu_cib_edit_close(&edit);
    }
    return code;
}

int
mu_muster_objects_upgrade(struct mu_tool *tool, int argc, char **argv)
{
    struct schema schema = {SCHEMA_NEWEST};

    if (argc > 1 || (argc == 1 && strcmp(argv[0], "force") != 0)) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (!tool->file) {
        mu_tool_say(tool, "the cluster takes every schema up to " SCHEMA_NEWEST
                          " as it is");
        return MU_TOOL_OK;
    }
    return mu_cib_edit_run(tool, change_schema, &schema);
}

int
mu_muster_objects_get_property(struct mu_tool *tool, int argc, char **argv)
{
    const struct mu_option *options;
    size_t count = mu_options_get(MU_VALUES_CLUSTER, &options);
    bool is_set_only = argc > 0 && strcmp(argv[0], "-t") == 0;
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, false, &edit);

    argc -= is_set_only ? 1 : 0;
    argv += is_set_only ? 1 : 0;
    for (int i = 0; !code && i < argc; i++) {
        code = print_property(tool, edit.doc, argv[i], is_set_only);
    }
    for (size_t i = 0; !code && argc == 0 && i < count; i++) {
        const char *value = property_get(edit.doc, options[i].name);

        value = value || is_set_only ? value : options[i].usual;
        if (value) {
            (void)printf("%s=%s\n", options[i].name, value);
        }
    }
    mu_cib_edit_close(&edit);
    return code;
}

int
mu_muster_objects_template(struct mu_tool *tool, int argc, char **argv)
{
    struct names names = {argv, argc};

    if (argc < 2) {
        return mu_tool_usage(tool, "name two or more primitives of one agent");
    }
    return mu_cib_edit_run(tool, change_template, &names);
}

int
mu_muster_objects_weak_bond(struct mu_tool *tool, int argc, char **argv)
{
    struct names names = {argv, argc};

    if (argc < 2) {
        return mu_tool_usage(tool, "name two or more resources");
    }
    return mu_cib_edit_run(tool, change_bond, &names);
}

static int
change_timeouts(struct mu_cib_edit *edit, void *context)
{
    const struct names *names = context;
    struct mu_tool *tool = edit->tool;
    struct mu_agent_rules rules = {.arena = &tool->arena};

    for (int i = 0; i < names->count; i++) {
        const char *id = names->items[i];
        const struct mu_verify_agent *agent = agent_of(edit, &rules, id);
        struct mu_report report;
        int error;

        if (!agent) {
            return mu_tool_fail(tool,
                                "%s: is no primitive whose agent is on this "
                                "machine; see: %s configure show "
                                "type:primitive",
                                id, tool->program);
        }
        mu_report_init(&report, &tool->arena);
        error = mu_operation_advise(edit->doc, id, agent, &report);
        mu_tell_report(tool, NULL, "", &report, error != 0);
        if (error) {
            return MU_TOOL_FAILED;
        }
    }
    return MU_TOOL_OK;
}

static const struct mu_verify_agent *
agent_of(struct mu_cib_edit *edit, struct mu_agent_rules *rules, const char *id)
{
    const struct mu_doc_element *source = agent_source(edit->doc, id);

    return source && mu_doc_get(source, "class") && mu_doc_get(source, "type")
               ? mu_agent_rules_find(rules, mu_doc_get(source, "class"),
                                     mu_doc_get(source, "provider"),
                                     mu_doc_get(source, "type"))
               : NULL;
}

/* Returns the element that names the agent, or null. */
static const struct mu_doc_element *
agent_source(const struct mu_doc *cib, const char *id)
{
    const struct mu_doc_element *one = mu_doc_find(mu_doc_root(cib), id);
    const char *template = one ? mu_doc_get(one, "template") : NULL;

    return template ? mu_doc_find(mu_doc_root(cib), template) : one;
}

static int
change_schema(struct mu_cib_edit *edit, void *context)
{
    const struct schema *schema = context;

    mu_doc_set(mu_doc_edit(edit->doc, mu_doc_root(edit->doc)), "validate-with",
               schema->name);
    return MU_TOOL_OK;
}

/* Returns the value that counts: that of the first set that has it. */
static const char *
property_get(const struct mu_doc *cib, const char *name)
{
    const struct mu_doc_element *top =
        mu_doc_first_named(mu_doc_root(cib), "configuration");
    const struct mu_doc_element *section =
        top ? mu_doc_first_named(top, "crm_config") : NULL;

    for (const struct mu_doc_element *one = section; one;
         one = mu_doc_walk(one, section)) {
        const char *found = mu_doc_get(one, "name");

        if (mu_doc_is(one, "nvpair") && found && strcmp(found, name) == 0) {
            return mu_doc_get(one, "value");
        }
    }
    return NULL;
}

static int
print_property(struct mu_tool *tool, const struct mu_doc *cib, const char *name,
               bool is_set_only)
{
    const struct mu_option *option = mu_options_find(MU_VALUES_CLUSTER, name);
    const char *value = property_get(cib, name);

    if (!value && option && !is_set_only) {
        value = option->usual;
    }
    if (!value) {
        return mu_tool_fail(tool, "%s: is not set%s", name,
                            option ? "" : ", and there is no such property");
    }
    (void)printf("%s\n", value);
    return MU_TOOL_OK;
}

/* What all of them have in common goes to a template. */
static int
change_template(struct mu_cib_edit *edit, void *context)
{
    const struct names *names = context;
    const struct mu_doc_element *root = mu_doc_root(edit->doc);
    const struct mu_doc_element *first = mu_doc_find(root, names->items[0]);
    const char *id = free_id(edit, "template");
    struct mu_doc_element *template;

    for (int i = 0; i < names->count; i++) {
        const struct mu_doc_element *one = mu_doc_find(root, names->items[i]);

        for (size_t j = 0; j < AGENT_WORDS_COUNT; j++) {
            const char *ours = first ? mu_doc_get(first, agent_words[j]) : NULL;
            const char *theirs = one ? mu_doc_get(one, agent_words[j]) : NULL;

            if (!one || !mu_doc_is(one, "primitive") ||
                strcmp(ours ? ours : "", theirs ? theirs : "") != 0) {
                return mu_tool_fail(edit->tool,
                                    "%s: is no primitive of the same agent as "
                                    "%s",
                                    names->items[i], names->items[0]);
            }
        }
    }
    template = template_make(edit, names, id);
    for (int i = 0; i < names->count; i++) {
        template_use(edit, template, mu_doc_find(root, names->items[i]));
    }
    mu_doc_insert_before(
        mu_doc_edit(edit->doc, mu_doc_first(mu_doc_first_named(
                                   mu_doc_first_named(root, "configuration"),
                                   "resources"))),
        template);
    mu_tool_say(edit->tool, "made %s", id);
    return MU_TOOL_OK;
}

/* Returns a template with the agent and the parameters that all have. */
static struct mu_doc_element *
template_make(struct mu_cib_edit *edit, const struct names *names,
              const char *id)
{
    const struct mu_doc_element *first =
        mu_doc_find(mu_doc_root(edit->doc), names->items[0]);
    struct mu_doc_element *template = mu_doc_make(edit->doc, "template");
    struct mu_doc_element *set = NULL;
    struct mu_arena *arena = &edit->tool->arena;

    mu_doc_set(template, "id", id);
    for (size_t j = 0; j < AGENT_WORDS_COUNT; j++) {
        if (mu_doc_get(first, agent_words[j])) {
            mu_doc_set(template, agent_words[j],
                       mu_doc_get(first, agent_words[j]));
        }
    }
    for (const struct mu_doc_element *one = first; one;
         one = mu_doc_walk(one, first)) {
        const char *name = mu_doc_get(one, "name");
        struct mu_doc_element *pair;

        if (!name || one != param_find(first, name) ||
            !is_common(edit, names, one)) {
            continue;
        }
        if (!set) {
            set = mu_doc_add(template, "instance_attributes");
            mu_doc_set(set, "id",
                       mu_text_make(arena, "%s-instance_attributes", id));
        }
        pair = mu_doc_add(set, "nvpair");
        mu_doc_set(pair, "id",
                   mu_text_make(arena, "%s-instance_attributes-%s", id, name));
        mu_doc_set(pair, "name", name);
        mu_doc_set(pair, "value", mu_doc_get(one, "value"));
    }
    return template;
}

/* Takes away from a primitive what its template has. */
static void
template_use(struct mu_cib_edit *edit, const struct mu_doc_element *template,
             const struct mu_doc_element *primitive)
{
    struct mu_doc_element *changed = mu_doc_edit(edit->doc, primitive);
    const struct mu_doc_element *set = mu_doc_first(template);
    const struct mu_doc_element *pair = set ? mu_doc_first(set) : NULL;

    for (size_t j = 0; j < AGENT_WORDS_COUNT; j++) {
        mu_doc_unset(changed, agent_words[j]);
    }
    mu_doc_set(changed, "template", mu_doc_get(template, "id"));
    for (; pair; pair = mu_doc_next(pair)) {
        const struct mu_doc_element *own =
            param_find(primitive, mu_doc_get(pair, "name"));
        const struct mu_doc_element *parent = own ? mu_doc_parent(own) : NULL;

        if (own) {
            mu_doc_remove(mu_doc_edit(edit->doc, own));
        }
        if (parent && !mu_doc_first(parent)) {
            mu_doc_remove(mu_doc_edit(edit->doc, parent));
        }
    }
}

/* Tells whether all have this parameter with this value. */
static bool
is_common(const struct mu_cib_edit *edit, const struct names *names,
          const struct mu_doc_element *pair)
{
    const char *value = mu_doc_get(pair, "value");

    for (int i = 0; i < names->count; i++) {
        const struct mu_doc_element *other =
            param_find(mu_doc_find(mu_doc_root(edit->doc), names->items[i]),
                       mu_doc_get(pair, "name"));
        const char *theirs = other ? mu_doc_get(other, "value") : NULL;

        if (!value || !theirs || strcmp(value, theirs) != 0) {
            return false;
        }
    }
    return true;
}

/* Returns a parameter of a primitive in a set without a rule, or null. */
static const struct mu_doc_element *
param_find(const struct mu_doc_element *primitive, const char *name)
{
    const struct mu_doc_element *set =
        mu_doc_first_named(primitive, "instance_attributes");

    for (; set; set = mu_doc_next_named(set, "instance_attributes")) {
        const struct mu_doc_element *pair = mu_doc_first_named(set, "nvpair");

        for (; pair && !mu_doc_first_named(set, "rule");
             pair = mu_doc_next_named(pair, "nvpair")) {
            const char *found = mu_doc_get(pair, "name");

            if (found && strcmp(found, name) == 0) {
                return pair;
            }
        }
    }
    return NULL;
}

/* They want to be together, but no one keeps the others from running. */
static int
change_bond(struct mu_cib_edit *edit, void *context)
{
    const struct names *names = context;
    struct mu_tool *tool = edit->tool;
    const char *dummy = free_id(edit, "place-dummy");
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &tool->arena);
    mu_text_buffer_add(&text,
                       "primitive %s ocf:heartbeat:Dummy op monitor "
                       "interval=30s timeout=20s\ncolocation %s 100: (",
                       dummy, free_id(edit, "place-constraint"));
    for (int i = 0; i < names->count; i++) {
        mu_text_buffer_add(&text, " %s", names->items[i]);
    }
    mu_text_buffer_add(&text, " ) %s\n", dummy);
    return apply(edit, text.data);
}

static int
apply(struct mu_cib_edit *edit, const char *text)
{
    struct mu_crm_options options = {.mode = MU_CRM_TYPED,
                                     .providers = mu_agents_find_providers,
                                     .context = &edit->tool->arena};
    struct mu_report report;
    int error;

    mu_report_init(&report, &edit->tool->arena);
    error = mu_crm_apply(
        edit->doc, (struct mu_span){(const unsigned char *)text, strlen(text)},
        &options, &report);
    mu_tell_report(edit->tool, NULL, text, &report, error != 0);
    return error ? MU_TOOL_FAILED : MU_TOOL_OK;
}

/* Returns "BASE-1", or the first number that is free. */
static const char *
free_id(struct mu_cib_edit *edit, const char *base)
{
    const char *id;
    unsigned number = 0;

    do {
        id = mu_text_make(&edit->tool->arena, "%s-%u", base, ++number);
    } while (mu_doc_find(mu_doc_root(edit->doc), id));
    return id;
}
