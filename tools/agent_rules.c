/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/agent_rules.h"

#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "doc/doc.h"
#include "tools/agents.h"

struct mu_agent_rules_answer {
    struct mu_agent_rules_answer *next;
    const char *name;                    /* CLASS:PROVIDER:TYPE */
    const struct mu_verify_agent *agent; /* Null: there is none. */
};

static const struct mu_verify_agent *
agent_ask(struct mu_arena *arena, const struct mu_agents_name *name);
static void parameters_read(struct mu_arena *arena,
                            const struct mu_doc_element *root, bool is_fence,
                            struct mu_verify_agent *agent);
static bool is_supplied(const char *name);
static void actions_read(struct mu_arena *arena,
                         const struct mu_doc_element *root,
                         struct mu_verify_agent *agent);
static bool is_true(const struct mu_doc_element *element, const char *name);

const struct mu_verify_agent *
mu_agent_rules_find(void *context, const char *class_name, const char *provider,
                    const char *type)
{
    struct mu_agent_rules *rules = context;
    struct mu_agents_name name = {
        .class_name = class_name, .provider = provider, .type = type};
    const char *text = mu_text_make(rules->arena, "%s:%s:%s", class_name,
                                    provider ? provider : "", type);
    struct mu_agent_rules_answer *answer = rules->answers;

    while (answer && strcmp(answer->name, text) != 0) {
        answer = answer->next;
    }
    if (!answer) {
        answer = mu_arena_new(rules->arena, struct mu_agent_rules_answer, 1);
        *answer = (struct mu_agent_rules_answer){
            .next = rules->answers,
            .name = text,
            .agent = agent_ask(rules->arena, &name),
        };
        rules->answers = answer;
    }
    return answer->agent;
}

static const struct mu_verify_agent *
agent_ask(struct mu_arena *arena, const struct mu_agents_name *name)
{
    struct mu_verify_agent *agent;
    struct mu_doc *doc = NULL;
    size_t size = 0;
    char *xml = NULL;

    if (mu_agents_metadata(arena, name, &xml, &size, NULL) < 0 ||
        mu_doc_parse((struct mu_span){(const unsigned char *)xml, size}, &doc,
                     NULL) < 0) {
        return NULL;
    }
    agent = mu_arena_new(arena, struct mu_verify_agent, 1);
    parameters_read(arena, mu_doc_root(doc),
                    strcmp(name->class_name, "stonith") == 0, agent);
    actions_read(arena, mu_doc_root(doc), agent);
    mu_doc_free(doc);
    return agent;
}

static void
parameters_read(struct mu_arena *arena, const struct mu_doc_element *root,
                bool is_fence, struct mu_verify_agent *agent)
{
    const struct mu_doc_element *list = mu_doc_first_named(root, "parameters");
    const struct mu_doc_element *item =
        list ? mu_doc_first_named(list, "parameter") : NULL;
    MU_VEC(struct mu_verify_parameter) parameters = {0};

    for (; item; item = mu_doc_next_named(item, "parameter")) {
        const struct mu_doc_element *content =
            mu_doc_first_named(item, "content");
        const char *name = mu_doc_get(item, "name");
        const char *value = content ? mu_doc_get(content, "default") : NULL;

        if (name) {
            *mu_vec_add(arena, &parameters) = (struct mu_verify_parameter){
                .name = mu_arena_strdup(arena, name),
                /* What has a default need not be given. */
                .is_required = is_true(item, "required") &&
                               (!value || !*value) &&
                               !(is_fence && is_supplied(name)),
                .is_unique =
                    is_true(item, "unique") || mu_doc_get(item, "unique-group"),
            };
        }
    }
    agent->parameters = parameters.items;
    agent->parameters_count = parameters.count;
}

/* Tells whether the cluster itself says this to a fence agent. */
static bool
is_supplied(const char *name)
{
    return strcmp(name, "plug") == 0 || strcmp(name, "port") == 0 ||
           strcmp(name, "nodename") == 0 || strcmp(name, "action") == 0;
}

static void
actions_read(struct mu_arena *arena, const struct mu_doc_element *root,
             struct mu_verify_agent *agent)
{
    const struct mu_doc_element *list = mu_doc_first_named(root, "actions");
    const struct mu_doc_element *item =
        list ? mu_doc_first_named(list, "action") : NULL;
    MU_VEC(struct mu_verify_action) actions = {0};

    for (; item; item = mu_doc_next_named(item, "action")) {
        const char *name = mu_doc_get(item, "name");

        if (name) {
            *mu_vec_add(arena, &actions) = (struct mu_verify_action){
                .name = mu_arena_strdup(arena, name),
                .timeout = mu_arena_strdup(arena, mu_doc_get(item, "timeout")),
            };
        }
    }
    agent->actions = actions.items;
    agent->actions_count = actions.count;
}

static bool
is_true(const struct mu_doc_element *element, const char *name)
{
    const char *text = mu_doc_get(element, name);
    bool value = false;

    return text && mu_text_parse_bool(text, &value) == 0 && value;
}
