/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edit: objects go as text to a program, an editor or a filter, and come back
 * changed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crm/crm.h"
#include "tools/agents.h"
#include "tools/commands.h"
#include "tools/xml_merge.h"

/* What was shown, and what came back. */
struct editing {
    const char *const *names;
    size_t count;
    const char *text;
    size_t size;
    bool is_xml;
};

static int take_words(struct mu_tool *tool, int argc, char **argv,
                      struct editing *ret_editing);
static int write_objects(struct mu_tool *tool, const struct editing *editing,
                         char *path);
static int read_back(struct mu_tool *tool, const char *path,
                     struct editing *editing);
static int change(struct mu_cib_edit *edit, void *context);
static int run_editor(struct mu_tool *tool, const char *path);
static int run_program(struct mu_tool *tool, const char *command);

#define PLACE "/tmp/muster-edit.XXXXXX"

int
mu_muster_edit_run(struct mu_tool *tool, int argc, char **argv)
{
    char path[] = PLACE;
    struct editing editing = {0};
    int code = take_words(tool, argc, argv, &editing);

    if (!code) {
        code = write_objects(tool, &editing, path);
    }
    if (code) {
        return code;
    }
    code = run_editor(tool, path);
    while (!code) {
        code = read_back(tool, path, &editing);
        if (!code) {
            code = mu_cib_edit_run(tool, change, &editing);
        }
        if (!code || !mu_tool_ask(tool, "Edit again")) {
            break;
        }
        code = run_editor(tool, path);
    }
    (void)unlink(path);
    return code;
}

int
mu_muster_edit_filter(struct mu_tool *tool, int argc, char **argv)
{
    char before[] = PLACE;
    char after[] = PLACE;
    struct editing editing = {0};
    int code;
    int fd;

    if (argc == 0) {
        return mu_tool_usage(tool, "which program? For example: filter "
                                   "\"sed 's/alpha/beta/'\"");
    }
    code = take_words(tool, argc - 1, argv + 1, &editing);
    if (!code) {
        code = write_objects(tool, &editing, before);
    }
    if (code) {
        return code;
    }
    fd = mkstemp(after);
    if (fd < 0) {
        (void)unlink(before);
        return mu_tool_fail(tool, "/tmp: %s; make room there", strerror(errno));
    }
    (void)close(fd);
    /* A shell must split it, as people write pipes here. The paths are ours. */
    code = run_program(tool, mu_text_make(&tool->arena, "{ %s\n} <%s >%s",
                                          argv[0], before, after));
    if (!code) {
        code = read_back(tool, after, &editing);
    }
    if (!code) {
        code = mu_cib_edit_run(tool, change, &editing);
    }
    (void)unlink(before);
    (void)unlink(after);
    return code;
}

/* "changed" stands for its objects: they must be found again afterwards. */
static int
take_words(struct mu_tool *tool, int argc, char **argv,
           struct editing *ret_editing)
{
    const char *const *words = (const char *const *)(uintptr_t)argv;
    size_t count = (size_t)argc;

    if (count > 0 && strcmp(words[0], "xml") == 0) {
        ret_editing->is_xml = true;
        words++;
        count--;
    }
    ret_editing->names = words;
    ret_editing->count = count;
    return mu_muster_draft_expand(tool, &ret_editing->names,
                                  &ret_editing->count);
}

/* Writes what is to be changed into a new file of the name pattern 'path'. */
static int
write_objects(struct mu_tool *tool, const struct editing *editing, char *path)
{
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, false, &edit);
    int error;
    int fd;

    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    code = mu_muster_configure_print(
        tool, edit.doc, editing->is_xml,
        &(struct mu_crm_selection){.words = editing->count > 0 ? editing->names
                                                               : NULL,
                                   .count = editing->count},
        &text);
    mu_cib_edit_close(&edit);
    if (code) {
        return code;
    }
    fd = mkstemp(path);
    if (fd < 0) {
        return mu_tool_fail(tool, "/tmp: %s; make room there", strerror(errno));
    }
    (void)close(fd);
    error = mu_tool_write_file(path, text.data ? text.data : "", text.length);
    return error ? mu_tool_fail(tool, "%s: %s", path, strerror(-error))
                 : MU_TOOL_OK;
}

static int
read_back(struct mu_tool *tool, const char *path, struct editing *editing)
{
    char *text;
    int error = mu_tool_read_file(tool, path, &text, &editing->size);

    editing->text = text;
    return error ? mu_tool_fail(tool, "%s: %s", path, strerror(-error))
                 : MU_TOOL_OK;
}

static int
change(struct mu_cib_edit *edit, void *context)
{
    const struct editing *editing = context;
    struct mu_crm_options options = {.mode = MU_CRM_EDIT,
                                     .edited = editing->names,
                                     .edited_count = editing->count,
                                     .providers = mu_agents_find_providers,
                                     .context = &edit->tool->arena,
                                     .is_forced = true};

    if (editing->is_xml) {
        return mu_xml_merge(edit, "the edited text", editing->text,
                            editing->size, "update");
    }
    if (editing->count == 0) {
        options.mode = MU_CRM_PUSH;
    }
    return mu_muster_configure_apply(edit, "the edited text", editing->text,
                                     editing->size, &options);
}

static int
run_editor(struct mu_tool *tool, const char *path)
{
    const char *editor = tool->editor;

    if (!editor || !*editor) {
        editor = getenv("VISUAL");
    }
    if (!editor || !*editor) {
        editor = getenv("EDITOR");
    }
    if (!editor || !*editor) {
        editor = "vi";
    }
    /* $EDITOR may hold options, so a shell must split it. The path is ours. */
    return run_program(tool, mu_text_make(&tool->arena, "%s %s", editor, path));
}

static int
run_program(struct mu_tool *tool, const char *command)
{
    int status;

    (void)fflush(stdout);
    status = system(command); /* NOLINT: it is what people ask for. */
    if (status != 0) {
        return mu_tool_fail(tool,
                            "%.*s: ended with an error; nothing has changed",
                            (int)strcspn(command, "\n"), command);
    }
    return MU_TOOL_OK;
}
