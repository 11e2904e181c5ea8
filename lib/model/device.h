/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_DEVICE_H
#define MU_MODEL_DEVICE_H

/* Device: which fence devices can switch a node?
 *
 * Answers from the configuration alone. It does not know who is there to run
 * the agent, nor whether the device works. */

#include "base/arena.h"
#include "model/params.h"

/* Tells whether resource 'index' is a fence device and nobody stopped it. */
bool mu_device_is_enabled(const struct mu_config *config, uint32_t index);

/* Returns a parameter of 'device', or null. Of the context, the node does not
 * count. */
const char *mu_device_param(const struct mu_params_context *device,
                            const char *name);

/* Tells whether the lists of 'device' have 'target', and puts what the
 * device calls it into '*ret_port' (may be null; on 'arena', left alone where
 * the device has no name of its own for it). A device that says nothing about
 * its hosts is taken at its word for all of them; unless a port is written into
 * its parameters: it switches one machine only, the node of that name. */
bool mu_device_knows(struct mu_arena *arena,
                     const struct mu_params_context *device,
                     const char *target, const char **ret_port);

/* Tells whether 'level' of the topology is for node 'target'; 'value' is that
 * of the node's attribute 'level->target_attribute', or null. */
bool mu_device_level_is_for(const struct mu_config_level *level,
                            const char *target, const char *value);

/* Tells whether 'level' can do its work on 'target': each of its devices is
 * there, was not stopped, and knows it. With one left out, or with a device of
 * another node, the target may run on while it counts as switched off. Of
 * 'context' the resource does not count. */
bool mu_device_level_works(struct mu_arena *arena,
                           const struct mu_params_context *context,
                           const struct mu_config_level *level,
                           const char *target);

#endif /* MU_MODEL_DEVICE_H */
