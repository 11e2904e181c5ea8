/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_CONFIG_H
#define MU_SIM_CONFIG_H

/* Sim config: what do the operators of this run want?
 *
 * Makes small random configurations that can always be satisfied, changes them
 * step by step, and knows for each version which resources must run once
 * everything works. The number of the version is in the text, as the option
 * sim-version, so that a configuration can be recognised wherever it turns up.
 *
 * Invariant: every version can be satisfied by any one node that is online. */

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"
#include "base/span.h"

struct mu_sim;

enum {
    MU_SIM_PRIMITIVES_MAX = 12,
    MU_SIM_GROUPS_MAX = 3,
    MU_SIM_VERSIONS_MAX = 64,
};

struct mu_sim_primitive {
    bool exists;
    bool is_stopped;   /* target-role */
    int32_t monitor_s; /* Interval; 0: none. */
    uint32_t params;   /* Value of a parameter. */
    uint32_t group;    /* From 1; 0: none. */
    uint32_t clones;   /* Instances of a clone; 0: not cloned. */
    uint32_t promoted; /* Node where one of them is best promoted; 0: none. */
    uint32_t after;    /* Primitive it is ordered after, or itself. */
    uint32_t with;     /* Primitive it must be with, or itself. */
    uint32_t near;     /* Primitive it likes to be with, or itself. */
    uint32_t node;     /* It likes to be on, or 0. */
    int32_t score;
    bool is_sticky;
};

/* The random part that changes. */
struct mu_sim_wishes {
    struct mu_sim_primitive primitives[MU_SIM_PRIMITIVES_MAX];
    uint32_t standby; /* Node on standby, or 0. */
    int32_t timeout_s;
    const char *policy; /* no-quorum-policy */
    bool has_fencing;
    bool has_own_devices; /* One fence device per node. */
    bool is_serial;       /* concurrent-fencing=false */
    const char *fence_action;
    int32_t batch_limit;
    int32_t threshold;         /* migration-threshold, or 0. */
    int32_t failure_timeout_s; /* Or 0. */
};

struct mu_sim_version {
    struct mu_span xml;
    uint64_t wanted_mask; /* Primitives that must run. */
    struct mu_sim_wishes wishes;
};

struct mu_sim_configs {
    struct mu_prng prng;
    struct mu_prng override_prng; /* Its own: other draws stay as they were. */
    struct mu_prng clone_prng;    /* Likewise. */
    bool has_clones;     /* Some with a promoted instance. */
    bool has_overrides;  /* Moves and bans that end come with changes. */
    bool has_locks;      /* shutdown-lock=true */
    int32_t lock_limit_s;
    struct mu_sim_wishes wishes; /* Of the newest version. */
    struct mu_sim_version versions[MU_SIM_VERSIONS_MAX];
    uint32_t versions_count; /* Numbered from 1. */
};

/* Makes the first version. */
void mu_sim_config_init(struct mu_sim *sim);

/* Makes another version with one or two changes; returns its number, or 0 when
 * there have been too many. */
uint32_t mu_sim_config_change(struct mu_sim *sim);

/* Which version is the configuration in 'xml'? 0: none of ours. */
uint32_t mu_sim_config_recognise(const struct mu_sim *sim, struct mu_span xml);

/* Tells whether every version has a monitor for this resource of the agents
 * (see mu_sim_agent_resource()), so that its death will be noticed. */
bool mu_sim_config_is_monitored(const struct mu_sim *sim, uint32_t resource);

/* How many instances of the resource may be active at once, in any version. */
uint32_t mu_sim_config_instances_max(const struct mu_sim *sim,
                                     uint32_t resource);

#endif /* MU_SIM_CONFIG_H */
