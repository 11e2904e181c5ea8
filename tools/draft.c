/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/draft.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

static const char *path_of(struct mu_tool *tool, const char *folder,
                           const char *name);
static int read_one(struct mu_tool *tool, const char *path,
                    const char **ret_text, size_t *ret_size);
static int write_one(struct mu_tool *tool, const char *path,
                     struct mu_span text);

const char *
mu_draft_path(struct mu_tool *tool, const char *folder)
{
    return path_of(tool, folder, "cib.xml");
}

bool
mu_draft_is_open(struct mu_tool *tool, const char *folder)
{
    return access(mu_draft_path(tool, folder), F_OK) == 0;
}

int
mu_draft_read(struct mu_tool *tool, const char *folder,
              struct mu_draft *ret_draft)
{
    size_t base_size = 0;
    int code = read_one(tool, mu_draft_path(tool, folder), &ret_draft->now,
                        &ret_draft->now_size);

    if (!code) {
        code = read_one(tool, path_of(tool, folder, "before.xml"),
                        &ret_draft->before, &ret_draft->before_size);
    }
    if (!code) {
        code = read_one(tool, path_of(tool, folder, "base"), &ret_draft->base,
                        &base_size);
    }
    if (!code && base_size == 0) {
        ret_draft->base = NULL;
    }
    return code;
}

int
mu_draft_begin(struct mu_tool *tool, const char *folder, struct mu_span before,
               const char *base)
{
    const char *name = base ? base : "";
    int code;

    if (mkdir(folder, 0700) && errno != EEXIST) {
        return mu_tool_fail(tool, "%s: cannot be made: %s", folder,
                            strerror(errno));
    }
    code =
        write_one(tool, path_of(tool, folder, "base"),
                  (struct mu_span){(const unsigned char *)name, strlen(name)});
    if (!code) {
        code = write_one(tool, path_of(tool, folder, "before.xml"), before);
    }
    /* Last: only then there is a draft. */
    return code ? code : mu_draft_write(tool, folder, before);
}

int
mu_draft_write(struct mu_tool *tool, const char *folder, struct mu_span now)
{
    return write_one(tool, mu_draft_path(tool, folder), now);
}

void
mu_draft_drop(struct mu_tool *tool, const char *folder)
{
    /* In this order, so that there is never a part of a draft. What cannot be
     * removed is not there. */
    (void)unlink(mu_draft_path(tool, folder));
    (void)unlink(path_of(tool, folder, "before.xml"));
    (void)unlink(path_of(tool, folder, "base"));
    (void)rmdir(folder);
}

static const char *
path_of(struct mu_tool *tool, const char *folder, const char *name)
{
    return mu_text_make(&tool->arena, "%s/%s", folder, name);
}

static int
read_one(struct mu_tool *tool, const char *path, const char **ret_text,
         size_t *ret_size)
{
    char *text = NULL;
    int error = mu_tool_read_file(tool, path, &text, ret_size);

    *ret_text = text;
    return error ? mu_tool_fail(tool, "%s: cannot be read: %s", path,
                                strerror(-error))
                 : MU_TOOL_OK;
}

static int
write_one(struct mu_tool *tool, const char *path, struct mu_span text)
{
    int error = mu_tool_write_file(path, (const char *)text.data, text.size);

    return error ? mu_tool_fail(tool,
                                "%s: cannot be written: %s; make room "
                                "there",
                                path, strerror(-error))
                 : MU_TOOL_OK;
}
