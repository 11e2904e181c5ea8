/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_BASE_LIMITS_H
#define MU_BASE_LIMITS_H

/* Every bound of the system, with the relations between them. A bound is part
 * of the design: what exceeds it is refused with a sentence, never truncated
 * in silence. */

#include <assert.h>
#include <stdint.h>

enum {
    MU_NODES_COUNT_MAX = 128,         /* CPG groups hold at most 128 members. */
    MU_NAME_SIZE_MAX = 256,           /* Ids and node names with their NUL. */
    MU_RESOURCES_COUNT_MAX = 65536,   /* Primitives after instantiation. */
    MU_CONFIG_SIZE_MAX = 64 << 20,    /* XML of one configuration. */
    MU_DOCUMENT_SIZE_MAX = 256 << 20, /* XML of one input file. */
    MU_DOCUMENT_DEPTH_MAX = 64,       /* Nested elements. */
    MU_DOCUMENT_NODES_MAX = 4 << 20,  /* Elements and comments of a tree. */
    MU_ATTRIBUTES_COUNT_MAX = 64,     /* Of one element. */
    MU_VALUE_SIZE_MAX = 256 << 10,    /* One attribute or text. */
    MU_MESSAGE_SIZE_MAX = 32 << 10,   /* One CPG message. */
    MU_FRAGMENT_SIZE_MAX = 24 << 10,  /* Body of one part of a long message. */
    MU_LONG_SIZE_MAX = 192 << 20,     /* A long message put together. */
    MU_REVISIONS_COUNT_MAX = 128,     /* Kept in the log of revisions. */
    MU_REVISIONS_SIZE_MAX = 16 << 20, /* What they held before, as deltas. */
    MU_CHANGE_TEXT_SIZE_MAX = 1024,   /* Why a change was made, and by what. */
    MU_REASON_SIZE_MAX = 256,         /* Exit reason of an agent. */
    MU_OUTPUT_SIZE_MAX = 64 << 10,    /* Captured output of an agent. */
    MU_RULES_DEPTH_MAX = 16,          /* Rules inside rules. */
    MU_INSTANCES_COUNT_MAX = 1024,    /* Of one clone. */
    MU_PAIRS_COUNT_MAX = 1 << 20,     /* That resource sets stand for. */
    MU_RESTARTS_COUNT_MAX = 1 << 20,  /* Stops that wait for probes, per plan. */
    MU_WISHES_COUNT_MAX = 1 << 18,    /* Steps along colocations, per plan. */
    MU_WISHES_DEPTH_MAX = 1024,       /* Colocations in a row. */
    MU_PATTERN_COST_MAX = 4096,       /* Characters of a regular expression,
                                         its repetitions written out. */
};

/* Scores are documented to end at one million. */
#define MU_SCORE_INFINITY 1000000

static_assert(MU_FRAGMENT_SIZE_MAX + 1024 <= MU_MESSAGE_SIZE_MAX,
              "a fragment and its header fit into a message");
static_assert(2 * MU_CONFIG_SIZE_MAX + 2 * MU_REVISIONS_SIZE_MAX <
                  MU_LONG_SIZE_MAX,
              "a state fits into a long message: the configuration, one that "
              "is proposed, the log of revisions, and as much for the rest");

#endif /* MU_BASE_LIMITS_H */
