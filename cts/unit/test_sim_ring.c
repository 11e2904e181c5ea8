/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of Corosync: as faithful as the real one where cores rely on it,
 * and as nasty everywhere else. The daemons here are no cores: they send
 * numbers and remember what they are told. */

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cts/sim/sim.h"

enum { NODES = MU_SIM_NODES_MAX + 1, RINGS_MAX = 4096, SEND_US = 10000 };

/* What a daemon saw of one ring that it was told. */
struct seen {
    struct mu_ring_id ring;
    uint64_t tagged; /* Hash of the messages sent in this ring... */
    uint64_t all;    /* ...and of all. */
};

struct message {
    struct mu_ring_id ring; /* In which it was sent. */
    uint64_t number;
};

static struct mu_sim *sim;
static struct seen seen[NODES][RINGS_MAX];
static uint32_t seen_count[NODES];
static uint32_t left_count[NODES], joined_count, ghosts_count, lost_count;
static int quorate[NODES];
static uint64_t sent_count;

void
mu_sim_fail(struct mu_sim *failed, const char *format, ...)
{
    (void)failed;
    ck_abort_msg("%s", format);
}

void
mu_sim_node_note_ring(struct mu_sim *noted, uint32_t node, uint64_t number)
{
    (void)noted;
    ck_assert_uint_ne(node, 0);
    ck_assert_uint_ne(number, 0);
}

void
mu_sim_node_lost_corosync(struct mu_sim *lost, uint32_t node)
{
    (void)lost;
    (void)node;
}

static bool
is_same_ring(struct mu_ring_id a, struct mu_ring_id b)
{
    return a.node == b.node && a.seq == b.seq;
}

static bool
has_node(const struct mu_event_ring *ring, uint32_t node)
{
    for (uint32_t i = 0; i < ring->ring_nodes_count; i++) {
        if (ring->ring_nodes[i] == node) {
            return true;
        }
    }
    return false;
}

static void
see_message(uint32_t node, const struct mu_event_message *event)
{
    struct seen *now = &seen[node][seen_count[node] - 1];
    struct message message;

    ck_assert_uint_ge(seen_count[node], 1);
    memcpy(&message, event->bytes.data, sizeof(message));
    now->all = (now->all + message.number) * 31;
    if (is_same_ring(message.ring, now->ring)) {
        now->tagged = (now->tagged + message.number) * 31;
    }
}

void
mu_sim_node_push(struct mu_sim *pushed, uint32_t node,
                 const struct mu_event *event)
{
    (void)pushed;
    if (event->type == MU_EVENT_RING) {
        ck_assert_uint_lt(seen_count[node], RINGS_MAX);
        ck_assert(has_node(&event->ring, node));
        seen[node][seen_count[node]++] = (struct seen){event->ring.ring, 1, 1};
        for (uint32_t i = 0; i < event->ring.members_count; i++) {
            ghosts_count +=
                !has_node(&event->ring, event->ring.members[i].node_id);
        }
    } else if (event->type == MU_EVENT_QUORUM) {
        quorate[node] = event->quorum.is_quorate;
    } else if (event->type == MU_EVENT_GROUP) {
        left_count[node] += event->group.left_count;
        joined_count += event->group.joined_count;
    } else if (event->type == MU_EVENT_MESSAGE) {
        see_message(node, &event->message);
    } else if (event->type == MU_EVENT_RING_LOST) {
        lost_count++;
    }
}

static void
on_send(struct mu_sim *sending, const struct mu_sim_event *event)
{
    struct message *message;

    if (seen_count[event->node] > 0) {
        message = mu_arena_new(&sending->world.arena, struct message, 1);
        message->ring = seen[event->node][seen_count[event->node] - 1].ring;
        message->number = ++sent_count;
        (void)mu_sim_ring_send(
            sending, event->node,
            (struct mu_span){(unsigned char *)message, sizeof(*message)});
    }
    mu_sim_world_after(&sending->world, SEND_US, *event);
}

static void
begin(uint32_t nodes, const struct mu_sim_ring_options *options, uint64_t seed)
{
    sim = calloc(1, sizeof(*sim));
    ck_assert_ptr_nonnull(sim);
    memset(seen, 0, sizeof(seen));
    memset(seen_count, 0, sizeof(seen_count));
    memset(quorate, 0, sizeof(quorate));
    memset(left_count, 0, sizeof(left_count));
    joined_count = ghosts_count = lost_count = 0;
    sent_count = 0;
    sim->options.nodes_count = nodes;
    mu_sim_world_init(&sim->world);
    mu_prng_init(&sim->ring.prng, seed);
    mu_sim_ring_init(sim, options);
    for (uint32_t node = 1; node <= nodes; node++) {
        mu_sim_ring_start(sim, node);
        mu_sim_ring_join(sim, node, 500 + node);
        mu_sim_world_after(
            &sim->world, SEND_US + node,
            (struct mu_sim_event){.handler = on_send, .node = node});
    }
}

static void
elapse(int64_t time_us)
{
    int64_t until_us = sim->world.now_us + time_us;
    struct mu_sim_event event;

    while (sim->world.count > 0 && sim->world.heap[0].at_us <= until_us) {
        ck_assert(mu_sim_world_next(&sim->world, &event));
        event.handler(sim, &event);
    }
    sim->world.now_us = until_us;
}

static void
end(void)
{
    mu_sim_world_done(&sim->world);
    free(sim);
}

static struct mu_ring_id
newest(uint32_t node)
{
    ck_assert_uint_ge(seen_count[node], 1);
    return seen[node][seen_count[node] - 1].ring;
}

/* Cuts and heals links at random for 'steps' times. */
static void
flap(uint32_t nodes, unsigned steps)
{
    struct mu_prng prng;

    mu_prng_init(&prng, steps);
    for (unsigned i = 0; i < steps; i++) {
        uint32_t a = (uint32_t)mu_sim_world_draw(&prng, 1, nodes);
        uint32_t b = (uint32_t)mu_sim_world_draw(&prng, 1, nodes);
        bool is_linked = mu_sim_world_chance(&prng, 600);

        if (a != b) {
            mu_sim_ring_link(sim, a, b, is_linked);
            mu_sim_ring_link(sim, b, a, is_linked);
        }
        elapse(mu_sim_world_draw_wide(&prng, 1000, 2000000));
    }
    for (uint32_t a = 1; a <= nodes; a++) {
        for (uint32_t b = 1; b <= nodes; b++) {
            mu_sim_ring_link(sim, a, b, true);
        }
    }
    elapse(10000000);
}

/* Counts pairs of members that went together from one ring to the same next
 * one and had not been given the same messages. */
static void
count_differences(uint32_t nodes, unsigned *tagged, unsigned *all)
{
    for (uint32_t a = 1; a <= nodes; a++) {
        for (uint32_t b = 1; b < a; b++) {
            for (uint32_t i = 0; i + 1 < seen_count[a]; i++) {
                for (uint32_t j = 0; j + 1 < seen_count[b]; j++) {
                    if (!is_same_ring(seen[a][i].ring, seen[b][j].ring) ||
                        !is_same_ring(seen[a][i + 1].ring,
                                      seen[b][j + 1].ring)) {
                        continue;
                    }
                    *tagged += seen[a][i].tagged != seen[b][j].tagged;
                    *all += seen[a][i].all != seen[b][j].all;
                }
            }
        }
    }
}

static const struct mu_sim_ring_options nasty = {
    .missed_leave_chance = 500,
    .subset_chance = 300,
    .ghost_chance = 500,
    .late_quorum_chance = 200,
    .refusal_chance = 5,
    .slow_activation_chance = 200,
    .tells_nodes = true,
    .detect_us_min = 200000,
    .detect_us_max = 800000,
};

static const struct mu_sim_ring_options gentle = {
    .tells_nodes = true,
    .detect_us_min = 200000,
    .detect_us_max = 200000,
};

/* The view layer rests on one rule: what was sent in another ring is dropped.
 * With it members that move together agree; the model must be nasty enough
 * that without it they do not. */
START_TEST(the_tag_rule_makes_members_agree_and_is_needed)
{
    unsigned tagged = 0;
    unsigned all = 0;

    for (uint64_t seed = 1; seed <= 8; seed++) {
        begin(4, &nasty, seed);
        flap(4, 60);
        count_differences(4, &tagged, &all);
        end();
    }
    ck_assert_uint_eq(tagged, 0);
    ck_assert_uint_gt(all, 0);
}
END_TEST

/* Whatever happened, links that work again bring everybody together. */
START_TEST(healed_links_end_in_one_ring)
{
    begin(5, &nasty, 7);
    flap(5, 40);
    for (uint32_t node = 2; node <= 5; node++) {
        ck_assert(is_same_ring(newest(1), newest(node)));
        ck_assert(mu_sim_ring_is_stable(sim, node));
    }
    ck_assert_uint_gt(seen_count[1], 10);
    end();
}
END_TEST

/* W1: a member that was away for a whole ring is back, and nothing but the
 * ring's id says so. W2 is the same told as a leave and a join. */
START_TEST(a_missed_leave_shows_in_the_ring_id_only)
{
    struct mu_sim_ring_options options = gentle;

    for (uint32_t chance = 0; chance <= 1000; chance += 1000) {
        uint32_t rings;

        options.missed_leave_chance = chance;
        begin(3, &options, 3);
        elapse(3000000);
        left_count[1] = 0;
        rings = seen_count[1];
        mu_sim_ring_churn(sim, 3, true);
        elapse(3000000);
        ck_assert_uint_gt(seen_count[1], rings);
        ck_assert_uint_eq(left_count[1] > 0, chance == 0);
        end();
    }
}
END_TEST

/* Only the side with more than half of the votes is quorate. */
START_TEST(a_minority_has_no_quorum)
{
    begin(3, &gentle, 5);
    elapse(3000000);
    ck_assert_int_eq(quorate[1] + quorate[2] + quorate[3], 3);
    for (uint32_t other = 2; other <= 3; other++) {
        mu_sim_ring_link(sim, 1, other, false);
        mu_sim_ring_link(sim, other, 1, false);
    }
    elapse(3000000);
    ck_assert_int_eq(quorate[1], 0);
    ck_assert_int_eq(quorate[2] + quorate[3], 2);
    end();
}
END_TEST

/* two_node: each half is quorate by itself, but only after it has once seen
 * the other; a boot forgets that. */
START_TEST(two_nodes_wait_for_all_once)
{
    struct mu_sim_ring_options options = gentle;

    options.is_two_node = true;
    begin(2, &options, 5);
    elapse(3000000);
    mu_sim_ring_link(sim, 1, 2, false);
    elapse(3000000);
    ck_assert_int_eq(quorate[1] + quorate[2], 2);
    mu_sim_ring_stop(sim, 2, true);
    quorate[2] = 0;
    elapse(1000000);
    mu_sim_ring_start(sim, 2);
    mu_sim_ring_join(sim, 2, 502);
    elapse(3000000);
    ck_assert_int_eq(quorate[2], 0);
    mu_sim_ring_link(sim, 1, 2, true);
    elapse(3000000);
    ck_assert_int_eq(quorate[2], 1);
    end();
}
END_TEST

/* W6: a dead process stays in the member list of a ring its node is not in. */
START_TEST(ghosts_stay_until_their_node_is_back)
{
    struct mu_sim_ring_options options = gentle;

    options.ghost_chance = 1000;
    begin(3, &options, 5);
    elapse(3000000);
    ck_assert_uint_eq(ghosts_count, 0);
    mu_sim_ring_stop(sim, 3, true);
    elapse(3000000);
    ck_assert_uint_gt(ghosts_count, 0);
    mu_sim_ring_start(sim, 3);
    mu_sim_ring_join(sim, 3, 503);
    elapse(3000000);
    ghosts_count = 0;
    mu_sim_ring_churn(sim, 1, false);
    elapse(1000000);
    ck_assert_uint_eq(ghosts_count, 0);
    end();
}
END_TEST

/* A daemon that dies is told in the order, and a Corosync that dies is told to
 * its daemon. */
START_TEST(deaths_are_told)
{
    begin(3, &gentle, 5);
    elapse(3000000);
    joined_count = 0;
    mu_sim_ring_client_died(sim, 2);
    elapse(100000);
    ck_assert_uint_eq(left_count[1], 1);
    ck_assert_uint_eq(left_count[3], 1);
    mu_sim_ring_join(sim, 2, 700);
    elapse(100000);
    ck_assert_uint_eq(joined_count, 3);
    mu_sim_ring_stop(sim, 1, false);
    elapse(100000);
    ck_assert_uint_eq(lost_count, 1);
    end();
}
END_TEST

/* A seed is worth something only if it gives the same run again. */
START_TEST(the_same_seed_tells_the_same)
{
    static struct seen before[RINGS_MAX];
    uint32_t count;

    begin(4, &nasty, 9);
    flap(4, 30);
    count = seen_count[2];
    memcpy(before, seen[2], sizeof(before));
    end();
    begin(4, &nasty, 9);
    flap(4, 30);
    ck_assert_uint_eq(seen_count[2], count);
    for (uint32_t i = 0; i < count; i++) {
        ck_assert(is_same_ring(before[i].ring, seen[2][i].ring));
        ck_assert_uint_eq(before[i].all, seen[2][i].all);
    }
    end();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("sim_ring");
    TCase *tcase = tcase_create("sim_ring");
    SRunner *runner;
    int failed;

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_tag_rule_makes_members_agree_and_is_needed);
    tcase_add_test(tcase, healed_links_end_in_one_ring);
    tcase_add_test(tcase, a_missed_leave_shows_in_the_ring_id_only);
    tcase_add_test(tcase, a_minority_has_no_quorum);
    tcase_add_test(tcase, two_nodes_wait_for_all_once);
    tcase_add_test(tcase, ghosts_stay_until_their_node_is_back);
    tcase_add_test(tcase, deaths_are_told);
    tcase_add_test(tcase, the_same_seed_tells_the_same);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
