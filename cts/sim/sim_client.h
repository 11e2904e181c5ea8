/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_SIM_CLIENT_H
#define MU_SIM_CLIENT_H

/* Sim client: what do operators ask for, and what have they been promised?
 *
 * Clients talk to a daemon that seems to work, remember what was acknowledged,
 * and take a daemon that dies for an answer that never comes.
 *
 * Invariant: a request has at most one final answer. */

#include <stdbool.h>
#include <stdint.h>

#include "base/prng.h"
#include "core/effect.h"
#include "core/event.h"

struct mu_sim;

enum { MU_SIM_REQUESTS_MAX = 512 };

struct mu_sim_request {
    enum mu_request_type type;
    uint32_t node;       /* Whose daemon was asked. */
    uint64_t generation; /* Of that daemon. */
    uint32_t version;    /* CONFIG: which. */
    int64_t asked_us;
    enum {
        MU_SIM_REQUEST_OPEN,
        MU_SIM_REQUEST_DONE,
        MU_SIM_REQUEST_REFUSED,
        MU_SIM_REQUEST_UNKNOWN, /* The daemon died first. */
    } state;
};

struct mu_sim_clients {
    struct mu_prng prng;
    struct mu_sim_request requests[MU_SIM_REQUESTS_MAX];
    uint32_t requests_count;
    bool is_configured;   /* Some version has been acknowledged. */
    bool has_cleaned;     /* The cleanup after healing was acknowledged. */
    uint32_t acked_count; /* Configurations. */
    uint32_t refused_count;
};

/* Begins to ask for the first configuration until it is acknowledged; then for
 * 'changes_count' things at random times before 'until_us'. */
void mu_sim_client_init(struct mu_sim *sim, uint32_t changes_count,
                        int64_t until_us);

/* Begins to ask for a cleanup of everything until it is acknowledged. */
void mu_sim_client_clean(struct mu_sim *sim);

/* Performs MU_EFFECT_REPLY. */
void mu_sim_client_reply(struct mu_sim *sim, uint32_t node,
                         const struct mu_effect_reply *effect);

/* The daemon of 'node' is gone. */
void mu_sim_client_lost(struct mu_sim *sim, uint32_t node);

/* Asks the daemon of 'node' for the configuration 'xml', which must live as
 * long as the run. */
void mu_sim_client_configure(struct mu_sim *sim, uint32_t node,
                             struct mu_span xml);

/* Asks to forget what happened to 'resource' on 'node', and any lock. */
void mu_sim_client_refresh(struct mu_sim *sim, const char *resource,
                           uint32_t node);

/* Asks the daemon of 'node' to fence 'target'. */
void mu_sim_client_fence(struct mu_sim *sim, uint32_t node, uint32_t target);

#endif /* MU_SIM_CLIENT_H */
