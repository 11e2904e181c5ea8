/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/draft.h"

static const char *place_of(struct mu_tool *tool, const char *name);
static bool make_folders(char *path);

/* Everything that is kept in a session, so that it can be removed. */
static const char *const names[] = {"shadow", "events", "source", "options"};

int
mu_session_open(struct mu_tool *tool)
{
    const char *base = getenv("XDG_RUNTIME_DIR");
    char *folder;

    if (!base || !*base || access(base, W_OK)) {
        base = "/tmp";
    }
    folder = mu_text_make(&tool->arena, "%s/muster-shell.XXXXXX", base);
    if (!mkdtemp(folder)) {
        return mu_tool_fail(tool, "%s: %s; make room there", base,
                            strerror(errno));
    }
    tool->session = folder;
    return MU_TOOL_OK;
}

void
mu_session_close(struct mu_tool *tool)
{
    if (!tool->session) {
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)unlink(place_of(tool, names[i])); /* It may not be there. */
    }
    mu_draft_drop(tool, mu_session_draft(tool));
    (void)rmdir(tool->session);
    tool->session = NULL;
}

const char *
mu_session_get(struct mu_tool *tool, const char *name)
{
    size_t size;
    char *text;

    if (!tool->session ||
        mu_tool_read_file(tool, place_of(tool, name), &text, &size)) {
        return NULL;
    }
    return text;
}

int
mu_session_set(struct mu_tool *tool, const char *name, const char *text)
{
    int error = 0;

    if (!tool->session) {
        return mu_tool_fail(tool,
                            "this lasts as long as a shell; start one "
                            "with: %s",
                            tool->program);
    }
    if (!text) {
        (void)unlink(place_of(tool, name)); /* It may not be there. */
    } else {
        error = mu_tool_write_file(place_of(tool, name), text, strlen(text));
    }
    return error ? mu_tool_fail(tool, "%s: cannot be written: %s",
                                place_of(tool, name), strerror(-error))
                 : MU_TOOL_OK;
}

const char *
mu_session_draft(struct mu_tool *tool)
{
    return tool->session ? place_of(tool, "draft") : NULL;
}

const char *
mu_session_home(struct mu_tool *tool, const char *variable,
                const char *fallback, const char *name)
{
    const char *base = getenv(variable);
    const char *home = getenv("HOME");
    char *path;

    if (base && *base == '/') {
        path = mu_text_make(&tool->arena, "%s/muster/%s", base, name);
    } else if (home && *home == '/') {
        path =
            mu_text_make(&tool->arena, "%s/%s/muster/%s", home, fallback, name);
    } else {
        return NULL;
    }
    return make_folders(path) ? path : NULL;
}

static const char *
place_of(struct mu_tool *tool, const char *name)
{
    return mu_text_make(&tool->arena, "%s/%s", tool->session, name);
}

/* Makes the folders in front of the last slash. */
static bool
make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        int failed;

        *slash = '\0';
        failed = mkdir(path, 0700) && errno != EEXIST;
        *slash = '/';
        if (failed) {
            return false;
        }
    }
    return true;
}
