/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/config.h"

#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config_read.h"
#include "model/names.h"

enum {
    SENTENCE_SIZE = MU_ERRBUF_SIZE,
    WARNINGS_COUNT_MAX = 1000, /* More sentences help nobody. */
    ARENA_MARGIN = 4 << 20,    /* More than one step of reading takes. */
    ARENA_USED_MAX = 1 << 30,
};

static int configuration_find(struct mu_config_reader *reader,
                              const struct mu_doc *doc);
static void versions_read(struct mu_config_reader *reader,
                          const struct mu_doc_element *cib);
static void properties_read(struct mu_config_reader *reader);
static struct mu_config_blocks defaults_read(struct mu_config_reader *reader,
                                             const char *section);
static void warning_note(struct mu_config_reader *reader,
                         const struct mu_doc_element *element,
                         const char *sentence);
static void fault_note(struct mu_config_reader *reader,
                       const struct mu_doc_element *element, int result,
                       const char *sentence);
static void names_write(const struct mu_doc_element *element, char *text,
                        size_t size);
static bool is_owner(const struct mu_doc_element *element);
static void name_write(const struct mu_doc_element *element, char *text,
                       size_t size);
static const char *pair_word(const struct mu_doc_element *nvpair);

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

uint32_t
mu_config_find_resource(const struct mu_config *config, const char *id)
{
    static_assert(MU_INDEX_NONE == MU_CONFIG_NONE, "one word for nothing");
    return mu_index_find(&config->resources_index, id);
}

const struct mu_config_node *
mu_config_find_node(const struct mu_config *config, const char *name)
{
    for (uint32_t i = 0; i < config->nodes_count; i++) {
        if (strcmp(config->nodes[i].name, name) == 0) {
            return &config->nodes[i];
        }
    }
    return NULL;
}

const char *
mu_config_lookup(const struct mu_config_blocks *blocks, const char *name,
                 const struct mu_rule_input *input, struct mu_instant *next)
{
    for (uint32_t i = 0; i < blocks->count; i++) {
        const struct mu_config_block *block = &blocks->blocks[i];

        for (uint32_t k = 0; k < block->pairs_count; k++) {
            if (mu_text_equal(block->pairs[k].name, name)) {
                if (mu_rule_is_true(block->rule, input, next)) {
                    return block->pairs[k].value;
                }
                break;
            }
        }
    }
    return NULL;
}

void
mu_config_options_at(const struct mu_config *config, int64_t now_ms,
                     struct mu_config_options *ret_options,
                     struct mu_instant *next)
{
    const struct mu_rule_input input = {.now_ms = now_ms};
    const struct mu_option *option;

    *ret_options = (struct mu_config_options){0};
    for (size_t i = 0; (option = mu_option_at(i)); i++) {
        if (option->offset != MU_OPTION_NOWHERE && option->default_value) {
            bool is_valid =
                mu_option_store(option, option->default_value, ret_options);

            mu_assert(is_valid);
        }
    }
    /* From the weakest block to the strongest, so that these have the last
     * word, and from the last pair to the first. */
    for (uint32_t i = config->properties.count; i > 0; i--) {
        const struct mu_config_block *block = &config->properties.blocks[i - 1];

        if (block->rule && (now_ms == INT64_MIN ||
                            !mu_rule_is_true(block->rule, &input, next))) {
            continue;
        }
        for (uint32_t k = block->pairs_count; k > 0; k--) {
            const struct mu_pair *pair = &block->pairs[k - 1];

            option = mu_option_find(pair->name);
            if (option && option->offset != MU_OPTION_NOWHERE && pair->value) {
                (void)mu_option_store(option, pair->value, ret_options);
            }
        }
    }
}

/* The largest number of the repetition that begins at 'c', after its brace;
 * '*ret_end' is its last character, or the end of the text. */
static size_t
repetition_read(const char *c, const char **ret_end)
{
    size_t most = 1;
    size_t number = 0;

    for (; *c != '\0' && *c != '}'; c++) {
        number = *c < '0' || *c > '9' || number > MU_PATTERN_COST_MAX
                     ? 0
                     : number * 10 + (size_t)(*c - '0');
        most = number > most ? number : most;
    }
    *ret_end = c;
    return most;
}

bool
mu_config_pattern_is_bounded(const char *pattern)
{
    size_t cost = strlen(pattern);

    if (cost >= MU_NAME_SIZE_MAX) {
        return false;
    }
    for (const char *c = pattern; *c != '\0'; c++) {
        if (c[0] == '\\' && c[1] >= '1' && c[1] <= '9') {
            return false;
        }
        if (*c == '{') {
            cost *= repetition_read(c + 1, &c);
            if (cost > MU_PATTERN_COST_MAX || *c == '\0') {
                return false;
            }
        }
    }
    return true;
}

bool
mu_config_pattern_fits(const char *pattern, const char *text)
{
    regex_t regex;
    bool fits;

    if (!mu_config_pattern_is_bounded(pattern) ||
        regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        return false;
    }
    fits = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return fits;
}

const char *
mu_config_option(const struct mu_config *config, const char *name)
{
    const struct mu_option *option = mu_option_find(name);
    const struct mu_config_blocks *blocks = &config->properties;

    for (uint32_t i = 0; i < blocks->count; i++) {
        const struct mu_config_block *block = &blocks->blocks[i];

        for (uint32_t k = 0; k < block->pairs_count && !block->rule; k++) {
            const struct mu_pair *pair = &block->pairs[k];
            bool is_same = option ? mu_option_is(option, pair->name)
                                  : mu_text_equal(pair->name, name);

            if (is_same && pair->value) {
                return pair->value;
            }
        }
    }
    return option ? option->default_value : NULL;
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

void
mu_config_reader_reject(struct mu_config_reader *reader,
                        const struct mu_doc_element *element, int result,
                        const char *format, ...)
{
    char sentence[SENTENCE_SIZE];
    va_list args;

    va_start(args, format);
    (void)mu_text_vformat(sentence, sizeof(sentence), format, args);
    va_end(args);
    if (mu_config_reader_is_strict(reader)) {
        fault_note(reader, element, result, sentence);
    } else {
        warning_note(reader, element, sentence);
    }
}

void
mu_config_reader_warn(struct mu_config_reader *reader,
                      const struct mu_doc_element *element, const char *format,
                      ...)
{
    char sentence[SENTENCE_SIZE];
    va_list args;

    va_start(args, format);
    (void)mu_text_vformat(sentence, sizeof(sentence), format, args);
    va_end(args);
    warning_note(reader, element, sentence);
}

void
mu_config_reader_refuse(struct mu_config_reader *reader,
                        const struct mu_doc_element *element, int result,
                        const char *format, ...)
{
    char sentence[SENTENCE_SIZE];
    va_list args;

    va_start(args, format);
    (void)mu_text_vformat(sentence, sizeof(sentence), format, args);
    va_end(args);
    fault_note(reader, element, result, sentence);
}

bool
mu_config_reader_may_go_on(struct mu_config_reader *reader)
{
    if (reader->result == 0 && reader->arena->used > reader->used_max) {
        mu_config_reader_refuse(reader, reader->root, -E2BIG,
                                "it is too large");
    }
    return reader->result == 0;
}

const char *
mu_config_reader_hint(struct mu_config_reader *reader, const char *id)
{
    const struct mu_config *config = reader->config;
    unsigned distance = strlen(id) > 4 ? 4 : 3;
    const char *nearest = NULL;
    size_t count = config->resources_count + reader->named.count;

    for (size_t i = 0; i < count && i < MU_CONFIG_HINT_NAMES_MAX; i++) {
        const char *name =
            i < config->resources_count
                ? config->resources[i].id
                : reader->named.items[i - config->resources_count].id;
        unsigned between = mu_names_distance(id, name, distance);

        if (between < distance) {
            distance = between;
            nearest = name;
        }
    }
    return nearest ? mu_text_make(reader->scratch, "; did you mean \"%s\"?",
                                  nearest)
                   : "";
}

const char *
mu_config_reader_text(struct mu_config_reader *reader,
                      const struct mu_doc_element *element, const char *name)
{
    return mu_arena_strdup(reader->arena, mu_doc_get(element, name));
}

bool
mu_config_reader_bool(struct mu_config_reader *reader,
                      const struct mu_doc_element *element, const char *name,
                      bool default_value)
{
    const char *value = mu_doc_get(element, name);
    bool truth = default_value;

    if (value && mu_text_parse_bool(value, &truth) < 0) {
        mu_config_reader_judge(reader, element, name, MU_OPTION_BOOL, NULL);
    }
    return truth;
}

int32_t
mu_config_reader_score(struct mu_config_reader *reader,
                       const struct mu_doc_element *element, const char *name,
                       int32_t default_value)
{
    const char *value = mu_doc_get(element, name);
    int32_t score = default_value;

    if (value && mu_text_parse_score(value, &score) < 0) {
        mu_config_reader_judge(reader, element, name, MU_OPTION_SCORE, NULL);
    }
    return score;
}

int32_t
mu_config_reader_number(struct mu_config_reader *reader,
                        const struct mu_doc_element *element, const char *name,
                        int32_t default_value)
{
    const char *value = mu_doc_get(element, name);
    int64_t number;

    if (!value) {
        return default_value;
    }
    if (mu_text_parse_int64(value, &number) < 0 || number < INT32_MIN ||
        number > INT32_MAX) {
        mu_config_reader_judge(reader, element, name, MU_OPTION_INTEGER, NULL);
        return default_value;
    }
    return (int32_t)number;
}

enum mu_role
mu_config_reader_role(struct mu_config_reader *reader,
                      const struct mu_doc_element *element, const char *name)
{
    const char *value = mu_doc_get(element, name);
    enum mu_role role = MU_ROLE_UNKNOWN;

    if (value && !mu_names_parse_role(value, &role)) {
        mu_config_reader_judge(reader, element, name, MU_OPTION_WORD,
                               "Stopped Started Unpromoted Promoted");
    }
    return role;
}

void
mu_config_reader_judge(struct mu_config_reader *reader,
                       const struct mu_doc_element *element, const char *name,
                       enum mu_option_type type, const char *words)
{
    const char *value = mu_doc_get(element, name);
    const char *fault =
        value ? mu_option_judge_type(type, words, value, reader->scratch)
              : NULL;

    if (fault) {
        mu_config_reader_reject(reader, element, -EBADMSG, "%s \"%s\" %s", name,
                                value, fault);
    }
}

static void
warning_note(struct mu_config_reader *reader,
             const struct mu_doc_element *element, const char *sentence)
{
    char names[SENTENCE_SIZE];

    if (reader->warnings.count < WARNINGS_COUNT_MAX) {
        names_write(element, names, sizeof(names));
        *mu_vec_add(reader->arena, &reader->warnings) =
            mu_text_make(reader->arena, "line %u: %s: %s", mu_doc_line(element),
                         names, sentence);
    }
}

static void
fault_note(struct mu_config_reader *reader,
           const struct mu_doc_element *element, int result,
           const char *sentence)
{
    char names[SENTENCE_SIZE];

    if (reader->result < 0) {
        return;
    }
    mu_assert(result < 0);
    reader->result = result;
    names_write(element, names, sizeof(names));
    mu_errbuf_set(reader->err, "%s", sentence);
    mu_errbuf_wrap(reader->err, "%s", names);
    if (reader->err) {
        reader->err->line = mu_doc_line(element);
    }
}

/* Writes what 'element' is called and what it is in, as people know it:
 * primitive "web": op "monitor". */
static void
names_write(const struct mu_doc_element *element, char *text, size_t size)
{
    char inner[SENTENCE_SIZE];
    const struct mu_doc_element *at = element;

    name_write(at, text, size);
    while (!is_owner(at) && mu_doc_parent(at)) {
        at = mu_doc_parent(at);
        if (is_owner(at) || mu_doc_is(at, "op") || mu_doc_is(at, "rule") ||
            mu_doc_is(at, "resource_set")) {
            memcpy(inner, text, sizeof(inner));
            name_write(at, text, size);
            (void)mu_text_format(text + strlen(text), size - strlen(text),
                                 ": %s", inner);
        }
    }
}

/* Tells whether people know the element without what it is in. */
static bool
is_owner(const struct mu_doc_element *element)
{
    return mu_names_is_among(
        mu_doc_name(element),
        "primitive template group clone master bundle node rsc_location "
        "rsc_colocation rsc_order rsc_ticket fencing-level tag alert acl_role "
        "acl_target acl_group acl_user");
}

static void
name_write(const struct mu_doc_element *element, char *text, size_t size)
{
    static const struct {
        const char *element;
        const char *word;
        const char *attribute; /* Which names it. */
    } rows[] = {
        {"rsc_location", "location", "id"},
        {"rsc_colocation", "colocation", "id"},
        {"rsc_order", "order", "id"},
        {"rsc_ticket", "ticket", "id"},
        {"resource_set", "set", "id"},
        {"resource_ref", "reference", "id"},
        {"obj_ref", "reference", "id"},
        {"fencing-level", "fencing level", "id"},
        {"node", "node", "uname"},
        {"op", "op", "name"},
    };
    const char *word = mu_doc_name(element);
    const char *attribute = "id";
    const char *name;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (mu_doc_is(element, rows[i].element)) {
            word = rows[i].word;
            attribute = rows[i].attribute;
        }
    }
    if (mu_doc_is(element, "nvpair") && mu_doc_get(element, "name")) {
        word = pair_word(element);
        attribute = "name";
    }
    name = mu_doc_get(element, attribute);
    if (!name) {
        name = mu_doc_get(element, "id");
    }
    if (name) {
        (void)mu_text_format(text, size, "%s \"%.128s\"", word, name);
    } else {
        (void)mu_text_format(text, size, "element \"%.64s\"", word);
    }
}

static const char *
pair_word(const struct mu_doc_element *nvpair)
{
    const struct mu_doc_element *block = mu_doc_parent(nvpair);

    if (block && mu_doc_is(block, "meta_attributes")) {
        return "meta attribute";
    }
    if (block && mu_doc_is(block, "instance_attributes")) {
        return "parameter";
    }
    if (block && mu_doc_is(block, "utilization")) {
        return "utilization";
    }
    if (block && mu_doc_is(block, "cluster_property_set")) {
        return "option";
    }
    return "pair";
}
