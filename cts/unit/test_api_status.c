/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says of a state: the shape that scripts rely on, and which
 * problems a person is told of. State and plan are made by hand, so each test
 * shows all that its answer depends on. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api_private.h"
#include "daemon/api_status.h"
#include "doc/doc.h"

static struct mu_arena arena;
static struct mu_state state;
static struct mu_revision revision;
static struct mu_state_node nodes[3];
static struct mu_state_history histories[8];
static struct mu_status status;
static struct mu_status_node status_nodes[3];
static struct mu_plan_node plan_nodes[3];
static struct mu_plan_placement before[8];
static struct mu_plan_placement after[8];
static struct mu_plan plan;
static struct mu_snapshot snapshot;
static struct mu_api_sight sight;

static const char configuration[] =
    "<configuration><crm_config><cluster_property_set id='o'>"
    "<nvpair id='o1' name='stonith-enabled' value='false'/>"
    "</cluster_property_set></crm_config><nodes/><resources>"
    "<primitive id='web' class='ocf' provider='heartbeat' type='nginx'/>"
    "<clone id='ping-clone'><primitive id='ping' class='ocf' "
    "provider='pacemaker' type='ping'/></clone>"
    "</resources><constraints/></configuration>";

static void
setup(void)
{
    static const char *const names[] = {"node1", "node2", "node3"};
    const struct mu_config *config;
    struct mu_errbuf err;
    struct mu_doc *doc;

    mu_arena_init(&arena, 1 << 24);
    ck_assert_int_eq(
        mu_doc_parse((struct mu_span){(const unsigned char *)configuration,
                                      strlen(configuration)},
                     &doc, &err),
        0);
    ck_assert_msg(
        mu_config_read(&arena, doc, MU_CONFIG_STRICT, &config, &err) == 0, "%s",
        err.text);
    mu_doc_free(doc);
    memset(&state, 0, sizeof(state));
    memset(nodes, 0, sizeof(nodes));
    memset(histories, 0, sizeof(histories));
    memset(before, 0, sizeof(before));
    memset(after, 0, sizeof(after));
    memset(plan_nodes, 0, sizeof(plan_nodes));
    memset(status_nodes, 0, sizeof(status_nodes));
    for (uint32_t i = 0; i < 3; i++) {
        nodes[i] = (struct mu_state_node){.id = i + 1,
                                          .name = names[i],
                                          .state = MU_NODE_STATE_ACTIVE,
                                          .boot_id = "b",
                                          .since_ms = 1000};
        status_nodes[i].name = names[i];
        plan_nodes[i].is_online = true;
    }
    state.nodes = nodes;
    state.nodes_count = 3;
    state.histories = histories;
    state.members_count = 3;
    state.config = config;
    state.config_epoch = 12;
    state.version = 3;
    state.revisions.items = &revision;
    state.revisions.count = 1;
    revision.author = mu_revision_nobody();
    revision.author.user = "root";
    status = (struct mu_status){.nodes = status_nodes, .nodes_count = 3};
    plan = (struct mu_plan){.nodes_before = plan_nodes,
                            .nodes_after = plan_nodes,
                            .nodes_count = 3,
                            .before = before,
                            .after = after,
                            .next_change_ms = INT64_MAX};
    snapshot = (struct mu_snapshot){
        .config = config, .status = &status, .is_quorate = true};
    sight = (struct mu_api_sight){.state = &state,
                                  .snapshot = &snapshot,
                                  .plan = &plan,
                                  .phase = MU_CORE_ACTIVE,
                                  .node_id = 1,
                                  .coordinator = 2,
                                  .is_quorate = true,
                                  .is_idle = true,
                                  .wall_ms = INT64_C(1795289896204),
                                  .cluster_name = "lab"};
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

static void
place(const char *resource, const char *instance, uint32_t node_before,
      uint32_t node_after, const char *reason)
{
    uint32_t primitive = mu_config_find_resource(snapshot.config, resource);

    before[plan.before_count++] = (struct mu_plan_placement){
        .resource = resource,
        .instance = instance,
        .primitive = primitive,
        .node = node_before,
        .role = node_before == MU_PLAN_NONE ? MU_ROLE_STOPPED : MU_ROLE_STARTED,
        .is_managed = true};
    after[plan.after_count++] = (struct mu_plan_placement){
        .resource = resource,
        .instance = instance,
        .primitive = primitive,
        .node = node_after,
        .role = node_after == MU_PLAN_NONE ? MU_ROLE_STOPPED : MU_ROLE_STARTED,
        .is_managed = true,
        .reason = reason};
}

static const json_t *
find(const json_t *array, const char *name, const char *value)
{
    const json_t *one;
    size_t i;

    json_array_foreach(array, i, one)
    {
        const char *its = json_string_value(json_object_get(one, name));

        if (its && strcmp(its, value) == 0) {
            return one;
        }
    }
    return NULL;
}

static const char *
text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "(none)";
}

/* Scripts read these members; none may go or change its type. */
START_TEST(members_are_those_that_are_documented)
{
    static const char *const expected[][14] = {
        {"cluster", "name", "quorate", "coordinator", "revision", "maintenance",
         "idle", NULL},
        {"nodes", "name", "id", "state", "online", "coordinator", "standby",
         "maintenance", "unclean", "pending", "attributes", "resources", NULL},
        {"resources", "id", "kind", "agent", "parent", "role", "target_role",
         "nodes", "managed", "failed", "blocked", "pending", "since", "reason"},
    };
    json_t *answer;

    place("web", NULL, 0, 0, NULL);
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_ptr_nonnull(answer);
    for (unsigned i = 0; i < 3; i++) {
        const json_t *part = json_object_get(answer, expected[i][0]);

        part = json_is_array(part) ? json_array_get(part, 0) : part;
        for (unsigned j = 1; j < 14 && expected[i][j]; j++) {
            ck_assert_msg(json_object_get(part, expected[i][j]) != NULL,
                          "%s.%s", expected[i][0], expected[i][j]);
        }
    }
    ck_assert(json_is_array(json_object_get(answer, "problems")));
    ck_assert(json_is_array(json_object_get(answer, "fencing")));
    ck_assert_str_eq(text_of(json_object_get(answer, "cluster"), "revision"),
                     "0.12.3");
    ck_assert_str_eq(text_of(answer, "health"), "healthy");
    json_decref(answer);
}
END_TEST

/* What would be lost with the next node is no problem yet, but worth a line: it
 * must not turn a healthy cluster into a degraded one. */
START_TEST(what_is_not_survived_is_a_notice)
{
    static const struct mu_outlook_answer outlook = {
        .text = "does not survive the loss of node2",
        .nodes = 3,
        .lost_nodes = 1};
    const json_t *problems;
    json_t *answer;

    place("web", NULL, 0, 0, NULL);
    sight.outlook = &outlook;
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_str_eq(text_of(json_object_get(answer, "cluster"), "survives"),
                     outlook.text);
    problems = json_object_get(answer, "problems");
    ck_assert_uint_eq(json_array_size(problems), 1);
    ck_assert_str_eq(text_of(json_array_get(problems, 0), "severity"),
                     "notice");
    ck_assert_str_eq(text_of(json_array_get(problems, 0), "what"),
                     "resilience");
    ck_assert_str_eq(text_of(answer, "health"), "healthy");
    json_decref(answer);
}
END_TEST

START_TEST(clone_instances_are_entries_of_their_own)
{
    const json_t *resources;
    const json_t *one;
    json_t *answer;

    place("ping", "ping:0", 0, 0, NULL);
    place("ping", "ping:1", 1, 1, NULL);
    answer = mu_api_status_build(&sight, &arena);
    resources = json_object_get(answer, "resources");
    one = find(resources, "id", "ping:1");
    ck_assert_ptr_nonnull(one);
    ck_assert_str_eq(text_of(one, "parent"), "ping-clone");
    ck_assert_str_eq(text_of(one, "agent"), "ocf:pacemaker:ping");
    one = find(resources, "id", "ping-clone");
    ck_assert_str_eq(text_of(one, "kind"), "clone");
    ck_assert_uint_eq(json_array_size(json_object_get(one, "nodes")), 2);
    json_decref(answer);
}
END_TEST

START_TEST(what_is_not_where_it_is_wanted_has_a_reason)
{
    const json_t *one;
    json_t *answer;

    place("web", NULL, 0, 1, NULL);
    sight.is_idle = false;
    answer = mu_api_status_build(&sight, &arena);
    one = find(json_object_get(answer, "resources"), "id", "web");
    ck_assert_str_eq(text_of(one, "reason"), "is wanted on node2");
    ck_assert_str_eq(text_of(answer, "health"), "degraded");
    json_decref(answer);
}
END_TEST

START_TEST(stopped_without_a_place_is_a_problem_with_its_reason)
{
    const json_t *one;
    json_t *answer;

    place("web", NULL, MU_PLAN_NONE, MU_PLAN_NONE, "no node may run it");
    answer = mu_api_status_build(&sight, &arena);
    one = find(json_object_get(answer, "problems"), "what", "web");
    ck_assert_str_eq(text_of(one, "text"), "stopped: no node may run it");
    ck_assert_str_eq(text_of(one, "next"),
                     "nothing by itself; details: muster why web");
    ck_assert_str_eq(text_of(answer, "health"), "outage");
    json_decref(answer);
}
END_TEST

/* People stop services on purpose; monitoring must not page for that. */
START_TEST(stopped_by_will_is_no_problem)
{
    json_t *answer;

    place("web", NULL, MU_PLAN_NONE, MU_PLAN_NONE, NULL);
    before[0].is_disabled = true;
    after[0].is_disabled = true;
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "problems")), 0);
    ck_assert_str_eq(text_of(answer, "health"), "healthy");
    ck_assert_str_eq(
        text_of(find(json_object_get(answer, "resources"), "id", "web"),
                "target_role"),
        "Stopped");
    json_decref(answer);
}
END_TEST

static void
fail_web(void)
{
    histories[0] = (struct mu_state_history){.node_id = 1,
                                             .resource = "web",
                                             .slot = MU_SLOT_FAILURE,
                                             .op_name = "monitor",
                                             .interval_ms = 10000,
                                             .rc = 7,
                                             .status = MU_OP_STATUS_DONE,
                                             .changed_ms = 5000,
                                             .exit_reason = "disk \xff full"};
    state.histories_count = 1;
}

/* A failure that the cluster has mended stays visible, but nobody need get up
 * for it. */
START_TEST(recovered_failure_is_a_notice_and_the_cluster_healthy)
{
    const json_t *one;
    json_t *answer;

    fail_web();
    place("web", NULL, 1, 1, NULL);
    answer = mu_api_status_build(&sight, &arena);
    one = find(json_object_get(answer, "problems"), "what", "web");
    ck_assert_str_eq(text_of(one, "severity"), "notice");
    ck_assert_str_eq(text_of(one, "node"), "node1");
    ck_assert_str_eq(text_of(one, "next"), "recovered: runs on node2");
    ck_assert_str_eq(text_of(one, "clear"), "muster resource cleanup web");
    ck_assert_str_eq(text_of(answer, "health"), "healthy");
    json_decref(answer);
}
END_TEST

/* Agents print what they like; the answer must still be JSON. */
START_TEST(reasons_that_are_no_utf8_are_made_so)
{
    const json_t *one;
    json_t *answer;

    fail_web();
    place("web", NULL, 0, 0, NULL);
    before[0].is_failed = true;
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_ptr_nonnull(answer);
    one = find(json_object_get(answer, "problems"), "what", "web");
    ck_assert_str_eq(text_of(one, "text"),
                     "monitor found it not running: disk ? full");
    ck_assert_str_eq(text_of(one, "severity"), "error");
    json_decref(answer);
}
END_TEST

START_TEST(lost_node_comes_first_with_what_is_waited_for)
{
    const json_t *one;
    json_t *answer;

    nodes[2].state = MU_NODE_STATE_UNCLEAN;
    plan_nodes[2].is_online = false;
    plan_nodes[2].is_unclean = true;
    place("web", NULL, 2, 0, NULL);
    answer = mu_api_status_build(&sight, &arena);
    one = json_array_get(json_object_get(answer, "problems"), 0);
    ck_assert_str_eq(text_of(one, "what"), "node3");
    ck_assert_str_eq(text_of(one, "next"),
                     "its work waits for proof that it is down");
    one = find(json_object_get(answer, "nodes"), "name", "node3");
    ck_assert_str_eq(text_of(one, "state"), "unclean");
    json_decref(answer);
}
END_TEST

START_TEST(without_quorum_it_is_an_outage)
{
    json_t *answer;

    place("web", NULL, 0, 0, NULL);
    sight.is_quorate = false;
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_str_eq(text_of(answer, "health"), "outage");
    ck_assert_str_eq(
        text_of(json_array_get(json_object_get(answer, "problems"), 0), "what"),
        "quorum");
    json_decref(answer);
}
END_TEST

/* The first minutes of a cluster: members, and nothing configured. */
START_TEST(without_a_configuration_the_nodes_are_shown)
{
    json_t *answer;

    sight.snapshot = NULL;
    sight.plan = NULL;
    state.config = NULL;
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "nodes")), 3);
    ck_assert_str_eq(text_of(answer, "health"), "healthy");
    json_decref(answer);
    sight.state = NULL;
    sight.phase = MU_CORE_GATHERING;
    answer = mu_api_status_build(&sight, &arena);
    ck_assert_str_eq(text_of(answer, "health"), "outage");
    json_decref(answer);
}
END_TEST

START_TEST(broken_utf8_is_replaced_byte_by_byte)
{
    static const struct {
        const char *from;
        const char *to;
    } cases[] = {
        {"plain", "plain"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"\xff", "?"},
        {"\xc3", "?"},
        {"\xe2\x82", "??"},
        {"\xc0\xaf", "??"},
        {"\xed\xa0\x80", "???"},
        {"\xf0\x9f\x98\x80!", "\xf0\x9f\x98\x80!"},
        {"\xf5\x80\x80\x80", "????"},
    };

    ck_assert_str_eq(mu_api_clean(mu_arena_strdup(&arena, cases[_i].from)),
                     cases[_i].to);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("api_status");
    TCase *tcase = tcase_create("answers");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, members_are_those_that_are_documented);
    tcase_add_test(tcase, what_is_not_survived_is_a_notice);
    tcase_add_test(tcase, clone_instances_are_entries_of_their_own);
    tcase_add_test(tcase, what_is_not_where_it_is_wanted_has_a_reason);
    tcase_add_test(tcase, stopped_without_a_place_is_a_problem_with_its_reason);
    tcase_add_test(tcase, stopped_by_will_is_no_problem);
    tcase_add_test(tcase,
                   recovered_failure_is_a_notice_and_the_cluster_healthy);
    tcase_add_test(tcase, reasons_that_are_no_utf8_are_made_so);
    tcase_add_test(tcase, lost_node_comes_first_with_what_is_waited_for);
    tcase_add_test(tcase, without_quorum_it_is_an_outage);
    tcase_add_test(tcase, without_a_configuration_the_nodes_are_shown);
    tcase_add_loop_test(tcase, broken_utf8_is_replaced_byte_by_byte, 0, 9);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
