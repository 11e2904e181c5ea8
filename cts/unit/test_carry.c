/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What would be after a plan. The proof is in the next plan: when everything
 * was carried out, nothing is left to be done. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/cib_status.h"
#include "sched/carry.h"
#include "sched/sched.h"

#define DUMMY(id)                                                             \
    "<primitive id=\"" id "\" class=\"ocf\" provider=\"pacemaker\" "          \
    "type=\"Dummy\"><operations><op id=\"" id "-m\" name=\"monitor\" "        \
    "interval=\"10s\"/></operations></primitive>"

static struct mu_arena arena;

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
        "<node id=\"2\" uname=\"n2\"/></nodes><resources>" DUMMY("web")
        "<group id=\"g\">" DUMMY("a") DUMMY("b") "</group>"
        "<clone id=\"c\">" DUMMY("ping") "</clone></resources>"
        "<constraints>%s</constraints></configuration><status>"
        "<node_state id=\"1\" uname=\"n1\" in_ccm=\"true\" crmd=\"online\" "
        "join=\"member\" expected=\"member\"/>"
        "<node_state id=\"2\" uname=\"n2\" in_ccm=\"true\" crmd=\"online\" "
        "join=\"member\" expected=\"member\"/></status></cib>",
        of_node, constraints);
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

static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
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
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
