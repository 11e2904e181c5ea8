/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What services lose while a plan is carried out. Each case is a cluster in
 * the words of a CIB and the plan that the scheduler makes for it. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/cib_status.h"
#include "sched/downtime.h"
#include "sched/sched.h"

static struct mu_arena arena;
static struct mu_snapshot *snapshot;
static const struct mu_plan *plan;

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

#define DUMMY(id, more) \
    "<primitive id=\"" id "\" class=\"ocf\" provider=\"pacemaker\" " \
    "type=\"Dummy\">" more "<operations><op id=\"" id "-start\" " \
    "name=\"start\" interval=\"0\" timeout=\"60s\"/></operations></primitive>"

/* A history of one resource on one node. */
static const char *
lrm(const char *id, const char *ops)
{
    return mu_text_make(&arena,
                        "<lrm_resource id=\"%s\" class=\"ocf\" "
                        "provider=\"pacemaker\" type=\"Dummy\">%s"
                        "</lrm_resource>",
                        id, ops);
}

static const char *
op(const char *resource, const char *task, int call, int ms, int rc)
{
    return mu_text_make(
        &arena,
        "<lrm_rsc_op id=\"%s_%s_0_%d\" operation=\"%s\" interval=\"0\" "
        "call-id=\"%d\" rc-code=\"%d\" op-status=\"0\" exec-time=\"%d\" "
        "transition-key=\"1:1:%d:x\" "
        "op-digest=\"f2317cad3d54cec5d7d7aa7d0bf35cf8\"/>",
        resource, task, call, task, call, rc, ms, rc);
}

static const char *
node(unsigned id, bool is_up, const char *resources)
{
    return mu_text_make(
        &arena,
        "<node_state id=\"%u\" uname=\"n%u\" in_ccm=\"%s\" crmd=\"%s\" "
        "join=\"%s\" expected=\"member\"><lrm id=\"%u\"><lrm_resources>%s"
        "</lrm_resources></lrm></node_state>",
        id, id, is_up ? "true" : "false", is_up ? "online" : "offline",
        is_up ? "member" : "down", id, resources);
}

/* The plan of a cluster of two. */
static const struct mu_downtimes *
estimate(const char *properties, const char *resources, const char *standby,
         const char *states)
{
    const char *xml = mu_text_make(
        &arena,
        "<cib have-quorum=\"1\"><configuration><crm_config>"
        "<cluster_property_set id=\"o\">"
        "<nvpair id=\"o-f\" name=\"stonith-enabled\" value=\"%s\"/>"
        "</cluster_property_set></crm_config><nodes>"
        "<node id=\"1\" uname=\"n1\">%s</node><node id=\"2\" uname=\"n2\"/>"
        "</nodes><resources>%s</resources><constraints/></configuration>"
        "<status>%s</status></cib>",
        properties, standby, resources, states);
    struct mu_errbuf err = {0};
    int r = mu_cib_status_read_cib(
        &arena, (struct mu_span){(const unsigned char *)xml, strlen(xml)},
        1000000, MU_CONFIG_STRICT, &snapshot, &err);

    ck_assert_msg(r == 0, "%s", err.text);
    plan = mu_sched_plan(&arena, snapshot, 0);
    return mu_downtime_make(&arena, snapshot, plan);
}

#define STANDBY \
    "<instance_attributes id=\"n1-a\"><nvpair id=\"n1-s\" name=\"standby\" " \
    "value=\"on\"/></instance_attributes>"

static const char *
said(const struct mu_downtimes *downtimes, uint32_t at)
{
    ck_assert_uint_lt(at, downtimes->count);
    return mu_downtime_text(&arena, snapshot, plan, &downtimes->items[at]);
}

/* Where web has run: on n1, and some time ago on n2. */
static const char *
web_states(void)
{
    return mu_text_make(
        &arena, "%s%s", node(1, true, lrm("web", op("web", "start", 5, 1200, 0))),
        node(2, true, lrm("web", op("web", "stop", 4, 300, 0))));
}

/* The operator wants to know what a planned move costs. */
START_TEST(a_move_takes_a_stop_and_a_start)
{
    const struct mu_downtimes *downtimes =
        estimate("false", DUMMY("web", ""), STANDBY, web_states());

    ck_assert_uint_eq(downtimes->count, 1);
    ck_assert_int_eq(downtimes->items[0].kind, MU_DOWNTIME_PAUSES);
    ck_assert_int_eq(downtimes->items[0].begin_ms, 0);
    ck_assert_int_eq(downtimes->items[0].end_ms, 1500);
    ck_assert_str_eq(said(downtimes, 0), "web: down for 1.5 s (n1 to n2)");
}
END_TEST

/* A guess must not look like a measurement. */
START_TEST(what_was_never_measured_counts_with_its_timeout)
{
    const struct mu_downtimes *downtimes = estimate(
        "false", DUMMY("web", ""), "",
        mu_text_make(&arena, "%s%s",
                     node(1, true, lrm("web", op("web", "monitor", 1, 9, 7))),
                     node(2, true, lrm("web", op("web", "monitor", 2, 9, 7)))));

    ck_assert_uint_eq(downtimes->count, 1);
    ck_assert_int_eq(downtimes->items[0].kind, MU_DOWNTIME_BEGINS);
    ck_assert_uint_ne(downtimes->items[0].unmeasured, MU_PLAN_NONE);
    ck_assert_str_eq(said(downtimes, 0),
                     "web: up after at most 60 s (n1); no measurement yet of "
                     "start of web, at most the timeout 60 s");
}
END_TEST

/* Members of a group go down one after the other: each loses another span. */
START_TEST(members_of_a_group_wait_for_each_other)
{
    const struct mu_downtimes *downtimes = estimate(
        "false",
        "<group id=\"g\">" DUMMY("ip", "") DUMMY("web", "") "</group>", STANDBY,
        mu_text_make(
            &arena, "%s%s",
            node(1, true,
                 mu_text_make(&arena, "%s%s",
                              lrm("ip", op("ip", "start", 5, 100, 0)),
                              lrm("web", op("web", "start", 6, 1000, 0)))),
            node(2, true,
                 mu_text_make(&arena, "%s%s",
                              lrm("ip", op("ip", "stop", 4, 50, 0)),
                              lrm("web", op("web", "stop", 3, 400, 0))))));

    ck_assert_uint_eq(downtimes->count, 2);
    ck_assert_str_eq(downtimes->items[0].service, "ip");
    ck_assert_int_eq(downtimes->items[0].begin_ms, 400);
    ck_assert_int_eq(downtimes->items[0].end_ms, 550);
    ck_assert_int_eq(downtimes->items[1].begin_ms, 0);
    ck_assert_int_eq(downtimes->items[1].end_ms, 1550);
    ck_assert_int_eq(downtimes->whole_ms, 1550);
}
END_TEST

/* What runs on a lost node is down from the beginning. */
START_TEST(a_lost_node_is_down_until_it_is_fenced_and_started_elsewhere)
{
    const struct mu_downtimes *downtimes = estimate(
        "true",
        DUMMY("web", "") "<primitive id=\"f\" class=\"stonith\" "
                         "type=\"fence_dummy\"/>",
        "",
        mu_text_make(&arena, "%s%s",
                     node(1, false,
                          lrm("web", op("web", "start", 5, 1200, 0))),
                     node(2, true,
                          mu_text_make(&arena, "%s%s",
                                       lrm("web", op("web", "monitor", 4, 30,
                                                     7)),
                                       "<lrm_resource id=\"f\" "
                                       "class=\"stonith\" type=\"fence_dummy\">"
                                       "<lrm_rsc_op id=\"f_start_0\" "
                                       "operation=\"start\" interval=\"0\" "
                                       "call-id=\"6\" rc-code=\"0\" "
                                       "op-status=\"0\" exec-time=\"20\" "
                                       "transition-key=\"1:1:0:x\"/>"
                                       "</lrm_resource>"))));
    const struct mu_downtime *web = NULL;

    for (uint32_t i = 0; i < downtimes->count; i++) {
        if (strcmp(downtimes->items[i].service, "web") == 0) {
            web = &downtimes->items[i];
        }
    }
    ck_assert_ptr_nonnull(web);
    ck_assert_int_eq(web->kind, MU_DOWNTIME_PAUSES);
    ck_assert_int_eq(web->begin_ms, 0);
    /* Fencing was never measured: its timeout of a minute stands in. */
    ck_assert_int_eq(web->end_ms, 60000 + 1200);
    ck_assert_int_eq(plan->actions[web->unmeasured].kind, MU_ACTION_FENCE);
}
END_TEST

/* Deleting a service ends it: that must be said in so many words. */
START_TEST(a_service_without_a_place_ends)
{
    const struct mu_downtimes *downtimes = estimate(
        "false",
        DUMMY("web", "<meta_attributes id=\"m\"><nvpair id=\"m-t\" "
                     "name=\"target-role\" value=\"Stopped\"/>"
                     "</meta_attributes>"),
        "", web_states());

    ck_assert_uint_eq(downtimes->count, 1);
    ck_assert_int_eq(downtimes->items[0].kind, MU_DOWNTIME_ENDS);
    ck_assert_str_eq(said(downtimes, 0),
                     "web: down at once, and stays so (n1)");
}
END_TEST

/* A history keeps the newest operation: what a stop takes must be known while
 * the resource runs. The cluster keeps it beside, also in the text of a CIB. */
START_TEST(times_that_the_cluster_has_kept_come_first)
{
    const struct mu_downtimes *downtimes = estimate(
        "false", DUMMY("web", ""), STANDBY,
        mu_text_make(
            &arena,
            "%s%s<durations><duration id=\"web\" operation=\"start\" "
            "exec-time=\"2000\"/><duration id=\"web\" operation=\"stop\" "
            "exec-time=\"500\"/><duration operation=\"stop\"/><duration/>"
            "</durations>",
            node(1, true, lrm("web", op("web", "start", 5, 1200, 0))),
            node(2, true, lrm("web", op("web", "monitor", 2, 9, 7)))));
    struct mu_text_buffer text;

    ck_assert_str_eq(said(downtimes, 0), "web: down for 2.5 s (n1 to n2)");
    mu_text_buffer_init(&text, &arena);
    mu_cib_status_write(snapshot->status, 0, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "<duration id=\"web\" "
                                            "operation=\"stop\" "
                                            "exec-time=\"500\"/>"));
}
END_TEST

/* Nothing is said of services that nothing happens to. */
START_TEST(what_stays_is_not_mentioned)
{
    ck_assert_uint_eq(
        estimate("false", DUMMY("web", ""), "", web_states())->count, 0);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("downtime");
    TCase *tcase = tcase_create("downtime");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_move_takes_a_stop_and_a_start);
    tcase_add_test(tcase, what_was_never_measured_counts_with_its_timeout);
    tcase_add_test(tcase, members_of_a_group_wait_for_each_other);
    tcase_add_test(
        tcase, a_lost_node_is_down_until_it_is_fenced_and_started_elsewhere);
    tcase_add_test(tcase, a_service_without_a_place_ends);
    tcase_add_test(tcase, times_that_the_cluster_has_kept_come_first);
    tcase_add_test(tcase, what_stays_is_not_mentioned);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
