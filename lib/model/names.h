/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_NAMES_H
#define MU_MODEL_NAMES_H

/* Names: the words that files and people use for the model's enumerations, and
 * back.
 *
 * Every enumeration has one table. Old spellings are understood, the new ones
 * are written. Parsing does not regard case. */

#include <stdbool.h>

#include "base/arena.h"
#include "model/config.h"
#include "model/status.h"

/* Return the word as it stands in a CIB, or null for a value that means "not
 * given". */
const char *mu_names_role(enum mu_role role);
const char *mu_names_on_fail(enum mu_on_fail on_fail);
const char *mu_names_resource_kind(enum mu_resource_kind kind);
const char *mu_names_discovery(enum mu_discovery discovery);
const char *mu_names_order_kind(enum mu_order_kind kind);
const char *mu_names_loss_policy(enum mu_loss_policy policy);
const char *mu_names_quorum_policy(enum mu_quorum_policy policy);
const char *mu_names_join(enum mu_join join);
const char *mu_names_expected(enum mu_expected expected);
/* A word for people: done, pending, cancelled, timed out, ... */
const char *mu_names_op_status(enum mu_op_status status);
/* Likewise for what an agent returned: ok, not running, not installed, ... */
const char *mu_names_rc(int32_t rc);
/* Returns on 'arena' how an operation (null: any) failed: "its monitor returned
 * 7, not running". */
const char *mu_names_failure(struct mu_arena *arena,
                             const struct mu_status_op *op);

/* Read a word. Return false, and leave the result alone, when it is none. */
bool mu_names_parse_role(const char *text, enum mu_role *ret_role);
bool mu_names_parse_on_fail(const char *text, enum mu_on_fail *ret_on_fail);
bool mu_names_parse_discovery(const char *text,
                              enum mu_discovery *ret_discovery);
bool mu_names_parse_order_kind(const char *text, enum mu_order_kind *ret_kind);
bool mu_names_parse_loss_policy(const char *text,
                                enum mu_loss_policy *ret_policy);
bool mu_names_parse_quorum_policy(const char *text,
                                  enum mu_quorum_policy *ret_policy);
bool mu_names_parse_join(const char *text, enum mu_join *ret_join);
bool mu_names_parse_expected(const char *text, enum mu_expected *ret_expected);
/* OTHER for a class that is not known. */
enum mu_agent_class mu_names_agent_class(const char *text);
/* OTHER for an operation that means nothing to planning; case counts. */
enum mu_op_task mu_names_op_task(const char *text);

/* Tells whether 'text' is one of the blank-separated 'words'. */
bool mu_names_is_among(const char *text, const char *words);

/* Tells whether the value of what is called 'name' is to be hidden. */
bool mu_names_is_secret(const char *name);

/* Finds the word of the blank-separated 'words' nearest to 'text' by edit
 * distance and lowers '*distance' to it. Returns the word's start within
 * 'words', its length in '*ret_length'; null when none is nearer than
 * '*distance'. */
const char *mu_names_nearest(const char *text, const char *words,
                             unsigned *distance, unsigned *ret_length);

/* Returns how many letters must be added, removed, replaced or swapped to make
 * 'a' into 'b', without regard to case; at most 'max', which says "more". */
unsigned mu_names_distance(const char *a, const char *b, unsigned max);

#endif /* MU_MODEL_NAMES_H */
