/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configure: the crm language and XML on the configuration of the cluster or
 * of a file. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crm/apply.h"
#include "crm/crm.h"
#include "crm/lexer.h"
#include "crm/verify.h"
#include "tools/agent_rules.h"
#include "tools/agents.h"
#include "tools/commands.h"
#include "tools/tell.h"
#include "tools/xml_merge.h"

struct typed {
    const char *keyword;
    const char *name;  /* The word behind it, or null. */
    const char *thing; /* Where the text is from; null: the command line. */
    const char *text;
};

struct load {
    const char *thing;
    const char *text;
    size_t size;
    const char *mode;
};

static int run_statement(struct mu_tool *tool, int argc, char **argv);
static int change_typed(struct mu_cib_edit *edit, void *context);
static int verify_typed(struct mu_cib_edit *edit, const struct typed *typed);
static int change_load(struct mu_cib_edit *edit, void *context);
static int verify_language(struct mu_tool *tool, const struct mu_doc *doc);

int
mu_muster_configure_run(struct mu_tool *tool, int argc, char **argv)
{
    if (argc > 1 && !tool->file &&
        (strcmp(argv[0], "delete") == 0 || strcmp(argv[0], "rename") == 0)) {
        return mu_muster_delete_run(tool, argc, argv, run_statement);
    }
    return run_statement(tool, argc, argv);
}

static int
run_statement(struct mu_tool *tool, int argc, char **argv)
{
    struct typed typed = {0};

    if (argc == 0) {
        return mu_tool_usage(tool, "which statement? For example: primitive "
                                   "ip IPaddr2 params ip=192.0.2.10");
    }
    typed.keyword = argv[0];
    typed.name = argc > 1 ? argv[1] : NULL;
    typed.text = mu_lexer_join(
        &tool->arena, (const char *const *)(uintptr_t)argv, (size_t)argc);
    return mu_cib_edit_run(tool, change_typed, &typed);
}

int
mu_muster_configure_show(struct mu_tool *tool, int argc, char **argv)
{
    const char *const *words = (const char *const *)(uintptr_t)argv;
    bool is_xml = argc > 0 && strcmp(argv[0], "xml") == 0;
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    int code = mu_cib_edit_open(tool, false, &edit);

    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    if (is_xml && argc == 1) {
        mu_doc_write_file(edit.doc, &text);
    } else {
        code = mu_muster_configure_print(
            tool, edit.doc, is_xml,
            &(struct mu_crm_selection){.words = is_xml     ? words + 1
                                                : argc > 0 ? words
                                                           : NULL,
                                       .count =
                                           (size_t)(is_xml ? argc - 1 : argc)},
            &text);
    }
    if (!code && tool->is_json) {
        json_t *answer =
            json_pack("{s:s, s:s?}", is_xml ? "xml" : "crm",
                      text.data ? text.data : "", "revision", edit.base);

        mu_tool_print_json(answer);
        json_decref(answer);
    } else if (!code && text.data) {
        (void)fputs(text.data, stdout);
    }
    mu_cib_edit_close(&edit);
    return code;
}

int
mu_muster_configure_load(struct mu_tool *tool, int argc, char **argv)
{
    static const char *const modes[] = {"replace", "update", "push", NULL};
    struct load load = {.mode = "update"};
    bool is_known = false;
    char *text;
    int error;

    /* Whether the text is XML shows in the text itself. */
    if (argc > 0 && strcmp(argv[0], "xml") == 0) {
        argc--;
        argv++;
    }
    if (argc == 2) {
        load.mode = argv[0];
        argc--;
        argv++;
    }
    for (unsigned i = 0; modes[i]; i++) {
        is_known = is_known || strcmp(load.mode, modes[i]) == 0;
    }
    if (argc != 1 || !is_known) {
        return mu_tool_usage(tool, "say replace, update or push, and a file "
                                   "or - for standard input");
    }
    error = mu_tool_read_file(tool, argv[0], &text, &load.size);
    if (error) {
        return mu_tool_fail(tool, "%s: cannot be read: %s; check the name",
                            argv[0], strerror(-error));
    }
    load.text = text;
    load.thing = strcmp(argv[0], "-") == 0 ? "standard input" : argv[0];
    return mu_cib_edit_run(tool, change_load, &load);
}

int
mu_muster_configure_save(struct mu_tool *tool, int argc, char **argv)
{
    bool is_xml = argc > 0 && strcmp(argv[0], "xml") == 0;
    struct mu_text_buffer text;
    struct mu_cib_edit edit;
    int code;
    int error;

    argc -= is_xml ? 1 : 0;
    argv += is_xml ? 1 : 0;
    if (argc < 1) {
        return mu_tool_usage(tool, "name a file to write to");
    }
    code = mu_cib_edit_open(tool, false, &edit);
    if (code) {
        return code;
    }
    mu_text_buffer_init(&text, &tool->arena);
    if (is_xml) {
        mu_doc_write_file(edit.doc, &text);
    } else {
        code = mu_muster_configure_print(
            tool, edit.doc, false,
            &(struct mu_crm_selection){
                .words = argc > 1 ? (const char *const *)(uintptr_t)argv : NULL,
                .count = (size_t)(argc - 1)},
            &text);
    }
    mu_cib_edit_close(&edit);
    if (code) {
        return code;
    }
    if (strcmp(argv[argc - 1], "-") == 0) {
        (void)fputs(text.data ? text.data : "", stdout);
        return MU_TOOL_OK;
    }
    error = mu_tool_write_file(argv[argc - 1], text.data ? text.data : "",
                               text.length);
    return error ? mu_tool_fail(tool, "%s: cannot be written: %s",
                                argv[argc - 1], strerror(-error))
                 : MU_TOOL_OK;
}

int
mu_muster_configure_verify(struct mu_tool *tool, int argc, char **argv)
{
    struct mu_cib_edit edit;
    int code;

    if (argc > 1) {
        return mu_tool_usage(tool, "%s: one file is enough", argv[1]);
    }
    if (argc == 1) {
        tool->file = argv[0];
    }
    code = mu_cib_edit_open(tool, false, &edit);
    if (code) {
        return code;
    }
    code = mu_cib_edit_validate(
        tool, tool->file ? tool->file : "the configuration", edit.doc);
    if (!code) {
        code = verify_language(tool, edit.doc);
    }
    mu_cib_edit_close(&edit);
    if (!code) {
        mu_tool_say(tool, "the configuration is valid");
    }
    return code;
}

/* What can be read may still not work, or not do what was meant. */
static int
verify_language(struct mu_tool *tool, const struct mu_doc *doc)
{
    struct mu_agent_rules rules = {.arena = &tool->arena};
    struct mu_verify_options options = {.agent = mu_agent_rules_find,
                                        .context = &rules};
    struct mu_report report;
    int error;

    mu_report_init(&report, &tool->arena);
    error = mu_verify_config(doc, &options, &report);
    for (size_t i = 0; i < report.count; i++) {
        const struct mu_report_message *one = &report.items[i];

        if (one->severity == MU_REPORT_ERROR) {
            (void)mu_tool_fail(tool, "%s", one->text);
        } else {
            mu_tool_warn(tool, "%s", one->text);
        }
    }
    if (error) {
        return MU_TOOL_FAILED;
    }
    return report.warnings_count > 0 ? MU_TOOL_WARNED : MU_TOOL_OK;
}

int
mu_muster_configure_put(struct mu_cib_edit *edit, const char *thing,
                        const char *text, size_t size, const char *mode)
{
    struct mu_crm_options options = {.mode = MU_CRM_UPDATE,
                                     .providers = mu_agents_find_providers,
                                     .context = &edit->tool->arena,
                                     .is_forced = true};
    size_t blank = 0;

    while (blank < size && strchr(" \t\r\n", text[blank])) {
        blank++;
    }
    if (blank < size && text[blank] == '<') {
        return mu_xml_merge(edit, thing, text, size, mode);
    }
    options.mode = strcmp(mode, "replace") == 0 ? MU_CRM_REPLACE
                   : strcmp(mode, "push") == 0  ? MU_CRM_PUSH
                                                : MU_CRM_UPDATE;
    return mu_muster_configure_apply(edit, thing, text, size, &options);
}

static int
change_typed(struct mu_cib_edit *edit, void *context)
{
    const struct typed *typed = context;
    struct mu_crm_options options = {.mode = MU_CRM_TYPED,
                                     .providers = mu_agents_find_providers,
                                     .context = &edit->tool->arena,
                                     .is_forced = edit->tool->is_forced};
    int code = mu_muster_configure_apply(edit, typed->thing, typed->text,
                                         strlen(typed->text), &options);

    return code ? code : verify_typed(edit, typed);
}

/* Judges what a statement has described, while the person is there to mend it.
 * An agent that is not on this node may be on others. */
static int
verify_typed(struct mu_cib_edit *edit, const struct typed *typed)
{
    struct mu_tool *tool = edit->tool;
    enum mu_kind kind = mu_kinds_by_keyword(typed->keyword);
    struct mu_agent_rules rules = {.arena = &tool->arena};
    const char *name =
        mu_kinds_is_options(kind) ? mu_apply_default_id(kind) : typed->name;
    struct mu_verify_options options = {.agent = mu_agent_rules_find,
                                        .context = &rules,
                                        .names = &name,
                                        .names_count = 1,
                                        .may_lack_agents = true};
    struct mu_report report;
    bool is_wrong;

    if (kind == MU_KIND_NONE || kind == MU_KIND_NODE || !name) {
        return MU_TOOL_OK;
    }
    mu_report_init(&report, &tool->arena);
    is_wrong =
        mu_verify_config(edit->doc, &options, &report) != 0 && !tool->is_forced;
    for (size_t i = 0; i < report.count; i++) {
        const struct mu_report_message *one = &report.items[i];

        if (one->severity != MU_REPORT_ERROR || !is_wrong) {
            mu_tool_warn(tool, "%s", one->text);
        } else {
            (void)mu_tool_fail(tool,
                               "%s; nothing has changed (--force takes "
                               "it)",
                               one->text);
        }
    }
    if (is_wrong && kind == MU_KIND_PRIMITIVE) {
        mu_tool_say(tool, "parameters are told by: %s ra info AGENT",
                    tool->program);
    }
    return is_wrong ? MU_TOOL_FAILED : MU_TOOL_OK;
}

static int
change_load(struct mu_cib_edit *edit, void *context)
{
    const struct load *load = context;

    return mu_muster_configure_put(edit, load->thing, load->text, load->size,
                                   load->mode);
}

int
mu_muster_configure_apply(struct mu_cib_edit *edit, const char *thing,
                          const char *text, size_t size,
                          const struct mu_crm_options *options)
{
    struct mu_tool *tool = edit->tool;
    struct mu_report report;
    int error;

    mu_report_init(&report, &tool->arena);
    error = mu_crm_apply(edit->doc,
                         (struct mu_span){(const unsigned char *)text, size},
                         options, &report);
    mu_tell_report(tool, thing, text, &report, error != 0);
    return error ? MU_TOOL_FAILED : MU_TOOL_OK;
}

int
mu_muster_configure_print(struct mu_tool *tool, const struct mu_doc *doc,
                          bool is_xml, const struct mu_crm_selection *selection,
                          struct mu_text_buffer *text)
{
    struct mu_crm_print_options options = {
        .detail = is_xml          ? MU_CRM_XML
                  : tool->is_full ? MU_CRM_FULL
                                  : MU_CRM_BRIEF,
        .is_unsorted = tool->is_unsorted,
    };
    struct mu_crm_selection wanted = *selection;
    struct mu_report report;
    int error;
    int code = mu_muster_draft_expand(tool, &wanted.words, &wanted.count);

    if (code) {
        return code;
    }
    mu_report_init(&report, &tool->arena);
    error = mu_crm_print(doc, &wanted, &options, &report, text);
    mu_tell_report(tool, NULL, "", &report, error != 0);
    return error ? MU_TOOL_FAILED : MU_TOOL_OK;
}
