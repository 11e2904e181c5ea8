/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/values.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum { OPTIONS_COUNT_MAX = 80 };

static int bundle_check(struct mu_report *report, struct mu_element *bundle);
static int part_check(struct mu_report *report, const struct mu_element *part,
                      const char *const *names);
static bool is_part_of(const struct mu_element *element,
                       const struct mu_element *object);
static int pair_check(struct mu_report *report, enum mu_values_scope scope,
                      const struct mu_element *pair);
static int value_check(struct mu_report *report, const struct mu_option *option,
                       const char *value, const struct mu_word *word);
static bool value_is_good(const struct mu_option *option, const char *value);
static bool is_among(const char *words, const char *value);
static const char *type_text(const struct mu_option *option);

bool
mu_values_is_known(enum mu_values_scope scope, const char *name)
{
    return mu_options_find(scope, name) != NULL;
}

const char *
mu_values_nearest(enum mu_values_scope scope, const char *name)
{
    const struct mu_option *options;
    size_t count = mu_options_get(scope, &options);
    const char *names[OPTIONS_COUNT_MAX];

    for (size_t i = 0; i < count; i++) {
        names[i] = options[i].name;
    }
    return mu_report_nearest(name, names, count);
}

int
mu_values_check_one(struct mu_report *report, enum mu_values_scope scope,
                    const char *name, const char *value,
                    const struct mu_word *word)
{
    const struct mu_option *option = mu_options_find(scope, name);

    return option ? value_check(report, option, value, word) : 0;
}

int
mu_values_check(struct mu_report *report, enum mu_kind kind,
                struct mu_element *object)
{
    enum mu_values_scope scope = kind == MU_KIND_PROPERTY ? MU_VALUES_CLUSTER
                                 : kind == MU_KIND_OP_DEFAULTS
                                     ? MU_VALUES_OPERATION
                                     : MU_VALUES_RESOURCE;
    bool has_meta = mu_kinds_is_resource(kind) || kind == MU_KIND_TEMPLATE ||
                    mu_kinds_is_options(kind);
    int result = 0;

    if (kind == MU_KIND_BUNDLE) {
        result = bundle_check(report, object);
    } else if (kind == MU_KIND_COLOCATION &&
               mu_element_get(object, "score-attribute")) {
        result = mu_report_error(report, MU_REPORT_REASON_VALUE,
                                 mu_element_word(object, "score-attribute"),
                                 "\"%.80s\" is no score: a number, inf or "
                                 "-inf",
                                 mu_element_get(object, "score-attribute"));
    }
    for (struct mu_element *element = object; element && has_meta;
         element = mu_element_walk(object, element)) {
        bool is_op = mu_element_is(element, "op");

        if (!is_part_of(element, object)) {
            continue; /* A member is an object of its own. */
        }
        for (size_t i = 0; is_op && i < element->attributes_count; i++) {
            const struct mu_element_attribute *attribute =
                &element->attributes[i];
            const struct mu_option *option =
                mu_options_find(MU_VALUES_OPERATION, attribute->name);

            if (option && value_check(report, option, attribute->value,
                                      attribute->word) < 0) {
                result = -EBADMSG;
            }
        }
        if (mu_element_is(element, "nvpair") &&
            (mu_element_is(element->parent, "meta_attributes") ||
             mu_element_is(element->parent, "cluster_property_set")) &&
            pair_check(report,
                       mu_element_is(element->parent->parent, "op")
                           ? MU_VALUES_OPERATION
                           : scope,
                       element) < 0) {
            result = -EBADMSG;
        }
    }
    return result;
}

/* The parts of a bundle take certain attributes only. */
static int
bundle_check(struct mu_report *report, struct mu_element *bundle)
{
    static const struct {
        const char *tag;
        const char *names[9];
    } parts[] = {
        {"docker",
         {"image", "replicas", "replicas-per-host", "promoted-max", "masters",
          "run-command", "network", "options", NULL}},
        {"network",
         {"ip-range-start", "control-port", "host-interface", "host-netmask",
          "add-host", NULL}},
        {"port-mapping", {"id", "port", "internal-port", "range", NULL}},
        {"storage-mapping",
         {"id", "source-dir", "source-dir-root", "target-dir", "options",
          NULL}},
    };
    int result = 0;

    for (struct mu_element *element = bundle; element;
         element = mu_element_walk(bundle, element)) {
        const char *tag =
            mu_element_is(element, "podman") || mu_element_is(element, "rkt")
                ? "docker"
                : element->name;

        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            if (tag && strcmp(parts[i].tag, tag) == 0 &&
                part_check(report, element, parts[i].names) < 0) {
                result = -EBADMSG;
            }
        }
    }
    return result;
}

static int
part_check(struct mu_report *report, const struct mu_element *part,
           const char *const *names)
{
    size_t count = 0;
    int result = 0;

    while (names[count]) {
        count++;
    }
    for (size_t i = 0; i < part->attributes_count; i++) {
        const struct mu_element_attribute *attribute = &part->attributes[i];
        size_t j = 0;

        while (j < count && strcmp(names[j], attribute->name) != 0) {
            j++;
        }
        if (j == count) {
            result = mu_report_error(
                report, MU_REPORT_REASON_VALUE, attribute->word,
                "%s has no attribute \"%.80s\"", part->name, attribute->name);
            mu_report_suggest(report, attribute->name, names, count);
        }
    }
    return result;
}

static bool
is_part_of(const struct mu_element *element, const struct mu_element *object)
{
    while (element != object && mu_kinds_of(element) == MU_KIND_NONE) {
        element = element->parent;
    }
    return element == object;
}

static int
pair_check(struct mu_report *report, enum mu_values_scope scope,
           const struct mu_element *pair)
{
    const char *name = mu_element_get(pair, "name");
    const char *value = mu_element_get(pair, "value");
    const struct mu_option *option = name ? mu_options_find(scope, name) : NULL;

    if (!option || !value) {
        return 0;
    }
    return value_check(report, option, value, mu_element_word(pair, "value"));
}

static int
value_check(struct mu_report *report, const struct mu_option *option,
            const char *value, const struct mu_word *word)
{
    if (value_is_good(option, value)) {
        return 0;
    }
    return mu_report_error(report, MU_REPORT_REASON_VALUE, word,
                           "%s=%.80s: expected %s", option->name, value,
                           type_text(option));
}

static bool
value_is_good(const struct mu_option *option, const char *value)
{
    bool is_true;
    int32_t score;
    int64_t number;
    size_t digits;

    if (strcmp(value, "#default") == 0) {
        return true; /* The same as not to set it. */
    }
    switch (option->type) {
    case MU_OPTION_ANY:
        return true;
    case MU_OPTION_BOOL:
        return mu_text_parse_bool(value, &is_true) == 0;
    case MU_OPTION_SCORE:
        return mu_text_parse_score(value, &score) == 0;
    case MU_OPTION_COUNT:
        return mu_text_parse_int64(value, &number) == 0 && number >= -1;
    case MU_OPTION_DURATION:
        return mu_text_parse_duration(value, &number) == 0;
    case MU_OPTION_PERCENT:
        digits = strspn(value, "0123456789.");
        return digits > 0 && strcmp(value + digits, "%") == 0;
    case MU_OPTION_WORD:
        return is_among(option->words, value);
    }
    return true;
}

static bool
is_among(const char *words, const char *value)
{
    char word[32];

    while (*words) {
        size_t length = strcspn(words, "|");

        (void)mu_text_format(word, sizeof(word), "%.*s", (int)length, words);
        if (mu_text_casecmp(word, value) == 0) {
            return true;
        }
        words += length + (words[length] == '|');
    }
    return false;
}

static const char *
type_text(const struct mu_option *option)
{
    switch (option->type) {
    case MU_OPTION_ANY:
        break;
    case MU_OPTION_BOOL:
        return "true or false";
    case MU_OPTION_SCORE:
        return "a number, INFINITY or -INFINITY";
    case MU_OPTION_COUNT:
        return "a number";
    case MU_OPTION_DURATION:
        return "a time such as 20s, 5min or PT5M";
    case MU_OPTION_PERCENT:
        return "a percentage such as 80%";
    case MU_OPTION_WORD:
        return option->words;
    }
    return "something else";
}
