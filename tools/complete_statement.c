/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements: what may follow in a statement of the configuration language. */

#include <string.h>

#include "crm/options.h"
#include "tools/agents.h"
#include "tools/complete.h"

enum { NOTE_SIZE = 200 };

static void offer_primitive(const struct mu_complete *complete);
static void offer_sections(const struct mu_complete *complete,
                           const char *sections);
static const char *section_of(const struct mu_complete *complete, int from,
                              const char *sections);
static void offer_section(const struct mu_complete *complete,
                          const char *section, const struct mu_doc *agent);
static void offer_options(const struct mu_complete *complete,
                          enum mu_values_scope scope);
static void offer_option_values(const struct mu_complete *complete,
                                const struct mu_option *option);
static void offer_parameters(const struct mu_complete *complete,
                             const struct mu_doc *agent);
static void offer_parameter_values(const struct mu_complete *complete,
                                   const struct mu_doc_element *parameter);
static void offer_actions(const struct mu_complete *complete,
                          const struct mu_doc *agent);
static void offer_advice(const struct mu_complete *complete,
                         const struct mu_doc *agent);
static void offer_constraint(const struct mu_complete *complete,
                             const char *keyword);
static struct mu_doc *agent_read(const struct mu_complete *complete,
                                 const char *name);
static const char *agent_of(const struct mu_complete *complete,
                            const char *name);
static const char *one_line(const struct mu_complete *complete,
                            const struct mu_doc_element *parent,
                            const char *name);
static bool is_given(const struct mu_complete *complete, const char *name);
static const char *with_equals(const struct mu_complete *complete,
                               const char *name);

#define PRIMITIVE_SECTIONS "params|meta|utilization|op|operations"

void
mu_complete_statement(const struct mu_complete *complete, const char *keyword)
{
    int count = complete->count;

    if (strcmp(keyword, "primitive") == 0 ||
        strcmp(keyword, "rsc_template") == 0) {
        offer_primitive(complete);
    } else if (strcmp(keyword, "property") == 0) {
        offer_options(complete, MU_VALUES_CLUSTER);
    } else if (strcmp(keyword, "rsc_defaults") == 0) {
        offer_options(complete, MU_VALUES_RESOURCE);
    } else if (strcmp(keyword, "op_defaults") == 0) {
        offer_options(complete, MU_VALUES_OPERATION);
    } else if (strcmp(keyword, "group") == 0 || strcmp(keyword, "clone") == 0 ||
               strcmp(keyword, "ms") == 0) {
        bool is_group = strcmp(keyword, "group") == 0;

        if (section_of(complete, 2, "params|meta")) {
            offer_section(complete, section_of(complete, 2, "params|meta"),
                          NULL);
        } else if (count >= 1 && (is_group || count == 1)) {
            (void)mu_complete_offer_kind(complete,
                                         is_group ? "MEMBER" : "CHILD");
        }
        if (count >= 2) {
            offer_sections(complete, "params|meta");
        }
    } else if (strcmp(keyword, "node") == 0) {
        if (count == 0) {
            (void)mu_complete_offer_kind(complete, "NODE");
        } else {
            offer_sections(complete, "attributes|utilization");
        }
    } else if (strcmp(keyword, "monitor") == 0) {
        if (count == 0) {
            (void)mu_complete_offer_kind(complete, "PRIMITIVE");
        }
    } else if (strcmp(keyword, "fencing_topology") == 0) {
        (void)mu_complete_offer_kind(complete, "PRIMITIVE");
        (void)mu_complete_offer_kind(complete, "NODE");
    } else if (strcmp(keyword, "modgroup") == 0) {
        static const char *const kinds[] = {"GROUP", NULL, "MEMBER", NULL,
                                            "MEMBER"};

        if (count == 1) {
            mu_complete_offer_words(complete, "add|remove");
        } else if (count == 3) {
            mu_complete_offer_words(complete, "before|after");
        } else if (count < 5) {
            (void)mu_complete_offer_kind(complete, kinds[count]);
        }
    } else if (strcmp(keyword, "delete") == 0 ||
               (strcmp(keyword, "rename") == 0 && count == 0)) {
        (void)mu_complete_offer_kind(complete, "ID");
    } else if (strcmp(keyword, "erase") == 0) {
        mu_complete_offer(complete, "nodes", "the nodes, too");
    } else if (count >= 1 && (strcmp(keyword, "acl_target") == 0 ||
                              strcmp(keyword, "acl_group") == 0)) {
        (void)mu_complete_offer_kind(complete, "ROLE");
    } else if (strcmp(keyword, "role") == 0 && count >= 1) {
        mu_complete_offer_words(complete, "read|write|deny|xpath:|ref:|type:");
    } else {
        offer_constraint(complete, keyword);
    }
}

void
mu_complete_names(struct mu_complete *complete, const char *command)
{
    const char *name = complete->count > 0 ? complete->words[0] : "";
    struct mu_doc *agent;

    complete->is_bare = true;
    if (strcmp(command, "resource meta") == 0) {
        offer_options(complete, MU_VALUES_RESOURCE);
    } else if (strcmp(command, "configure get_property") == 0) {
        offer_options(complete, MU_VALUES_CLUSTER);
    } else if (strcmp(command, "resource param") == 0) {
        const char *full = agent_of(complete, name);

        agent = full ? agent_read(complete, full) : NULL;
        if (agent) {
            offer_parameters(complete, agent);
        }
        mu_doc_free(agent);
    }
    complete->is_bare = false;
}

/* location, colocation, order, rsc_ticket, tag. */
static void
offer_constraint(const struct mu_complete *complete, const char *keyword)
{
    int count = complete->count;

    if (count == 0 || strcmp(keyword, "alert") == 0 ||
        strcmp(keyword, "xml") == 0 || strcmp(keyword, "set") == 0) {
        return; /* A new name, or something that nobody can guess. */
    }
    if (strcmp(keyword, "location") == 0) {
        if (count == 1) {
            (void)mu_complete_offer_kind(complete, "RESOURCE");
        } else if (complete->words[count - 1]
                                  [strlen(complete->words[count - 1]) - 1] ==
                   ':') {
            (void)mu_complete_offer_kind(complete, "NODE");
        } else {
            mu_complete_offer_words(complete, "inf:|-inf:|100:|rule|"
                                              "resource-discovery=");
        }
        return;
    }
    if (strcmp(keyword, "colocation") == 0 && count == 1) {
        mu_complete_offer_words(complete, "inf:|-inf:|100:");
    } else if (strcmp(keyword, "order") == 0 && count == 1) {
        mu_complete_offer_words(complete, "Mandatory:|Optional:|Serialize:");
        (void)mu_complete_offer_kind(complete, "RESOURCE");
    } else if (strcmp(keyword, "rsc_ticket") != 0 || count > 1) {
        (void)mu_complete_offer_kind(complete, "RESOURCE");
    }
    if (strcmp(keyword, "order") == 0 && count > 2) {
        mu_complete_offer_words(complete, "symmetrical=true|symmetrical=false");
    } else if (strcmp(keyword, "rsc_ticket") == 0 && count > 2) {
        mu_complete_offer_words(complete,
                                "loss-policy=stop|loss-policy=demote|"
                                "loss-policy=fence|loss-policy=freeze");
    }
}

static void
offer_primitive(const struct mu_complete *complete)
{
    const char *section = section_of(complete, 2, PRIMITIVE_SECTIONS);
    const struct mu_doc_element *root =
        complete->cib ? mu_doc_root(complete->cib) : NULL;
    struct mu_doc *agent;

    if (complete->count == 1) {
        (void)mu_complete_offer_kind(complete, "AGENT");
        for (const struct mu_doc_element *one = root; one;
             one = mu_doc_walk(one, root)) {
            if (mu_doc_is(one, "template") && mu_doc_get(one, "id")) {
                mu_complete_offer(complete,
                                  mu_text_make(&complete->tool->arena, "@%s",
                                               mu_doc_get(one, "id")),
                                  "template");
            }
        }
    }
    if (complete->count < 2) {
        return;
    }
    agent = agent_read(complete, complete->words[1]);
    offer_section(complete, section ? section : "params", agent);
    mu_doc_free(agent);
    offer_sections(complete, PRIMITIVE_SECTIONS);
}

static void
offer_sections(const struct mu_complete *complete, const char *sections)
{
    static const char *const notes[][2] = {
        {"params", "parameters of the agent"},
        {"meta", "how the cluster treats it"},
        {"utilization", "what it takes of a node, or a node has"},
        {"op", "an operation: monitor, start, stop, ..."},
        {"operations", "id of all operations"},
        {"attributes", "attributes of the node"},
    };

    for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
        const char *found = strstr(sections, notes[i][0]);
        size_t length = strlen(notes[i][0]);

        if (found && (found[length] == '|' || found[length] == '\0')) {
            mu_complete_offer(complete, notes[i][0], notes[i][1]);
        }
    }
}

/* Returns the last of the sections' keywords that was given, or null. */
static const char *
section_of(const struct mu_complete *complete, int from, const char *sections)
{
    const char *section = NULL;

    for (int i = from; i < complete->count; i++) {
        const char *word = complete->words[i];
        const char *found = strchr(word, '|') ? NULL : strstr(sections, word);
        size_t length = strlen(word);

        if (found && length > 0 && (found == sections || found[-1] == '|') &&
            (found[length] == '|' || found[length] == '\0')) {
            section = word;
        }
    }
    return section;
}

static void
offer_section(const struct mu_complete *complete, const char *section,
              const struct mu_doc *agent)
{
    if (strcmp(section, "params") == 0 && agent) {
        offer_parameters(complete, agent);
    } else if (strcmp(section, "meta") == 0) {
        offer_options(complete, MU_VALUES_RESOURCE);
    } else if (strcmp(section, "op") == 0) {
        if (strcmp(complete->words[complete->count - 1], "op") == 0) {
            offer_actions(complete, agent);
        } else {
            offer_advice(complete, agent);
            offer_options(complete, MU_VALUES_OPERATION);
        }
    }
}

/* Names with an equals sign, or the values of the name that stands there. */
static void
offer_options(const struct mu_complete *complete, enum mu_values_scope scope)
{
    const struct mu_option *options;
    size_t count = mu_options_get(scope, &options);
    size_t length = strcspn(complete->start, "=");

    for (size_t i = 0; i < count; i++) {
        const struct mu_option *one = &options[i];

        if (complete->start[length] == '=') {
            if (strlen(one->name) == length &&
                strncmp(one->name, complete->start, length) == 0) {
                offer_option_values(complete, one);
            }
        } else if (!is_given(complete, one->name)) {
            mu_complete_offer(complete, with_equals(complete, one->name),
                              mu_text_make(&complete->tool->arena, "%s%s%s%s",
                                           one->summary,
                                           one->usual ? " (usual: " : "",
                                           one->usual ? one->usual : "",
                                           one->usual ? ")" : ""));
        }
    }
}

static void
offer_option_values(const struct mu_complete *complete,
                    const struct mu_option *option)
{
    const char *words =
        option->type == MU_OPTION_BOOL ? "true|false" : option->words;

    while (words && *words) {
        size_t size = strcspn(words, "|");

        mu_complete_offer(complete,
                          mu_text_make(&complete->tool->arena, "%s=%.*s",
                                       option->name, (int)size, words),
                          NULL);
        words += size;
        words += *words ? 1 : 0;
    }
}

static void
offer_parameters(const struct mu_complete *complete, const struct mu_doc *agent)
{
    const struct mu_doc_element *list =
        mu_doc_first_named(mu_doc_root(agent), "parameters");
    const struct mu_doc_element *one =
        list ? mu_doc_first_named(list, "parameter") : NULL;
    size_t length = strcspn(complete->start, "=");

    for (; one; one = mu_doc_next_named(one, "parameter")) {
        const char *name = mu_doc_get(one, "name");
        const char *required = mu_doc_get(one, "required");

        if (!name) {
            continue;
        }
        if (complete->start[length] == '=') {
            if (strlen(name) == length &&
                strncmp(name, complete->start, length) == 0) {
                offer_parameter_values(complete, one);
            }
        } else if (!is_given(complete, name)) {
            mu_complete_offer(
                complete, with_equals(complete, name),
                mu_text_make(
                    &complete->tool->arena, "%s%s",
                    required && strcmp(required, "1") == 0 ? "(required) " : "",
                    one_line(complete, one, "shortdesc")));
        }
    }
}

static void
offer_parameter_values(const struct mu_complete *complete,
                       const struct mu_doc_element *parameter)
{
    const struct mu_doc_element *content =
        mu_doc_first_named(parameter, "content");
    const char *type = content ? mu_doc_get(content, "type") : NULL;
    const char *usual = content ? mu_doc_get(content, "default") : NULL;
    const char *name = mu_doc_get(parameter, "name");
    struct mu_arena *arena = &complete->tool->arena;
    const struct mu_doc_element *option =
        content ? mu_doc_first_named(content, "option") : NULL;

    for (; option; option = mu_doc_next_named(option, "option")) {
        const char *value = mu_doc_get(option, "value");

        mu_complete_offer(
            complete, mu_text_make(arena, "%s=%s", name, value ? value : ""),
            NULL);
    }
    if (type && strcmp(type, "boolean") == 0) {
        mu_complete_offer(complete, mu_text_make(arena, "%s=true", name), NULL);
        mu_complete_offer(complete, mu_text_make(arena, "%s=false", name),
                          NULL);
    } else if (usual && *usual && !strchr(usual, ' ')) {
        mu_complete_offer(complete, mu_text_make(arena, "%s=%s", name, usual),
                          "the agent's default");
    }
}

static void
offer_actions(const struct mu_complete *complete, const struct mu_doc *agent)
{
    const struct mu_doc_element *list =
        agent ? mu_doc_first_named(mu_doc_root(agent), "actions") : NULL;
    const struct mu_doc_element *one =
        list ? mu_doc_first_named(list, "action") : NULL;

    if (!one) {
        mu_complete_offer_words(complete, "monitor|start|stop");
    }
    for (; one; one = mu_doc_next_named(one, "action")) {
        const char *name = mu_doc_get(one, "name");
        const char *timeout = mu_doc_get(one, "timeout");

        if (name && strcmp(name, "meta-data") != 0) {
            mu_complete_offer(complete, name,
                              timeout
                                  ? mu_text_make(&complete->tool->arena,
                                                 "advised: timeout=%s", timeout)
                                  : NULL);
        }
    }
}

/* What the agent advises for the operation that stands there. */
static void
offer_advice(const struct mu_complete *complete, const struct mu_doc *agent)
{
    const struct mu_doc_element *list =
        agent ? mu_doc_first_named(mu_doc_root(agent), "actions") : NULL;
    const struct mu_doc_element *one =
        list ? mu_doc_first_named(list, "action") : NULL;
    const char *operation = NULL;

    for (int i = 0; i + 1 < complete->count; i++) {
        if (strcmp(complete->words[i], "op") == 0) {
            operation = complete->words[i + 1];
        }
    }
    for (; one && operation; one = mu_doc_next_named(one, "action")) {
        static const char *const names[] = {"interval", "timeout"};
        const char *name = mu_doc_get(one, "name");

        if (!name || strcmp(name, operation) != 0) {
            continue;
        }
        for (size_t i = 0; i < 2; i++) {
            const char *value = mu_doc_get(one, names[i]);

            if (value && !is_given(complete, names[i]) &&
                strchr(complete->start, '=')) {
                mu_complete_offer(complete,
                                  mu_text_make(&complete->tool->arena, "%s=%s",
                                               names[i], value),
                                  "advised by the agent");
            }
        }
        return;
    }
}

/* Returns what an agent says about itself; null when it says nothing. */
static struct mu_doc *
agent_read(const struct mu_complete *complete, const char *name)
{
    struct mu_agents_name agent;
    struct mu_doc *doc = NULL;
    size_t size;
    char *xml;

    if (*name == '@') {
        name = agent_of(complete, name + 1);
    }
    if (!name || !mu_agents_parse(&complete->tool->arena, name, &agent) ||
        mu_agents_metadata(&complete->tool->arena, &agent, &xml, &size, NULL) ||
        mu_doc_parse((struct mu_span){(const unsigned char *)xml, size}, &doc,
                     NULL)) {
        return NULL;
    }
    return doc;
}

/* Returns the agent of a primitive or template; null when it has none. */
static const char *
agent_of(const struct mu_complete *complete, const char *name)
{
    const struct mu_doc_element *found =
        complete->cib ? mu_doc_find(mu_doc_root(complete->cib), name) : NULL;
    const char *provider = found ? mu_doc_get(found, "provider") : NULL;

    return found && mu_doc_get(found, "class") && mu_doc_get(found, "type")
               ? mu_text_make(&complete->tool->arena, "%s:%s%s%s",
                              mu_doc_get(found, "class"),
                              provider ? provider : "", provider ? ":" : "",
                              mu_doc_get(found, "type"))
               : NULL;
}

/* The first line of the text of a child, shortened. */
static const char *
one_line(const struct mu_complete *complete,
         const struct mu_doc_element *parent, const char *name)
{
    const struct mu_doc_element *child = mu_doc_first_named(parent, name);
    const char *text = child ? mu_doc_text(child) : NULL;
    size_t size;

    if (!text) {
        return "";
    }
    text += strspn(text, " \t\n");
    size = strcspn(text, "\n\t");
    return mu_arena_strndup(&complete->tool->arena, text,
                            size < NOTE_SIZE ? size : NOTE_SIZE);
}

/* Tells whether "name=" stands in the section already. */
static bool
is_given(const struct mu_complete *complete, const char *name)
{
    size_t length = strlen(name);

    for (int i = complete->count - 1; i >= 0; i--) {
        const char *word = complete->words[i];

        if (strncmp(word, name, length) == 0 && word[length] == '=') {
            return true;
        }
        if (strcmp(word, "op") == 0 || strcmp(word, "params") == 0 ||
            strcmp(word, "meta") == 0) {
            return false;
        }
    }
    return false;
}

static const char *
with_equals(const struct mu_complete *complete, const char *name)
{
    return mu_text_make(&complete->tool->arena, "%s%s", name,
                        complete->is_bare ? "" : "=");
}
