/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_AGENT_UNIT_H
#define MU_DAEMON_AGENT_UNIT_H

/* Agent unit: what lies on disk about a unit of systemd?
 *
 * Its name with the suffix, whether there is a file of it, and the drop-in by
 * which the cluster takes charge of it. Nothing here talks to systemd. */

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

/* Writes the full name of a unit: "x" means x.service. -EINVAL when 'name'
 * cannot be one. */
MU_NODISCARD int mu_agent_unit_name(const char *name, char *buffer,
                                    size_t size);

/* Tells whether systemd, rather than an init script, is to be asked for the
 * service 'name'. */
bool mu_agent_unit_exists(const char *name);

/* Writes the drop-in of 'unit' below 'folder' unless it is there as it should
 * be. 1 when it was written, 0, or negative errno. */
MU_NODISCARD int mu_agent_unit_take(const char *folder, const char *unit);

#endif /* MU_DAEMON_AGENT_UNIT_H */
