/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ring_map.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int
node_cmp(const void *a, const void *b)
{
    const struct mu_node_id_name *left = a;
    const struct mu_node_id_name *right = b;

    return (left->id > right->id) - (left->id < right->id);
}

static bool
is_address(const char *text)
{
    unsigned char address[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, text, address) == 1 ||
           inet_pton(AF_INET6, text, address) == 1;
}

/* Returns a name on the heap: the configured one, else the address where it is
 * a host name, else one made of the id. All nodes must find the same. */
static char *
node_name(cmap_handle_t handle, unsigned position, uint32_t id)
{
    char key[CMAP_KEYNAME_MAXLEN + 1];
    char *name = NULL;

    mu_text_format(key, sizeof(key), "nodelist.node.%u.name", position);
    if (cmap_get_string(handle, key, &name) == CS_OK && name[0] != '\0' &&
        strlen(name) < MU_NAME_SIZE_MAX) {
        return name;
    }
    free(name);
    name = NULL;
    mu_text_format(key, sizeof(key), "nodelist.node.%u.ring0_addr", position);
    if (cmap_get_string(handle, key, &name) == CS_OK && name[0] != '\0' &&
        !is_address(name) && strlen(name) < MU_NAME_SIZE_MAX) {
        return name;
    }
    free(name);
    mu_text_format(key, sizeof(key), "node%u", id);
    return strdup(key);
}

/* Takes over 'name'. */
static void
map_add(struct mu_ring_map *map, uint32_t id, char *name)
{
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        if (map->nodes[i].id == id || strcmp(map->nodes[i].name, name) == 0) {
            free(name); /* Corosync refuses this itself. */
            return;
        }
    }
    map->nodes[map->nodes_count++] = (struct mu_node_id_name){id, name};
}

static int
map_read_nodes(cmap_handle_t handle, struct mu_ring_map *map)
{
    cmap_iter_handle_t iter;
    char key[CMAP_KEYNAME_MAXLEN + 1];
    size_t size;
    cmap_value_types_t type;

    map->nodes = calloc(MU_NODES_COUNT_MAX, sizeof(map->nodes[0]));
    if (!map->nodes) {
        return -ENOMEM;
    }
    if (cmap_iter_init(handle, "nodelist.node.", &iter) != CS_OK) {
        return -EIO;
    }
    while (cmap_iter_next(handle, iter, key, &size, &type) == CS_OK &&
           map->nodes_count < MU_NODES_COUNT_MAX) {
        unsigned position;
        uint32_t id;
        char rest[16];
        char *name;

        if (sscanf(key, "nodelist.node.%u.%15s", &position, rest) != 2 ||
            strcmp(rest, "nodeid") != 0 ||
            cmap_get_uint32(handle, key, &id) != CS_OK) {
            continue;
        }
        name = node_name(handle, position, id);
        if (!name) {
            (void)cmap_iter_finalize(handle, iter);
            return -ENOMEM;
        }
        map_add(map, id, name);
    }
    (void)cmap_iter_finalize(handle, iter);
    qsort(map->nodes, map->nodes_count, sizeof(map->nodes[0]), node_cmp);
    return 0;
}

int
mu_ring_map_read(cmap_handle_t handle, struct mu_ring_map *ret_map)
{
    struct mu_ring_map map = {0};
    char *text = NULL;
    int error;

    error = map_read_nodes(handle, &map);
    if (error) {
        mu_ring_map_done(&map);
        return error;
    }
    if (cmap_get_string(handle, "totem.cluster_name", &text) == CS_OK) {
        mu_text_format(map.cluster_name, sizeof(map.cluster_name), "%s", text);
        free(text);
    }
    *ret_map = map;
    return 0;
}

bool
mu_ring_map_is_equal(const struct mu_ring_map *a, const struct mu_ring_map *b)
{
    if (a->nodes_count != b->nodes_count ||
        strcmp(a->cluster_name, b->cluster_name) != 0) {
        return false;
    }
    for (uint32_t i = 0; i < a->nodes_count; i++) {
        if (a->nodes[i].id != b->nodes[i].id ||
            strcmp(a->nodes[i].name, b->nodes[i].name) != 0) {
            return false;
        }
    }
    return true;
}

const char *
mu_ring_map_find(const struct mu_ring_map *map, uint32_t id)
{
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        if (map->nodes[i].id == id) {
            return map->nodes[i].name;
        }
    }
    return NULL;
}

void
mu_ring_map_done(struct mu_ring_map *map)
{
    for (uint32_t i = 0; i < map->nodes_count; i++) {
        union {
            const char *in;
            char *out;
        } name = {.in = map->nodes[i].name};

        free(name.out);
    }
    free(map->nodes);
    *map = (struct mu_ring_map){0};
}
