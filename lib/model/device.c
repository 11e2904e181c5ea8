/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/device.h"

#include <string.h>

#include "base/text.h"

static const char *port_fixed(const struct mu_params_context *device);
static const char *word_find(struct mu_arena *arena, const char *list,
                             const char *separators, const char *word,
                             bool is_map);

bool
mu_device_is_enabled(const struct mu_config *config, uint32_t index)
{
    const struct mu_config_resource *resource = &config->resources[index];
    const struct mu_params_context context = {.config = config,
                                              .resource = index};
    const char *role;

    if (resource->kind != MU_RESOURCE_PRIMITIVE ||
        resource->agent_class != MU_AGENT_FENCE) {
        return false;
    }
    role = mu_params_meta(&context, "target-role", NULL);
    return !role || mu_text_casecmp(role, "Stopped") != 0;
}

const char *
mu_device_param(const struct mu_params_context *device, const char *name)
{
    const struct mu_rule_input input = {.now_ms = device->now_ms};

    return mu_config_lookup(&device->config->resources[device->resource].params,
                            name, &input, NULL);
}

bool
mu_device_knows(struct mu_arena *arena, const struct mu_params_context *device,
                const char *target, const char **ret_port)
{
    const char *map = mu_device_param(device, "pcmk_host_map");
    const char *list = mu_device_param(device, "pcmk_host_list");
    const char *check = mu_device_param(device, "pcmk_host_check");
    const char *port = NULL;

    if (map) {
        port = word_find(arena, map, "; \t", target, true);
        if (port && ret_port) {
            *ret_port = port;
        }
    }
    if (port) {
        return true;
    }
    if (list) {
        return word_find(arena, list, ",; \t", target, false) != NULL;
    }
    if (map || (check && strcmp(check, "static-list") == 0)) {
        return false;
    }
    port = port_fixed(device);
    return !port || strcmp(port, target) == 0;
}

/* Returns the port that the parameters name, whatever the victim; or null. */
static const char *
port_fixed(const struct mu_params_context *device)
{
    static const char *const usual[] = {"plug", "port"};
    const char *argument = mu_device_param(device, "pcmk_host_argument");

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
        const char *port =
            mu_device_param(device, argument ? argument : usual[i]);

        if (port && strcmp(port, "dynamic") != 0) {
            return port;
        }
    }
    return NULL;
}

bool
mu_device_level_works(struct mu_arena *arena,
                      const struct mu_params_context *context,
                      const struct mu_config_level *level, const char *target)
{
    struct mu_params_context device = *context;

    for (uint32_t i = 0; i < level->devices_count; i++) {
        device.resource =
            mu_config_find_resource(device.config, level->devices[i]);
        if (device.resource == MU_CONFIG_NONE ||
            !mu_device_is_enabled(device.config, device.resource) ||
            !mu_device_knows(arena, &device, target, NULL)) {
            return false;
        }
    }
    return level->devices_count > 0;
}

bool
mu_device_level_is_for(const struct mu_config_level *level, const char *target,
                       const char *value)
{
    if (level->target) {
        return mu_text_casecmp(level->target, target) == 0;
    }
    if (level->target_attribute && level->target_value) {
        return value && strcmp(value, level->target_value) == 0;
    }
    return level->target_pattern &&
           mu_config_pattern_fits(level->target_pattern, target);
}

/* Finds 'word' in a list, or "word:value" in a map; returns it or its value. */
static const char *
word_find(struct mu_arena *arena, const char *list, const char *separators,
          const char *word, bool is_map)
{
    size_t word_length = strlen(word);

    while (*list) {
        size_t length;
        const char *colon;

        list += strspn(list, separators);
        length = strcspn(list, separators);
        colon = is_map ? memchr(list, ':', length) : NULL;
        if (colon && (size_t)(colon - list) == word_length &&
            strncmp(list, word, word_length) == 0) {
            return mu_arena_strndup(arena, colon + 1,
                                    length - word_length - 1);
        }
        if (!is_map && length == word_length &&
            strncmp(list, word, length) == 0) {
            return word;
        }
        list += length;
    }
    return NULL;
}
