/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/acl_paths.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"

/* '%' stands for an argument of the short name. */
struct short_name {
    const char *name;
    unsigned arguments_count;
    const char *path;
};

static const struct short_name short_names[] = {
    {"meta", 1, "//primitive[@id='%']/meta_attributes"},
    {"meta", 2, "//primitive[@id='%']/meta_attributes/nvpair[@name='%']"},
    {"params", 1, "//primitive[@id='%']/instance_attributes"},
    {"params", 2, "//primitive[@id='%']/instance_attributes/nvpair[@name='%']"},
    {"utilization", 1, "//primitive[@id='%']/utilization"},
    {"location", 1, "//rsc_location[@id='cli-prefer-%' and @rsc='%']"},
    {"property", 0, "//crm_config/cluster_property_set"},
    {"property", 1, "//crm_config/cluster_property_set/nvpair[@name='%']"},
    {"nodeattr", 0, "//nodes/node/instance_attributes"},
    {"nodeattr", 1, "//nodes/node/instance_attributes/nvpair[@name='%']"},
    {"nodeutil", 0, "//nodes/node/utilization"},
    {"nodeutil", 1, "//nodes/node/utilization[@uname='%']"},
    {"node", 0, "//nodes/node"},
    {"node", 1, "//nodes/node[@uname='%']"},
    {"status", 0, "/cib/status"},
    {"cib", 0, "/cib"},
};

enum { SHORT_NAMES_COUNT = sizeof(short_names) / sizeof(short_names[0]) };

static bool path_match(struct mu_arena *arena, const struct short_name *name,
                       const char *xpath, const char *arguments[2]);

const char *
mu_acl_paths_expand(struct mu_arena *arena, const char *word)
{
    const char *arguments[2] = {NULL, NULL};
    unsigned count = 0;
    size_t name_length = strcspn(word, ":");
    const char *rest = word + name_length;

    while (*rest && count < 2) {
        size_t length = strcspn(rest + 1, ":");

        arguments[count++] = mu_arena_strndup(arena, rest + 1, length);
        rest += length + 1;
        /* Quotes would end the string inside the path. */
        if (length == 0 || strpbrk(arguments[count - 1], "'\"[]")) {
            return NULL;
        }
    }
    for (size_t i = 0; i < SHORT_NAMES_COUNT && !*rest; i++) {
        const struct short_name *name = &short_names[i];
        struct mu_text_buffer path;
        unsigned index = 0;

        if (strlen(name->name) != name_length ||
            strncmp(name->name, word, name_length) != 0 ||
            name->arguments_count != count) {
            continue;
        }
        mu_text_buffer_init(&path, arena);
        for (const char *c = name->path; *c; c++) {
            if (*c == '%') {
                mu_text_buffer_add(
                    &path, "%s", arguments[index < count ? index : count - 1]);
                index++;
            } else {
                mu_text_buffer_append(&path, c, 1);
            }
        }
        return path.data;
    }
    return NULL;
}

const char *
mu_acl_paths_compress(struct mu_arena *arena, const char *xpath)
{
    for (size_t i = 0; i < SHORT_NAMES_COUNT; i++) {
        const struct short_name *name = &short_names[i];
        const char *arguments[2] = {NULL, NULL};
        struct mu_text_buffer word;
        const char *back;

        if (!path_match(arena, name, xpath, arguments)) {
            continue;
        }
        mu_text_buffer_init(&word, arena);
        mu_text_buffer_add(&word, "%s", name->name);
        for (unsigned j = 0; j < name->arguments_count; j++) {
            mu_text_buffer_add(&word, ":%s", arguments[j]);
        }
        back = mu_acl_paths_expand(arena, word.data);
        if (back && strcmp(back, xpath) == 0) {
            return word.data;
        }
    }
    return NULL;
}

/* An argument ends at the quote behind it. */
static bool
path_match(struct mu_arena *arena, const struct short_name *name,
           const char *xpath, const char *arguments[2])
{
    unsigned count = 0;

    for (const char *c = name->path; *c; c++) {
        size_t length;

        if (*c != '%') {
            if (*xpath++ != *c) {
                return false;
            }
            continue;
        }
        length = strcspn(xpath, "'");
        if (length == 0) {
            return false;
        }
        if (count < 2) {
            arguments[count++] = mu_arena_strndup(arena, xpath, length);
        }
        xpath += length;
    }
    return !*xpath;
}
