/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/agents.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/vec.h"
#include "tools/agent_cache.h"
#include "tools/capture.h"

#define OCF_DIR    "/usr/lib/ocf/resource.d"
#define FENCE_DIR  "/usr/sbin"
#define FENCE_HEAD "fence_"
#define LSB_DIR    "/etc/init.d"

enum { METADATA_MS_MAX = 20000, METADATA_SIZE_MAX = 4 << 20 };

struct names {
    MU_VEC(const char *) items;
};

typedef bool take_function(const char *folder, const char *name);

static void scan(struct mu_arena *arena, const char *folder,
                 take_function *take, struct names *names);
static bool take_folder(const char *folder, const char *name);
static bool take_program(const char *folder, const char *name);
static bool take_fence(const char *folder, const char *name);
static bool take_unit(const char *folder, const char *name);
static struct mu_agents_list finish(struct names *names);
static int compare(const void *a, const void *b);
static bool is_plain(const char *name);
static int run(struct mu_arena *arena, const char *const *words,
               char **ret_text, size_t *ret_size);

struct mu_agents_list
mu_agents_providers(struct mu_arena *arena)
{
    struct names names = {0};

    scan(arena, OCF_DIR, take_folder, &names);
    return finish(&names);
}

struct mu_agents_list
mu_agents_types(struct mu_arena *arena, const char *class_name,
                const char *provider)
{
    static const char *const unit_dirs[] = {"/etc/systemd/system",
                                            "/usr/lib/systemd/system",
                                            "/lib/systemd/system"};
    struct names names = {0};

    if (strcmp(class_name, "ocf") == 0) {
        struct mu_agents_list all = mu_agents_providers(arena);

        for (size_t i = 0; i < all.count; i++) {
            if (!provider || strcmp(provider, all.names[i]) == 0) {
                scan(arena, mu_text_make(arena, OCF_DIR "/%s", all.names[i]),
                     take_program, &names);
            }
        }
    } else if (strcmp(class_name, "stonith") == 0) {
        scan(arena, FENCE_DIR, take_fence, &names);
    } else if (strcmp(class_name, "systemd") == 0) {
        for (unsigned i = 0; i < 3; i++) {
            scan(arena, unit_dirs[i], take_unit, &names);
        }
        for (size_t i = 0; i < names.items.count; i++) {
            char *name = mu_arena_strdup(arena, names.items.items[i]);
            char *end = strstr(name, ".service");

            if (end) {
                *end = '\0';
            }
            names.items.items[i] = name;
        }
    } else if (strcmp(class_name, "lsb") == 0 ||
               strcmp(class_name, "service") == 0) {
        scan(arena, LSB_DIR, take_program, &names);
    }
    return finish(&names);
}

struct mu_agents_list
mu_agents_providers_of(struct mu_arena *arena, const char *type)
{
    struct mu_agents_list all = mu_agents_providers(arena);
    struct names names = {0};

    for (size_t i = 0; i < all.count && is_plain(type); i++) {
        if (take_program(mu_text_make(arena, OCF_DIR "/%s", all.names[i]),
                         type)) {
            *mu_vec_add(arena, &names.items) = all.names[i];
        }
    }
    return finish(&names);
}

bool
mu_agents_parse(struct mu_arena *arena, const char *text,
                struct mu_agents_name *ret_name)
{
    char *copy = mu_arena_strdup(arena, text);
    char *first = strchr(copy, ':');
    char *second = first ? strchr(first + 1, ':') : NULL;
    struct mu_agents_list providers;

    if (!first) {
        providers = mu_agents_providers_of(arena, copy);
        *ret_name = (struct mu_agents_name){"ocf", "heartbeat", copy};
        for (size_t i = 0; i < providers.count; i++) {
            if (strcmp(providers.names[i], "heartbeat") == 0) {
                return *copy != '\0';
            }
        }
        if (providers.count > 0) {
            ret_name->provider = providers.names[0];
        } else if (strncmp(copy, FENCE_HEAD, strlen(FENCE_HEAD)) == 0) {
            *ret_name = (struct mu_agents_name){"stonith", NULL, copy};
        }
        return *copy != '\0';
    }
    *first = '\0';
    if (!second) {
        *ret_name = (struct mu_agents_name){copy, NULL, first + 1};
        if (strcmp(copy, "ocf") == 0) {
            ret_name->provider = "heartbeat";
        }
        return first[1] != '\0';
    }
    *second = '\0';
    *ret_name = (struct mu_agents_name){copy, first + 1, second + 1};
    return second[1] != '\0' && !strchr(second + 1, ':');
}

int
mu_agents_metadata(struct mu_arena *arena, const struct mu_agents_name *name,
                   char **ret_xml, size_t *ret_size, struct mu_errbuf *err)
{
    const char *path;
    int error;

    if (!is_plain(name->type) ||
        (name->provider && !is_plain(name->provider))) {
        mu_errbuf_set(err,
                      "%s: is no name of an agent; list them with: "
                      "muster ra list ocf",
                      name->type);
        return -EINVAL;
    }
    if (strcmp(name->class_name, "ocf") == 0 && name->provider) {
        path =
            mu_text_make(arena, OCF_DIR "/%s/%s", name->provider, name->type);
    } else if (strcmp(name->class_name, "stonith") == 0) {
        path = mu_text_make(arena, FENCE_DIR "/%s", name->type);
    } else {
        mu_errbuf_set(err,
                      "agents of class %s have no meta-data; their "
                      "parameters are in their own files",
                      name->class_name);
        return -ENOTSUP;
    }
    if (access(path, X_OK)) {
        mu_errbuf_set(err, "%s: %s; is the package with the agent installed?",
                      path, strerror(errno));
        return -ENOENT;
    }
    if (mu_agent_cache_get(arena, path, ret_xml, ret_size) == 0) {
        return 0;
    }
    error = strcmp(name->class_name, "ocf") == 0
                ? run(arena, (const char *[]){path, "meta-data", NULL}, ret_xml,
                      ret_size)
                : run(arena, (const char *[]){path, "-o", "metadata", NULL},
                      ret_xml,
                      ret_size);
    if (error) {
        mu_errbuf_set(err, "%s: gave no meta-data: %s; run it by hand", path,
                      strerror(-error));
    } else {
        mu_agent_cache_put(arena, path, *ret_xml, *ret_size);
    }
    return error;
}

size_t
mu_agents_find_providers(void *context, const char *type, const char **names,
                         size_t names_max)
{
    struct mu_agents_list list = mu_agents_providers_of(context, type);
    size_t count = list.count < names_max ? list.count : names_max;

    for (size_t i = 0; i < count; i++) {
        names[i] = list.names[i];
    }
    return count;
}

static void
scan(struct mu_arena *arena, const char *folder, take_function *take,
     struct names *names)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    if (!dir) {
        return; /* Not there: nothing of that class is installed. */
    }
    while ((entry = readdir(dir))) {
        if (is_plain(entry->d_name) && take(folder, entry->d_name)) {
            *mu_vec_add(arena, &names->items) =
                mu_arena_strdup(arena, entry->d_name);
        }
    }
    (void)closedir(dir);
}

static bool
take_folder(const char *folder, const char *name)
{
    char path[1024];
    struct stat found;

    return mu_text_format(path, sizeof(path), "%s/%s", folder, name) &&
           stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static bool
take_program(const char *folder, const char *name)
{
    char path[1024];
    struct stat found;

    return mu_text_format(path, sizeof(path), "%s/%s", folder, name) &&
           stat(path, &found) == 0 && S_ISREG(found.st_mode) &&
           access(path, X_OK) == 0;
}

static bool
take_fence(const char *folder, const char *name)
{
    return strncmp(name, FENCE_HEAD, strlen(FENCE_HEAD)) == 0 &&
           take_program(folder, name);
}

static bool
take_unit(const char *folder, const char *name)
{
    const char *end = strstr(name, ".service");

    (void)folder;
    /* Templates (name@.service) need an instance's name. */
    return end && end[8] == '\0' && end > name && end[-1] != '@';
}

static struct mu_agents_list
finish(struct names *names)
{
    struct mu_agents_list list = {names->items.items, 0};

    if (names->items.count > 0) {
        qsort(names->items.items, names->items.count, sizeof(const char *),
              compare);
    }
    for (size_t i = 0; i < names->items.count; i++) {
        if (list.count == 0 ||
            strcmp(list.names[list.count - 1], list.names[i]) != 0) {
            list.names[list.count++] = list.names[i];
        }
    }
    return list;
}

static int
compare(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* Names of files that cannot lead out of a folder or start an option. */
static bool
is_plain(const char *name)
{
    return *name && *name != '.' && *name != '-' && !strchr(name, '/');
}

static int
run(struct mu_arena *arena, const char *const *words, char **ret_text,
    size_t *ret_size)
{
    return mu_capture_run(arena,
                          &(struct mu_capture){.timeout_ms = METADATA_MS_MAX,
                                               .size_max = METADATA_SIZE_MAX},
                          words, ret_text, ret_size);
}
