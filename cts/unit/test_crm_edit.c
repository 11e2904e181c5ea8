/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands beside "configure" write: where a value goes, which id it
 * gets, and that a refusal changes nothing. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crm/edit.h"

static struct mu_arena arena;
static struct mu_report report;
static struct mu_doc *cib;

static const char base[] =
    "<cib><configuration><crm_config>"
    "<cluster_property_set id=\"other\"><nvpair id=\"other-x\" name=\"x\""
    " value=\"1\"/></cluster_property_set></crm_config>"
    "<nodes><node id=\"1\" uname=\"n1\"/><node id=\"2\" uname=\"n2\">"
    "<instance_attributes id=\"theirs\"><nvpair id=\"theirs-rack\""
    " name=\"rack\" value=\"1\"/></instance_attributes></node></nodes>"
    "<resources><group id=\"g\"><primitive id=\"a\" class=\"lsb\" type=\"a\">"
    "<meta_attributes id=\"a-meta\"><nvpair id=\"a-role\" name=\"target-role\""
    " value=\"Started\"/></meta_attributes></primitive>"
    "<primitive id=\"b\" class=\"lsb\" type=\"b\"/></group>"
    "<clone id=\"c\"><primitive id=\"d\" class=\"lsb\" type=\"d\"/></clone>"
    "</resources><constraints/>"
    "<tags><tag id=\"t\"><obj_ref id=\"b\"/><obj_ref id=\"d\"/></tag></tags>"
    "<fencing-topology><fencing-level id=\"f\" target=\"n2\" index=\"1\""
    " devices=\"x\"/><fencing-level id=\"h\" target=\"n1\" index=\"1\""
    " devices=\"x\"/></fencing-topology></configuration></cib>";

static void
setup(void)
{
    struct mu_span xml = {(const unsigned char *)base, sizeof(base) - 1};

    mu_arena_init(&arena, 1u << 30);
    mu_report_init(&report, &arena);
    ck_assert_int_eq(mu_doc_parse(xml, &cib, NULL), 0);
}

static void
teardown(void)
{
    mu_doc_free(cib);
    mu_arena_done(&arena);
}

static const char *
attribute(const char *id, const char *name)
{
    const struct mu_doc_element *element = mu_doc_find(mu_doc_root(cib), id);

    return element ? mu_doc_get(element, name) : NULL;
}

/* A clone starts and stops as one; a member of a group on its own. */
START_TEST(roles_go_to_the_clone_but_not_to_the_group)
{
    ck_assert_int_eq(mu_edit_target_role(cib, "d", "Promoted", &report), 0);
    ck_assert_str_eq(attribute("c-meta_attributes-target-role", "value"),
                     "Master");
    ck_assert_int_eq(mu_edit_target_role(cib, "b", "Stopped", &report), 0);
    ck_assert_str_eq(attribute("b-meta_attributes-target-role", "value"),
                     "Stopped");
    /* The value is changed where it is, whatever its id. */
    ck_assert_int_eq(mu_edit_target_role(cib, "a", "Stopped", &report), 0);
    ck_assert_str_eq(attribute("a-role", "value"), "Stopped");
}
END_TEST

/* Otherwise "start g" would leave a stopped member stopped. */
START_TEST(a_role_of_the_group_replaces_those_of_its_members)
{
    ck_assert_int_eq(mu_edit_target_role(cib, "g", "Started", &report), 0);
    ck_assert_ptr_null(attribute("a-role", "value"));
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "a-meta"));
    ck_assert_str_eq(attribute("g-meta_attributes-target-role", "value"),
                     "Started");
}
END_TEST

/* Of the two, the other one would go on to count. */
START_TEST(maintenance_and_is_managed_exclude_each_other)
{
    ck_assert_int_eq(mu_edit_managed(cib, "b", false, &report), 0);
    ck_assert_str_eq(mu_edit_get(cib, "b", MU_EDIT_META, "is-managed"),
                     "false");
    ck_assert_int_eq(mu_edit_maintenance(cib, "b", true, &report), 0);
    ck_assert_ptr_null(mu_edit_get(cib, "b", MU_EDIT_META, "is-managed"));
    ck_assert_str_eq(mu_edit_get(cib, "b", MU_EDIT_META, "maintenance"),
                     "true");
    ck_assert_int_eq(mu_edit_managed(cib, "b", true, &report), 0);
    ck_assert_ptr_null(mu_edit_get(cib, "b", MU_EDIT_META, "maintenance"));
}
END_TEST

/* A tag stands for what it holds. */
START_TEST(a_tag_is_all_its_resources)
{
    ck_assert_int_eq(mu_edit_target_role(cib, "t", "Stopped", &report), 0);
    ck_assert_str_eq(mu_edit_get(cib, "b", MU_EDIT_META, "target-role"),
                     "Stopped");
    ck_assert_str_eq(mu_edit_get(cib, "c", MU_EDIT_META, "target-role"),
                     "Stopped");
}
END_TEST

/* Agents read node attributes by name, tools by these ids. */
START_TEST(node_attributes_are_changed_where_they_are)
{
    ck_assert_int_eq(
        mu_edit_node(cib, "n2",
                     &(struct mu_edit_value){MU_EDIT_PARAMS, "rack", "2"},
                     &report),
        0);
    ck_assert_str_eq(attribute("theirs-rack", "value"), "2");
    ck_assert_int_eq(
        mu_edit_node(cib, "n2",
                     &(struct mu_edit_value){MU_EDIT_PARAMS, "new", "3"},
                     &report),
        0);
    ck_assert_str_eq(attribute("nodes-2-new", "value"), "3");
    ck_assert_int_eq(
        mu_edit_node(cib, "n2",
                     &(struct mu_edit_value){MU_EDIT_PARAMS, "rack", NULL},
                     &report),
        0);
    ck_assert_ptr_null(mu_edit_get(cib, "n2", MU_EDIT_PARAMS, "rack"));
    ck_assert_int_eq(mu_edit_node_standby(cib, "n1", true, &report), 0);
    ck_assert_str_eq(attribute("num-1-instance_attributes-standby", "value"),
                     "on");
    ck_assert_int_eq(mu_edit_node_maintenance(cib, "n1", true, &report), 0);
    ck_assert_str_eq(attribute("nodes-1-maintenance", "value"), "true");
}
END_TEST

/* Removing a node leaves nothing that names it. */
START_TEST(a_node_goes_with_what_names_it)
{
    struct mu_edit_place place = {.resource = "g", .node = "n2"};

    ck_assert_int_eq(mu_edit_ban(cib, &place, &report), 0);
    ck_assert_int_eq(mu_edit_node_delete(cib, "n2", &report), 0);
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "cli-ban-g-on-n2"));
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "f"));
    ck_assert_str_eq(attribute("h", "target"), "n1");
}
END_TEST

/* An override that ends by itself is a rule; one without end is a score. */
START_TEST(moves_and_bans_replace_each_other)
{
    struct mu_edit_place place = {.resource = "d", .node = "n1"};

    ck_assert_int_eq(mu_edit_ban(cib, &place, &report), 0);
    ck_assert_str_eq(attribute("cli-ban-c-on-n1", "score"), "-INFINITY");
    place.until = "2030-01-01 00:00:00Z";
    ck_assert_int_eq(mu_edit_move(cib, &place, &report), 0);
    ck_assert_ptr_null(attribute("cli-ban-c-on-n1", "score"));
    ck_assert_ptr_null(attribute("cli-prefer-c", "score"));
    ck_assert_str_eq(attribute("cli-prefer-lifetime-end-c", "end"),
                     place.until);
    place.node = "n2";
    ck_assert_int_eq(mu_edit_move(cib, &place, &report), 0);
    ck_assert_str_eq(attribute("cli-prefer-expr-c", "value"), "n2");
    ck_assert_int_eq(mu_edit_clear(cib, "d", "n1", &report), 0);
    ck_assert_ptr_nonnull(mu_doc_find(mu_doc_root(cib), "cli-prefer-c"));
    ck_assert_int_eq(mu_edit_clear(cib, "d", NULL, &report), 0);
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "cli-prefer-c"));
}
END_TEST

/* What ends by itself is a set of its own with a date, so that nothing else has
 * to be put back; another one takes its place. */
START_TEST(what_ends_by_itself_is_a_set_of_its_own)
{
    struct mu_edit_timed timed = {.kind = MU_EDIT_TIMED_MAINTENANCE,
                                  .resource = "d",
                                  .until = "2030-01-01 00:00:00Z"};

    ck_assert_int_eq(mu_edit_timed(cib, &timed, &report), 0);
    ck_assert_str_eq(attribute("cli-maintenance-c-lifetime", "end"),
                     timed.until);
    ck_assert_str_eq(attribute("cli-maintenance-c-maintenance", "value"),
                     "true");
    timed.until = "2031-01-01 00:00:00Z";
    ck_assert_int_eq(mu_edit_timed(cib, &timed, &report), 0);
    ck_assert_str_eq(attribute("cli-maintenance-c-lifetime", "end"),
                     timed.until);
    timed.until = NULL;
    ck_assert_int_eq(mu_edit_timed(cib, &timed, &report), 0);
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "cli-maintenance-c"));
    timed = (struct mu_edit_timed){.kind = MU_EDIT_TIMED_STANDBY,
                                   .node = "n1",
                                   .until = "2030-01-01 00:00:00Z"};
    ck_assert_int_eq(mu_edit_timed(cib, &timed, &report), 0);
    ck_assert_str_eq(attribute("cli-standby-on-n1-standby", "value"), "on");
    timed.node = "nosuch";
    ck_assert_int_eq(mu_edit_timed(cib, &timed, &report), -ENOENT);
}
END_TEST

/* The set that comes first would win over one that ends, so its word goes. */
START_TEST(maintenance_of_everything_wins_for_its_time)
{
    struct mu_edit_timed timed = {.kind = MU_EDIT_TIMED_MAINTENANCE,
                                  .until = "2030-01-01 00:00:00Z"};

    ck_assert_int_eq(
        mu_edit_property(cib, "maintenance-mode", "false", &report), 0);
    ck_assert_int_eq(mu_edit_timed(cib, &timed, &report), 0);
    ck_assert_str_eq(attribute("cli-maintenance-maintenance-mode", "value"),
                     "true");
    ck_assert_ptr_null(
        mu_doc_find(mu_doc_root(cib), "cib-bootstrap-options-maintenance-mode"));
}
END_TEST

/* A property is changed in the set that holds it, where it has effect. */
START_TEST(properties_are_changed_where_they_are)
{
    ck_assert_int_eq(mu_edit_property(cib, "x", "2", &report), 0);
    ck_assert_str_eq(attribute("other-x", "value"), "2");
    ck_assert_int_eq(mu_edit_property(cib, "y", "3", &report), 0);
    ck_assert_str_eq(attribute("cib-bootstrap-options-y", "value"), "3");
    ck_assert_int_eq(mu_edit_property(cib, "y", NULL, &report), 0);
    ck_assert_int_lt(mu_edit_property(cib, "y", NULL, &report), 0);
}
END_TEST

/* A name that does not exist is the most common mistake of all. */
START_TEST(what_does_not_exist_is_refused_and_nothing_changes)
{
    struct mu_edit_place place = {.resource = "nosuch", .node = "n1"};
    struct mu_digest before = mu_doc_digest(mu_doc_root(cib));

    ck_assert_int_eq(mu_edit_target_role(cib, "n1", "Started", &report),
                     -ENOENT);
    ck_assert_int_eq(mu_edit_move(cib, &place, &report), -ENOENT);
    place = (struct mu_edit_place){.resource = "g", .node = "nosuch"};
    ck_assert_int_eq(mu_edit_ban(cib, &place, &report), -ENOENT);
    ck_assert_int_eq(mu_edit_clear(cib, "n1", NULL, &report), -ENOENT);
    ck_assert_int_lt(
        mu_edit_resource(cib, "b",
                         &(struct mu_edit_value){MU_EDIT_META, "x", NULL},
                         &report),
        0);
    ck_assert_int_lt(
        mu_edit_resource(cib, "b",
                         &(struct mu_edit_value){MU_EDIT_META, "x", "\x01"},
                         &report),
        0);
    ck_assert_int_eq(
        mu_edit_node(cib, "g",
                     &(struct mu_edit_value){MU_EDIT_PARAMS, "x", "y"},
                     &report),
        -ENOENT);
    ck_assert(mu_digest_is_equal(before, mu_doc_digest(mu_doc_root(cib))));
    ck_assert_uint_eq(report.errors_count, 7);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("crm_edit");
    TCase *edits = tcase_create("edits");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(edits, setup, teardown);
    tcase_add_test(edits, roles_go_to_the_clone_but_not_to_the_group);
    tcase_add_test(edits, a_role_of_the_group_replaces_those_of_its_members);
    tcase_add_test(edits, maintenance_and_is_managed_exclude_each_other);
    tcase_add_test(edits, a_tag_is_all_its_resources);
    tcase_add_test(edits, node_attributes_are_changed_where_they_are);
    tcase_add_test(edits, a_node_goes_with_what_names_it);
    tcase_add_test(edits, moves_and_bans_replace_each_other);
    tcase_add_test(edits, what_ends_by_itself_is_a_set_of_its_own);
    tcase_add_test(edits, maintenance_of_everything_wins_for_its_time);
    tcase_add_test(edits, properties_are_changed_where_they_are);
    tcase_add_test(edits, what_does_not_exist_is_refused_and_nothing_changes);
    suite_add_tcase(suite, edits);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
