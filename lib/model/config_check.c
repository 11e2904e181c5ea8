/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

#define BLOCK_ATTRIBUTES "id id-ref score"
#define BLOCKS           "meta_attributes instance_attributes"
#define AGENT            "description class provider type"

/* What may stand where. An element that has no row may hold anything. */
static const struct shape {
    const char *name;
    const char *required;   /* Attributes. */
    const char *attributes; /* Others that are known. */
    const char *children;
} shapes[] = {
    {"configuration", "", "",
     "crm_config nodes resources constraints rsc_defaults op_defaults "
     "fencing-topology acls tags alerts"},
    {"crm_config", "", "", "cluster_property_set"},
    {"rsc_defaults", "", "", "meta_attributes"},
    {"op_defaults", "", "", "meta_attributes"},
    {"cluster_property_set", "", BLOCK_ATTRIBUTES, "rule nvpair"},
    {"instance_attributes", "", BLOCK_ATTRIBUTES, "rule nvpair"},
    {"meta_attributes", "", BLOCK_ATTRIBUTES, "rule nvpair"},
    {"utilization", "", BLOCK_ATTRIBUTES, "rule nvpair"},
    {"nvpair", "", "id id-ref name value", ""},
    {"nodes", "", "", "node"},
    {"node", "id uname", "type description score",
     "instance_attributes utilization"},
    {"resources", "", "", "primitive group clone master bundle template"},
    {"primitive", "id", AGENT " template", BLOCKS " operations utilization"},
    {"template", "id class type", AGENT, BLOCKS " operations utilization"},
    {"operations", "", "id id-ref", "op"},
    {"op", "name", /* An id is asked for below. */
     "id interval description timeout start-delay interval-origin enabled "
     "record-pending role on-fail requires",
     BLOCKS},
    {"group", "id", "description", BLOCKS " primitive"},
    {"clone", "id", "description", BLOCKS " primitive group"},
    {"master", "id", "description", BLOCKS " primitive group"},
    {"bundle", "id", "description",
     BLOCKS " docker podman rkt network storage primitive"},
    {"docker", "image",
     "replicas replicas-per-host masters promoted-max run-command network "
     "options",
     ""},
    {"podman", "image",
     "replicas replicas-per-host masters promoted-max run-command network "
     "options",
     ""},
    {"rkt", "image",
     "replicas replicas-per-host masters promoted-max run-command network "
     "options",
     ""},
    {"network", "",
     "id ip-range-start control-port host-interface host-netmask add-host",
     "port-mapping"},
    {"port-mapping", "id", "port internal-port range", ""},
    {"storage", "", "id", "storage-mapping"},
    {"storage-mapping", "id target-dir", "source-dir source-dir-root options",
     ""},
    {"constraints", "", "", "rsc_location rsc_colocation rsc_order rsc_ticket"},
    {"rsc_location", "id",
     "rsc rsc-pattern role node score resource-discovery description",
     "resource_set rule lifetime"},
    {"rsc_colocation", "id",
     "score score-attribute score-attribute-mangle rsc with-rsc "
     "node-attribute rsc-role with-rsc-role influence rsc-instance "
     "with-rsc-instance description",
     "resource_set lifetime"},
    {"rsc_order", "id",
     "symmetrical require-all score kind first then first-action then-action "
     "first-instance then-instance description",
     "resource_set lifetime"},
    {"rsc_ticket", "id ticket", "rsc rsc-role loss-policy description",
     "resource_set"},
    {"resource_set", "",
     "id id-ref sequential require-all ordering action role score kind",
     "resource_ref"},
    {"resource_ref", "id", "", ""},
    {"lifetime", "", "", "rule"},
    {"fencing-topology", "", "", "fencing-level"},
    {"fencing-level", "index devices",
     "id target target-pattern target-attribute target-value", ""},
    {"tags", "", "", "tag"},
    {"tag", "id", "description", "obj_ref"},
    {"obj_ref", "id", "", ""},
    {"acls", "", "", "acl_target acl_role acl_group acl_user"},
    {"acl_role", "id", "description", "acl_permission read write deny"},
    {"acl_permission", "id kind",
     "xpath reference object-type attribute description", ""},
    {"acl_target", "id", "name", "role"},
    {"acl_group", "id", "name", "role"},
    {"role", "id", "", ""},
    {"alerts", "", "", "alert"},
    {"alert", "id path", "description", BLOCKS " select recipient"},
    {"recipient", "id value", "description", BLOCKS},
    {"select", "", "",
     "select_nodes select_fencing select_resources select_attributes"},
    {"select_attributes", "", "", "attribute"},
    {"attribute", "id name", "", ""},
    {"rule", "", "id id-ref score score-attribute boolean-op role",
     "rule expression date_expression rsc_expression op_expression"},
    {"expression", "id attribute operation", "value type value-source", ""},
    {"date_expression", "id", "operation start end", "duration date_spec"},
    {"duration", "id", "years months weeks days hours minutes seconds", ""},
    {"date_spec", "id",
     "years weekyears months weeks yeardays monthdays weekdays hours minutes "
     "seconds moon",
     ""},
    {"rsc_expression", "id", "class provider type", ""},
    {"op_expression", "id name", "interval", ""},
};

static void element_check(struct mu_config_reader *reader,
                          const struct mu_doc_element *element);
static const struct shape *shape_find(const struct mu_doc_element *element);
static void attributes_check(struct mu_config_reader *reader,
                             const struct mu_doc_element *element,
                             const struct shape *shape);
static void required_check(struct mu_config_reader *reader,
                           const struct mu_doc_element *element,
                           const char *required);
static void children_check(struct mu_config_reader *reader,
                           const struct mu_doc_element *element,
                           const struct shape *shape);
static const char *hint(struct mu_config_reader *reader, const char *name,
                        const char *words, const char *more_words);
static void id_note(struct mu_config_reader *reader,
                    const struct mu_doc_element *element);
static bool is_reference(const struct mu_doc_element *element);

void
mu_config_check_document(struct mu_config_reader *reader)
{
    for (const struct mu_doc_element *element = reader->root; element;
         element = mu_doc_walk(element, reader->root)) {
        if (mu_config_reader_is_strict(reader)) {
            element_check(reader, element);
        }
        id_note(reader, element);
        if (reader->result < 0) {
            return;
        }
    }
}

const struct mu_doc_element *
mu_config_check_resolve(struct mu_config_reader *reader,
                        const struct mu_doc_element *element)
{
    const char *reference = mu_doc_get(element, "id-ref");
    const struct mu_doc_element *real;
    uint32_t index;

    if (!reference) {
        return element;
    }
    index = mu_index_find(&reader->elements_index, reference);
    real = index == MU_INDEX_NONE ? NULL : reader->elements.items[index];
    if (!real || !mu_doc_is(real, mu_doc_name(element))) {
        mu_config_reader_reject(reader, element, -ENOENT,
                                "id-ref: there is no %s with the id \"%s\"",
                                mu_doc_name(element), reference);
        return NULL;
    }
    if (mu_doc_get(real, "id-ref")) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "id-ref: \"%s\" is a reference itself",
                                reference);
        return NULL;
    }
    return real;
}

static void
element_check(struct mu_config_reader *reader,
              const struct mu_doc_element *element)
{
    const struct shape *shape = shape_find(element);
    const char *id = mu_doc_get(element, "id");

    if (!shape) {
        return;
    }
    attributes_check(reader, element, shape);
    required_check(reader, element, shape->required);
    children_check(reader, element, shape);
    if (!id && !mu_doc_get(element, "id-ref") &&
        mu_names_is_among(mu_doc_name(element),
                          "cluster_property_set instance_attributes "
                          "meta_attributes utilization nvpair op rule "
                          "resource_set fencing-level")) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"id\" is missing");
    }
    if (mu_doc_is(element, "nvpair") && !mu_doc_get(element, "name") &&
        !mu_doc_get(element, "id-ref")) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"name\" is missing");
    }
    if (id && !is_reference(element) && !mu_doc_is(element, "node") &&
        !mu_text_is_id(id)) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "\"%s\" is not an id: a letter or \"_\" comes "
                                "first, then letters, digits, \"_\", \"-\" and "
                                "\".\"",
                                id);
    }
    if (id && strlen(id) >= MU_NAME_SIZE_MAX) {
        mu_config_reader_reject(reader, element, -E2BIG,
                                "the id has more than %d characters",
                                MU_NAME_SIZE_MAX - 1);
    }
}

static const struct shape *
shape_find(const struct mu_doc_element *element)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (mu_doc_is(element, shapes[i].name)) {
            return &shapes[i];
        }
    }
    return NULL;
}

static void
attributes_check(struct mu_config_reader *reader,
                 const struct mu_doc_element *element,
                 const struct shape *shape)
{
    unsigned count = mu_doc_attributes_count(element);

    for (unsigned i = 0; i < count; i++) {
        const char *name = mu_doc_attribute_name(element, i);

        if (!mu_names_is_among(name, shape->required) &&
            !mu_names_is_among(name, shape->attributes)) {
            mu_config_reader_reject(
                reader, element, -EBADMSG,
                "attribute \"%s\" is not known here%s", name,
                hint(reader, name, shape->required, shape->attributes));
        }
    }
}

static void
required_check(struct mu_config_reader *reader,
               const struct mu_doc_element *element, const char *required)
{
    while (*required) {
        char name[32];
        size_t length = strcspn(required, " ");

        mu_assert(length < sizeof(name));
        memcpy(name, required, length);
        name[length] = '\0';
        if (!mu_doc_get(element, name)) {
            mu_config_reader_reject(reader, element, -EBADMSG,
                                    "attribute \"%s\" is missing", name);
        }
        required += length;
        required += *required == ' ';
    }
}

static void
children_check(struct mu_config_reader *reader,
               const struct mu_doc_element *element, const struct shape *shape)
{
    for (const struct mu_doc_element *child = mu_doc_first(element); child;
         child = mu_doc_next(child)) {
        const char *name = mu_doc_name(child);

        if (!mu_names_is_among(name, shape->children)) {
            const char *near = hint(reader, name, shape->children, "");
            bool has_owner = !mu_names_is_among(
                shape->name, "configuration resources constraints");

            mu_config_reader_reject(
                reader, child, -EBADMSG, "this element is not known %s%s%s",
                has_owner ? "here" : "in ", has_owner ? "" : shape->name, near);
        }
    }
}

static const char *
hint(struct mu_config_reader *reader, const char *name, const char *words,
     const char *more_words)
{
    unsigned distance = 3;
    unsigned length = 0;
    const char *nearest = mu_names_nearest(name, words, &distance, &length);
    const char *nearer = mu_names_nearest(name, more_words, &distance, &length);

    nearest = nearer ? nearer : nearest;
    return nearest ? mu_text_make(reader->scratch, "; did you mean \"%.*s\"?",
                                  (int)length, nearest)
                   : "";
}

static void
id_note(struct mu_config_reader *reader, const struct mu_doc_element *element)
{
    const char *id = mu_doc_get(element, "id");
    uint32_t index;

    /* Numbers of nodes are no ids of the document in practice. */
    if (!id || is_reference(element) || mu_doc_is(element, "node")) {
        return;
    }
    index = mu_index_find(&reader->elements_index, id);
    if (index != MU_INDEX_NONE) {
        mu_config_reader_reject(reader, element, -EEXIST,
                                "the id \"%s\" is used twice, first in "
                                "line %u",
                                id, mu_doc_line(reader->elements.items[index]));
        return;
    }
    (void)mu_index_add(&reader->elements_index, id,
                       (uint32_t)reader->elements.count);
    *mu_vec_add(reader->scratch, &reader->elements) = element;
}

/* Tells whether the element's id is that of another. */
static bool
is_reference(const struct mu_doc_element *element)
{
    return mu_names_is_among(mu_doc_name(element), "resource_ref obj_ref role");
}
