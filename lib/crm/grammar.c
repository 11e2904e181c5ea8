/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/grammar.h"

#include <string.h>

#include "base/panic.h"

static int rest_fail(struct mu_grammar *grammar, enum mu_kind kind);
static int statement_parse(struct mu_grammar *grammar, enum mu_kind kind,
                           struct mu_element *element);

int
mu_grammar_parse(struct mu_grammar *grammar, enum mu_kind kind,
                 struct mu_element **ret_element)
{
    const struct mu_statement *statement = grammar->statement;
    struct mu_element *element =
        mu_element_new(grammar->arena, mu_kinds_info(kind)->tag);
    int r;

    mu_assert(grammar->position == 0);
    mu_assert(statement->words_count > 0);
    for (size_t i = 0; i < statement->comments_count; i++) {
        mu_element_append(element, mu_element_new_comment(
                                       grammar->arena, statement->comments[i]));
    }
    grammar->position = 1;
    r = statement_parse(grammar, kind, element);
    if (r < 0) {
        return r;
    }
    if (!mu_grammar_is_end(grammar)) {
        return rest_fail(grammar, kind);
    }
    *ret_element = element;
    return 0;
}

/* What follows a complete constraint is mostly a misspelt option. */
static int
rest_fail(struct mu_grammar *grammar, enum mu_kind kind)
{
    static const char *const location[] = {"role", "resource-discovery"};
    static const char *const colocation[] = {"node-attribute", "influence"};
    static const char *const order[] = {"symmetrical", "require-all"};
    static const char *const ticket[] = {"loss-policy"};
    const char *text = mu_grammar_peek(grammar)->text;
    const char *const *names = kind == MU_KIND_LOCATION     ? location
                               : kind == MU_KIND_COLOCATION ? colocation
                               : kind == MU_KIND_ORDER      ? order
                               : kind == MU_KIND_TICKET     ? ticket
                                                            : NULL;
    int r = mu_grammar_expected(grammar, "the end of the statement", NULL);

    if (names && strchr(text, '=')) {
        mu_report_suggest(
            grammar->report,
            mu_arena_strndup(grammar->arena, text, strcspn(text, "=")), names,
            kind == MU_KIND_TICKET ? 1 : 2);
    }
    return r;
}

static int
statement_parse(struct mu_grammar *grammar, enum mu_kind kind,
                struct mu_element *element)
{
    switch (kind) {
    case MU_KIND_NODE:
        return mu_grammar_node(grammar, element);
    case MU_KIND_TEMPLATE:
    case MU_KIND_PRIMITIVE:
        return mu_grammar_primitive(grammar, element);
    case MU_KIND_BUNDLE:
        return mu_grammar_bundle(grammar, element);
    case MU_KIND_GROUP:
        return mu_grammar_group(grammar, element);
    case MU_KIND_MASTER:
    case MU_KIND_CLONE:
        return mu_grammar_clone(grammar, element);
    case MU_KIND_TAG:
        return mu_grammar_tag(grammar, element);
    case MU_KIND_LOCATION:
        return mu_grammar_location(grammar, element);
    case MU_KIND_COLOCATION:
        return mu_grammar_colocation(grammar, element);
    case MU_KIND_ORDER:
        return mu_grammar_order(grammar, element);
    case MU_KIND_TICKET:
        return mu_grammar_ticket(grammar, element);
    case MU_KIND_FENCING:
        return mu_grammar_fencing(grammar, element);
    case MU_KIND_PROPERTY:
    case MU_KIND_RSC_DEFAULTS:
    case MU_KIND_OP_DEFAULTS:
        return mu_grammar_property(grammar, element);
    case MU_KIND_ROLE:
        return mu_grammar_acl_role(grammar, element);
    case MU_KIND_TARGET:
    case MU_KIND_ACL_GROUP:
        return mu_grammar_acl_target(grammar, element);
    case MU_KIND_USER:
        return mu_report_error(
            grammar->report, MU_REPORT_REASON_VALUE,
            &grammar->statement->words[0],
            "users were replaced by acl_target and role in schema 2.0");
    case MU_KIND_ALERT:
        return mu_grammar_alert(grammar, element);
    case MU_KIND_NONE:
        break;
    }
    mu_unreachable();
}
