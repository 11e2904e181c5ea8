/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_OBJECTS_H
#define MU_MODEL_OBJECTS_H

/* Objects: how many things of a configuration are not as they were?
 *
 * An object is what has an id of its own in the configuration's sections: a
 * primitive, a group, a constraint, a node, a set of properties. A member that
 * changes does not change its group; a member that comes or goes does. */

#include <stdint.h>

#include "base/arena.h"
#include "doc/doc.h"

/* Returns how many objects of two <configuration>s (or of <cib>s with one) were
 * added, deleted or changed. 'arena' is for the time of the call; null stands
 * for an empty configuration. */
uint32_t mu_objects_count_changes(struct mu_arena *arena,
                                  const struct mu_doc *before,
                                  const struct mu_doc *after);

#endif /* MU_MODEL_OBJECTS_H */
