/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DAEMON_API_STATUS_H
#define MU_DAEMON_API_STATUS_H

/* Api status: where is everything, as a list that both the resources and the
 * problems of an answer are made from.
 *
 * The scheduler tells where each instance is before its plan and where it will
 * be after it; here both are brought together by the name of the instance. */

#include <stdbool.h>
#include <stdint.h>

#include "daemon/api_private.h"

/* One instance of a primitive. */
struct mu_api_instance {
    const char *name;     /* Such as web or ping:0. */
    const char *resource; /* History id: as the agent sees it. */
    uint32_t primitive;   /* Index into config->resources, or NONE. */
    uint32_t number;      /* Of the copy, or NONE outside clones. */
    const struct mu_plan_placement *before; /* On the node where it is most;
                                               never null. */
    const struct mu_plan_placement *after;  /* Or null: it will be gone. */
    const struct mu_plan_placement *const *places; /* Where it is active. */
    uint32_t places_count;
    enum mu_role role; /* The most it is anywhere. */
    bool is_failed, is_blocked, is_managed, is_disabled;
    const char *pending; /* Operation in flight, or null. */
    const char *reason;  /* Why it is not as wanted; null when it is. */
};

struct mu_api_instances {
    const struct mu_api_instance *items; /* By primitive, then by name. */
    uint32_t count;
};

/* Lists all instances on 'arena'; needs a plan. */
struct mu_api_instances
mu_api_status_instances(const struct mu_api_sight *sight,
                        struct mu_arena *arena);

/* Returns the newest result of 'resource' on the node (0: on any) that is not
 * a recurring one, or null. */
const struct mu_state_history *
mu_api_status_newest(const struct mu_state *state, const char *resource,
                     uint32_t node_id);

/* Builds the array "fencing": what was asked for, and what came of it. */
json_t *mu_api_status_fencing(const struct mu_api_sight *sight,
                              struct mu_arena *scratch);

/* Builds the array "problems". '*ret_is_degraded' tells whether one of them is
 * about something that is not as wanted. */
json_t *mu_api_problems_build(const struct mu_api_sight *sight,
                              const struct mu_api_instances *instances,
                              bool *ret_is_degraded, struct mu_arena *arena);

/* Builds the array "overrides": what operators have set, with its end. */
json_t *mu_api_override_build(const struct mu_api_sight *sight,
                              struct mu_arena *scratch);

#endif /* MU_DAEMON_API_STATUS_H */
