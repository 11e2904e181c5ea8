/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units over a real bus of our own, with a small systemd behind it that
 * behaves as each unit's name says. */

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "cts/unit/stage.h"
#include "daemon/agent_systemd.h"
#include "daemon/exec.h"

enum { RESULTS_COUNT_MAX = 32 };

/* -------- a small systemd -------- */

struct fake_unit {
    const char *name;
    const char *load_state;
    char active_state[32];
    const char *sub_state;
};

static struct fake_unit fake_units[] = {
    {"good.service", "loaded", "inactive", "dead"},
    {"slow.service", "loaded", "inactive", "dead"},
    {"broken.service", "loaded", "inactive", "dead"},
    {"stillborn.service", "loaded", "inactive", "dead"},
    {"crashed.service", "loaded", "failed", "failed"},
    {"flapping.service", "loaded", "activating", "auto-restart"},
    {"absent.service", "not-found", "inactive", "dead"},
    {"stuck.service", "loaded", "inactive", "dead"},
    {"mortal.service", "loaded", "inactive", "dead"},
};

static const char *fake_top;
static uint32_t fake_job;
static sd_event *fake_event;
static sd_bus *fake_bus;

struct fake_end {
    struct fake_unit *unit;
    char path[64];
    char result[16];
    char state[16];
    uint32_t id;
};

/* A slow unit's job ends after that of another one. */
static struct fake_end *fake_slow;
static uint32_t fake_ended_count;

static struct fake_unit *
fake_find(const char *name)
{
    for (size_t i = 0; i < sizeof(fake_units) / sizeof(fake_units[0]); i++) {
        if (strcmp(fake_units[i].name, name) == 0) {
            return &fake_units[i];
        }
    }
    return NULL;
}

static void
fake_note(const char *what)
{
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/calls", fake_top);
    file = fopen(path, "a");
    if (file) {
        fprintf(file, "%s\n", what);
        fclose(file);
    }
}

/* Says what systemd says when a unit goes another way: on our signal. */
static int
fake_crashed(sd_event_source *source, const struct signalfd_siginfo *info,
             void *user)
{
    struct fake_unit *unit = user;
    char path[128];

    (void)source;
    (void)info;
    snprintf(path, sizeof(path), "/org/freedesktop/systemd1/unit/u%d",
             (int)(unit - fake_units));
    snprintf(unit->active_state, sizeof(unit->active_state), "failed");
    sd_bus_emit_properties_changed(fake_bus, path,
                                   "org.freedesktop.systemd1.Unit", "SubState",
                                   "ActiveState", NULL);
    return 0;
}

static void
fake_end_tell(struct fake_end *end)
{
    snprintf(end->unit->active_state, sizeof(end->unit->active_state), "%s",
             end->state);
    sd_bus_emit_signal(fake_bus, "/org/freedesktop/systemd1",
                       "org.freedesktop.systemd1.Manager", "JobRemoved", "uoss",
                       end->id, end->path, end->unit->name, end->result);
    free(end);
}

static int
fake_ended(sd_event_source *source, uint64_t usec, void *user)
{
    (void)usec;
    sd_event_source_unref(source);
    fake_ended_count++;
    fake_end_tell(user);
    if (fake_slow) {
        fake_end_tell(fake_slow);
        fake_slow = NULL;
    }
    return 0;
}

static int
fake_job_start(sd_bus_message *message, const char *state)
{
    sd_event_source *source = NULL;
    struct fake_end *end = calloc(1, sizeof(*end));
    const char *name;
    const char *mode;
    char path[64];

    sd_bus_message_read(message, "ss", &name, &mode);
    end->unit = fake_find(name);
    end->id = ++fake_job;
    snprintf(path, sizeof(path), "/org/freedesktop/systemd1/job/%u", end->id);
    memcpy(end->path, path, sizeof(path));
    snprintf(end->result, sizeof(end->result), "done");
    snprintf(end->state, sizeof(end->state), "%s", state);
    fake_note(name);
    if (strcmp(name, "broken.service") == 0 && strcmp(state, "active") == 0) {
        snprintf(end->result, sizeof(end->result), "failed");
        snprintf(end->state, sizeof(end->state), "failed");
    }
    if (strcmp(name, "stillborn.service") == 0) {
        snprintf(end->state, sizeof(end->state), "inactive");
    }
    if (strcmp(name, "stuck.service") == 0) {
        free(end);
    } else if (strcmp(name, "slow.service") == 0 && fake_ended_count == 0) {
        fake_slow = end;
    } else {
        sd_event_add_time_relative(fake_event, &source, CLOCK_MONOTONIC, 1000,
                                   1000, fake_ended, end);
    }
    return sd_bus_reply_method_return(message, "o", path);
}

static int
fake_call(sd_bus_message *message, void *user, sd_bus_error *error)
{
    const char *member = sd_bus_message_get_member(message);
    const char *name = "";

    (void)user;
    if (strcmp(member, "StartUnit") == 0) {
        return fake_job_start(message, "active");
    }
    if (strcmp(member, "StopUnit") == 0) {
        return fake_job_start(message, "inactive");
    }
    if (strcmp(member, "LoadUnit") == 0) {
        char path[128];

        sd_bus_message_read(message, "s", &name);
        for (size_t i = 0; i < sizeof(fake_units) / sizeof(fake_units[0]);
             i++) {
            if (strcmp(fake_units[i].name, name) == 0) {
                snprintf(path, sizeof(path),
                         "/org/freedesktop/systemd1/unit/u%d", (int)i);
                return sd_bus_reply_method_return(message, "o", path);
            }
        }
        return sd_bus_error_setf(error, "org.freedesktop.systemd1.NoSuchUnit",
                                 "Unit %s not found.", name);
    }
    fake_note(member); /* Reload, Subscribe */
    if (strcmp(member, "Reload") == 0) {
        usleep(50000); /* The real one too does nothing else meanwhile. */
    }
    return sd_bus_reply_method_return(message, "");
}

static int
fake_property(sd_bus *bus, const char *path, const char *interface,
              const char *property, sd_bus_message *reply, void *user,
              sd_bus_error *error)
{
    const struct fake_unit *unit = user;

    (void)bus;
    (void)path;
    (void)interface;
    (void)error;
    if (strcmp(property, "LoadState") == 0) {
        return sd_bus_message_append(reply, "s", unit->load_state);
    }
    if (strcmp(property, "ActiveState") == 0) {
        return sd_bus_message_append(reply, "s", unit->active_state);
    }
    if (strcmp(property, "SubState") == 0) {
        return sd_bus_message_append(reply, "s", unit->sub_state);
    }
    return sd_bus_message_append(reply, "t", (uint64_t)42);
}

static const sd_bus_vtable fake_manager_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Subscribe", "", "", fake_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Reload", "", "", fake_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("LoadUnit", "s", "o", fake_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("StartUnit", "ss", "o", fake_call,
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("StopUnit", "ss", "o", fake_call, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("JobRemoved", "uoss", 0),
    SD_BUS_VTABLE_END,
};

static const sd_bus_vtable fake_unit_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Since", "t", fake_property, 0, 0),
    SD_BUS_PROPERTY("LoadState", "s", fake_property, 0, 0),
    SD_BUS_PROPERTY("ActiveState", "s", fake_property, 0,
                    SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("SubState", "s", fake_property, 0,
                    SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_VTABLE_END,
};

/* The process behind the bus. Ends with its parent. */
static void
fake_run(const char *address)
{
    sigset_t crash;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&crash);
    sigaddset(&crash, SIGUSR1);
    sigprocmask(SIG_BLOCK, &crash, NULL);
    sd_event_new(&fake_event);
    sd_event_add_signal(fake_event, NULL, SIGUSR1, fake_crashed,
                        fake_find("mortal.service"));
    sd_bus_new(&fake_bus);
    sd_bus_set_address(fake_bus, address);
    sd_bus_set_bus_client(fake_bus, 1);
    if (sd_bus_start(fake_bus) < 0) {
        _exit(1);
    }
    sd_bus_add_object_vtable(fake_bus, NULL, "/org/freedesktop/systemd1",
                             "org.freedesktop.systemd1.Manager",
                             fake_manager_vtable, NULL);
    for (size_t i = 0; i < sizeof(fake_units) / sizeof(fake_units[0]); i++) {
        char path[128];

        snprintf(path, sizeof(path), "/org/freedesktop/systemd1/unit/u%d",
                 (int)i);
        sd_bus_add_object_vtable(fake_bus, NULL, path,
                                 "org.freedesktop.systemd1.Unit",
                                 fake_unit_vtable, &fake_units[i]);
    }
    sd_bus_attach_event(fake_bus, fake_event, 0);
    if (sd_bus_request_name(fake_bus, "org.freedesktop.systemd1", 0) < 0) {
        _exit(1);
    }
    fake_note("ready");
    sd_event_loop(fake_event);
    _exit(0);
}

/* -------- the tests -------- */

struct outcome {
    uint64_t exec_id;
    enum mu_op_end end;
    int32_t rc;
    char reason[MU_REASON_SIZE_MAX];
};

static struct mu_stage stage;
static char address[128];
static pid_t bus_pid;
static pid_t fake_pid;
static struct mu_exec *executor;
static struct outcome outcomes[RESULTS_COUNT_MAX];
static uint32_t outcomes_count;
static uint32_t outcomes_wanted;
static uint32_t changes_count;
static char changed_resource[64];

static void
on_result(void *user, const struct mu_event_op_result *result)
{
    struct outcome *outcome = &outcomes[outcomes_count++];

    (void)user;
    outcome->exec_id = result->exec_id;
    outcome->end = result->end;
    outcome->rc = result->rc;
    snprintf(outcome->reason, sizeof(outcome->reason), "%s",
             result->exit_reason ? result->exit_reason : "");
    if (outcomes_count >= outcomes_wanted) {
        mu_loop_stop(stage.loop);
    }
}

static void
on_changed(void *user, const char *resource)
{
    (void)user;
    changes_count++;
    snprintf(changed_resource, sizeof(changed_resource), "%s", resource);
    if (outcomes_wanted == UINT32_MAX) {
        mu_loop_stop(stage.loop);
    }
}

static void
wait_for(uint32_t count)
{
    outcomes_wanted = count;
    if (outcomes_count < count) {
        mu_stage_run(&stage, MU_STAGE_WAIT_MS);
    }
    ck_assert_uint_eq(outcomes_count, count);
}

static uint32_t
calls_count(const char *what)
{
    char path[128];
    char line[128];
    uint32_t count = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/calls", stage.folder);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        count += strcmp(line, what) == 0;
    }
    if (file) {
        fclose(file);
    }
    return count;
}

static void
bus_start(void)
{
    char config[128];
    uint32_t ready = calls_count("ready");

    snprintf(config, sizeof(config), "--config-file=%s/bus.conf", stage.folder);
    bus_pid = fork();
    ck_assert_int_ge(bus_pid, 0);
    if (bus_pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("dbus-daemon", "dbus-daemon", config, "--nofork", "--nopidfile",
               NULL);
        _exit(1);
    }
    for (int i = 0; i < MU_STAGE_WAIT_MS / 10; i++) {
        char path[128];

        snprintf(path, sizeof(path), "%s/bus", stage.folder);
        if (access(path, F_OK) == 0) {
            break;
        }
        usleep(10000);
    }
    for (int i = 0; i < MU_STAGE_WAIT_MS / 50 && calls_count("ready") == ready;
         i++) {
        if (fake_pid == 0) {
            fake_pid = fork();
            if (fake_pid == 0) {
                fake_run(address);
            }
        }
        usleep(50000);
        if (waitpid(fake_pid, NULL, WNOHANG) == fake_pid) {
            fake_pid = 0; /* It was quicker than the bus. */
        }
    }
    ck_assert_uint_eq(calls_count("ready"), ready + 1);
}

static void
bus_stop(void)
{
    char path[128];

    kill(fake_pid, SIGKILL);
    waitpid(fake_pid, NULL, 0);
    fake_pid = 0;
    kill(bus_pid, SIGKILL);
    waitpid(bus_pid, NULL, 0);
    snprintf(path, sizeof(path), "%s/bus", stage.folder);
    unlink(path);
}

static void
setup(void)
{
    char config[512];

    mu_stage_open(&stage, "test_agent_systemd");
    fake_top = stage.folder;
    snprintf(address, sizeof(address), "unix:path=%s/bus", stage.folder);
    snprintf(config, sizeof(config),
             "<busconfig><type>custom</type><listen>%s</listen>"
             "<policy context='default'><allow send_destination='*' "
             "eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>"
             "</policy></busconfig>\n",
             address);
    mu_stage_write(&stage, "bus.conf", config, 0644);
    bus_start();
    outcomes_count = 0;
    ck_assert_int_eq(
        mu_exec_new(&(struct mu_exec_config){.loop = stage.loop,
                                             .function = on_result,
                                             .changed = on_changed,
                                             .run_folder = stage.folder,
                                             .rsctmp_folder = stage.folder,
                                             .work_folder = stage.folder,
                                             .bus_address = address,
                                             .drop_in_folder = stage.folder},
                    &executor, NULL),
        0);
}

static void
teardown(void)
{
    mu_exec_free(executor);
    bus_stop();
    mu_stage_close(&stage);
}

static void
start(uint64_t exec_id, const char *unit, const char *op_name,
      int64_t timeout_ms)
{
    struct mu_effect_exec effect = {.exec_id = exec_id,
                                    .agent_class = MU_AGENT_SYSTEMD,
                                    .type = unit,
                                    .resource = unit,
                                    .op_name = op_name,
                                    .timeout_ms = timeout_ms};

    mu_exec_start(executor, &effect);
}

/* One operation to its end. */
static struct outcome *
run(const char *unit, const char *op_name)
{
    start(1, unit, op_name, MU_STAGE_WAIT_MS);
    wait_for(outcomes_count + 1);
    return &outcomes[outcomes_count - 1];
}

START_TEST(unit_is_started_seen_and_stopped)
{
    ck_assert_int_eq(run("good", "monitor")->rc, 7);
    ck_assert_int_eq(run("good", "start")->rc, 0);
    ck_assert_int_eq(run("good", "monitor")->rc, 0);
    ck_assert_int_eq(run("good.service", "monitor")->rc, 0);
    ck_assert_int_eq(run("good", "stop")->rc, 0);
    ck_assert_int_eq(run("good", "monitor")->rc, 7);
}
END_TEST

/* Reloading all units at every start is what makes others slow. */
START_TEST(drop_in_is_written_once_and_reloaded_once)
{
    char path[128];
    struct stat status;

    run("good", "start");
    run("good", "stop");
    run("good", "start");
    ck_assert_uint_eq(calls_count("Reload"), 1);
    snprintf(path, sizeof(path), "%s/good.service.d/50-muster.conf",
             stage.folder);
    ck_assert_int_eq(stat(path, &status), 0);
}
END_TEST

/* When a start is needed in an emergency nothing is left to be prepared. */
START_TEST(first_look_takes_charge_of_the_unit)
{
    ck_assert_int_eq(run("good", "monitor")->rc, 7);
    ck_assert_int_eq(run("good", "monitor")->rc, 7);
    ck_assert_int_eq(run("good", "start")->rc, 0);
    ck_assert_uint_eq(calls_count("Reload"), 1);
    ck_assert_int_eq(run("absent", "monitor")->end, MU_OP_END_NOT_INSTALLED);
    ck_assert_uint_eq(calls_count("Reload"), 1);
}
END_TEST

START_TEST(many_starts_share_reloads)
{
    start(1, "good", "start", MU_STAGE_WAIT_MS);
    start(2, "slow", "start", MU_STAGE_WAIT_MS);
    start(3, "crashed", "start", MU_STAGE_WAIT_MS);
    start(4, "flapping", "start", MU_STAGE_WAIT_MS);
    wait_for(4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(outcomes[i].rc, 0);
    }
    ck_assert_uint_le(calls_count("Reload"), 2);
    ck_assert_uint_ge(calls_count("Reload"), 1);
}
END_TEST

START_TEST(slow_unit_does_not_delay_others)
{
    start(1, "slow", "start", MU_STAGE_WAIT_MS);
    start(2, "good", "start", MU_STAGE_WAIT_MS);
    wait_for(2);
    ck_assert_uint_eq(outcomes[0].exec_id, 2);
    ck_assert_uint_eq(outcomes[1].exec_id, 1);
    ck_assert_int_eq(outcomes[1].rc, 0);
}
END_TEST

START_TEST(failed_job_is_told_with_the_next_step)
{
    struct outcome *outcome = run("broken", "start");

    ck_assert_int_eq(outcome->end, MU_OP_END_EXITED);
    ck_assert_int_eq(outcome->rc, 1);
    ck_assert_str_eq(outcome->reason,
                     "systemd's job for broken.service ended with \"failed\": "
                     "see journalctl -u broken.service");
    ck_assert_int_eq(run("broken", "monitor")->rc, 7);
}
END_TEST

/* systemd calls a job done as soon as the process was there for a moment. */
START_TEST(unit_that_is_gone_after_its_start_has_failed)
{
    struct outcome *outcome = run("stillborn", "start");

    ck_assert_int_eq(outcome->rc, 1);
    ck_assert_ptr_nonnull(strstr(outcome->reason, "after it was started"));
}
END_TEST

START_TEST(crashed_and_flapping_units_do_not_run)
{
    struct outcome *outcome = run("crashed", "monitor");

    ck_assert_int_eq(outcome->rc, 7);
    ck_assert_str_eq(outcome->reason, "crashed.service is failed (failed)");
    ck_assert_int_eq(run("flapping", "monitor")->rc, 7);
}
END_TEST

START_TEST(missing_unit_is_not_installed_and_counts_as_stopped)
{
    struct outcome *outcome = run("absent", "monitor");

    ck_assert_int_eq(outcome->end, MU_OP_END_NOT_INSTALLED);
    ck_assert_str_eq(outcome->reason, "there is no unit absent.service");
    ck_assert_int_eq(run("absent", "start")->end, MU_OP_END_NOT_INSTALLED);
    ck_assert_int_eq(run("absent", "stop")->rc, 0);
    ck_assert_int_eq(run("unheard-of", "start")->end, MU_OP_END_NOT_INSTALLED);
    ck_assert_int_eq(run("unheard-of", "stop")->rc, 0);
    ck_assert_int_eq(run("../x", "monitor")->end, MU_OP_END_NOT_INSTALLED);
}
END_TEST

START_TEST(operation_units_do_not_have_is_unimplemented)
{
    ck_assert_int_eq(run("good", "promote")->rc, 3);
}
END_TEST

START_TEST(job_that_never_ends_is_given_up_at_the_deadline)
{
    start(1, "stuck", "start", 300);
    wait_for(1);
    ck_assert_int_eq(outcomes[0].end, MU_OP_END_TIMEOUT);
    ck_assert_str_eq(outcomes[0].reason, "not done within 300ms");
    start(2, "stuck", "start", MU_STAGE_WAIT_MS);
    mu_exec_kill(executor, 2);
    wait_for(2);
    ck_assert_int_eq(outcomes[1].end, MU_OP_END_CANCELLED);
}
END_TEST

/* The point of asking systemd: nobody has to look to see it. */
START_TEST(crash_of_a_unit_is_told_at_once_and_once)
{
    ck_assert_int_eq(run("mortal", "start")->rc, 0);
    ck_assert_int_eq(run("good", "start")->rc, 0);
    ck_assert_uint_eq(changes_count, 0);
    ck_assert_int_eq(kill(fake_pid, SIGUSR1), 0);
    outcomes_wanted = UINT32_MAX; /* Until the change. */
    mu_stage_run(&stage, MU_STAGE_WAIT_MS);
    ck_assert_uint_eq(changes_count, 1);
    ck_assert_str_eq(changed_resource, "mortal");
    ck_assert_int_eq(run("mortal", "monitor")->rc, 7);
    ck_assert_int_eq(run("good", "stop")->rc, 0); /* Our own doing: no news. */
    ck_assert_uint_eq(changes_count, 1);
}
END_TEST

/* A bus that is started again must not look like services that died. */
START_TEST(lost_bus_is_connected_to_again)
{
    run("good", "start");
    bus_stop();
    start(2, "good", "monitor", MU_STAGE_WAIT_MS);
    bus_start();
    wait_for(2);
    /* This systemd is a new one, where nothing runs. */
    ck_assert_int_eq(outcomes[1].end, MU_OP_END_EXITED);
    ck_assert_int_eq(outcomes[1].rc, 7);
}
END_TEST

START_TEST(without_a_bus_units_are_not_installed)
{
    struct outcome *outcome;

    bus_stop();
    outcome = run("good", "monitor");
    ck_assert_int_eq(outcome->end, MU_OP_END_NOT_INSTALLED);
    ck_assert_ptr_nonnull(strstr(outcome->reason, "systemd cannot be reached"));
    bus_start();
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("agent_systemd");
    TCase *tcase = tcase_create("all");
    SRunner *runner;
    int failed;

    if (system("dbus-daemon --version >/dev/null 2>&1") != 0) {
        puts("no dbus-daemon here");
        return 77;
    }
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, unit_is_started_seen_and_stopped);
    tcase_add_test(tcase, drop_in_is_written_once_and_reloaded_once);
    tcase_add_test(tcase, first_look_takes_charge_of_the_unit);
    tcase_add_test(tcase, many_starts_share_reloads);
    tcase_add_test(tcase, slow_unit_does_not_delay_others);
    tcase_add_test(tcase, failed_job_is_told_with_the_next_step);
    tcase_add_test(tcase, unit_that_is_gone_after_its_start_has_failed);
    tcase_add_test(tcase, crashed_and_flapping_units_do_not_run);
    tcase_add_test(tcase, missing_unit_is_not_installed_and_counts_as_stopped);
    tcase_add_test(tcase, operation_units_do_not_have_is_unimplemented);
    tcase_add_test(tcase, job_that_never_ends_is_given_up_at_the_deadline);
    tcase_add_test(tcase, crash_of_a_unit_is_told_at_once_and_once);
    tcase_add_test(tcase, lost_bus_is_connected_to_again);
    tcase_add_test(tcase, without_a_bus_units_are_not_installed);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
