/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

/* A block with what decides about its place. */
struct ranked {
    struct mu_config_block block;
    bool is_first;     /* The block that comes before all. */
    uint32_t position; /* In the order of reading. */
};

/* Meta attributes that have a type. Others are free. */
static const struct meta {
    const char *name;
    enum mu_option_type type;
    const char *words;
} metas[] = {
    {"priority", MU_OPTION_SCORE, NULL},
    {"target-role", MU_OPTION_WORD,
     "Stopped Started Unpromoted Promoted Slave Master stopped started "
     "unpromoted promoted slave master"},
    {"is-managed", MU_OPTION_BOOL, NULL},
    {"maintenance", MU_OPTION_BOOL, NULL},
    {"resource-stickiness", MU_OPTION_SCORE, NULL},
    {"requires", MU_OPTION_WORD, "nothing quorum fencing unfencing"},
    {"migration-threshold", MU_OPTION_COUNT, NULL},
    {"failure-timeout", MU_OPTION_DURATION, NULL},
    {"multiple-active", MU_OPTION_WORD,
     "block stop_only stop_start stop_unexpected"},
    {"allow-migrate", MU_OPTION_BOOL, NULL},
    {"critical", MU_OPTION_BOOL, NULL},
    {"allow-unhealthy-nodes", MU_OPTION_BOOL, NULL},
    {"clone-max", MU_OPTION_INTEGER, NULL},
    {"clone-node-max", MU_OPTION_INTEGER, NULL},
    {"clone-min", MU_OPTION_INTEGER, NULL},
    {"globally-unique", MU_OPTION_BOOL, NULL},
    {"notify", MU_OPTION_BOOL, NULL},
    {"ordered", MU_OPTION_BOOL, NULL},
    {"collocated", MU_OPTION_BOOL, NULL},
    {"interleave", MU_OPTION_BOOL, NULL},
    {"promotable", MU_OPTION_BOOL, NULL},
    {"promoted-max", MU_OPTION_INTEGER, NULL},
    {"promoted-node-max", MU_OPTION_INTEGER, NULL},
    {"master-max", MU_OPTION_INTEGER, NULL},
    {"master-node-max", MU_OPTION_INTEGER, NULL},
    {"remote-node", MU_OPTION_TEXT, NULL},
    {"remote-addr", MU_OPTION_TEXT, NULL},
    {"remote-port", MU_OPTION_TEXT, NULL},
    {"remote-connect-timeout", MU_OPTION_DURATION, NULL},
    {"remote-allow-migrate", MU_OPTION_BOOL, NULL},
    {"container-attribute-target", MU_OPTION_TEXT, NULL},
    {"provides", MU_OPTION_TEXT, NULL},
    /* Of operations and of alerts. */
    {"timeout", MU_OPTION_DURATION, NULL},
    {"interval", MU_OPTION_DURATION, NULL},
    {"start-delay", MU_OPTION_DURATION, NULL},
    {"interval-origin", MU_OPTION_TEXT, NULL},
    {"enabled", MU_OPTION_BOOL, NULL},
    {"record-pending", MU_OPTION_BOOL, NULL},
    {"on-fail", MU_OPTION_WORD,
     "ignore block stop restart demote standby fence restart-container "
     "nothing"},
    {"timestamp-format", MU_OPTION_TEXT, NULL},
};

enum { METAS_COUNT = sizeof(metas) / sizeof(metas[0]) };

static struct mu_config_block block_read(struct mu_config_reader *reader,
                                         const struct mu_doc_element *element);
static void pairs_read(struct mu_config_reader *reader,
                       const struct mu_doc_element *element,
                       struct mu_config_block *block);
static int ranked_cmp(const void *a, const void *b);
static void meta_check(struct mu_config_reader *reader,
                       const struct mu_doc_element *nvpair);
static void meta_judge(struct mu_config_reader *reader,
                       const struct mu_doc_element *nvpair,
                       const struct meta *meta);
static void option_check(struct mu_config_reader *reader,
                         const struct mu_doc_element *nvpair,
                         bool is_bootstrap);

struct mu_config_blocks
mu_config_blocks_read(struct mu_config_reader *reader,
                      const struct mu_config_blocks_source *source)
{
    MU_VEC(struct ranked) ranked = {0};
    struct mu_config_block *blocks;
    uint32_t first = source->attributes_count > 0;
    uint32_t count;

    for (unsigned i = 0; i < MU_CONFIG_BLOCKS_OWNERS_MAX; i++) {
        const struct mu_doc_element *element =
            source->owners[i]
                ? mu_doc_first_named(source->owners[i], source->name)
                : NULL;

        for (; element; element = mu_doc_next_named(element, source->name)) {
            const struct mu_doc_element *real =
                mu_config_check_resolve(reader, element);
            struct ranked *row;

            if (!real || !mu_config_reader_may_go_on(reader)) {
                continue;
            }
            row = mu_vec_add(reader->scratch, &ranked);
            row->block = block_read(reader, real);
            row->position = (uint32_t)ranked.count;
            row->is_first = source->first_id && row->block.id &&
                            strcmp(row->block.id, source->first_id) == 0;
        }
    }
    count = (uint32_t)ranked.count + first;
    if (count == 0) {
        return (struct mu_config_blocks){0};
    }
    if (ranked.count > 1) {
        qsort(ranked.items, ranked.count, sizeof(ranked.items[0]), ranked_cmp);
    }
    blocks = mu_arena_new(reader->arena, struct mu_config_block, count);
    if (first) {
        blocks[0].score = MU_SCORE_INFINITY;
        blocks[0].pairs = source->attributes;
        blocks[0].pairs_count = source->attributes_count;
    }
    for (size_t i = 0; i < ranked.count; i++) {
        blocks[first + i] = ranked.items[i].block;
    }
    return (struct mu_config_blocks){blocks, count};
}

void
mu_config_blocks_check_meta(struct mu_config_reader *reader,
                            const struct mu_doc_element *owner)
{
    for (const struct mu_doc_element *block =
             mu_doc_first_named(owner, "meta_attributes");
         block; block = mu_doc_next_named(block, "meta_attributes")) {
        for (const struct mu_doc_element *nvpair =
                 mu_doc_first_named(block, "nvpair");
             nvpair; nvpair = mu_doc_next_named(nvpair, "nvpair")) {
            meta_check(reader, nvpair);
        }
    }
}

void
mu_config_blocks_check_options(struct mu_config_reader *reader,
                               const struct mu_doc_element *owner)
{
    for (const struct mu_doc_element *block = mu_doc_first(owner); block;
         block = mu_doc_next(block)) {
        const char *id = mu_doc_get(block, "id");
        bool is_bootstrap = id && strcmp(id, "cib-bootstrap-options") == 0;

        for (const struct mu_doc_element *nvpair =
                 mu_doc_first_named(block, "nvpair");
             nvpair; nvpair = mu_doc_next_named(nvpair, "nvpair")) {
            option_check(reader, nvpair, is_bootstrap);
        }
    }
}

static struct mu_config_block
block_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element)
{
    const char *id = mu_doc_get(element, "id");
    uint32_t known = mu_index_find(&reader->blocks_index, id);
    const struct mu_doc_element *pairs = element;
    struct mu_config_block block = {0};

    if (known != MU_INDEX_NONE) {
        return reader->blocks.items[known];
    }
    block.id = mu_arena_strdup(reader->arena, id);
    block.score = mu_config_reader_score(reader, element, "score", 0);
    block.rule = mu_rule_read_any(reader, element);
    /* Files of the first schemas have one more level. */
    if (mu_doc_first_named(element, "attributes")) {
        pairs = mu_doc_first_named(element, "attributes");
    }
    pairs_read(reader, pairs, &block);
    if (id) {
        (void)mu_index_add(&reader->blocks_index, block.id,
                           (uint32_t)reader->blocks.count);
        *mu_vec_add(reader->scratch, &reader->blocks) = block;
    }
    return block;
}

static void
pairs_read(struct mu_config_reader *reader,
           const struct mu_doc_element *element, struct mu_config_block *block)
{
    MU_VEC(struct mu_pair) pairs = {0};

    for (const struct mu_doc_element *nvpair =
             mu_doc_first_named(element, "nvpair");
         nvpair; nvpair = mu_doc_next_named(nvpair, "nvpair")) {
        const struct mu_doc_element *real =
            mu_config_check_resolve(reader, nvpair);
        const char *name = mu_doc_get(nvpair, "name");
        const char *value;

        if (!real || !mu_config_reader_may_go_on(reader)) {
            continue;
        }
        /* A reference may give the value another name. */
        name = name ? name : mu_doc_get(real, "name");
        value = mu_doc_get(real, "value");
        if (!name || (value && mu_text_casecmp(value, "#default") == 0)) {
            continue;
        }
        *mu_vec_add(reader->arena, &pairs) =
            (struct mu_pair){mu_arena_strdup(reader->arena, name),
                             mu_arena_strdup(reader->arena, value)};
    }
    block->pairs = pairs.items;
    block->pairs_count = (uint32_t)pairs.count;
}

/* Higher scores first; of equal ones the later wins, as existing files rely
 * on. */
static int
ranked_cmp(const void *a, const void *b)
{
    const struct ranked *left = a;
    const struct ranked *right = b;

    if (left->is_first != right->is_first) {
        return left->is_first ? -1 : 1;
    }
    if (left->block.score != right->block.score) {
        return left->block.score > right->block.score ? -1 : 1;
    }
    return left->position > right->position ? -1 : 1;
}

static void
meta_check(struct mu_config_reader *reader, const struct mu_doc_element *nvpair)
{
    const char *name = mu_doc_get(nvpair, "name");
    const char *nearest = NULL;
    unsigned distance = 3;

    for (size_t i = 0; name && i < METAS_COUNT; i++) {
        unsigned between = mu_names_distance(name, metas[i].name, distance);

        if (strcmp(metas[i].name, name) == 0) {
            meta_judge(reader, nvpair, &metas[i]);
            return;
        }
        if (between < distance && strlen(name) > 4) {
            distance = between;
            nearest = metas[i].name;
        }
    }
    if (nearest) {
        mu_config_reader_warn(reader, nvpair,
                              "this name is not known; did you mean \"%s\"?",
                              nearest);
    }
}

static void
meta_judge(struct mu_config_reader *reader, const struct mu_doc_element *nvpair,
           const struct meta *meta)
{
    const char *value = mu_doc_get(nvpair, "value");
    const char *words = meta->words;
    const char *fault;

    if (!value || mu_text_casecmp(value, "#default") == 0 ||
        (words && mu_names_is_among(value, words))) {
        return;
    }
    if (strcmp(meta->name, "target-role") == 0) {
        words = "Stopped Started Unpromoted Promoted"; /* Not the old ones. */
    }
    fault = mu_option_judge_type(meta->type, words, value, reader->scratch);
    if (fault) {
        mu_config_reader_reject(reader, nvpair, -EBADMSG, "\"%s\" %s", value,
                                fault);
    }
}

/* Other software keeps values of its own among the options, so there is a word
 * only about what looks like a slip of the hand. */
static void
option_check(struct mu_config_reader *reader,
             const struct mu_doc_element *nvpair, bool is_bootstrap)
{
    const char *name = mu_doc_get(nvpair, "name");
    const char *value = mu_doc_get(nvpair, "value");
    const struct mu_option *option = name ? mu_option_find(name) : NULL;
    const char *nearest = NULL;
    const char *fault;
    unsigned distance = 3;

    if (option) {
        fault = value ? mu_option_judge(option, value, reader->scratch) : NULL;
        if (fault) {
            mu_config_reader_reject(reader, nvpair, -EBADMSG, "\"%s\" %s",
                                    value, fault);
        }
        return;
    }
    for (size_t i = 0; name && is_bootstrap && (option = mu_option_at(i));
         i++) {
        unsigned between = mu_names_distance(name, option->name, distance);

        if (between < distance) {
            distance = between;
            nearest = option->name;
        }
    }
    if (nearest) {
        mu_config_reader_warn(reader, nvpair,
                              "this name is not known; did you mean \"%s\"?",
                              nearest);
    }
}
