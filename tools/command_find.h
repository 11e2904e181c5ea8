/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_COMMAND_FIND_H
#define MU_TOOLS_COMMAND_FIND_H

/* Command find: which command or level does a word mean?
 *
 * A word is a name, another name, the beginning of one name only, or some
 * letters of one name only in their order, the first one first ("cfg" for
 * configure). Statements of the language may be written in any case. */

#include <stdbool.h>

#include "base/arena.h"
#include "tools/tool.h"

struct mu_command_find {
    const struct mu_tool_command *command; /* Null: a level, or nothing. */
    const char *level; /* A level, by its full name; else null. */
    bool is_name;      /* The word is its whole name, or another name. */
    bool is_guess;     /* Letters only: the reader may like to know. */
    const char *names; /* Several begin like that: "a, b"; else null. */
};

/* Looks 'word' up in the level 'level', null for the top. Returns false when
 * nothing, or more than one thing, is meant. Texts live on 'arena'. */
bool mu_command_find(struct mu_arena *arena, const char *level,
                     const char *word, struct mu_command_find *ret_find);

/* Returns the last word of a command's name. */
const char *mu_command_find_word(const struct mu_tool_command *command);

/* Tells whether 'word' is the full name of a level. */
bool mu_command_find_is_level(const char *word);

/* Returns the name in 'level' that looks most like 'word', or null. */
const char *mu_command_find_nearest(struct mu_arena *arena, const char *level,
                                    const char *word);

#endif /* MU_TOOLS_COMMAND_FIND_H */
