/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes: which parameter is not what it was when an operation ran.
 *
 * Histories keep digests, no values. Values of before are in earlier
 * configurations, where these are known; else a digest of what is left when
 * new parameters are taken away shows these; else the lists that histories
 * keep beside their digests tell at least which ones are in question. */

#include <string.h>

#include "base/text.h"
#include "model/names.h"
#include "model/params.h"
#include "sched/why.h"

enum {
    TOLD_MAX = 5,    /* Parameters in one sentence. */
    TRIALS_MAX = 64, /* Parameters of which each is tried. */
};

/* What is asked, and what is known of today. */
struct question {
    const struct mu_why *why;
    uint32_t resource;
    uint32_t node;
    const struct mu_status_op *op;
    const char *name; /* With which operation of today 'op' is compared. */
    struct mu_params now;
    bool is_reloadable;
};

/* A list of names that grows to a sentence. */
struct names {
    struct mu_text_buffer text;
    uint32_t count;
};

static void resolve(const struct question *question,
                    const struct mu_config *config, uint32_t resource,
                    struct mu_params *ret_params);
static const char *earlier_text(const struct question *question);
static const char *differences_text(const struct question *question,
                                    const struct mu_params *before);
static void difference_add(const struct question *question, const char *name,
                           const char *before, const char *now,
                           struct names *differences);
static const char *wrap(const struct question *question,
                        const struct names *differences);
static const char *timeout_text(const struct question *question);
static const char *added_text(const struct question *question);
static bool was_without(const struct question *question, uint32_t one);
static const char *suspects_text(const struct question *question);
static void name_add(const char *name, size_t length, struct names *names);
static const char *more_text(const struct question *question,
                             const struct names *names);
static void listed_add(const char *list, struct names *names);
static bool is_in_restart(const struct question *question, const char *name);
static bool has_restart(const struct mu_status_op *op);
static bool is_private(const struct question *question, const char *name);
static const char *seconds_text(const struct question *question, int64_t ms);

const char *
mu_why_changed(const struct mu_why *why, uint32_t resource, uint32_t node,
               const struct mu_status_op *op)
{
    struct question question = {
        .why = why,
        .resource = resource,
        .node = node,
        .op = op,
        /* What makes a resource active is compared with a start of today. */
        .name = op->interval_ms == 0 ? "start" : op->name,
    };
    enum mu_params_change change;
    const char *text;

    resolve(&question, why->snapshot->config, resource, &question.now);
    change = mu_params_compare(&question.now, NULL, op);
    if (change == MU_PARAMS_UNKNOWN) {
        return "it is not recorded which parameters it runs with";
    }
    question.is_reloadable = change == MU_PARAMS_RELOADABLE;
    text = earlier_text(&question);
    if (!text) {
        text = timeout_text(&question);
    }
    if (!text) {
        text = added_text(&question);
    }
    return text ? text : suspects_text(&question);
}

static void
resolve(const struct question *question, const struct mu_config *config,
        uint32_t resource, struct mu_params *ret_params)
{
    const struct mu_snapshot *snapshot = question->why->snapshot;
    struct mu_status_node node = snapshot->status->nodes[question->node];
    const struct mu_config_node *found = mu_config_find_node(config, node.name);
    const struct mu_params_context context = {.config = config,
                                              .resource = resource,
                                              .node = &node,
                                              .is_coordinator =
                                                  question->node ==
                                                  snapshot->coordinator,
                                              .now_ms = snapshot->now_ms};

    node.config_node =
        found ? (uint32_t)(found - config->nodes) : MU_CONFIG_NONE;
    mu_params_resolve_values(question->why->arena, &context, question->name,
                             question->op->interval_ms, ret_params);
}

/* The newest configuration of before with which the operation may have run. */
static const char *
earlier_text(const struct question *question)
{
    const struct mu_snapshot *snapshot = question->why->snapshot;
    const char *id = snapshot->config->resources[question->resource].id;

    for (uint32_t i = 0; i < snapshot->earlier_count && question->op->digest_all;
         i++) {
        const struct mu_config *config = snapshot->earlier[i].config;
        uint32_t resource = mu_config_find_resource(config, id);
        char digest[MU_DIGEST_TEXT_SIZE];
        struct mu_params before;
        const char *text;

        if (resource == MU_CONFIG_NONE ||
            config->resources[resource].kind != MU_RESOURCE_PRIMITIVE) {
            continue;
        }
        resolve(question, config, resource, &before);
        mu_params_digest(&before, digest);
        if (strcmp(digest, question->op->digest_all) != 0) {
            continue;
        }
        text = differences_text(question, &before);
        return text && snapshot->earlier[i].revision
                   ? mu_text_make(question->why->arena, "%s by revision %s",
                                  text, snapshot->earlier[i].revision)
                   : text;
    }
    return NULL;
}

/* Both lists are sorted. */
static const char *
differences_text(const struct question *question,
                 const struct mu_params *before)
{
    const struct mu_params *now = &question->now;
    struct names differences = {.count = 0};
    uint32_t i = 0;
    uint32_t k = 0;

    mu_text_buffer_init(&differences.text, question->why->arena);
    while (i < before->params_count || k < now->params_count) {
        int order = i == before->params_count ? 1
                    : k == now->params_count
                        ? -1
                        : strcmp(before->params[i].name, now->params[k].name);
        const char *old = order <= 0 ? before->params[i].value : NULL;
        const char *new = order >= 0 ? now->params[k].value : NULL;

        if (!old || !new || strcmp(old, new) != 0) {
            difference_add(question,
                           old ? before->params[i].name : now->params[k].name,
                           old, new, &differences);
        }
        i += order <= 0;
        k += order >= 0;
    }
    if (differences.count == 0 && before->timeout_ms != now->timeout_ms &&
        question->op->interval_ms > 0) {
        return mu_text_make(question->why->arena,
                            "its timeout was changed from %s to %s",
                            seconds_text(question, before->timeout_ms),
                            seconds_text(question, now->timeout_ms));
    }
    return wrap(question, &differences);
}

static void
difference_add(const struct question *question, const char *name,
               const char *before, const char *now, struct names *differences)
{
    struct mu_text_buffer *text = &differences->text;

    if (differences->count++ >= TOLD_MAX) {
        return;
    }
    mu_text_buffer_add(text, "%s%s was %s", differences->count > 1 ? ", " : "",
                       name,
                       !before ? "added"
                       : now   ? "changed"
                               : "removed");
    if (is_private(question, name)) {
        return;
    }
    if (before && now) {
        mu_text_buffer_add(text, " from \"%s\" to \"%s\"", before, now);
    } else {
        mu_text_buffer_add(text, " (%s\"%s\")", before ? "it was " : "",
                           before ? before : now);
    }
}

static const char *
wrap(const struct question *question, const struct names *differences)
{
    struct mu_arena *arena = question->why->arena;

    if (differences->count == 0) {
        return NULL;
    }
    return mu_text_make(
        arena, "its parameter%s %s%s", differences->count > 1 ? "s:" : "",
        differences->text.data, more_text(question, differences));
}

/* The digest of a recurring operation covers its timeout: those that people
 * write are tried. */
static const char *
timeout_text(const struct question *question)
{
    static const int64_t common_s[] = {20, 10,  15,  30,  40,  45,  60,
                                       90, 100, 120, 180, 240, 300, 600};
    struct mu_params trial = question->now;
    char digest[MU_DIGEST_TEXT_SIZE];

    for (unsigned i = 0; i < sizeof(common_s) / sizeof(common_s[0]) &&
                         question->op->digest_all &&
                         question->op->interval_ms > 0;
         i++) {
        trial.timeout_ms = common_s[i] * 1000;
        mu_params_digest(&trial, digest);
        if (strcmp(digest, question->op->digest_all) == 0) {
            return mu_text_make(question->why->arena,
                                "its timeout was changed from %s to %s",
                                seconds_text(question, trial.timeout_ms),
                                seconds_text(question,
                                             question->now.timeout_ms));
        }
    }
    return NULL;
}

/* A parameter that is new, or all of them. */
static const char *
added_text(const struct question *question)
{
    const struct mu_params *now = &question->now;
    struct names differences = {.count = 0};

    mu_text_buffer_init(&differences.text, question->why->arena);
    for (uint32_t i = 0; i <= now->params_count && i <= TRIALS_MAX; i++) {
        bool is_all = i == now->params_count;

        if (now->params_count == 0 ||
            !was_without(question, is_all ? MU_CONFIG_NONE : i)) {
            continue;
        }
        for (uint32_t k = is_all ? 0 : i;
             k < (is_all ? now->params_count : i + 1); k++) {
            difference_add(question, now->params[k].name, NULL,
                           now->params[k].value, &differences);
        }
        return wrap(question, &differences);
    }
    return NULL;
}

/* Without 'one', or (NONE) without any. */
static bool
was_without(const struct question *question, uint32_t one)
{
    struct mu_params trial = question->now;
    struct mu_pair *left = mu_arena_new(question->why->arena, struct mu_pair,
                                        (size_t)trial.params_count + 1);
    char digest[MU_DIGEST_TEXT_SIZE];
    uint32_t count = 0;

    for (uint32_t i = 0; i < trial.params_count && one != MU_CONFIG_NONE; i++) {
        if (i != one) {
            left[count++] = trial.params[i];
        }
    }
    trial.params = left;
    trial.params_count = count;
    mu_params_digest(&trial, digest);
    return question->op->digest_all &&
           strcmp(digest, question->op->digest_all) == 0;
}

/* What may have been changed. */
static const char *
suspects_text(const struct question *question)
{
    struct mu_arena *arena = question->why->arena;
    bool is_reloadable = question->is_reloadable;
    struct names names = {.count = 0};

    mu_text_buffer_init(&names.text, arena);
    if (!is_reloadable && has_restart(question->op)) {
        listed_add(question->op->restart_params, &names);
    }
    if (names.count == 1) {
        return mu_text_make(arena,
                            "its parameter %s, which cannot be reloaded, was "
                            "changed",
                            names.text.data);
    }
    if (names.count > 1) {
        return mu_text_make(arena,
                            "parameters that cannot be reloaded were changed, "
                            "at least one of: %s%s",
                            names.text.data, more_text(question, &names));
    }
    for (uint32_t i = 0; i < question->now.params_count; i++) {
        const char *name = question->now.params[i].name;

        if (strncmp(name, "CRM_meta_", strlen("CRM_meta_")) != 0 &&
            !(is_reloadable && is_in_restart(question, name))) {
            name_add(name, strlen(name), &names);
        }
    }
    if (is_reloadable) {
        return mu_text_make(arena,
                            "what was changed can be reloaded: %s%s%s",
                            names.count > 0 ? names.text.data : "",
                            more_text(question, &names),
                            names.count > 0 ? ", or a parameter was removed"
                                            : "a parameter was removed");
    }
    return names.count == 0
               ? "a parameter of it was removed"
               : mu_text_make(arena,
                              "%s %s%s was changed, or another removed",
                              names.count == 1 ? "its parameter"
                                               : "one of its parameters",
                              names.text.data, more_text(question, &names));
}

static const char *
more_text(const struct question *question, const struct names *names)
{
    return names->count > TOLD_MAX
               ? mu_text_make(question->why->arena, " and %u more",
                              names->count - TOLD_MAX)
               : "";
}

static void
name_add(const char *name, size_t length, struct names *names)
{
    if (names->count++ < TOLD_MAX) {
        mu_text_buffer_add(&names->text, "%s%.*s", names->count > 1 ? ", " : "",
                           (int)length, name);
    }
}

/* 'list' is separated by blanks. */
static void
listed_add(const char *list, struct names *names)
{
    for (const char *at = list; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");

        if (length > 0) {
            name_add(at, length, names);
        }
        at += length;
    }
}

static bool
has_restart(const struct mu_status_op *op)
{
    return op->digest_restart && op->restart_params;
}

static bool
is_in_restart(const struct question *question, const char *name)
{
    return has_restart(question->op) &&
           mu_names_is_among(name, question->op->restart_params);
}

static bool
is_private(const struct question *question, const char *name)
{
    return mu_names_is_secret(name) ||
           (question->op->private_params &&
            mu_names_is_among(name, question->op->private_params));
}

static const char *
seconds_text(const struct question *question, int64_t ms)
{
    return ms % 1000 == 0 ? mu_text_make(question->why->arena, "%lld s",
                                         (long long)(ms / 1000))
                          : mu_text_make(question->why->arena, "%lld ms",
                                         (long long)ms);
}
