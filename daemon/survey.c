/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "daemon/survey.h"

#include <arpa/inet.h>
#include <corosync/cmap.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <jansson.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/text.h"
#include "daemon/agent.h"
#include "daemon/agent_unit.h"

enum { ARENA_SIZE_MAX = 1 << 17, PATH_SIZE = 512, LINKS_COUNT_MAX = 8 };

static json_t *agents_build(const struct mu_survey_context *context);
static bool agent_is_missing(struct mu_arena *arena,
                             const struct mu_survey_context *context,
                             const struct mu_config_resource *primitive,
                             struct mu_errbuf *err);
static json_t *disks_build(const struct mu_survey_context *context);
static json_t *addresses_build(void);
static json_t *units_build(const struct mu_survey_context *context);
static bool unit_is_wanted(const char *folder, const char *unit);
static void ring_add(json_t *facts, uint32_t node_id);
static json_t *links_build(cmap_handle_t handle, uint32_t node_id);
static json_t *link_build(unsigned number, const char *address);
static json_t *file_number(const char *interface, const char *name);
static bool has_text(const json_t *array, const char *text);

char *
mu_survey_make(const struct mu_survey_context *context)
{
    struct timex clock = {0};
    struct utsname system;
    json_t *facts = json_pack(
        "{s:s, s:I, s:b, s:o, s:o, s:o, s:o}", "version", PACKAGE_VERSION,
        "wall_ms", (json_int_t)context->wall_ms, "clock_synchronized",
        adjtimex(&clock) >= 0 && (clock.status & STA_UNSYNC) == 0, "agents",
        agents_build(context), "disks", disks_build(context), "addresses",
        addresses_build(), "units", units_build(context));
    char *text;

    if (!facts) {
        return NULL;
    }
    if (uname(&system) == 0) {
        (void)json_object_set_new(facts, "hostname",
                                  json_string(system.nodename));
        (void)json_object_set_new(facts, "kernel",
                                  json_string(system.release));
    }
    ring_add(facts, context->node_id);
    text = json_dumps(facts, JSON_COMPACT);
    json_decref(facts);
    return text;
}

/* Agents of the configuration that cannot be run here. */
static json_t *
agents_build(const struct mu_survey_context *context)
{
    json_t *agents = json_array();
    struct mu_arena arena;

    mu_arena_init(&arena, ARENA_SIZE_MAX);
    for (uint32_t i = 0;
         context->config && i < context->config->resources_count; i++) {
        const struct mu_config_resource *primitive =
            &context->config->resources[i];
        struct mu_errbuf err;

        mu_arena_reset(&arena);
        if (primitive->kind == MU_RESOURCE_PRIMITIVE &&
            agent_is_missing(&arena, context, primitive, &err)) {
            (void)json_array_append_new(
                agents, json_pack("{s:s, s:s}", "resource", primitive->id,
                                  "problem", err.text));
        }
    }
    mu_arena_done(&arena);
    return agents;
}

/* Names that no agent can have were refused with the configuration. */
static bool
agent_is_missing(struct mu_arena *arena,
                 const struct mu_survey_context *context,
                 const struct mu_config_resource *primitive,
                 struct mu_errbuf *err)
{
    const struct mu_agent_name name = {primitive->agent_class,
                                       primitive->provider, primitive->type};
    char *path;
    int rc;

    if (primitive->agent_class == MU_AGENT_SYSTEMD) {
        mu_errbuf_set(err, "there is no unit %s.service", primitive->type);
        return !strchr(primitive->type, '.') &&
               access("/run/systemd/system", F_OK) == 0 &&
               !mu_agent_unit_exists(primitive->type);
    }
    rc = mu_agent_locate(arena, context->exec, &name, &path, err);
    return rc < 0 && rc != -ENOTSUP && rc != -EINVAL;
}

static json_t *
disks_build(const struct mu_survey_context *context)
{
    const char *const folders[] = {context->state_folder,
                                   context->exec->run_folder, "/var/log"};
    json_t *disks = json_array();

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        struct statvfs disk;

        if (statvfs(folders[i], &disk) < 0 || disk.f_blocks == 0) {
            continue;
        }
        (void)json_array_append_new(
            disks,
            json_pack("{s:s, s:I, s:I, s:I}", "folder", folders[i], "free_mib",
                      (json_int_t)(disk.f_bavail * disk.f_frsize >> 20),
                      "free_percent",
                      (json_int_t)(disk.f_bavail * 100 / disk.f_blocks),
                      "free_inodes_percent",
                      (json_int_t)(disk.f_files == 0
                                       ? 100
                                       : disk.f_favail * 100 / disk.f_files)));
    }
    return disks;
}

/* Addresses that anybody could want to reach. */
static json_t *
addresses_build(void)
{
    json_t *addresses = json_array();
    struct ifaddrs *all = NULL;

    if (getifaddrs(&all) < 0) {
        return addresses;
    }
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        char text[INET6_ADDRSTRLEN];
        const struct sockaddr_in *four = (const void *)one->ifa_addr;
        const struct sockaddr_in6 *six = (const void *)one->ifa_addr;

        if (!one->ifa_addr || (one->ifa_flags & IFF_LOOPBACK)) {
            continue;
        }
        if ((four->sin_family == AF_INET &&
             inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text))) ||
            (four->sin_family == AF_INET6 &&
             !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr) &&
             inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text)))) {
            (void)json_array_append_new(addresses, json_string(text));
        }
    }
    freeifaddrs(all);
    return addresses;
}

/* Units that the cluster manages and systemd would start at boot as well. */
static json_t *
units_build(const struct mu_survey_context *context)
{
    json_t *units = json_array();

    for (uint32_t i = 0;
         context->config && i < context->config->resources_count; i++) {
        const struct mu_config_resource *primitive =
            &context->config->resources[i];
        char unit[PATH_SIZE];

        if (primitive->kind == MU_RESOURCE_PRIMITIVE &&
            (primitive->agent_class == MU_AGENT_SYSTEMD ||
             primitive->agent_class == MU_AGENT_SERVICE) &&
            mu_agent_unit_name(primitive->type, unit, sizeof(unit)) == 0 &&
            unit_is_wanted("/etc/systemd/system", unit) &&
            !has_text(units, unit)) {
            (void)json_array_append_new(units, json_string(unit));
        }
    }
    return units;
}

/* Whether a target in 'folder' has a link that starts the unit. */
static bool
unit_is_wanted(const char *folder, const char *unit)
{
    DIR *stream = opendir(folder);
    const struct dirent *entry;
    bool is_wanted = false;

    while (stream && !is_wanted && (entry = readdir(stream))) {
        const char *dot = strrchr(entry->d_name, '.');
        char path[PATH_SIZE];

        if (dot &&
            (strcmp(dot, ".wants") == 0 || strcmp(dot, ".requires") == 0) &&
            mu_text_format(path, sizeof(path), "%s/%s/%s", folder,
                           entry->d_name, unit)) {
            is_wanted = faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) ==
                        0;
        }
    }
    if (stream) {
        (void)closedir(stream);
    }
    return is_wanted;
}

/* What Corosync says; nothing when it does not answer. */
static void
ring_add(json_t *facts, uint32_t node_id)
{
    cmap_handle_t handle;
    uint32_t token_ms;

    if (cmap_initialize(&handle) != CS_OK) {
        return;
    }
    if (cmap_get_uint32(handle, "runtime.config.totem.token", &token_ms) ==
        CS_OK) {
        (void)json_object_set_new(facts, "token_ms",
                                  json_integer((json_int_t)token_ms));
    }
    (void)json_object_set_new(facts, "links", links_build(handle, node_id));
    (void)cmap_finalize(handle);
}

static json_t *
links_build(cmap_handle_t handle, uint32_t node_id)
{
    json_t *links = json_array();
    uint32_t id = 0;
    unsigned position = 0;
    char key[CMAP_KEYNAME_MAXLEN + 1];

    while (position < MU_NODES_COUNT_MAX) {
        mu_text_format(key, sizeof(key), "nodelist.node.%u.nodeid", position);
        if (cmap_get_uint32(handle, key, &id) != CS_OK || id == node_id) {
            break;
        }
        position++;
    }
    for (unsigned i = 0; id == node_id && i < LINKS_COUNT_MAX; i++) {
        char *address = NULL;

        mu_text_format(key, sizeof(key), "nodelist.node.%u.ring%u_addr",
                       position, i);
        if (cmap_get_string(handle, key, &address) != CS_OK) {
            continue;
        }
        (void)json_array_append_new(links, link_build(i, address));
        free(address);
    }
    return links;
}

/* The interface that has the address, as the kernel sees it. An address that is
 * a host name stays without: asking for it could take long. */
static json_t *
link_build(unsigned number, const char *address)
{
    json_t *link = json_pack("{s:i, s:s}", "link", (int)number, "address",
                             address);
    struct ifaddrs *all = NULL;

    if (getifaddrs(&all) < 0) {
        return link;
    }
    for (const struct ifaddrs *one = all; one; one = one->ifa_next) {
        char text[INET6_ADDRSTRLEN] = "";
        const struct sockaddr_in *four = (const void *)one->ifa_addr;
        const struct sockaddr_in6 *six = (const void *)one->ifa_addr;

        if (one->ifa_addr && four->sin_family == AF_INET) {
            (void)inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text));
        } else if (one->ifa_addr && four->sin_family == AF_INET6) {
            (void)inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text));
        }
        if (strcmp(text, address) == 0) {
            (void)json_object_set_new(link, "interface",
                                      json_string(one->ifa_name));
            (void)json_object_set_new(
                link, "is_up", json_boolean(one->ifa_flags & IFF_RUNNING));
            (void)json_object_set_new(link, "mtu",
                                      file_number(one->ifa_name, "mtu"));
            break;
        }
    }
    freeifaddrs(all);
    return link;
}

/* A number that the kernel tells of an interface; null when it does not. */
static json_t *
file_number(const char *interface, const char *name)
{
    char path[PATH_SIZE];
    long number = -1;
    FILE *file;

    if (!mu_text_format(path, sizeof(path), "/sys/class/net/%s/%s", interface,
                        name)) {
        return json_null();
    }
    file = fopen(path, "re");
    if (!file) {
        return json_null();
    }
    if (fscanf(file, "%ld", &number) != 1) {
        number = -1;
    }
    (void)fclose(file);
    return number < 0 ? json_null() : json_integer((json_int_t)number);
}

static bool
has_text(const json_t *array, const char *text)
{
    const json_t *one;
    size_t i;

    json_array_foreach(array, i, one)
    {
        if (strcmp(json_string_value(one), text) == 0) {
            return true;
        }
    }
    return false;
}
