/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which ids do the parts of an object get? Part of the workspace: ids are a
 * contract, since agents, tools and people address parts by them. */
#include <errno.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "crm/workspace.h"

/* How the id of a part is made from that of the nearest part above. */
enum scheme {
    SCHEME_NONE,       /* It has none. */
    SCHEME_TAG,        /* PREFIX-TAG */
    SCHEME_NAME,       /* PREFIX-NAME */
    SCHEME_OP,         /* PREFIX-NAME-INTERVAL */
    SCHEME_EXPRESSION, /* PREFIX-expression */
    SCHEME_NUMBER,     /* PREFIX-0, PREFIX-1 ... */
    SCHEME_RECIPIENT,  /* PREFIX-recipient-1 ... */
    SCHEME_FENCING,    /* fencing, fencing-0 ... */
};

/* A part and what makes it the same part in another version of its object. */
struct part {
    const char *tag;
    enum scheme scheme;
    const char *keys[6]; /* Attributes that must be equal; null at the end. */
};

static const struct part parts[] = {
    {"instance_attributes", SCHEME_TAG, {NULL}},
    {"meta_attributes", SCHEME_TAG, {NULL}},
    {"utilization", SCHEME_TAG, {NULL}},
    {"operations", SCHEME_NONE, {NULL}},
    {"nvpair", SCHEME_NAME, {"name", NULL}},
    {"op", SCHEME_OP, {"name", "interval", NULL}},
    {"rule", SCHEME_TAG, {NULL}},
    {"expression", SCHEME_EXPRESSION, {"attribute", "operation", NULL}},
    {"date_expression", SCHEME_EXPRESSION, {"operation", NULL}},
    {"rsc_expression", SCHEME_EXPRESSION, {NULL}},
    {"op_expression", SCHEME_EXPRESSION, {NULL}},
    {"date_spec", SCHEME_TAG, {NULL}},
    {"duration", SCHEME_TAG, {NULL}},
    {"resource_set", SCHEME_NUMBER, {NULL}},
    {"acl_permission", SCHEME_NUMBER, {"kind", "xpath", "reference", NULL}},
    {"attribute", SCHEME_NUMBER, {"name", NULL}},
    {"recipient", SCHEME_RECIPIENT, {"value", NULL}},
    {"fencing-level",
     SCHEME_FENCING,
     {"target", "target-pattern", "target-attribute", "target-value", "index",
      NULL}},
    {"port-mapping", SCHEME_TAG, {"port", "range", NULL}},
    {"storage-mapping", SCHEME_TAG, {"target-dir", NULL}},
    {"select", SCHEME_NONE, {NULL}},
    {"select_attributes", SCHEME_NONE, {NULL}},
    {"network", SCHEME_NONE, {NULL}},
    {"storage", SCHEME_NONE, {NULL}},
};

static const struct part *part_find(const struct mu_element *element);
static int given_claim(struct mu_workspace *workspace,
                       struct mu_element *parent);
static void old_claim(struct mu_workspace *workspace, struct mu_element *parent,
                      struct mu_element *old);
static struct mu_element *match_take(const struct part *part,
                                     const struct mu_element *element,
                                     struct mu_element *old);
static bool key_is_equal(const struct mu_element *a, const struct mu_element *b,
                         const char *key);
static void missing_claim(struct mu_workspace *workspace,
                          struct mu_element *parent, const char *prefix);
static void part_claim(struct mu_workspace *workspace,
                       struct mu_element *element, const char *prefix);

int
mu_workspace_identify(struct mu_workspace *workspace, struct mu_element *object,
                      struct mu_element *old)
{
    const char *prefix = mu_kinds_name_of(object);
    int r = given_claim(workspace, object);

    if (r < 0) {
        return r;
    }
    old_claim(workspace, object, old);
    mu_assert(prefix);
    if (!prefix[strspn(prefix, "0123456789")]) {
        prefix = mu_text_make(workspace->arena, "num-%s", prefix);
    }
    missing_claim(workspace, object, prefix);
    return 0;
}

static const struct part *
part_find(const struct mu_element *element)
{
    if (!element->name) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(element->name, parts[i].tag) == 0) {
            return &parts[i];
        }
    }
    return NULL;
}

/* Claims the ids that the text gives. The depth is that of an object. */
static int
given_claim(struct mu_workspace *workspace, struct mu_element *parent)
{
    for (struct mu_element *child = parent->first; child; child = child->next) {
        const char *id;
        int r;

        if (!part_find(child)) {
            continue;
        }
        id = mu_element_get(child, "id");
        if (id && !mu_workspace_claim(workspace, child, id)) {
            return mu_report_error(workspace->report, MU_REPORT_REASON_NAME,
                                   mu_element_word(child, "id"),
                                   "the id \"%.80s\" is taken already", id);
        }
        r = given_claim(workspace, child);
        if (r < 0) {
            return r;
        }
    }
    return 0;
}

/* Claims the ids of matching old parts for those that have none. */
static void
old_claim(struct mu_workspace *workspace, struct mu_element *parent,
          struct mu_element *old)
{
    for (struct mu_element *child = parent->first; child && old;
         child = child->next) {
        const struct part *part = part_find(child);
        struct mu_element *match;
        const char *id;

        if (!part || mu_element_get(child, "id-ref")) {
            continue;
        }
        match = match_take(part, child, old);
        id = match ? mu_element_get(match, "id") : NULL;
        if (id && !mu_element_get(child, "id")) {
            /* When another part took it, this one gets a new id. */
            (void)mu_workspace_claim(workspace, child, id);
        }
        old_claim(workspace, child, match);
    }
}

/* Takes that part out of 'old' which is 'element' in an older version. */
static struct mu_element *
match_take(const struct part *part, const struct mu_element *element,
           struct mu_element *old)
{
    for (struct mu_element *match = old->first; match; match = match->next) {
        bool is_equal =
            mu_element_is(match, part->tag) && !mu_element_get(match, "id-ref");

        for (size_t i = 0; part->keys[i] && is_equal; i++) {
            is_equal = key_is_equal(element, match, part->keys[i]);
        }
        if (is_equal) {
            mu_element_detach(match);
            return match;
        }
    }
    return NULL;
}

static bool
key_is_equal(const struct mu_element *a, const struct mu_element *b,
             const char *key)
{
    const char *left = mu_element_get(a, key);
    const char *right = mu_element_get(b, key);

    return !left == !right && (!left || strcmp(left, right) == 0);
}

static void
missing_claim(struct mu_workspace *workspace, struct mu_element *parent,
              const char *prefix)
{
    for (struct mu_element *child = parent->first; child; child = child->next) {
        const char *id;

        if (!part_find(child)) {
            continue;
        }
        if (!mu_element_get(child, "id") && !mu_element_get(child, "id-ref")) {
            part_claim(workspace, child, prefix);
        }
        id = mu_element_get(child, "id");
        missing_claim(workspace, child, id ? id : prefix);
    }
}

static void
part_claim(struct mu_workspace *workspace, struct mu_element *element,
           const char *prefix)
{
    struct mu_arena *arena = workspace->arena;
    const struct part *part = part_find(element);
    const char *name = mu_element_get(element, "name");
    const char *interval = mu_element_get(element, "interval");
    const char *id = NULL;

    mu_assert(part);
    switch (part->scheme) {
    case SCHEME_NONE:
        return;
    case SCHEME_TAG:
        id = mu_text_make(arena, "%s-%s", prefix, part->tag);
        break;
    case SCHEME_NAME:
        id = mu_text_make(arena, "%s-%s", prefix, name ? name : "");
        break;
    case SCHEME_OP:
        id = mu_text_make(arena, "%s-%s-%s", prefix, name ? name : "",
                          interval ? interval : "0");
        break;
    case SCHEME_EXPRESSION:
        id = mu_text_make(arena, "%s-expression", prefix);
        break;
    case SCHEME_NUMBER:
        id = mu_text_make(arena, "%s-0", prefix);
        break;
    case SCHEME_RECIPIENT:
        id = mu_text_make(arena, "%s-recipient-1", prefix);
        break;
    case SCHEME_FENCING:
        id = "fencing";
        break;
    }
    id = mu_workspace_usual_id(arena, id);
    if (part->scheme == SCHEME_NUMBER || part->scheme == SCHEME_RECIPIENT) {
        /* The number is part of the name, not behind it. */
        const char *stem = mu_arena_strndup(arena, id, strlen(id) - 1);

        for (unsigned i = part->scheme == SCHEME_RECIPIENT;
             !mu_workspace_claim(workspace, element, id); i++) {
            id = mu_text_make(arena, "%s%u", stem, i);
        }
        return;
    }
    mu_workspace_claim_new(workspace, element, id);
}

/* Names may hold what an id cannot, such as '#' or ':'. */
const char *
mu_workspace_usual_id(struct mu_arena *arena, const char *name)
{
    char *copy;

    if (mu_text_is_id(name)) {
        return name;
    }
    copy = mu_text_make(arena, "_%s", name);
    for (char *c = copy; *c; c++) {
        char one[] = {'_', *c, '\0'};

        if (!mu_text_is_id(one)) {
            *c = '.';
        }
    }
    return mu_text_is_id(copy + 1) ? copy + 1 : copy;
}
