/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults that reading finds, and the values of attributes. */
#include <errno.h>
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
};

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
