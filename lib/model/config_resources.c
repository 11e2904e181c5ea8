/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

struct tree { /* The resources while they are collected. */
    struct mu_config_reader *reader;
    MU_VEC(struct mu_config_resource) resources;
};

static void templates_note(struct mu_config_reader *reader,
                           const struct mu_doc_element *section);
static void tags_read(struct mu_config_reader *reader);
static void tag_read(struct mu_config_reader *reader,
                     const struct mu_doc_element *element);
static void named_add(struct mu_config_reader *reader, const char *id,
                      bool is_tag);
static void named_use(struct mu_config_reader *reader, uint32_t named,
                      uint32_t resource);
static void top_read(struct tree *tree, const struct mu_doc_element *element);
static bool resource_read(struct tree *tree,
                          const struct mu_doc_element *element,
                          uint32_t parent);
static bool kind_of(const struct mu_doc_element *element,
                    enum mu_resource_kind *ret_kind);
static void children_read(struct tree *tree,
                          const struct mu_doc_element *element, uint32_t self);
static void children_judge(struct mu_config_reader *reader,
                           const struct mu_doc_element *element,
                           const struct mu_config_resource *resource);
static bool may_hold(enum mu_resource_kind parent, enum mu_resource_kind child);
static const struct mu_doc_element *
template_of(struct mu_config_reader *reader,
            const struct mu_doc_element *element);
static bool agent_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element,
                       const struct mu_doc_element *template,
                       struct mu_config_resource *resource);
static void blocks_read(struct mu_config_reader *reader,
                        const struct mu_doc_element *element,
                        const struct mu_doc_element *template,
                        struct mu_config_resource *resource);

void
mu_config_resources_read(struct mu_config_reader *reader)
{
    struct mu_config *config = reader->config;
    const struct mu_doc_element *section =
        mu_doc_first_named(reader->root, "resources");
    struct tree tree = {.reader = reader};

    if (section) {
        templates_note(reader, section);
        for (const struct mu_doc_element *element = mu_doc_first(section);
             element; element = mu_doc_next(element)) {
            if (!mu_config_reader_may_go_on(reader)) {
                return;
            }
            top_read(&tree, element);
        }
    }
    config->resources = tree.resources.items;
    config->resources_count = (uint32_t)tree.resources.count;
    tags_read(reader);
}

static void
templates_note(struct mu_config_reader *reader,
               const struct mu_doc_element *section)
{
    for (const struct mu_doc_element *element =
             mu_doc_first_named(section, "template");
         element; element = mu_doc_next_named(element, "template")) {
        const char *id = mu_doc_get(element, "id");

        if (id) {
            named_add(reader, mu_arena_strdup(reader->arena, id), false);
        }
    }
}

static void
tags_read(struct mu_config_reader *reader)
{
    const struct mu_doc_element *section =
        mu_doc_first_named(reader->root, "tags");
    const struct mu_doc_element *element =
        section ? mu_doc_first_named(section, "tag") : NULL;

    for (; element; element = mu_doc_next_named(element, "tag")) {
        if (!mu_config_reader_may_go_on(reader)) {
            return;
        }
        tag_read(reader, element);
    }
}

/* A tag may name anything; only resources count for constraints. */
static void
tag_read(struct mu_config_reader *reader, const struct mu_doc_element *element)
{
    const char *id = mu_config_reader_text(reader, element, "id");
    uint32_t named = (uint32_t)reader->named.count;

    if (!id) {
        return;
    }
    named_add(reader, id, true);
    if (reader->named.count == named) {
        return;
    }
    for (const struct mu_doc_element *reference =
             mu_doc_first_named(element, "obj_ref");
         reference; reference = mu_doc_next_named(reference, "obj_ref")) {
        const char *target = mu_doc_get(reference, "id");
        uint32_t resource = mu_config_find_resource(reader->config, target);

        if (resource != MU_CONFIG_NONE) {
            named_use(reader, named, resource);
        } else if (target && mu_index_find(&reader->elements_index, target) ==
                                 MU_INDEX_NONE) {
            mu_config_reader_warn(reader, reference,
                                  "there is nothing with this id%s",
                                  mu_config_reader_hint(reader, target));
        }
    }
}

static void
named_add(struct mu_config_reader *reader, const char *id, bool is_tag)
{
    uint32_t index = (uint32_t)reader->named.count;
    struct mu_config_named *named;

    if (!mu_index_add(&reader->named_index, id, index)) {
        return; /* The doubled id has been rejected before. */
    }
    named = mu_vec_add(reader->scratch, &reader->named);
    named->id = id;
    named->is_tag = is_tag;
}

/* Grows by doubling at powers of two. */
static void
named_use(struct mu_config_reader *reader, uint32_t named, uint32_t resource)
{
    struct mu_config_named *row = &reader->named.items[named];
    uint32_t count = row->resources_count;

    if ((count & (count - 1)) == 0) {
        uint32_t *grown =
            mu_arena_new(reader->scratch, uint32_t, count ? count * 2 : 1);

        if (count > 0) {
            memcpy(grown, row->resources, count * sizeof(grown[0]));
        }
        row->resources = grown;
    }
    row->resources[row->resources_count++] = resource;
}

static void
top_read(struct tree *tree, const struct mu_doc_element *element)
{
    size_t first = tree->resources.count;
    enum mu_resource_kind kind;

    if (!kind_of(element, &kind) ||
        !resource_read(tree, element, MU_CONFIG_NONE)) {
        return;
    }
    children_read(tree, element, (uint32_t)first);
}

/* Reads the children of resource 'self' behind all that is there, and then
 * theirs. The depth is bounded: only clones hold groups, and groups hold
 * primitives. */
static void
children_read(struct tree *tree, const struct mu_doc_element *element,
              uint32_t self)
{
    uint32_t first = (uint32_t)tree->resources.count;
    MU_VEC(const struct mu_doc_element *) elements = {0};
    struct mu_config_resource *resource;

    for (const struct mu_doc_element *child = mu_doc_first(element); child;
         child = mu_doc_next(child)) {
        enum mu_resource_kind kind;

        if (!mu_config_reader_may_go_on(tree->reader)) {
            return;
        }
        if (!kind_of(child, &kind)) {
            continue;
        }
        if (!may_hold(tree->resources.items[self].kind, kind)) {
            mu_config_reader_reject(
                tree->reader, child, -EBADMSG, "it cannot be in a %s",
                mu_names_resource_kind(tree->resources.items[self].kind));
            continue;
        }
        if (resource_read(tree, child, self)) {
            *mu_vec_add(tree->reader->scratch, &elements) = child;
        }
    }
    resource = &tree->resources.items[self];
    resource->children_count = (uint32_t)elements.count;
    resource->first_child = elements.count > 0 ? first : MU_CONFIG_NONE;
    children_judge(tree->reader, element, resource);
    for (uint32_t i = 0; i < elements.count; i++) {
        children_read(tree, elements.items[i], first + i);
    }
}

static void
children_judge(struct mu_config_reader *reader,
               const struct mu_doc_element *element,
               const struct mu_config_resource *resource)
{
    uint32_t count = resource->children_count;

    switch (resource->kind) {
    case MU_RESOURCE_PRIMITIVE:
        break;
    case MU_RESOURCE_GROUP:
        if (count == 0) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "there is no primitive in it");
        }
        break;
    case MU_RESOURCE_CLONE:
        if (count != 1) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "it needs one primitive or group, and has "
                                    "%u",
                                    count);
        }
        break;
    case MU_RESOURCE_BUNDLE:
        if (count > 1) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "it may hold one primitive, and has %u",
                                    count);
        }
        break;
    }
}

static bool
may_hold(enum mu_resource_kind parent, enum mu_resource_kind child)
{
    switch (parent) {
    case MU_RESOURCE_PRIMITIVE:
        return false;
    case MU_RESOURCE_GROUP:
    case MU_RESOURCE_BUNDLE:
        return child == MU_RESOURCE_PRIMITIVE;
    case MU_RESOURCE_CLONE:
        return child == MU_RESOURCE_PRIMITIVE || child == MU_RESOURCE_GROUP;
    }
    mu_unreachable();
}

static bool
kind_of(const struct mu_doc_element *element, enum mu_resource_kind *ret_kind)
{
    static const struct {
        const char *name;
        enum mu_resource_kind kind;
    } rows[] = {
        {"primitive", MU_RESOURCE_PRIMITIVE}, {"group", MU_RESOURCE_GROUP},
        {"clone", MU_RESOURCE_CLONE},         {"master", MU_RESOURCE_CLONE},
        {"bundle", MU_RESOURCE_BUNDLE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (mu_doc_is(element, rows[i].name)) {
            *ret_kind = rows[i].kind;
            return true;
        }
    }
    return false;
}

static bool
resource_read(struct tree *tree, const struct mu_doc_element *element,
              uint32_t parent)
{
    struct mu_config_reader *reader = tree->reader;
    struct mu_config_resource resource = {.parent = parent,
                                          .first_child = MU_CONFIG_NONE};
    const struct mu_doc_element *template = NULL;
    uint32_t index = (uint32_t)tree->resources.count;

    (void)kind_of(element, &resource.kind);
    resource.id = mu_config_reader_text(reader, element, "id");
    resource.is_legacy_master = mu_doc_is(element, "master");
    if (!resource.id || !*resource.id ||
        strlen(resource.id) >= MU_NAME_SIZE_MAX) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"id\" is missing or too long");
        return false;
    }
    if (index >= MU_RESOURCES_COUNT_MAX) {
        mu_config_reader_refuse(reader, element, -E2BIG,
                                "there are more than %d resources",
                                MU_RESOURCES_COUNT_MAX);
        return false;
    }
    if (resource.kind == MU_RESOURCE_PRIMITIVE) {
        template = template_of(reader, element);
        resource.template_id =
            template ? mu_config_reader_text(reader, element, "template")
                     : NULL;
        if (!agent_read(reader, element, template, &resource)) {
            return false;
        }
        mu_config_ops_read(reader, element, template, &resource);
    } else if (resource.kind == MU_RESOURCE_BUNDLE) {
        resource.bundle = mu_config_bundle_read(reader, element);
    }
    blocks_read(reader, element, template, &resource);
    if (!mu_index_add(&reader->config->resources_index, resource.id, index)) {
        return false; /* The doubled id has been rejected before. */
    }
    *mu_vec_add(reader->arena, &tree->resources) = resource;
    if (resource.template_id) {
        uint32_t named =
            mu_index_find(&reader->named_index, resource.template_id);

        mu_assert(named != MU_INDEX_NONE);
        named_use(reader, named, index);
    }
    return true;
}

static const struct mu_doc_element *
template_of(struct mu_config_reader *reader,
            const struct mu_doc_element *element)
{
    const char *id = mu_doc_get(element, "template");
    uint32_t index = mu_index_find(&reader->elements_index, id);
    const struct mu_doc_element *template =
        index == MU_INDEX_NONE ? NULL : reader->elements.items[index];

    if (!id) {
        return NULL;
    }
    if (!template || !mu_doc_is(template, "template") ||
        mu_index_find(&reader->named_index, id) == MU_INDEX_NONE) {
        mu_config_reader_reject(reader, element, -ENOENT,
                                "there is no template \"%s\"%s", id,
                                mu_config_reader_hint(reader, id));
        return NULL;
    }
    return template;
}

static bool
agent_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element,
           const struct mu_doc_element *template,
           struct mu_config_resource *resource)
{
    const struct mu_doc_element *from =
        template && !mu_doc_get(element, "class") ? template : element;
    const char *class_name = mu_config_reader_text(reader, from, "class");
    const char *type = mu_config_reader_text(reader, from, "type");
    const char *provider = mu_config_reader_text(reader, from, "provider");

    if (!class_name || !type) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"%s\" is missing",
                                class_name ? "type" : "class");
        return false;
    }
    resource->class_name = class_name;
    resource->agent_class = mu_names_agent_class(class_name);
    resource->type = type;
    if (resource->agent_class == MU_AGENT_OTHER &&
        mu_config_reader_is_strict(reader) &&
        strcmp(class_name, "heartbeat") != 0) {
        mu_config_reader_judge(reader, from, "class", MU_OPTION_WORD,
                               "ocf systemd lsb service stonith");
    }
    if (resource->agent_class == MU_AGENT_OCF) {
        resource->provider = provider;
        if (!provider) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "attribute \"provider\" is missing, such "
                                    "as heartbeat");
        }
    }
    return true;
}

static void
blocks_read(struct mu_config_reader *reader,
            const struct mu_doc_element *element,
            const struct mu_doc_element *template,
            struct mu_config_resource *resource)
{
    const struct {
        const char *name;
        struct mu_config_blocks *blocks;
    } rows[] = {{"instance_attributes", &resource->params},
                {"meta_attributes", &resource->meta},
                {"utilization", &resource->utilization}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        *rows[i].blocks = mu_config_blocks_read(
            reader, &(struct mu_config_blocks_source){
                        .owners = {template, element}, .name = rows[i].name});
    }
    mu_config_blocks_check_meta(reader, element);
}
