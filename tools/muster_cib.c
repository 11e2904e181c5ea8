/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cib: shadow copies, in which a configuration is made ready without anybody
 * noticing. Every command works in a copy as in the cluster. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/draft.h"
#include "tools/preview.h"
#include "tools/session.h"
#include "tools/shadow.h"

#define TEMPORARY "@tmp@"

/* What "new" and "import" begin with. */
struct start {
    const char *name;
    bool is_forced;
    bool is_empty;
    bool has_status;
};

static int begin(struct mu_tool *tool, const struct start *start);
static int take_words(struct mu_tool *tool, int argc, char **argv,
                      struct start *ret_start);
static int name_of(struct mu_tool *tool, int argc, char **argv,
                   const char **ret_name);
static void look_at_live(struct mu_tool *tool);
static struct mu_span span_of(const char *text, size_t size);

int
mu_muster_cib_new(struct mu_tool *tool, int argc, char **argv)
{
    struct start start = {.name = TEMPORARY, .is_forced = tool->is_forced};
    int code = take_words(tool, argc, argv, &start);

    look_at_live(tool);
    if (!code) {
        code = begin(tool, &start);
    }
    if (!code && tool->session) {
        code = mu_session_set(tool, "shadow", start.name);
    } else if (!code) {
        mu_tool_say(tool, "work in it with: %s --shadow %s COMMAND",
                    tool->program, start.name);
    }
    return code;
}

int
mu_muster_cib_use(struct mu_tool *tool, int argc, char **argv)
{
    const char *name = argc > 0 ? argv[0] : "live";

    if (argc > 1 && strcmp(argv[1], "withstatus") != 0) {
        return mu_tool_usage(tool, "%s: is no word of this command", argv[1]);
    }
    if (!tool->session) {
        return mu_tool_fail(tool,
                            "a copy is in use for as long as a shell; for one "
                            "command say: %s --shadow %s COMMAND",
                            tool->program, name);
    }
    if (strcmp(name, "live") == 0) {
        return mu_session_set(tool, "shadow", NULL);
    }
    return mu_shadow_path(tool, name) ? mu_session_set(tool, "shadow", name)
                                      : MU_TOOL_FAILED;
}

int
mu_muster_cib_commit(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_cib_edit edit;
    const char *folder;
    const char *name;
    int code;

    if (argc > 0 && strcmp(argv[argc - 1], "force") == 0) {
        tool->is_forced = true;
        argc--;
    }
    code = name_of(tool, argc, argv, &name);
    folder = code ? NULL : mu_shadow_folder(tool, name);
    if (!folder || !mu_shadow_path(tool, name)) {
        return MU_TOOL_FAILED;
    }
    look_at_live(tool);
    code = mu_muster_draft_merge(tool, folder, tool->is_forced);
    if (code || tool->is_dry_run) {
        return code;
    }
    /* From here on the copy begins with what is now. */
    code = mu_cib_edit_open(tool, false, &edit);
    if (!code) {
        code = mu_draft_begin(
            tool, folder, span_of(edit.before, edit.before_size), edit.base);
        mu_cib_edit_close(&edit);
    }
    return code;
}

int
mu_muster_cib_diff(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    struct mu_draft draft;
    const char *name;
    int code = name_of(tool, argc, argv, &name);

    if (code || !mu_shadow_path(tool, name)) {
        return MU_TOOL_FAILED;
    }
    look_at_live(tool);
    code = mu_draft_read(tool, mu_shadow_folder(tool, name), &draft);
    if (!code) {
        code = mu_cib_edit_open(tool, false, &edit);
    }
    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    code = mu_preview_diff(tool, span_of(edit.before, edit.before_size),
                           span_of(draft.now, draft.now_size), &text);
    mu_cib_edit_close(&edit);
    if (!code && text.data) {
        (void)fputs(text.data, stdout);
    }
    return code;
}

int
mu_muster_cib_list(struct mu_tool *tool, int argc, char **argv)
{
    const char **names = mu_shadow_names(tool);
    json_t *answer = json_array();

    if (argc > 0) {
        json_decref(answer);
        return mu_tool_usage(tool, "%s: is no word of this command", argv[0]);
    }
    for (; *names; names++) {
        bool is_used = tool->shadow && strcmp(tool->shadow, *names) == 0;

        if (tool->is_json) {
            (void)json_array_append_new(
                answer,
                json_pack("{s:s, s:b}", "name", *names, "used", is_used));
        } else {
            (void)printf("%s%s\n", *names, is_used ? " (in use)" : "");
        }
    }
    if (tool->is_json) {
        mu_tool_print_json(answer);
    }
    json_decref(answer);
    return MU_TOOL_OK;
}

int
mu_muster_cib_reset(struct mu_tool *tool, int argc, char **argv)
{
    struct start start = {.is_forced = true};
    int code = name_of(tool, argc, argv, &start.name);

    if (code || !mu_shadow_path(tool, start.name)) {
        return MU_TOOL_FAILED;
    }
    look_at_live(tool);
    return begin(tool, &start);
}

int
mu_muster_cib_delete(struct mu_tool *tool, int argc, char **argv)
{
    if (argc != 1) {
        return mu_tool_usage(tool, "which copy? See: cib list");
    }
    if (!mu_shadow_path(tool, argv[0])) {
        return MU_TOOL_FAILED;
    }
    mu_draft_drop(tool, mu_shadow_folder(tool, argv[0]));
    return tool->shadow && tool->session && strcmp(tool->shadow, argv[0]) == 0
               ? mu_session_set(tool, "shadow", NULL)
               : MU_TOOL_OK;
}

int
mu_muster_cib_import(struct mu_tool *tool, int argc, char **argv)
{
    struct start start = {.name = TEMPORARY, .is_forced = true};
    int code;

    if (argc < 1 || argc > 2) {
        return mu_tool_usage(tool, "name a file with a CIB, and the copy that "
                                   "it becomes");
    }
    if (argv[0][strspn(argv[0], "0123456789")] == '\0') {
        return mu_tool_fail(tool,
                            "%s: there are no numbered inputs of the planner; "
                            "save a state with: %s cibstatus save FILE",
                            argv[0], tool->program);
    }
    if (argc == 2) {
        start.name = argv[1];
    }
    tool->draft = NULL;
    tool->file = argv[0];
    code = begin(tool, &start);
    return !code && tool->session ? mu_session_set(tool, "shadow", start.name)
                                  : code;
}

/* Makes a copy of what 'tool' looks at. */
static int
begin(struct mu_tool *tool, const struct start *start)
{
    static const char nothing[] =
        "<cib validate-with=\"pacemaker-3.9\" admin_epoch=\"0\" epoch=\"0\" "
        "num_updates=\"0\"><configuration><crm_config/><nodes/><resources/>"
        "<constraints/></configuration><status/></cib>";
    const char *folder = mu_shadow_folder(tool, start->name);
    struct mu_cib_edit edit;
    int code;

    if (!folder) {
        return MU_TOOL_FAILED;
    }
    if (!start->is_forced && strcmp(start->name, TEMPORARY) != 0 &&
        mu_draft_is_open(tool, folder)) {
        return mu_tool_fail(tool,
                            "%s: there is such a copy; take another name, or "
                            "add: force",
                            start->name);
    }
    if (start->is_empty) {
        return mu_draft_begin(tool, folder, span_of(nothing, strlen(nothing)),
                              NULL);
    }
    code = mu_cib_edit_open(tool, start->has_status, &edit);
    if (!code) {
        code = mu_draft_begin(
            tool, folder, span_of(edit.before, edit.before_size), edit.base);
        mu_cib_edit_close(&edit);
    }
    return code;
}

static int
take_words(struct mu_tool *tool, int argc, char **argv, struct start *ret_start)
{
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "withstatus") == 0) {
            ret_start->has_status = true;
        } else if (strcmp(argv[i], "force") == 0 ||
                   strcmp(argv[i], "--force") == 0) {
            ret_start->is_forced = true;
        } else if (strcmp(argv[i], "empty") == 0) {
            ret_start->is_empty = true;
        } else if (i > 0) {
            return mu_tool_usage(tool, "%s: is no word of this command",
                                 argv[i]);
        } else if (strcmp(argv[i], "live") == 0) {
            return mu_tool_usage(tool, "live: means the cluster itself; take "
                                       "another name");
        } else {
            ret_start->name = argv[i];
        }
    }
    return MU_TOOL_OK;
}

/* The copy that is named, else the one in use. */
static int
name_of(struct mu_tool *tool, int argc, char **argv, const char **ret_name)
{
    *ret_name = argc > 0 ? argv[0] : tool->shadow;
    if (argc > 1) {
        return mu_tool_usage(tool, "%s: one copy is enough", argv[1]);
    }
    return *ret_name ? MU_TOOL_OK
                     : mu_tool_usage(tool, "which copy? None is in use; see: "
                                           "cib list");
}

/* From the copy in use to what it is a copy of. */
static void
look_at_live(struct mu_tool *tool)
{
    tool->draft = NULL;
    tool->file = tool->live;
}

static struct mu_span
span_of(const char *text, size_t size)
{
    return (struct mu_span){(const unsigned char *)text, size};
}
