/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_GRAMMAR_H
#define MU_CRM_GRAMMAR_H

/* Grammar: which element does one statement describe?
 *
 * Each statement becomes an element as it would stand in the configuration,
 * with the ids that the text gives and no others. What the statement takes in
 * (the members of a group, the child of a clone) is a place holder called
 * MU_GRAMMAR_MEMBER with the id of that object. The grammar does not know
 * which objects exist; whoever applies the statement checks that.
 *
 * Invariant: a statement that was refused has left an error in the report. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "crm/element.h"
#include "crm/kinds.h"
#include "crm/lexer.h"
#include "crm/report.h"

#define MU_GRAMMAR_MEMBER "#member"

/* Which providers have an OCF agent? Writes at most 'names_max' names in
 * ascending order to 'names' and returns how many there are. */
typedef size_t mu_grammar_providers_fn(void *context, const char *type,
                                       const char **names, size_t names_max);

/* Settings for reading statements. */
struct mu_grammar_options {
    mu_grammar_providers_fn *providers; /* Null: every agent is heartbeat's. */
    void *context;                      /* Handed to 'providers'. */
    bool has_promoted; /* The schema knows Promoted and Unpromoted. */
    bool is_typed;     /* At the prompt, where some more is refused. */
};

/* A statement being read. Shared by the grammar_*.c files only. */
struct mu_grammar {
    struct mu_arena *arena;
    struct mu_report *report;
    const struct mu_grammar_options *options;
    const struct mu_element *configuration; /* To look at its nodes. */
    const struct mu_statement *statement;
    size_t position; /* Index of the next word. */
};

/* Reads the statement in 'grammar', whose position is 0, as an object of
 * 'kind'. 0 or -EBADMSG. */
MU_NODISCARD int mu_grammar_parse(struct mu_grammar *grammar, enum mu_kind kind,
                                  struct mu_element **ret_element);

/* grammar_word.c, for the files of the grammar. */

/* Returns the next word without taking it; an empty one at the end. */
const struct mu_word *mu_grammar_peek(const struct mu_grammar *grammar);

/* Takes the next word; null at the end. */
const struct mu_word *mu_grammar_take(struct mu_grammar *grammar);

/* Tells whether all words are taken. */
bool mu_grammar_is_end(const struct mu_grammar *grammar);

/* Takes the next word if it is 'keyword' in any case. */
bool mu_grammar_accept(struct mu_grammar *grammar, const char *keyword);

/* Reports that 'expected' was expected in place of the next word, with the
 * nearest of the 'candidates', which may be null. Returns -EBADMSG. */
int mu_grammar_expected(struct mu_grammar *grammar, const char *expected,
                        const char *const *candidates);

/* Reports an error about 'word'. Returns -EBADMSG. */
MU_PRINTF(3, 4)
int mu_grammar_fail(struct mu_grammar *grammar, const struct mu_word *word,
                    const char *format, ...);

/* Takes the id of a new object; 'what' names it in errors. */
MU_NODISCARD int mu_grammar_take_id(struct mu_grammar *grammar,
                                    const char *what,
                                    const struct mu_word **ret_word);

/* Returns what follows "NAME=" when 'word' is that in any case, else null. */
const char *mu_grammar_option(const struct mu_word *word, const char *name);

/* Takes "description=..." into 'element' if it comes next. */
void mu_grammar_description(struct mu_grammar *grammar,
                            struct mu_element *element);

/* Returns the word in 'list' (null at its end) that 'text' is in any case, or
 * null. */
const char *mu_grammar_match(const char *text, const char *const *list);

/* Returns the canonical spelling of a role for this schema, or null. */
const char *mu_grammar_role(const struct mu_grammar *grammar, const char *text);

/* Returns how a score is written in XML, or null when it is none. */
const char *mu_grammar_score(struct mu_grammar *grammar, const char *text);

/* Tells whether 'text' is true, false, yes, no, on or off, and which. */
bool mu_grammar_bool(const char *text, bool *ret_value);

/* Returns the next word up to its trailing colon, taken, or null when it has
 * no colon at its end. */
const char *mu_grammar_label(struct mu_grammar *grammar);

/* Reads an attribute list up to one of the words 'stops' as a child 'tag' of
 * 'parent'. Nothing is added when the list is empty and has no id. */
MU_NODISCARD int mu_grammar_attributes(struct mu_grammar *grammar,
                                       struct mu_element *parent,
                                       const char *tag,
                                       const char *const *stops);

/* Reads id, score, rules and pairs into the set 'set', which exists. */
MU_NODISCARD int mu_grammar_set(struct mu_grammar *grammar,
                                struct mu_element *set,
                                const char *const *stops);

/* Reads one rule, behind the word "rule", as a child of 'parent'. */
MU_NODISCARD int mu_grammar_rule(struct mu_grammar *grammar,
                                 struct mu_element *parent);

/* One function for each kind of statement, behind its first word. */
MU_NODISCARD int mu_grammar_node(struct mu_grammar *grammar,
                                 struct mu_element *node);
MU_NODISCARD int mu_grammar_primitive(struct mu_grammar *grammar,
                                      struct mu_element *primitive);
MU_NODISCARD int mu_grammar_group(struct mu_grammar *grammar,
                                  struct mu_element *group);
MU_NODISCARD int mu_grammar_clone(struct mu_grammar *grammar,
                                  struct mu_element *clone);
MU_NODISCARD int mu_grammar_bundle(struct mu_grammar *grammar,
                                   struct mu_element *bundle);
MU_NODISCARD int mu_grammar_tag(struct mu_grammar *grammar,
                                struct mu_element *tag);
MU_NODISCARD int mu_grammar_location(struct mu_grammar *grammar,
                                     struct mu_element *location);
MU_NODISCARD int mu_grammar_colocation(struct mu_grammar *grammar,
                                       struct mu_element *colocation);
MU_NODISCARD int mu_grammar_order(struct mu_grammar *grammar,
                                  struct mu_element *order);
MU_NODISCARD int mu_grammar_ticket(struct mu_grammar *grammar,
                                   struct mu_element *ticket);
MU_NODISCARD int mu_grammar_fencing(struct mu_grammar *grammar,
                                    struct mu_element *topology);
MU_NODISCARD int mu_grammar_property(struct mu_grammar *grammar,
                                     struct mu_element *set);
MU_NODISCARD int mu_grammar_acl_role(struct mu_grammar *grammar,
                                     struct mu_element *role);
MU_NODISCARD int mu_grammar_acl_target(struct mu_grammar *grammar,
                                       struct mu_element *target);
MU_NODISCARD int mu_grammar_alert(struct mu_grammar *grammar,
                                  struct mu_element *alert);

#endif /* MU_CRM_GRAMMAR_H */
