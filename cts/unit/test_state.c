/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The replicated state and its rules: rows that encode and decode alike, and a
 * kernel that refuses what could make a resource run twice. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/prng.h"
#include "core/apply.h"
#include "core/fence.h"
#include "core/kernel.h"
#include "core/picture.h"
#include "core/runner.h"
#include "core/state.h"

static struct mu_arena arena;
static struct mu_arena config_arena;
static struct mu_arena scratch;
static struct mu_state state;

static const char config_xml[] =
    "<configuration><crm_config/><nodes><node id=\"3\" uname=\"c\"/>"
    "<node id=\"2\" uname=\"b\"/></nodes><resources>"
    "<primitive id=\"web\" class=\"ocf\" provider=\"pacemaker\" "
    "type=\"Dummy\"/>"
    "<primitive id=\"free\" class=\"ocf\" provider=\"pacemaker\" "
    "type=\"Dummy\"><meta_attributes id=\"free-m\"><nvpair id=\"free-r\" "
    "name=\"requires\" value=\"quorum\"/></meta_attributes></primitive>"
    "<clone id=\"all\"><primitive id=\"ping\" class=\"ocf\" "
    "provider=\"pacemaker\" type=\"Dummy\"/></clone>"
    "<clone id=\"dbs\"><meta_attributes id=\"dbs-m\"><nvpair id=\"dbs-p\" "
    "name=\"promotable\" value=\"true\"/></meta_attributes><primitive "
    "id=\"db\" class=\"ocf\" provider=\"pacemaker\" type=\"Stateful\"/>"
    "</clone>"
    "<primitive id=\"f1\" class=\"stonith\" type=\"fence_dummy\">"
    "<instance_attributes id=\"f1-i\"><nvpair id=\"f1-m\" "
    "name=\"pcmk_host_map\" value=\"b:port-b;c:port-c\"/>"
    "</instance_attributes></primitive>"
    "<primitive id=\"f2\" class=\"stonith\" type=\"fence_dummy\">"
    "<instance_attributes id=\"f2-i\"><nvpair id=\"f2-m\" "
    "name=\"pcmk_host_list\" value=\"b, c\"/></instance_attributes>"
    "</primitive></resources><constraints/></configuration>";

/* Three members, quorate, nobody has looked for anything yet. */
static void
setup(void)
{
    static const char *const names[] = {"a", "b", "c"};
    struct mu_span xml = {(const unsigned char *)config_xml,
                          sizeof(config_xml) - 1};

    mu_arena_init(&arena, 1 << 26);
    mu_arena_init(&config_arena, 1 << 26);
    mu_arena_init(&scratch, 1 << 26);
    mu_state_init(&state, &arena, &config_arena);
    for (uint32_t i = 0; i < 3; i++) {
        struct mu_state_node *node = mu_state_add_node(&state, i + 1, names[i]);

        node->state = MU_NODE_STATE_ACTIVE;
    }
    state.members = mu_arena_new(&arena, struct mu_state_member, 3);
    state.members_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        state.members[i].node_id = i + 1;
        state.members[i].processors = 2;
    }
    state.is_quorate = true;
    ck_assert_int_eq(mu_state_set_config(&state, xml, NULL), 0);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
    mu_arena_done(&config_arena);
    mu_arena_done(&scratch);
}

static void
record(uint32_t node_id, const char *resource, const char *op_name, int32_t rc)
{
    const struct mu_state_history key = {
        .node_id = node_id, .resource = resource, .op_name = op_name};
    struct mu_state_history *row = mu_state_put_history(&state, &key);

    row->op_name = mu_state_text(&state, op_name);
    row->rc = rc;
    row->class_name = "ocf";
}

static bool
may_do(enum mu_task task, uint32_t node_id, const char *resource)
{
    const struct mu_state_action action = {.kind = MU_ACTION_RESOURCE,
                                           .task = task,
                                           .resource = resource,
                                           .class_name = "ocf",
                                           .node_id = node_id};
    struct mu_errbuf err;

    return mu_kernel_may_release(&state, &action, &err);
}

static bool
may_start(uint32_t node_id, const char *resource)
{
    return may_do(MU_TASK_START, node_id, resource);
}

static void
probed_everywhere(const char *resource)
{
    for (uint32_t i = 1; i <= 3; i++) {
        record(i, resource, "monitor", 7);
    }
}

/* Replicas compare bytes: what is decoded must encode to the same again. */
START_TEST(encoding_and_decoding_again_gives_the_same_bytes)
{
    struct mu_span first;
    struct mu_span second;
    struct mu_state_fence *fence;

    probed_everywhere("web");
    record(2, "web", "start", 0);
    mu_state_add_flight(&state, 5)->resource = "web";
    state.flights[0].op_name = "start";
    state.flights[0].instance = state.flights[0].class_name = "";
    state.flights[0].provider = state.flights[0].type = "";
    state.flights[0].migrate_source = state.flights[0].migrate_target = "";
    fence = mu_state_add_fence(&state, 9);
    fence->target_id = 3;
    fence->action = "off";
    ck_assert(mu_state_set_attribute(&state, &state.nodes[0], "b", "2"));
    ck_assert(mu_state_set_attribute(&state, &state.nodes[0], "a", "1"));
    mu_state_add_request(&state, 1, 2);
    mu_state_put_lock(&state, &(struct mu_state_lock){3, "web", 5000});
    mu_apply_move_lost(&state, &(struct mu_state_flight){
                                   .node_id = 1,
                                   .resource = "web",
                                   .migrate_target = "b"});
    mu_state_put_lock(&state, &(struct mu_state_lock){2, "web", 4000});
    first = mu_state_encode(&state, &scratch);
    ck_assert_int_eq(mu_state_decode(&state, first), 0);
    second = mu_state_encode(&state, &scratch);
    ck_assert_uint_eq(first.size, second.size);
    ck_assert_mem_eq(first.data, second.data, first.size);
    ck_assert_ptr_nonnull(state.config);
    ck_assert_str_eq(state.nodes[0].attributes[0].name, "a");
    ck_assert_uint_eq(state.locks[0].node_id, 2);
}
END_TEST

/* A peer's snapshot is input: whatever is changed in it, decoding accepts or
 * refuses, and the state is usable afterwards. */
START_TEST(sec_a_damaged_snapshot_is_refused_or_harmless)
{
    struct mu_span good;
    struct mu_prng prng;

    probed_everywhere("web");
    good = mu_state_encode(&state, &scratch);
    good.data = mu_arena_copy(&scratch, good.data, good.size);
    mu_prng_init(&prng, 7);
    for (int round = 0; round < 3000; round++) {
        unsigned char *bytes = malloc(good.size);
        size_t size = good.size - (size_t)mu_prng_below(&prng, 3);
        struct mu_arena other;
        int r;

        ck_assert_ptr_nonnull(bytes);
        memcpy(bytes, good.data, good.size);
        bytes[mu_prng_below(&prng, good.size)] =
            (unsigned char)mu_prng_next(&prng);
        r = mu_state_decode(&state, (struct mu_span){bytes, size});
        ck_assert(r == 0 || r == -EBADMSG);
        mu_arena_init(&other, 1 << 26);
        (void)mu_state_encode(&state, &other);
        (void)mu_state_make_status(&state, &other);
        mu_arena_done(&other);
        free(bytes);
    }
}
END_TEST

/* Nobody has looked: it may run anywhere, so it may start nowhere. */
START_TEST(an_unprobed_resource_is_not_started)
{
    ck_assert(!may_start(1, "web"));
    record(1, "web", "monitor", 7);
    record(2, "web", "monitor", 7);
    ck_assert(!may_start(1, "web"));
    record(3, "web", "monitor", 7);
    ck_assert(may_start(1, "web"));
}
END_TEST

/* The heart of the matter. */
START_TEST(a_resource_that_another_node_holds_is_not_started)
{
    probed_everywhere("web");
    record(2, "web", "start", 0);
    ck_assert(!may_start(1, "web"));
    record(2, "web", "stop", 0);
    ck_assert(may_start(1, "web"));
    record(2, "web", "stop", 1);
    ck_assert(!may_start(1, "web"));
}
END_TEST

/* A failed start may have left half a service behind. */
START_TEST(a_failed_start_still_holds)
{
    probed_everywhere("web");
    record(2, "web", "start", 1);
    ck_assert(!may_start(1, "web"));
}
END_TEST

/* Clones are allowed on every node; their number is the planner's business. */
START_TEST(an_anonymous_instance_may_run_beside_others)
{
    record(1, "ping", "monitor", 7);
    record(2, "ping", "start", 0);
    record(3, "ping", "start", 0);
    ck_assert(may_start(1, "ping"));
}
END_TEST

/* Two databases that take writes are as bad as one that runs twice. */
START_TEST(no_more_are_promoted_than_may_be)
{
    record(1, "db", "start", 0);
    record(2, "db", "start", 0);
    record(3, "db", "promote", 0);
    ck_assert(!may_do(MU_TASK_PROMOTE, 1, "db"));
    record(3, "db", "demote", 1);
    ck_assert(!may_do(MU_TASK_PROMOTE, 1, "db"));
    record(3, "db", "demote", 0);
    ck_assert(may_do(MU_TASK_PROMOTE, 1, "db"));
    record(2, "db", "monitor", 8);
    ck_assert(!may_do(MU_TASK_PROMOTE, 1, "db"));
    record(2, "db", "stop", 0);
    ck_assert(may_do(MU_TASK_PROMOTE, 1, "db"));
}
END_TEST

/* A node whose daemon is just coming back runs what it ran; one that is lost
 * may have been told to promote by a message that nobody else has seen. */
START_TEST(nothing_is_promoted_beside_a_node_that_was_not_asked)
{
    record(1, "db", "start", 0);
    record(2, "db", "promote", 0);
    state.nodes[1].state = MU_NODE_STATE_PENDING;
    ck_assert(!may_do(MU_TASK_PROMOTE, 1, "db"));
    record(2, "db", "start", 0);
    ck_assert(may_do(MU_TASK_PROMOTE, 1, "db"));
    state.nodes[1].state = MU_NODE_STATE_UNCLEAN;
    ck_assert(!may_do(MU_TASK_PROMOTE, 1, "db"));
    state.nodes[1].state = MU_NODE_STATE_DOWN;
    ck_assert(may_do(MU_TASK_PROMOTE, 1, "db"));
}
END_TEST

/* A lost node may run what it was seen to run, until it is proved dead. */
START_TEST(an_unclean_holder_blocks_until_it_is_down)
{
    probed_everywhere("web");
    record(3, "web", "start", 0);
    state.nodes[2].state = MU_NODE_STATE_UNCLEAN;
    ck_assert(!may_start(1, "web"));
    state.nodes[2].state = MU_NODE_STATE_DOWN;
    ck_assert(may_start(1, "web"));
}
END_TEST

/* A lost node may have seen messages that nobody else got, and acted on them:
 * its record is no proof. Only a resource that its operator frees from fencing
 * goes by the record. */
START_TEST(the_record_of_an_unclean_node_is_no_proof)
{
    probed_everywhere("web");
    probed_everywhere("free");
    state.nodes[2].state = MU_NODE_STATE_UNCLEAN;
    ck_assert(!may_start(1, "web"));
    ck_assert(may_start(1, "free"));
}
END_TEST

/* Without quorum nothing starts, whatever a plan says. */
START_TEST(nothing_starts_without_quorum)
{
    probed_everywhere("web");
    state.is_quorate = false;
    ck_assert(!may_start(1, "web"));
}
END_TEST

/* A node that does not take part is asked for nothing. */
START_TEST(a_pending_node_starts_nothing)
{
    probed_everywhere("web");
    state.nodes[0].state = MU_NODE_STATE_PENDING;
    ck_assert(!may_start(1, "web"));
}
END_TEST

static struct mu_apply
apply_make(void)
{
    return (struct mu_apply){.state = &state, .scratch = &scratch};
}

static const struct mu_state_fence *
fence_begin(struct mu_apply *apply, uint32_t target_id)
{
    const struct mu_state_action action = {.kind = MU_ACTION_FENCE,
                                           .task = MU_TASK_FENCE_REBOOT,
                                           .node_id = target_id};
    uint64_t op_id = mu_fence_begin(apply, target_id, &action, MU_PLAN_NONE);

    return mu_state_get_fence(&state, op_id);
}

static void
fence_fail(struct mu_apply *apply, const struct mu_state_fence *fence)
{
    const struct mu_body_result result = {.op_id = fence->op_id,
                                          .attempt = fence->attempt,
                                          .end = MU_OP_END_EXITED,
                                          .rc = 1,
                                          .reason = "no power switch",
                                          .params_digest = ""};

    mu_fence_result(apply, &result);
}

/* The device is told its own name for the node; the target never shoots
 * itself while somebody else can. */
START_TEST(a_fencing_names_the_port_and_another_node)
{
    struct mu_apply apply = apply_make();
    const struct mu_state_fence *fence;
    struct mu_fence_attempt attempt;

    state.nodes[1].state = MU_NODE_STATE_UNCLEAN;
    fence = fence_begin(&apply, 2);
    ck_assert_int_eq(fence->state, MU_FENCE_RUNNING);
    ck_assert_uint_ne(fence->executor_id, 2);
    ck_assert(mu_fence_describe(&state, fence, &scratch, &attempt));
    ck_assert_str_eq(attempt.port, "port-b");
    ck_assert_str_eq(fence->device, "f1");
}
END_TEST

/* A device that fails is tried twice, then the next one; after all have failed
 * it pauses and begins again: a fencing is never given up. */
START_TEST(a_failed_device_gives_way_to_the_next)
{
    struct mu_apply apply = apply_make();
    const struct mu_state_fence *fence;

    state.nodes[1].state = MU_NODE_STATE_UNCLEAN;
    fence = fence_begin(&apply, 2);
    fence_fail(&apply, fence);
    ck_assert_str_eq(fence->device, "f1");
    fence_fail(&apply, fence);
    ck_assert_str_eq(fence->device, "f2");
    fence_fail(&apply, fence);
    fence_fail(&apply, fence);
    ck_assert_int_eq(fence->state, MU_FENCE_PAUSING);
    ck_assert_str_eq(fence->reason, "no power switch");
    state.time_ms = fence->due_ms;
    mu_fence_tick(&apply);
    ck_assert_int_eq(fence->state, MU_FENCE_RUNNING);
    ck_assert_str_eq(fence->device, "f1");
}
END_TEST

/* The answer of an attempt that was given up must not open the gate: the
 * newer attempt may be switching the node on again right now. */
START_TEST(a_late_answer_is_ignored)
{
    struct mu_apply apply = apply_make();
    const struct mu_state_fence *fence;
    struct mu_body_result late = {.end = MU_OP_END_EXITED,
                                  .reason = "",
                                  .params_digest = ""};

    state.nodes[1].state = MU_NODE_STATE_UNCLEAN;
    fence = fence_begin(&apply, 2);
    late.op_id = fence->op_id;
    late.attempt = fence->attempt;
    fence_fail(&apply, fence);
    mu_fence_result(&apply, &late);
    ck_assert_int_eq(state.nodes[1].state, MU_NODE_STATE_UNCLEAN);
    late.attempt = fence->attempt;
    mu_fence_result(&apply, &late);
    ck_assert_int_eq(state.nodes[1].state, MU_NODE_STATE_DOWN);
    ck_assert(state.nodes[1].was_fenced);
}
END_TEST

/* An executor that dies takes its attempt with it; another one goes on. */
START_TEST(a_dead_executor_is_replaced)
{
    struct mu_apply apply = apply_make();
    const struct mu_state_fence *fence;
    uint32_t first;

    state.nodes[1].state = MU_NODE_STATE_UNCLEAN;
    fence = fence_begin(&apply, 2);
    first = fence->executor_id;
    mu_state_get_node(&state, first)->state = MU_NODE_STATE_UNCLEAN;
    mu_fence_reassign(&apply);
    ck_assert_int_eq(fence->state, MU_FENCE_RUNNING);
    ck_assert_uint_ne(fence->executor_id, first);
    ck_assert_uint_ne(fence->executor_id, 2);
    ck_assert_uint_eq(fence->attempt, 2);
}
END_TEST

/* Both halves of two nodes are quorate and see the same last state: exactly one
 * of them may shoot at once, or both would be dead. */
START_TEST(only_one_of_two_nodes_shoots_at_once)
{
    struct mu_state_fence shot_at_a = {.target_id = 1, .attempt = 1};
    struct mu_state_fence shot_at_b = {.target_id = 2, .attempt = 1};
    struct mu_fence_attempt by_b;
    struct mu_fence_attempt by_a;
    static const char *const holders[] = {"none", "a", "b"};

    state.nodes_count = 2;
    state.members_count = 1;
    for (uint32_t holder = 0; holder < 3; holder++) {
        bool has_b = strcmp(holders[holder], "b") == 0;

        record(1, "web", holder == 1 ? "start" : "stop", 0);
        record(2, "web", holder == 2 ? "start" : "stop", 0);
        shot_at_a.action = shot_at_b.action = "reboot";
        state.members[0].node_id = 1;
        ck_assert(mu_fence_describe(&state, &shot_at_b, &scratch, &by_a));
        state.members[0].node_id = 2;
        state.nodes[0].name = "c"; /* A name that the devices know. */
        ck_assert(mu_fence_describe(&state, &shot_at_a, &scratch, &by_b));
        state.nodes[0].name = "a";
        ck_assert_int_eq(by_a.delay_ms > 0, has_b);
        ck_assert_int_eq(by_b.delay_ms > 0, !has_b);
    }
}
END_TEST

/* What the kernel objects to waits, with what follows it; unrelated recovery
 * must not wait with it. */
START_TEST(a_refused_action_holds_up_only_what_follows_it)
{
    struct mu_apply apply = {.state = &state, .scratch = &scratch};
    uint32_t after_first[] = {0};
    struct mu_state_action actions[] = {
        {.resource = "web"}, {.resource = "late"}, {.resource = "free"}};
    struct mu_body_decide decide = {.actions = actions, .actions_count = 3};

    for (uint32_t i = 0; i < decide.actions_count; i++) {
        actions[i].kind = MU_ACTION_RESOURCE;
        actions[i].task = MU_TASK_START;
        actions[i].node_id = 2;
        actions[i].timeout_ms = 1000;
        actions[i].op_name = "start";
        actions[i].instance = actions[i].provider = actions[i].type = "";
        actions[i].class_name = "ocf";
        probed_everywhere(actions[i].resource);
    }
    actions[1].after = after_first;
    actions[1].after_count = 1;
    record(1, "web", "start", 0);
    mu_runner_install(&apply, &decide);
    ck_assert_int_eq(state.actions[0].run, MU_RUN_HELD);
    ck_assert_int_eq(state.actions[1].run, MU_RUN_WAITING);
    ck_assert_int_eq(state.actions[2].run, MU_RUN_RUNNING);
    ck_assert_uint_eq(state.flights_count, 1);
    ck_assert(!state.is_plan_dropped);
    ck_assert(mu_runner_is_held(&state));
    record(1, "web", "stop", 0);
    mu_runner_install(&apply, &decide);
    ck_assert_int_eq(state.actions[0].run, MU_RUN_RUNNING);
    ck_assert(!mu_runner_is_held(&state));
}
END_TEST

/* A clock that is wrong by an hour made failures expire as they arrived, and
 * the planner looked again without end. */
START_TEST(a_wrong_clock_does_not_date_a_result)
{
    struct mu_apply apply = {.state = &state};
    int64_t now_ms = INT64_C(1790000000000);

    state.wall_ms = now_ms;
    ck_assert_int_eq(mu_apply_bound_wall_ms(&apply, now_ms + 900),
                     now_ms + 900);
    ck_assert_int_eq(mu_apply_bound_wall_ms(&apply, now_ms - 3600000), now_ms);
    ck_assert_int_eq(mu_apply_bound_wall_ms(&apply, INT64_MAX), now_ms);
    ck_assert_int_eq(mu_apply_bound_wall_ms(&apply, INT64_MIN), now_ms);
}
END_TEST

/* What a tool sees must be what the daemon has, or nothing at all: programs of
 * another version, and bytes that were cut short, are refused. */
START_TEST(a_picture_shows_the_same_state_to_the_same_version_only)
{
    struct mu_span picture;
    struct mu_span before;
    uint32_t coordinator = 0;

    probed_everywhere("web");
    record(2, "web", "start", 0);
    before = mu_state_encode(&state, &scratch);
    picture = mu_picture_encode(&state, 2, "1.0", &scratch);
    ck_assert_int_eq(mu_picture_decode(picture, "1.1", &state, &coordinator),
                     -EPROTO);
    ck_assert_int_eq(mu_picture_decode(picture, "1.0", &state, &coordinator),
                     0);
    ck_assert_uint_eq(coordinator, 2);
    ck_assert_mem_eq(mu_state_encode(&state, &scratch).data, before.data,
                     before.size);
    ck_assert_ptr_nonnull(mu_state_make_snapshot(&state, 2, 0, &scratch));
    for (size_t size = 0; size < picture.size; size += 7) {
        ck_assert_int_lt(
            mu_picture_decode((struct mu_span){picture.data, size}, "1.0",
                              &state, &coordinator),
            0);
    }
}
END_TEST

/* Nobody looks again for a resource that is no longer configured: forgotten, it
 * would run for ever. Its failures can be forgotten, so that stopping it is
 * tried again. */
START_TEST(a_cleanup_does_not_lose_what_still_runs_and_is_not_configured)
{
    struct mu_apply apply = {.state = &state, .scratch = &scratch};
    const struct mu_body_request refresh = {.type = MU_REQUEST_CLEANUP,
                                            .resource = "",
                                            .node = "",
                                            .is_all = true,
                                            .request = 1};
    const struct mu_state_history failure = {.node_id = 1,
                                             .resource = "old",
                                             .slot = MU_SLOT_FAILURE,
                                             .op_name = "stop"};

    record(1, "old", "start", 0);
    record(1, "gone", "stop", 0);
    record(1, "web", "start", 0);
    mu_apply_request(&apply, &refresh);
    ck_assert_int_eq(mu_kernel_hold(&state, &state.nodes[0], "old"),
                     MU_HOLD_YES);
    ck_assert_int_eq(mu_kernel_hold(&state, &state.nodes[0], "gone"),
                     MU_HOLD_UNKNOWN);
    ck_assert_int_eq(mu_kernel_hold(&state, &state.nodes[0], "web"),
                     MU_HOLD_UNKNOWN);
    record(1, "old", "stop", 1);
    mu_state_put_history(&state, &failure)->op_name = "stop";
    mu_apply_request(&apply, &(struct mu_body_request){
                                 .type = MU_REQUEST_CLEANUP,
                                 .resource = "",
                                 .node = "",
                                 .request = 2});
    ck_assert_uint_eq(state.histories_count, 1);
    ck_assert_str_eq(state.histories[0].op_name, "monitor");
    ck_assert_int_eq(state.histories[0].rc, 0);
}
END_TEST

/* Lets an operation of web on node b end with 'rc'. */
static void
web_ends(enum mu_task task, int32_t rc, int64_t lock_ms)
{
    struct mu_apply apply = {.state = &state, .scratch = &scratch};
    struct mu_state_flight *flight =
        mu_state_add_flight(&state, state.next_op_id);

    flight->node_id = 2;
    flight->resource = flight->instance = "web";
    flight->class_name = "ocf";
    flight->provider = flight->type = "";
    flight->migrate_source = flight->migrate_target = "";
    flight->task = task;
    flight->op_name = mu_plan_task_name(task);
    flight->lock_ms = lock_ms;
    flight->action = MU_PLAN_NONE;
    mu_apply_result(&apply, &(struct mu_body_result){.op_id = state.next_op_id,
                                                     .rc = rc,
                                                     .reason = "",
                                                     .params_digest = ""});
    state.next_op_id++;
}

/* A live move brings a resource to its target while the source works. Probes of
 * the target that looked before the source had ended said it was stopped, and it
 * was started a second time. */
START_TEST(a_move_that_was_lost_from_sight_may_have_arrived)
{
    struct mu_apply apply = {.state = &state, .scratch = &scratch};
    struct mu_state_flight *flight = mu_state_add_flight(&state, 90);

    flight->node_id = 2;
    flight->resource = flight->instance = "web";
    flight->op_name = "migrate_to";
    flight->class_name = "ocf";
    flight->provider = flight->type = "";
    flight->migrate_source = "b";
    flight->migrate_target = "c";
    flight->task = MU_TASK_MIGRATE_TO;
    flight->action = MU_PLAN_NONE;
    probed_everywhere("web");
    ck_assert_int_eq(mu_kernel_hold(&state, &state.nodes[2], "web"),
                     MU_HOLD_YES);
    mu_apply_node_lost(&apply, &state.nodes[1]);
    record(3, "web", "monitor", 7);
    state.histories[state.histories_count - 1].call_id = 99;
    ck_assert_int_eq(mu_kernel_hold(&state, &state.nodes[2], "web"),
                     MU_HOLD_YES);
    ck_assert(!may_start(1, "web"));
    web_ends(MU_TASK_MONITOR, 7, 0); /* The source has ended. */
    ck_assert_uint_eq(state.moves_count, 0);
    ck_assert_int_eq(mu_kernel_hold(&state, &state.nodes[2], "web"),
                     MU_HOLD_UNKNOWN);
    ck_assert(!may_start(1, "web"));
    record(3, "web", "monitor", 7);
    ck_assert(may_start(1, "web"));
}
END_TEST

/* What waits for its node must not be forgotten with everything else that is
 * known of the node, and must not wait for ever either. */
START_TEST(a_lock_holds_until_the_node_is_back_or_fails_or_a_person_says_so)
{
    struct mu_apply apply = {.state = &state, .scratch = &scratch};
    struct mu_body_request refresh = {.type = MU_REQUEST_CLEANUP,
                                      .resource = "web",
                                      .node = "",
                                      .is_all = true,
                                      .request = 1};
    const struct mu_status *status;

    web_ends(MU_TASK_STOP, 1, 5000);
    ck_assert_uint_eq(state.locks_count, 0); /* It may still run there. */
    web_ends(MU_TASK_STOP, 0, 5000);
    mu_apply_node_forget(&apply, &state.nodes[1]);
    state.nodes[1].state = MU_NODE_STATE_UNKNOWN;
    status = mu_state_make_status(&state, &scratch);
    ck_assert(status->nodes[1].is_seen);
    ck_assert_str_eq(status->nodes[1].resources[0].id, "web");
    ck_assert_int_eq(status->nodes[1].resources[0].shutdown_lock_ms, 5000);
    web_ends(MU_TASK_MONITOR, 7, 0);
    mu_apply_request(&apply, &refresh);
    ck_assert_uint_eq(state.locks_count, 1);
    refresh.node = "b";
    refresh.request = 2;
    mu_apply_request(&apply, &refresh);
    ck_assert_uint_eq(state.locks_count, 0);
    web_ends(MU_TASK_STOP, 0, 5000);
    web_ends(MU_TASK_START, 0, 0);
    ck_assert_uint_eq(state.locks_count, 0);
    web_ends(MU_TASK_STOP, 0, 5000);
    mu_apply_node_state(&apply, &state.nodes[1], MU_NODE_STATE_UNCLEAN, "");
    ck_assert_uint_eq(state.locks_count, 0);
}
END_TEST

/* Rules for parameters ask for the attributes that are configured for a node:
 * each node has its own, or none. */
START_TEST(each_node_has_its_own_place_in_the_configuration)
{
    const struct mu_status *status = mu_state_make_status(&state, &scratch);

    ck_assert_uint_eq(status->nodes[0].config_node, MU_CONFIG_NONE);
    for (uint32_t i = 1; i < status->nodes_count; i++) {
        const struct mu_status_node *node = &status->nodes[i];

        ck_assert_uint_lt(node->config_node, state.config->nodes_count);
        ck_assert_str_eq(state.config->nodes[node->config_node].name,
                         node->name);
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("state");
    TCase *tcase = tcase_create("state");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, encoding_and_decoding_again_gives_the_same_bytes);
    tcase_add_test(tcase, each_node_has_its_own_place_in_the_configuration);
    tcase_add_test(tcase, sec_a_damaged_snapshot_is_refused_or_harmless);
    tcase_add_test(tcase, an_unprobed_resource_is_not_started);
    tcase_add_test(tcase, a_resource_that_another_node_holds_is_not_started);
    tcase_add_test(tcase, a_failed_start_still_holds);
    tcase_add_test(tcase, an_anonymous_instance_may_run_beside_others);
    tcase_add_test(tcase, an_unclean_holder_blocks_until_it_is_down);
    tcase_add_test(tcase, no_more_are_promoted_than_may_be);
    tcase_add_test(tcase, nothing_is_promoted_beside_a_node_that_was_not_asked);
    tcase_add_test(tcase, the_record_of_an_unclean_node_is_no_proof);
    tcase_add_test(tcase, nothing_starts_without_quorum);
    tcase_add_test(tcase, a_pending_node_starts_nothing);
    tcase_add_test(tcase, a_fencing_names_the_port_and_another_node);
    tcase_add_test(tcase, a_failed_device_gives_way_to_the_next);
    tcase_add_test(tcase, a_late_answer_is_ignored);
    tcase_add_test(tcase, a_dead_executor_is_replaced);
    tcase_add_test(tcase, only_one_of_two_nodes_shoots_at_once);
    tcase_add_test(tcase, a_refused_action_holds_up_only_what_follows_it);
    tcase_add_test(tcase, a_wrong_clock_does_not_date_a_result);
    tcase_add_test(
        tcase,
        a_cleanup_does_not_lose_what_still_runs_and_is_not_configured);
    tcase_add_test(tcase, a_move_that_was_lost_from_sight_may_have_arrived);
    tcase_add_test(
        tcase,
        a_lock_holds_until_the_node_is_back_or_fails_or_a_person_says_so);
    tcase_add_test(
        tcase, a_picture_shows_the_same_state_to_the_same_version_only);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
