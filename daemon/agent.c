/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* For sorting: a total order, the last value of a name last. */
struct env_entry {
    char *variable;
    size_t length;   /* Of the name. */
    size_t sequence; /* In which order they were set. */
};

static bool is_inherited(const char *variable);
static int variable_cmp(const void *a, const void *b);
static size_t name_length(const char *variable);
static void pair_set(struct mu_agent_env *env, const char *name,
                     const char *value);
static int name_validate(const char *name, const char *what,
                         struct mu_errbuf *err);
static int path_validate(const char *path, struct mu_errbuf *err);

void
mu_agent_env_init(struct mu_agent_env *env,
                  const struct mu_agent_context *context, const char *service)
{
    const struct mu_exec_config *config = context->config;
    const char *path = getenv("PATH");

    *env = (struct mu_agent_env){.arena = context->arena};
    for (char **variable = environ; *variable; variable++) {
        if (is_inherited(*variable)) {
            *mu_vec_add(env->arena, &env->variables) = *variable;
        }
    }
    if (!path || path[0] == '\0') {
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    }
    mu_agent_env_put(
        env, "PATH",
        mu_text_make(env->arena, "%s:%s", config->helpers_folder, path));
    mu_agent_env_put(env, MU_AGENT_MARKER_NAME, context->marker);
    mu_agent_env_put(env, "HA_SBIN_DIR", config->helpers_folder);
    mu_agent_env_put(env, "HA_RSCTMP", config->rsctmp_folder);
    mu_agent_env_put(env, "HA_LOGFACILITY", "daemon");
    pair_set(env, "logfacility", "daemon");
    pair_set(env, "logfile", "none");
    pair_set(env, "debug", config->is_debug ? "1" : "0");
    pair_set(env, "cluster_type", "corosync");
    pair_set(env, "quorum_type", "corosync");
    pair_set(env, "mcp", "true");
    pair_set(env, "service", service);
    pair_set(env, "watchdog", config->has_watchdog ? "true" : "false");
}

void
mu_agent_env_put(struct mu_agent_env *env, const char *name, const char *value)
{
    size_t name_size = strlen(name);
    size_t value_size = strlen(value) + 1;
    char *variable = mu_arena_new(env->arena, char, name_size + 1 + value_size);

    memcpy(variable, name, name_size);
    variable[name_size] = '=';
    memcpy(variable + name_size + 1, value, value_size);
    *mu_vec_add(env->arena, &env->variables) = variable;
}

char **
mu_agent_env_finish(struct mu_agent_env *env)
{
    size_t count = env->variables.count;
    struct env_entry *entries =
        mu_arena_new(env->arena, struct env_entry, count);
    char **envp = mu_arena_new(env->arena, char *, count + 1);
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        entries[i].variable = env->variables.items[i];
        entries[i].length = name_length(entries[i].variable);
        entries[i].sequence = i;
    }
    qsort(entries, count, sizeof(*entries), variable_cmp);
    for (size_t i = 0; i < count; i++) {
        size_t length = entries[i].length;

        if (i + 1 < count && length == entries[i + 1].length &&
            memcmp(entries[i].variable, entries[i + 1].variable, length) == 0) {
            continue; /* A later value follows. */
        }
        envp[kept++] = entries[i].variable;
    }
    envp[kept] = NULL;
    return envp;
}

int
mu_agent_locate(struct mu_arena *arena, const struct mu_exec_config *config,
                const struct mu_agent_name *name, char **ret_path,
                struct mu_errbuf *err)
{
    const char *folder = NULL;
    char *path;
    int rc = name_validate(name->type, "type", err);

    switch (name->agent_class) {
    case MU_AGENT_OCF:
        rc = rc ? rc : name_validate(name->provider, "provider", err);
        folder = mu_text_make(arena, "%s/resource.d/%s", config->ocf_root,
                              name->provider ? name->provider : "");
        break;
    case MU_AGENT_LSB:
        folder = config->lsb_folder;
        break;
    case MU_AGENT_FENCE:
        folder = config->fence_folder;
        break;
    case MU_AGENT_SYSTEMD:
    case MU_AGENT_SERVICE:
    case MU_AGENT_OTHER:
        mu_errbuf_set(err, "an agent of this class is no program");
        return -ENOTSUP;
    }
    if (rc < 0) {
        return rc;
    }
    path = mu_text_make(arena, "%s/%s", folder, name->type);
    rc = path_validate(path, err);
    if (rc == 0) {
        *ret_path = path;
    }
    return rc;
}

int
mu_agent_program(const struct mu_agent_context *context, char **ret_path,
                 struct mu_errbuf *err)
{
    const struct mu_agent_name name = {context->effect->agent_class,
                                       context->effect->provider,
                                       context->effect->type};

    return mu_agent_locate(context->arena, context->config, &name, ret_path,
                           err);
}

/* Tells whether a name from the configuration may become part of a path. */
static int
name_validate(const char *name, const char *what, struct mu_errbuf *err)
{
    if (!name || name[0] == '\0') {
        mu_errbuf_set(err, "the agent has no %s", what);
        return -EINVAL;
    }
    if (name[0] == '.' || strchr(name, '/')) {
        mu_errbuf_set(err, "\"%s\" cannot be the %s of an agent", name, what);
        return -EINVAL;
    }
    return 0;
}

/* Tells whether 'path' is a program. */
static int
path_validate(const char *path, struct mu_errbuf *err)
{
    struct stat status;

    if (stat(path, &status) < 0) {
        int error = errno;

        mu_errbuf_set(
            err, error == ENOENT ? "%s does not exist" : "%s cannot be read",
            path);
        return -error;
    }
    if (!S_ISREG(status.st_mode)) {
        mu_errbuf_set(err, "%s is not a file", path);
        return -EACCES;
    }
    /* Root may run a file as soon as anybody may: ask for any x bit. */
    if (access(path, X_OK) < 0) {
        mu_errbuf_set(err, "%s is not executable", path);
        return -EACCES;
    }
    return 0;
}

const char *
mu_agent_param(const struct mu_effect_exec *effect, const char *name)
{
    for (uint32_t i = 0; i < effect->params_count; i++) {
        if (strcmp(effect->params[i].name, name) == 0) {
            return effect->params[i].value;
        }
    }
    return NULL;
}

/* What systemd tells us about ourselves would make an agent talk in our name,
 * and what an outer cluster manager told us does not hold for it. */
static bool
is_inherited(const char *variable)
{
    static const char *const prefixes[] = {
        "OCF_",
        "HA_",
        "PCMK_",
        "NOTIFY_SOCKET=",
        "WATCHDOG_",
        "LISTEN_",
        "JOURNAL_STREAM=",
        "INVOCATION_ID=",
        "CREDENTIALS_DIRECTORY=",
        "MUSTER_OPERATION_ID=",
    };

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0) {
            return false;
        }
    }
    return strchr(variable, '=') != NULL;
}

static int
variable_cmp(const void *a, const void *b)
{
    const struct env_entry *left = a;
    const struct env_entry *right = b;
    size_t length = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->variable, right->variable, length);

    if (order != 0) {
        return order;
    }
    if (left->length != right->length) {
        return left->length < right->length ? -1 : 1;
    }
    return left->sequence < right->sequence ? -1 : 1;
}

static size_t
name_length(const char *variable)
{
    return strcspn(variable, "=");
}

/* Agents and tools know these under two prefixes. */
static void
pair_set(struct mu_agent_env *env, const char *name, const char *value)
{
    char full[64];

    (void)mu_text_format(full, sizeof(full), "HA_%s", name);
    mu_agent_env_put(env, full, value);
    (void)mu_text_format(full, sizeof(full), "PCMK_%s", name);
    mu_agent_env_put(env, full, value);
}
