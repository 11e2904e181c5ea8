/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printing a whole configuration, or what a selection names. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/vec.h"
#include "crm/crm.h"
#include "crm/print.h"
#include "crm/select.h"
#include "crm/workspace.h"

struct item {
    const struct mu_element *object;
    const char *name;
    unsigned rank;
    size_t position; /* In the document. */
};

struct items {
    struct item *items;
    size_t count;
    size_t capacity;
};

static void references_index(const struct mu_workspace *workspace,
                             struct mu_index *index);
static int items_collect(struct mu_workspace *workspace,
                         const struct mu_select *select, struct items *items);
static int item_cmp(const void *a, const void *b);
static bool is_empty_topology(const struct mu_element *object);

int
mu_crm_print(const struct mu_doc *cib, const struct mu_crm_selection *selection,
             const struct mu_crm_print_options *options,
             struct mu_report *report, struct mu_text_buffer *buffer)
{
    struct mu_arena arena;
    struct mu_workspace workspace;
    struct mu_index referenced;
    struct mu_select select = {0};
    struct items items = {0};
    int r;

    mu_arena_init(&arena, SIZE_MAX);
    r = mu_workspace_open(&workspace, &arena, cib, report);
    if (r == 0) {
        r = mu_select_read(&select, &workspace, selection->words,
                           selection->count);
    }
    if (r == 0) {
        r = items_collect(&workspace, &select, &items);
    }
    if (r == 0 && items.count > 0) {
        struct mu_print print = {
            .arena = &arena,
            .referenced = &referenced,
            .is_full = options->detail == MU_CRM_FULL,
            .has_promoted = workspace.has_promoted,
            .obscured = options->detail == MU_CRM_FULL ? NULL
                        : select.obscured              ? select.obscured
                                                       : options->obscured,
        };

        mu_index_init(&referenced, &arena);
        references_index(&workspace, &referenced);
        if (!options->is_unsorted) {
            qsort(items.items, items.count, sizeof(struct item), item_cmp);
        }
        for (size_t i = 0; i < items.count; i++) {
            const char *text =
                options->detail == MU_CRM_XML
                    ? mu_print_xml(&arena, items.items[i].object, false)
                    : mu_print_object(&print, items.items[i].object);

            mu_text_buffer_append(buffer, text, strlen(text));
        }
    }
    mu_arena_done(&arena);
    return r;
}

/* Ids that other objects refer to are always printed, or they would be lost. */
static void
references_index(const struct mu_workspace *workspace, struct mu_index *index)
{
    struct mu_element *element = workspace->configuration;

    while ((element = mu_element_walk(workspace->configuration, element))) {
        const char *id =
            element->name ? mu_element_get(element, "id-ref") : NULL;

        if (id) {
            (void)mu_index_add(index, id, 0);
        }
    }
}

static int
items_collect(struct mu_workspace *workspace, const struct mu_select *select,
              struct items *items)
{
    struct mu_element *object = NULL;

    while ((object = mu_workspace_next(workspace, object))) {
        struct item *item;

        if (!mu_select_has(select, object) || is_empty_topology(object)) {
            continue;
        }
        item = mu_vec_add(workspace->arena, items);
        item->object = object;
        item->name = mu_kinds_name_of(object);
        item->name = item->name ? item->name : "";
        item->rank = mu_kinds_info(mu_kinds_of(object))->rank;
        item->position = items->count;
    }
    return 0;
}

static int
item_cmp(const void *a, const void *b)
{
    const struct item *left = a;
    const struct item *right = b;
    int order;

    if (left->rank != right->rank) {
        return left->rank < right->rank ? -1 : 1;
    }
    order = strcmp(left->name, right->name);
    if (order != 0) {
        return order;
    }
    return left->position < right->position ? -1
                                            : left->position > right->position;
}

static bool
is_empty_topology(const struct mu_element *object)
{
    return mu_element_is(object, "fencing-topology") &&
           !mu_element_find(object, "fencing-level");
}
