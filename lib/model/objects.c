/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "model/names.h"

struct object {
    const char *kind; /* Name of the element. */
    const char *id;
    struct mu_digest digest;
};

struct objects {
    struct mu_arena *arena;
    MU_VEC(struct object) items; /* Sorted by kind and id in the end. */
};

static void collect(struct objects *objects, const struct mu_doc *doc);
static void object_add(struct objects *objects,
                       const struct mu_doc_element *element);
static struct mu_digest own_digest(struct mu_arena *arena,
                                   const struct mu_doc_element *element);
static bool is_resource(const struct mu_doc_element *element);
static int object_cmp(const void *a, const void *b);

uint32_t
mu_objects_count_changes(struct mu_arena *arena, const struct mu_doc *before,
                         const struct mu_doc *after)
{
    struct objects old = {.arena = arena};
    struct objects new = {.arena = arena};
    uint32_t count = 0;
    size_t i = 0;
    size_t k = 0;

    collect(&old, before);
    collect(&new, after);
    while (i < old.items.count || k < new.items.count) {
        int order = i == old.items.count   ? 1
                    : k == new.items.count ? -1
                                           : object_cmp(&old.items.items[i],
                                                        &new.items.items[k]);

        if (order != 0 || !mu_digest_is_equal(old.items.items[i].digest,
                                              new.items.items[k].digest)) {
            count++;
        }
        i += order <= 0 ? 1 : 0;
        k += order >= 0 ? 1 : 0;
    }
    return count;
}

static void
collect(struct objects *objects, const struct mu_doc *doc)
{
    const struct mu_doc_element *top = doc ? mu_doc_root(doc) : NULL;

    if (top && mu_doc_is(top, "cib")) {
        top = mu_doc_first_named(top, "configuration");
    }
    for (const struct mu_doc_element *section = top ? mu_doc_first(top) : NULL;
         section; section = mu_doc_next(section)) {
        for (const struct mu_doc_element *one = mu_doc_first(section); one;
             one = mu_doc_next(one)) {
            object_add(objects, one);
        }
    }
    if (objects->items.count > 0) {
        qsort(objects->items.items, objects->items.count,
              sizeof(objects->items.items[0]), object_cmp);
    }
}

static void
object_add(struct objects *objects, const struct mu_doc_element *element)
{
    const char *id = mu_doc_get(element, "id");

    *mu_vec_add(objects->arena, &objects->items) =
        (struct object){mu_doc_name(element), id ? id : "",
                        own_digest(objects->arena, element)};
    /* Depth is bounded by the parser. */
    for (const struct mu_doc_element *child = mu_doc_first(element); child;
         child = mu_doc_next(child)) {
        if (is_resource(child)) {
            object_add(objects, child);
        }
    }
}

/* Resources inside count by their names only. */
static struct mu_digest
own_digest(struct mu_arena *arena, const struct mu_doc_element *element)
{
    struct mu_text_buffer text;
    bool has_resource = false;

    for (const struct mu_doc_element *child = mu_doc_first(element); child;
         child = mu_doc_next(child)) {
        has_resource |= is_resource(child);
    }
    if (!has_resource) {
        return mu_doc_digest(element);
    }
    mu_text_buffer_init(&text, arena);
    for (unsigned i = 0; i < mu_doc_attributes_count(element); i++) {
        mu_text_buffer_add(&text, "%s=%s\n", mu_doc_attribute_name(element, i),
                           mu_doc_attribute_value(element, i));
    }
    for (const struct mu_doc_element *child = mu_doc_first(element); child;
         child = mu_doc_next(child)) {
        const char *id = mu_doc_get(child, "id");

        if (is_resource(child)) {
            mu_text_buffer_add(&text, "%s\n", id ? id : "");
        } else {
            mu_doc_write_canonical(child, &text);
        }
    }
    return mu_digest_of(text.data, text.length);
}

static bool
is_resource(const struct mu_doc_element *element)
{
    return mu_names_is_among(mu_doc_name(element),
                             "primitive group clone master bundle");
}

static int
object_cmp(const void *a, const void *b)
{
    const struct object *x = a;
    const struct object *y = b;
    int order = strcmp(x->kind, y->kind);

    return order != 0 ? order : strcmp(x->id, y->id);
}
