/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found one by one must not be torn apart meanwhile. Each case is a
 * finished plan, with the edges that caution adds. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "doc/doc.h"
#include "sched/caution.h"

static struct mu_arena arena;
static struct mu_snapshot snapshot;
static struct mu_status status;
static struct mu_plan_node nodes[2];

enum { IP, WEB, OTHER, RESOURCES };

static uint32_t indexes[RESOURCES];

/* A group of an address and a server, and something else. */
static void
setup(void)
{
    static const char xml[] =
        "<configuration><crm_config/><nodes/><resources><group id=\"site\">"
        "<primitive id=\"ip\" class=\"ocf\" provider=\"pacemaker\" "
        "type=\"Dummy\"/><primitive id=\"web\" class=\"ocf\" "
        "provider=\"pacemaker\" type=\"Dummy\"/></group>"
        "<primitive id=\"other\" class=\"ocf\" provider=\"pacemaker\" "
        "type=\"Dummy\"/></resources><constraints/></configuration>";
    static const char *const ids[RESOURCES] = {"ip", "web", "other"};
    struct mu_doc *doc;

    mu_arena_init(&arena, 1 << 26);
    ck_assert_int_eq(
        mu_doc_parse((struct mu_span){(const unsigned char *)xml,
                                      sizeof(xml) - 1},
                     &doc, NULL),
        0);
    ck_assert_int_eq(mu_config_read(&arena, doc, MU_CONFIG_STRICT,
                                    &snapshot.config, NULL),
                     0);
    mu_doc_free(doc);
    for (uint32_t i = 0; i < RESOURCES; i++) {
        indexes[i] = mu_config_find_resource(snapshot.config, ids[i]);
    }
    snapshot.status = &status;
    nodes[0] = nodes[1] = (struct mu_plan_node){.is_online = true};
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static struct mu_action
action(enum mu_task task, uint32_t which, uint32_t node)
{
    return (struct mu_action){
        .kind = MU_ACTION_RESOURCE,
        .task = task,
        .resource = snapshot.config->resources[indexes[which]].id,
        .primitive = indexes[which],
        .node = node};
}

static const struct mu_plan *
order(const struct mu_action *actions, uint32_t count, bool is_failed)
{
    static struct mu_plan_placement before;
    static struct mu_plan plan;

    before = (struct mu_plan_placement){
        .resource = actions[count - 1].resource,
        .node = actions[count - 1].node,
        .is_failed = is_failed};
    plan = (struct mu_plan){.actions = actions,
                            .actions_count = count,
                            .nodes_before = nodes,
                            .nodes_after = nodes,
                            .nodes_count = 2,
                            .before = &before,
                            .before_count = 1};
    return mu_caution_order(&arena, &snapshot, &plan);
}

/* Whether action 'then' waits for 'first', directly or through others. */
static bool
waits(const struct mu_plan *plan, uint32_t then, uint32_t first)
{
    const struct mu_action *at = &plan->actions[then];

    for (uint32_t i = 0; i < at->after_count; i++) {
        if (at->after[i] == first || waits(plan, at->after[i], first)) {
            return true;
        }
    }
    return false;
}

/* A daemon came back; the server was found first. It must not be stopped for
 * want of the address before somebody has looked for that. */
START_TEST(a_member_of_a_group_waits_for_looks_at_the_others)
{
    const struct mu_action actions[] = {action(MU_TASK_MONITOR, IP, 0),
                                        action(MU_TASK_STOP, WEB, 0)};

    ck_assert(waits(order(actions, 2, false), 1, 0));
}
END_TEST

/* A failure is handled at once, whoever looks for what elsewhere. */
START_TEST(a_failure_does_not_wait_for_unrelated_looks)
{
    const struct mu_action actions[] = {action(MU_TASK_MONITOR, OTHER, 1),
                                        action(MU_TASK_START, WEB, 0),
                                        action(MU_TASK_STOP, WEB, 0)};

    ck_assert(!waits(order(actions, 3, true), 2, 0));
}
END_TEST

/* Nodes look empty until their services are found: that is no reason to move
 * a healthy service there. */
START_TEST(a_move_for_the_better_waits_for_all_looks)
{
    const struct mu_action actions[] = {action(MU_TASK_MONITOR, OTHER, 1),
                                        action(MU_TASK_START, WEB, 1),
                                        action(MU_TASK_STOP, WEB, 0)};

    ck_assert(waits(order(actions, 3, false), 2, 0));
}
END_TEST

/* An operator empties a node: that waits for nothing unrelated. */
START_TEST(a_standby_node_is_emptied_at_once)
{
    const struct mu_action actions[] = {action(MU_TASK_MONITOR, OTHER, 1),
                                        action(MU_TASK_START, WEB, 1),
                                        action(MU_TASK_STOP, WEB, 0)};

    nodes[0].is_standby = true;
    ck_assert(!waits(order(actions, 3, false), 2, 0));
}
END_TEST

/* A probe may itself wait for a stop; then the stop must not wait for it. */
START_TEST(no_cycle_is_made)
{
    static const uint32_t after[] = {1};
    struct mu_action actions[] = {action(MU_TASK_MONITOR, IP, 0),
                                  action(MU_TASK_STOP, WEB, 0)};
    const struct mu_plan *plan;

    actions[0].after = after;
    actions[0].after_count = 1;
    plan = order(actions, 2, false);
    ck_assert_uint_eq(plan->actions[1].after_count, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("caution");
    TCase *tcase = tcase_create("caution");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_member_of_a_group_waits_for_looks_at_the_others);
    tcase_add_test(tcase, a_failure_does_not_wait_for_unrelated_looks);
    tcase_add_test(tcase, a_move_for_the_better_waits_for_all_looks);
    tcase_add_test(tcase, a_standby_node_is_emptied_at_once);
    tcase_add_test(tcase, no_cycle_is_made);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
