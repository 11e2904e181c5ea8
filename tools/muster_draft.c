/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draft: what a shell does with changes that are not committed yet. */

#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "crm/merge.h"
#include "tools/commands.h"
#include "tools/draft.h"
#include "tools/field.h"
#include "tools/preview.h"
#include "tools/tell.h"

enum { LINE_SIZE_MAX = 300 };

struct merge {
    const struct mu_draft *draft;
    bool is_forced;
};

static int change(struct mu_cib_edit *edit, void *context);
static int read_draft(struct mu_tool *tool, struct mu_draft *ret_draft,
                      bool *ret_is_open);
static void line_make(struct mu_tool *tool, const struct mu_draft *draft);
static const char **changed_names(struct mu_tool *tool,
                                  const struct mu_draft *draft);
static struct mu_span span_of(const char *text, size_t size);

int
mu_muster_draft_commit(struct mu_tool *tool, int argc, char **argv)
{
    const char *folder = tool->draft;
    bool is_forced = tool->is_forced;
    int code;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "force") == 0) {
            is_forced = true;
        } else if (strcmp(argv[i], "replace") != 0) {
            return mu_tool_usage(tool, "%s: is no word of this command",
                                 argv[i]);
        }
    }
    if (!folder || !mu_draft_is_open(tool, folder)) {
        mu_tool_say(tool, "nothing to commit");
        return MU_TOOL_OK;
    }
    tool->draft = NULL;
    code = mu_muster_draft_merge(tool, folder, is_forced);
    if (!code && !tool->is_dry_run) {
        mu_draft_drop(tool, folder);
    }
    return code;
}

int
mu_muster_draft_merge(struct mu_tool *tool, const char *folder, bool is_forced)
{
    struct merge merge = {.is_forced = is_forced};
    struct mu_draft draft;
    int code = mu_draft_read(tool, folder, &draft);

    if (!code && !tool->message) {
        line_make(tool, &draft);
    }
    merge.draft = &draft;
    return code ? code : mu_cib_edit_run(tool, change, &merge);
}

/* "commit" says nothing to those who read the log: the objects do. */
static void
line_make(struct mu_tool *tool, const struct mu_draft *draft)
{
    struct mu_text_buffer text;
    json_t *objects = NULL;
    const json_t *one;
    size_t i;

    if (mu_preview_diff_json(tool, span_of(draft->before, draft->before_size),
                             span_of(draft->now, draft->now_size), &objects)) {
        return;
    }
    mu_text_buffer_init(&text, &tool->arena);
    mu_text_buffer_add(&text, "commit:");
    json_array_foreach(objects, i, one)
    {
        if (text.length > LINE_SIZE_MAX) {
            mu_text_buffer_add(&text, " ...");
            break;
        }
        mu_text_buffer_add(&text, "%s %s %s", i > 0 ? "," : "",
                           mu_field_text(one, "change"),
                           mu_field_text(one, "object"));
    }
    json_decref(objects);
    tool->line = text.data;
}

int
mu_muster_draft_refresh(struct mu_tool *tool, int argc, char **argv)
{
    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (tool->draft && mu_draft_is_open(tool, tool->draft)) {
        mu_draft_drop(tool, tool->draft);
        mu_tool_say(tool, "the changes have been dropped");
    }
    return MU_TOOL_OK;
}

int
mu_muster_draft_diff(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_text_buffer text;
    struct mu_draft draft;
    bool is_open = false;
    int code = tool->draft ? read_draft(tool, &draft, &is_open) : MU_TOOL_OK;

    if (argc > 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    if (code || !is_open) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    code = mu_preview_diff(tool, span_of(draft.before, draft.before_size),
                           span_of(draft.now, draft.now_size), &text);
    if (!code && text.data) {
        (void)fputs(text.data, stdout);
    }
    return code;
}

int
mu_muster_draft_expand(struct mu_tool *tool, const char *const **words,
                       size_t *count)
{
    MU_VEC(const char *) all = {0};
    struct mu_draft draft;
    bool is_open = false;
    int code = MU_TOOL_OK;

    for (size_t i = 0; i < *count && !code; i++) {
        if (strcmp((*words)[i], "changed") != 0) {
            *mu_vec_add(&tool->arena, &all) = (*words)[i];
            continue;
        }
        code = tool->draft ? read_draft(tool, &draft, &is_open) : MU_TOOL_OK;
        if (!code && !is_open) {
            return mu_tool_fail(tool, "changed: nothing has been changed that "
                                      "is not committed");
        }
        if (!code) {
            const char **names = changed_names(tool, &draft);

            for (; *names; names++) {
                *mu_vec_add(&tool->arena, &all) = *names;
            }
        }
    }
    if (all.count > *count || (all.count > 0 && is_open)) {
        *words = all.items;
        *count = all.count;
    }
    return code;
}

/* Returns the objects that are new or differ, ended by null. */
static const char **
changed_names(struct mu_tool *tool, const struct mu_draft *draft)
{
    MU_VEC(const char *) names = {0};
    struct mu_doc *before = NULL;
    struct mu_doc *now = NULL;
    const struct mu_doc_element *section = NULL;

    if (mu_doc_parse(span_of(draft->before, draft->before_size), &before,
                     NULL) == 0 &&
        mu_doc_parse(span_of(draft->now, draft->now_size), &now, NULL) == 0) {
        section =
            mu_doc_first(mu_doc_first_named(mu_doc_root(now), "configuration"));
    }
    for (; section; section = mu_doc_next(section)) {
        for (const struct mu_doc_element *one = mu_doc_first(section); one;
             one = mu_doc_next(one)) {
            const char *id = mu_doc_get(one, "id");
            const char *uname = mu_doc_get(one, "uname");
            const struct mu_doc_element *old =
                id ? mu_doc_find(mu_doc_root(before), id) : NULL;

            if (id && (!old || !mu_digest_is_equal(mu_doc_digest(one),
                                                   mu_doc_digest(old)))) {
                *mu_vec_add(&tool->arena, &names) =
                    mu_arena_strdup(&tool->arena, uname ? uname : id);
            }
        }
    }
    mu_doc_free(before);
    mu_doc_free(now);
    *mu_vec_add(&tool->arena, &names) = NULL;
    return names.items;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    const struct merge *merge = context;
    struct mu_tool *tool = edit->tool;
    struct mu_merge work = {.current = edit->doc,
                            .is_forced = merge->is_forced};
    struct mu_report report;
    struct mu_doc *before = NULL;
    struct mu_doc *after = NULL;
    int code = MU_TOOL_OK;

    mu_report_init(&report, &tool->arena);
    if (mu_doc_parse(span_of(merge->draft->before, merge->draft->before_size),
                     &before, NULL) ||
        mu_doc_parse(span_of(merge->draft->now, merge->draft->now_size), &after,
                     NULL)) {
        code = mu_tool_fail(tool, "the changes cannot be read any more; drop "
                                  "them with: refresh");
    } else {
        work.before = before;
        work.after = after;
        if (mu_merge_config(&work, &report)) {
            code = MU_TOOL_FAILED;
        }
        mu_tell_report(tool, NULL, "", &report, code != 0);
        if (code) {
            mu_tool_say(tool, "take your version with: commit force");
        }
    }
    mu_doc_free(before);
    mu_doc_free(after);
    return code;
}

static int
read_draft(struct mu_tool *tool, struct mu_draft *ret_draft, bool *ret_is_open)
{
    *ret_is_open = mu_draft_is_open(tool, tool->draft);
    return *ret_is_open ? mu_draft_read(tool, tool->draft, ret_draft)
                        : MU_TOOL_OK;
}

static struct mu_span
span_of(const char *text, size_t size)
{
    return (struct mu_span){(const unsigned char *)text, size};
}
