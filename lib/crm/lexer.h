/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_LEXER_H
#define MU_CRM_LEXER_H

/* Lexer: which words does a text of the crm language hold, and where?
 *
 * A line is stripped; one ending in a backslash is joined to the next without
 * a space; a line that begins with '#' is a comment that belongs to the next
 * statement. Words are split as a POSIX shell does, with both kinds of quotes
 * and the backslash. It does not know what the words mean, except that what
 * follows "xml" is taken as it stands.
 *
 * Invariant: every word has the line and column where it begins, both from 1;
 * columns count characters. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/errbuf.h"
#include "base/span.h"

struct mu_word {
    const char *text; /* After unquoting. */
    unsigned line;
    unsigned column;
    unsigned width; /* Characters in the source, for the caret. */
};

struct mu_statement {
    const char **comments; /* Lines in front of it, '#' included. */
    size_t comments_count;
    struct mu_word *words; /* At least one. */
    size_t words_count;
    const char *rest;    /* The source behind the first word; never null. */
    struct mu_word last; /* An empty word behind the last, for "expected". */
};

struct mu_lexer_result {
    struct mu_statement *statements;
    size_t count;
    const char **comments; /* Comments behind the last statement. */
    size_t comments_count;
};

/* Splits 'text' into statements on 'arena'. 0; -E2BIG when the text is over
 * the limit of a configuration; -EBADMSG when it is not UTF-8 text or a quote
 * is left open, with the position in 'err'. */
MU_NODISCARD int mu_lexer_split(struct mu_arena *arena, struct mu_span text,
                                struct mu_lexer_result *ret_result,
                                struct mu_errbuf *err);

/* Returns 'words' as text that splits into the same words again: what a
 * command line says as a statement. A single word with blanks in it is taken
 * for a whole statement and returned as it is. */
const char *mu_lexer_join(struct mu_arena *arena, const char *const *words,
                          size_t count);

/* Returns 'value' as it must be written behind "NAME=": bare when it holds
 * plain characters only, else in double quotes. */
const char *mu_lexer_quote(struct mu_arena *arena, const char *value);

#endif /* MU_CRM_LEXER_H */
