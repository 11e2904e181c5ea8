/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_OVERRIDE_H
#define MU_MODEL_OVERRIDE_H

/* Override: what have operators put above the ordinary configuration?
 *
 * Moves and bans, maintenance, standby, resources that are kept stopped or
 * left alone. Each is a constraint, or a value in a set of attributes; one
 * that ends by itself carries a date rule that says when. The list is derived
 * from the configuration alone: it knows no status and no time.
 *
 * What muster(8) makes to end by itself has ids that begin with "cli-", as the
 * crm shell names its moves and bans. A move with the rule
 * "cli-prefer-once-RESOURCE" and every restart are intentions: they are over as
 * soon as they have come about, at their end at the latest.
 *
 * Invariant: cluster, nodes, resources, constraints, each in the order of the
 * document. */

#include <stdbool.h>
#include <stdint.h>

#include "model/config.h"

#define MU_OVERRIDE_ONCE "cli-prefer-once-"

enum mu_override_kind {
    MU_OVERRIDE_MOVE,        /* 'resource' belongs on 'node'. */
    MU_OVERRIDE_BAN,         /* 'resource' must not be on 'node'. */
    MU_OVERRIDE_MAINTENANCE, /* Of 'resource', of 'node' or of all. */
    MU_OVERRIDE_STANDBY,     /* Of 'node'. */
    MU_OVERRIDE_STOPPED,     /* target-role of 'resource'. */
    MU_OVERRIDE_UNMANAGED,   /* 'resource'. */
    MU_OVERRIDE_RESTART,     /* 'resource' is stopped, to be started again. */
    MU_OVERRIDE_STOP_ALL,    /* stop-all-resources */
};

struct mu_override {
    enum mu_override_kind kind;
    const char *id;    /* Of the constraint or set that says so; or null. */
    uint32_t resource; /* Index into config->resources, or MU_CONFIG_NONE. */
    const char *node;  /* Name; null: not about a node. */
    enum mu_role role; /* Wanted by a move; UNKNOWN: any active one. */
    int64_t until_ms;  /* Wall clock of its end; INT64_MAX: none. */
    bool is_once;      /* It is over as soon as it has come about. */
    bool is_ours;      /* Made by muster(8) to end: 'id' goes with it. */
};

struct mu_overrides {
    const struct mu_override *items;
    uint32_t count;
};

/* Lists the overrides of 'config' on 'arena'; texts are borrowed from
 * 'config'. */
struct mu_overrides mu_override_list(struct mu_arena *arena,
                                     const struct mu_config *config);

/* The word for a kind: "move", "ban", "maintenance", ... */
const char *mu_override_word(enum mu_override_kind kind);

#endif /* MU_MODEL_OVERRIDE_H */
