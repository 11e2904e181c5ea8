/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same cluster, written down in another order. */

#include <string.h>

#include "base/prng.h"
#include "base/vec.h"
#include "cts/sched/properties.h"
#include "doc/doc.h"

static bool
is_one_of(const struct mu_doc_element *element, const char *const *names)
{
    for (; *names; names++) {
        if (mu_doc_is(element, *names)) {
            return true;
        }
    }
    return false;
}

/* Tells whether pairs of one name are in it: the first of them counts. */
static bool
has_pair_twice(const struct mu_doc_element *block)
{
    for (const struct mu_doc_element *one = mu_doc_first(block); one;
         one = mu_doc_next(one)) {
        for (const struct mu_doc_element *other = mu_doc_next(one); other;
             other = mu_doc_next(other)) {
            const char *name = mu_doc_get(one, "name");
            const char *other_name = mu_doc_get(other, "name");

            if (!name || !other_name || strcmp(name, other_name) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Tells whether the order of what is in the element means nothing. */
static bool
is_free(const struct mu_doc_element *element)
{
    static const char *const free[] = {
        "nodes", "constraints", "lrm_resources", "lrm_resource", "tickets",
        "rule",  NULL};
    static const char *const blocks[] = {
        "instance_attributes",  "meta_attributes", "utilization",
        "cluster_property_set", "operations",      NULL};

    return is_one_of(element, free) ||
           (is_one_of(element, blocks) && !has_pair_twice(element) &&
            !mu_doc_first_named(element, "rule"));
}

static void
shuffle(struct mu_doc *doc, const struct mu_doc_element *parent,
        struct mu_prng *prng, struct mu_arena *arena)
{
    MU_VEC(struct mu_doc_element *) children = {0};

    for (const struct mu_doc_element *child = mu_doc_first(parent); child;
         child = mu_doc_next(child)) {
        *mu_vec_add(arena, &children) = mu_doc_edit(doc, child);
    }
    for (size_t left = children.count; left > 0; left--) {
        size_t at = (size_t)mu_prng_below(prng, left);

        mu_doc_append(mu_doc_edit(doc, parent), children.items[at]);
        children.items[at] = children.items[left - 1];
    }
}

int
mu_properties_permute(struct mu_span xml, struct mu_text_buffer *text,
                      struct mu_errbuf *err)
{
    const struct mu_doc_element *top;
    struct mu_prng prng;
    struct mu_doc *doc;
    int r = mu_doc_parse(xml, &doc, err);

    if (r < 0) {
        return r;
    }
    mu_prng_init(&prng, xml.size);
    top = mu_doc_root(doc);
    for (const struct mu_doc_element *one = top; one;
         one = mu_doc_walk(one, top)) {
        if (is_free(one)) {
            shuffle(doc, one, &prng, text->arena);
        }
    }
    mu_doc_write_line(top, text);
    mu_doc_free(doc);
    return 0;
}
