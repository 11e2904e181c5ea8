/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known right after something happened: the questions "what if" begin
 * with it, so it must look as a real cluster would. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "model/cib_status.h"
#include "sched/happen.h"
#include "sched/sched.h"

static struct mu_arena arena;
static struct mu_snapshot *snapshot;

static const char cluster[] =
    "<cib have-quorum='1' dc-uuid='1'><configuration><crm_config>"
    "<cluster_property_set id='o'><nvpair id='o-f' name='stonith-enabled' "
    "value='false'/></cluster_property_set></crm_config><nodes>"
    "<node id='1' uname='n1'/><node id='2' uname='n2'/></nodes><resources>"
    "<primitive id='web' class='ocf' provider='heartbeat' type='Dummy'>"
    "<operations><op id='m' name='monitor' interval='10s'/></operations>"
    "</primitive></resources><constraints/></configuration><status>"
    "<node_state id='1' uname='n1' in_ccm='true' crmd='online' join='member' "
    "expected='member'><transient_attributes id='1'>"
    "<instance_attributes id='t'><nvpair id='t-1' name='a' value='1'/>"
    "<nvpair id='t-2' name='z' value='2'/></instance_attributes>"
    "</transient_attributes><lrm id='1'><lrm_resources>"
    "<lrm_resource id='web' class='ocf' provider='heartbeat' type='Dummy'>"
    "<lrm_rsc_op id='web_last_0' operation='start' call-id='5' rc-code='0' "
    "op-status='0' interval='0' transition-key='1:1:0:x' on_node='n1'/>"
    "<lrm_rsc_op id='web_monitor_10000' operation='monitor' call-id='6' "
    "rc-code='0' op-status='0' interval='10000' transition-key='2:1:0:x' "
    "on_node='n1'/></lrm_resource></lrm_resources></lrm></node_state>"
    "<node_state id='2' uname='n2' in_ccm='true' crmd='online' join='member' "
    "expected='member'><lrm id='2'><lrm_resources><lrm_resource id='web' "
    "class='ocf' provider='heartbeat' type='Dummy'><lrm_rsc_op "
    "id='web_last_0' operation='monitor' call-id='3' rc-code='7' "
    "op-status='0' interval='0' transition-key='1:1:7:x' on_node='n2'/>"
    "</lrm_resource></lrm_resources></lrm></node_state></status></cib>";

static void
setup(void)
{
    struct mu_errbuf err = {0};

    mu_arena_init(&arena, 1 << 26);
    ck_assert_msg(
        mu_cib_status_read_cib(
            &arena,
            (struct mu_span){(const unsigned char *)cluster, strlen(cluster)},
            1000000, MU_CONFIG_STRICT, &snapshot, &err) == 0,
        "%s", err.text);
    snapshot->coordinator = 0;
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static const char *
place_after(const struct mu_snapshot *next)
{
    const struct mu_plan *plan = mu_sched_plan(&arena, next, 0);

    for (uint32_t i = 0; i < plan->after_count; i++) {
        if (plan->after[i].node != MU_PLAN_NONE) {
            return next->status->nodes[plan->after[i].node].name;
        }
    }
    return "nowhere";
}

static const char *
attribute(const struct mu_status_node *node, const char *name)
{
    for (uint32_t i = 0; i < node->attributes_count; i++) {
        if (strcmp(node->attributes[i].name, name) == 0) {
            return node->attributes[i].value;
        }
    }
    return NULL;
}

/* The one who is asked keeps his snapshot: he may ask something else. */
START_TEST(a_lost_node_is_lost_in_the_copy_only)
{
    struct mu_snapshot *next = mu_happen_node_lost(&arena, snapshot, 0);

    ck_assert(!next->status->nodes[0].is_member);
    ck_assert(snapshot->status->nodes[0].is_member);
    ck_assert_str_eq(place_after(next), "n2");
    ck_assert_str_eq(place_after(snapshot), "n1");
}
END_TEST

/* The lost node cannot coordinate what is done about its loss. */
START_TEST(another_node_coordinates_then)
{
    ck_assert_uint_eq(mu_happen_node_lost(&arena, snapshot, 0)->coordinator, 1);
    ck_assert_uint_eq(mu_happen_node_lost(&arena, snapshot, 1)->coordinator, 0);
}
END_TEST

START_TEST(a_node_that_joins_may_be_used)
{
    struct mu_snapshot *lost = mu_happen_node_lost(&arena, snapshot, 1);
    struct mu_snapshot *next = mu_happen_node_joined(&arena, lost, 1);

    next = mu_happen_node_lost(&arena, next, 0);
    ck_assert_str_eq(place_after(next), "n2");
}
END_TEST

START_TEST(standby_moves_the_work)
{
    ck_assert_str_eq(place_after(mu_happen_node_standby(&arena, snapshot, 0)),
                     "n2");
}
END_TEST

/* One failure is answered on the spot, as many as there can be are not. */
START_TEST(a_failure_counts_as_often_as_is_said)
{
    struct mu_snapshot *once =
        mu_happen_resource_failed(&arena, snapshot, 0, "web", 1);
    struct mu_snapshot *for_ever = mu_happen_resource_failed(
        &arena, snapshot, 0, "web", MU_SCORE_INFINITY);

    ck_assert_str_eq(place_after(once), "n1");
    ck_assert_uint_gt(mu_sched_plan(&arena, once, 0)->actions_count, 0);
    ck_assert_str_eq(place_after(for_ever), "n2");
    ck_assert_str_eq(attribute(&for_ever->status->nodes[0],
                               "fail-count-web#monitor_10000"),
                     "INFINITY");
}
END_TEST

/* Look-ups in attributes rely on their order. */
START_TEST(attributes_stay_sorted)
{
    struct mu_snapshot *next = mu_happen_resource_failed(
        &arena, mu_happen_node_standby(&arena, snapshot, 0), 0, "web", 3);
    const struct mu_status_node *node;

    next = mu_happen_resource_failed(&arena, next, 0, "web", 4);
    node = &next->status->nodes[0];
    ck_assert_uint_eq(node->attributes_count, 5);
    for (uint32_t i = 1; i < node->attributes_count; i++) {
        ck_assert_int_lt(strcmp(node->attributes[i - 1].name,
                                node->attributes[i].name),
                         0);
    }
    ck_assert_str_eq(attribute(node, "fail-count-web#monitor_10000"), "4");
    ck_assert_str_eq(attribute(node, "z"), "2");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("happen");
    TCase *all = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_lost_node_is_lost_in_the_copy_only);
    tcase_add_test(all, another_node_coordinates_then);
    tcase_add_test(all, a_node_that_joins_may_be_used);
    tcase_add_test(all, standby_moves_the_work);
    tcase_add_test(all, a_failure_counts_as_often_as_is_said);
    tcase_add_test(all, attributes_stay_sorted);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
