/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_COMPLETE_H
#define MU_TOOLS_COMPLETE_H

/* Complete: which words may come next on a command line?
 *
 * Commands come from the table, and their arguments from its line on usage:
 * RESOURCE is the name of one, on|off are themselves. Statements of the
 * language have rules of their own. Names come from the configuration, agents
 * and their parameters from this machine. It is silent when it does not know,
 * and never waits for long. */

#include "doc/doc.h"
#include "tools/tool.h"

/* What is to be completed. Shared by complete*.c only. */
struct mu_complete {
    struct mu_tool *tool;
    char **words; /* Those before the last, without the command's name. */
    int count;
    const char *start;        /* What there is of the last word. */
    bool is_bare;             /* Names without an equals sign behind. */
    const struct mu_doc *cib; /* The configuration; null: it is not there. */
};

/* Prints candidates for the last of 'argc' words, one a line; with
 * 'tool->is_full' a tab and a note behind them. Returns 0. */
int mu_complete(struct mu_tool *tool, int argc, char **argv);

/* Offers 'word' if it begins like what there is. 'note' may be null. */
void mu_complete_offer(const struct mu_complete *complete, const char *word,
                       const char *note);

/* Offers each of the words in "a|b|c". */
void mu_complete_offer_words(const struct mu_complete *complete,
                             const char *words);

/* Offers the names of a kind: "RESOURCE", "NODE", "ID", "AGENT", ... False when
 * the kind is none that has names. */
bool mu_complete_offer_kind(const struct mu_complete *complete,
                            const char *kind);

/* Offers what may follow in a statement of the language. */
void mu_complete_statement(const struct mu_complete *complete,
                           const char *keyword);

/* Offers the names that 'command' ("resource param", "resource meta", ...) can
 * set for the object in the first word. */
void mu_complete_names(struct mu_complete *complete, const char *command);

#endif /* MU_TOOLS_COMPLETE_H */
