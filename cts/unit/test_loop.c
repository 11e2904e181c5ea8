/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop and what speaks to systemd from it. */

#include <check.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/loop.h"
#include "daemon/notify.h"

enum { WAIT_MS = 100000 };

static struct mu_loop *loop;
static struct mu_loop_timer guard;
static bool is_late;
static char story[64];

static void
on_guard(void *user)
{
    (void)user;
    is_late = true;
    mu_loop_stop(loop);
}

static void
run(void)
{
    mu_loop_timer_arm(&guard, mu_instant_after(mu_clock_now(), WAIT_MS));
    mu_loop_run(loop);
    mu_loop_timer_disarm(&guard);
    ck_assert(!is_late);
}

static void
tell(const char *word)
{
    strncat(story, word, sizeof(story) - strlen(story) - 1);
}

static void
setup(void)
{
    loop = mu_loop_new();
    ck_assert_ptr_nonnull(loop);
    mu_loop_timer_init(&guard, loop, on_guard, NULL);
    story[0] = '\0';
    is_late = false;
}

static void
teardown(void)
{
    mu_loop_free(loop);
}

static void
on_word(void *user)
{
    tell(user);
}

static void
on_last_word(void *user)
{
    tell(user);
    mu_loop_stop(loop);
}

START_TEST(timers_come_in_the_order_of_their_deadlines)
{
    struct mu_instant now = mu_clock_now();
    struct mu_loop_timer timers[4];

    mu_loop_timer_init(&timers[0], loop, on_last_word, (char[]){"d"});
    mu_loop_timer_init(&timers[1], loop, on_word, (char[]){"b"});
    mu_loop_timer_init(&timers[2], loop, on_word, (char[]){"a"});
    mu_loop_timer_init(&timers[3], loop, on_word, (char[]){"x"});
    mu_loop_timer_arm(&timers[0], mu_instant_after(now, 60));
    mu_loop_timer_arm(&timers[1], mu_instant_after(now, 30));
    mu_loop_timer_arm(&timers[2], mu_instant_after(now, -5)); /* Past. */
    mu_loop_timer_arm(&timers[3], mu_instant_after(now, 20));
    mu_loop_timer_disarm(&timers[3]);
    mu_loop_timer_disarm(&timers[3]);
    ck_assert_str_eq(story, ""); /* Never from inside arming. */
    run();
    ck_assert_str_eq(story, "abd");
    ck_assert_int_ge(mu_clock_now().ms, now.ms + 60); /* Never early. */
}
END_TEST

START_TEST(rearmed_timer_comes_once_at_the_new_time)
{
    struct mu_instant now = mu_clock_now();
    struct mu_loop_timer timer;
    struct mu_loop_timer end;

    mu_loop_timer_init(&timer, loop, on_word, (char[]){"t"});
    mu_loop_timer_init(&end, loop, on_last_word, (char[]){"e"});
    mu_loop_timer_arm(&timer, mu_instant_after(now, 10000));
    mu_loop_timer_arm(&timer, mu_instant_after(now, 10));
    mu_loop_timer_arm(&end, mu_instant_after(now, 60));
    run();
    ck_assert_str_eq(story, "te");
    mu_loop_timer_arm(&timer, MU_INSTANT_NEVER); /* Disarms. */
}
END_TEST

static int pipes[2][2];

/* Whichever comes first takes the other one away; 'user' is the end. */
static void
on_readable(void *user, int fd, int events)
{
    ck_assert(events & POLLIN);
    tell("r");
    mu_loop_timer_arm(user, mu_instant_after(mu_clock_now(), 50));
    mu_loop_fd_remove(loop, fd == pipes[0][0] ? pipes[1][0] : pipes[0][0]);
    mu_loop_fd_remove(loop, fd);
}

START_TEST(removed_descriptor_is_not_called_any_more)
{
    struct mu_loop_timer end;

    mu_loop_timer_init(&end, loop, on_last_word, (char[]){"e"});
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pipe(pipes[i]), 0);
        ck_assert_int_eq(write(pipes[i][1], "x", 1), 1);
        ck_assert_int_eq(
            mu_loop_fd_add(loop, pipes[i][0], POLLIN, on_readable, &end), 0);
    }
    run();
    ck_assert_str_eq(story, "re");
    mu_loop_fd_remove(loop, pipes[0][0]); /* Unknown ones are ignored. */
    mu_loop_fd_remove(loop, -1);
}
END_TEST

static void
on_signal(void *user, int number)
{
    (void)user;
    ck_assert_int_eq(number, SIGTERM);
    tell("s");
    mu_loop_stop(loop);
}

START_TEST(signals_and_jobs_come_from_the_loop)
{
    char word[] = "j";

    ck_assert_int_eq(mu_loop_signal_add(loop, SIGTERM, on_signal, NULL), 0);
    ck_assert_int_eq(mu_loop_job_add(loop, on_word, story), 0);
    mu_loop_job_remove(loop, on_word, story);
    ck_assert_int_eq(mu_loop_job_add(loop, on_word, word), 0);
    ck_assert_int_eq(kill(getpid(), SIGTERM), 0);
    ck_assert_str_eq(story, "");
    run();
    ck_assert(strcmp(story, "js") == 0 || strcmp(story, "sj") == 0);
}
END_TEST

/* -------- systemd's ear -------- */

static char folder[] = "/tmp/muster-test-loop.XXXXXX";
static int ear = -1;
static uint32_t lives_count;

static void
listen_as_systemd(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", folder);
    ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(ear, 0);
    ck_assert_int_eq(bind(ear, (struct sockaddr *)&address, sizeof(address)),
                     0);
    setenv("NOTIFY_SOCKET", address.sun_path, 1);
}

static bool
hears(const char *wanted)
{
    char text[512];
    ssize_t got = recv(ear, text, sizeof(text) - 1, 0);

    if (got < 0) {
        return false;
    }
    text[got] = '\0';
    return strcmp(text, wanted) == 0;
}

static void
on_heard(void *user, int fd, int events)
{
    (void)user;
    (void)fd;
    (void)events;
    if (hears("WATCHDOG=1")) {
        lives_count++;
    }
    if (lives_count >= 3) {
        mu_loop_stop(loop);
    }
}

START_TEST(systemd_hears_of_life_while_fed_only)
{
    struct mu_notify notify;
    struct mu_loop_timer end;
    char text[16];

    listen_as_systemd();
    snprintf(text, sizeof(text), "%d", (int)getpid());
    setenv("WATCHDOG_PID", text, 1);
    setenv("WATCHDOG_USEC", "90000", 1);
    mu_notify_init(&notify, loop);
    ck_assert_int_eq(notify.watchdog_ms, 90);
    ck_assert_int_eq(mu_loop_fd_add(loop, ear, POLLIN, on_heard, NULL), 0);
    run();
    ck_assert_uint_eq(lives_count, 3);

    mu_notify_feed(&notify, false);
    while (hears("WATCHDOG=1")) {
    }
    lives_count = 0;
    mu_loop_timer_init(&end, loop, on_last_word, (char[]){"e"});
    mu_loop_timer_arm(&end, mu_instant_after(mu_clock_now(), 200));
    run();
    ck_assert_uint_eq(lives_count, 0);

    mu_notify_feed(&notify, true);
    run();
    ck_assert_uint_eq(lives_count, 3);
    mu_loop_fd_remove(loop, ear);
    mu_notify_done(&notify);
    while (hears("WATCHDOG=1")) {
    }
    mu_notify_ready(&notify);
    ck_assert(hears("READY=1"));
    mu_notify_status(&notify, "%d of %d nodes", 2, 3);
    ck_assert(hears("STATUS=2 of 3 nodes"));
    mu_notify_extend(&notify, 1500);
    ck_assert(hears("EXTEND_TIMEOUT_USEC=1500000"));
    mu_notify_stopping(&notify);
    ck_assert(hears("STOPPING=1"));
    close(ear);
}
END_TEST

START_TEST(without_systemd_nothing_is_said)
{
    struct mu_notify notify;

    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    mu_notify_init(&notify, loop);
    ck_assert_int_eq(notify.watchdog_ms, 0);
    mu_notify_ready(&notify);
    mu_notify_feed(&notify, false);
    mu_notify_feed(&notify, true);
    mu_notify_done(&notify);
}
END_TEST

static void
cleanup(void)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/notify", folder);
    unlink(path);
    rmdir(folder);
}

int
main(void)
{
    Suite *suite = suite_create("loop");
    TCase *tcase = tcase_create("all");
    TCase *systemd = tcase_create("systemd");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, timers_come_in_the_order_of_their_deadlines);
    tcase_add_test(tcase, rearmed_timer_comes_once_at_the_new_time);
    tcase_add_test(tcase, removed_descriptor_is_not_called_any_more);
    tcase_add_test(tcase, signals_and_jobs_come_from_the_loop);
    tcase_add_checked_fixture(systemd, setup, teardown);
    tcase_add_checked_fixture(systemd, NULL, cleanup);
    tcase_set_timeout(systemd, 60);
    tcase_add_test(systemd, systemd_hears_of_life_while_fed_only);
    tcase_add_test(systemd, without_systemd_nothing_is_said);
    suite_add_tcase(suite, tcase);
    suite_add_tcase(suite, systemd);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
