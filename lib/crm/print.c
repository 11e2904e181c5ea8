/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/print.h"

#include <string.h>

#include "base/panic.h"
#include "crm/compare.h"
#include "crm/lexer.h"
#include "doc/doc.h"

static void comments_print(struct mu_print *print,
                           const struct mu_element *object);
static bool has_inner_comment(const struct mu_element *object);
static void description_print(struct mu_print *print,
                              const struct mu_element *object);
static void node_print(struct mu_print *print, const struct mu_element *node);
static void primitive_print(struct mu_print *print,
                            const struct mu_element *primitive);
static void operations_print(struct mu_print *print,
                             const struct mu_element *operations,
                             const char *prefix);
static void op_print(struct mu_print *print, const struct mu_element *op,
                     const char *prefix);
static void container_print(struct mu_print *print,
                            const struct mu_element *container,
                            const char *keyword);
static void bundle_print(struct mu_print *print,
                         const struct mu_element *bundle);
static void attributes_append(const struct mu_print *print,
                              const struct mu_element *element,
                              struct mu_text_buffer *line);
static void tag_print(struct mu_print *print, const struct mu_element *tag);
static void options_print(struct mu_print *print, const struct mu_element *set,
                          const char *keyword);
static void section_print(struct mu_print *print, const struct mu_element *set,
                          const char *keyword, const char *prefix);
static void lines_make(struct mu_print *print, enum mu_kind kind,
                       const struct mu_element *object);
static const char *lines_join(const struct mu_print *print);
static void xml_write(struct mu_text_buffer *buffer,
                      const struct mu_element *element, unsigned depth,
                      const char *end);
static void comment_write(struct mu_text_buffer *buffer, const char *text);
static void xml_tag_write(struct mu_text_buffer *buffer,
                          const struct mu_element *element);

const char *
mu_print_object(const struct mu_print *print, const struct mu_element *object)
{
    enum mu_kind kind = mu_kinds_of(object);
    struct mu_print plain = *print;
    const char *text;

    mu_assert(kind != MU_KIND_NONE);
    plain.obscured = NULL;
    plain.lines = (struct mu_print_lines){0};
    lines_make(&plain, kind, object);
    text = lines_join(&plain);
    if (!mu_compare_text(print->arena, text, object, print->has_promoted,
                         print->is_full) ||
        (print->is_full && has_inner_comment(object))) {
        return mu_print_xml(print->arena, object, true);
    }
    if (print->obscured) {
        plain.obscured = print->obscured;
        plain.lines = (struct mu_print_lines){0};
        lines_make(&plain, kind, object);
        text = lines_join(&plain);
    }
    return text;
}

static void
lines_make(struct mu_print *print, enum mu_kind kind,
           const struct mu_element *object)
{
    const char *keyword = mu_kinds_info(kind)->keyword;

    comments_print(print, object);
    switch (kind) {
    case MU_KIND_NODE:
        node_print(print, object);
        break;
    case MU_KIND_TEMPLATE:
    case MU_KIND_PRIMITIVE:
        primitive_print(print, object);
        break;
    case MU_KIND_BUNDLE:
        bundle_print(print, object);
        break;
    case MU_KIND_GROUP:
    case MU_KIND_MASTER:
    case MU_KIND_CLONE:
        container_print(print, object, keyword);
        break;
    case MU_KIND_TAG:
        tag_print(print, object);
        break;
    case MU_KIND_LOCATION:
    case MU_KIND_COLOCATION:
    case MU_KIND_ORDER:
    case MU_KIND_TICKET:
        mu_print_constraint(print, object);
        break;
    case MU_KIND_FENCING:
        mu_print_fencing(print, object);
        break;
    case MU_KIND_PROPERTY:
    case MU_KIND_RSC_DEFAULTS:
    case MU_KIND_OP_DEFAULTS:
        options_print(print, object, keyword);
        break;
    case MU_KIND_ROLE:
    case MU_KIND_TARGET:
    case MU_KIND_ACL_GROUP:
        mu_print_acl(print, object);
        break;
    case MU_KIND_ALERT:
        mu_print_alert(print, object);
        break;
    case MU_KIND_USER:
    case MU_KIND_NONE:
        mu_print_line(print, "");
        break;
    }
}

/* Comments are whole lines of their own in front of the head. Other tools
 * write them without '#' and over several lines. */
static void
comments_print(struct mu_print *print, const struct mu_element *object)
{
    for (const struct mu_element *child = object->first; child;
         child = child->next) {
        const char *text = child->text ? child->text : "";

        while (*text) {
            size_t length = strcspn(text, "\r\n");
            size_t blank = strspn(text, " \t");
            size_t end = length;

            /* A backslash at the end would take in the next line. */
            while (end > blank && strchr(" \t\\", text[end - 1])) {
                end--;
            }
            if (blank < end) {
                mu_print_line(print,
                              mu_text_make(print->arena, "%s%.*s",
                                           text[blank] == '#' ? "" : "# ",
                                           (int)(end - blank), text + blank));
            }
            text += length + strspn(text + length, "\r\n");
        }
    }
}

/* Tells whether there is a comment inside a part of 'object', where the
 * language has no place for it. */
static bool
has_inner_comment(const struct mu_element *object)
{
    for (const struct mu_element *part = object->first; part;
         part = part->next) {
        struct mu_element *element = part->first;

        if (mu_kinds_of(part) != MU_KIND_NONE) {
            continue;
        }
        while (element) {
            if (element->text) {
                return true;
            }
            element = mu_element_walk(part, element);
        }
    }
    return false;
}

static const char *
lines_join(const struct mu_print *print)
{
    struct mu_text_buffer text;
    bool is_head = true;

    mu_text_buffer_init(&text, print->arena);
    for (size_t i = 0; i < print->lines.count; i++) {
        const char *line = print->lines.items[i];

        if (line[0] == '#' && is_head) {
            mu_text_buffer_add(&text, "%s\n", line);
            continue;
        }
        if (!is_head) {
            mu_text_buffer_add(&text, " \\\n\t");
        }
        mu_text_buffer_append(&text, line, strlen(line));
        is_head = false;
    }
    mu_text_buffer_append(&text, "\n", 1);
    return text.data;
}

static void
description_print(struct mu_print *print, const struct mu_element *object)
{
    const char *description = mu_element_get(object, "description");

    if (description) {
        mu_print_line(print,
                      mu_text_make(print->arena, "description=%s",
                                   mu_lexer_quote(print->arena, description)));
    }
}

static void
node_print(struct mu_print *print, const struct mu_element *node)
{
    const char *id = mu_element_get(node, "id");
    const char *uname = mu_element_get(node, "uname");
    const char *type = mu_element_get(node, "type");
    struct mu_text_buffer line;

    uname = uname ? uname : "";
    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "node");
    if (id && strcmp(id, uname) != 0) {
        const char *quoted = mu_lexer_quote(print->arena, id);

        mu_text_buffer_add(&line, quoted == id ? " %s:" : " $id=%s", quoted);
    }
    mu_text_buffer_add(&line, " %s", uname);
    if (type && strcmp(type, "normal") != 0) {
        mu_text_buffer_add(&line, ":%s", type);
    }
    mu_print_line(print, line.data);
    description_print(print, node);
    for (const struct mu_element *set = node->first; set; set = set->next) {
        if (set->name) {
            section_print(print, set,
                          mu_element_is(set, "utilization") ? "utilization"
                                                            : "attributes",
                          uname);
        }
    }
}

static void
section_print(struct mu_print *print, const struct mu_element *set,
              const char *keyword, const char *prefix)
{
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "%s", keyword);
    mu_print_set(print, set, prefix, &line);
    /* Nothing is to be said about an empty set, except in full. */
    if (strcmp(line.data, keyword) != 0 || print->is_full) {
        mu_print_line(print, line.data);
    }
}

static void
primitive_print(struct mu_print *print, const struct mu_element *primitive)
{
    const char *id = mu_element_get(primitive, "id");
    const char *template = mu_element_get(primitive, "template");
    const char *class = mu_element_get(primitive, "class");
    const char *provider = mu_element_get(primitive, "provider");
    const char *type = mu_element_get(primitive, "type");
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "%s %s ",
                       mu_kinds_info(mu_kinds_of(primitive))->keyword,
                       id ? id : "");
    if (template) {
        mu_text_buffer_add(&line, "@%s", template);
    } else if (class && type && provider && !print->is_full &&
               strcmp(class, "ocf") == 0 &&
               strcmp(provider, "heartbeat") == 0) {
        mu_text_buffer_add(&line, "%s", type);
    } else if (class && type) {
        mu_text_buffer_add(&line, "%s:%s%s%s", class, provider ? provider : "",
                           provider ? ":" : "", type);
    }
    mu_print_line(print, line.data);
    description_print(print, primitive);
    for (const struct mu_element *child = primitive->first; child;
         child = child->next) {
        if (mu_element_is(child, "operations")) {
            operations_print(print, child, id);
        } else if (mu_element_is(child, "instance_attributes")) {
            section_print(print, child, "params", id);
        } else if (mu_element_is(child, "meta_attributes")) {
            section_print(print, child, "meta", id);
        } else if (child->name) {
            section_print(print, child, child->name, id);
        }
    }
}

static void
operations_print(struct mu_print *print, const struct mu_element *operations,
                 const char *prefix)
{
    const char *reference = mu_element_get(operations, "id-ref");
    const char *id = mu_element_get(operations, "id");

    if (reference) {
        mu_print_line(print, mu_text_make(print->arena, "operations $id-ref=%s",
                                          reference));
        return;
    }
    /* Their ids begin with that of the operations. */
    if (id) {
        mu_print_line(print,
                      mu_text_make(print->arena, "operations $id=%s", id));
        prefix = id;
    }
    for (const struct mu_element *op = operations->first; op; op = op->next) {
        if (op->name) {
            op_print(print, op, prefix);
        }
    }
}

static void
op_print(struct mu_print *print, const struct mu_element *op,
         const char *prefix)
{
    const char *name = mu_element_get(op, "name");
    const char *interval = mu_element_get(op, "interval");
    const char *id = mu_element_get(op, "id");
    const char *usual = mu_print_usual_id(
        print, op,
        mu_text_make(print->arena, "%s-%s-%s", prefix ? prefix : "",
                     name ? name : "", interval ? interval : "0"));
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "op %s", name ? name : "");
    if (mu_print_needs_id(print, op, usual)) {
        mu_text_buffer_add(&line, " $id=%s", id);
    }
    for (size_t i = 0; i < op->attributes_count; i++) {
        if (strcmp(op->attributes[i].name, "id") != 0 &&
            strcmp(op->attributes[i].name, "name") != 0) {
            mu_print_pair(print, op->attributes[i].name,
                          op->attributes[i].value, &line);
        }
    }
    mu_print_line(print, line.data);
    for (const struct mu_element *set = op->first; set; set = set->next) {
        if (set->name) {
            section_print(print, set,
                          mu_element_is(set, "meta_attributes") ? "op_meta"
                                                                : "op_params",
                          id ? id : usual);
        }
    }
}

static void
container_print(struct mu_print *print, const struct mu_element *container,
                const char *keyword)
{
    const char *id = mu_element_get(container, "id");
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "%s %s", keyword, id ? id : "");
    for (const struct mu_element *child = container->first; child;
         child = child->next) {
        if (mu_kinds_of(child) != MU_KIND_NONE) {
            const char *member = mu_element_get(child, "id");

            mu_text_buffer_add(&line, " %s", member ? member : "");
        }
    }
    mu_print_line(print, line.data);
    description_print(print, container);
    for (const struct mu_element *child = container->first; child;
         child = child->next) {
        if (mu_element_is(child, "meta_attributes")) {
            section_print(print, child, "meta", id);
        } else if (mu_element_is(child, "instance_attributes")) {
            section_print(print, child, "params", id);
        }
    }
}

static void
bundle_print(struct mu_print *print, const struct mu_element *bundle)
{
    const char *id = mu_element_get(bundle, "id");

    mu_print_line(print, mu_text_make(print->arena, "bundle %s", id ? id : ""));
    description_print(print, bundle);
    for (const struct mu_element *child = bundle->first; child;
         child = child->next) {
        struct mu_text_buffer line;

        if (!child->name) {
            continue;
        }
        if (mu_element_is(child, "meta_attributes")) {
            section_print(print, child, "meta", id);
            continue;
        }
        mu_text_buffer_init(&line, print->arena);
        mu_text_buffer_add(&line, "%s", child->name);
        if (mu_element_is(child, "primitive")) {
            const char *member = mu_element_get(child, "id");

            mu_text_buffer_add(&line, " %s", member ? member : "");
            mu_print_line(print, line.data);
            continue;
        }
        attributes_append(print, child, &line);
        for (const struct mu_element *mapping = child->first; mapping;
             mapping = mapping->next) {
            if (mapping->name) {
                mu_text_buffer_add(&line, " %s", mapping->name);
                attributes_append(print, mapping, &line);
            }
        }
        mu_print_line(print, line.data);
    }
}

static void
attributes_append(const struct mu_print *print,
                  const struct mu_element *element, struct mu_text_buffer *line)
{
    for (size_t i = 0; i < element->attributes_count; i++) {
        mu_print_pair(print, element->attributes[i].name,
                      element->attributes[i].value, line);
    }
}

static void
tag_print(struct mu_print *print, const struct mu_element *tag)
{
    const char *id = mu_element_get(tag, "id");
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "tag %s", id ? id : "");
    for (const struct mu_element *child = tag->first; child;
         child = child->next) {
        const char *reference =
            child->name ? mu_element_get(child, "id") : NULL;

        if (reference) {
            mu_text_buffer_add(&line, " %s", reference);
        }
    }
    mu_print_line(print, line.data);
}

/* Each rule and each pair has a line of its own. */
static void
options_print(struct mu_print *print, const struct mu_element *set,
              const char *keyword)
{
    const char *id = mu_element_get(set, "id");
    const char *reference = mu_element_get(set, "id-ref");
    const char *score = mu_element_get(set, "score");
    struct mu_text_buffer line;

    mu_text_buffer_init(&line, print->arena);
    mu_text_buffer_add(&line, "%s", keyword);
    if (reference) {
        mu_text_buffer_add(&line, " $id-ref=%s", reference);
    } else {
        mu_text_buffer_add(&line, " %s:", id ? id : "");
    }
    if (score) {
        mu_text_buffer_add(&line, " %s:", score);
    }
    mu_print_line(print, line.data);
    for (const struct mu_element *child = set->first; child;
         child = child->next) {
        struct mu_text_buffer part;

        if (!child->name) {
            continue;
        }
        mu_text_buffer_init(&part, print->arena);
        if (mu_element_is(child, "rule")) {
            mu_print_rule(print, child, id, &part);
        } else {
            mu_print_nvpair(print, child, id, &part);
        }
        mu_print_line(print, part.data + 1);
    }
}

const char *
mu_print_xml(struct mu_arena *arena, const struct mu_element *object,
             bool is_statement)
{
    struct mu_text_buffer text;
    enum mu_kind kind = mu_kinds_of(object);
    bool is_defaults = is_statement && (kind == MU_KIND_RSC_DEFAULTS ||
                                        kind == MU_KIND_OP_DEFAULTS);
    const char *end = is_statement ? " \\\n" : "\n";

    mu_text_buffer_init(&text, arena);
    mu_text_buffer_add(&text, "%s", is_statement ? "xml " : "");
    if (is_defaults) {
        mu_text_buffer_add(&text, "<%s>%s", mu_kinds_info(kind)->section, end);
    }
    xml_write(&text, object, is_defaults, end);
    if (is_defaults) {
        mu_text_buffer_add(&text, "</%s>%s", mu_kinds_info(kind)->section, end);
    }
    /* The last line goes on with nothing. */
    text.length -= strlen(end);
    text.data[text.length] = '\0';
    mu_text_buffer_append(&text, "\n", 1);
    return text.data;
}

/* As deep as the document was. */
static void
xml_write(struct mu_text_buffer *buffer, const struct mu_element *element,
          unsigned depth, const char *end)
{
    mu_text_buffer_add(buffer, "%*s", (int)depth * 2, "");
    if (element->text) {
        comment_write(buffer, element->text);
        mu_text_buffer_add(buffer, "%s", end);
        return;
    }
    xml_tag_write(buffer, element);
    if (!element->first) {
        mu_text_buffer_add(buffer, "/>%s", end);
        return;
    }
    mu_text_buffer_add(buffer, ">%s", end);
    for (const struct mu_element *child = element->first; child;
         child = child->next) {
        xml_write(buffer, child, depth + 1, end);
    }
    mu_text_buffer_add(buffer, "%*s</%s>%s", (int)depth * 2, "", element->name,
                       end);
}

/* A statement is made of lines, so a comment must be one. XML allows neither
 * two hyphens in it nor one at its end. */
static void
comment_write(struct mu_text_buffer *buffer, const char *text)
{
    mu_text_buffer_add(buffer, "<!--");
    for (; *text; text++) {
        bool is_end = *text == '\n' || *text == '\r';

        mu_text_buffer_append(buffer, is_end ? " " : text, 1);
        if (*text == '-' && (text[1] == '-' || !text[1])) {
            mu_text_buffer_append(buffer, " ", 1);
        }
    }
    mu_text_buffer_add(buffer, "-->");
}

static void
xml_tag_write(struct mu_text_buffer *buffer, const struct mu_element *element)
{
    mu_text_buffer_add(buffer, "<%s", element->name);
    for (size_t i = 0; i < element->attributes_count; i++) {
        mu_text_buffer_add(buffer, " %s=\"", element->attributes[i].name);
        mu_doc_write_value(element->attributes[i].value, buffer);
        mu_text_buffer_append(buffer, "\"", 1);
    }
}
