/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "doc/doc.h"
#include "model/names.h"
#include "model/params.h"

/* Which parameters a digest is of. */
struct selection {
    const char *only;    /* Blank-separated names, or null: all. */
    const char *without; /* Blank-separated names, or null. */
    bool is_of_agent;    /* Those of a fence agent, not of who runs it. */
    bool has_timeout;    /* That of a recurring operation counts. */
};

static bool is_same_nonprivate(const struct mu_params *params,
                               const struct mu_status_op *op);
static void digest_make(const struct mu_params *params,
                        const struct selection *selection,
                        char ret_text[MU_DIGEST_TEXT_SIZE]);
static bool is_selected(const struct selection *selection, const char *name);
static bool is_left_out(const char *name);
static bool is_of_runner(const char *name);
static bool is_listed(const char *name, const char *names);
static void pair_write(const char *name, const char *value,
                       struct mu_text_buffer *text);

void
mu_params_digest(const struct mu_params *params,
                 char ret_text[MU_DIGEST_TEXT_SIZE])
{
    const struct selection selection = {.has_timeout = params->interval_ms > 0};

    digest_make(params, &selection, ret_text);
}

void
mu_params_digest_restart(const struct mu_params *params,
                         const char *restart_params,
                         char ret_text[MU_DIGEST_TEXT_SIZE])
{
    const struct selection selection = {.only = restart_params};

    mu_assert(restart_params);
    digest_make(params, &selection, ret_text);
}

void
mu_params_digest_nonprivate(const struct mu_params *params,
                            const char *private_params,
                            char ret_text[MU_DIGEST_TEXT_SIZE])
{
    const struct selection selection = {.without = private_params,
                                        .is_of_agent = params->is_of_fencing};

    digest_make(params, &selection, ret_text);
}

enum mu_params_change
mu_params_compare(const struct mu_params *params, const char *digest,
                  const struct mu_status_op *op)
{
    char text[MU_DIGEST_TEXT_SIZE];

    if (op->digest_all && !digest) {
        mu_params_digest(params, text);
        digest = text;
    }
    if (op->digest_all && strcmp(digest, op->digest_all) == 0) {
        return MU_PARAMS_SAME;
    }
    if (op->digest_nonprivate && is_same_nonprivate(params, op)) {
        return MU_PARAMS_PRIVATE;
    }
    if (op->digest_restart && op->restart_params) {
        mu_params_digest_restart(params, op->restart_params, text);
        if (strcmp(text, op->digest_restart) != 0) {
            return MU_PARAMS_RESTART;
        }
        return op->digest_all ? MU_PARAMS_RELOADABLE : MU_PARAMS_UNKNOWN;
    }
    return op->digest_all ? MU_PARAMS_RESTART : MU_PARAMS_UNKNOWN;
}

/* Some versions recorded the timeout of a recurring operation here, others did
 * not. */
static bool
is_same_nonprivate(const struct mu_params *params,
                   const struct mu_status_op *op)
{
    struct selection selection = {.without = op->private_params,
                                  .is_of_agent = params->is_of_fencing};
    char text[MU_DIGEST_TEXT_SIZE];

    digest_make(params, &selection, text);
    if (strcmp(text, op->digest_nonprivate) == 0) {
        return true;
    }
    selection.has_timeout = params->interval_ms > 0;
    digest_make(params, &selection, text);
    return strcmp(text, op->digest_nonprivate) == 0;
}

/* MD5 of the parameters as one XML element with sorted attributes, between a
 * blank and a newline: what existing histories hold. */
static void
digest_make(const struct mu_params *params, const struct selection *selection,
            char ret_text[MU_DIGEST_TEXT_SIZE])
{
    static const char timeout_name[] = "CRM_meta_timeout";
    struct mu_arena arena;
    struct mu_text_buffer text;
    char space[1024];
    char timeout[24];
    bool owes_timeout = selection->has_timeout;

    mu_arena_init(&arena, SIZE_MAX / 2);
    mu_text_buffer_init_at(&text, &arena, space, sizeof(space));
    if (owes_timeout) {
        (void)mu_text_format(timeout, sizeof(timeout), "%lld",
                             (long long)params->timeout_ms);
    }
    mu_text_buffer_append(&text, " <parameters", strlen(" <parameters"));
    for (uint32_t i = 0; i < params->params_count; i++) {
        const struct mu_pair *pair = &params->params[i];

        if (owes_timeout && strcmp(pair->name, timeout_name) > 0) {
            pair_write(timeout_name, timeout, &text);
            owes_timeout = false;
        }
        if (is_selected(selection, pair->name)) {
            pair_write(pair->name, pair->value, &text);
        }
    }
    if (owes_timeout) {
        pair_write(timeout_name, timeout, &text);
    }
    mu_text_buffer_append(&text, "/>\n", 3);
    mu_digest_md5_text(text.data, text.length, ret_text);
    mu_arena_done(&arena);
}

static bool
is_selected(const struct selection *selection, const char *name)
{
    return !is_left_out(name) &&
           !(selection->is_of_agent && is_of_runner(name)) &&
           (!selection->only || is_listed(name, selection->only)) &&
           (!selection->without || !is_listed(name, selection->without));
}

/* Parameters that no digest is about. */
static bool
is_left_out(const char *name)
{
    return strncmp(name, "CRM_meta_", 9) == 0 ||
           mu_names_is_among(name, "id crm_feature_set op-digest on_node "
                                   "on_node_uuid pcmk_external_ip");
}

/* Parameters of fencing that no agent gets. */
static bool
is_of_runner(const char *name)
{
    return strncmp(name, "pcmk_", 5) == 0 ||
           mu_names_is_among(name, "provides stonith-timeout");
}

/* Recorded lists have blanks around each name, sometimes several. */
static bool
is_listed(const char *name, const char *names)
{
    size_t length = strlen(name);
    const char *at = names;

    while ((at = strstr(at, name))) {
        bool begins = at == names || at[-1] == ' ';
        bool ends = at[length] == ' ' || at[length] == '\0';

        if (begins && ends) {
            return true;
        }
        at++;
    }
    return false;
}

static void
pair_write(const char *name, const char *value, struct mu_text_buffer *text)
{
    mu_text_buffer_append(text, " ", 1);
    mu_text_buffer_append(text, name, strlen(name));
    mu_text_buffer_append(text, "=\"", 2);
    mu_doc_write_value(value, text);
    mu_text_buffer_append(text, "\"", 1);
}
