/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The executor with real processes: small shell agents in a temporary
 * stage.folder, most of them badly behaved. */

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/prng.h"
#include "cts/unit/stage.h"
#include "daemon/clock.h"
#include "daemon/exec.h"

enum { RESULTS_COUNT_MAX = 64 };

struct outcome {
    uint64_t exec_id;
    enum mu_op_end end;
    int32_t rc;
    char reason[MU_REASON_SIZE_MAX];
    size_t output_size;
    char output[4096]; /* Its beginning, with a NUL. */
};

static struct mu_stage stage;
static struct mu_exec *executor;
static struct outcome outcomes[RESULTS_COUNT_MAX];
static uint32_t outcomes_count;
static uint32_t outcomes_wanted;

static void
on_result(void *user, const struct mu_event_op_result *result)
{
    struct outcome *outcome = &outcomes[outcomes_count++];
    size_t size = result->output.size;

    (void)user;
    outcome->exec_id = result->exec_id;
    outcome->end = result->end;
    outcome->rc = result->rc;
    outcome->output_size = size;
    size = size < sizeof(outcome->output) ? size : sizeof(outcome->output) - 1;
    if (size > 0) {
        memcpy(outcome->output, result->output.data, size);
    }
    outcome->output[size] = '\0';
    snprintf(outcome->reason, sizeof(outcome->reason), "%s",
             result->exit_reason ? result->exit_reason : "");
    ck_assert_int_ge(result->exec_ms, 0);
    ck_assert_int_ge(result->queue_ms, 0);
    if (outcomes_count >= outcomes_wanted) {
        mu_loop_stop(stage.loop);
    }
}

/* Runs the loop until so many results have come, or long enough. */
static void
wait_for(uint32_t count)
{
    outcomes_wanted = count;
    if (outcomes_count < count) {
        mu_stage_run(&stage, MU_STAGE_WAIT_MS);
    }
    ck_assert_uint_ge(outcomes_count, count);
}

/* Lets the loop turn for a while where nothing is waited for. */
static void
idle(int64_t duration_ms)
{
    outcomes_wanted = UINT32_MAX;
    mu_stage_run(&stage, duration_ms);
}

static struct mu_exec_config
make_config(void)
{
    return (struct mu_exec_config){.loop = stage.loop,
                                   .function = on_result,
                                   .run_folder = stage.folder,
                                   .ocf_root = stage.folder,
                                   .lsb_folder = stage.folder,
                                   .fence_folder = stage.folder,
                                   .rsctmp_folder = stage.folder,
                                   .work_folder = stage.folder};
}

static void
make_exec(void)
{
    struct mu_exec_config config = make_config();
    struct mu_errbuf err;

    ck_assert_int_eq(mu_exec_new(&config, &executor, &err), 0);
}

/* Makes ocf:test:NAME. $T is the test's folder. */
static void
make_agent(const char *name, const char *script)
{
    char path[128];
    char text[2048];

    snprintf(path, sizeof(path), "resource.d/test/%s", name);
    snprintf(text, sizeof(text), "#!/bin/sh\nT=%s\n%s\n", stage.folder, script);
    mu_stage_write(&stage, path, text, 0755);
}

static bool
has_file(const char *name)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    return access(path, F_OK) == 0;
}

/* Reads the number in a file; waits for it to be there. */
static pid_t
read_pid(const char *name)
{
    char path[256];
    int pid = 0;

    snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    for (int i = 0; i < MU_STAGE_WAIT_MS / 10 && pid == 0; i++) {
        FILE *file = fopen(path, "r");

        if (file) {
            if (fscanf(file, "%d", &pid) != 1) {
                pid = 0;
            }
            fclose(file);
        }
        if (pid == 0) {
            usleep(10000);
        }
    }
    ck_assert_int_gt(pid, 0);
    return pid;
}

/* A zombie that nobody has reaped yet is as good as gone. */
static bool
is_alive(pid_t pid)
{
    char path[64];
    char text[512];
    FILE *file;
    size_t size;
    const char *rest;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (!file) {
        return false;
    }
    size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    rest = strrchr(text, ')');
    return rest && rest[2] != 'Z' && rest[2] != 'X';
}

static void
start_with(uint64_t exec_id, const char *resource, const char *type,
           const char *op_name, int64_t timeout_ms)
{
    struct mu_effect_exec effect = {.exec_id = exec_id,
                                    .agent_class = MU_AGENT_OCF,
                                    .provider = "test",
                                    .type = type,
                                    .resource = resource,
                                    .op_name = op_name,
                                    .timeout_ms = timeout_ms};

    mu_exec_start(executor, &effect);
}

static void
start(uint64_t exec_id, const char *resource, const char *type)
{
    start_with(exec_id, resource, type, "start", MU_STAGE_WAIT_MS);
}

static void
setup(void)
{
    mu_stage_open(&stage, "test_exec");
    mu_stage_make_folder(&stage, "resource.d");
    mu_stage_make_folder(&stage, "resource.d/test");
    outcomes_count = 0;
    make_exec();
}

static void
teardown(void)
{
    mu_exec_free(executor);
    mu_stage_close(&stage);
}

START_TEST(exit_code_output_and_reason_come_back)
{
    make_agent("fails", "echo some output\n"
                        "echo ocf-exit-reason:first reason >&2\n"
                        "echo noise >&2\n"
                        "echo 'ocf-exit-reason: the disk is full' >&2\n"
                        "exit 6");
    start(7, "web", "fails");
    wait_for(1);
    ck_assert_uint_eq(outcomes[0].exec_id, 7);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_EXITED);
    ck_assert_int_eq(outcomes[0].rc, 6);
    ck_assert_str_eq(outcomes[0].reason, "the disk is full");
    ck_assert_str_eq(outcomes[0].output, "some output\n");
    ck_assert_uint_eq(mu_exec_count(executor), 0);
}
END_TEST

/* What is shown in status and sent to peers must be one line of text. */
START_TEST(reason_is_made_valid_and_short)
{
    make_agent("odd",
               "printf 'ocf-exit-reason:caf\\303\\251 \\377 \\001x ' >&2\n"
               "printf '%0600d\\n' 0 >&2\n"
               "exit 1");
    start(1, "web", "odd");
    wait_for(1);
    ck_assert_int_eq(strncmp(outcomes[0].reason, "caf\303\251 ?  x 000", 14),
                     0);
    ck_assert_uint_lt(strlen(outcomes[0].reason), MU_REASON_SIZE_MAX);
}
END_TEST

START_TEST(missing_agent_is_not_installed_and_named)
{
    start(1, "web", "nowhere");
    ck_assert_uint_eq(outcomes_count, 0); /* Never from inside the call. */
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_NOT_INSTALLED);
    ck_assert_int_eq(outcomes[0].rc, 5);
    ck_assert_ptr_nonnull(
        strstr(outcomes[0].reason, "resource.d/test/nowhere does not exist"));
}
END_TEST

START_TEST(agent_without_execute_bit_is_not_installed)
{
    mu_stage_write(&stage, "resource.d/test/plain", "#!/bin/sh\nexit 0\n",
                   0644);
    start(1, "web", "plain");
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_NOT_INSTALLED);
    ck_assert_ptr_nonnull(
        strstr(outcomes[0].reason, "test/plain is not executable"));
}
END_TEST

START_TEST(agent_without_its_interpreter_is_not_installed)
{
    mu_stage_write(&stage, "resource.d/test/lost", "#!/nowhere/sh\nexit 0\n",
                   0755);
    start(1, "web", "lost");
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_NOT_INSTALLED);
    ck_assert_ptr_nonnull(strstr(outcomes[0].reason, "interpreter"));
}
END_TEST

/* The name comes from the configuration and becomes part of a path. */
START_TEST(sec_agent_name_cannot_leave_its_folder)
{
    mu_stage_write(&stage, "outside", "#!/bin/sh\nexit 0\n", 0755);
    start(1, "web", "../../outside");
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_NOT_INSTALLED);
}
END_TEST

/* Whatever the agent has done to hide: nothing of it may go on after the
 * operation was called timed out, or the next one meets it. */
START_TEST(timeout_kills_the_whole_tree)
{
    static const char *const files[] = {"leader", "child", "setsid", "double",
                                        "stubborn"};

    make_agent("tree",
               "echo $$ >$T/leader\n"
               "sleep 1000 & echo $! >$T/child\n"
               "setsid sh -c 'echo $$ >'$T'/setsid; exec sleep 1000' &\n"
               "( setsid sh -c 'sh -c \"echo \\$\\$ >'$T'/double; "
               "exec sleep 1000\" & exit 0' & exit 0 )\n"
               "setsid sh -c 'trap \"\" TERM HUP INT; echo $$ >'$T'/stubborn;"
               " while :; do sleep 1; done' &\n"
               "wait; wait");
    start_with(1, "web", "tree", "start", 1500);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ck_assert(is_alive(read_pid(files[i])));
    }
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_TIMEOUT);
    ck_assert_str_eq(outcomes[0].reason, "not done within 1500ms, killed");
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        ck_assert_msg(!is_alive(read_pid(files[i])), "%s is alive", files[i]);
    }
}
END_TEST

START_TEST(agent_that_ignores_sigterm_is_killed)
{
    make_agent("stubborn", "trap '' TERM HUP INT\n"
                           "echo 'ocf-exit-reason:waiting for godot' >&2\n"
                           "echo $$ >$T/pid\n"
                           "while :; do sleep 1; done");
    start_with(1, "web", "stubborn", "stop", 1000);
    (void)read_pid("pid"); /* Its time ends only while the loop turns. */
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_TIMEOUT);
    ck_assert_str_eq(outcomes[0].reason,
                     "not done within 1s, killed: waiting for godot");
    ck_assert(!is_alive(read_pid("pid")));
}
END_TEST

/* That is what a start is for. */
START_TEST(service_left_running_survives_start_and_later_kills)
{
    pid_t service;

    make_agent("service", "case $1 in\n"
                          "start) setsid sleep 1000 >/dev/null 2>&1 &\n"
                          "  echo $! >$T/service; exit 0;;\n"
                          "monitor) sleep 1000;;\n"
                          "esac");
    start(1, "web", "service");
    wait_for(1);
    ck_assert_int_eq(outcomes[0].rc, 0);
    service = read_pid("service");
    ck_assert(is_alive(service));

    start_with(2, "web", "service", "monitor", 300);
    wait_for(2);
    ck_assert_int_eq(outcomes[1].end, MU_OP_END_TIMEOUT);
    ck_assert(is_alive(service));
    ck_assert_int_eq(kill(service, SIGKILL), 0);
}
END_TEST

/* A daemon that keeps the agent's standard error open must not hold up the
 * operation that started it. */
START_TEST(daemon_that_keeps_the_pipe_open_does_not_hang_the_start)
{
    make_agent("keeper", "setsid sleep 1000 &\necho $! >$T/service\n"
                         "echo started\nexit 0");
    start(1, "web", "keeper");
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_EXITED);
    ck_assert_int_eq(outcomes[0].rc, 0);
    ck_assert_str_eq(outcomes[0].output, "started\n");
    ck_assert_int_eq(kill(read_pid("service"), SIGKILL), 0);
}
END_TEST

/* Kept output is bounded, its end with the reason is still found, and another
 * operation is not held up meanwhile. */
START_TEST(flood_of_output_is_bounded)
{
    make_agent("flood", "while [ ! -e $T/quick ]; do echo flood >&2; done\n"
                        "dd if=/dev/zero bs=1M count=100 2>/dev/null | "
                        "tr '\\0' 'x' >&2\n"
                        "dd if=/dev/zero bs=1M count=4 2>/dev/null\n"
                        "echo >&2\necho 'ocf-exit-reason:enough' >&2\nexit 1");
    make_agent("quick", ": >$T/quick\nexit 0");
    start(1, "web", "flood");
    start(2, "other", "quick");
    wait_for(2);
    ck_assert_uint_eq(outcomes[0].exec_id, 2);
    ck_assert_uint_eq(outcomes[1].exec_id, 1);
    ck_assert_int_eq(outcomes[1].rc, 1);
    ck_assert_uint_eq(outcomes[1].output_size, MU_OUTPUT_SIZE_MAX);
    ck_assert_str_eq(outcomes[1].reason, "enough");
}
END_TEST

START_TEST(operations_of_one_resource_run_in_turn)
{
    make_agent("turn", "[ -e $T/busy ] && exit 1\n: >$T/busy\nsleep 0.1\n"
                       "rm $T/busy\nexit 0");
    for (uint64_t i = 1; i <= 4; i++) {
        start(i, "web", "turn");
    }
    wait_for(4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(outcomes[i].exec_id, i + 1);
        ck_assert_int_eq(outcomes[i].rc, 0);
    }
}
END_TEST

/* The point of it all: a hung agent delays nobody but itself. */
START_TEST(hung_operation_does_not_delay_other_resources)
{
    make_agent("hang", "sleep 1000");
    make_agent("quick", "exit 0");
    start(1, "slow", "hang");
    for (uint64_t i = 2; i <= 11; i++) {
        char name[16];

        snprintf(name, sizeof(name), "quick%d", (int)i);
        start(i, name, "quick");
    }
    wait_for(10);
    for (uint32_t i = 0; i < 10; i++) {
        ck_assert_uint_ne(outcomes[i].exec_id, 1);
    }
    mu_exec_kill(executor, 1);
    wait_for(11);
    ck_assert_uint_eq(outcomes[10].exec_id, 1);
    ck_assert_int_eq(outcomes[10].end, MU_OP_END_CANCELLED);
}
END_TEST

START_TEST(killing_queued_and_delayed_operations_cancels_them)
{
    struct mu_effect_exec later = {.exec_id = 3,
                                   .agent_class = MU_AGENT_OCF,
                                   .provider = "test",
                                   .type = "mark",
                                   .resource = "db",
                                   .op_name = "start",
                                   .timeout_ms = MU_STAGE_WAIT_MS,
                                   .delay_ms = MU_STAGE_WAIT_MS * 10};

    make_agent("mark", ": >$T/marked\nexit 0");
    make_agent("hang", "sleep 1000");
    start(1, "web", "hang");
    start(2, "web", "mark");
    mu_exec_start(executor, &later);
    mu_exec_kill(executor, 2);
    mu_exec_kill(executor, 3);
    mu_exec_kill(executor, 99); /* Unknown ones are ignored. */
    wait_for(2);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_CANCELLED);
    ck_assert_int_eq(outcomes[1].end, MU_OP_END_CANCELLED);
    mu_exec_kill(executor, 1);
    mu_exec_kill(executor, 1);
    wait_for(3);
    ck_assert_uint_eq(outcomes[2].exec_id, 1);
    ck_assert(!has_file("marked"));
    idle(50);
    ck_assert_uint_eq(outcomes_count, 3);
    ck_assert_uint_eq(mu_exec_count(executor), 0);
}
END_TEST

START_TEST(delayed_operation_waits_and_later_ones_with_it)
{
    struct mu_effect_exec effect = {.exec_id = 1,
                                    .agent_class = MU_AGENT_OCF,
                                    .provider = "test",
                                    .type = "held",
                                    .resource = "web",
                                    .op_name = "monitor",
                                    .timeout_ms = MU_STAGE_WAIT_MS,
                                    .delay_ms = 200};
    struct mu_instant begun = mu_clock_now();

    make_agent("held", "while [ ! -e $T/go ]; do sleep 0.02; done\nexit 0");
    make_agent("quick", "exit 0");
    mu_exec_start(executor, &effect);
    start(2, "web", "quick");
    start(3, "db", "quick");
    wait_for(1);
    ck_assert_uint_eq(outcomes[0].exec_id, 3);
    mu_stage_write(&stage, "go", "", 0644);
    wait_for(3);
    ck_assert_uint_eq(outcomes[1].exec_id, 1);
    ck_assert_uint_eq(outcomes[2].exec_id, 2);
    ck_assert_int_ge(mu_clock_now().ms, begun.ms + effect.delay_ms);
}
END_TEST

START_TEST(agent_killed_by_a_signal_is_an_error)
{
    make_agent("suicide", "kill -9 $$");
    start(1, "web", "suicide");
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_ERROR);
    ck_assert_ptr_nonnull(strstr(outcomes[0].reason, "signal 9"));
}
END_TEST

/* A fork bomb in sessions of their own outruns a killer that looks once. */
START_TEST(fork_bomb_is_ended)
{
    make_agent("bomb", "ln -s /bin/sleep $T/bomb-sleep\n"
                       "cat >$T/bomb.sh <<EOF\n"
                       "#!/bin/sh\n"
                       "[ -e $T/stop ] && exit 0\n"
                       "sleep 0.05\n"
                       "[ \\$1 -gt 40 ] && exec $T/bomb-sleep 1000\n"
                       "setsid $T/bomb.sh \\$((\\$1 + 1)) &\n"
                       "exec $T/bomb-sleep 1000\n"
                       "EOF\n"
                       "chmod +x $T/bomb.sh\n"
                       "setsid $T/bomb.sh 0 &\nsleep 1000");
    start_with(1, "web", "bomb", "start", 700);
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_TIMEOUT);
    {
        char command[256];

        /* Nothing of it carries on: its processes name the folder. */
        snprintf(command, sizeof(command),
                 "! grep -lzs '%s/[b]omb' /proc/[0-9]*/cmdline", stage.folder);
        ck_assert_int_eq(system(command), 0);
    }
}
END_TEST

/* Runs a daemon of its own in a child that dies in the middle of it. */
static void
crash_with(const char *type, int64_t timeout_ms)
{
    pid_t pid = fork();
    int status;

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        mu_exec_free(executor);
        mu_stage_reopen_loop(&stage);
        make_exec();
        start_with(1, "web", type, "start", timeout_ms);
        (void)read_pid("agent");
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

/* A probe beside a start that still runs would see half a service. */
START_TEST(survivor_of_a_crash_holds_its_turn)
{
    make_agent("slow", "echo $$ >$T/agent\n"
                       "while [ ! -e $T/go ]; do sleep 0.05; done\n"
                       ": >$T/done\nexit 0");
    make_agent("probe", "[ -e $T/done ] && exit 0\nexit 7");
    make_agent("quick", "exit 0");
    crash_with("slow", MU_STAGE_WAIT_MS);
    ck_assert(is_alive(read_pid("agent")));

    ck_assert_int_eq(mu_exec_recover(executor), 1);
    start_with(10, "web", "probe", "monitor", MU_STAGE_WAIT_MS);
    start(11, "other", "quick");
    wait_for(1);
    ck_assert_uint_eq(outcomes[0].exec_id, 11);
    idle(100);
    ck_assert_uint_eq(outcomes_count, 1);
    mu_stage_write(&stage, "go", "", 0644);
    wait_for(2);
    ck_assert_uint_eq(outcomes[1].exec_id, 10);
    ck_assert_int_eq(outcomes[1].rc, 0);
    idle(50);
    ck_assert_uint_eq(outcomes_count, 2); /* No answer for the survivor. */
}
END_TEST

START_TEST(survivor_of_a_crash_is_killed_at_its_deadline)
{
    pid_t pid;

    make_agent("hang", "echo $$ >$T/agent\nsleep 1000");
    make_agent("probe", "exit 7");
    crash_with("hang", 1000);
    pid = read_pid("agent");
    ck_assert_int_eq(mu_exec_recover(executor), 1);
    start_with(10, "web", "probe", "monitor", MU_STAGE_WAIT_MS);
    wait_for(1);
    ck_assert_int_eq(outcomes[0].rc, 7);
    ck_assert(!is_alive(pid));
    ck_assert_int_eq(mu_exec_recover(executor), 0); /* No record is left. */
}
END_TEST

/* A record of a process whose number now belongs to somebody else must not
 * get that somebody killed; nor must a file that is no record do any harm. */
START_TEST(records_of_others_and_broken_ones_are_dropped)
{
    static const char format[] = "muster-op 1\npid %010d\nresource web\n"
                                 "op start\ndeadline 1\nend\n";
    char text[256];
    int at_exec[2]; /* Is closed by it. */
    pid_t pid;

    ck_assert_int_eq(pipe2(at_exec, O_CLOEXEC), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        setsid();
        execle("/bin/sleep", "sleep", "1000", NULL,
               (char *[]){(char[]){"MUSTER_OPERATION_ID=1.2.3"}, NULL});
        _exit(1);
    }
    snprintf(text, sizeof(text), format, (int)pid);
    mu_stage_write(&stage, "ops/1.2.33", text, 0600);
    snprintf(text, sizeof(text), format, (int)getpid());
    mu_stage_write(&stage, "ops/1.2.4", text, 0600);
    snprintf(text, sizeof(text), format, 0);
    mu_stage_write(&stage, "ops/1.2.5", text, 0600);
    mu_stage_write(&stage, "ops/cut",
                   "muster-op 1\npid 1\nresource web\nop sta", 0600);
    mu_stage_write(&stage, "ops/empty", "", 0600);
    mu_stage_write(&stage, "ops/foreign", "hello\n", 0600);
    ck_assert_int_eq(close(at_exec[1]), 0);
    ck_assert_int_eq(read(at_exec[0], text, 1), 0);
    ck_assert_int_eq(close(at_exec[0]), 0);
    ck_assert_int_eq(mu_exec_recover(executor), 0);
    ck_assert(is_alive(pid));
    ck_assert(!has_file("ops/1.2.33"));
    ck_assert(!has_file("ops/1.2.4"));
    ck_assert(!has_file("ops/cut"));
    ck_assert(!has_file("ops/foreign"));
    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}
END_TEST

/* Whatever the mixture of good and bad agents, kills, delays and timeouts: one
 * answer each, and nothing is left behind. */
START_TEST(every_operation_of_a_mixture_is_answered_once)
{
    static const char *const types[] = {"good",  "bad",  "slow", "hider",
                                        "noisy", "dies", "none"};
    struct mu_prng prng;
    uint32_t answers[RESULTS_COUNT_MAX + 1] = {0};
    char command[128];

    make_agent("good", "exit 0");
    make_agent("bad", "echo ocf-exit-reason:bad >&2; exit 1");
    make_agent("slow", "sleep 1000");
    make_agent("hider", "(setsid sleep 1000 &); sleep 1000");
    make_agent("noisy", "head -c 300000 /dev/zero >&2");
    make_agent("dies", "kill -9 $$");
    mu_prng_init(&prng, 7);
    for (uint64_t i = 1; i <= RESULTS_COUNT_MAX; i++) {
        struct mu_effect_exec effect = {
            .exec_id = i,
            .agent_class = MU_AGENT_OCF,
            .provider = "test",
            .type = types[mu_prng_below(&prng, 7)],
            .op_name = "monitor",
            .timeout_ms = 50 + (int64_t)mu_prng_below(&prng, 300),
            .delay_ms = (int64_t)mu_prng_below(&prng, 100)};
        char resource[16];

        snprintf(resource, sizeof(resource), "r%d",
                 (int)mu_prng_below(&prng, 16));
        effect.resource = resource;
        mu_exec_start(executor, &effect);
        if (mu_prng_below(&prng, 4) == 0) {
            mu_exec_kill(executor, 1 + mu_prng_below(&prng, i));
        }
    }
    wait_for(RESULTS_COUNT_MAX);
    idle(50);
    ck_assert_uint_eq(outcomes_count, RESULTS_COUNT_MAX);
    for (uint32_t i = 0; i < RESULTS_COUNT_MAX; i++) {
        answers[outcomes[i].exec_id]++;
    }
    for (uint32_t i = 1; i <= RESULTS_COUNT_MAX; i++) {
        ck_assert_uint_eq(answers[i], 1);
    }
    ck_assert_uint_eq(mu_exec_count(executor), 0);
    snprintf(command, sizeof(command), "test -z \"$(ls -A %s/ops)\"",
             stage.folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

/* A daemon that has run out of descriptors says so and goes on. */
START_TEST(shortage_of_descriptors_fails_one_operation_only)
{
    struct rlimit before;
    struct rlimit small;
    int probe = open("/dev/null", O_RDONLY);

    make_agent("quick", "exit 0");
    ck_assert_int_ge(probe, 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (rlim_t i = 0; i < 6; i++) {
        small = before;
        small.rlim_cur = (rlim_t)probe + i;
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &small), 0);
        start(i + 1, "web", "quick");
        ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
        wait_for((uint32_t)i + 1);
        ck_assert(outcomes[i].end == MU_OP_END_ERROR ||
                  outcomes[i].end == MU_OP_END_EXITED);
    }
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_ERROR);
    ck_assert_ptr_nonnull(strstr(outcomes[0].reason, "Too many open files"));
    ck_assert_int_eq(close(probe), 0);
    start(99, "web", "quick");
    wait_for(7);
    ck_assert_int_eq(outcomes[6].rc, 0);
    ck_assert_int_eq(outcomes[6].end, MU_OP_END_EXITED);
    ck_assert_int_eq(open("/dev/null", O_RDONLY), probe); /* None leaked. */
}
END_TEST

START_TEST(parameters_and_exit_code_of_a_fence_agent)
{
    static const struct mu_pair params[] = {
        {"ip", "10.0.0.1"},        {"login", "admin\nplug=victim"},
        {"pcmk_host_list", "a b"}, {"pcmk_reboot_action", "off"},
        {"pcmk_off_retries", "9"}, {"pcmk_reboot_retries", "1"},
    };
    struct mu_effect_exec effect = {.exec_id = 1,
                                    .agent_class = MU_AGENT_FENCE,
                                    .type = "fence_test",
                                    .resource = "ipmi",
                                    .op_name = "reboot",
                                    .timeout_ms = MU_STAGE_WAIT_MS,
                                    .params = params,
                                    .params_count = 6,
                                    .target = "node1",
                                    .target_port = "7"};

    mu_stage_write(&stage, "fence_test",
                   "#!/bin/sh\ncat\necho \"service=$PCMK_service\"\n"
                   "echo 'Unable to connect' >&2\nexit 1\n",
                   0755);
    mu_exec_start(executor, &effect);
    wait_for(1);
    ck_assert_int_eq(outcomes[0].rc, 1);
    ck_assert_str_eq(outcomes[0].reason, "Unable to connect");
    ck_assert_str_eq(outcomes[0].output,
                     "action=off\nip=10.0.0.1\nlogin=admin plug=victim\n"
                     "nodename=node1\nplug=7\nport=7\n"
                     "service=pacemaker-fenced\n");
}
END_TEST

static void
fence(uint64_t exec_id, const char *op_name, int64_t interval_ms)
{
    struct mu_effect_exec effect = {.exec_id = exec_id,
                                    .agent_class = MU_AGENT_FENCE,
                                    .type = "fence_test",
                                    .resource = "ipmi",
                                    .op_name = op_name,
                                    .interval_ms = interval_ms,
                                    .timeout_ms = MU_STAGE_WAIT_MS};

    mu_exec_start(executor, &effect);
}

/* A device is started when it has answered, whatever was before. */
START_TEST(fence_device_is_registered_by_start_and_forgotten_by_stop)
{
    static const int32_t rcs[] = {7, 0, 0, 0, 0, 7};
    char path[256];

    mu_stage_write(&stage, "fence_test",
                   "#!/bin/sh\ngrep -qx action=monitor || exit 1\n"
                   "echo x >>${0%/*}/runs\nexit 0\n",
                   0755);
    fence(1, "monitor", 0);
    fence(2, "start", 0);
    fence(3, "monitor", 0);
    fence(4, "monitor", 10000);
    fence(5, "stop", 0);
    fence(6, "monitor", 0);
    wait_for(6);
    for (uint32_t i = 0; i < 6; i++) {
        ck_assert_int_eq(outcomes[i].rc, rcs[i]);
    }
    snprintf(path, sizeof(path), "test $(wc -l <%s/runs) = 2", stage.folder);
    ck_assert_int_eq(system(path), 0);
}
END_TEST

/* Management boards are slow to answer the first time; the documented default
 * is to try twice. */
START_TEST(failed_fence_agent_is_tried_again)
{
    mu_stage_write(&stage, "fence_test",
                   "#!/bin/sh\nif [ -e ${0%/*}/tried ]; then exit 0; fi\n"
                   ": >${0%/*}/tried\nexit 1\n",
                   0755);
    fence(1, "reboot", 0);
    wait_for(1);
    ck_assert_int_eq(outcomes[0].rc, 0);
}
END_TEST

/* A hung look at a management board must not delay cutting power; the answer
 * to the look is still owed. */
START_TEST(fencing_does_not_wait_for_a_monitor_of_its_device)
{
    mu_stage_write(&stage, "fence_test",
                   "#!/bin/sh\nd=${0%/*}\n"
                   "if grep -qx action=monitor; then\n"
                   "  [ -e $d/once ] && exit 0\n"
                   "  : >$d/once; sleep 1000\n"
                   "fi\nexit 0\n",
                   0755);
    fence(1, "monitor", 10000);
    for (int i = 0; i < MU_STAGE_WAIT_MS / 10 && !has_file("once"); i++) {
        idle(10);
    }
    fence(2, "monitor", 20000);
    fence(3, "reboot", 0);
    fence(4, "off", 0);
    wait_for(4);
    ck_assert_uint_eq(outcomes[0].exec_id, 3);
    ck_assert_uint_eq(outcomes[1].exec_id, 4);
    ck_assert_uint_eq(outcomes[2].exec_id, 1);
    ck_assert_uint_eq(outcomes[3].exec_id, 2);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(outcomes[i].end, MU_OP_END_EXITED);
        ck_assert_int_eq(outcomes[i].rc, 0);
    }
}
END_TEST

START_TEST(lsb_codes_are_translated)
{
    struct mu_effect_exec effect = {.exec_id = 1,
                                    .agent_class = MU_AGENT_LSB,
                                    .type = "script",
                                    .resource = "old",
                                    .op_name = "monitor",
                                    .timeout_ms = MU_STAGE_WAIT_MS};

    mu_stage_write(&stage, "script",
                   "#!/bin/sh\n[ $1 = status ] && exit 3\nexit 4\n", 0755);
    mu_exec_start(executor, &effect);
    effect.op_name = "start";
    mu_exec_start(executor, &effect);
    wait_for(2);
    ck_assert_int_eq(outcomes[0].rc, 7);
    ck_assert_int_eq(outcomes[1].rc, 4);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("exec");
    TCase *tcase = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, exit_code_output_and_reason_come_back);
    tcase_add_test(tcase, reason_is_made_valid_and_short);
    tcase_add_test(tcase, missing_agent_is_not_installed_and_named);
    tcase_add_test(tcase, agent_without_execute_bit_is_not_installed);
    tcase_add_test(tcase, agent_without_its_interpreter_is_not_installed);
    tcase_add_test(tcase, sec_agent_name_cannot_leave_its_folder);
    tcase_add_test(tcase, timeout_kills_the_whole_tree);
    tcase_add_test(tcase, agent_that_ignores_sigterm_is_killed);
    tcase_add_test(tcase, service_left_running_survives_start_and_later_kills);
    tcase_add_test(tcase,
                   daemon_that_keeps_the_pipe_open_does_not_hang_the_start);
    tcase_add_test(tcase, flood_of_output_is_bounded);
    tcase_add_test(tcase, operations_of_one_resource_run_in_turn);
    tcase_add_test(tcase, hung_operation_does_not_delay_other_resources);
    tcase_add_test(tcase, killing_queued_and_delayed_operations_cancels_them);
    tcase_add_test(tcase, delayed_operation_waits_and_later_ones_with_it);
    tcase_add_test(tcase, agent_killed_by_a_signal_is_an_error);
    tcase_add_test(tcase, fork_bomb_is_ended);
    tcase_add_test(tcase, survivor_of_a_crash_holds_its_turn);
    tcase_add_test(tcase, survivor_of_a_crash_is_killed_at_its_deadline);
    tcase_add_test(tcase, records_of_others_and_broken_ones_are_dropped);
    tcase_add_test(tcase, every_operation_of_a_mixture_is_answered_once);
    tcase_add_test(tcase, shortage_of_descriptors_fails_one_operation_only);
    tcase_add_test(tcase, parameters_and_exit_code_of_a_fence_agent);
    tcase_add_test(tcase,
                   fence_device_is_registered_by_start_and_forgotten_by_stop);
    tcase_add_test(tcase, failed_fence_agent_is_tried_again);
    tcase_add_test(tcase, fencing_does_not_wait_for_a_monitor_of_its_device);
    tcase_add_test(tcase, lsb_codes_are_translated);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
