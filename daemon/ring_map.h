/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_RING_MAP_H
#define MU_DAEMON_RING_MAP_H

/* Ring_map: what does Corosync's configuration say about the cluster?
 *
 * Reads the nodelist and the name of the cluster from the cmap. It knows
 * nothing of who is alive.
 *
 * Invariant: nodes are sorted by id, and ids and names are unique. */

#include <stdbool.h>
#include <stdint.h>

#include <corosync/cmap.h>

#include "base/attr.h"
#include "base/limits.h"
#include "core/event.h"

struct mu_ring_map {
    char cluster_name[MU_NAME_SIZE_MAX]; /* Empty when not configured. */
    struct mu_node_id_name *nodes; /* On the heap, with their names. */
    uint32_t nodes_count;
};

/* Reads everything into '*ret_map', which is released by
 * mu_ring_map_done(). 0, -EIO when Corosync does not answer, or -ENOMEM. */
MU_NODISCARD int mu_ring_map_read(cmap_handle_t handle,
                                  struct mu_ring_map *ret_map);

/* Tells whether two maps say the same. */
bool mu_ring_map_is_equal(const struct mu_ring_map *a,
                          const struct mu_ring_map *b);

/* Returns the name of the node 'id', or null. */
const char *mu_ring_map_find(const struct mu_ring_map *map, uint32_t id);

/* Releases the content; 'map' may be all zero. */
void mu_ring_map_done(struct mu_ring_map *map);

#endif /* MU_DAEMON_RING_MAP_H */
