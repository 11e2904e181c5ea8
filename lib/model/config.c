/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/config.h"

#include <assert.h>
#include <regex.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "model/option.h"

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
