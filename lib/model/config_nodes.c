/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

enum { LEVEL_MAX = 9 };

static bool node_read(struct mu_config_reader *reader,
                      const struct mu_doc_element *element,
                      struct mu_config_node *node);
static bool level_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element,
                       struct mu_config_level *level);
static void devices_read(struct mu_config_reader *reader,
                         const struct mu_doc_element *element,
                         struct mu_config_level *level);
static void device_check(struct mu_config_reader *reader,
                         const struct mu_doc_element *element,
                         const char *device);

void
mu_config_nodes_read(struct mu_config_reader *reader)
{
    struct mu_config *config = reader->config;
    const struct mu_doc_element *section =
        mu_doc_first_named(reader->root, "nodes");
    const struct mu_doc_element *element =
        section ? mu_doc_first_named(section, "node") : NULL;
    MU_VEC(struct mu_config_node) nodes = {0};

    for (; element; element = mu_doc_next_named(element, "node")) {
        struct mu_config_node node = {0};

        if (!mu_config_reader_may_go_on(reader)) {
            return;
        }
        if (!node_read(reader, element, &node)) {
            continue;
        }
        if (!mu_index_add(&reader->nodes_index, node.name,
                          (uint32_t)nodes.count)) {
            mu_config_reader_reject(reader, element, -EEXIST,
                                    "there are two nodes of this name");
            continue;
        }
        *mu_vec_add(reader->arena, &nodes) = node;
    }
    config->nodes = nodes.items;
    config->nodes_count = (uint32_t)nodes.count;
}

void
mu_config_levels_read(struct mu_config_reader *reader)
{
    struct mu_config *config = reader->config;
    const struct mu_doc_element *section =
        mu_doc_first_named(reader->root, "fencing-topology");
    const struct mu_doc_element *element =
        section ? mu_doc_first_named(section, "fencing-level") : NULL;
    MU_VEC(struct mu_config_level) levels = {0};

    for (; element; element = mu_doc_next_named(element, "fencing-level")) {
        struct mu_config_level level = {0};

        if (!mu_config_reader_may_go_on(reader)) {
            return;
        }
        if (level_read(reader, element, &level)) {
            *mu_vec_add(reader->arena, &levels) = level;
        }
    }
    config->levels = levels.items;
    config->levels_count = (uint32_t)levels.count;
}

static bool
node_read(struct mu_config_reader *reader, const struct mu_doc_element *element,
          struct mu_config_node *node)
{
    const char *type = mu_doc_get(element, "type");

    node->name = mu_config_reader_text(reader, element, "uname");
    node->id = mu_config_reader_text(reader, element, "id");
    if (!node->name || !*node->name) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "attribute \"uname\" is missing");
        return false;
    }
    if (strlen(node->name) >= MU_NAME_SIZE_MAX) {
        mu_config_reader_refuse(reader, element, -E2BIG,
                                "the name has more than %d characters",
                                MU_NAME_SIZE_MAX - 1);
        return false;
    }
    if (!node->id) {
        node->id = node->name;
    }
    node->kind = MU_NODE_MEMBER;
    if (type && strcmp(type, "remote") == 0) {
        node->kind = MU_NODE_REMOTE;
    } else if (type && strcmp(type, "ping") == 0) {
        node->kind = MU_NODE_PING;
    } else if (type && !mu_names_is_among(type, "member normal")) {
        mu_config_reader_judge(reader, element, "type", MU_OPTION_WORD,
                               "member remote");
    }
    node->score = mu_config_reader_score(reader, element, "score", 0);
    node->attributes = mu_config_blocks_read(
        reader, &(struct mu_config_blocks_source){
                    .owners = {element}, .name = "instance_attributes"});
    node->utilization = mu_config_blocks_read(
        reader, &(struct mu_config_blocks_source){.owners = {element},
                                                  .name = "utilization"});
    return true;
}

static bool
level_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, struct mu_config_level *level)
{
    int32_t index = mu_config_reader_number(reader, element, "index", 0);

    level->id = mu_config_reader_text(reader, element, "id");
    level->target = mu_config_reader_text(reader, element, "target");
    level->target_pattern =
        mu_config_reader_text(reader, element, "target-pattern");
    level->target_attribute =
        mu_config_reader_text(reader, element, "target-attribute");
    level->target_value =
        mu_config_reader_text(reader, element, "target-value");
    if (index < 1 || index > LEVEL_MAX) {
        mu_config_reader_reject(
            reader, element, -EBADMSG,
            "index \"%s\" is not a level from 1 to %d",
            mu_doc_get(element, "index") ? mu_doc_get(element, "index") : "",
            LEVEL_MAX);
        return false;
    }
    level->level = (uint32_t)index;
    if (!level->target && !level->target_pattern &&
        !(level->target_attribute && level->target_value)) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "it needs target, target-pattern, or "
                                "target-attribute and target-value");
        return false;
    }
    devices_read(reader, element, level);
    return level->devices_count > 0;
}

static void
devices_read(struct mu_config_reader *reader,
             const struct mu_doc_element *element,
             struct mu_config_level *level)
{
    const char *at = mu_doc_get(element, "devices");
    MU_VEC(const char *) devices = {0};

    while (at && *at) {
        size_t length = strcspn(at, ",");
        const char *device = mu_arena_strndup(reader->arena, at, length);

        if (length > 0) {
            device_check(reader, element, device);
            *mu_vec_add(reader->arena, &devices) = device;
        }
        at += length;
        at += *at == ',';
    }
    if (devices.count == 0) {
        mu_config_reader_reject(reader, element, -EBADMSG,
                                "it names no device");
    }
    level->devices = devices.items;
    level->devices_count = (uint32_t)devices.count;
}

/* Devices that do not exist are kept: they may be configured next. */
static void
device_check(struct mu_config_reader *reader,
             const struct mu_doc_element *element, const char *device)
{
    const struct mu_config *config = reader->config;
    uint32_t index = mu_config_find_resource(config, device);

    if (strcmp(device, "watchdog") == 0) {
        return;
    }
    if (index == MU_CONFIG_NONE) {
        mu_config_reader_warn(reader, element,
                              "there is no fence device \"%s\"%s", device,
                              mu_config_reader_hint(reader, device));
    } else if (config->resources[index].kind != MU_RESOURCE_PRIMITIVE ||
               config->resources[index].agent_class != MU_AGENT_FENCE) {
        mu_config_reader_warn(reader, element,
                              "\"%s\" is not a fence device: its class is not "
                              "stonith",
                              device);
    }
}
