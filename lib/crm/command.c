/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/command.h"

#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "crm/apply.h"
#include "crm/grammar.h"
#include "crm/options.h"
#include "crm/refs.h"
#include "crm/values.h"

struct command {
    struct mu_workspace *workspace;
    const struct mu_statement *statement;
    const struct mu_word *words; /* Behind the name of the command. */
    size_t count;
    bool is_forced;
};

static int delete_run(struct command *command);
static int rename_run(struct command *command);
static int modgroup_run(struct command *command);
static int set_run(struct command *command);
static int monitor_run(struct command *command);
static int monitor_role(struct command *command, struct mu_element *op,
                        const char *text);
static int erase_run(struct command *command);
static int delete_check(struct mu_workspace *workspace,
                        const struct mu_element *object,
                        const struct mu_word *word, const char *const *names,
                        size_t count);
static bool is_named(const struct mu_element *object, const char *const *names,
                     size_t count);
static void object_delete(struct mu_workspace *workspace,
                          struct mu_element *object);
static bool has_member(const struct mu_element *container);
static int usage_fail(struct command *command, size_t position,
                      const char *usage);
static int group_add(struct command *command, struct mu_element *group,
                     struct mu_element *member);
static int group_remove(struct command *command, struct mu_element *group,
                        struct mu_element *member);
static int value_set(struct command *command, struct mu_element *object,
                     const char *path);
static int op_value_set(struct command *command, struct mu_element *object,
                        const char *path);
static int op_attribute_set(struct command *command, struct mu_element *op,
                            const char *name);
static struct mu_element *op_find(const struct mu_element *object,
                                  const char *name, const char *interval,
                                  size_t *count);
static struct mu_element *pair_find(const struct mu_element *object,
                                    const char *name);

static const struct {
    const char *name;
    int (*run)(struct command *command);
} commands[] = {
    {"delete", delete_run},     {"rm", delete_run}, {"rename", rename_run},
    {"modgroup", modgroup_run}, {"set", set_run},   {"monitor", monitor_run},
    {"erase", erase_run},
};

enum { COMMANDS_COUNT = sizeof(commands) / sizeof(commands[0]) };

bool
mu_command_is(const char *keyword)
{
    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        if (mu_text_casecmp(keyword, commands[i].name) == 0) {
            return true;
        }
    }
    return false;
}

int
mu_command_run(struct mu_workspace *workspace,
               const struct mu_statement *statement, bool is_forced)
{
    struct command command = {
        .workspace = workspace,
        .statement = statement,
        .words = statement->words + 1,
        .count = statement->words_count - 1,
        .is_forced = is_forced,
    };

    for (size_t i = 0; i < COMMANDS_COUNT; i++) {
        if (mu_text_casecmp(statement->words[0].text, commands[i].name) == 0) {
            return commands[i].run(&command);
        }
    }
    mu_unreachable();
}

static int
delete_run(struct command *command)
{
    const char **names;

    if (command->count == 0) {
        return usage_fail(command, 0, "the id of an object");
    }
    names =
        mu_arena_new(command->workspace->arena, const char *, command->count);
    for (size_t i = 0; i < command->count; i++) {
        const struct mu_element *object;

        names[i] = command->words[i].text;
        object = mu_workspace_object(command->workspace, names[i]);
        if (object && mu_element_is(object, "node") && !command->is_forced) {
            return mu_report_error(
                command->workspace->report, MU_REPORT_REASON_USED,
                &command->words[i],
                "\"%.80s\" is a node: use \"node delete\", or force it",
                names[i]);
        }
    }
    return mu_command_delete(command->workspace, names, command->words,
                             command->count);
}

int
mu_command_delete(struct mu_workspace *workspace, const char *const *names,
                  const struct mu_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mu_word *word = words ? &words[i] : NULL;
        struct mu_element *object = mu_workspace_object(workspace, names[i]);
        int r;

        if (!object) {
            return mu_workspace_missing(workspace, word, "object", names[i]);
        }
        r = delete_check(workspace, object, word, names, count);
        if (r < 0) {
            return r;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct mu_element *object = mu_workspace_object(workspace, names[i]);

        /* It may have gone with another one. */
        if (object) {
            object_delete(workspace, object);
        }
    }
    return 0;
}

/* Refuses to delete what another object, not deleted along, cannot do
 * without. */
static int
delete_check(struct mu_workspace *workspace, const struct mu_element *object,
             const struct mu_word *word, const char *const *names, size_t count)
{
    const struct mu_element *holder = mu_refs_holder(workspace, object);
    const char *name = mu_kinds_name_of(object);
    struct mu_element *other = NULL;

    if (holder && !is_named(holder, names, count)) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_USED, word,
                               "\"%.80s\" refers to attributes of \"%.80s\"",
                               mu_kinds_name_of(holder), name);
    }
    if (!mu_element_is(object, "template")) {
        return 0;
    }
    while ((other = mu_workspace_next(workspace, other))) {
        const char *template = mu_element_get(other, "template");

        if (template && strcmp(template, name) == 0 &&
            !is_named(other, names, count)) {
            return mu_report_error(workspace->report, MU_REPORT_REASON_USED,
                                   word,
                                   "primitive \"%.80s\" is made from template "
                                   "\"%.80s\"",
                                   mu_kinds_name_of(other), name);
        }
    }
    return 0;
}

static bool
is_named(const struct mu_element *object, const char *const *names,
         size_t count)
{
    const char *name = mu_kinds_name_of(object);

    for (size_t i = 0; name && i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Deletes one object, and the containers that are empty without it. */
static void
object_delete(struct mu_workspace *workspace, struct mu_element *object)
{
    const char *heir = NULL;

    if (mu_element_is(object, "node")) {
        mu_refs_remove_node(workspace, object);
        return;
    }
    if (mu_kinds_is_container(mu_kinds_of(object))) {
        for (const struct mu_element *child = object->first; child && !heir;
             child = child->next) {
            if (mu_kinds_of(child) != MU_KIND_NONE) {
                heir = mu_element_get(child, "id");
            }
        }
        mu_apply_free_members(workspace, object);
    }
    while (object) {
        struct mu_element *parent = object->parent;
        const char *id = mu_kinds_name_of(object);

        mu_workspace_drop(workspace, object);
        if (id) {
            if (heir) {
                mu_refs_redirect(workspace, id, heir);
            }
            mu_refs_remove(workspace, id);
        }
        object = NULL;
        if (mu_kinds_is_container(mu_kinds_of(parent)) &&
            !mu_element_is(parent, "bundle") && !has_member(parent)) {
            mu_report_info(workspace->report, mu_element_get(parent, "id"),
                           "%s \"%.80s\" is removed with its last member",
                           parent->name, mu_element_get(parent, "id"));
            object = parent;
        }
    }
}

static bool
has_member(const struct mu_element *container)
{
    for (const struct mu_element *child = container->first; child;
         child = child->next) {
        if (mu_kinds_of(child) != MU_KIND_NONE) {
            return true;
        }
    }
    return false;
}

static int
rename_run(struct command *command)
{
    struct mu_workspace *workspace = command->workspace;
    struct mu_element *object;
    const char *from;
    const char *to;

    if (command->count != 2) {
        return usage_fail(command, command->count, "OLD-ID NEW-ID");
    }
    from = command->words[0].text;
    to = command->words[1].text;
    object = mu_workspace_find(workspace, from);
    if (!object || mu_kinds_of(object) == MU_KIND_NONE) {
        if (mu_workspace_object(workspace, from)) {
            return mu_report_error(workspace->report, MU_REPORT_REASON_USED,
                                   &command->words[0],
                                   "\"%.80s\" cannot be renamed", from);
        }
        return mu_workspace_missing(workspace, &command->words[0], "object",
                                    from);
    }
    if (!mu_text_is_id(to)) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_NAME,
                               &command->words[1], "\"%.80s\" is no valid id",
                               to);
    }
    if (mu_workspace_find(workspace, to)) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_NAME,
                               &command->words[1],
                               "the id \"%.80s\" is taken already", to);
    }
    /* The ids inside stay as they are: others may have kept them. */
    mu_workspace_release(workspace, from);
    if (!mu_workspace_claim(workspace, object, to)) {
        mu_unreachable();
    }
    mu_refs_rename(workspace, from, to);
    return 0;
}

static int
modgroup_run(struct command *command)
{
    struct mu_workspace *workspace = command->workspace;
    struct mu_element *group;
    struct mu_element *member;
    bool is_add;

    if (command->count < 3) {
        return usage_fail(command, command->count,
                          "GROUP add ID [before|after ID] or GROUP remove ID");
    }
    group = mu_workspace_find(workspace, command->words[0].text);
    if (!mu_element_is(group, "group")) {
        return mu_workspace_missing(workspace, &command->words[0], "group",
                                    command->words[0].text);
    }
    is_add = mu_text_casecmp(command->words[1].text, "add") == 0;
    if (!is_add && mu_text_casecmp(command->words[1].text, "remove") != 0) {
        return usage_fail(command, 1, "add or remove");
    }
    member = mu_workspace_find(workspace, command->words[2].text);
    if (!mu_element_is(member, "primitive")) {
        return mu_workspace_missing(workspace, &command->words[2], "primitive",
                                    command->words[2].text);
    }
    return is_add ? group_add(command, group, member)
                  : group_remove(command, group, member);
}

static int
group_add(struct command *command, struct mu_element *group,
          struct mu_element *member)
{
    struct mu_workspace *workspace = command->workspace;
    struct mu_element *neighbour = NULL;
    bool is_before = false;

    if (!mu_element_is(member->parent, "resources")) {
        return mu_report_error(
            workspace->report, MU_REPORT_REASON_USED, &command->words[2],
            "\"%.80s\" is in %s \"%.80s\" already", command->words[2].text,
            member->parent->name, mu_element_get(member->parent, "id"));
    }
    if (command->count > 3) {
        is_before = mu_text_casecmp(command->words[3].text, "before") == 0;
        if (command->count != 5 ||
            (!is_before &&
             mu_text_casecmp(command->words[3].text, "after") != 0)) {
            return usage_fail(command, command->count > 5 ? 5 : 3,
                              "before ID or after ID");
        }
        neighbour = mu_workspace_find(workspace, command->words[4].text);
        if (!neighbour || neighbour->parent != group) {
            return mu_workspace_missing(workspace, &command->words[4],
                                        "member of this group",
                                        command->words[4].text);
        }
        neighbour = is_before ? neighbour : neighbour->next;
    }
    if (neighbour) {
        mu_element_insert(neighbour, member);
    } else {
        mu_element_append(group, member);
    }
    /* Constraints that name the member stay: the group exists, and whoever
     * adds to it may mean the member alone. */
    return 0;
}

static int
group_remove(struct command *command, struct mu_element *group,
             struct mu_element *member)
{
    struct mu_workspace *workspace = command->workspace;

    if (command->count != 3) {
        return usage_fail(command, 3, "the end of the command");
    }
    if (member->parent != group) {
        return mu_workspace_missing(workspace, &command->words[2],
                                    "member of this group",
                                    command->words[2].text);
    }
    mu_element_append(mu_workspace_section_get(workspace, "resources"), member);
    if (!has_member(group)) {
        return mu_report_error(workspace->report, MU_REPORT_REASON_USED,
                               &command->words[2],
                               "\"%.80s\" is the last member: delete the group "
                               "instead",
                               command->words[2].text);
    }
    return 0;
}

/* set ID[.OP[.INTERVAL]].NAME VALUE. Ids may hold dots: the longest one that
 * exists is meant. */
static int
set_run(struct command *command)
{
    struct mu_workspace *workspace = command->workspace;
    const char *path;
    size_t length;

    if (command->count != 2) {
        return usage_fail(command, command->count > 2 ? 2 : command->count,
                          "ID.NAME VALUE or ID.OP[.INTERVAL].NAME VALUE");
    }
    path = command->words[0].text;
    for (length = strlen(path); length > 0; length--) {
        struct mu_element *object;

        if (path[length] != '.') {
            continue;
        }
        object = mu_workspace_object(
            workspace, mu_arena_strndup(workspace->arena, path, length));
        if (object) {
            return value_set(command, object, path + length + 1);
        }
    }
    length = strcspn(path, ".");
    return mu_workspace_missing(
        workspace, &command->words[0], "object",
        mu_arena_strndup(workspace->arena, path, length));
}

static int
value_set(struct command *command, struct mu_element *object, const char *path)
{
    struct mu_element *pair = pair_find(object, path);

    if (pair) {
        enum mu_values_scope scope =
            mu_element_is(pair->parent, "cluster_property_set")
                ? MU_VALUES_CLUSTER
            : mu_kinds_of(object) == MU_KIND_OP_DEFAULTS ? MU_VALUES_OPERATION
                                                         : MU_VALUES_RESOURCE;

        mu_element_set(command->workspace->arena, pair, "value",
                       command->words[1].text);
        /* Parameters and utilization are the agents' business. */
        return mu_element_is(pair->parent, "instance_attributes") ||
                       mu_element_is(pair->parent, "utilization")
                   ? 0
                   : mu_values_check_one(command->workspace->report, scope,
                                         path, command->words[1].text,
                                         &command->words[1]);
    }
    if (strchr(path, '.')) {
        return op_value_set(command, object, path);
    }
    return mu_report_error(command->workspace->report, MU_REPORT_REASON_MISSING,
                           &command->words[0],
                           "\"%.80s\" has no attribute \"%.80s\"",
                           mu_kinds_name_of(object), path);
}

static int
op_value_set(struct command *command, struct mu_element *object,
             const char *path)
{
    struct mu_arena *arena = command->workspace->arena;
    const char *dot = strchr(path, '.');
    const char *last = strrchr(path, '.');
    const char *op_name = mu_arena_strndup(arena, path, (size_t)(dot - path));
    const char *interval =
        dot == last
            ? NULL
            : mu_arena_strndup(arena, dot + 1, (size_t)(last - dot) - 1);
    size_t count = 0;
    struct mu_element *op = op_find(object, op_name, interval, &count);

    if (count != 1) {
        return mu_report_error(
            command->workspace->report, MU_REPORT_REASON_MISSING,
            &command->words[0],
            count == 0 ? "\"%.80s\" has no operation \"%.80s\""
                       : "\"%.80s\" has several operations \"%.80s\": add the "
                         "interval, as in ID.monitor.10s.timeout",
            mu_kinds_name_of(object), op_name);
    }
    return op_attribute_set(command, op, last + 1);
}

/* Sets a parameter of the operation itself where it has one of that name, or
 * one of the attributes that operations have. */
static int
op_attribute_set(struct command *command, struct mu_element *op,
                 const char *name)
{
    struct mu_report *report = command->workspace->report;
    struct mu_arena *arena = command->workspace->arena;
    const struct mu_word *word = &command->words[1];
    struct mu_element *pair = pair_find(op, name);
    bool is_key = strcmp(name, "id") == 0 || strcmp(name, "name") == 0;

    if (pair) {
        mu_element_set(arena, pair, "value", word->text);
        return 0;
    }
    if (is_key || !mu_options_find(MU_VALUES_OPERATION, name)) {
        return mu_report_error(report, MU_REPORT_REASON_MISSING,
                               &command->words[0],
                               "an operation has no attribute \"%.80s\" to set",
                               name);
    }
    mu_element_set(arena, op, name, word->text);
    return mu_values_check_one(report, MU_VALUES_OPERATION, name, word->text,
                               word);
}

static struct mu_element *
op_find(const struct mu_element *object, const char *name, const char *interval,
        size_t *count)
{
    const struct mu_element *operations = mu_element_find(object, "operations");
    struct mu_element *found = NULL;

    for (struct mu_element *op = operations ? operations->first : NULL; op;
         op = op->next) {
        const char *op_name = op->name ? mu_element_get(op, "name") : NULL;
        const char *op_interval =
            op->name ? mu_element_get(op, "interval") : NULL;

        if (op_name && strcmp(op_name, name) == 0 &&
            (!interval ||
             (op_interval && strcmp(op_interval, interval) == 0))) {
            found = op;
            (*count)++;
        }
    }
    return found;
}

/* Returns the pair 'name' of an object itself or in one of its sets. */
static struct mu_element *
pair_find(const struct mu_element *object, const char *name)
{
    struct mu_element *pair =
        mu_element_find_with(object, "nvpair", "name", name);

    for (const struct mu_element *set = object->first; set && !pair;
         set = set->next) {
        if (mu_element_is(set, "instance_attributes") ||
            mu_element_is(set, "meta_attributes") ||
            mu_element_is(set, "utilization")) {
            pair = mu_element_find_with(set, "nvpair", "name", name);
        }
    }
    return pair;
}

/* monitor RSC[:ROLE] INTERVAL[:TIMEOUT]. */
static int
monitor_run(struct command *command)
{
    struct mu_workspace *workspace = command->workspace;
    const char *colon;
    const char *id;
    const char *interval;
    struct mu_element *primitive;
    struct mu_element *operations;
    struct mu_element *op;

    if (command->count != 2) {
        return usage_fail(command, command->count > 2 ? 2 : command->count,
                          "RESOURCE[:ROLE] INTERVAL[:TIMEOUT]");
    }
    colon = strchr(command->words[0].text, ':');
    id = mu_arena_strndup(workspace->arena, command->words[0].text,
                          strcspn(command->words[0].text, ":"));
    primitive = mu_workspace_find(workspace, id);
    if (!mu_element_is(primitive, "primitive") &&
        !mu_element_is(primitive, "template")) {
        return mu_workspace_missing(workspace, &command->words[0], "primitive",
                                    id);
    }
    operations = mu_element_find(primitive, "operations");
    if (!operations) {
        operations = mu_element_add(workspace->arena, primitive, "operations");
    }
    op = mu_element_add(workspace->arena, operations, "op");
    mu_element_set(workspace->arena, op, "name", "monitor");
    interval = mu_arena_strndup(workspace->arena, command->words[1].text,
                                strcspn(command->words[1].text, ":"));
    mu_element_set(workspace->arena, op, "interval", interval);
    if (colon && monitor_role(command, op, colon + 1) < 0) {
        return -EBADMSG;
    }
    colon = strchr(command->words[1].text, ':');
    if (colon) {
        mu_element_set(workspace->arena, op, "timeout", colon + 1);
    }
    if (mu_values_check_one(workspace->report, MU_VALUES_OPERATION, "interval",
                            interval, &command->words[1]) < 0 ||
        (colon &&
         mu_values_check_one(workspace->report, MU_VALUES_OPERATION, "timeout",
                             colon + 1, &command->words[1]) < 0)) {
        return -EBADMSG;
    }
    return mu_workspace_identify(workspace, primitive, NULL);
}

static int
monitor_role(struct command *command, struct mu_element *op, const char *text)
{
    const struct mu_grammar_options options = {
        .has_promoted = command->workspace->has_promoted};
    const struct mu_grammar grammar = {.options = &options};
    const char *role = mu_grammar_role(&grammar, text);

    if (!role) {
        return mu_report_error(command->workspace->report,
                               MU_REPORT_REASON_SYNTAX, &command->words[0],
                               "\"%.80s\" is no role", text);
    }
    mu_element_set(command->workspace->arena, op, "role", role);
    return 0;
}

static int
erase_run(struct command *command)
{
    bool with_nodes = command->count == 1 &&
                      mu_text_casecmp(command->words[0].text, "nodes") == 0;

    if (command->count > 0 && !with_nodes) {
        return usage_fail(command, 0, "nodes, or nothing");
    }
    mu_command_erase(command->workspace, with_nodes);
    return 0;
}

void
mu_command_erase(struct mu_workspace *workspace, bool with_nodes)
{
    struct mu_element *section = workspace->configuration->first;

    while (section) {
        struct mu_element *next = section->next;

        if (mu_element_is(section, "fencing-topology")) {
            mu_workspace_drop(workspace, section);
        } else if (section->name &&
                   (with_nodes || !mu_element_is(section, "nodes"))) {
            while (section->first) {
                mu_workspace_drop(workspace, section->first);
            }
        }
        section = next;
    }
}

static int
usage_fail(struct command *command, size_t position, const char *usage)
{
    const struct mu_word *word = position < command->count
                                     ? &command->words[position]
                                     : &command->statement->last;

    return mu_report_error(command->workspace->report, MU_REPORT_REASON_SYNTAX,
                           word, "expected %s", usage);
}
