/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration language: words, messages, ids and what a refusal leaves
 * behind. What text becomes which XML is shown by the cases in cts/crm. */

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "crm/acl_paths.h"
#include "crm/crm.h"
#include "crm/element.h"
#include "crm/kinds.h"
#include "crm/lexer.h"
#include "crm/print.h"
#include "crm/values.h"
#include "crm/verify.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static struct mu_arena arena;
static struct mu_report report;
static struct mu_errbuf err;
static struct mu_doc *cib;

static const char base[] =
    "<cib validate-with=\"pacemaker-3.9\"><configuration><crm_config/>"
    "<nodes><node id=\"1\" uname=\"n1\"/></nodes><resources>"
    "<primitive id=\"a\" class=\"ocf\" provider=\"pacemaker\" type=\"Dummy\">"
    "<instance_attributes id=\"mine\"><nvpair id=\"mine-too\" name=\"fake\""
    " value=\"1\"/></instance_attributes></primitive></resources>"
    "<constraints/></configuration></cib>";

static struct mu_span
span_of(const char *text)
{
    return (struct mu_span){(const unsigned char *)text, strlen(text)};
}

static void
setup(void)
{
    int r;

    mu_arena_init(&arena, 1u << 30);
    mu_report_init(&report, &arena);
    mu_errbuf_set(&err, "none");
    r = mu_doc_parse(span_of(base), &cib, &err);
    ck_assert_msg(r == 0, "%s", err.text);
}

static void
teardown(void)
{
    mu_doc_free(cib);
    mu_arena_done(&arena);
}

static int
apply(enum mu_crm_mode mode, const char *text)
{
    struct mu_crm_options options = {.mode = mode};

    return mu_crm_apply(cib, span_of(text), &options, &report);
}

static const char *
canonical(void)
{
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &arena);
    mu_doc_write_canonical(mu_doc_root(cib), &text);
    return text.data;
}

static const char *
attribute(const char *id, const char *name)
{
    const struct mu_doc_element *element = mu_doc_find(mu_doc_root(cib), id);

    ck_assert_msg(element != NULL, "there is no %s", id);
    return mu_doc_get(element, name);
}

/* The caret of an error stands where the word begins, however far down in a
 * statement of several lines it is. */
START_TEST(words_know_where_they_stand)
{
    struct mu_lexer_result lexed;
    const struct mu_statement *statement;
    int r = mu_lexer_split(
        &arena, span_of("\n  # note\n  a \"b c\" \\\n\td=\xC3\xA4 e"), &lexed,
        &err);

    ck_assert_int_eq(r, 0);
    ck_assert_uint_eq(lexed.count, 1);
    statement = &lexed.statements[0];
    ck_assert_uint_eq(statement->comments_count, 1);
    ck_assert_str_eq(statement->comments[0], "# note");
    ck_assert_uint_eq(statement->words_count, 4);
    ck_assert_str_eq(statement->words[1].text, "b c");
    ck_assert_uint_eq(statement->words[1].line, 3);
    ck_assert_uint_eq(statement->words[1].column, 5);
    ck_assert_uint_eq(statement->words[1].width, 5);
    ck_assert_str_eq(statement->words[3].text, "e");
    ck_assert_uint_eq(statement->words[3].line, 4);
    ck_assert_uint_eq(statement->words[3].column, 6);
}
END_TEST

static const struct {
    const char *text;
    const char *word;
} quotings[] = {
    {"a\\ b", "a b"},     {"\"a\\\"b\"", "a\"b"},     {"'a\\b'", "a\\b"},
    {"\"a\\b\"", "a\\b"}, {"x='1 2'\"3\"", "x=1 23"}, {"\"\"", ""},
    {"a\\\\b", "a\\b"},   {"#uname", "#uname"},
};

/* Quotes and backslashes mean what they mean in a shell. */
START_TEST(words_are_quoted_as_in_a_shell)
{
    struct mu_lexer_result lexed;
    const char *text = mu_text_make(&arena, "first %s", quotings[_i].text);

    ck_assert_int_eq(mu_lexer_split(&arena, span_of(text), &lexed, &err), 0);
    ck_assert_uint_eq(lexed.statements[0].words_count, 2);
    ck_assert_str_eq(lexed.statements[0].words[1].text, quotings[_i].word);
}
END_TEST

static const struct {
    const char *text;
    unsigned line;
    unsigned column;
} bad_texts[] = {
    {"a\nb \"c d\\", 2, 3}, /* A backslash at the end joins nothing. */
    {"a 'b", 1, 3},         {"a \xFF", 1, 3}, {"a\n\xC0\x80", 2, 1},
    {"\xED\xA0\x80", 1, 1}, {"a\x01", 1, 2},
};

/* What XML cannot hold must not come in, and the place is told. */
START_TEST(broken_text_is_refused_where_it_breaks)
{
    struct mu_lexer_result lexed;
    int r = mu_lexer_split(&arena, span_of(bad_texts[_i].text), &lexed, &err);

    ck_assert_int_eq(r, -EBADMSG);
    ck_assert_uint_eq(err.line, bad_texts[_i].line);
    ck_assert_uint_eq(err.column, bad_texts[_i].column);
}
END_TEST

/* A command line that the shell took apart must mean the same as the line that
 * was typed. */
START_TEST(joined_words_split_into_the_same_words)
{
    static const char *const words[] = {"primitive", "",  "a b",    "c\"d\\e",
                                        "f='g'",     "(", "plain=x"};
    enum { WORDS_COUNT = sizeof(words) / sizeof(words[0]) };
    const char *text = mu_lexer_join(&arena, words, WORDS_COUNT);
    struct mu_lexer_result lexed;

    ck_assert_int_eq(mu_lexer_split(&arena, span_of(text), &lexed, &err), 0);
    ck_assert_uint_eq(lexed.statements[0].words_count, WORDS_COUNT);
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        ck_assert_str_eq(lexed.statements[0].words[i].text, words[i]);
    }
    ck_assert_str_eq(mu_lexer_quote(&arena, "a.b-c_1"), "a.b-c_1");
    ck_assert_str_eq(mu_lexer_quote(&arena, "a\"b"), "\"a\\\"b\"");
    ck_assert_str_eq(mu_lexer_quote(&arena, ""), "\"\"");
}
END_TEST

/* A proposal that is far off is worse than none. */
START_TEST(proposals_are_near_or_absent)
{
    static const char *const names[] = {"params", "meta", "operations"};

    ck_assert_str_eq(mu_report_nearest("parmas", names, 3), "params");
    ck_assert_str_eq(mu_report_nearest("META", names, 3), "meta");
    ck_assert_str_eq(mu_report_nearest("operation", names, 3), "operations");
    ck_assert_ptr_null(mu_report_nearest("zebra", names, 3));
    ck_assert_ptr_null(mu_report_nearest("", names, 3));
}
END_TEST

/* People type the next command after a refusal, and it must find what was
 * there before. */
START_TEST(a_refused_command_changes_nothing)
{
    const char *before = canonical();

    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\n"
                                         "group g a b\n"
                                         "location l nosuch 1: n1"),
                     -ENOENT);
    ck_assert_str_eq(canonical(), before);
    ck_assert_uint_eq(report.errors_count, 1);
    ck_assert_uint_eq(report.items[report.count - 1].line, 3);
    ck_assert_uint_eq(report.items[report.count - 1].column, 12);
}
END_TEST

/* One run shows all there is to mend in a file. */
START_TEST(all_errors_of_a_file_are_reported)
{
    ck_assert_int_eq(apply(MU_CRM_UPDATE, "primitive 1 X\ngroup\nnonsense\n"
                                          "primitive a A\nprimitive a A\n"),
                     -EBADMSG);
    ck_assert_uint_eq(report.errors_count, 3);
    report.count = 0;
    ck_assert_int_eq(apply(MU_CRM_UPDATE, "primitive a A\nprimitive a A\n"),
                     -EBADMSG);
    ck_assert_uint_eq(report.items[0].line, 2);
}
END_TEST

/* Agents and other tools address parts by id, so loading the same text again
 * must not give them new ones. */
START_TEST(replacing_an_object_keeps_the_ids_of_its_parts)
{
    ck_assert_int_eq(apply(MU_CRM_UPDATE, "primitive a ocf:pacemaker:Dummy "
                                          "params fake=2 state=/x"),
                     0);
    ck_assert_str_eq(attribute("mine-too", "value"), "2");
    ck_assert_str_eq(attribute("mine-state", "value"), "/x");
}
END_TEST

/* A part that names its id gets it, and the one that had it in the old object
 * gets another. */
START_TEST(given_ids_win_over_old_ones)
{
    ck_assert_int_eq(apply(MU_CRM_UPDATE, "primitive a ocf:pacemaker:Dummy "
                                          "params x=1 params $id=mine y=2"),
                     0);
    ck_assert_str_eq(attribute("mine-y", "name"), "y");
    ck_assert_str_eq(attribute("a-instance_attributes-x", "name"), "x");
}
END_TEST

/* An id belongs to one element, whatever kind it is. */
START_TEST(ids_in_use_are_refused)
{
    ck_assert_int_lt(apply(MU_CRM_TYPED, "primitive mine ocf:x:y"), 0);
    ck_assert_int_eq(report.items[0].reason, MU_REPORT_REASON_NAME);
    ck_assert_int_lt(
        apply(MU_CRM_TYPED, "primitive b ocf:x:y params $id=a z=1"), 0);
    ck_assert_int_lt(apply(MU_CRM_UPDATE, "group a b"), 0);
}
END_TEST

/* What was shown in an editor and is gone from the text was deleted there;
 * what was not shown stays. */
START_TEST(editing_deletes_what_was_shown_and_is_gone)
{
    static const char *const words[] = {"?", "and", "related:y", "a", "p"};
    struct mu_crm_options options = {
        .mode = MU_CRM_EDIT, .edited = words, .edited_count = 5};

    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\n"
                                         "primitive c ocf:x:q\n"
                                         "order o a b\ntag t a c\n"
                                         "property p: d=1 e=2\n"
                                         "property f=3"),
                     0);
    ck_assert_int_eq(mu_crm_apply(cib,
                                  span_of("primitive b ocf:x:z\n"
                                          "property p: d=1\nproperty g=4"),
                                  &options, &report),
                     0);
    /* A set that was shown becomes what the text says, others grow. */
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "p-e"));
    ck_assert_str_eq(attribute("cib-bootstrap-options-f", "value"), "3");
    ck_assert_str_eq(attribute("cib-bootstrap-options-g", "value"), "4");
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "a"));
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "o"));
    ck_assert_str_eq(attribute("b", "type"), "z");
    ck_assert_str_eq(attribute("c", "type"), "q");
}
END_TEST

/* A set that others refer to cannot be deleted under them. */
START_TEST(deleting_what_others_use_is_refused)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y "
                                         "params $id-ref=mine\n"
                                         "rsc_template t ocf:x:y\n"
                                         "primitive d @t"),
                     0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "delete a"), 0);
    ck_assert_int_eq(report.items[report.count - 1].reason,
                     MU_REPORT_REASON_USED);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "delete t"), 0);
    ck_assert_int_eq(apply(MU_CRM_TYPED, "delete t d b a"), 0);
}
END_TEST

/* Inside one colocation set the later resource follows the earlier one;
 * written as a pair, the follower comes first. */
START_TEST(a_shrunk_colocation_set_keeps_its_direction)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\n"
                                         "primitive c ocf:x:y\n"
                                         "colocation k inf: a b c\n"
                                         "colocation m inf: c ( a b )\n"
                                         "delete c"),
                     0);
    ck_assert_str_eq(attribute("k", "rsc"), "b");
    ck_assert_str_eq(attribute("k", "with-rsc"), "a");
    /* Nothing relates two members of an unordered set. */
    ck_assert_ptr_null(attribute("m", "rsc"));
}
END_TEST

/* What a group would make a constraint of with itself goes. */
START_TEST(a_constraint_inside_a_new_group_goes)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\n"
                                         "colocation k inf: a b\n"
                                         "group g a b"),
                     0);
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "k"));
}
END_TEST

/* A constraint beside a group that is there already may be meant for the
 * member alone; one from before the group cannot be. */
START_TEST(constraints_follow_into_new_groups_only)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\n"
                                         "primitive c ocf:x:y\n"
                                         "location l b 1: n1\n"
                                         "location m c 1: n1\ngroup g a b"),
                     0);
    ck_assert_str_eq(attribute("l", "rsc"), "g");
    ck_assert_int_eq(apply(MU_CRM_UPDATE, "group g a b c"), 0);
    ck_assert_str_eq(attribute("m", "rsc"), "c");
}
END_TEST

/* To name a group is to name its members; all else goes. */
START_TEST(pushing_a_group_keeps_its_members)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\ngroup g a b\n"
                                         "primitive c ocf:x:y"),
                     0);
    ck_assert_int_eq(apply(MU_CRM_PUSH, "group g b a"), 0);
    ck_assert_str_eq(attribute("a", "type"), "Dummy");
    ck_assert_ptr_null(mu_doc_find(mu_doc_root(cib), "c"));
}
END_TEST

/* A member that is only named stays as it was: the push is refused when it was
 * made from a template that would go, and says who needs it. */
START_TEST(pushing_a_group_needs_what_its_members_refer_to)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "rsc_template t ocf:x:y\n"
                                         "primitive b @t\ngroup g b"),
                     0);
    ck_assert_int_eq(apply(MU_CRM_PUSH, "group g b"), -ENOENT);
    ck_assert_str_eq(report.items[report.count - 1].text,
                     "\"b\" refers to resource template \"t\", which would "
                     "not be there");
    ck_assert_int_eq(apply(MU_CRM_PUSH, "rsc_template t ocf:x:y\ngroup g b"),
                     0);
    ck_assert_str_eq(attribute("b", "template"), "t");
}
END_TEST

/* Cycles and nonsense among containers are refused before they exist. */
START_TEST(containers_take_what_they_can_hold)
{
    ck_assert_int_eq(apply(MU_CRM_TYPED, "group g a"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "group h g"), 0);
    ck_assert_int_lt(apply(MU_CRM_UPDATE, "group g g"), 0);
    ck_assert_int_eq(apply(MU_CRM_TYPED, "clone c g"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "clone d c"), 0);
    ck_assert_int_lt(apply(MU_CRM_UPDATE, "clone c c"), 0);
    ck_assert_int_lt(apply(MU_CRM_UPDATE, "primitive x ocf:y:z\nclone c x\n"
                                          "group h a"),
                     0);
}
END_TEST

/* Old schemas do not know the new names of the roles. */
START_TEST(roles_are_written_as_the_schema_knows_them)
{
    struct mu_doc_element *root = mu_doc_edit(cib, mu_doc_root(cib));

    ck_assert_int_eq(apply(MU_CRM_TYPED, "location l a role=Promoted 1: n1"),
                     0);
    ck_assert_str_eq(attribute("l", "role"), "Promoted");
    mu_doc_set(root, "validate-with", "pacemaker-3.2");
    ck_assert_int_eq(apply(MU_CRM_TYPED, "location m a role=promoted 1: n1"),
                     0);
    ck_assert_str_eq(attribute("m", "role"), "Master");
}
END_TEST

static size_t
pacemaker_only(void *context, const char *type, const char **names,
               size_t names_max)
{
    (void)context;
    ck_assert_uint_ge(names_max, 2);
    names[0] = "anvil";
    names[1] = "pacemaker";
    return strcmp(type, "ping") == 0 ? 2 : 0;
}

/* The provider of a bare type is the one that has it. */
START_TEST(bare_types_find_their_provider)
{
    struct mu_crm_options options = {.providers = pacemaker_only};

    ck_assert_int_eq(mu_crm_apply(cib,
                                  span_of("primitive p ping\n"
                                          "primitive q Other"),
                                  &options, &report),
                     0);
    ck_assert_str_eq(attribute("p", "provider"), "pacemaker");
    ck_assert_str_eq(attribute("q", "provider"), "heartbeat");
}
END_TEST

static const char *
shown(enum mu_crm_detail detail, const char *const *words, size_t count)
{
    struct mu_crm_print_options options = {.detail = detail,
                                           .obscured = "passw*"};
    struct mu_crm_selection selection = {.words = words, .count = count};
    struct mu_text_buffer text;

    mu_text_buffer_init(&text, &arena);
    mu_text_buffer_append(&text, "", 0);
    ck_assert_int_eq(mu_crm_print(cib, &selection, &options, &report, &text),
                     0);
    return text.data;
}

/* A secret is not for the screen, but a saved configuration without it would
 * be worthless. */
START_TEST(secrets_are_hidden_on_the_screen_and_kept_in_full)
{
    static const char *const words[] = {"f"};

    ck_assert_int_eq(
        apply(MU_CRM_TYPED, "primitive f stonith:x password=secret login=me"),
        0);
    ck_assert_str_eq(shown(MU_CRM_BRIEF, words, 1),
                     "primitive f stonith:x \\\n"
                     "\tparams password=****** login=me\n");
    ck_assert_ptr_nonnull(strstr(shown(MU_CRM_FULL, words, 1), "secret"));
}
END_TEST

/* What the language cannot say must not get lost. */
START_TEST(what_cannot_be_said_is_printed_as_xml)
{
    static const char *const words[] = {"odd"};
    const char *text;

    ck_assert_int_eq(apply(MU_CRM_TYPED,
                           "xml <rsc_location id=\"odd\" rsc=\"a\""
                           "><rule id=\"r\" score=\"1\"><rule "
                           "id=\"s\"/></rule></rsc_location>"),
                     0);
    text = shown(MU_CRM_BRIEF, words, 1);
    ck_assert_msg(strncmp(text, "xml <rsc_location id=\"odd\"", 26) == 0, "%s",
                  text);
}
END_TEST

static const struct {
    const char *words[3];
    size_t count;
    const char *heads; /* First words of the ids printed, in order. */
} selections[] = {
    {{"a"}, 1, "a"},
    {{"type:primitive"}, 1, "a b c"},
    {{"tag:t"}, 1, "a t"},
    {{"related:a"}, 1, "a t k"},
    {{"related:Dummy"}, 1, "a"},
    {{"type:primitive", "and", "tag:t"}, 3, "a"},
    {{"b", "or", "c"}, 3, "b c"},
    {{"[bc]"}, 1, NULL},
    {{"?"}, 1, "a b c t k"},
};

/* The words behind "show" select as the crm shell's manual says. */
START_TEST(selections_choose_objects)
{
    struct mu_text_buffer heads;
    const char *text;

    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y\n"
                                         "primitive c ocf:x:y\n"
                                         "tag t a\ncolocation k inf: b a"),
                     0);
    if (!selections[_i].heads) {
        struct mu_crm_print_options options = {.detail = MU_CRM_BRIEF};
        struct mu_crm_selection selection = {selections[_i].words, 1};

        mu_text_buffer_init(&heads, &arena);
        ck_assert_int_eq(
            mu_crm_print(cib, &selection, &options, &report, &heads), -ENOENT);
        return;
    }
    mu_text_buffer_init(&heads, &arena);
    text = shown(MU_CRM_BRIEF, selections[_i].words, selections[_i].count);
    while (*text) {
        const char *id = strchr(text, ' ') + 1;

        if (*text != '\t') {
            mu_text_buffer_add(&heads, "%s%.*s", heads.length > 0 ? " " : "",
                               (int)strcspn(id, " \n:"), id);
        }
        text = strchr(text, '\n') + 1;
    }
    ck_assert_str_eq(heads.data, selections[_i].heads);
}
END_TEST

/* Short names of access paths must not say more or less than their path. */
START_TEST(short_access_paths_go_both_ways)
{
    static const char *const names[] = {"cib",        "status",    "meta:web",
                                        "meta:w:x",   "property",  "node:n1",
                                        "location:w", "params:a:b"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *path = mu_acl_paths_expand(&arena, names[i]);

        ck_assert_ptr_nonnull(path);
        ck_assert_str_eq(mu_acl_paths_compress(&arena, path), names[i]);
    }
    ck_assert_ptr_null(mu_acl_paths_expand(&arena, "meta:x'] | //*[@id='y"));
    ck_assert_ptr_null(mu_acl_paths_expand(&arena, "meta"));
    ck_assert_ptr_null(mu_acl_paths_compress(
        &arena, "//rsc_location[@id='cli-prefer-a' and @rsc='b']"));
}
END_TEST

/* A misspelt value must not become a default in silence. */
START_TEST(values_of_known_options_are_checked)
{
    ck_assert_int_lt(apply(MU_CRM_TYPED, "primitive b ocf:x:y "
                                         "op monitor interval=10x"),
                     0);
    ck_assert_uint_eq(report.items[0].column, 32);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "property stonith-enabled=maybe"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "monitor a 08sid"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "monitor a 5s:x"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "monitor a:Big 5s"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "monitor a:promoted 5s\n"
                                         "set a.monitor.timeout x"),
                     0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "rsc_defaults priority=high"), 0);
    ck_assert_int_lt(apply(MU_CRM_TYPED, "op_defaults on-fail=panic"), 0);
    ck_assert_int_eq(apply(MU_CRM_TYPED, "primitive b ocf:x:y on-fail=x "
                                         "meta my-own=anything"),
                     0);
    ck_assert(mu_values_is_known(MU_VALUES_CLUSTER, "no-quorum-policy"));
    ck_assert_str_eq(mu_values_nearest(MU_VALUES_CLUSTER, "no-quorum-polcy"),
                     "no-quorum-policy");
}
END_TEST

/* What follows the last dot becomes an attribute: any other word would be one
 * that no schema knows, that is no name, or the key of the operation. */
START_TEST(only_attributes_of_operations_are_set)
{
    static const char *const refused[] = {"set a.monitor. 6",
                                          "set a.monitor.x\"y 6",
                                          "set a.monitor.id web",
                                          "set a.monitor.name start"};

    ck_assert_int_eq(apply(MU_CRM_TYPED, "monitor a 5s"), 0);
    for (size_t i = 0; i < COUNT(refused); i++) {
        ck_assert_int_lt(apply(MU_CRM_TYPED, refused[i]), 0);
    }
    ck_assert_int_eq(apply(MU_CRM_TYPED, "set a.monitor.timeout 6s"), 0);
    ck_assert_str_eq(attribute("a-monitor-5s", "timeout"), "6s");
}
END_TEST

/* Findings name the object, and those that only concern style are no errors. */
START_TEST(verify_tells_errors_from_warnings)
{
    struct mu_verify_options options = {0};

    ck_assert_int_eq(apply(MU_CRM_TYPED, "property stonith-enabled=true\n"
                                         "order o a"),
                     0);
    ck_assert_int_eq(mu_verify_config(cib, &options, &report), 0);
    ck_assert_uint_eq(report.errors_count, 0);
    ck_assert_uint_ge(report.warnings_count, 3);
    mu_doc_set(mu_doc_edit(cib, mu_doc_find(mu_doc_root(cib), "mine")),
               "id-ref", "nowhere");
    ck_assert_int_eq(mu_verify_config(cib, &options, &report), -EBADMSG);
}
END_TEST

/* A copy must not share places with what it was made from. */
START_TEST(elements_are_linked_both_ways)
{
    struct mu_element *top = mu_element_new(&arena, "top");
    struct mu_element *first = mu_element_add(&arena, top, "x");
    struct mu_element *last = mu_element_add(&arena, top, "y");
    struct mu_element *middle = mu_element_new_comment(&arena, "# z");
    struct mu_element *copy;

    mu_element_insert(last, middle);
    mu_element_set(&arena, first, "a", "1");
    mu_element_set(&arena, first, "b", "2");
    mu_element_unset(first, "a");
    copy = mu_element_copy(&arena, top);
    mu_element_detach(middle);
    ck_assert_ptr_eq(first->next, last);
    ck_assert_ptr_eq(last->previous, first);
    ck_assert_str_eq(copy->first->next->text, "# z");
    ck_assert_ptr_null(mu_element_get(copy->first, "a"));
    ck_assert_str_eq(mu_element_get(copy->first, "b"), "2");
    ck_assert_ptr_eq(mu_element_find_with(top, "x", "b", "2"), first);
    ck_assert_ptr_eq(mu_element_walk(top, first), last);
    ck_assert_ptr_null(mu_element_walk(top, last));
}
END_TEST

START_TEST(patterns_match_names)
{
    ck_assert(mu_print_glob("pass*", "Password"));
    ck_assert(mu_print_glob("*a?c*", "xxabcabd"));
    ck_assert(mu_print_glob("", ""));
    ck_assert(!mu_print_glob("pass", "password"));
    ck_assert(!mu_print_glob("?", ""));
    ck_assert_int_eq(mu_kinds_by_keyword("COLLOCATION"), MU_KIND_COLOCATION);
    ck_assert_int_eq(mu_kinds_by_keyword("colocatoin"), MU_KIND_NONE);
}
END_TEST

/* Nobody types megabytes; a file of them is refused before it is read. */
START_TEST(sec_a_huge_text_is_refused)
{
    struct mu_span huge = {(const unsigned char *)"x",
                           (size_t)MU_CONFIG_SIZE_MAX + 1};
    struct mu_crm_options options = {.mode = MU_CRM_UPDATE};

    ck_assert_int_lt(mu_crm_apply(cib, huge, &options, &report), 0);
    ck_assert_uint_eq(report.errors_count, 1);
}
END_TEST


static TCase *
words_case(void)
{
    TCase *words = tcase_create("words");

    tcase_add_checked_fixture(words, setup, teardown);
    tcase_add_test(words, words_know_where_they_stand);
    tcase_add_loop_test(words, words_are_quoted_as_in_a_shell, 0,
                        COUNT(quotings));
    tcase_add_loop_test(words, broken_text_is_refused_where_it_breaks, 0,
                        COUNT(bad_texts));
    tcase_add_test(words, joined_words_split_into_the_same_words);
    tcase_add_test(words, proposals_are_near_or_absent);
    tcase_add_test(words, short_access_paths_go_both_ways);
    tcase_add_test(words, elements_are_linked_both_ways);
    tcase_add_test(words, patterns_match_names);
    return words;
}

int
main(void)
{
    Suite *suite = suite_create("crm");
    TCase *language = tcase_create("language");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(language, setup, teardown);
    tcase_add_test(language, a_refused_command_changes_nothing);
    tcase_add_test(language, all_errors_of_a_file_are_reported);
    tcase_add_test(language, replacing_an_object_keeps_the_ids_of_its_parts);
    tcase_add_test(language, given_ids_win_over_old_ones);
    tcase_add_test(language, ids_in_use_are_refused);
    tcase_add_test(language, editing_deletes_what_was_shown_and_is_gone);
    tcase_add_test(language, deleting_what_others_use_is_refused);
    tcase_add_test(language, a_shrunk_colocation_set_keeps_its_direction);
    tcase_add_test(language, a_constraint_inside_a_new_group_goes);
    tcase_add_test(language, constraints_follow_into_new_groups_only);
    tcase_add_test(language, pushing_a_group_keeps_its_members);
    tcase_add_test(language, pushing_a_group_needs_what_its_members_refer_to);
    tcase_add_test(language, containers_take_what_they_can_hold);
    tcase_add_test(language, roles_are_written_as_the_schema_knows_them);
    tcase_add_test(language, bare_types_find_their_provider);
    tcase_add_test(language, secrets_are_hidden_on_the_screen_and_kept_in_full);
    tcase_add_test(language, what_cannot_be_said_is_printed_as_xml);
    tcase_add_loop_test(language, selections_choose_objects, 0,
                        COUNT(selections));
    tcase_add_test(language, values_of_known_options_are_checked);
    tcase_add_test(language, only_attributes_of_operations_are_set);
    tcase_add_test(language, verify_tells_errors_from_warnings);
    tcase_add_test(language, sec_a_huge_text_is_refused);
    suite_add_tcase(suite, words_case());
    suite_add_tcase(suite, language);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
