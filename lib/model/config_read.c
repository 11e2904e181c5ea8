/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/config_read.h"

#include <errno.h>

#include "base/text.h"

enum {
    ARENA_MARGIN = 4 << 20, /* More than one step of reading takes. */
    ARENA_USED_MAX = 1 << 30,
};

static int configuration_find(struct mu_config_reader *reader,
                              const struct mu_doc *doc);
static void versions_read(struct mu_config_reader *reader,
                          const struct mu_doc_element *cib);
static void properties_read(struct mu_config_reader *reader);
static struct mu_config_blocks defaults_read(struct mu_config_reader *reader,
                                             const char *section);

int
mu_config_read(struct mu_arena *arena, const struct mu_doc *doc,
               enum mu_config_strictness strictness,
               const struct mu_config **ret_config, struct mu_errbuf *err)
{
    struct mu_arena scratch;
    struct mu_config_reader reader = {
        .arena = arena, .strictness = strictness, .err = err};
    size_t room = arena->size_max - arena->used;

    room = room > ARENA_MARGIN ? room - ARENA_MARGIN : 0;
    reader.used_max =
        arena->used + (room < ARENA_USED_MAX ? room : ARENA_USED_MAX);
    mu_arena_init(&scratch, SIZE_MAX / 2);
    reader.scratch = &scratch;
    reader.config = mu_arena_new(arena, struct mu_config, 1);
    reader.config->arena = arena;
    mu_index_init(&reader.config->resources_index, arena);
    mu_index_init(&reader.elements_index, &scratch);
    mu_index_init(&reader.named_index, &scratch);
    mu_index_init(&reader.nodes_index, &scratch);
    mu_index_init(&reader.blocks_index, &scratch);
    mu_index_init(&reader.ops_index, &scratch);

    if (configuration_find(&reader, doc) == 0) {
        mu_config_check_document(&reader);
        properties_read(&reader);
        mu_config_nodes_read(&reader);
        mu_config_resources_read(&reader);
        mu_config_constraints_read(&reader);
        mu_config_levels_read(&reader);
        (void)mu_config_reader_may_go_on(&reader);
    }
    mu_arena_done(&scratch);
    if (reader.result < 0) {
        return reader.result;
    }
    reader.config->warnings = reader.warnings.items;
    reader.config->warnings_count = (uint32_t)reader.warnings.count;
    mu_config_options_at(reader.config, INT64_MIN, &reader.config->options,
                         NULL);
    *ret_config = reader.config;
    return 0;
}

static int
configuration_find(struct mu_config_reader *reader, const struct mu_doc *doc)
{
    const struct mu_doc_element *root = mu_doc_root(doc);
    const struct mu_doc_element *configuration = root;

    if (mu_doc_is(root, "cib")) {
        versions_read(reader, root);
        configuration = mu_doc_first_named(root, "configuration");
    }
    if (!configuration || !mu_doc_is(configuration, "configuration")) {
        mu_config_reader_refuse(reader, root, -EBADMSG,
                                "there is no configuration in it");
        return -EBADMSG;
    }
    reader->root = configuration;
    return 0;
}

static void
versions_read(struct mu_config_reader *reader, const struct mu_doc_element *cib)
{
    struct mu_config *config = reader->config;
    const struct {
        const char *name;
        int64_t *number;
    } rows[] = {{"admin_epoch", &config->admin_epoch},
                {"epoch", &config->epoch},
                {"num_updates", &config->num_updates}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *value = mu_doc_get(cib, rows[i].name);

        if (value && (mu_text_parse_int64(value, rows[i].number) < 0 ||
                      *rows[i].number < 0)) {
            *rows[i].number = 0;
            mu_config_reader_reject(reader, cib, -EBADMSG,
                                    "%s \"%s\" is not a revision number",
                                    rows[i].name, value);
        }
    }
    config->feature_set = mu_config_reader_text(reader, cib, "crm_feature_set");
}

static void
properties_read(struct mu_config_reader *reader)
{
    struct mu_config *config = reader->config;
    const struct mu_doc_element *section =
        mu_doc_first_named(reader->root, "crm_config");

    if (section) {
        config->properties = mu_config_blocks_read(
            reader, &(struct mu_config_blocks_source){
                        .owners = {section},
                        .name = "cluster_property_set",
                        .first_id = "cib-bootstrap-options"});
        mu_config_blocks_check_options(reader, section);
    }
    config->resource_defaults = defaults_read(reader, "rsc_defaults");
    config->op_defaults = defaults_read(reader, "op_defaults");
}

static struct mu_config_blocks
defaults_read(struct mu_config_reader *reader, const char *section)
{
    const struct mu_doc_element *element =
        mu_doc_first_named(reader->root, section);

    if (!element) {
        return (struct mu_config_blocks){0};
    }
    mu_config_blocks_check_meta(reader, element);
    return mu_config_blocks_read(
        reader, &(struct mu_config_blocks_source){.owners = {element},
                                                  .name = "meta_attributes"});
}
