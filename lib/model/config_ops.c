/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

/* One of an <op>'s own attributes that counts as a meta attribute of it. */
static const struct field {
    const char *name;
    enum mu_option_type type;
    const char *words;
} fields[] = {
    {"timeout", MU_OPTION_DURATION, NULL},
    {"on-fail", MU_OPTION_WORD,
     "ignore block stop restart demote standby fence restart-container"},
    {"role", MU_OPTION_WORD, "Stopped Started Unpromoted Promoted"},
    {"enabled", MU_OPTION_BOOL, NULL},
    {"start-delay", MU_OPTION_DURATION, NULL},
    {"interval-origin", MU_OPTION_TEXT, NULL},
    {"record-pending", MU_OPTION_BOOL, NULL},
    {"requires", MU_OPTION_TEXT, NULL},
};

enum { FIELDS_COUNT = sizeof(fields) / sizeof(fields[0]) };

struct ops { /* The operations of a primitive while they are collected. */
    MU_VEC(struct mu_config_op) items;
    size_t own_count; /* The first ones, which are not the template's. */
};

static void section_read(struct mu_config_reader *reader,
                         const struct mu_doc_element *owner, bool is_template,
                         struct ops *ops);
static void op_add(struct mu_config_reader *reader,
                   const struct mu_doc_element *element, bool is_template,
                   struct ops *ops);
static bool op_read(struct mu_config_reader *reader,
                    const struct mu_doc_element *element,
                    struct mu_config_op *op);
static void fields_read(struct mu_config_reader *reader,
                        const struct mu_doc_element *element,
                        struct mu_config_op *op);
static void field_judge(struct mu_config_reader *reader,
                        const struct mu_doc_element *element,
                        const struct field *field);
static bool is_replaced(const struct ops *ops, const struct mu_config_op *op);
static enum mu_role role_of(const struct mu_config_op *op);
static struct mu_config_op *op_find(const struct ops *ops,
                                    const struct mu_config_op *op);

void
mu_config_ops_read(struct mu_config_reader *reader,
                   const struct mu_doc_element *element,
                   const struct mu_doc_element *template,
                   struct mu_config_resource *resource)
{
    struct ops ops = {0};

    section_read(reader, element, false, &ops);
    ops.own_count = ops.items.count;
    if (template) {
        section_read(reader, template, true, &ops);
    }
    resource->ops = ops.items.items;
    resource->ops_count = (uint32_t)ops.items.count;
}

/* Reads the operations of a primitive, or those of its template that it does
 * not have itself. */
static void
section_read(struct mu_config_reader *reader,
             const struct mu_doc_element *owner, bool is_template,
             struct ops *ops)
{
    for (const struct mu_doc_element *section =
             mu_doc_first_named(owner, "operations");
         section; section = mu_doc_next_named(section, "operations")) {
        const struct mu_doc_element *real =
            mu_config_check_resolve(reader, section);
        const struct mu_doc_element *element =
            real ? mu_doc_first_named(real, "op") : NULL;

        for (; element && mu_config_reader_may_go_on(reader);
             element = mu_doc_next_named(element, "op")) {
            op_add(reader, element, is_template, ops);
        }
    }
}

static void
op_add(struct mu_config_reader *reader, const struct mu_doc_element *element,
       bool is_template, struct ops *ops)
{
    const char *interval = mu_doc_get(element, "interval");
    struct mu_config_op op = {0};
    struct mu_config_op *twin;

    if (!op_read(reader, element, &op)) {
        return;
    }
    if (is_template && is_replaced(ops, &op)) {
        return;
    }
    twin = op_find(ops, &op);
    if (twin) {
        twin->is_doubled = true;
        op.is_doubled = true;
        mu_config_reader_warn(reader, element,
                              "there are two of this name with the interval "
                              "\"%s\"; %s",
                              interval ? interval : "0",
                              op.interval_ms > 0 ? "neither will run"
                                                 : "the first one counts");
    }
    *mu_vec_add(reader->arena, &ops->items) = op;
}

static bool
op_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
        struct mu_config_op *op)
{
    const char *id = mu_doc_get(element, "id");
    const char *interval = mu_doc_get(element, "interval");
    const char *enabled = mu_doc_get(element, "enabled");
    bool is_enabled = true;
    uint32_t known = mu_index_find(&reader->ops_index, id);

    if (known != MU_INDEX_NONE) {
        *op = reader->ops.items[known];
        return true;
    }
    op->id = mu_arena_strdup(reader->arena, id);
    op->name = mu_config_reader_text(reader, element, "name");
    if (!op->name || !*op->name) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"name\" is missing");
        return false;
    }
    if (interval && *interval &&
        mu_text_parse_duration(interval, &op->interval_ms) < 0) {
        op->interval_ms = 0;
        mu_config_reader_judge(reader, element, "interval", MU_OPTION_DURATION,
                               NULL);
    }
    fields_read(reader, element, op);
    op->is_off = enabled && mu_text_parse_bool(enabled, &is_enabled) == 0 &&
                 !is_enabled;
    op->params = mu_config_blocks_read(
        reader, &(struct mu_config_blocks_source){
                    .owners = {element}, .name = "instance_attributes"});
    mu_config_blocks_check_meta(reader, element);
    if (id) {
        (void)mu_index_add(&reader->ops_index, op->id,
                           (uint32_t)reader->ops.count);
        *mu_vec_add(reader->scratch, &reader->ops) = *op;
    }
    return true;
}

static void
fields_read(struct mu_config_reader *reader,
            const struct mu_doc_element *element, struct mu_config_op *op)
{
    struct mu_pair pairs[FIELDS_COUNT];
    struct mu_config_blocks_source source = {.owners = {element},
                                             .name = "meta_attributes"};

    for (unsigned i = 0; i < FIELDS_COUNT; i++) {
        const char *value =
            mu_config_reader_text(reader, element, fields[i].name);

        if (value) {
            field_judge(reader, element, &fields[i]);
            pairs[source.attributes_count++] =
                (struct mu_pair){fields[i].name, value};
        }
    }
    source.attributes = mu_arena_copy(
        reader->arena, pairs, source.attributes_count * sizeof(pairs[0]));
    op->meta = mu_config_blocks_read(reader, &source);
}

static void
field_judge(struct mu_config_reader *reader,
            const struct mu_doc_element *element, const struct field *field)
{
    const char *value = mu_doc_get(element, field->name);
    enum mu_on_fail on_fail;

    if (strcmp(field->name, "role") == 0) {
        (void)mu_config_reader_role(reader, element, "role");
    } else if (strcmp(field->name, "on-fail") == 0 &&
               mu_names_parse_on_fail(value, &on_fail)) {
        return;
    } else {
        mu_config_reader_judge(reader, element, field->name, field->type,
                               field->words);
    }
}

/* Tells whether the primitive has an operation of its own that takes the place
 * of the template's: of the same name and for the same role, whatever their
 * intervals. */
static bool
is_replaced(const struct ops *ops, const struct mu_config_op *op)
{
    for (size_t i = 0; i < ops->own_count; i++) {
        const struct mu_config_op *own = &ops->items.items[i];

        if (strcmp(own->name, op->name) == 0 && role_of(own) == role_of(op)) {
            return true;
        }
    }
    return false;
}

/* Returns the role of an operation; that of an ordinary instance goes without
 * saying. */
static enum mu_role
role_of(const struct mu_config_op *op)
{
    enum mu_role role = MU_ROLE_UNKNOWN;

    if (op->meta.count == 0 || op->meta.blocks[0].id) {
        return MU_ROLE_UNKNOWN;
    }
    for (uint32_t i = 0; i < op->meta.blocks[0].pairs_count; i++) {
        const struct mu_pair *pair = &op->meta.blocks[0].pairs[i];

        if (strcmp(pair->name, "role") == 0) {
            (void)mu_names_parse_role(pair->value, &role);
        }
    }
    return role == MU_ROLE_STARTED || role == MU_ROLE_UNPROMOTED
               ? MU_ROLE_UNKNOWN
               : role;
}

static struct mu_config_op *
op_find(const struct ops *ops, const struct mu_config_op *op)
{
    for (size_t i = 0; i < ops->items.count; i++) {
        struct mu_config_op *other = &ops->items.items[i];

        if (other->interval_ms == op->interval_ms &&
            strcmp(other->name, op->name) == 0) {
            return other;
        }
    }
    return NULL;
}
