/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would be after a plan. The proof is in the next plan: when everything
 * was carried out, nothing is left to be done. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/cib_status.h"
#include "sched/carry.h"
#include "sched/happen.h"
#include "sched/sched.h"

#define DUMMY(id)                                                             \
    "<primitive id=\"" id "\" class=\"ocf\" provider=\"pacemaker\" "          \
    "type=\"Dummy\"><operations><op id=\"" id "-m\" name=\"monitor\" "        \
    "interval=\"10s\"/></operations></primitive>"

static struct mu_arena arena;
static const char *web_state; /* A parameter. */

/* Two nodes that are up and know nothing; 'of_node' is in the first. */
static struct mu_snapshot *
cluster(const char *of_node, const char *constraints)
{
    const char *xml = mu_text_make(
        &arena,
        "<cib have-quorum=\"1\"><configuration><crm_config>"
        "<cluster_property_set id=\"o\"><nvpair id=\"o-f\" "
        "name=\"stonith-enabled\" value=\"false\"/></cluster_property_set>"
        "</crm_config><nodes><node id=\"1\" uname=\"n1\">%s</node>"
        "<node id=\"2\" uname=\"n2\"/></nodes><resources>"
        "<primitive id=\"web\" class=\"ocf\" provider=\"pacemaker\" "
        "type=\"Dummy\"><instance_attributes id=\"w\"><nvpair id=\"w-s\" "
        "name=\"state\" value=\"%s\"/></instance_attributes><operations>"
        "<op id=\"web-m\" name=\"monitor\" interval=\"10s\"/></operations>"
        "</primitive><group id=\"g\">" DUMMY("a") DUMMY("b") "</group>"
        "<clone id=\"c\">" DUMMY("ping") "</clone></resources>"
        "<constraints>%s</constraints></configuration><status>"
        "<node_state id=\"1\" uname=\"n1\" in_ccm=\"true\" crmd=\"online\" "
        "join=\"member\" expected=\"member\"/>"
        "<node_state id=\"2\" uname=\"n2\" in_ccm=\"true\" crmd=\"online\" "
        "join=\"member\" expected=\"member\"/></status></cib>",
        of_node, web_state, constraints);
    struct mu_snapshot *snapshot;
    struct mu_errbuf err = {0};
    int r = mu_cib_status_read_cib(
        &arena, (struct mu_span){(const unsigned char *)xml, strlen(xml)},
        1000000, MU_CONFIG_STRICT, &snapshot, &err);

    ck_assert_msg(r == 0, "%s", err.text);
    return snapshot;
}

/* Carries out plans until nothing is left; returns how many it took. */
static unsigned
settle(struct mu_snapshot **snapshot)
{
    unsigned count = 0;

    while (count < 5) {
        const struct mu_plan *plan = mu_sched_plan(&arena, *snapshot, 0);

        if (plan->actions_count == 0) {
            break;
        }
        *snapshot = mu_carry_out(&arena, *snapshot, plan);
        count++;
    }
    return count;
}

static const char *
place_of(const struct mu_snapshot *snapshot, const char *resource)
{
    const struct mu_plan *plan = mu_sched_plan(&arena, snapshot, 0);

    for (uint32_t i = 0; i < plan->before_count; i++) {
        if (strcmp(plan->before[i].resource, resource) == 0 &&
            plan->before[i].node != MU_PLAN_NONE &&
            plan->before[i].role > MU_ROLE_STOPPED) {
            return snapshot->status->nodes[plan->before[i].node].name;
        }
    }
    return "";
}

/* Probes, starts and monitors: after one plan everything runs. */
START_TEST(after_a_plan_nothing_is_left_to_be_done)
{
    struct mu_snapshot *snapshot = cluster("", "");

    ck_assert_uint_eq(settle(&snapshot), 1);
    ck_assert_str_ne(place_of(snapshot, "web"), "");
    ck_assert_str_eq(place_of(snapshot, "a"), place_of(snapshot, "b"));
}
END_TEST

/* Stops and starts: what runs on a node that goes on standby is elsewhere. */
START_TEST(what_was_moved_is_where_the_plan_put_it)
{
    struct mu_snapshot *snapshot = cluster("", "");
    const struct mu_config *standby;

    (void)settle(&snapshot);
    standby = cluster("<instance_attributes id=\"i\"><nvpair id=\"i-s\" "
                      "name=\"standby\" value=\"on\"/></instance_attributes>",
                      "")
                  ->config;
    snapshot->config = standby;
    ck_assert_uint_eq(settle(&snapshot), 1);
    ck_assert_str_eq(place_of(snapshot, "web"), "n2");
    ck_assert_str_eq(place_of(snapshot, "b"), "n2");
    ck_assert_str_eq(place_of(snapshot, "ping"), "n2");
}
END_TEST

/* A failure of long ago is forgotten once, not in every plan to come. */
START_TEST(what_was_forgotten_is_not_forgotten_again)
{
    struct mu_snapshot *snapshot =
        cluster("", "</constraints><rsc_defaults><meta_attributes id=\"r\">"
                    "<nvpair id=\"r-t\" name=\"failure-timeout\" "
                    "value=\"60s\"/></meta_attributes></rsc_defaults>"
                    "<constraints>");
    uint32_t node;

    (void)settle(&snapshot);
    node = strcmp(place_of(snapshot, "web"), "n1") == 0 ? 0 : 1;
    snapshot = mu_happen_resource_failed(&arena, snapshot, node, "web", 1);
    ck_assert_uint_eq(settle(&snapshot), 1);
    ck_assert_uint_eq(snapshot->status->nodes[node].attributes_count, 2);
    snapshot->now_ms += 61000;
    ck_assert_uint_eq(settle(&snapshot), 1);
    ck_assert_uint_eq(snapshot->status->nodes[node].attributes_count, 0);
}
END_TEST

/* What was started with the parameters of today is as it should be; with
 * others it is started again. */
START_TEST(what_was_started_remembers_its_parameters)
{
    struct mu_snapshot *snapshot = cluster("", "");

    (void)settle(&snapshot);
    snapshot->config = cluster("", "")->config;
    ck_assert_uint_eq(settle(&snapshot), 0);
    web_state = "/run/b";
    snapshot->config = cluster("", "")->config;
    ck_assert_uint_eq(settle(&snapshot), 1);
    ck_assert_str_ne(place_of(snapshot, "web"), "");
}
END_TEST

/* An attribute counts as if the node had said it; taken back, all is as it
 * was. */
START_TEST(an_attribute_that_is_set_and_removed_leaves_no_trace)
{
    struct mu_snapshot *snapshot = cluster("", "");
    struct mu_snapshot *next;

    (void)settle(&snapshot);
    next = mu_happen_attribute(&arena, snapshot, 0, "standby", "on");
    ck_assert_uint_eq(settle(&next), 1);
    ck_assert_str_eq(place_of(next, "web"), "n2");
    next = mu_happen_attribute(&arena, next, 0, "standby", NULL);
    ck_assert_uint_eq(next->status->nodes[0].attributes_count, 0);
    ck_assert_uint_eq(snapshot->status->nodes[0].attributes_count, 0);
}
END_TEST

/* A failure and its fail count go together; what never failed stays known. */
START_TEST(what_is_forgotten_is_looked_for_again)
{
    struct mu_snapshot *snapshot = cluster("", "");
    struct mu_snapshot *next;
    uint32_t web;
    uint32_t node;

    (void)settle(&snapshot);
    web = mu_config_find_resource(snapshot->config, "web");
    node = strcmp(place_of(snapshot, "web"), "n1") == 0 ? 0 : 1;
    next = mu_happen_resource_failed(&arena, snapshot, node, "web", 1);
    ck_assert_uint_gt(next->status->nodes[node].attributes_count, 0);
    next = mu_happen_forgotten(&arena, next, node, web, false);
    ck_assert_uint_eq(next->status->nodes[node].attributes_count, 0);
    next = mu_happen_forgotten(&arena, next, node, web, true);
    ck_assert_uint_eq(next->status->nodes[node].resources_count,
                      snapshot->status->nodes[node].resources_count - 1);
    ck_assert_uint_gt(mu_sched_plan(&arena, next, 0)->actions_count, 0);
}
END_TEST

/* Somebody says that a node is down: what it ran is started elsewhere. */
START_TEST(a_node_that_is_down_holds_nothing)
{
    struct mu_snapshot *snapshot = cluster("", "");

    (void)settle(&snapshot);
    snapshot = mu_happen_node_down(&arena, snapshot, 0);
    (void)settle(&snapshot);
    ck_assert_str_eq(place_of(snapshot, "web"), "n2");
    ck_assert_str_eq(place_of(snapshot, "b"), "n2");
}
END_TEST

/* What a node takes down with it is not started anywhere else afterwards. */
START_TEST(a_lock_outlives_the_shutdown)
{
    struct mu_snapshot *snapshot = cluster("", "");
    struct mu_config *config;

    (void)settle(&snapshot);
    config = mu_arena_new(&arena, struct mu_config, 1);
    *config = *snapshot->config;
    config->options.shutdown_lock = true;
    snapshot->config = config;
    ck_assert_str_eq(place_of(snapshot, "web"), "n1");
    snapshot = mu_happen_attribute(&arena, snapshot, 0, "shutdown", "900");
    ck_assert_uint_eq(settle(&snapshot), 1);
    ck_assert(!snapshot->status->nodes[0].is_member);
    ck_assert_str_eq(place_of(snapshot, "web"), "");
    snapshot = mu_happen_node_joined(&arena, snapshot, 0);
    (void)settle(&snapshot);
    ck_assert_str_eq(place_of(snapshot, "web"), "n1");
}
END_TEST

/* A ticket that nobody has seen yet, and the same one again. */
START_TEST(tickets_are_added_and_changed)
{
    struct mu_snapshot *snapshot = cluster("", "");
    struct mu_status_ticket ticket = {.id = "t", .is_granted = true};

    snapshot = mu_happen_ticket(&arena, snapshot, &ticket);
    ticket.is_granted = false;
    snapshot = mu_happen_ticket(&arena, snapshot, &ticket);
    ck_assert_uint_eq(snapshot->status->tickets_count, 1);
    ck_assert(!snapshot->status->tickets[0].is_granted);
}
END_TEST

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
    web_state = "/run/a";
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

int
main(void)
{
    Suite *suite = suite_create("carry");
    TCase *tcase = tcase_create("carry");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, after_a_plan_nothing_is_left_to_be_done);
    tcase_add_test(tcase, what_was_moved_is_where_the_plan_put_it);
    tcase_add_test(tcase, what_was_forgotten_is_not_forgotten_again);
    tcase_add_test(tcase, what_was_started_remembers_its_parameters);
    tcase_add_test(tcase,
                   an_attribute_that_is_set_and_removed_leaves_no_trace);
    tcase_add_test(tcase, what_is_forgotten_is_looked_for_again);
    tcase_add_test(tcase, a_node_that_is_down_holds_nothing);
    tcase_add_test(tcase, a_lock_outlives_the_shutdown);
    tcase_add_test(tcase, tickets_are_added_and_changed);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
