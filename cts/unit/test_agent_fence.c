/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fence agents are told, and an unmodified one of Debian's. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cts/unit/stage.h"
#include "daemon/agent_fence.h"
#include "daemon/exec.h"

static struct mu_stage stage;
static struct mu_arena arena;

static void
setup(void)
{
    mu_stage_open(&stage, "test_agent_fence");
    mu_arena_init(&arena, 1 << 24);
    mu_stage_write(&stage, "fence_x", "", 0755);
}

static void
teardown(void)
{
    mu_arena_done(&arena);
    mu_stage_close(&stage);
}

/* Returns what the agent would read. */
static const char *
input_of(const char *op_name, const struct mu_pair *params, uint32_t count)
{
    const struct mu_exec_config config = {.fence_folder = stage.folder,
                                          .helpers_folder = stage.folder,
                                          .rsctmp_folder = stage.folder};
    const struct mu_effect_exec effect = {.agent_class = MU_AGENT_FENCE,
                                          .type = "fence_x",
                                          .resource = "device",
                                          .op_name = op_name,
                                          .params = params,
                                          .params_count = count,
                                          .target = "node1",
                                          .target_port = "outlet 3"};
    const struct mu_agent_context context = {
        .arena = &arena, .config = &config, .effect = &effect, .marker = "m"};
    struct mu_agent_command command;
    struct mu_errbuf err;

    ck_assert_int_eq(mu_agent_fence_command(&context, &command, &err), 0);
    ck_assert_ptr_null(command.argv[1]); /* Nothing on the command line. */
    return mu_arena_strndup(&arena, (const char *)command.input.data,
                            command.input.size);
}

START_TEST(victim_is_named_under_both_names)
{
    static const struct mu_pair params[] = {{"ip", "1.2.3.4"},
                                            {"pcmk_host_map", "node1:3"}};

    ck_assert_str_eq(input_of("off", params, 2),
                     "action=off\nip=1.2.3.4\nnodename=node1\n"
                     "plug=outlet 3\nport=outlet 3\n");
}
END_TEST

START_TEST(configured_argument_names_the_victim)
{
    static const struct mu_pair uuid[] = {{"pcmk_host_argument", "uuid"}};
    static const struct mu_pair none[] = {{"pcmk_host_argument", "none"}};

    ck_assert_str_eq(input_of("off", uuid, 1),
                     "action=off\nnodename=node1\nuuid=outlet 3\n");
    ck_assert_str_eq(input_of("off", none, 1), "action=off\nnodename=node1\n");
}
END_TEST

/* A device that serves one node names its port in the configuration. */
START_TEST(configured_port_wins_unless_dynamic)
{
    static const struct mu_pair fixed[] = {{"plug", "7"}};
    static const struct mu_pair dynamic[] = {{"port", "dynamic"}};

    ck_assert_str_eq(input_of("off", fixed, 1),
                     "action=off\nplug=7\nnodename=node1\n");
    ck_assert_str_eq(input_of("off", dynamic, 1),
                     "action=off\nnodename=node1\nplug=outlet 3\n"
                     "port=outlet 3\n");
}
END_TEST

START_TEST(actions_are_mapped)
{
    static const struct mu_pair params[] = {
        {"action", "reboot"},
        {"pcmk_reboot_action", "cycle"},
        {"pcmk_monitor_action", "metadata"},
    };

    ck_assert_int_eq(
        strncmp(input_of("reboot", params, 3), "action=cycle\n", 13), 0);
    ck_assert_int_eq(
        strncmp(input_of("start", params, 3), "action=metadata\n", 16), 0);
    ck_assert_int_eq(strncmp(input_of("off", params, 3), "action=off\n", 11),
                     0);
}
END_TEST

START_TEST(tries_come_from_the_device_within_reason)
{
    static const struct {
        const char *text;
        int32_t tries;
    } cases[] = {{NULL, 2},   {"0", 1},  {"1", 1}, {"5", 5},
                 {"many", 2}, {"-3", 1}, {"", 2},  {"99999", 100}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct mu_pair params[] = {
            {"pcmk_reboot_retries", cases[i].text}};
        const struct mu_effect_exec effect = {
            .op_name = "reboot", .params = params, .params_count = 1};

        ck_assert_int_eq(mu_agent_fence_tries(&effect), cases[i].tries);
    }
}
END_TEST

/* -------- a real agent -------- */

static struct mu_event_op_result last;
static char last_reason[MU_REASON_SIZE_MAX];

static void
on_result(void *user, const struct mu_event_op_result *result)
{
    (void)user;
    last = *result;
    snprintf(last_reason, sizeof(last_reason), "%s",
             result->exit_reason ? result->exit_reason : "");
    mu_loop_stop(stage.loop);
}

START_TEST(real_agent_switches_a_file)
{
    char file[128];
    const struct mu_pair params[] = {{"status_file", file},
                                     {"pcmk_reboot_retries", "1"}};
    struct mu_effect_exec effect = {.agent_class = MU_AGENT_FENCE,
                                    .type = "fence_dummy",
                                    .resource = "device",
                                    .timeout_ms = MU_STAGE_WAIT_MS,
                                    .params = params,
                                    .params_count = 2,
                                    .target = "node1"};
    static const struct {
        const char *op_name;
        int32_t rc;
    } steps[] = {{"start", 0},  {"on", 0},     {"status", 0}, {"off", 0},
                 {"status", 2}, {"reboot", 0}, {"status", 0}};
    struct mu_exec *executor;

    if (access("/usr/sbin/fence_dummy", X_OK) < 0) {
        return; /* Not installed here. */
    }
    snprintf(file, sizeof(file), "%s/status", stage.folder);
    ck_assert_int_eq(
        mu_exec_new(&(struct mu_exec_config){.loop = stage.loop,
                                             .function = on_result,
                                             .run_folder = stage.folder,
                                             .work_folder = stage.folder,
                                             .rsctmp_folder = stage.folder},
                    &executor, NULL),
        0);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        effect.exec_id = i + 1;
        effect.op_name = steps[i].op_name;
        mu_exec_start(executor, &effect);
        mu_stage_run(&stage, MU_STAGE_WAIT_MS);
        ck_assert_uint_eq(last.exec_id, i + 1);
        ck_assert_int_eq(last.end, MU_OP_END_EXITED);
        ck_assert_msg(last.rc == steps[i].rc, "%s: %d: %s", steps[i].op_name,
                      last.rc, last_reason);
    }
    mu_exec_free(executor);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("agent_fence");
    TCase *tcase = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, victim_is_named_under_both_names);
    tcase_add_test(tcase, configured_argument_names_the_victim);
    tcase_add_test(tcase, configured_port_wins_unless_dynamic);
    tcase_add_test(tcase, actions_are_mapped);
    tcase_add_test(tcase, tries_come_from_the_device_within_reason);
    tcase_add_test(tcase, real_agent_switches_a_file);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
