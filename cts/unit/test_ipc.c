/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/frame.h"
#include "daemon/ipc.h"
#include "daemon/log.h"

/* ---- Frames -------------------------------------------------------------- */

static struct mu_frame_reader reader;

static void
reader_setup(void)
{
    mu_frame_reader_init(&reader, 100000);
}

static void
reader_teardown(void)
{
    mu_frame_reader_done(&reader);
}

static void
reader_feed(const void *data, size_t size)
{
    const unsigned char *bytes = data;

    while (size > 0) {
        size_t space;
        unsigned char *to = mu_frame_reader_space(&reader, &space);
        size_t count = size < space ? size : space;

        ck_assert_ptr_nonnull(to);
        memcpy(to, bytes, count);
        mu_frame_reader_add(&reader, count);
        bytes += count;
        size -= count;
    }
}

static void
reader_feed_frame(enum mu_frame_kind kind, const char *text)
{
    unsigned char header[MU_FRAME_HEADER_SIZE];

    mu_frame_encode_header(header, kind, (uint32_t)strlen(text));
    reader_feed(header, sizeof(header));
    reader_feed(text, strlen(text));
}

/* A stream has no borders: a frame may come byte by byte. */
START_TEST(frame_that_drips_in_comes_out_whole)
{
    unsigned char bytes[MU_FRAME_HEADER_SIZE + 5];
    struct mu_frame frame;

    mu_frame_encode_header(bytes, MU_FRAME_REQUEST, 5);
    memcpy(bytes + MU_FRAME_HEADER_SIZE, "hello", 5);
    for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
        reader_feed(&bytes[i], 1);
        ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 0);
    }
    reader_feed(&bytes[sizeof(bytes) - 1], 1);
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 1);
    ck_assert_int_eq(frame.kind, MU_FRAME_REQUEST);
    ck_assert_uint_eq(frame.size, 5);
    ck_assert_str_eq((const char *)frame.data, "hello");
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 0);
}
END_TEST

/* The NUL behind a frame stands on the first byte of the next one. */
START_TEST(frames_that_follow_each_other_keep_their_bytes)
{
    struct mu_frame frame;

    reader_feed_frame(MU_FRAME_REQUEST, "one");
    reader_feed_frame(MU_FRAME_RESPONSE, "");
    reader_feed_frame(MU_FRAME_EVENT, "three");
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 1);
    ck_assert_str_eq((const char *)frame.data, "one");
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 1);
    ck_assert_int_eq(frame.kind, MU_FRAME_RESPONSE);
    ck_assert_str_eq((const char *)frame.data, "");
    reader_feed_frame(MU_FRAME_EVENT, "four");
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 1);
    ck_assert_str_eq((const char *)frame.data, "three");
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 1);
    ck_assert_str_eq((const char *)frame.data, "four");
    ck_assert_uint_eq(mu_frame_reader_count(&reader), 0);
}
END_TEST

/* Long-lived connections must not grow the buffer with what was given out. */
START_TEST(thousand_frames_take_no_more_room_than_a_few)
{
    struct mu_frame frame;
    char text[1000];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    reader_feed_frame(MU_FRAME_REQUEST, "first");
    for (unsigned i = 0; i < 1000; i++) {
        reader_feed_frame(MU_FRAME_REQUEST, text);
        ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 1);
    }
    ck_assert_uint_le(reader.capacity, 16384);
}
END_TEST

START_TEST(sec_other_languages_are_refused)
{
    struct mu_frame frame;
    unsigned char header[MU_FRAME_HEADER_SIZE] = "GET / HTTP/";

    reader_feed(header, sizeof(header));
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), -EBADMSG);
}
END_TEST

START_TEST(sec_unknown_kinds_are_refused)
{
    struct mu_frame frame;
    unsigned char header[MU_FRAME_HEADER_SIZE];

    mu_frame_encode_header(header, (enum mu_frame_kind)(MU_FRAME_REFUSAL + _i),
                           0);
    if (_i == 0) {
        mu_frame_encode_header(header, (enum mu_frame_kind)0, 0);
    }
    reader_feed(header, sizeof(header));
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), -EBADMSG);
}
END_TEST

/* A header may promise four gigabytes; memory is for what has arrived. */
START_TEST(sec_promised_size_takes_no_memory)
{
    struct mu_frame frame;
    unsigned char header[MU_FRAME_HEADER_SIZE];

    mu_frame_encode_header(header, MU_FRAME_REQUEST, 100000);
    reader_feed(header, sizeof(header));
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), 0);
    ck_assert_uint_le(reader.capacity, 8192);
    reader_teardown();
    mu_frame_encode_header(header, MU_FRAME_REQUEST, 100001);
    reader_feed(header, sizeof(header));
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), -E2BIG);
    reader_teardown();
    mu_frame_encode_header(header, MU_FRAME_REQUEST, UINT32_MAX);
    reader_feed(header, sizeof(header));
    ck_assert_int_eq(mu_frame_reader_next(&reader, &frame), -E2BIG);
}
END_TEST

/* ---- The server ---------------------------------------------------------- */

/* The server and its clients share one process and one loop: a client's
 * blocking call would wait for ever, so clients never block. */
static struct mu_loop *loop;
static struct mu_ipc *ipc;
static char folder[] = "/tmp/mu-test-ipc-XXXXXX";
static char path[64];
static struct mu_loop_timer limit;
static struct mu_loop_timer step;
static unsigned requests_count;
static unsigned gone_count;
static uint64_t newest_client;
static bool is_answering;
static bool (*is_reached)(void);
static int client;
static int pauses;

static void
on_request(void *context, uint64_t id,
           const struct mu_api_credentials *credentials, const char *json,
           size_t size)
{
    (void)context;
    ck_assert_uint_eq(credentials->uid, getuid());
    ck_assert_int_eq(credentials->pid, getpid());
    ck_assert(credentials->may_change);
    ck_assert_int_eq(json[size], '\0');
    requests_count++;
    newest_client = id;
    if (is_answering) {
        mu_ipc_send(ipc, id, MU_FRAME_RESPONSE, json, size);
    }
}

static void
on_gone(void *context, uint64_t id)
{
    (void)context;
    (void)id;
    gone_count++;
}

static void
on_limit(void *user)
{
    (void)user;
    ck_abort_msg("the condition was not reached in time");
}

static void
on_step(void *user)
{
    (void)user;
    if (is_reached()) {
        mu_loop_stop(loop);
    } else {
        mu_loop_timer_arm(&step, mu_instant_after(mu_clock_now(), 1));
    }
}

/* Runs the loop until 'condition' holds. */
static void
run_until(bool (*condition)(void))
{
    is_reached = condition;
    mu_loop_timer_arm(&limit, mu_instant_after(mu_clock_now(), 100000));
    mu_loop_timer_arm(&step, mu_clock_now());
    mu_loop_run(loop);
    mu_loop_timer_disarm(&limit);
}

static void
server_setup(void)
{
    const struct mu_ipc_handler handler = {NULL, on_request, on_gone};

    mu_log_init(&(struct mu_log_config){
        .name = "test_ipc", .level_min = MU_TRACE_ERROR, .is_stderr = true});
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/socket", folder);
    loop = mu_loop_new();
    ck_assert_ptr_nonnull(loop);
    ck_assert_int_eq(mu_ipc_new(loop, path, &handler, &ipc, NULL), 0);
    mu_loop_timer_init(&limit, loop, on_limit, NULL);
    mu_loop_timer_init(&step, loop, on_step, NULL);
    requests_count = gone_count = 0;
    pauses = 0;
    is_answering = true;
}

static void
server_teardown(void)
{
    mu_ipc_free(ipc);
    mu_loop_timer_disarm(&limit);
    mu_loop_timer_disarm(&step);
    mu_loop_free(loop);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(rmdir(folder), 0);
}

static int
client_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(
        connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void
client_send(int fd, const char *text)
{
    unsigned char header[MU_FRAME_HEADER_SIZE];

    mu_frame_encode_header(header, MU_FRAME_REQUEST, (uint32_t)strlen(text));
    ck_assert_int_eq(send(fd, header, sizeof(header), MSG_NOSIGNAL),
                     sizeof(header));
    ck_assert_int_eq(send(fd, text, strlen(text), MSG_NOSIGNAL),
                     (ssize_t)strlen(text));
}

static bool
client_is_closed(void)
{
    char bytes[1024];
    ssize_t count;

    do {
        count = recv(client, bytes, sizeof(bytes), 0);
    } while (count > 0);
    return count == 0 || errno == ECONNRESET;
}

static bool
client_has_answer(void)
{
    char bytes[1024];
    struct mu_frame frame;
    ssize_t count = recv(client, bytes, sizeof(bytes), 0);

    ck_assert_int_ne(count, 0);
    if (count > 0) {
        reader_feed(bytes, (size_t)count);
    }
    return mu_frame_reader_next(&reader, &frame) > 0;
}

static bool
one_request_has_come(void)
{
    return requests_count >= 1;
}

static bool
two_requests_have_come(void)
{
    return requests_count >= 2;
}

static bool
burst_has_come(void)
{
    return requests_count >= 200;
}

static bool
somebody_is_gone(void)
{
    return gone_count > 0;
}

static bool
some_turns_have_passed(void)
{
    return ++pauses > 20;
}

START_TEST(request_is_answered)
{
    client = client_connect();
    client_send(client, "{\"a\": 1}");
    run_until(client_has_answer);
    ck_assert_uint_eq(requests_count, 1);
    close(client);
    run_until(somebody_is_gone);
    ck_assert_uint_eq(gone_count, 1);
}
END_TEST

/* A client that asks again before it was answered waits its turn, so it cannot
 * pile up work; nothing is lost either. */
START_TEST(next_request_waits_for_the_answer)
{
    is_answering = false;
    client = client_connect();
    client_send(client, "one");
    client_send(client, "two");
    run_until(one_request_has_come);
    run_until(some_turns_have_passed);
    ck_assert_uint_eq(requests_count, 1);
    mu_ipc_send(ipc, newest_client, MU_FRAME_RESPONSE, "1", 1);
    run_until(two_requests_have_come);
    mu_ipc_send(ipc, newest_client, MU_FRAME_RESPONSE, "2", 1);
    run_until(client_has_answer);
    close(client);
}
END_TEST

/* Who is gone is told once, also while an answer is due; the answer that comes
 * too late goes nowhere. */
START_TEST(client_that_leaves_early_is_forgotten)
{
    is_answering = false;
    client = client_connect();
    client_send(client, "one");
    run_until(one_request_has_come);
    close(client);
    run_until(somebody_is_gone);
    mu_ipc_send(ipc, newest_client, MU_FRAME_RESPONSE, "1", 1);
    run_until(some_turns_have_passed);
    ck_assert_uint_eq(gone_count, 1);
}
END_TEST

START_TEST(sec_garbage_is_dropped)
{
    client = client_connect();
    ck_assert_int_eq(send(client, "GET / HTTP/1.0\r\n\r\n", 18, 0), 18);
    run_until(client_is_closed);
    ck_assert_uint_eq(requests_count, 0);
    ck_assert_uint_eq(gone_count, 0);
    close(client);
}
END_TEST

START_TEST(sec_request_over_the_limit_is_dropped_at_its_header)
{
    unsigned char header[MU_FRAME_HEADER_SIZE];

    client = client_connect();
    mu_frame_encode_header(header, MU_FRAME_REQUEST,
                           MU_FRAME_REQUEST_SIZE_MAX + 1);
    ck_assert_int_eq(send(client, header, sizeof(header), 0), sizeof(header));
    run_until(client_is_closed);
    ck_assert_uint_eq(requests_count, 0);
    close(client);
}
END_TEST

/* A subscriber that stops reading must not hold the daemon's memory. */
START_TEST(sec_client_that_stops_reading_is_dropped)
{
    static char event[65536];

    memset(event, ' ', sizeof(event));
    client = client_connect();
    client_send(client, "subscribe");
    run_until(one_request_has_come);
    for (unsigned i = 0; i < 64; i++) {
        mu_ipc_send(ipc, newest_client, MU_FRAME_EVENT, event, sizeof(event));
    }
    run_until(somebody_is_gone);
    close(client);
}
END_TEST

/* Connections are bounded; the one too many is told so and costs nothing. */
START_TEST(sec_hundreds_of_connections_leave_room_for_service)
{
    int fds[200];

    for (unsigned i = 0; i < 200; i++) {
        fds[i] = client_connect();
        pauses = 0;
        run_until(some_turns_have_passed);
    }
    client = fds[199];
    run_until(client_is_closed);
    client = fds[0];
    client_send(client, "still here");
    run_until(client_has_answer);
    for (unsigned i = 0; i < 200; i++) {
        close(fds[i]);
    }
}
END_TEST

enum { HOARDERS_COUNT = 4 };

/* Room is made in powers of two: together they have all there is. */
static const size_t hoard_sizes[] = {15 << 20, 15 << 20, 7 << 20, 7 << 20};
static int hoarders[HOARDERS_COUNT];
static size_t hoards[HOARDERS_COUNT];

static bool
hoards_are_sent(void)
{
    static const char much[65536];
    size_t count = 0;

    for (unsigned i = 0; i < HOARDERS_COUNT; i++) {
        if (hoards[i] < hoard_sizes[i]) {
            ssize_t sent = send(hoarders[i], much, sizeof(much), MSG_NOSIGNAL);

            hoards[i] += sent > 0 ? (size_t)sent : 0;
        } else {
            count++;
        }
    }
    return count == HOARDERS_COUNT;
}

/* Those who fill the memory for requests that are not complete must not keep
 * others from asking: the room that is needed is taken from them. */
START_TEST(sec_hoarders_do_not_keep_others_from_asking)
{
    unsigned char header[MU_FRAME_HEADER_SIZE];

    mu_frame_encode_header(header, MU_FRAME_REQUEST, MU_FRAME_REQUEST_SIZE_MAX);
    for (unsigned i = 0; i < HOARDERS_COUNT; i++) {
        hoarders[i] = client_connect();
        ck_assert_int_eq(send(hoarders[i], header, sizeof(header), 0),
                         sizeof(header));
    }
    run_until(hoards_are_sent);
    run_until(some_turns_have_passed);
    client = client_connect();
    client_send(client, "still here");
    run_until(client_has_answer);
    ck_assert_uint_eq(requests_count, 1); /* It was no refusal. */
    for (unsigned i = 0; i < HOARDERS_COUNT; i++) {
        close(hoarders[i]);
    }
    close(client);
}
END_TEST

/* A client that asks in a tight loop is slowed down, not served at its rate. */
START_TEST(sec_flood_of_requests_is_slowed_down)
{
    static unsigned char flood[2000][MU_FRAME_HEADER_SIZE];
    struct mu_instant begun = mu_clock_now();
    int64_t spent_ms;

    client = client_connect();
    for (unsigned i = 0; i < 2000; i++) {
        mu_frame_encode_header(flood[i], MU_FRAME_REQUEST, 0);
    }
    ck_assert_int_eq(send(client, flood, sizeof(flood), MSG_NOSIGNAL),
                     sizeof(flood));
    run_until(burst_has_come);
    pauses = 0;
    run_until(some_turns_have_passed);
    spent_ms = mu_clock_now().ms - begun.ms;
    ck_assert_int_le(requests_count, 200 + spent_ms / 10 + 1);
    close(client);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("ipc");
    TCase *frames = tcase_create("frames");
    TCase *server = tcase_create("server");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(frames, reader_setup, reader_teardown);
    tcase_add_test(frames, frame_that_drips_in_comes_out_whole);
    tcase_add_test(frames, frames_that_follow_each_other_keep_their_bytes);
    tcase_add_test(frames, thousand_frames_take_no_more_room_than_a_few);
    tcase_add_test(frames, sec_other_languages_are_refused);
    tcase_add_loop_test(frames, sec_unknown_kinds_are_refused, 0, 2);
    tcase_add_test(frames, sec_promised_size_takes_no_memory);
    suite_add_tcase(suite, frames);

    tcase_set_timeout(server, 60);
    tcase_add_checked_fixture(server, reader_setup, reader_teardown);
    tcase_add_checked_fixture(server, server_setup, server_teardown);
    tcase_add_test(server, request_is_answered);
    tcase_add_test(server, next_request_waits_for_the_answer);
    tcase_add_test(server, client_that_leaves_early_is_forgotten);
    tcase_add_test(server, sec_garbage_is_dropped);
    tcase_add_test(server, sec_request_over_the_limit_is_dropped_at_its_header);
    tcase_add_test(server, sec_client_that_stops_reading_is_dropped);
    tcase_add_test(server, sec_hundreds_of_connections_leave_room_for_service);
    tcase_add_test(server, sec_hoarders_do_not_keep_others_from_asking);
    tcase_add_test(server, sec_flood_of_requests_is_slowed_down);
    suite_add_tcase(suite, server);

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
