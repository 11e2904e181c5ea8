/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon tells of the past: which note caused which, and how long each
 * step of a failover took. A state is changed by hand, step by step, as a
 * cluster would change it. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api_private.h"

static struct mu_state state;
static struct mu_revision revision;
static struct mu_state_node nodes[2];
static struct mu_state_history histories[2];
static struct mu_state_flight flights[2];
static struct mu_state_fence fence;
static struct mu_state_action action;
static struct mu_api_sight sight;
static struct mu_api_history *history;

static void
setup(void)
{
    memset(&state, 0, sizeof(state));
    memset(histories, 0, sizeof(histories));
    memset(flights, 0, sizeof(flights));
    for (uint32_t i = 0; i < 2; i++) {
        nodes[i] = (struct mu_state_node){.id = i + 1,
                                          .name = i == 0 ? "node1" : "node2",
                                          .state = MU_NODE_STATE_ACTIVE};
    }
    state.nodes = nodes;
    state.nodes_count = 2;
    state.histories = histories;
    state.flights = flights;
    state.actions = &action;
    state.view = 7;
    state.members_count = 2;
    state.is_quorate = true;
    state.revisions.items = &revision;
    state.revisions.count = 1;
    revision.author = mu_revision_nobody();
    sight = (struct mu_api_sight){.state = &state,
                                  .phase = MU_CORE_ACTIVE,
                                  .coordinator = 1,
                                  .is_quorate = true,
                                  .is_idle = true,
                                  .wall_ms = 1000};
    history = mu_api_history_new();
    ck_assert_ptr_nonnull(history);
    json_decref(mu_api_history_update(history, &sight));
}

static void
teardown(void)
{
    mu_api_history_free(history);
}

/* Lets the journal look at the state as it is at 'wall_ms', and returns the
 * last new note, owned by the journal; null when there is none. */
static const json_t *
look(int64_t wall_ms, bool is_idle)
{
    const json_t *last;
    json_t *notes;

    sight.wall_ms = wall_ms;
    sight.is_idle = is_idle;
    notes = mu_api_history_update(history, &sight);
    last = json_array_get(notes, json_array_size(notes) - 1);
    json_decref(notes);
    return last;
}

static const char *
text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static void
start_begins(int64_t wall_ms)
{
    state.plan_number++;
    action.task = MU_TASK_START;
    state.actions_count = 1;
    flights[0] = (struct mu_state_flight){.op_id = 88,
                                          .node_id = 1,
                                          .resource = "web",
                                          .task = MU_TASK_START,
                                          .op_name = "start",
                                          .released_wall_ms = wall_ms};
    state.flights_count = 1;
}

static void
start_ends(int32_t rc)
{
    state.flights_count = 0;
    histories[0] = (struct mu_state_history){.node_id = 1,
                                             .resource = "web",
                                             .slot = MU_SLOT_LAST,
                                             .op_name = "start",
                                             .call_id = state.next_call_id++,
                                             .rc = rc,
                                             .exit_reason = "",
                                             .exec_ms = 40};
    state.histories_count = 1;
}

/* A person who sees a start at night must be able to go back, link by link, to
 * the node that was lost. */
START_TEST(a_start_leads_back_to_the_loss_of_a_node)
{
    const json_t *note;
    const char *fenced;
    const char *lost;

    state.view = 8;
    nodes[1].state = MU_NODE_STATE_UNCLEAN;
    nodes[1].since_ms = 2000;
    note = look(2001, false);
    lost = text_of(note, "id");
    ck_assert_str_eq(text_of(note, "kind"), "node");
    ck_assert_str_eq(text_of(note, "cause"), "v8");

    fence = (struct mu_state_fence){.op_id = 34,
                                    .target_id = 2,
                                    .action = "reboot",
                                    .device = "ipmi",
                                    .reason = "",
                                    .attempt = 1,
                                    .asked_wall_ms = 2100,
                                    .state = MU_FENCE_RUNNING};
    state.fences = &fence;
    state.fences_count = 1;
    note = look(2101, false);
    ck_assert_str_eq(text_of(note, "cause"), lost);
    fence.state = MU_FENCE_DONE;
    fence.ended_wall_ms = 5100;
    note = look(5102, false);
    fenced = text_of(note, "id");
    ck_assert_str_eq(text_of(note, "kind"), "fencing");

    start_begins(5120);
    note = look(5121, false);
    ck_assert_str_eq(text_of(note, "id"), "o88");
    ck_assert_str_eq(text_of(note, "kind"), "begin");
    ck_assert_str_eq(text_of(note, "cause"), "p1");
    ck_assert_str_eq(text_of(note, "chain"), "v8");
    start_ends(0);
    note = look(5165, true);
    ck_assert_str_eq(text_of(note, "id"), "o88.end");
    ck_assert_str_eq(text_of(note, "cause"), "o88");
    ck_assert_str_eq(text_of(note, "chain"), "v8");
    ck_assert_int_eq(json_integer_value(json_object_get(note, "depth")), 6);
    ck_assert_str_ne(fenced, lost);
}
END_TEST

/* The figures are what one optimises by; they count from the loss. */
START_TEST(a_timeline_tells_each_step_in_milliseconds)
{
    json_t *answer;
    const json_t *one;
    const json_t *steps;
    const char *id;

    state.view = 8;
    nodes[1].state = MU_NODE_STATE_UNCLEAN;
    nodes[1].since_ms = 2000;
    (void)look(2001, false);
    fence = (struct mu_state_fence){.op_id = 34,
                                    .target_id = 2,
                                    .action = "off",
                                    .device = "",
                                    .reason = "",
                                    .attempt = 1,
                                    .asked_wall_ms = 2100,
                                    .state = MU_FENCE_RUNNING};
    state.fences = &fence;
    state.fences_count = 1;
    (void)look(2101, false);
    fence.state = MU_FENCE_DONE;
    (void)look(5101, false);
    start_begins(5120);
    (void)look(5121, false);
    start_ends(0);
    (void)look(5166, true);

    answer = mu_api_history_build(history, 100);
    one = json_array_get(json_object_get(answer, "failovers"), 0);
    id = text_of(one, "id");
    ck_assert_str_eq(text_of(one, "node"), "node2");
    ck_assert_int_eq(
        json_integer_value(json_object_get(one, "fence_asked_after_ms")), 100);
    ck_assert_int_eq(
        json_integer_value(json_object_get(one, "fence_done_after_ms")), 3100);
    ck_assert_int_eq(
        json_integer_value(json_object_get(one, "first_start_after_ms")), 3120);
    ck_assert_int_eq(
        json_integer_value(json_object_get(one, "settled_after_ms")), 3165);
    ck_assert_ptr_null(json_object_get(one, "steps"));
    {
        json_t *full = mu_api_history_timeline(history, id);

        steps = json_object_get(full, "steps");
        ck_assert_uint_eq(json_array_size(steps), 6);
        ck_assert_str_eq(text_of(json_array_get(steps, 0), "kind"), "node");
        ck_assert_int_eq(json_integer_value(json_object_get(
                             json_array_get(steps, 4), "after_ms")),
                         3120);
        json_decref(full);
    }
    ck_assert_ptr_null(mu_api_history_timeline(history, "nonsense"));
    json_decref(answer);
}
END_TEST

/* A service that fails is a failover too, and a hundred of them are enough:
 * memory must not grow with the troubles of a year. */
START_TEST(failures_are_timed_and_only_the_last_hundred_kept)
{
    json_t *answer;

    for (int i = 0; i < 150; i++) {
        start_begins(3000 + i * 10000);
        (void)look(3000 + i * 10000, false);
        start_ends(1);
        (void)look(3500 + i * 10000, false);
        start_begins(3600 + i * 10000);
        (void)look(3600 + i * 10000, false);
        start_ends(0);
        (void)look(3700 + i * 10000, true);
    }
    answer = mu_api_history_build(history, 10000);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "failovers")),
                      100);
    ck_assert_uint_le(json_array_size(json_object_get(answer, "notes")), 2000);
    ck_assert_str_eq(
        text_of(json_array_get(json_object_get(answer, "failovers"), 99),
                "resource"),
        "web");
    json_decref(answer);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("api_history");
    TCase *all = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_start_leads_back_to_the_loss_of_a_node);
    tcase_add_test(all, a_timeline_tells_each_step_in_milliseconds);
    tcase_add_test(all, failures_are_timed_and_only_the_last_hundred_kept);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
