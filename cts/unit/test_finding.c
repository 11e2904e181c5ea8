/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report is worth reading when it names what will hurt, and nothing else:
 * each case is a fault that operators have met at a failover. */

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "model/cib_status.h"
#include "sched/finding.h"
#include "sched/sched.h"

static const char cib[] =
    "<cib><configuration><crm_config>"
    "<cluster_property_set id=\"o\"><nvpair id=\"o-t\" "
    "name=\"stonith-timeout\" value=\"60s\"/></cluster_property_set>"
    "</crm_config><nodes><node id=\"1\" uname=\"a\"/>"
    "<node id=\"2\" uname=\"b\"/></nodes><resources>"
    "<primitive id=\"ip\" class=\"ocf\" provider=\"heartbeat\" "
    "type=\"IPaddr2\"><instance_attributes id=\"ip-i\"><nvpair id=\"ip-ip\" "
    "name=\"ip\" value=\"192.0.2.1\"/></instance_attributes>"
    "<meta_attributes id=\"ip-m\"><nvpair id=\"ip-f\" "
    "name=\"failure-timeout\" value=\"20s\"/></meta_attributes>"
    "<operations><op id=\"ip-op\" name=\"monitor\" interval=\"30s\"/>"
    "</operations></primitive>"
    "<primitive id=\"f\" class=\"stonith\" type=\"fence_x\">"
    "<instance_attributes id=\"f-i\"><nvpair id=\"f-l\" "
    "name=\"pcmk_host_list\" value=\"ab a\"/><nvpair id=\"f-t\" "
    "name=\"pcmk_reboot_timeout\" value=\"90\"/></instance_attributes>"
    "</primitive></resources><constraints>"
    "<rsc_location id=\"l\" rsc=\"ip\" node=\"b\" score=\"-INFINITY\"/>"
    "</constraints></configuration><status>"
    "<node_state id=\"1\" uname=\"a\" in_ccm=\"true\" crmd=\"online\" "
    "join=\"member\" expected=\"member\"/>"
    "<node_state id=\"2\" uname=\"b\" in_ccm=\"true\" crmd=\"online\" "
    "join=\"member\" expected=\"member\"/></status></cib>";

static struct mu_arena arena;
static struct mu_snapshot *snapshot;
static struct mu_finding_view view;
static struct mu_findings findings;
static struct mu_machine machines[2];

/* Two machines that have nothing to say. */
static void
setup(void)
{
    mu_arena_init(&arena, 1 << 26);
    memset(&findings, 0, sizeof(findings));
    memset(machines, 0, sizeof(machines));
    findings.arena = &arena;
    ck_assert_int_eq(
        mu_cib_status_read_cib(
            &arena,
            (struct mu_span){(const unsigned char *)cib, sizeof(cib) - 1}, 0,
            MU_CONFIG_LENIENT, &snapshot, NULL),
        0);
    view = mu_finding_look(&arena, snapshot, mu_sched_plan(&arena, snapshot, 0));
    for (int i = 0; i < 2; i++) {
        machines[i].node = machines[i].hostname = i == 0 ? "a" : "b";
        machines[i].is_member = machines[i].has_answered = true;
        machines[i].is_clock_synchronized = true;
        machines[i].version = "1";
    }
}

static void
teardown(void)
{
    mu_arena_done(&arena);
}

/* How many findings about 'what' have 'word' in them. */
static int
told(const char *what, const char *word)
{
    int count = 0;

    for (size_t i = 0; i < findings.list.count; i++) {
        const struct mu_finding *one = &findings.list.items[i];

        ck_assert(*one->remedy);
        count += strcmp(one->what, what) == 0 && strstr(one->text, word) ? 1 : 0;
    }
    return count;
}

static void
judge(void)
{
    findings.list.count = 0;
    mu_finding_judge_machines(&view, machines, 2, &findings);
}

/* A report that cries wolf is not read again. */
START_TEST(two_sound_machines_give_no_finding)
{
    judge();
    ck_assert_uint_eq(findings.list.count, 0);
}
END_TEST

START_TEST(an_agent_matters_only_where_its_resource_may_run)
{
    const struct mu_machine_agent agent = {"ip", "there is no IPaddr2"};

    for (int i = 0; i < 2; i++) {
        machines[i].agents = &agent;
        machines[i].agents_count = 1;
    }
    judge();
    ck_assert_int_eq(told("a", "cannot run"), 1);
    ck_assert_int_eq(told("b", "cannot run"), 0);
}
END_TEST

START_TEST(a_clock_that_is_off_is_worse_the_more_it_is_off)
{
    machines[0].offset_ms = -700;
    machines[1].offset_ms = 61200;
    judge();
    ck_assert_int_eq(told("a", "0.7 s behind"), 1);
    ck_assert_int_eq(told("b", "61.2 s ahead"), 1);
    mu_finding_sort(&findings);
    ck_assert_str_eq(findings.list.items[0].what, "b");
    ck_assert_int_eq(findings.list.items[0].risk, MU_RISK_HIGH);
}
END_TEST

START_TEST(an_address_of_the_cluster_on_the_wrong_machine_is_found)
{
    static const char *const managed[] = {"192.0.2.1"};
    static const char *const shared[] = {"192.0.2.77"};

    machines[1].addresses = managed;
    machines[1].addresses_count = 1;
    judge();
    ck_assert_int_eq(told("b", "which ip brings"), 1);
    machines[0].addresses = machines[1].addresses = shared;
    machines[0].addresses_count = 1;
    judge();
    ck_assert_int_eq(told("b", "192.0.2.77"), 1);
    ck_assert_uint_eq(findings.list.count, 1);
}
END_TEST

START_TEST(links_that_differ_or_are_down_are_found)
{
    struct mu_machine_link links[2][2] = {
        {{0, "eth0", 1500, true}, {1, "eth1", 1500, true}},
        {{0, "eth0", 9000, true}, {1, "eth1", 1500, false}}};

    for (int i = 0; i < 2; i++) {
        machines[i].links = links[i];
        machines[i].links_count = 2;
    }
    judge();
    ck_assert_int_eq(told("b", "MTU 9000"), 1);
    ck_assert_int_eq(told("b", "link 1 (eth1) is down"), 1);
    ck_assert_uint_eq(findings.list.count, 2);
}
END_TEST

START_TEST(what_only_a_boot_or_a_full_disk_would_show_is_found)
{
    static const char *const units[] = {"nginx.service"};
    const struct mu_machine_disk disk = {"/var/lib/muster", 90, 1, 80};

    machines[0].units = units;
    machines[0].units_count = 1;
    machines[1].disks = &disk;
    machines[1].disks_count = 1;
    judge();
    ck_assert_int_eq(told("a", "systemd starts nginx.service"), 1);
    ck_assert_int_eq(told("b", "/var/lib/muster has 90 MiB"), 1);
}
END_TEST

START_TEST(a_machine_without_an_answer_is_not_taken_for_sound)
{
    machines[0].is_member = machines[0].has_answered = false;
    machines[1].has_answered = false;
    judge();
    ck_assert_int_eq(told("a", "not in the cluster"), 1);
    ck_assert_int_eq(told("b", "did not answer"), 1);
}
END_TEST

/* A host list is words: "ab" is not "a", and "b" is in neither. */
START_TEST(the_configuration_is_judged_without_any_machine)
{
    mu_finding_judge_config(&view, &findings);
    ck_assert_int_eq(told("b", "no fence device knows it"), 1);
    ck_assert_int_eq(told("a", "no fence device knows it"), 0);
    ck_assert_int_eq(told("f", "may take 90 s"), 1);
    ck_assert_int_eq(told("f", "runs nowhere"), 1);
    ck_assert_int_eq(told("ip", "failure-timeout (20 s)"), 1);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("finding");
    TCase *tcase = tcase_create("finding");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, two_sound_machines_give_no_finding);
    tcase_add_test(tcase, an_agent_matters_only_where_its_resource_may_run);
    tcase_add_test(tcase, a_clock_that_is_off_is_worse_the_more_it_is_off);
    tcase_add_test(tcase, an_address_of_the_cluster_on_the_wrong_machine_is_found);
    tcase_add_test(tcase, links_that_differ_or_are_down_are_found);
    tcase_add_test(tcase, what_only_a_boot_or_a_full_disk_would_show_is_found);
    tcase_add_test(tcase, a_machine_without_an_answer_is_not_taken_for_sound);
    tcase_add_test(tcase, the_configuration_is_judged_without_any_machine);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
