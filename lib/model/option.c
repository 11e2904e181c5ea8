/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/option.h"

#include <stddef.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/config.h"
#include "model/names.h"

#define OPTION(name, old, type, member, value, min, max, words, help) \
    {name,  old,  MU_OPTION_##type, \
     value, min,  max, \
     words, help, offsetof(struct mu_config_options, member)},
#define EXTRA(name, old, type, value, min, max, words, help) \
    {name,  old,  MU_OPTION_##type, value, min, max, \
     words, help, MU_OPTION_NOWHERE},

static const struct mu_option options[] = {
#include "model/option.def"
};

enum { OPTIONS_COUNT = sizeof(options) / sizeof(options[0]) };

static bool number_read(enum mu_option_type type, const char *value,
                        int64_t *ret_number);
static const char *words_judge(const char *words, const char *value,
                               struct mu_arena *arena);
static const char *range_judge(const struct mu_option *option, int64_t number,
                               struct mu_arena *arena);

bool
mu_option_is(const struct mu_option *option, const char *name)
{
    return mu_text_equal(option->name, name) ||
           (option->old_name && mu_text_equal(option->old_name, name));
}

const struct mu_option *
mu_option_find(const char *name)
{
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        if (mu_option_is(&options[i], name)) {
            return &options[i];
        }
    }
    return NULL;
}

const struct mu_option *
mu_option_at(size_t index)
{
    return index < OPTIONS_COUNT ? &options[index] : NULL;
}

const char *
mu_option_judge(const struct mu_option *option, const char *value,
                struct mu_arena *arena)
{
    const char *fault =
        mu_option_judge_type(option->type, option->words, value, arena);
    int64_t number;

    if (fault || option->min == option->max ||
        !number_read(option->type, value, &number)) {
        return fault;
    }
    return range_judge(option, number, arena);
}

const char *
mu_option_judge_type(enum mu_option_type type, const char *words,
                     const char *value, struct mu_arena *arena)
{
    bool truth;
    int64_t number;

    switch (type) {
    case MU_OPTION_BOOL:
        return mu_text_parse_bool(value, &truth) < 0
                   ? "is not a boolean such as true or false"
                   : NULL;
    case MU_OPTION_INTEGER:
        return number_read(type, value, &number) ? NULL : "is not an integer";
    case MU_OPTION_COUNT:
        return number_read(type, value, &number)
                   ? NULL
                   : "is not a count such as 3 or INFINITY";
    case MU_OPTION_SCORE:
        return number_read(type, value, &number)
                   ? NULL
                   : "is not a score such as 100 or -INFINITY";
    case MU_OPTION_DURATION:
        return number_read(type, value, &number)
                   ? NULL
                   : "is not a duration such as 30s or 2min";
    case MU_OPTION_PERCENT:
        return number_read(type, value, &number)
                   ? NULL
                   : "is not a percentage such as 80%";
    case MU_OPTION_WORD:
    case MU_OPTION_QUORUM:
        return words_judge(words, value, arena);
    case MU_OPTION_TEXT:
        return NULL;
    }
    mu_unreachable();
}

bool
mu_option_store(const struct mu_option *option, const char *value,
                void *options_at)
{
    char *member = (char *)options_at + option->offset;
    enum mu_quorum_policy policy;
    int64_t number = 0;
    int32_t small;
    bool truth;

    mu_assert(option->offset != MU_OPTION_NOWHERE);
    switch (option->type) {
    case MU_OPTION_BOOL:
        if (mu_text_parse_bool(value, &truth) < 0) {
            return false;
        }
        memcpy(member, &truth, sizeof(truth));
        return true;
    case MU_OPTION_QUORUM:
        if (!mu_names_parse_quorum_policy(value, &policy)) {
            return false;
        }
        memcpy(member, &policy, sizeof(policy));
        return true;
    case MU_OPTION_WORD:
        if (!mu_names_is_among(value, option->words)) {
            return false;
        }
        /* The word for it in older files. */
        value = strcmp(value, "poweroff") == 0 ? "off" : value;
        memcpy(member, &value, sizeof(value));
        return true;
    case MU_OPTION_TEXT:
        memcpy(member, &value, sizeof(value));
        return true;
    case MU_OPTION_INTEGER:
    case MU_OPTION_COUNT:
    case MU_OPTION_SCORE:
    case MU_OPTION_PERCENT:
    case MU_OPTION_DURATION:
        break;
    }
    if (!number_read(option->type, value, &number) ||
        (option->min != option->max &&
         (number < option->min || number > option->max))) {
        return false;
    }
    if (option->type == MU_OPTION_DURATION) {
        memcpy(member, &number, sizeof(number));
    } else {
        small = (int32_t)number; /* The range of every such row fits. */
        memcpy(member, &small, sizeof(small));
    }
    return true;
}

/* Returns false for what is no number of that type, and for types that are no
 * numbers. */
static bool
number_read(enum mu_option_type type, const char *value, int64_t *ret_number)
{
    char digits[16];
    size_t length = strlen(value);
    int32_t score;

    switch (type) {
    case MU_OPTION_SCORE:
    case MU_OPTION_COUNT:
        if (mu_text_parse_score(value, &score) < 0) {
            return false;
        }
        *ret_number = score;
        return true;
    case MU_OPTION_INTEGER:
        return mu_text_parse_int64(value, ret_number) == 0 &&
               *ret_number >= INT32_MIN && *ret_number <= INT32_MAX;
    case MU_OPTION_DURATION:
        /* Some durations have a meaning below zero. */
        if (mu_text_parse_duration(value + (*value == '-'), ret_number) < 0) {
            return false;
        }
        *ret_number = *value == '-' ? -*ret_number : *ret_number;
        return true;
    case MU_OPTION_PERCENT:
        if (length < 2 || length > sizeof(digits) || value[length - 1] != '%') {
            return false;
        }
        memcpy(digits, value, length - 1);
        digits[length - 1] = '\0';
        return mu_text_parse_int64(digits, ret_number) == 0;
    case MU_OPTION_BOOL:
    case MU_OPTION_WORD:
    case MU_OPTION_QUORUM:
    case MU_OPTION_TEXT:
        return false;
    }
    mu_unreachable();
}

static const char *
words_judge(const char *words, const char *value, struct mu_arena *arena)
{
    struct mu_text_buffer text;
    unsigned distance = 3;
    unsigned length = 0;
    const char *nearest;

    if (mu_names_is_among(value, words)) {
        return NULL;
    }
    mu_text_buffer_init(&text, arena);
    mu_text_buffer_add(&text, "is not one of ");
    for (const char *word = words; *word;) {
        size_t word_length = strcspn(word, " ");

        mu_text_buffer_add(&text, "%s%.*s", word == words ? "" : ", ",
                           (int)word_length, word);
        word += word_length;
        word += *word == ' ';
    }
    nearest = mu_names_nearest(value, words, &distance, &length);
    if (nearest) {
        mu_text_buffer_add(&text, "; did you mean \"%.*s\"?", (int)length,
                           nearest);
    }
    return text.data;
}

static const char *
range_judge(const struct mu_option *option, int64_t number,
            struct mu_arena *arena)
{
    bool is_duration = option->type == MU_OPTION_DURATION;
    int64_t unit = is_duration ? 1000 : 1;

    if (number < option->min) {
        return mu_text_make(arena, "is less than %lld%s",
                            (long long)(option->min / unit),
                            is_duration ? "s" : "");
    }
    if (number > option->max) {
        return mu_text_make(arena, "is more than %lld%s",
                            (long long)(option->max / unit),
                            is_duration ? "s" : "");
    }
    return NULL;
}
