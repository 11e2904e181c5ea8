/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>

#include "base/prng.h"
#include "daemon/clock.h"
#include "daemon/loop.h"
#include "daemon/loop_timers.h"

static struct mu_loop *loop;
static struct mu_loop_timer first;
static struct mu_loop_timer second;
static char story[64];
static unsigned story_length;
static char letter_a[] = "a";
static char letter_b[] = "b";
static char letter_c[] = "c";
static char letter_d[] = "d";

static void
setup(void)
{
    loop = mu_loop_new();
    ck_assert_ptr_nonnull(loop);
    story_length = 0;
}

static void
teardown(void)
{
    mu_loop_free(loop);
}

static void
tell(char letter)
{
    ck_assert_uint_lt(story_length + 1, sizeof(story));
    story[story_length++] = letter;
    story[story_length] = '\0';
}

static struct mu_instant
soon(int64_t delay_ms)
{
    return mu_instant_after(mu_clock_now(), delay_ms);
}

static void
tell_letter(void *user)
{
    tell(*(const char *)user);
}

static void
tell_and_stop(void *user)
{
    tell(*(const char *)user);
    mu_loop_stop(loop);
}

START_TEST(timers_come_in_the_order_of_their_deadlines)
{
    struct mu_instant now = mu_clock_now();

    mu_loop_timer_init(&first, loop, tell_and_stop, letter_b);
    mu_loop_timer_init(&second, loop, tell_letter, letter_a);
    mu_loop_timer_arm(&first, mu_instant_after(now, 20));
    mu_loop_timer_arm(&second, mu_instant_after(now, 5));
    mu_loop_run(loop);
    ck_assert_str_eq(story, "ab");
}
END_TEST

/* A deadline that moves must neither come at its old time nor twice. */
START_TEST(timer_that_is_armed_again_comes_once)
{
    struct mu_loop_timer end;

    mu_loop_timer_init(&first, loop, tell_letter, letter_a);
    mu_loop_timer_init(&second, loop, tell_letter, letter_b);
    mu_loop_timer_init(&end, loop, tell_and_stop, letter_c);
    mu_loop_timer_arm(&first, soon(1));
    mu_loop_timer_arm(&second, soon(2));
    mu_loop_timer_arm(&first, soon(5));
    mu_loop_timer_disarm(&second);
    mu_loop_timer_disarm(&second);
    mu_loop_timer_arm(&end, soon(20));
    mu_loop_run(loop);
    ck_assert_str_eq(story, "ac");
}
END_TEST

static void
disarm_second(void *user)
{
    tell_letter(user);
    mu_loop_timer_disarm(&second);
}

/* Both are due when the first is called: the promise of the header counts. */
START_TEST(disarmed_timer_is_not_called_even_when_due)
{
    struct mu_loop_timer end;

    mu_loop_timer_init(&first, loop, disarm_second, letter_a);
    mu_loop_timer_init(&second, loop, tell_letter, letter_b);
    mu_loop_timer_init(&end, loop, tell_and_stop, letter_c);
    mu_loop_timer_arm(&first, mu_clock_now());
    mu_loop_timer_arm(&second, mu_clock_now());
    mu_loop_timer_arm(&end, soon(10));
    mu_loop_run(loop);
    ck_assert_str_eq(story, "ac");
}
END_TEST

static int again_count;

static void
arm_again(void *user)
{
    (void)user;
    if (++again_count < 1000) {
        mu_loop_timer_arm(&first, mu_clock_now());
    }
}

/* Somebody who always has something to do at once must not stop the others. */
START_TEST(timer_that_rearms_itself_leaves_room_for_others)
{
    again_count = 0;
    mu_loop_timer_init(&first, loop, arm_again, NULL);
    mu_loop_timer_init(&second, loop, tell_and_stop, letter_b);
    mu_loop_timer_arm(&first, mu_clock_now());
    mu_loop_timer_arm(&second, mu_clock_now());
    mu_loop_run(loop);
    ck_assert_str_eq(story, "b");
    ck_assert_int_lt(again_count, 1000);
    mu_loop_timer_disarm(&first);
}
END_TEST

static void
add_last_job(void *user)
{
    tell_letter(user);
    ck_assert_int_eq(mu_loop_job_add(loop, tell_and_stop, letter_d), 0);
}

START_TEST(jobs_run_once_in_the_order_they_were_added)
{
    static char unwanted[] = "x";

    ck_assert_int_eq(mu_loop_job_add(loop, tell_letter, unwanted), 0);
    ck_assert_int_eq(mu_loop_job_add(loop, tell_letter, letter_a), 0);
    ck_assert_int_eq(mu_loop_job_add(loop, tell_letter, unwanted), 0);
    ck_assert_int_eq(mu_loop_job_add(loop, add_last_job, letter_b), 0);
    mu_loop_job_remove(loop, tell_letter, unwanted);
    mu_loop_run(loop);
    ck_assert_str_eq(story, "abd");
}
END_TEST

/* The heap against what is obviously right, over many random changes. */
START_TEST(heap_always_knows_the_earliest)
{
    enum { COUNT = 50 };
    static struct mu_loop_timer timers[COUNT];
    struct mu_loop_timers heap = {0};
    struct mu_prng prng;

    mu_prng_init(&prng, 7);
    for (unsigned i = 0; i < COUNT; i++) {
        mu_loop_timer_init(&timers[i], loop, tell_letter, NULL);
    }
    for (unsigned round = 0; round < 5000; round++) {
        struct mu_loop_timer *timer = &timers[mu_prng_below(&prng, COUNT)];
        const struct mu_loop_timer *earliest = NULL;

        if (timer->position > 0) {
            mu_loop_timers_remove(&heap, timer);
        } else {
            timer->deadline.ms = (int64_t)mu_prng_below(&prng, 20);
            mu_loop_timers_add(&heap, timer);
        }
        for (unsigned i = 0; i < COUNT; i++) {
            if (timers[i].position > 0 &&
                (!earliest || timers[i].deadline.ms < earliest->deadline.ms ||
                 (timers[i].deadline.ms == earliest->deadline.ms &&
                  timers[i].order < earliest->order))) {
                earliest = &timers[i];
            }
        }
        ck_assert_ptr_eq(mu_loop_timers_first(&heap), earliest);
    }
    mu_loop_timers_done(&heap);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("loop_timers");
    TCase *tcase = tcase_create("loop_timers");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 30);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, timers_come_in_the_order_of_their_deadlines);
    tcase_add_test(tcase, timer_that_is_armed_again_comes_once);
    tcase_add_test(tcase, disarmed_timer_is_not_called_even_when_due);
    tcase_add_test(tcase, timer_that_rearms_itself_leaves_room_for_others);
    tcase_add_test(tcase, jobs_run_once_in_the_order_they_were_added);
    tcase_add_test(tcase, heap_always_knows_the_earliest);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
