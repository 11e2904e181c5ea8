/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/merge.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The three states of one element; those that do not exist are null. */
struct sides {
    const struct mu_doc_element *current;
    const struct mu_doc_element *before;
    const struct mu_doc_element *after;
};

struct work {
    struct mu_doc *doc; /* A copy of 'current' that is being changed. */
    struct mu_report *report;
    bool is_forced;
};

static void children_merge(struct work *work, const struct sides *parents);
static void child_merge(struct work *work, const struct sides *parents,
                        const struct sides *sides);
static void child_delete(struct work *work, const struct sides *sides);
static void child_replace(struct work *work, const struct sides *parents,
                          const struct sides *sides);
static const struct mu_doc_element *
child_find(const struct mu_doc_element *parent,
           const struct mu_doc_element *child);
static bool is_merged_inside(const struct mu_doc_element *element);
static bool is_equal(const struct mu_doc_element *a,
                     const struct mu_doc_element *b);
static bool is_conflict(struct work *work, const struct mu_doc_element *object,
                        const char *what);
static const struct mu_doc_element *configuration_of(const struct mu_doc *doc);

int
mu_merge_config(const struct mu_merge *merge, struct mu_report *report)
{
    struct work work = {.doc = mu_doc_copy(merge->current),
                        .report = report,
                        .is_forced = merge->is_forced};
    struct sides sides = {.current = configuration_of(work.doc),
                          .before = configuration_of(merge->before),
                          .after = configuration_of(merge->after)};
    size_t errors_count = report->errors_count;

    if (!sides.current || !sides.before || !sides.after) {
        (void)mu_report_error(report, MU_REPORT_REASON_SYNTAX, NULL,
                              "there is no <configuration> in it");
    } else {
        children_merge(&work, &sides);
    }
    if (report->errors_count == errors_count) {
        const struct mu_doc_element *old = configuration_of(merge->current);

        struct mu_doc_element *merged =
            mu_doc_make_copy(merge->current, sides.current);

        if (old == mu_doc_root(merge->current)) {
            mu_doc_set_root(merge->current, merged);
        } else {
            mu_doc_insert_before(mu_doc_edit(merge->current, old), merged);
            mu_doc_remove(mu_doc_edit(merge->current, old));
        }
    }
    mu_doc_free(work.doc);
    return report->errors_count == errors_count ? 0 : -EBADMSG;
}

static void
children_merge(struct work *work, const struct sides *parents)
{
    const struct mu_doc_element *child = mu_doc_first(parents->after);
    struct sides sides;

    for (; child; child = mu_doc_next(child)) {
        sides = (struct sides){.current = child_find(parents->current, child),
                               .before = child_find(parents->before, child),
                               .after = child};
        child_merge(work, parents, &sides);
    }
    for (child = mu_doc_first(parents->before); child;
         child = mu_doc_next(child)) {
        sides = (struct sides){.current = child_find(parents->current, child),
                               .before = child};
        if (!child_find(parents->after, child)) {
            child_delete(work, &sides);
        }
    }
}

/* The draft has this child. */
static void
child_merge(struct work *work, const struct sides *parents,
            const struct sides *sides)
{
    bool is_ours = !is_equal(sides->after, sides->before);
    bool is_theirs = !is_equal(sides->current, sides->before);

    if (!is_ours || is_equal(sides->current, sides->after)) {
        return;
    }
    if (!is_theirs) {
        child_replace(work, parents, sides);
    } else if (sides->current && sides->before &&
               is_merged_inside(sides->after)) {
        children_merge(work, sides);
    } else if (!is_conflict(work, sides->after,
                            sides->current ? "changed" : "deleted")) {
        child_replace(work, parents, sides);
    }
}

/* The draft has deleted this child. */
static void
child_delete(struct work *work, const struct sides *sides)
{
    if (sides->current && (is_equal(sides->current, sides->before) ||
                           !is_conflict(work, sides->before, "changed"))) {
        mu_doc_remove(mu_doc_edit(work->doc, sides->current));
    }
}

static void
child_replace(struct work *work, const struct sides *parents,
              const struct sides *sides)
{
    struct mu_doc_element *copy = mu_doc_make_copy(work->doc, sides->after);

    if (sides->current) {
        struct mu_doc_element *old = mu_doc_edit(work->doc, sides->current);

        mu_doc_insert_before(old, copy);
        mu_doc_remove(old);
    } else {
        mu_doc_append(mu_doc_edit(work->doc, parents->current), copy);
    }
}

/* Returns the child of 'parent' that is the same thing as 'child'. */
static const struct mu_doc_element *
child_find(const struct mu_doc_element *parent,
           const struct mu_doc_element *child)
{
    const struct mu_doc_element *one =
        mu_doc_first_named(parent, mu_doc_name(child));
    const char *id = mu_doc_get(child, "id");

    for (; one && id; one = mu_doc_next_named(one, mu_doc_name(child))) {
        const char *other = mu_doc_get(one, "id");

        if (other && strcmp(other, id) == 0) {
            return one;
        }
    }
    return one;
}

/* Sections, and sets of options, which several people fill. */
static bool
is_merged_inside(const struct mu_doc_element *element)
{
    const struct mu_doc_element *parent = mu_doc_parent(element);

    return mu_doc_is(parent, "configuration") ||
           mu_doc_is(element, "cluster_property_set") ||
           (mu_doc_is(parent, "rsc_defaults") ||
            mu_doc_is(parent, "op_defaults"));
}

static bool
is_equal(const struct mu_doc_element *a, const struct mu_doc_element *b)
{
    if (!a || !b) {
        return a == b;
    }
    return mu_digest_is_equal(mu_doc_digest(a), mu_doc_digest(b));
}

/* Reports that others changed an object, too; false when the draft wins. */
static bool
is_conflict(struct work *work, const struct mu_doc_element *object,
            const char *what)
{
    const char *name = mu_doc_get(object, "uname");

    name = name ? name : mu_doc_get(object, "name");
    name = name && !mu_doc_is(object, "template") ? name
                                                  : mu_doc_get(object, "id");
    name = name ? name : mu_doc_name(object);
    if (work->is_forced) {
        mu_report_warning(work->report, NULL, name,
                          "\"%.80s\" was %s by others meanwhile; the draft "
                          "replaces it",
                          name, what);
        return false;
    }
    (void)mu_report_error(work->report, MU_REPORT_REASON_USED, NULL,
                          "\"%.80s\" was %s by others meanwhile, and is "
                          "changed here, too",
                          name, what);
    return true;
}

static const struct mu_doc_element *
configuration_of(const struct mu_doc *doc)
{
    const struct mu_doc_element *root = mu_doc_root(doc);

    return mu_doc_is(root, "configuration")
               ? root
               : mu_doc_first_named(root, "configuration");
}
