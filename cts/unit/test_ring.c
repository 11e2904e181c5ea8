/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "daemon/ring_queue.h"
#include "daemon/ring_view.h"

static struct mu_ring_view view;
static struct mu_ring_queue queue;

static void
setup(void)
{
    mu_ring_view_reset(&view);
    mu_ring_queue_init(&queue);
}

static void
teardown(void)
{
    mu_ring_queue_clear(&queue);
}

static bool
ring_tell(uint32_t node, uint64_t seq, struct mu_event_ring *ring)
{
    const uint32_t nodes[] = {1, 2, 3};

    return mu_ring_view_ring(&view, (struct cpg_ring_id){node, seq}, nodes, 3,
                             ring);
}

static const struct cpg_address one = {1, 10, CPG_REASON_JOIN};
static const struct cpg_address both[] = {{2, 20, 0}, {1, 10, 0}};

/* When we join, the list of members is delivered before the ring: it must not
 * be told as a change of a group in a ring that nobody knows. */
START_TEST(join_is_told_as_one_ring)
{
    struct mu_event_group group;
    struct mu_event_ring ring;
    struct mu_ring_view_change change = {both, 2, NULL, 0, &one, 1};

    ck_assert(!mu_ring_view_group(&view, &change, &group));
    ck_assert(ring_tell(1, 7, &ring));
    ck_assert_uint_eq(ring.members_count, 2);
    ck_assert_uint_eq(ring.members[0].node_id, 1);
    ck_assert_uint_eq(ring.members[1].node_id, 2);
    ck_assert_uint_eq(ring.ring_nodes_count, 3);
    ck_assert_uint_eq(ring.ring.seq, 7);
}
END_TEST

/* One reconfiguration delivers "left 2" and "joined 2": the state in between
 * never existed. Only the ring that ends it is told, with the last list. */
START_TEST(reconfiguration_is_told_at_its_end)
{
    const struct cpg_address gone = {2, 20, CPG_REASON_NODEDOWN};
    const struct cpg_address back = {2, 21, CPG_REASON_NODEUP};
    const struct cpg_address members[] = {{1, 10, 0}, {2, 21, 0}};
    struct mu_event_group group;
    struct mu_event_ring ring;

    ck_assert(ring_tell(1, 7, &ring));
    ck_assert(!mu_ring_view_group(
        &view, &(struct mu_ring_view_change){members, 1, &gone, 1, NULL, 0},
        &group));
    ck_assert(!mu_ring_view_group(
        &view, &(struct mu_ring_view_change){members, 2, NULL, 0, &back, 1},
        &group));
    ck_assert(ring_tell(1, 9, &ring));
    ck_assert_uint_eq(ring.members_count, 2);
    ck_assert_uint_eq(ring.members[1].pid, 21);
}
END_TEST

START_TEST(process_that_dies_is_told_with_its_reason)
{
    const struct cpg_address gone = {2, 20, CPG_REASON_PROCDOWN};
    struct mu_event_group group;
    struct mu_event_ring ring;

    ck_assert(ring_tell(1, 7, &ring));
    ck_assert(mu_ring_view_group(
        &view, &(struct mu_ring_view_change){&one, 1, &gone, 1, NULL, 0},
        &group));
    ck_assert_uint_eq(group.left_count, 1);
    ck_assert_uint_eq(group.left[0].pid, 20);
    ck_assert_int_eq(group.reasons[0], MU_LEAVE_PROCDOWN);
    ck_assert_uint_eq(group.joined_count, 0);
    ck_assert_uint_eq(group.members_count, 1);
    ck_assert(mu_ring_view_has(&view, 1, 10));
    ck_assert(!mu_ring_view_has(&view, 2, 20));
}
END_TEST

/* Three partitions can have the same sequence number at once: a ring differs
 * when either half of its id does. */
START_TEST(rings_differ_by_either_half_of_their_id)
{
    struct mu_event_ring ring;

    ck_assert(ring_tell(1, 13, &ring));
    ck_assert(!ring_tell(1, 13, &ring));
    ck_assert(ring_tell(2, 13, &ring));
    ck_assert(ring_tell(2, 14, &ring));
}
END_TEST

static void
queue_add(enum mu_lane lane, uint64_t seq, const char *text)
{
    const struct mu_effect_send send = {
        .lane = lane,
        .ring = {1, seq},
        .bytes = {(const unsigned char *)text, strlen(text)},
    };

    ck_assert_int_eq(mu_ring_queue_add(&queue, &send), 0);
}

static void
queue_expect(const char *text)
{
    const struct mu_ring_queue_item *item = mu_ring_queue_first(&queue);

    ck_assert_ptr_nonnull(item);
    ck_assert_uint_eq(item->size, strlen(text));
    ck_assert_mem_eq(item->data, text, item->size);
    mu_ring_queue_pop(&queue);
}

START_TEST(higher_lanes_overtake_and_keep_their_order)
{
    queue_add(MU_LANE_BULK, 1, "bulk 1");
    queue_add(MU_LANE_RESULT, 1, "result");
    queue_add(MU_LANE_BULK, 1, "bulk 2");
    queue_add(MU_LANE_VIEW, 1, "hello");
    queue_expect("hello");
    queue_expect("result");
    queue_expect("bulk 1");
    queue_expect("bulk 2");
    ck_assert_ptr_null(mu_ring_queue_first(&queue));
    ck_assert_uint_eq(queue.size, 0);
}
END_TEST

/* What was written for an earlier ring would be refused by all who get it. */
START_TEST(messages_for_another_ring_are_dropped)
{
    queue_add(MU_LANE_VIEW, 1, "old");
    queue_add(MU_LANE_VIEW, 2, "new");
    queue_add(MU_LANE_BULK, 1, "old");
    ck_assert_uint_eq(mu_ring_queue_keep(&queue, (struct mu_ring_id){1, 2}), 2);
    queue_add(MU_LANE_BULK, 2, "later");
    queue_expect("new");
    queue_expect("later");
    ck_assert_ptr_null(mu_ring_queue_first(&queue));
}
END_TEST

START_TEST(queue_has_an_end)
{
    static unsigned char bytes[MU_MESSAGE_SIZE_MAX + 1];
    struct mu_effect_send send = {.lane = MU_LANE_BULK,
                                  .bytes = {bytes, sizeof(bytes)}};

    ck_assert_int_eq(mu_ring_queue_add(&queue, &send), -E2BIG);
    send.bytes.size--;
    queue.size = MU_RING_QUEUE_SIZE_MAX - MU_MESSAGE_SIZE_MAX;
    ck_assert_int_eq(mu_ring_queue_add(&queue, &send), 0);
    ck_assert_int_eq(mu_ring_queue_add(&queue, &send), -E2BIG);
    queue.size = MU_MESSAGE_SIZE_MAX;
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("ring");
    TCase *tcase = tcase_create("ring");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, join_is_told_as_one_ring);
    tcase_add_test(tcase, reconfiguration_is_told_at_its_end);
    tcase_add_test(tcase, process_that_dies_is_told_with_its_reason);
    tcase_add_test(tcase, rings_differ_by_either_half_of_their_id);
    tcase_add_test(tcase, higher_lanes_overtake_and_keep_their_order);
    tcase_add_test(tcase, messages_for_another_ring_are_dropped);
    tcase_add_test(tcase, queue_has_an_end);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
