/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan tells agents beyond their parameters: databases decide by the
 * lists of notifications who may be promoted. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/cib_status.h"
#include "sched/sched.h"

static struct mu_arena arena;
static const struct mu_plan *plan;

/* A clone that wants notifications, in a cluster of three nodes where it may
 * not run on the third, and runs on the first. */
static const char *const cib =
    "<cib execution-date='1700000000' have-quorum='1'><configuration>"
    "<crm_config><cluster_property_set id='o'><nvpair id='o1' "
    "name='stonith-enabled' value='false'/><nvpair id='o2' "
    "name='symmetric-cluster' value='false'/></cluster_property_set>"
    "</crm_config><nodes><node id='1' uname='a'/><node id='2' uname='b'/>"
    "<node id='3' uname='c'/></nodes><resources><clone id='dbs'>"
    "<meta_attributes id='m'><nvpair id='m1' name='notify' value='true'/>"
    "</meta_attributes><primitive id='db' class='ocf' provider='heartbeat' "
    "type='Dummy'/></clone></resources><constraints>"
    "<rsc_location id='on-a' rsc='dbs' node='a' score='1'/>"
    "<rsc_location id='on-b' rsc='dbs' node='b' score='1'/></constraints>"
    "</configuration><status>"
    "<node_state id='1' uname='a' in_ccm='true' crmd='online' join='member' "
    "expected='member'><lrm id='1'><lrm_resources><lrm_resource id='db' "
    "class='ocf' provider='heartbeat' type='Dummy'><lrm_rsc_op id='x' "
    "operation='start' interval='0' call-id='1' rc-code='0' op-status='0' "
    "transition-key='1:1:0:x' "
    "op-digest='f2317cad3d54cec5d7d7aa7d0bf35cf8'/></lrm_resource></lrm_resources></lrm>"
    "</node_state>"
    "<node_state id='2' uname='b' in_ccm='true' crmd='online' join='member' "
    "expected='member'/>"
    "<node_state id='3' uname='c' in_ccm='true' crmd='online' join='member' "
    "expected='member'/></status></cib>";

static void
setup(void)
{
    struct mu_errbuf err = {{0}, 0, 0};
    struct mu_span span = {(const unsigned char *)cib, strlen(cib)};
    struct mu_snapshot *snapshot;

    mu_arena_init(&arena, 1u << 26);
    ck_assert_msg(mu_cib_status_read_cib(&arena, span, 0, MU_CONFIG_STRICT,
                                         &snapshot, &err) == 0,
                  "%s", err.text);
    plan = mu_sched_plan(&arena, snapshot, 0);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static const char *
value_of(const struct mu_action *action, const char *name)
{
    for (uint32_t i = 0; i < action->meta_count; i++) {
        if (strcmp(action->meta[i].name, name) == 0) {
            return action->meta[i].value;
        }
    }
    return NULL;
}

/* The notification of 'type' ("pre", "post") to node 'node'. */
static const struct mu_action *
notification(const char *type, uint32_t node)
{
    for (uint32_t i = 0; i < plan->actions_count; i++) {
        const struct mu_action *action = &plan->actions[i];
        const char *own = value_of(action, "notify_type");

        if (action->kind == MU_ACTION_RESOURCE && action->node == node && own &&
            strcmp(own, type) == 0) {
            return action;
        }
    }
    ck_abort_msg("no such notification");
}

START_TEST(notifications_say_what_begins_and_what_is_over)
{
    const struct mu_action *pre = notification("pre", 0);
    const struct mu_action *post = notification("post", 0);

    ck_assert_str_eq(value_of(pre, "notify_operation"), "start");
    ck_assert_str_eq(value_of(pre, "notify_key_type"), "pre");
    ck_assert_str_eq(value_of(pre, "notify_key_operation"), "start");
    ck_assert_str_eq(value_of(post, "notify_operation"), "start");
    ck_assert_str_eq(value_of(post, "notify_key_type"), "post");
    ck_assert_str_eq(value_of(post, "notify_key_operation"), "running");
}
END_TEST

/* An empty list is one blank: agents split it into words. */
START_TEST(notifications_list_who_and_where)
{
    const struct mu_action *post = notification("post", 1);

    ck_assert_str_eq(value_of(post, "notify_active_uname"), "a");
    ck_assert_str_eq(value_of(post, "notify_start_uname"), "b");
    ck_assert_str_eq(value_of(post, "notify_stop_uname"), " ");
    ck_assert_str_eq(value_of(post, "notify_available_uname"), "a b");
    ck_assert_str_eq(value_of(post, "notify_all_uname"), "a b c");
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("told");
    TCase *tcase = tcase_create("plans");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, notifications_say_what_begins_and_what_is_over);
    tcase_add_test(tcase, notifications_list_who_and_where);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
