/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets, rules, constraints, fencing levels, roles and alerts as text. */
#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "base/vec.h"
#include "crm/acl_paths.h"
#include "crm/lexer.h"
#include "crm/print.h"

static void word_append(const struct mu_print *print, const char *word,
                        struct mu_text_buffer *line);
static void expression_append(const struct mu_print *print,
                              const struct mu_element *expression,
                              struct mu_text_buffer *line);
static void date_append(const struct mu_print *print,
                        const struct mu_element *date,
                        struct mu_text_buffer *line);
static void reference_append(const struct mu_element *constraint,
                             const char *name, const char *qualifier,
                             struct mu_text_buffer *line);
static void sets_append(const struct mu_element *constraint,
                        struct mu_text_buffer *line);
static void set_append(const struct mu_element *set,
                       struct mu_text_buffer *line);
static void location_append(struct mu_print *print,
                            const struct mu_element *location,
                            struct mu_text_buffer *line);
static void option_append(const struct mu_print *print,
                          const struct mu_element *element, const char *name,
                          struct mu_text_buffer *line);
static bool is_same_target(const struct mu_element *a,
                           const struct mu_element *b);
static const char *number_id(const struct mu_print *print,
                             const struct mu_element *part, const char *prefix,
                             const char *stem, unsigned first);
static void permission_append(const struct mu_print *print,
                              const struct mu_element *permission,
                              struct mu_text_buffer *line);
static void select_append(const struct mu_print *print,
                          const struct mu_element *select,
                          struct mu_text_buffer *line);
static void recipient_append(const struct mu_print *print,
                             const struct mu_element *recipient,
                             struct mu_text_buffer *line);

void
mu_print_line(struct mu_print *print, const char *line)
{
    *mu_vec_add(print->arena, &print->lines) = line;
}

void
mu_print_set(const struct mu_print *print, const struct mu_element *set,
             const char *prefix, struct mu_text_buffer *line)
{
    const char *id = mu_element_get(set, "id");
    const char *reference = mu_element_get(set, "id-ref");
    const char *score = mu_element_get(set, "score");

    if (reference) {
        mu_text_buffer_add(line, " $id-ref=%s", reference);
        return;
    }
    if (prefix) {
        const char *usual = mu_print_usual_id(
            print, set, mu_text_make(print->arena, "%s-%s", prefix, set->name));

        if (mu_print_needs_id(print, set, usual) ||
            (print->is_full && id && !set->first)) {
            mu_text_buffer_add(line, " $id=%s", id);
        }
    }
    if (score) {
        mu_text_buffer_add(line, " %s:", score);
    }
    for (const struct mu_element *child = set->first; child;
         child = child->next) {
        if (mu_element_is(child, "rule")) {
            mu_print_rule(print, child, id, line);
        } else if (child->name) {
            mu_print_nvpair(print, child, id, line);
        }
    }
}

void
mu_print_nvpair(const struct mu_print *print, const struct mu_element *pair,
                const char *set_id, struct mu_text_buffer *line)
{
    const char *reference = mu_element_get(pair, "id-ref");
    const char *name = mu_element_get(pair, "name");
    const char *value = mu_element_get(pair, "value");
    const char *id = mu_element_get(pair, "id");

    if (reference) {
        mu_text_buffer_add(line, " @%s%s%s", reference, name ? ":" : "",
                           name ? name : "");
        return;
    }
    name = name ? name : "";
    if (mu_print_needs_id(
            print, pair,
            mu_text_make(print->arena, "%s-%s", set_id ? set_id : "", name))) {
        mu_text_buffer_add(line, " $%s", id);
        if (value && strcmp(id, name) == 0) {
            mu_print_pair(print, "", value, line);
            return;
        }
        mu_text_buffer_add(line, ":%s=%s", name,
                           mu_lexer_quote(print->arena, value ? value : ""));
        return;
    }
    if (!value) {
        mu_text_buffer_add(line, " %s", name);
        return;
    }
    if (print->obscured && mu_print_glob(print->obscured, name)) {
        value = "******";
        mu_text_buffer_add(line, " %s=%s", name, value);
        return;
    }
    mu_print_pair(print, name, value, line);
}

void
mu_print_pair(const struct mu_print *print, const char *name, const char *value,
              struct mu_text_buffer *line)
{
    mu_text_buffer_add(line, "%s%s=%s", *name ? " " : "", name,
                       mu_lexer_quote(print->arena, value));
}

bool
mu_print_needs_id(const struct mu_print *print, const struct mu_element *part,
                  const char *usual)
{
    const char *id = mu_element_get(part, "id");

    if (!id) {
        return false;
    }
    return mu_index_find(print->referenced, id) != MU_INDEX_NONE ||
           (print->is_full && strcmp(id, usual) != 0);
}

const char *
mu_print_usual_id(const struct mu_print *print, const struct mu_element *part,
                  const char *base)
{
    const char *id = base;
    unsigned count = 0;

    for (const struct mu_element *other = part->previous; other;
         other = other->previous) {
        const char *taken = other->name ? mu_element_get(other, "id") : NULL;

        if (taken && strcmp(taken, id) == 0) {
            id = mu_text_make(print->arena, "%s-%u", base, count++);
            other = part; /* Compare the new one with all of them. */
        }
    }
    return id;
}

const char *
mu_print_score(const char *score)
{
    static const char *const names[][2] = {
        {"INFINITY", "inf"}, {"-INFINITY", "-inf"}, {"+INFINITY", "+inf"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(score, names[i][0]) == 0) {
            return names[i][1];
        }
    }
    return score;
}

/* A word that is no value: in quotes only where it would fall apart. */
static void
word_append(const struct mu_print *print, const char *word,
            struct mu_text_buffer *line)
{
    bool is_whole = *word && !strpbrk(word, " \t\r\n\"'\\");

    mu_text_buffer_add(line, " %s",
                       is_whole ? word : mu_lexer_quote(print->arena, word));
}

void
mu_print_rule(const struct mu_print *print, const struct mu_element *rule,
              const char *prefix, struct mu_text_buffer *line)
{
    const char *reference = mu_element_get(rule, "id-ref");
    const char *role = mu_element_get(rule, "role");
    const char *score = mu_element_get(rule, "score");
    const char *attribute = mu_element_get(rule, "score-attribute");
    const char *operation = mu_element_get(rule, "boolean-op");
    const char *usual = mu_print_usual_id(
        print, rule,
        mu_text_make(print->arena, "%s-rule", prefix ? prefix : ""));
    bool is_first = true;

    mu_text_buffer_add(line, " rule");
    if (reference) {
        mu_text_buffer_add(line, " $id-ref=%s", reference);
        return;
    }
    if (mu_print_needs_id(print, rule, usual)) {
        mu_text_buffer_add(line, " $id=%s", mu_element_get(rule, "id"));
    }
    if (role) {
        mu_text_buffer_add(line, " $role=%s", role);
    }
    if (attribute) {
        mu_text_buffer_add(line, " %s:", attribute);
    } else if (score && strcmp(score, "INFINITY") != 0) {
        mu_text_buffer_add(line, " %s:", mu_print_score(score));
    }
    for (const struct mu_element *child = rule->first; child;
         child = child->next) {
        if (!child->name) {
            continue;
        }
        if (!is_first) {
            mu_text_buffer_add(line, " %s", operation ? operation : "and");
        }
        is_first = false;
        if (mu_element_is(child, "date_expression")) {
            date_append(print, child, line);
        } else {
            expression_append(print, child, line);
        }
    }
}

static void
expression_append(const struct mu_print *print,
                  const struct mu_element *expression,
                  struct mu_text_buffer *line)
{
    const char *operation = mu_element_get(expression, "operation");
    const char *attribute = mu_element_get(expression, "attribute");
    const char *type = mu_element_get(expression, "type");
    const char *value = mu_element_get(expression, "value");
    const char *source = mu_element_get(expression, "value-source");

    operation = operation ? operation : "";
    if (strstr(operation, "defined")) {
        mu_text_buffer_add(line, " %s", operation);
        word_append(print, attribute ? attribute : "", line);
        return;
    }
    word_append(print, attribute ? attribute : "", line);
    if (type && strcmp(type, "string") == 0 && !print->is_full) {
        type = NULL;
    }
    mu_text_buffer_add(line, " %s%s%s", type ? type : "", type ? ":" : "",
                       operation);
    value = value ? value : "";
    if (source && strcmp(source, "literal") != 0) {
        word_append(print, mu_text_make(print->arena, "%s{%s}", source, value),
                    line);
        return;
    }
    mu_text_buffer_add(line, " %s", mu_lexer_quote(print->arena, value));
}

static void
date_append(const struct mu_print *print, const struct mu_element *date,
            struct mu_text_buffer *line)
{
    const char *operation = mu_element_get(date, "operation");
    const char *start = mu_element_get(date, "start");
    const char *end = mu_element_get(date, "end");
    const struct mu_element *units = date->first;

    operation = operation ? operation : "in_range";
    mu_text_buffer_add(line, " date");
    if (strcmp(operation, "lt") == 0 || strcmp(operation, "gt") == 0) {
        const char *limit = *operation == 'l' ? end : start;

        mu_text_buffer_add(line, " %s %s", operation,
                           mu_lexer_quote(print->arena, limit ? limit : ""));
        return;
    }
    mu_text_buffer_add(line, " %s",
                       strcmp(operation, "date_spec") == 0 ? "spec" : "in");
    if (start) {
        mu_print_pair(print, "start", start, line);
    }
    if (end) {
        mu_print_pair(print, "end", end, line);
    }
    while (units && !units->name) {
        units = units->next;
    }
    for (size_t i = 0; units && i < units->attributes_count; i++) {
        if (strcmp(units->attributes[i].name, "id") != 0) {
            mu_print_pair(print, units->attributes[i].name,
                          units->attributes[i].value, line);
        }
    }
}

void
mu_print_constraint(struct mu_print *print, const struct mu_element *constraint)
{
    enum mu_kind kind = mu_kinds_of(constraint);
    const char *id = mu_element_get(constraint, "id");
    const char *score = mu_element_get(constraint, "score");
    const char *attribute = mu_element_get(constraint, "score-attribute");
    const char *text = mu_element_get(constraint, "kind");
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "%s %s", mu_kinds_info(kind)->keyword,
                       id ? id : "");
    if (kind == MU_KIND_LOCATION) {
        location_append(print, constraint, &line);
        return;
    }
    if (kind == MU_KIND_ORDER && text) {
        mu_text_buffer_add(&line, " %s:", text);
    } else if (kind == MU_KIND_TICKET) {
        text = mu_element_get(constraint, "ticket");
        mu_text_buffer_add(&line, " %s:", text ? text : "");
    } else if (attribute || score) {
        mu_text_buffer_add(
            &line, " %s:", attribute ? attribute : mu_print_score(score));
    }
    if (mu_element_find(constraint, "resource_set")) {
        sets_append(constraint, &line);
    } else if (kind == MU_KIND_ORDER) {
        reference_append(constraint, "first", "first-action", &line);
        reference_append(constraint, "then", "then-action", &line);
    } else {
        reference_append(constraint, "rsc", "rsc-role", &line);
        reference_append(constraint, "with-rsc", "with-rsc-role", &line);
    }
    option_append(print, constraint, "symmetrical", &line);
    option_append(print, constraint, "require-all", &line);
    option_append(print, constraint, "node-attribute", &line);
    option_append(print, constraint, "influence", &line);
    option_append(print, constraint, "loss-policy", &line);
    mu_print_line(print, line.data);
}

static void
option_append(const struct mu_print *print, const struct mu_element *element,
              const char *name, struct mu_text_buffer *line)
{
    const char *value = mu_element_get(element, name);

    if (value) {
        mu_print_pair(print, name, value, line);
    }
}

static void
reference_append(const struct mu_element *constraint, const char *name,
                 const char *qualifier, struct mu_text_buffer *line)
{
    const char *id = mu_element_get(constraint, name);
    const char *value = mu_element_get(constraint, qualifier);

    if (id) {
        mu_text_buffer_add(line, " %s%s%s", id, value ? ":" : "",
                           value ? value : "");
    }
}

static void
sets_append(const struct mu_element *constraint, struct mu_text_buffer *line)
{
    size_t needed = mu_element_is(constraint, "rsc_ticket") ? 1 : 2;
    size_t count = 0;
    bool has_bracket = false;

    for (const struct mu_element *set = constraint->first; set;
         set = set->next) {
        const char *sequential;
        const char *require_all;

        if (!mu_element_is(set, "resource_set")) {
            continue;
        }
        sequential = mu_element_get(set, "sequential");
        require_all = mu_element_get(set, "require-all");
        has_bracket |= (sequential && strcmp(sequential, "false") == 0) ||
                       (require_all && strcmp(require_all, "false") == 0);
        for (const struct mu_element *child = set->first; child;
             child = child->next) {
            count += child->name != NULL;
        }
    }
    /* Otherwise it would read as the simple form. */
    if (count == needed && !has_bracket &&
        !mu_element_is(constraint, "rsc_location")) {
        mu_text_buffer_add(line, " _rsc_set_");
    }
    for (const struct mu_element *set = constraint->first; set;
         set = set->next) {
        if (mu_element_is(set, "resource_set")) {
            set_append(set, line);
        }
    }
}

static void
set_append(const struct mu_element *set, struct mu_text_buffer *line)
{
    const char *text = mu_element_get(set, "sequential");
    bool is_sequential = !text || strcmp(text, "false") != 0;
    bool requires_all;
    const char *qualifier = mu_element_get(set, "role");

    text = mu_element_get(set, "require-all");
    requires_all = !text || strcmp(text, "false") != 0;
    qualifier = qualifier ? qualifier : mu_element_get(set, "action");
    if (!requires_all) {
        mu_text_buffer_add(line, " [");
    } else if (!is_sequential) {
        mu_text_buffer_add(line, " (");
    }
    for (const struct mu_element *child = set->first; child;
         child = child->next) {
        const char *id = child->name ? mu_element_get(child, "id") : NULL;

        if (id) {
            mu_text_buffer_add(line, " %s%s%s", id, qualifier ? ":" : "",
                               qualifier ? qualifier : "");
        }
    }
    if (!requires_all) {
        mu_text_buffer_add(line, "%s ]",
                           is_sequential ? " sequential=true" : "");
    } else if (!is_sequential) {
        mu_text_buffer_add(line, " )");
    }
}

static void
location_append(struct mu_print *print, const struct mu_element *location,
                struct mu_text_buffer *line)
{
    const char *rsc = mu_element_get(location, "rsc");
    const char *pattern = mu_element_get(location, "rsc-pattern");
    const char *score = mu_element_get(location, "score");
    const char *node = mu_element_get(location, "node");

    if (pattern) {
        word_append(print, mu_text_make(print->arena, "/%s/", pattern), line);
    } else if (rsc) {
        mu_text_buffer_add(line, " %s", rsc);
    } else {
        mu_text_buffer_add(line, " {");
        sets_append(location, line);
        mu_text_buffer_add(line, " }");
    }
    option_append(print, location, "role", line);
    option_append(print, location, "resource-discovery", line);
    if (score && node) {
        mu_text_buffer_add(line, " %s:", mu_print_score(score));
        word_append(print, node, line);
    }
    mu_print_line(print, line->data);
    for (const struct mu_element *rule = location->first; rule;
         rule = rule->next) {
        struct mu_text_buffer text;

        if (!mu_element_is(rule, "rule")) {
            continue;
        }
        mu_text_buffer_init(&text, print->arena);
        mu_print_rule(print, rule, mu_element_get(location, "id"), &text);
        mu_print_line(print, text.data + 1);
    }
}

/* One line per target, its levels in order. */
void
mu_print_fencing(struct mu_print *print, const struct mu_element *topology)
{
    const struct mu_element *last = NULL;
    struct mu_text_buffer line;

    mu_print_line(print, "fencing_topology");
    mu_text_buffer_init(&line, print->arena);
    for (const struct mu_element *level = topology->first; level;
         level = level->next) {
        const char *devices;

        if (!level->name) {
            continue;
        }
        if (!last || !is_same_target(last, level)) {
            const char *target = mu_element_get(level, "target");
            const char *pattern = mu_element_get(level, "target-pattern");
            const char *name = mu_element_get(level, "target-attribute");
            const char *value = mu_element_get(level, "target-value");

            if (last) {
                mu_print_line(print, line.data);
            }
            mu_text_buffer_init(&line, print->arena);
            if (target) {
                mu_text_buffer_add(&line, "%s:", target);
            } else if (pattern) {
                mu_text_buffer_add(&line, "pattern:%s", pattern);
            } else {
                mu_text_buffer_add(&line, "attr:%s=%s", name ? name : "",
                                   value ? value : "");
            }
        }
        devices = mu_element_get(level, "devices");
        mu_text_buffer_add(&line, " %s", devices ? devices : "");
        last = level;
    }
    if (last) {
        mu_print_line(print, line.data);
    }
}

static bool
is_same_target(const struct mu_element *a, const struct mu_element *b)
{
    static const char *const names[] = {"target", "target-pattern",
                                        "target-attribute", "target-value"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *left = mu_element_get(a, names[i]);
        const char *right = mu_element_get(b, names[i]);

        if (!left != !right || (left && strcmp(left, right) != 0)) {
            return false;
        }
    }
    return true;
}

void
mu_print_acl(struct mu_print *print, const struct mu_element *object)
{
    const char *id = mu_element_get(object, "id");
    const char *description = mu_element_get(object, "description");
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "%s",
                       mu_kinds_info(mu_kinds_of(object))->keyword);
    word_append(print, id ? id : "", &line);
    mu_print_line(print, line.data);
    if (description) {
        mu_print_line(print,
                      mu_text_make(print->arena, "description=%s",
                                   mu_lexer_quote(print->arena, description)));
    }
    for (const struct mu_element *child = object->first; child;
         child = child->next) {
        if (!child->name) {
            continue;
        }
        mu_text_buffer_init(&line, print->arena);
        if (mu_element_is(child, "role")) {
            const char *role = mu_element_get(child, "id");

            mu_text_buffer_add(&line, "%s", role ? role : "");
        } else {
            permission_append(print, child, &line);
        }
        mu_print_line(print, line.data);
    }
}

/* Returns the id of a part that is numbered from 'first': the lowest number
 * that the parts before it leave free. */
static const char *
number_id(const struct mu_print *print, const struct mu_element *part,
          const char *prefix, const char *stem, unsigned first)
{
    const struct mu_element *other = part->previous;
    const char *id = mu_text_make(print->arena, "%s-%s%u", prefix ? prefix : "",
                                  stem, first);

    while (other) {
        const char *taken = other->name ? mu_element_get(other, "id") : NULL;

        if (taken && strcmp(taken, id) == 0) {
            first++;
            id = mu_text_make(print->arena, "%s-%s%u", prefix ? prefix : "",
                              stem, first);
            other = part;
        }
        other = other->previous;
    }
    return id;
}

static void
permission_append(const struct mu_print *print,
                  const struct mu_element *permission,
                  struct mu_text_buffer *line)
{
    const char *kind = mu_element_get(permission, "kind");
    const char *xpath = mu_element_get(permission, "xpath");
    const char *reference = mu_element_get(permission, "reference");
    const char *type = mu_element_get(permission, "object-type");
    const char *attribute = mu_element_get(permission, "attribute");
    const char *role = mu_element_get(permission->parent, "id");

    mu_text_buffer_add(line, "%s", kind ? kind : "");
    if (mu_print_needs_id(print, permission,
                          number_id(print, permission, role, "", 0))) {
        mu_text_buffer_add(line, " $id=%s", mu_element_get(permission, "id"));
    }
    option_append(print, permission, "description", line);
    if (xpath) {
        const char *short_name = mu_acl_paths_compress(print->arena, xpath);

        mu_text_buffer_add(line, " %s%s", short_name ? "" : "xpath:",
                           short_name ? short_name
                                      : mu_lexer_quote(print->arena, xpath));
    }
    if (reference) {
        mu_text_buffer_add(line, " ref:%s", reference);
    }
    if (attribute) {
        mu_text_buffer_add(line, " attr:%s", attribute);
    }
    if (type) {
        mu_text_buffer_add(line, " type:%s", type);
    }
}

void
mu_print_alert(struct mu_print *print, const struct mu_element *alert)
{
    const char *id = mu_element_get(alert, "id");
    const char *path = mu_element_get(alert, "path");
    const char *description = mu_element_get(alert, "description");

    mu_print_line(print,
                  mu_text_make(print->arena, "alert %s %s", id ? id : "",
                               mu_lexer_quote(print->arena, path ? path : "")));
    if (description) {
        mu_print_line(print,
                      mu_text_make(print->arena, "description=%s",
                                   mu_lexer_quote(print->arena, description)));
    }
    for (const struct mu_element *child = alert->first; child;
         child = child->next) {
        struct mu_text_buffer line;

        if (!child->name) {
            continue;
        }
        mu_text_buffer_init(&line, print->arena);
        if (mu_element_is(child, "select")) {
            select_append(print, child, &line);
        } else if (mu_element_is(child, "recipient")) {
            recipient_append(print, child, &line);
        } else {
            mu_text_buffer_add(&line, "%s",
                               mu_element_is(child, "meta_attributes")
                                   ? "meta"
                                   : "attributes");
            mu_print_set(print, child, id, &line);
        }
        mu_print_line(print, line.data);
    }
}

static void
select_append(const struct mu_print *print, const struct mu_element *select,
              struct mu_text_buffer *line)
{
    mu_text_buffer_add(line, "select");
    for (const struct mu_element *filter = select->first; filter;
         filter = filter->next) {
        if (!filter->name || strncmp(filter->name, "select_", 7) != 0) {
            continue;
        }
        mu_text_buffer_add(line, " %s", filter->name + 7);
        if (!filter->first) {
            continue;
        }
        mu_text_buffer_add(line, " {");
        for (const struct mu_element *attribute = filter->first; attribute;
             attribute = attribute->next) {
            const char *name =
                attribute->name ? mu_element_get(attribute, "name") : NULL;

            if (name) {
                word_append(print, name, line);
            }
        }
        mu_text_buffer_add(line, " }");
    }
}

static void
recipient_append(const struct mu_print *print,
                 const struct mu_element *recipient,
                 struct mu_text_buffer *line)
{
    const char *id = mu_element_get(recipient, "id");
    const char *value = mu_element_get(recipient, "value");
    const char *alert = mu_element_get(recipient->parent, "id");
    bool needs_id = mu_print_needs_id(
        print, recipient, number_id(print, recipient, alert, "recipient-", 1));
    bool is_braced;

    is_braced = needs_id || recipient->first ||
                mu_element_get(recipient, "description");
    mu_text_buffer_add(line, "to%s", is_braced ? " {" : "");
    if (needs_id) {
        mu_text_buffer_add(line, " $id=%s", id);
    }
    mu_text_buffer_add(line, " %s",
                       mu_lexer_quote(print->arena, value ? value : ""));
    option_append(print, recipient, "description", line);
    for (const struct mu_element *set = recipient->first; set;
         set = set->next) {
        if (set->name) {
            mu_text_buffer_add(
                line, " %s",
                mu_element_is(set, "meta_attributes") ? "meta" : "attributes");
            mu_print_set(print, set, id, line);
        }
    }
    if (is_braced) {
        mu_text_buffer_add(line, " }");
    }
}

bool
mu_print_glob(const char *glob, const char *name)
{
    const char *star = NULL;
    const char *retry = name;

    while (*name) {
        char left[2] = {*glob, '\0'};
        char right[2] = {*name, '\0'};

        if (*glob == '*') {
            star = glob++;
            retry = name;
        } else if (*glob &&
                   (*glob == '?' || mu_text_casecmp(left, right) == 0)) {
            glob++;
            name++;
        } else if (star) {
            glob = star + 1;
            name = ++retry;
        } else {
            return false;
        }
    }
    while (*glob == '*') {
        glob++;
    }
    return !*glob;
}
