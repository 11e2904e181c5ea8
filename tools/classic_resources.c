/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic resources: the lines for resources in the classic text. */

#include <stdlib.h>
#include <string.h>

#include "model/names.h"
#include "tools/classic.h"

struct page {
    const struct mu_classic *classic;
    const struct mu_classic_view *view;
    struct mu_text_buffer *text;
};

static bool is_shown(const struct page *page,
                     const struct mu_classic_item *item);
static void write_item(struct page *page, const struct mu_classic_item *item,
                       unsigned depth);
static void write_primitive(struct page *page,
                            const struct mu_classic_item *item, unsigned depth);
static void write_state(struct page *page, const struct mu_classic_item *item);
static bool is_waiting(const struct mu_classic_item *item);
static void write_flags(struct page *page, const struct mu_classic_item *item,
                        bool is_placed);
static const char *pending_state(const char *task);
static void write_group(struct page *page, const struct mu_classic_item *item,
                        unsigned depth);
static void write_clone(struct page *page, const struct mu_classic_item *item,
                        unsigned depth);
static void write_clone_label(struct page *page,
                              const struct mu_classic_item *item,
                              unsigned depth);
static bool is_alone(const struct page *page,
                     const struct mu_classic_item *clone,
                     const struct mu_classic_item *copy);
static uint32_t place_of(const struct mu_classic_item *copy);
static void write_stopped(struct page *page,
                          const struct mu_classic_item *clone, unsigned depth);
static const char *stopped_label(const struct page *page,
                                 const struct mu_classic_item *clone,
                                 const char *child, uint32_t node);
static bool runs_on(const struct mu_classic_item *item, uint32_t node);
static void write_list(struct page *page, struct mu_classic_list *list,
                       unsigned depth);
static void write_bundle(struct page *page, const struct mu_classic_item *item,
                         unsigned depth);
static void write_running(struct page *page, const struct mu_classic_item *item,
                          uint32_t node);
static int name_cmp(const void *a, const void *b);

void
mu_classic_resources_write(const struct mu_classic *classic,
                           const struct mu_classic_view *view,
                           struct mu_text_buffer *text)
{
    struct page page = {classic, view, text};
    size_t count = 0;

    for (size_t i = 0; i < classic->items.count; i++) {
        if (is_shown(&page, classic->items.items[i])) {
            write_item(&page, classic->items.items[i], 1);
            count++;
        }
    }
    if (count == 0) {
        mu_text_buffer_add(text, "  * No %sresources\n",
                           view->is_by_node     ? "inactive "
                           : view->has_inactive ? ""
                                                : "active ");
    }
}

void
mu_classic_resources_write_node(const struct mu_classic *classic,
                                const struct mu_classic_view *view,
                                uint32_t node, struct mu_text_buffer *text)
{
    struct page page = {classic, view, text};

    for (size_t i = 0; i < classic->items.count; i++) {
        write_running(&page, classic->items.items[i], node);
    }
}

/* What was removed from the configuration and runs nowhere is forgotten. */
static bool
is_shown(const struct page *page, const struct mu_classic_item *item)
{
    bool is_active = mu_classic_is_active(item, false);

    if ((item->is_removed && !is_active) ||
        !mu_classic_wants_item(page->view, item)) {
        return false;
    }
    if (page->view->is_by_node) {
        return !mu_classic_is_active(item, true);
    }
    return is_active || page->view->has_inactive;
}

/* Depth: a clone of a group of primitives. */
static void
write_item(struct page *page, const struct mu_classic_item *item,
           unsigned depth)
{
    struct mu_classic_view view = *page->view;
    struct page inner = {page->classic, &view, page->text};

    if (view.only_item && strcmp(view.only_item, item->id) == 0) {
        view.only_item = NULL; /* All in it is wanted. */
    }
    page = &inner;
    switch (item->kind) {
    case MU_RESOURCE_PRIMITIVE:
        write_primitive(page, item, depth);
        return;
    case MU_RESOURCE_GROUP:
        write_group(page, item, depth);
        return;
    case MU_RESOURCE_CLONE:
        write_clone(page, item, depth);
        return;
    case MU_RESOURCE_BUNDLE:
        write_bundle(page, item, depth);
        return;
    }
}

static void
write_primitive(struct page *page, const struct mu_classic_item *item,
                unsigned depth)
{
    const struct mu_status *status = page->classic->snapshot->status;

    mu_text_buffer_add(page->text, "%*s* %s\t(%s):\t", (int)depth * 2, "",
                       item->id, item->agent);
    write_state(page, item);
    if (item->nodes_count == 1) {
        mu_text_buffer_add(page->text, " %s",
                           status->nodes[item->nodes[0]].name);
    } else if (item->pending_node != MU_CONFIG_NONE &&
               pending_state(item->pending)) {
        mu_text_buffer_add(page->text, " %s",
                           status->nodes[item->pending_node].name);
    } else if (is_waiting(item)) {
        mu_text_buffer_add(page->text, " %s",
                           status->nodes[item->locked_to].name);
    }
    write_flags(page, item, true);
    if (item->nodes_count > 1) {
        mu_text_buffer_add(page->text, " [");
        for (uint32_t i = 0; i < item->nodes_count; i++) {
            mu_text_buffer_add(page->text, " %s",
                               status->nodes[item->nodes[i]].name);
        }
        mu_text_buffer_add(page->text, " ]");
    }
    mu_text_buffer_add(page->text, "\n");
}

/* It was shut down with its node and is to start there again. */
static bool
is_waiting(const struct mu_classic_item *item)
{
    return item->nodes_count == 0 && item->locked_to != MU_CONFIG_NONE;
}

/* The role, or what takes its place. */
static void
write_state(struct page *page, const struct mu_classic_item *item)
{
    const char *state = pending_state(item->pending);

    state = state ? state : mu_names_role(item->role);
    mu_text_buffer_add(page->text, "%s", item->is_removed ? " ORPHANED" : "");
    if (!item->is_failed) {
        mu_text_buffer_add(page->text, " %s", state);
    } else if (item->role > MU_ROLE_UNPROMOTED) {
        mu_text_buffer_add(page->text, " FAILED %s", state);
    } else {
        mu_text_buffer_add(page->text, " FAILED");
    }
}

static void
write_flags(struct page *page, const struct mu_classic_item *item,
            bool is_placed)
{
    const char *flags[9];
    unsigned count = 0;
    const struct mu_status_op *probe =
        item->nodes_count > 0
            ? NULL
            : mu_classic_failed_probe(page->classic, item->id, MU_CONFIG_NONE);

    if (probe) {
        flags[count++] = mu_classic_words_rc(probe->rc);
    }

    if (is_placed && item->nodes_count == 1 &&
        !page->classic->plan->nodes_before[item->nodes[0]].is_online &&
        page->classic->plan->nodes_before[item->nodes[0]].is_unclean) {
        flags[count++] = "UNCLEAN";
    }
    if (is_waiting(item)) {
        flags[count++] = "LOCKED";
    }
    if (item->pending && !pending_state(item->pending) &&
        strcmp(item->pending, "monitor") == 0) {
        flags[count++] = "Monitoring";
    }
    if (item->target == MU_ROLE_STOPPED) {
        flags[count++] = "disabled";
    } else if (item->target == MU_ROLE_UNPROMOTED && item->is_promotable) {
        flags[count++] = "target-role:Unpromoted";
    }
    if (item->is_blocked) {
        flags[count++] = "blocked";
    } else if (item->is_in_maintenance) {
        flags[count++] = "maintenance";
    } else if (!item->is_managed) {
        flags[count++] = "unmanaged";
    }
    if (item->is_failure_ignored) {
        flags[count++] = "failure ignored";
    }
    for (unsigned i = 0; i < count; i++) {
        mu_text_buffer_add(page->text, "%s%s", i == 0 ? " (" : ", ", flags[i]);
    }
    mu_text_buffer_add(page->text, "%s", count > 0 ? ")" : "");
}

/* Returns the word for an operation that takes the place of the role. */
static const char *
pending_state(const char *task)
{
    const char *word = mu_classic_words_pending(task);

    return word && word != task && strcmp(word, "Monitoring") != 0 ? word
                                                                   : NULL;
}

static void
write_group(struct page *page, const struct mu_classic_item *item,
            unsigned depth)
{
    mu_text_buffer_add(
        page->text, "%*s* Resource Group: %s%s:\n", (int)depth * 2, "",
        item->id,
        item->target == MU_ROLE_STOPPED
            ? (item->is_managed ? " (disabled)" : " (unmanaged, disabled)")
        : item->is_in_maintenance ? " (maintenance)"
        : !item->is_managed       ? " (unmanaged)"
                                  : "");
    for (size_t i = 0; i < item->children.count; i++) {
        if (is_shown(page, item->children.items[i])) {
            write_item(page, item->children.items[i], depth + 1);
        }
    }
}

static void
write_clone(struct page *page, const struct mu_classic_item *item,
            unsigned depth)
{
    const struct mu_classic *classic = page->classic;
    struct mu_classic_list promoted = {.label = "Promoted"};
    struct mu_classic_list started = {.label =
                                          !item->is_promotable ? "Started"
                                          : item->target == MU_ROLE_UNPROMOTED
                                              ? "Unpromoted (target-role)"
                                              : "Unpromoted"};

    write_clone_label(page, item, depth);
    for (size_t i = 0; i < item->children.count; i++) {
        const struct mu_classic_item *copy = item->children.items[i];

        if (is_alone(page, item, copy)) {
            write_item(page, copy, depth + 1);
        } else if (mu_classic_is_active(copy, false)) {
            struct mu_classic_list *list =
                copy->role == MU_ROLE_PROMOTED ? &promoted : &started;

            *mu_vec_add(classic->arena, &list->names) =
                classic->snapshot->status->nodes[place_of(copy)].name;
        }
    }
    write_list(page, &promoted, depth + 1);
    write_list(page, &started, depth + 1);
    if (page->view->has_inactive && !item->is_unique &&
        !page->view->is_detailed &&
        item->copies_max >
            (int64_t)(promoted.names.count + started.names.count)) {
        write_stopped(page, item, depth);
    }
}

static void
write_clone_label(struct page *page, const struct mu_classic_item *item,
                  unsigned depth)
{
    const struct mu_config *config = page->classic->snapshot->config;
    const char *flags[4];
    unsigned count = 0;

    if (item->is_promotable) {
        flags[count++] = "promotable";
    }
    if (item->is_unique) {
        flags[count++] = "unique";
    }
    if (item->is_in_maintenance) {
        flags[count++] = "maintenance";
    } else if (!item->is_managed) {
        flags[count++] = "unmanaged";
    }
    if (item->target == MU_ROLE_STOPPED) {
        flags[count++] = "disabled";
    }
    mu_text_buffer_add(
        page->text, "%*s* Clone Set: %s [%s]", (int)depth * 2, "", item->id,
        config->resources[config->resources[item->index].first_child].id);
    for (unsigned i = 0; i < count; i++) {
        mu_text_buffer_add(page->text, "%s%s", i == 0 ? " (" : ", ", flags[i]);
    }
    mu_text_buffer_add(page->text, "%s:\n", count > 0 ? ")" : "");
}

/* Tells whether a copy has a line of its own: all of a unique clone, and what
 * is not as it should be. */
static bool
is_alone(const struct page *page, const struct mu_classic_item *clone,
         const struct mu_classic_item *copy)
{
    bool is_active = mu_classic_is_active(copy, false);
    const struct mu_plan_node *node;
    uint32_t place;

    if (page->view->is_detailed) {
        return is_active || page->view->has_inactive;
    }
    if (clone->is_unique) {
        return is_active || !copy->is_removed;
    }
    if (copy->pending && pending_state(copy->pending)) {
        return true;
    }
    if (!is_active) {
        return false;
    }
    if (copy->is_removed || !copy->is_managed || copy->is_failed ||
        !mu_classic_is_active(copy, true)) {
        return true;
    }
    place = place_of(copy);
    if (place == MU_CONFIG_NONE) {
        return true;
    }
    node = &page->classic->plan->nodes_before[place];
    return !node->is_online && node->is_unclean;
}

/* Returns the one node where all of a copy is, or NONE. */
static uint32_t
place_of(const struct mu_classic_item *copy)
{
    uint32_t place = MU_CONFIG_NONE;

    if (copy->kind == MU_RESOURCE_PRIMITIVE) {
        return copy->nodes_count == 1 ? copy->nodes[0] : MU_CONFIG_NONE;
    }
    for (size_t i = 0; i < copy->children.count; i++) {
        const struct mu_classic_item *member = copy->children.items[i];

        if (member->nodes_count == 0) {
            continue;
        }
        if (member->nodes_count > 1 ||
            (place != MU_CONFIG_NONE && place != member->nodes[0])) {
            return MU_CONFIG_NONE;
        }
        place = member->nodes[0];
    }
    return place;
}

/* The nodes that have no copy, by what a probe has found there. */
static void
write_stopped(struct page *page, const struct mu_classic_item *clone,
              unsigned depth)
{
    const struct mu_classic *classic = page->classic;
    const struct mu_config *config = classic->snapshot->config;
    const char *child =
        config->resources[config->resources[clone->index].first_child].id;
    uint32_t count = classic->snapshot->status->nodes_count;
    bool *is_done = mu_arena_new(classic->arena, bool, count);

    for (uint32_t i = 0; i < count; i++) {
        struct mu_classic_list stopped = {
            .label = stopped_label(page, clone, child, i)};

        for (uint32_t j = i; j < count; j++) {
            if (!is_done[j] && !runs_on(clone, j) &&
                mu_classic_wants_node(classic, page->view, j) &&
                strcmp(stopped.label, stopped_label(page, clone, child, j)) ==
                    0) {
                *mu_vec_add(classic->arena, &stopped.names) =
                    classic->snapshot->status->nodes[j].name;
                is_done[j] = true;
            }
        }
        write_list(page, &stopped, depth + 1);
    }
}

static const char *
stopped_label(const struct page *page, const struct mu_classic_item *clone,
              const char *child, uint32_t node)
{
    const struct mu_status_op *probe =
        mu_classic_failed_probe(page->classic, child, node);

    if (probe) {
        return mu_text_make(page->classic->arena, "Stopped (%s)",
                            mu_classic_words_rc(probe->rc));
    }
    return clone->target == MU_ROLE_STOPPED ? "Stopped (disabled)" : "Stopped";
}

static bool
runs_on(const struct mu_classic_item *item, uint32_t node)
{
    for (uint32_t i = 0; i < item->nodes_count; i++) {
        if (item->nodes[i] == node) {
            return true;
        }
    }
    for (size_t i = 0; i < item->children.count; i++) {
        if (runs_on(item->children.items[i], node)) {
            return true;
        }
    }
    return false;
}

void
mu_classic_resources_write_list(const struct mu_classic_list *list,
                                unsigned depth, struct mu_text_buffer *text)
{
    if (list->names.count == 0 || !list->label) {
        return;
    }
    mu_text_buffer_add(text, "%*s* %s: [", (int)depth * 2, "", list->label);
    for (size_t i = 0; i < list->names.count; i++) {
        mu_text_buffer_add(text, " %s", list->names.items[i]);
    }
    mu_text_buffer_add(text, " ]\n");
}

static void
write_list(struct page *page, struct mu_classic_list *list, unsigned depth)
{
    if (list->names.count > 0) {
        qsort(list->names.items, list->names.count, sizeof(const char *),
              name_cmp);
    }
    mu_classic_resources_write_list(list, depth, page->text);
}

static void
write_bundle(struct page *page, const struct mu_classic_item *item,
             unsigned depth)
{
    const struct mu_config_bundle *bundle =
        page->classic->snapshot->config->resources[item->index].bundle;

    mu_text_buffer_add(page->text, "%*s* Container bundle%s: %s [%s]%s:\n",
                       (int)depth * 2, "",
                       bundle && bundle->replicas > 1 ? " set" : "", item->id,
                       bundle && bundle->image ? bundle->image : "",
                       item->is_managed ? "" : " (unmanaged)");
    for (size_t i = 0; i < item->children.count; i++) {
        write_item(page, item->children.items[i], depth + 1);
    }
}

/* Members and copies that run on the node, without what they are in. */
static void
write_running(struct page *page, const struct mu_classic_item *item,
              uint32_t node)
{
    for (size_t i = 0; i < item->children.count; i++) {
        write_running(page, item->children.items[i], node);
    }
    for (uint32_t i = 0; i < item->nodes_count; i++) {
        if (item->nodes[i] == node && mu_classic_wants_item(page->view, item)) {
            mu_text_buffer_add(page->text, "      * %s\t(%s):\t", item->id,
                               item->agent);
            write_state(page, item);
            write_flags(page, item, false);
            mu_text_buffer_add(page->text, "\n");
        }
    }
}

static int
name_cmp(const void *a, const void *b)
{
    return mu_text_natural_cmp(*(const char *const *)a,
                               *(const char *const *)b);
}
