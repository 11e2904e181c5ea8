/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/agent_fence.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum { TRIES_DEFAULT = 2, TRIES_MAX = 100 };

static const char *action_of(const struct mu_effect_exec *effect);
static const char *setting(const struct mu_effect_exec *effect,
                           const char *action, const char *what);
static void port_add(struct mu_text_buffer *input,
                     const struct mu_effect_exec *effect);
static void line_add(struct mu_text_buffer *input, const char *name,
                     const char *value);
static bool is_dynamic(const char *value);

enum mu_agent_fence_kind
mu_agent_fence_kind(const struct mu_effect_exec *effect)
{
    if (strcmp(effect->op_name, "start") == 0) {
        return MU_AGENT_FENCE_START;
    }
    if (strcmp(effect->op_name, "stop") == 0) {
        return MU_AGENT_FENCE_STOP;
    }
    if (strcmp(effect->op_name, "monitor") == 0 && effect->interval_ms == 0) {
        return MU_AGENT_FENCE_PROBE;
    }
    return MU_AGENT_FENCE_RUN;
}

int
mu_agent_fence_command(const struct mu_agent_context *context,
                       struct mu_agent_command *ret_command,
                       struct mu_errbuf *err)
{
    const struct mu_effect_exec *effect = context->effect;
    struct mu_arena *arena = context->arena;
    const char *action = action_of(effect);
    const char *mapped = setting(effect, action, "action");
    struct mu_text_buffer input;
    struct mu_agent_env env;
    char *path;
    char **argv;
    int rc = mu_agent_program(context, &path, err);

    if (rc < 0) {
        return rc;
    }

    mu_text_buffer_init(&input, arena);
    line_add(&input, "action", mapped ? mapped : action);
    for (uint32_t i = 0; i < effect->params_count; i++) {
        const struct mu_pair *pair = &effect->params[i];

        /* What begins with pcmk_ is for us, the rest for the agent. */
        if (pair->value && strncmp(pair->name, "pcmk_", 5) != 0 &&
            strcmp(pair->name, "action") != 0 &&
            strcmp(pair->name, "stonith-timeout") != 0 &&
            !is_dynamic(pair->value)) {
            line_add(&input, pair->name, pair->value);
        }
    }
    port_add(&input, effect);

    mu_agent_env_init(&env, context, "pacemaker-fenced");
    argv = mu_arena_new(arena, char *, 2);
    argv[0] = path;
    *ret_command = (struct mu_agent_command){
        .path = path,
        .argv = argv,
        .envp = mu_agent_env_finish(&env),
        .input = {(const unsigned char *)input.data, input.length}};
    return 0;
}

int32_t
mu_agent_fence_tries(const struct mu_effect_exec *effect)
{
    const char *text = setting(effect, action_of(effect), "retries");
    int64_t tries = TRIES_DEFAULT;

    if (text && mu_text_parse_int64(text, &tries) < 0) {
        tries = TRIES_DEFAULT;
    }
    tries = tries < 1 ? 1 : tries;
    return (int32_t)(tries > TRIES_MAX ? TRIES_MAX : tries);
}

int32_t
mu_agent_fence_rc(const struct mu_effect_exec *effect, int32_t rc)
{
    if (strcmp(effect->op_name, "status") == 0 && rc == 2) {
        return 2; /* The answer "off", not a failure. */
    }
    return rc == 0 ? 0 : 1;
}

bool
mu_agent_fence_is_power(const struct mu_effect_exec *effect)
{
    return strcmp(effect->op_name, "reboot") == 0 ||
           strcmp(effect->op_name, "off") == 0 ||
           strcmp(effect->op_name, "on") == 0;
}

static const char *
action_of(const struct mu_effect_exec *effect)
{
    return strcmp(effect->op_name, "start") == 0 ? "monitor" : effect->op_name;
}

/* Returns the device's pcmk_<action>_<what>, or null. */
static const char *
setting(const struct mu_effect_exec *effect, const char *action,
        const char *what)
{
    char name[MU_NAME_SIZE_MAX];

    if (!mu_text_format(name, sizeof(name), "pcmk_%s_%s", action, what)) {
        return NULL;
    }
    return mu_agent_param(effect, name);
}

/* Names the victim. Which name an agent reads it under differs; what it does
 * not know it ignores. A port written into the configuration wins: the device
 * then serves one node only. */
static void
port_add(struct mu_text_buffer *input, const struct mu_effect_exec *effect)
{
    static const char *const names[] = {"plug", "port"};
    const char *argument = mu_agent_param(effect, "pcmk_host_argument");
    const char *port =
        effect->target_port ? effect->target_port : effect->target;

    if (!effect->target) {
        return;
    }
    line_add(input, "nodename", effect->target);
    if (argument) {
        const char *value = mu_agent_param(effect, argument);

        if (strcmp(argument, "none") != 0 && (!value || is_dynamic(value))) {
            line_add(input, argument, port);
        }
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = mu_agent_param(effect, names[i]);

        if (value && !is_dynamic(value)) {
            return;
        }
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        line_add(input, names[i], port);
    }
}

/* Pacemaker's word for "put the victim here". */
static bool
is_dynamic(const char *value)
{
    return strcmp(value, "dynamic") == 0;
}

/* A line break in a value would smuggle in another parameter. */
static void
line_add(struct mu_text_buffer *input, const char *name, const char *value)
{
    size_t start = input->length;

    mu_text_buffer_add(input, "%s=%s", name, value);
    for (size_t i = start; i < input->length; i++) {
        if (input->data[i] == '\n' || input->data[i] == '\r') {
            input->data[i] = ' ';
        }
    }
    mu_text_buffer_append(input, "\n", 1);
}
