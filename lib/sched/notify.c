/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/notify.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sched/action.h"
#include "sched/detail.h"
#include "sched/explain.h"
#include "sched/group_verb.h"
#include "sched/order.h"

enum list {
    LIST_STOP,
    LIST_START,
    LIST_DEMOTE,
    LIST_PROMOTE,
    LIST_ACTIVE,
    LIST_UNPROMOTED,
    LIST_PROMOTED,
    LIST_INACTIVE,
    LISTS_COUNT,
};

/* Somebody does something, or is something, somewhere. */
struct entry {
    const char *id;
    const char *node; /* Null: nowhere. */
};

/* What instances are told about one of the clone's actions. */
struct mu_notify_data {
    enum mu_verb verb;
    struct mu_sched_action *pre;
    struct mu_sched_action *pre_done;
    struct mu_sched_action *post;
    struct mu_sched_action *post_done;
};

/* What all of them are told. */
struct news {
    struct mu_sched *sched;
    const struct mu_sched_resource *clone;
    MU_VEC(struct entry) lists[LISTS_COUNT];
    const struct mu_pair *meta;
    uint32_t meta_count;
};

static struct mu_notify_data *points_make(struct mu_sched *sched,
                                          struct mu_sched_resource *resource,
                                          enum mu_verb verb,
                                          struct mu_sched_action *action,
                                          struct mu_sched_action *complete);
static struct mu_sched_action *point_make(struct mu_sched *sched,
                                          struct mu_sched_resource *resource,
                                          const struct mu_sched_action *about,
                                          enum mu_notify_when when);
static void after(struct mu_sched *sched, const struct mu_notify_data *first,
                  const struct mu_notify_data *then);
static void clone_notify(struct mu_sched *sched,
                         struct mu_sched_resource *clone);
static void news_collect(struct news *news,
                         const struct mu_sched_resource *resource);
static void news_collect_actions(struct news *news,
                                 const struct mu_sched_resource *resource);
static void news_add(struct news *news, enum list list,
                     const struct mu_sched_resource *resource, uint32_t node);
static void news_write(struct news *news);
static const char *entries_text(struct news *news, enum list list,
                                bool is_nodes);
static int entry_cmp(const void *a, const void *b);
static void points_require(const struct mu_notify_data *data,
                           const struct news *news);
static void resource_notify(struct news *news,
                            struct mu_sched_resource *resource,
                            const struct mu_notify_data *data);
static void going_notify(struct news *news, struct mu_sched_resource *resource,
                         const struct mu_notify_data *data);
static void coming_notify(struct news *news, struct mu_sched_resource *resource,
                          const struct mu_notify_data *data);
static void notify(struct news *news, struct mu_sched_resource *resource,
                   uint32_t node, const struct mu_notify_data *data,
                   bool is_post);
static void monitors_wait(struct news *news,
                          const struct mu_sched_resource *resource,
                          const struct mu_notify_data *data);
static void meta_add_notify(struct news *news, struct mu_sched_action *action,
                            enum mu_verb verb, bool is_post);
static void meta_add(struct news *news, struct mu_sched_action *action,
                     const struct mu_pair *about, uint32_t about_count);
static enum list list_of(enum mu_verb verb);

void
mu_notify_clone_act(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    static const struct {
        enum mu_verb verb;
        size_t place;
    } kinds[] = {
        {MU_VERB_START, offsetof(struct mu_sched_resource, notify_start)},
        {MU_VERB_STOP, offsetof(struct mu_sched_resource, notify_stop)},
        {MU_VERB_PROMOTE, offsetof(struct mu_sched_resource, notify_promote)},
        {MU_VERB_DEMOTE, offsetof(struct mu_sched_resource, notify_demote)},
    };

    if (!clone->traits->is_notify) {
        return;
    }
    for (unsigned i = 0; i < (clone->traits->is_promotable ? 4U : 2U); i++) {
        struct mu_notify_data *data = points_make(
            sched, clone, kinds[i].verb,
            mu_action_find(clone, mu_key(kinds[i].verb), MU_STATE_NONE),
            mu_action_find(clone, mu_key(mu_group_done_verb(kinds[i].verb)),
                           MU_STATE_NONE));

        memcpy((char *)clone + kinds[i].place, &data, sizeof(data));
    }
    after(sched, clone->notify_stop, clone->notify_start);
    if (clone->traits->is_promotable) {
        after(sched, clone->notify_stop, clone->notify_promote);
        after(sched, clone->notify_start, clone->notify_promote);
        after(sched, clone->notify_demote, clone->notify_promote);
        after(sched, clone->notify_demote, clone->notify_start);
        after(sched, clone->notify_demote, clone->notify_stop);
    }
}

static void
after(struct mu_sched *sched, const struct mu_notify_data *first,
      const struct mu_notify_data *then)
{
    (void)mu_order_edge(sched, first->post_done, then->pre, MU_ORDER_ORDERED);
}

static struct mu_sched_action *
point_make(struct mu_sched *sched, struct mu_sched_resource *resource,
           const struct mu_sched_action *about, enum mu_notify_when when)
{
    struct mu_sched_action *point =
        mu_action_get_pseudo(sched, resource, mu_key_notify(when, about->verb),
                             !mu_action_has(about, MU_FLAG_OPTIONAL));

    if (when == MU_NOTIFY_POST || when == MU_NOTIFY_CONFIRMED_POST) {
        point->priority = MU_SCORE_INFINITY;
        if (!mu_action_has(about, MU_FLAG_RUNNABLE)) {
            point->flags &= ~(uint32_t)MU_FLAG_RUNNABLE;
        }
    }
    return point;
}

static struct mu_notify_data *
points_make(struct mu_sched *sched, struct mu_sched_resource *resource,
            enum mu_verb verb, struct mu_sched_action *action,
            struct mu_sched_action *complete)
{
    struct mu_notify_data *data =
        mu_arena_new(sched->arena, struct mu_notify_data, 1);

    data->verb = verb;
    if (action) {
        data->pre = point_make(sched, resource, action, MU_NOTIFY_PRE);
        data->pre_done =
            point_make(sched, resource, action, MU_NOTIFY_CONFIRMED_PRE);
        (void)mu_order_edge(sched, data->pre, data->pre_done, MU_ORDER_ORDERED);
        (void)mu_order_edge(sched, data->pre_done, action, MU_ORDER_ORDERED);
    }
    if (complete) {
        data->post = point_make(sched, resource, complete, MU_NOTIFY_POST);
        data->post_done =
            point_make(sched, resource, complete, MU_NOTIFY_CONFIRMED_POST);
        (void)mu_order_edge(sched, complete, data->post,
                            MU_ORDER_FIRST_IMPLIES_THEN);
        (void)mu_order_edge(sched, data->post, data->post_done,
                            MU_ORDER_FIRST_IMPLIES_THEN);
    }
    if (action && complete) {
        (void)mu_order_edge(sched, data->pre_done, data->post,
                            MU_ORDER_ORDERED);
    }
    return data;
}

void
mu_notify_run(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->top.count; i++) {
        struct mu_sched_resource *clone = sched->top.items[i];

        if (mu_state_is_clone(clone) && clone->traits->is_notify) {
            clone_notify(sched, clone);
        }
    }
}

static void
clone_notify(struct mu_sched *sched, struct mu_sched_resource *clone)
{
    const struct mu_notify_data *all[] = {
        clone->notify_start, clone->notify_stop, clone->notify_promote,
        clone->notify_demote};
    struct news news = {.sched = sched, .clone = clone};

    news_collect(&news, clone);
    news_collect_actions(&news, clone);
    news_write(&news);
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]) {
            points_require(all[i], &news);
            resource_notify(&news, clone, all[i]);
        }
    }
}

static void
news_add(struct news *news, enum list list,
         const struct mu_sched_resource *resource, uint32_t node)
{
    *mu_vec_add(news->sched->arena, &news->lists[list]) = (struct entry){
        .id = resource->id,
        .node = node == MU_STATE_NONE ? NULL : news->sched->nodes[node].name};
}

/* Groups in clones are the deepest: the recursion is three deep. */
static void
news_collect(struct news *news, const struct mu_sched_resource *resource)
{
    uint32_t node = mu_state_current_node(news->sched, resource);

    for (uint32_t i = 0; i < resource->children_count; i++) {
        news_collect(news, resource->children[i]);
    }
    if (resource->children_count > 0) {
        return;
    }
    switch (resource->role) {
    case MU_ROLE_STOPPED:
        news_add(news, LIST_INACTIVE, resource, node);
        break;
    case MU_ROLE_STARTED:
        news_add(news, LIST_ACTIVE, resource, node);
        break;
    case MU_ROLE_UNPROMOTED:
        news_add(news, LIST_UNPROMOTED, resource, node);
        news_add(news, LIST_ACTIVE, resource, node);
        break;
    case MU_ROLE_PROMOTED:
        news_add(news, LIST_PROMOTED, resource, node);
        news_add(news, LIST_ACTIVE, resource, node);
        break;
    case MU_ROLE_UNKNOWN:
        break;
    }
}

static enum list
list_of(enum mu_verb verb)
{
    static const enum list lists[MU_VERB_POINT + 1] = {
        [MU_VERB_STOP] = LIST_STOP,
        [MU_VERB_START] = LIST_START,
        [MU_VERB_DEMOTE] = LIST_DEMOTE,
        [MU_VERB_PROMOTE] = LIST_PROMOTE,
    };

    return verb == MU_VERB_STOP || lists[verb] != LIST_STOP ? lists[verb]
                                                            : LISTS_COUNT;
}

static void
news_collect_actions(struct news *news,
                     const struct mu_sched_resource *resource)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        news_collect_actions(news, resource->children[i]);
    }
    if (resource->children_count > 0) {
        return;
    }
    for (const struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        enum list list = list_of(action->verb);

        if (list == LISTS_COUNT || action->node == MU_STATE_NONE ||
            mu_action_has(action, MU_FLAG_OPTIONAL)) {
            continue;
        }
        if (mu_action_has(action, MU_FLAG_RUNNABLE) ||
            (list == LIST_STOP &&
             news->sched->nodes[action->node].is_unclean)) {
            news_add(news, list, resource, action->node);
        }
    }
}

static int
entry_cmp(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;
    int order = strcmp(left->id, right->id);

    if (order == 0 && left->node && right->node) {
        order = strcmp(left->node, right->node);
    }
    return order;
}

static const char *
entries_text(struct news *news, enum list list, bool is_nodes)
{
    struct mu_text_buffer text;
    bool is_first = true;

    mu_text_buffer_init(&text, news->sched->arena);
    for (size_t i = 0; i < news->lists[list].count; i++) {
        const struct entry *entry = &news->lists[list].items[i];
        const char *word = is_nodes ? entry->node : entry->id;

        if (word) {
            mu_text_buffer_add(&text, "%s%s", is_first ? "" : " ", word);
            is_first = false;
        }
    }
    return text.data ? text.data : " ";
}

/* The nodes where the clone may have instances, or all of them. */
static const char *
nodes_text(const struct news *news, bool is_all)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, news->sched->arena);
    for (uint32_t i = 0; i < news->sched->nodes_count; i++) {
        if (is_all || news->clone->scores[i] != MU_SCORE_ABSENT) {
            mu_text_buffer_add(&text, "%s%s", text.data ? " " : "",
                               news->sched->nodes[i].name);
        }
    }
    return text.data ? text.data : " ";
}

static void
news_write(struct news *news)
{
    static const struct {
        enum list list;
        bool is_nodes;
        const char *name;
    } keys[] = {
        {LIST_STOP, false, "notify_stop_resource"},
        {LIST_STOP, true, "notify_stop_uname"},
        {LIST_START, false, "notify_start_resource"},
        {LIST_START, true, "notify_start_uname"},
        {LIST_DEMOTE, false, "notify_demote_resource"},
        {LIST_DEMOTE, true, "notify_demote_uname"},
        {LIST_PROMOTE, false, "notify_promote_resource"},
        {LIST_PROMOTE, true, "notify_promote_uname"},
        {LIST_ACTIVE, false, "notify_active_resource"},
        {LIST_ACTIVE, true, "notify_active_uname"},
        {LIST_UNPROMOTED, false, "notify_unpromoted_resource"},
        {LIST_UNPROMOTED, true, "notify_unpromoted_uname"},
        {LIST_UNPROMOTED, false, "notify_slave_resource"},
        {LIST_UNPROMOTED, true, "notify_slave_uname"},
        {LIST_PROMOTED, false, "notify_promoted_resource"},
        {LIST_PROMOTED, true, "notify_promoted_uname"},
        {LIST_PROMOTED, false, "notify_master_resource"},
        {LIST_PROMOTED, true, "notify_master_uname"},
        {LIST_INACTIVE, false, "notify_inactive_resource"},
    };
    enum { KEYS_COUNT = sizeof(keys) / sizeof(keys[0]) };
    struct mu_pair *meta =
        mu_arena_new(news->sched->arena, struct mu_pair, KEYS_COUNT + 2);

    for (unsigned i = 0; i < LISTS_COUNT; i++) {
        if (news->lists[i].count > 1) {
            qsort(news->lists[i].items, news->lists[i].count,
                  sizeof(struct entry), entry_cmp);
        }
    }
    for (unsigned i = 0; i < KEYS_COUNT; i++) {
        meta[i] = (struct mu_pair){
            keys[i].name, entries_text(news, keys[i].list, keys[i].is_nodes)};
    }
    meta[KEYS_COUNT] = (struct mu_pair){"notify_available_uname",
                                        nodes_text(news, false)};
    meta[KEYS_COUNT + 1] =
        (struct mu_pair){"notify_all_uname", nodes_text(news, true)};
    news->meta = meta;
    news->meta_count = KEYS_COUNT + 2;
}

static void
points_require(const struct mu_notify_data *data, const struct news *news)
{
    struct mu_sched_action *points[] = {data->pre, data->pre_done, data->post,
                                        data->post_done};

    if (news->lists[list_of(data->verb)].count == 0) {
        return;
    }
    for (unsigned i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        if (points[i]) {
            mu_action_require(points[i]);
        }
    }
}

static void
resource_notify(struct news *news, struct mu_sched_resource *resource,
                const struct mu_notify_data *data)
{
    for (uint32_t i = 0; i < resource->children_count; i++) {
        resource_notify(news, resource->children[i], data);
    }
    if (resource->children_count > 0) {
        return;
    }
    for (struct mu_sched_action *action = resource->actions; action;
         action = action->next) {
        if (list_of(action->verb) != LISTS_COUNT &&
            !mu_action_has(action, MU_FLAG_OPTIONAL) && !action->meta) {
            meta_add(news, action, NULL, 0);
        }
    }
    /* A stop may be implied by fencing: that is not known here. */
    if (data->verb != MU_VERB_STOP &&
        news->lists[list_of(data->verb)].count == 0) {
        return;
    }
    if (data->verb == MU_VERB_STOP || data->verb == MU_VERB_DEMOTE) {
        if (resource->role != MU_ROLE_STOPPED) {
            going_notify(news, resource, data);
        }
    } else if (resource->next_role != MU_ROLE_STOPPED) {
        coming_notify(news, resource, data);
    }
}

static void
going_notify(struct news *news, struct mu_sched_resource *resource,
             const struct mu_notify_data *data)
{
    struct mu_sched_action *stop =
        mu_action_find(resource, mu_key(MU_VERB_STOP), MU_STATE_NONE);

    for (size_t i = 0; i < resource->running_on.count; i++) {
        uint32_t node = resource->running_on.items[i];

        if (stop && mu_action_has(stop, MU_FLAG_PSEUDO) &&
            news->sched->nodes[node].is_unclean) {
            continue; /* It is being shot: it hears nothing. */
        }
        notify(news, resource, node, data, false);
        if (data->verb == MU_VERB_DEMOTE || !stop ||
            mu_action_has(stop, MU_FLAG_OPTIONAL)) {
            notify(news, resource, node, data, true);
            monitors_wait(news, resource, data);
        }
    }
}

static void
coming_notify(struct news *news, struct mu_sched_resource *resource,
              const struct mu_notify_data *data)
{
    struct mu_sched_action *start =
        mu_action_find(resource, mu_key(MU_VERB_START), MU_STATE_NONE);

    if (resource->assigned == MU_STATE_NONE) {
        return;
    }
    if (data->verb != MU_VERB_START || !start ||
        mu_action_has(start, MU_FLAG_OPTIONAL)) {
        notify(news, resource, resource->assigned, data, false);
    }
    notify(news, resource, resource->assigned, data, true);
    monitors_wait(news, resource, data);
}

static void
notify(struct news *news, struct mu_sched_resource *resource, uint32_t node,
       const struct mu_notify_data *data, bool is_post)
{
    struct mu_sched *sched = news->sched;
    struct mu_sched_action *point = is_post ? data->post : data->pre;
    struct mu_sched_action *done = is_post ? data->post_done : data->pre_done;
    struct mu_sched_action *action;
    uint64_t key;

    if (!point || !done || !sched->nodes[node].is_online ||
        !mu_action_has(point, MU_FLAG_RUNNABLE)) {
        return;
    }
    key = mu_key_notify(is_post ? MU_NOTIFY_POST : MU_NOTIFY_PRE, data->verb);
    action = mu_action_get(sched, resource, key, node,
                           !mu_action_has(point, MU_FLAG_OPTIONAL));
    action->flags |= MU_FLAG_CAN_FAIL; /* Nobody is asked for permission. */
    if (is_post) {
        action->priority = MU_SCORE_INFINITY;
    }
    if (!action->meta) {
        meta_add_notify(news, action, data->verb, is_post);
    }
    mu_explain_follow(sched, action,
                      mu_action_find(mu_state_top(resource), mu_key(data->verb),
                                     MU_STATE_NONE),
                      NULL, !is_post);
    (void)mu_order_edge(sched, point, action, MU_ORDER_ORDERED);
    (void)mu_order_edge(sched, action, done, MU_ORDER_ORDERED);
}

/* Monitors begin when everybody has heard. */
static void
monitors_wait(struct news *news, const struct mu_sched_resource *resource,
              const struct mu_notify_data *data)
{
    for (struct mu_sched_action *monitor = resource->actions;
         monitor && data->post_done; monitor = monitor->next) {
        if (monitor->verb == MU_VERB_MONITOR) {
            (void)mu_order_edge(news->sched, data->post_done, monitor,
                                MU_ORDER_ORDERED);
        }
    }
}

/* What a notification is about is said as it is asked for and as it is known
 * in the graph, where a start that is over is "running". */
static void
meta_add_notify(struct news *news, struct mu_sched_action *action,
                enum mu_verb verb, bool is_post)
{
    const char *type = is_post ? "post" : "pre";
    const struct mu_pair about[] = {
        {"notify_type", type},
        {"notify_operation", mu_detail_verb_name(verb)},
        {"notify_key_type", type},
        {"notify_key_operation",
         mu_detail_verb_name(is_post ? mu_group_done_verb(verb) : verb)},
    };

    meta_add(news, action, about, sizeof(about) / sizeof(about[0]));
}

static void
meta_add(struct news *news, struct mu_sched_action *action,
         const struct mu_pair *about, uint32_t about_count)
{
    struct mu_pair *meta =
        mu_arena_new(news->sched->arena, struct mu_pair,
                     (size_t)news->meta_count + about_count + 1);

    memcpy(meta, news->meta, news->meta_count * sizeof(*meta));
    if (about_count > 0) {
        memcpy(&meta[news->meta_count], about, about_count * sizeof(*meta));
    }
    action->meta = meta;
    action->meta_count = news->meta_count + about_count;
}

void
mu_notify_after_fencing(struct mu_sched *sched,
                        const struct mu_sched_action *stop,
                        struct mu_sched_action *fence)
{
    struct mu_sched_resource *clone = mu_state_clone_of(stop->resource);
    struct news news = {.sched = sched, .clone = clone};
    struct mu_notify_data *data;

    if (!clone || !clone->traits->is_notify) {
        return;
    }
    data = points_make(sched, stop->resource, MU_VERB_STOP, NULL, fence);
    news_collect(&news, clone);
    news_add(&news, LIST_STOP, stop->resource, stop->node);
    news_write(&news);
    resource_notify(&news, clone, data);
}
