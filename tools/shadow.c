/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/shadow.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "tools/draft.h"
#include "tools/session.h"

static int compare(const void *a, const void *b);
static bool is_name(const char *name);

const char *
mu_shadow_folder(struct mu_tool *tool, const char *name)
{
    const char *folder;

    if (!is_name(name)) {
        (void)mu_tool_fail(tool,
                           "%s: no copy can be called so; take letters, "
                           "digits, '-', '_' and '.'",
                           name);
        return NULL;
    }
    folder = mu_session_home(tool, "XDG_STATE_HOME", ".local/state",
                             mu_text_make(&tool->arena, "shadow/%s", name));
    if (!folder) {
        (void)mu_tool_fail(tool, "there is no place for copies; set HOME or "
                                 "XDG_STATE_HOME to a folder that you own");
    }
    return folder;
}

const char *
mu_shadow_path(struct mu_tool *tool, const char *name)
{
    const char *folder = mu_shadow_folder(tool, name);
    const char *nearest;

    if (!folder) {
        return NULL;
    }
    if (mu_draft_is_open(tool, folder)) {
        return mu_draft_path(tool, folder);
    }
    nearest = mu_tool_nearest(name, mu_shadow_names(tool));
    (void)mu_tool_fail(tool, "%s: there is no such copy%s%s%s; see: cib list",
                       name, nearest ? "; did you mean " : "",
                       nearest ? nearest : "", nearest ? "?" : "");
    return NULL;
}

const char **
mu_shadow_names(struct mu_tool *tool)
{
    const char *folder =
        mu_session_home(tool, "XDG_STATE_HOME", ".local/state", "shadow/");
    MU_VEC(const char *) names = {0};
    DIR *dir = folder ? opendir(folder) : NULL;
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (is_name(entry->d_name) &&
            mu_draft_is_open(tool, mu_text_make(&tool->arena, "%s%s", folder,
                                                entry->d_name))) {
            *mu_vec_add(&tool->arena, &names) =
                mu_arena_strdup(&tool->arena, entry->d_name);
        }
    }
    if (dir) {
        (void)closedir(dir);
    }
    if (names.count > 1) {
        qsort(names.items, names.count, sizeof(*names.items), compare);
    }
    *mu_vec_add(&tool->arena, &names) = NULL;
    return names.items;
}

static int
compare(const void *a, const void *b)
{
    return mu_text_natural_cmp(*(const char *const *)a,
                               *(const char *const *)b);
}

static bool
is_name(const char *name)
{
    return *name != '\0' && *name != '.' && *name != '-' &&
           name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@")] ==
               '\0';
}
