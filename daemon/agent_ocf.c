/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/agent_ocf.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* The feature set of the agents' helper commands; agents choose between old
 * and new spellings by it. */
static const char feature_set[] = "3.16.1";

static void params_set(struct mu_agent_env *env,
                       const struct mu_effect_exec *effect);
static void metas_set(struct mu_agent_env *env,
                      const struct mu_effect_exec *effect);
static void meta_set(struct mu_agent_env *env, const char *name,
                     const char *value);
static const char *plain_name(struct mu_arena *arena, const char *instance,
                              const struct mu_effect_exec *effect);

int
mu_agent_ocf_command(const struct mu_agent_context *context,
                     struct mu_agent_command *ret_command,
                     struct mu_errbuf *err)
{
    const struct mu_effect_exec *effect = context->effect;
    struct mu_arena *arena = context->arena;
    struct mu_agent_env env;
    char *path;
    char **argv;
    int rc = mu_agent_program(context, &path, err);

    if (rc < 0) {
        return rc;
    }
    mu_agent_env_init(&env, context, "pacemaker-execd");
    mu_agent_env_put(&env, "OCF_ROOT", context->config->ocf_root);
    mu_agent_env_put(&env, "OCF_RA_VERSION_MAJOR", "1");
    mu_agent_env_put(&env, "OCF_RA_VERSION_MINOR", "1");
    mu_agent_env_put(&env, "OCF_EXIT_REASON_PREFIX", "ocf-exit-reason:");
    mu_agent_env_put(&env, "OCF_OUTPUT_FORMAT", "text");
    mu_agent_env_put(&env, "OCF_RESOURCE_INSTANCE",
                     plain_name(arena, effect->resource, effect));
    mu_agent_env_put(&env, "OCF_RESOURCE_PROVIDER", effect->provider);
    mu_agent_env_put(&env, "OCF_RESOURCE_TYPE", effect->type);
    mu_agent_env_put(&env, "OCF_RESKEY_crm_feature_set", feature_set);
    if (context->config->node_name[0] != '\0') {
        mu_agent_env_put(&env, "OCF_RESKEY_CRM_meta_on_node",
                         context->config->node_name);
        mu_agent_env_put(&env, "OCF_RESKEY_CRM_meta_on_node_uuid",
                         mu_text_make(arena, "%u", context->config->node_id));
    }
    metas_set(&env, effect);
    params_set(&env, effect);

    argv = mu_arena_new(arena, char *, 3);
    argv[0] = path;
    argv[1] = mu_text_make(arena, "%s", effect->op_name);
    *ret_command = (struct mu_agent_command){
        .path = path, .argv = argv, .envp = mu_agent_env_finish(&env)};
    return 0;
}

int
mu_agent_lsb_command(const struct mu_agent_context *context,
                     struct mu_agent_command *ret_command,
                     struct mu_errbuf *err)
{
    const struct mu_effect_exec *effect = context->effect;
    struct mu_arena *arena = context->arena;
    struct mu_agent_env env;
    char *path;
    char **argv;
    int rc = mu_agent_program(context, &path, err);

    if (rc < 0) {
        return rc;
    }
    mu_agent_env_init(&env, context, "pacemaker-execd");
    argv = mu_arena_new(arena, char *, 3);
    argv[0] = path;
    argv[1] = mu_text_make(
        arena, "%s",
        strcmp(effect->op_name, "monitor") == 0 ? "status" : effect->op_name);
    *ret_command = (struct mu_agent_command){
        .path = path, .argv = argv, .envp = mu_agent_env_finish(&env)};
    return 0;
}

int32_t
mu_agent_lsb_rc(const char *op_name, int32_t rc)
{
    if (strcmp(op_name, "monitor") != 0 && strcmp(op_name, "status") != 0) {
        /* Codes 0 to 7 mean the same in both worlds. */
        return rc >= 0 && rc <= 7 ? rc : 1;
    }
    switch (rc) {
    case 0:
        return 0;
    case 1: /* Dead, its pid file is left. */
    case 2: /* Dead, its lock file is left. */
    case 3: /* Not running. */
        return 7;
    case 150:
        return 5;
    case 151:
        return 4;
    case 152:
        return 6;
    default:
        return 1;
    }
}

static void
params_set(struct mu_agent_env *env, const struct mu_effect_exec *effect)
{
    for (uint32_t i = 0; i < effect->params_count; i++) {
        const struct mu_pair *pair = &effect->params[i];
        const char *name;

        if (!pair->value || pair->name[0] == '\0' || strchr(pair->name, '=')) {
            continue;
        }
        name = mu_text_make(env->arena, "OCF_RESKEY_%s", pair->name);
        mu_agent_env_put(env, name, pair->value);
        if (strcmp(pair->name, "OCF_CHECK_LEVEL") == 0) {
            mu_agent_env_put(env, "OCF_CHECK_LEVEL", pair->value);
        }
    }
}

static void
metas_set(struct mu_agent_env *env, const struct mu_effect_exec *effect)
{
    mu_agent_env_put(env, "OCF_RESKEY_CRM_meta_name", effect->op_name);
    mu_agent_env_put(env, "OCF_RESKEY_CRM_meta_timeout",
                     mu_text_make(env->arena, "%" PRId64, effect->timeout_ms));
    if (effect->interval_ms > 0) {
        mu_agent_env_put(
            env, "OCF_RESKEY_CRM_meta_interval",
            mu_text_make(env->arena, "%" PRId64, effect->interval_ms));
    }
    for (uint32_t i = 0; i < effect->meta_count; i++) {
        const struct mu_pair *pair = &effect->meta[i];

        if (pair->value && pair->name[0] != '\0' && !strchr(pair->name, '=')) {
            meta_set(env, pair->name, pair->value);
        }
    }
}

static void
meta_set(struct mu_agent_env *env, const char *name, const char *value)
{
    char *full = mu_text_make(env->arena, "OCF_RESKEY_CRM_meta_%s", name);
    bool is_list = strncmp(name, "notify_", 7) == 0 && value[0] == '\0';

    for (char *c = full; *c; c++) {
        if (*c == '-') {
            *c = '_'; /* Shells cannot read names with dashes. */
        }
    }
    /* Agents test notify lists for being set: an empty one is one blank. */
    mu_agent_env_put(env, full, is_list ? " " : value);
}

/* Agents see the number of an instance only where instances differ. */
static const char *
plain_name(struct mu_arena *arena, const char *instance,
           const struct mu_effect_exec *effect)
{
    const char *colon = strrchr(instance, ':');
    bool is_unique = false;

    for (uint32_t i = 0; i < effect->meta_count; i++) {
        const struct mu_pair *pair = &effect->meta[i];

        if (pair->value && (strcmp(pair->name, "globally_unique") == 0 ||
                            strcmp(pair->name, "globally-unique") == 0)) {
            if (mu_text_parse_bool(pair->value, &is_unique) < 0) {
                is_unique = false;
            }
        }
    }
    if (!colon || is_unique) {
        return instance;
    }
    return mu_text_make(arena, "%.*s", (int)(colon - instance), instance);
}
