/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What agents written for Pacemaker see from us, and two real ones of them. */

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cts/unit/stage.h"
#include "daemon/agent_ocf.h"
#include "daemon/exec.h"

enum { OUTPUT_SIZE = 16384 };

static struct mu_stage stage;
static struct mu_exec *executor;
static bool has_result;
static int32_t last_rc;
static enum mu_op_end last_end;
static char last_reason[MU_REASON_SIZE_MAX];
static char last_output[OUTPUT_SIZE];

static void
on_result(void *user, const struct mu_event_op_result *result)
{
    size_t size = result->output.size;

    (void)user;
    has_result = true;
    last_rc = result->rc;
    last_end = result->end;
    snprintf(last_reason, sizeof(last_reason), "%s",
             result->exit_reason ? result->exit_reason : "");
    ck_assert_uint_lt(size, sizeof(last_output));
    if (size > 0) {
        memcpy(last_output, result->output.data, size);
    }
    last_output[size] = '\0';
    mu_loop_stop(stage.loop);
}

static void
run(const struct mu_effect_exec *effect)
{
    has_result = false;
    mu_exec_start(executor, effect);
    mu_stage_run(&stage, MU_STAGE_WAIT_MS);
    ck_assert(has_result);
}

static void
make_executor(const char *ocf_root)
{
    ck_assert_int_eq(
        mu_exec_new(&(struct mu_exec_config){.loop = stage.loop,
                                             .function = on_result,
                                             .run_folder = stage.folder,
                                             .ocf_root = ocf_root,
                                             .helpers_folder = stage.folder,
                                             .rsctmp_folder = stage.folder,
                                             .work_folder = stage.folder},
                    &executor, NULL),
        0);
}

static void
setup(void)
{
    mu_stage_open(&stage, "test_agent_ocf");
    mu_stage_make_folder(&stage, "resource.d");
    mu_stage_make_folder(&stage, "resource.d/test");
    executor = NULL;
}

static void
teardown(void)
{
    mu_exec_free(executor);
    mu_stage_close(&stage);
}

/* Agents and their users have come to rely on every one of these; a missing
 * one shows up as an agent that misbehaves on some rare path. */
START_TEST(environment_is_the_one_agents_know)
{
    static const struct mu_pair params[] = {
        {"OCF_CHECK_LEVEL", "10"},
        {"config", "/etc/x y.conf"},
        {"empty", ""},
        {"unset", NULL},
    };
    static const struct mu_pair meta[] = {
        {"clone", "1"},
        {"clone-max", "3"},
        {"globally_unique", "false"},
        {"notify_active_resource", ""},
        {"notify_type", "pre"},
    };
    const struct mu_effect_exec effect = {.exec_id = 1,
                                          .agent_class = MU_AGENT_OCF,
                                          .provider = "test",
                                          .type = "env",
                                          .resource = "db:1",
                                          .op_name = "monitor",
                                          .interval_ms = 10000,
                                          .timeout_ms = 20000,
                                          .params = params,
                                          .params_count = 4,
                                          .meta = meta,
                                          .meta_count = 5};
    static char expected[OUTPUT_SIZE];

    setenv("PCMK_debug", "left over", 1);
    setenv("OCF_RESKEY_stale", "left over", 1);
    setenv("NOTIFY_SOCKET", "/run/ours", 1);
    setenv("PATH", "/usr/bin:/bin", 1);
    unsetenv("LC_ALL");
    mu_stage_write(
        &stage, "resource.d/test/env",
        "#!/bin/sh\n"
        "env | grep -v '^\\(_\\|PWD\\|OLDPWD\\|SHLVL\\|MUSTER_.*\\|CK_.*"
        "\\|T[A-Z]*\\|HOME\\|LOGNAME\\|USER\\|SHELL\\|MAIL\\|LANG.*\\)=' |"
        " grep '^\\(OCF_\\|HA_\\|PCMK_\\|PATH=\\|NOTIFY_\\|LC_ALL\\)' |"
        " LC_ALL=C sort\n"
        "echo \"argument=$1 folder=$(pwd) stdin=$(readlink "
        "/proc/self/fd/0)\"\n",
        0755);
    make_executor(stage.folder);
    mu_exec_node_set(executor, "node1", 7);
    run(&effect);
    snprintf(
        expected, sizeof(expected),
        "HA_LOGFACILITY=daemon\nHA_RSCTMP=%s\nHA_SBIN_DIR=%s\n"
        "HA_cluster_type=corosync\nHA_debug=0\nHA_logfacility=daemon\n"
        "HA_logfile=none\nHA_mcp=true\nHA_quorum_type=corosync\n"
        "HA_service=pacemaker-execd\nHA_watchdog=false\n"
        "OCF_CHECK_LEVEL=10\nOCF_EXIT_REASON_PREFIX=ocf-exit-reason:\n"
        "OCF_OUTPUT_FORMAT=text\nOCF_RA_VERSION_MAJOR=1\n"
        "OCF_RA_VERSION_MINOR=1\n"
        "OCF_RESKEY_CRM_meta_clone=1\nOCF_RESKEY_CRM_meta_clone_max=3\n"
        "OCF_RESKEY_CRM_meta_globally_unique=false\n"
        "OCF_RESKEY_CRM_meta_interval=10000\nOCF_RESKEY_CRM_meta_name=monitor\n"
        "OCF_RESKEY_CRM_meta_notify_active_resource= \n"
        "OCF_RESKEY_CRM_meta_notify_type=pre\n"
        "OCF_RESKEY_CRM_meta_on_node=node1\n"
        "OCF_RESKEY_CRM_meta_on_node_uuid=7\n"
        "OCF_RESKEY_CRM_meta_timeout=20000\nOCF_RESKEY_OCF_CHECK_LEVEL=10\n"
        "OCF_RESKEY_config=/etc/x y.conf\n"
        "OCF_RESKEY_crm_feature_set=3.16.1\nOCF_RESKEY_empty=\n"
        "OCF_RESOURCE_INSTANCE=db\nOCF_RESOURCE_PROVIDER=test\n"
        "OCF_RESOURCE_TYPE=env\nOCF_ROOT=%s\nPATH=%s:/usr/bin:/bin\n"
        "PCMK_cluster_type=corosync\nPCMK_debug=0\nPCMK_logfacility=daemon\n"
        "PCMK_logfile=none\nPCMK_mcp=true\nPCMK_quorum_type=corosync\n"
        "PCMK_service=pacemaker-execd\nPCMK_watchdog=false\n"
        "argument=monitor folder=%s stdin=/dev/null\n",
        stage.folder, stage.folder, stage.folder, stage.folder, stage.folder);
    ck_assert_str_eq(last_output, expected);
}
END_TEST

START_TEST(unique_instances_keep_their_number)
{
    static const struct mu_pair meta[] = {{"globally_unique", "true"}};
    const struct mu_effect_exec effect = {.exec_id = 1,
                                          .agent_class = MU_AGENT_OCF,
                                          .provider = "test",
                                          .type = "name",
                                          .resource = "ip:2",
                                          .op_name = "start",
                                          .timeout_ms = MU_STAGE_WAIT_MS,
                                          .meta = meta,
                                          .meta_count = 1};

    mu_stage_write(&stage, "resource.d/test/name",
                   "#!/bin/sh\necho $OCF_RESOURCE_INSTANCE "
                   "${OCF_RESKEY_CRM_meta_interval-none}\n",
                   0755);
    make_executor(stage.folder);
    run(&effect);
    ck_assert_str_eq(last_output, "ip:2 none\n");
}
END_TEST

START_TEST(lsb_status_codes_say_whether_it_runs)
{
    static const int32_t rcs[][2] = {{0, 0},   {1, 7},  {2, 7},   {3, 7},
                                     {4, 1},   {99, 1}, {150, 5}, {151, 4},
                                     {152, 6}, {-1, 1}};

    for (size_t i = 0; i < sizeof(rcs) / sizeof(rcs[0]); i++) {
        ck_assert_int_eq(mu_agent_lsb_rc("monitor", rcs[i][0]), rcs[i][1]);
    }
    ck_assert_int_eq(mu_agent_lsb_rc("start", 5), 5);
    ck_assert_int_eq(mu_agent_lsb_rc("start", 7), 7);
    ck_assert_int_eq(mu_agent_lsb_rc("start", 8), 1);
}
END_TEST

static int32_t
run_real(const char *provider, const char *type, const char *op_name)
{
    static const struct mu_pair params[] = {{"fake", "x"}};
    const struct mu_effect_exec effect = {.exec_id = 1,
                                          .agent_class = MU_AGENT_OCF,
                                          .provider = provider,
                                          .type = type,
                                          .resource = "muster-test-real",
                                          .op_name = op_name,
                                          .timeout_ms = MU_STAGE_WAIT_MS,
                                          .params = params,
                                          .params_count = 1};

    run(&effect);
    ck_assert_int_eq(last_end, MU_OP_END_EXITED);
    return last_rc;
}

/* Debian's own, unmodified. */
START_TEST(real_dummy_agent_starts_and_stops)
{
    static const char *const providers[] = {"heartbeat", "pacemaker"};

    make_executor(NULL);
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        char path[256];

        snprintf(path, sizeof(path), "/usr/lib/ocf/resource.d/%s/Dummy",
                 providers[i]);
        if (access(path, X_OK) < 0) {
            continue; /* Not installed here. */
        }
        ck_assert_int_eq(run_real(providers[i], "Dummy", "monitor"), 7);
        ck_assert_int_eq(run_real(providers[i], "Dummy", "start"), 0);
        ck_assert_int_eq(run_real(providers[i], "Dummy", "monitor"), 0);
        ck_assert_int_eq(run_real(providers[i], "Dummy", "stop"), 0);
        ck_assert_int_eq(run_real(providers[i], "Dummy", "monitor"), 7);
        ck_assert_int_eq(run_real(providers[i], "Dummy", "bogus"), 3);
    }
}
END_TEST

/* Promotable agents call back; what they find must be ours, not what another
 * cluster manager has installed. */
START_TEST(real_stateful_agent_calls_our_helpers)
{
    char path[256];
    FILE *calls;
    char line[256] = "";

    if (access("/usr/lib/ocf/resource.d/heartbeat/Stateful", X_OK) < 0) {
        return; /* Not installed here. */
    }
    mu_stage_write(&stage, "crm_attribute",
                   "#!/bin/sh\necho crm_attribute \"$@\" >>${0%/*}/calls\n",
                   0755);
    mu_stage_write(&stage, "crm_master",
                   "#!/bin/sh\necho crm_master \"$@\" >>${0%/*}/calls\n", 0755);
    mu_stage_write(&stage, "crm_node", "#!/bin/sh\necho here\n", 0755);
    make_executor(NULL);
    ck_assert_int_eq(run_real("heartbeat", "Stateful", "start"), 0);
    ck_assert_int_eq(run_real("heartbeat", "Stateful", "monitor"), 0);
    ck_assert_int_eq(run_real("heartbeat", "Stateful", "stop"), 0);
    snprintf(path, sizeof(path), "%s/calls", stage.folder);
    calls = fopen(path, "r");
    ck_assert_ptr_nonnull(calls);
    ck_assert_ptr_nonnull(fgets(line, sizeof(line), calls));
    ck_assert_int_eq(strncmp(line, "crm_attribute -p ", 17), 0);
    fclose(calls);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("agent_ocf");
    TCase *tcase = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 100);
    tcase_add_test(tcase, environment_is_the_one_agents_know);
    tcase_add_test(tcase, unique_instances_keep_their_number);
    tcase_add_test(tcase, lsb_status_codes_say_whether_it_runs);
    tcase_add_test(tcase, real_dummy_agent_starts_and_stops);
    tcase_add_test(tcase, real_stateful_agent_calls_our_helpers);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
