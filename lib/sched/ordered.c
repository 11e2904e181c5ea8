/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/ordered.h"

#include "sched/action.h"
#include "sched/clone.h"
#include "sched/group_verb.h"
#include "sched/order.h"
#include "sched/result.h"

static bool is_doing(const struct mu_sched *sched,
                     const struct mu_sched_resource *instance,
                     enum mu_verb verb);
static void probes_link(struct mu_sched *sched,
                        const struct mu_sched_resource *first,
                        const struct mu_sched_resource *then);
static void chain_link(struct mu_sched *sched,
                       const struct mu_sched_resource *first,
                       const struct mu_sched_resource *then, enum mu_verb verb);

void
mu_ordered_run(struct mu_sched *sched)
{
    for (size_t i = 0; i < sched->top.count; i++) {
        struct mu_sched_resource *clone = sched->top.items[i];
        struct mu_sched_resource *last[2] = {NULL, NULL};

        if (!mu_state_is_clone(clone) || !clone->traits->is_ordered) {
            continue;
        }
        mu_clone_sort_by_number(clone);
        for (uint32_t j = 0; j < clone->children_count; j++) {
            struct mu_sched_resource *instance = clone->children[j];

            if (is_doing(sched, instance, MU_VERB_START)) {
                chain_link(sched, last[0], instance, MU_VERB_START);
                last[0] = instance;
            }
            probes_link(sched, instance, last[1]);
            if (is_doing(sched, instance, MU_VERB_STOP)) {
                chain_link(sched, instance, last[1], MU_VERB_STOP);
                last[1] = instance;
            }
        }
    }
}

static bool
is_doing(const struct mu_sched *sched, const struct mu_sched_resource *instance,
         enum mu_verb verb)
{
    const struct mu_sched_action *action =
        mu_action_find(instance, mu_key(verb), MU_STATE_NONE);

    while (action && !mu_result_is_in_plan(sched, action)) {
        action = mu_action_find_next(action);
    }
    return action != NULL;
}

/* What would be stopped before 'then' may turn out to run: that is found out
 * before. */
static void
probes_link(struct mu_sched *sched, const struct mu_sched_resource *first,
            const struct mu_sched_resource *then)
{
    struct mu_sched_action *stop =
        then ? mu_action_find(then, mu_key(MU_VERB_STOP), MU_STATE_NONE) : NULL;

    for (; stop; stop = mu_action_find_next(stop)) {
        for (struct mu_sched_action *probe = first->probes; probe;
             probe = probe->next) {
            (void)mu_order_edge(sched, probe, stop, MU_ORDER_ORDERED);
        }
    }
}

/* All that 'first' does comes before what 'then' does, if both are there. */
static void
chain_link(struct mu_sched *sched, const struct mu_sched_resource *first,
           const struct mu_sched_resource *then, enum mu_verb verb)
{
    enum mu_verb done;

    if (!first || !then) {
        return;
    }
    done = first->kind == MU_RESOURCE_PRIMITIVE ? verb
                                                : mu_group_done_verb(verb);
    for (struct mu_sched_action *end =
             mu_action_find(first, mu_key(done), MU_STATE_NONE);
         end; end = mu_action_find_next(end)) {
        for (struct mu_sched_action *begin =
                 mu_action_find(then, mu_key(verb), MU_STATE_NONE);
             begin; begin = mu_action_find_next(begin)) {
            (void)mu_order_edge(sched, end, begin, MU_ORDER_ORDERED);
        }
    }
}
