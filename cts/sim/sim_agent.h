/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_AGENT_H
#define MU_SIM_AGENT_H

/* Sim agent: which instance truly runs on which node?
 *
 * The ground truth about resources, and the agents that change it: slow,
 * failing, hung, surviving the daemon that started them. Fence agents act on
 * the power of nodes. Cores never see anything of this but results of
 * operations; checkers see it all.
 *
 * Invariant: operations of one resource on one node run one at a time in the
 * order asked for; nothing runs on a node without power. */

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"
#include "core/effect.h"
#include "core/event.h"
#include "cts/sim/sim_members.h"

struct mu_sim;

enum { MU_SIM_RESOURCES_MAX = 64 };

/* One resource on one node, as it is. */
struct mu_sim_instance {
    bool is_active;
    bool is_promoted;
    bool is_broken;           /* Active, and its monitor fails. */
    bool is_starting;         /* A start, promote or migration is under way. */
    bool may_be_known_active; /* A start has begun here and no stop, probe or
                         power cut has been seen to undo it. */
    int64_t undone_us; /* When this node was told of the undoing; -1: power. */
    uint64_t crashes_count; /* Died by itself so often. */
    struct mu_sim_op *ops;  /* First is the one running. */
};

enum mu_sim_trouble_kind {
    MU_SIM_TROUBLE_NONE,
    MU_SIM_TROUBLE_SLOW, /* Takes seconds, then succeeds. */
    MU_SIM_TROUBLE_HANG, /* Runs into its timeout. */
    MU_SIM_TROUBLE_FAIL, /* Fails. */
};

/* Something is wrong with operations of one name for a while. */
struct mu_sim_trouble {
    int64_t until_us;
    enum mu_sim_trouble_kind kind;
    uint32_t node;       /* 0: all. */
    uint32_t resource;   /* Index; UINT32_MAX: all. */
    char op_name[16];    /* "start", ...; "fence" for power operations. */
    int64_t duration_us; /* SLOW: exactly so long; 0: drawn. */
};

enum { MU_SIM_TROUBLES_MAX = 16 };

struct mu_sim_agents {
    struct mu_prng prng;
    char names[MU_SIM_RESOURCES_MAX][32];
    bool is_device[MU_SIM_RESOURCES_MAX]; /* A fence device: no instance. */
    uint32_t names_count;
    struct mu_sim_instance instances[MU_SIM_NODES_MAX + 1]
                                    [MU_SIM_RESOURCES_MAX];
    struct mu_sim_trouble troubles[MU_SIM_TROUBLES_MAX];
    uint32_t troubles_count;
    int64_t duration_us_max; /* Of an operation without trouble. */
    uint32_t running_count;  /* Operations, everywhere. */
    bool has_op_failed[MU_SIM_NODES_MAX + 1]; /* Since its last boot. */
    uint64_t ops_count;
    uint64_t shots_count;
};

/* Returns the index of a resource by the name agents know it by; a new name
 * gets a new index. */
uint32_t mu_sim_agent_resource(struct mu_sim *sim, const char *name);

/* Performs MU_EFFECT_EXEC and MU_EFFECT_KILL. */
void mu_sim_agent_exec(struct mu_sim *sim, uint32_t node,
                       const struct mu_effect_exec *effect);
void mu_sim_agent_kill(struct mu_sim *sim, uint32_t node, uint64_t exec_id);

/* The daemon of 'node' is gone: what waits is forgotten, what runs runs on. */
void mu_sim_agent_orphan(struct mu_sim *sim, uint32_t node);

/* The power of 'node' is gone, and everything with it. */
void mu_sim_agent_power_lost(struct mu_sim *sim, uint32_t node);

/* The instance of 'resource' on 'node' dies by itself. */
void mu_sim_agent_die(struct mu_sim *sim, uint32_t node, uint32_t resource);

/* An instance that runs on 'node' dies by itself, or starts to fail its
 * monitor. False when none runs there. */
bool mu_sim_agent_crash(struct mu_sim *sim, uint32_t node);

/* Adds a trouble; ends all of them. */
void mu_sim_agent_trouble(struct mu_sim *sim,
                          const struct mu_sim_trouble *trouble);
void mu_sim_agent_heal(struct mu_sim *sim);

/* Tells whether an operation is running that will run into its timeout. */
bool mu_sim_agent_is_troubled(const struct mu_sim *sim);

#endif /* MU_SIM_AGENT_H */
