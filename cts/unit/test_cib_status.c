/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status: what a file says has happened becomes records, in order, and back. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/cib_status.h"

static struct mu_arena arena;
static struct mu_errbuf err;

static void
setup(void)
{
    mu_arena_init(&arena, 1u << 28);
    mu_errbuf_set(&err, "none");
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static struct mu_snapshot *
snapshot_of(const char *xml)
{
    struct mu_snapshot *snapshot = NULL;
    struct mu_span span = {(const unsigned char *)xml, strlen(xml)};
    int r = mu_cib_status_read_cib(&arena, span, 5000, MU_CONFIG_STRICT,
                                   &snapshot, &err);

    ck_assert_msg(r == 0, "%u: %s", err.line, err.text);
    return snapshot;
}

#define CONFIGURATION \
    "<configuration><nodes><node id='1' uname='node10'/><node id='2' " \
    "uname='node9'/><node id='3' uname='far' type='remote'/></nodes>" \
    "</configuration>"
#define CIB(status) \
    "<cib epoch='7' have-quorum='1' dc-uuid='2' " \
    "execution-date='1600000000'>" CONFIGURATION "<status>" status \
    "</status></cib>"
#define HISTORY(ops) \
    CIB("<node_state id='1' uname='node10'><lrm id='1'><lrm_resources>" \
        "<lrm_resource id='web' class='ocf' provider='heartbeat' " \
        "type='nginx'>" ops "</lrm_resource></lrm_resources></lrm>" \
        "</node_state>")

/* Time, quorum and coordinator of a file are part of the question that is
 * asked with it. */
START_TEST(the_cib_itself_gives_time_and_quorum)
{
    const struct mu_snapshot *snapshot = snapshot_of(CIB(""));
    const struct mu_status *status = snapshot->status;

    ck_assert_int_eq(snapshot->now_ms, INT64_C(1600000000000));
    ck_assert(snapshot->is_quorate);
    ck_assert(!snapshot->had_quorum);
    ck_assert_int_eq(snapshot->config->epoch, 7);
    ck_assert_uint_eq(status->nodes_count, 3);
    ck_assert_str_eq(status->nodes[snapshot->coordinator].name, "node9");
    snapshot = snapshot_of("<cib><configuration/><status/></cib>");
    ck_assert_int_eq(snapshot->now_ms, 5000);
    ck_assert(!snapshot->is_quorate);
    ck_assert_uint_eq(snapshot->coordinator, MU_CONFIG_NONE);
}
END_TEST

/* Nodes come in the order that decides ties, configured ones without a state
 * and strangers with one included. */
START_TEST(nodes_are_joined_and_sorted)
{
    const struct mu_status *status =
        snapshot_of(CIB("<node_state id='9' uname='stranger' in_ccm='true'/>"
                        "<node_state id='1' in_ccm='1718744075' "
                        "crmd='1718744168' join='member' expected='member'/>"
                        "<node_state id='77'/>"
                        "<node_state id='3' uname='far' node_fenced='1' "
                        "remote_node='true' node_in_maintenance='1'/>"))
            ->status;
    static const char *const names[] = {"far", "node9", "node10", "stranger"};

    ck_assert_uint_eq(status->nodes_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_str_eq(status->nodes[i].name, names[i]);
    }
    ck_assert(status->nodes[0].is_remote);
    ck_assert(status->nodes[0].is_fenced);
    ck_assert(status->nodes[0].is_in_maintenance);
    ck_assert(!status->nodes[1].is_seen);
    ck_assert_uint_eq(status->nodes[2].config_node, 0);
    ck_assert_uint_eq(status->nodes[3].config_node, MU_CONFIG_NONE);
}
END_TEST

static const struct {
    const char *attributes;
    bool is_member, is_process_up;
    int64_t member_since_ms;
    enum mu_join join;
} states[] = {
    {"in_ccm='true' crmd='online' join='member'", true, true, 0,
     MU_JOIN_MEMBER},
    {"in_ccm='false' crmd='offline' join='down'", false, false, 0,
     MU_JOIN_DOWN},
    {"in_ccm='1718744075' crmd='0' join='pending'", true, false,
     INT64_C(1718744075000), MU_JOIN_PENDING},
    {"in_ccm='0' crmd='1718744168'", false, true, 0, MU_JOIN_NONE},
    {"in_ccm='1' crmd='x' join='banned'", true, false, 0, MU_JOIN_BANNED},
};

/* Flags of old files and times of new ones mean the same. */
START_TEST(membership_is_read_in_both_forms)
{
    const struct mu_status *status =
        snapshot_of(mu_text_make(&arena, CIB("<node_state uname='node9' %s/>"),
                                 states[_i].attributes))
            ->status;
    const struct mu_status_node *node = &status->nodes[1];

    ck_assert(node->is_seen);
    ck_assert(node->is_member == states[_i].is_member);
    ck_assert(node->is_process_up == states[_i].is_process_up);
    ck_assert_int_eq(node->member_since_ms, states[_i].member_since_ms);
    ck_assert_int_eq(node->join, states[_i].join);
}
END_TEST

/* A state that says nothing about membership is that of a node that nobody has
 * seen yet, and stays so when written. */
START_TEST(unknown_membership_is_kept_apart)
{
    const struct mu_status *status =
        snapshot_of(CIB("<node_state uname='node9' crmd='offline'/>"
                        "<node_state uname='node10' in_ccm='false'/>"))
            ->status;
    struct mu_text_buffer text;

    ck_assert(status->nodes[1].is_member_unknown);
    ck_assert(!status->nodes[2].is_member_unknown);
    ck_assert(!status->nodes[1].is_member);
    mu_text_buffer_init(&text, &arena);
    mu_cib_status_write_node(&status->nodes[1], 0, &text);
    ck_assert_ptr_null(strstr(text.data, "in_ccm"));
}
END_TEST

/* Attributes are looked up by halves: they must be sorted, and of a doubled
 * one the later counts. */
START_TEST(attributes_are_sorted_and_unique)
{
    const struct mu_status_node *node =
        &snapshot_of(
             CIB("<node_state id='1' uname='node10'><transient_attributes "
                 "id='1'><instance_attributes id='i'>"
                 "<nvpair id='a' name='pingd' value='1'/>"
                 "<nvpair id='b' name='fail-count-web#start_0' "
                 "value='INFINITY'/></instance_attributes>"
                 "<instance_attributes id='j'>"
                 "<nvpair id='c' name='pingd' value='2'/>"
                 "</instance_attributes><utilization id='u'>"
                 "<nvpair id='d' name='memory' value='8'/></utilization>"
                 "</transient_attributes></node_state>"))
             ->status->nodes[2];

    ck_assert_uint_eq(node->attributes_count, 2);
    ck_assert_str_eq(node->attributes[0].name, "fail-count-web#start_0");
    ck_assert_str_eq(node->attributes[1].value, "2");
    ck_assert_uint_eq(node->utilization_count, 1);
    ck_assert_str_eq(node->utilization[0].name, "memory");
}
END_TEST

/* Replaying starts with the oldest: by call, a pending one by its transition
 * when one planner counted both, failures of a call by time. */
START_TEST(operations_are_in_the_order_of_events)
{
    const struct mu_status_node *node =
        &snapshot_of(
             HISTORY(
                 "<lrm_rsc_op id='web_monitor_10000' operation='monitor' "
                 "call-id='12' rc-code='0' op-status='0' interval='10000'/>"
                 "<lrm_rsc_op id='web_start_0' operation='start' call-id='-1' "
                 "op-status='-1' transition-key='1:5:0:aa' interval='0'/>"
                 "<lrm_rsc_op id='web_last_0' operation='stop' call-id='14' "
                 "rc-code='0' op-status='0' transition-key='1:6:0:aa' "
                 "interval='0'/>"
                 "<lrm_rsc_op id='web_last_failure_0' operation='start' "
                 "call-id='9' rc-code='1' op-status='4' interval='0' "
                 "exit-reason='disk &lt;full&gt;'/>"
                 "<lrm_rsc_op id='web_promote_0' operation='promote' "
                 "call-id='-1' "
                 "op-status='-1' transition-key='2:7:0:aa' interval='0'/>"))
             ->status->nodes[2];
    const struct mu_status_resource *web = &node->resources[0];
    static const char *const ids[] = {"web_last_failure_0", "web_monitor_10000",
                                      "web_start_0", "web_last_0",
                                      "web_promote_0"};

    ck_assert_uint_eq(web->ops_count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_str_eq(web->ops[i].id, ids[i]);
    }
    ck_assert(web->ops[0].is_failure);
    ck_assert_str_eq(web->ops[0].exit_reason, "disk <full>");
    ck_assert_int_eq(web->ops[0].status, MU_OP_STATUS_ERROR);
    ck_assert_int_eq(web->ops[1].interval_ms, 10000);
    ck_assert_int_eq(web->ops[2].call_id, -1);
    ck_assert_int_eq(web->ops[2].status, MU_OP_STATUS_PENDING);
    ck_assert_int_eq(web->ops[4].transition, 7);
}
END_TEST

/* The expected result is in the key, or in what follows the magic. */
START_TEST(expected_results_are_found)
{
    const struct mu_status_op *ops =
        snapshot_of(HISTORY("<lrm_rsc_op id='a' operation='monitor' "
                            "call-id='1' transition-magic='0:7;5:3:7:aa' "
                            "last-rc-change='1500000000' exec-time='20' "
                            "op-digest='d' op-restart-digest='e' "
                            "op-force-restart=' x ' op-secure-digest='f' "
                            "op-secure-params=' y ' crm_feature_set='3.1'/>"
                            "<lrm_rsc_op id='b' operation='start' "
                            "call-id='2' transition-key='5:4:0:aa' "
                            "last_run='1500000001' rc-code='x'/>"))
            ->status->nodes[2]
            .resources[0]
            .ops;

    ck_assert_int_eq(ops[0].expected_rc, 7);
    ck_assert_int_eq(ops[0].transition, 3);
    ck_assert_str_eq(ops[0].transition_magic, "0:7;5:3:7:aa");
    ck_assert_int_eq(ops[0].last_change_ms, INT64_C(1500000000000));
    ck_assert_int_eq(ops[0].exec_ms, 20);
    ck_assert_str_eq(ops[0].digest_all, "d");
    ck_assert_str_eq(ops[0].digest_restart, "e");
    ck_assert_str_eq(ops[0].restart_params, " x ");
    ck_assert_str_eq(ops[0].digest_nonprivate, "f");
    ck_assert_str_eq(ops[0].private_params, " y ");
    ck_assert_str_eq(ops[0].feature_set, "3.1");
    ck_assert_int_eq(ops[1].expected_rc, 0);
    ck_assert_int_eq(ops[1].last_run_ms, INT64_C(1500000001000));
    ck_assert_int_eq(ops[1].rc, -1);
}
END_TEST

/* What is written reads back the same, fencing in flight included: files are
 * how states are kept, mailed and asked about. */
START_TEST(what_is_written_reads_back)
{
    const char *xml = CIB(
        "<node_state id='1' uname='node10' in_ccm='1718744075' crmd='online' "
        "join='member' expected='member' held='true'><transient_attributes "
        "id='1'><instance_attributes id='i'><nvpair id='a' name='#health-x' "
        "value='a&amp;&quot;b'/></instance_attributes><utilization id='u'>"
        "<nvpair id='d' name='memory' value='8'/></utilization>"
        "</transient_attributes><lrm id='1'><lrm_resources><lrm_resource "
        "id='web' class='ocf' provider='heartbeat' type='nginx' "
        "shutdown-lock='1500000000' container='box'><lrm_rsc_op id='a' "
        "operation='monitor' call-id='1' transition-magic='0:7;5:3:7:aa' "
        "rc-code='7' op-status='0' interval='0' "
        "last-rc-change='1500000000'/><lrm_rsc_op id='b' operation='monitor' "
        "call-id='1' rc-code='7' op-status='0' interval='0' "
        "last-rc-change='1500000000'/></lrm_resource><lrm_resource id='empty' "
        "class='lsb' type='x'/></lrm_resources></lrm></node_state>"
        "<tickets><ticket_state id='t' granted='true' standby='false' "
        "last-granted='5'/></tickets><flights><flight op_id='12' "
        "resource='web' task='migrate_to' interval='0' node='node10' "
        "migrate_source='node10' migrate_target='node9'/><flight op_id='13' "
        "task='reboot' interval='0' node='node9'/><flight op_id='14' "
        "task='reboot' node='nobody'/></flights>");
    const struct mu_snapshot *first = snapshot_of(xml);
    const struct mu_snapshot *second;
    struct mu_text_buffer texts[2];

    mu_text_buffer_init(&texts[0], &arena);
    mu_text_buffer_init(&texts[1], &arena);
    ck_assert_uint_eq(first->status->flights_count, 2);
    ck_assert_str_eq(first->status->nodes[first->status->flights[1].node].name,
                     "node9");
    mu_cib_status_write(first->status, 1, &texts[0]);
    second = snapshot_of(
        mu_text_make(&arena, "<cib have-quorum='1'>" CONFIGURATION "\n%s</cib>",
                     texts[0].data));
    mu_cib_status_write(second->status, 1, &texts[1]);
    ck_assert_str_eq(texts[0].data, texts[1].data);
    ck_assert_ptr_nonnull(strstr(
        texts[0].data, "\n          <lrm_resource id=\"empty\" class=\"lsb\" "
                       "type=\"x\"/>\n"));
    ck_assert_str_eq(second->status->nodes[2].attributes[0].value, "a&\"b");
    ck_assert(second->status->nodes[2].is_held);
    ck_assert_str_eq(second->status->nodes[2].resources[1].ops[1].id,
                     first->status->nodes[2].resources[1].ops[1].id);
    ck_assert_int_eq(second->status->tickets[0].last_granted_s, 5);
}
END_TEST

/* Elements in places where they do not belong say nothing. */
START_TEST(sec_elements_in_wrong_places_are_passed_over)
{
    const struct mu_status *status =
        snapshot_of(CIB("<lrm_rsc_op id='x'/><nvpair name='a' value='b'/>"
                        "<lrm_resource id='x'/><node_state id='1' "
                        "uname='node10'><lrm_rsc_op id='x'/><lrm_resources>"
                        "<lrm_resource id='web'/></lrm_resources><tickets>"
                        "<ticket_state id='t'/></tickets></node_state>"))
            ->status;

    ck_assert_uint_eq(status->nodes[2].resources_count, 0);
    ck_assert_uint_eq(status->tickets_count, 0);
}
END_TEST

/* What is no cib is refused with a sentence. */
START_TEST(other_documents_are_refused)
{
    static const char *const cases[] = {"<status/>", "<cib/>",
                                        "<cib><status/></cib>", "<cib>"};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct mu_snapshot *snapshot = NULL;
        struct mu_span span = {(const unsigned char *)cases[i],
                               strlen(cases[i])};

        ck_assert_int_eq(mu_cib_status_read_cib(&arena, span, 0,
                                                MU_CONFIG_LENIENT, &snapshot,
                                                &err),
                         -EBADMSG);
        ck_assert_ptr_null(snapshot);
        ck_assert_str_ne(err.text, "none");
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("cib_status");
    TCase *tcase = tcase_create("cib_status");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, the_cib_itself_gives_time_and_quorum);
    tcase_add_test(tcase, nodes_are_joined_and_sorted);
    tcase_add_loop_test(tcase, membership_is_read_in_both_forms, 0,
                        (int)(sizeof(states) / sizeof(states[0])));
    tcase_add_test(tcase, unknown_membership_is_kept_apart);
    tcase_add_test(tcase, attributes_are_sorted_and_unique);
    tcase_add_test(tcase, operations_are_in_the_order_of_events);
    tcase_add_test(tcase, expected_results_are_found);
    tcase_add_test(tcase, what_is_written_reads_back);
    tcase_add_test(tcase, sec_elements_in_wrong_places_are_passed_over);
    tcase_add_test(tcase, other_documents_are_refused);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
