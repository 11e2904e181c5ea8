/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applies a text of the crm language to a CIB file, or prints one: the driver
 * behind test_crm.py. Nothing is written but standard output.
 *
 *     run_crm apply typed|update|replace|push CIB TEXT    prints the new CIB
 *     run_crm show brief|full|xml CIB [WORD...]           prints objects
 *     run_crm verify CIB [NAME...]                        prints findings
 *     run_crm do CIB LEVEL COMMAND WORD...                prints the new CIB
 *
 * TEXT is a file, or the text itself after "=". */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crm/crm.h"
#include "crm/edit.h"
#include "crm/verify.h"

enum { FILE_SIZE_MAX = 64 << 20 };

static int apply_run(int argc, char **argv, struct mu_report *report);
static int show_run(int argc, char **argv, struct mu_report *report);
static int verify_run(int argc, char **argv, struct mu_report *report);
static const struct mu_verify_agent *agent_find(void *context,
                                                const char *class,
                                                const char *provider,
                                                const char *type);
static int do_run(int argc, char **argv, struct mu_report *report);
static int resource_do(struct mu_doc *cib, int argc, char **argv,
                       struct mu_report *report);
static int node_do(struct mu_doc *cib, int argc, char **argv,
                   struct mu_report *report);
static int attribute_do(struct mu_doc *cib, bool is_node, char **argv,
                        const char *value, struct mu_report *report);
static void cib_print(const struct mu_doc *cib, struct mu_arena *arena);
static bool is_word(const char *word, const char *wanted);
static struct mu_doc *cib_read(const char *path);
static struct mu_span text_read(struct mu_arena *arena, const char *path);
static size_t providers_list(void *context, const char *type,
                             const char **names, size_t names_max);
static void report_print(const struct mu_report *report, const char *text);

int
main(int argc, char **argv)
{
    struct mu_arena arena;
    struct mu_report report;
    int status = 2;

    mu_arena_init(&arena, SIZE_MAX);
    mu_report_init(&report, &arena);
    if (argc == 5 && strcmp(argv[1], "apply") == 0) {
        status = apply_run(argc, argv, &report);
    } else if (argc >= 4 && strcmp(argv[1], "show") == 0) {
        status = show_run(argc, argv, &report);
    } else if (argc >= 3 && strcmp(argv[1], "verify") == 0) {
        status = verify_run(argc, argv, &report);
    } else if (argc >= 5 && strcmp(argv[1], "do") == 0) {
        status = do_run(argc, argv, &report);
    } else {
        fprintf(stderr, "usage: see the head of run_crm.c\n");
    }
    mu_arena_done(&arena);
    return status;
}

static int
apply_run(int argc, char **argv, struct mu_report *report)
{
    static const char *const modes[] = {[MU_CRM_TYPED] = "typed",
                                        [MU_CRM_UPDATE] = "update",
                                        [MU_CRM_REPLACE] = "replace",
                                        [MU_CRM_PUSH] = "push",
                                        [MU_CRM_EDIT] = "edit"};
    struct mu_crm_options options = {.providers = providers_list};
    struct mu_doc *cib = cib_read(argv[3]);
    struct mu_span text = text_read(report->arena, argv[argc - 1]);
    int r;

    for (enum mu_crm_mode mode = MU_CRM_TYPED; mode <= MU_CRM_EDIT; mode++) {
        if (strcmp(argv[2], modes[mode]) == 0) {
            options.mode = mode;
        }
    }
    r = mu_crm_apply(cib, text, &options, report);
    report_print(report, (const char *)text.data);
    if (r == 0) {
        cib_print(cib, report->arena);
    }
    mu_doc_free(cib);
    return r < 0;
}

static void
cib_print(const struct mu_doc *cib, struct mu_arena *arena)
{
    struct mu_text_buffer xml;

    mu_text_buffer_init(&xml, arena);
    mu_doc_write_file(cib, &xml);
    fputs(xml.data, stdout);
}

static int
show_run(int argc, char **argv, struct mu_report *report)
{
    struct mu_crm_print_options options = {
        .detail = strcmp(argv[2], "full") == 0  ? MU_CRM_FULL
                  : strcmp(argv[2], "xml") == 0 ? MU_CRM_XML
                                                : MU_CRM_BRIEF,
    };
    struct mu_crm_selection selection = {
        .words = (const char *const *)(argv + 4), .count = (size_t)argc - 4};
    struct mu_doc *cib = cib_read(argv[3]);
    struct mu_text_buffer text;
    int r;

    mu_text_buffer_init(&text, report->arena);
    mu_text_buffer_append(&text, "", 0);
    r = mu_crm_print(cib, &selection, &options, report, &text);
    report_print(report, "");
    fputs(text.data, stdout);
    mu_doc_free(cib);
    return r < 0;
}

static int
verify_run(int argc, char **argv, struct mu_report *report)
{
    struct mu_verify_options options = {
        .agent = agent_find,
        .names = argc > 3 ? (const char *const *)(argv + 3) : NULL,
        .names_count = (size_t)argc - 3,
    };
    struct mu_doc *cib = cib_read(argv[2]);
    int r = mu_verify_config(cib, &options, report);

    report_print(report, "");
    mu_doc_free(cib);
    return r < 0;
}

/* What three agents say of themselves; everything else is not installed. */
static const struct mu_verify_agent *
agent_find(void *context, const char *class, const char *provider,
           const char *type)
{
    static const struct mu_verify_parameter dummy_parameters[] = {
        {.name = "state", .is_unique = true}, {.name = "fake"}};
    static const struct mu_verify_parameter address_parameters[] = {
        {.name = "ip", .is_required = true, .is_unique = true},
        {.name = "cidr_netmask"},
        {.name = "nic"}};
    static const struct mu_verify_action actions[] = {
        {.name = "start", .timeout = "20s"},
        {.name = "monitor", .timeout = "20s"}};
    static const struct mu_verify_agent dummy = {
        .parameters = dummy_parameters,
        .parameters_count = 2,
        .actions = actions,
        .actions_count = 2,
    };
    static const struct mu_verify_agent address = {
        .parameters = address_parameters,
        .parameters_count = 3,
        .actions = actions,
        .actions_count = 2,
    };

    (void)context;
    if (strcmp(class, "ocf") != 0 || !provider) {
        return NULL;
    }
    if (strcmp(type, "Dummy") == 0 || strcmp(type, "Stateful") == 0) {
        return &dummy;
    }
    return strcmp(type, "IPaddr2") == 0 ? &address : NULL;
}

/* The other levels, as "resource stop web". */
static int
do_run(int argc, char **argv, struct mu_report *report)
{
    struct mu_doc *cib = cib_read(argv[2]);
    int r = -EINVAL;

    if (is_word(argv[3], "resource") && argc >= 6) {
        r = resource_do(cib, argc - 4, argv + 4, report);
    } else if (is_word(argv[3], "node") && argc >= 6) {
        r = node_do(cib, argc - 4, argv + 4, report);
    } else if (is_word(argv[3], "maintenance") && argc == 5) {
        r = mu_edit_property(cib, "maintenance-mode",
                             is_word(argv[4], "on") ? "true" : "false", report);
    } else if (is_word(argv[3], "maintenance")) {
        r = mu_edit_maintenance(cib, argv[5], is_word(argv[4], "on"), report);
    }
    report_print(report, "");
    if (r == 0) {
        cib_print(cib, report->arena);
    }
    mu_doc_free(cib);
    return r == -EINVAL ? 2 : r < 0;
}

static int
resource_do(struct mu_doc *cib, int argc, char **argv, struct mu_report *report)
{
    static const struct {
        const char *word;
        const char *role;
    } roles[] = {{"start", "Started"},
                 {"stop", "Stopped"},
                 {"promote", "Promoted"},
                 {"demote", "Unpromoted"}};
    struct mu_edit_place place = {.resource = argv[1],
                                  .node = argc > 2 ? argv[2] : "",
                                  .until = argc > 3 ? argv[3] : NULL};

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (is_word(argv[0], roles[i].word)) {
            return mu_edit_target_role(cib, argv[1], roles[i].role, report);
        }
    }
    if (is_word(argv[0], "manage") || is_word(argv[0], "unmanage")) {
        return mu_edit_managed(cib, argv[1], is_word(argv[0], "manage"),
                               report);
    }
    if (is_word(argv[0], "maintenance")) {
        return mu_edit_maintenance(cib, argv[1],
                                   argc < 3 || is_word(argv[2], "on"), report);
    }
    if (is_word(argv[0], "move")) {
        return mu_edit_move(cib, &place, report);
    }
    if (is_word(argv[0], "ban")) {
        return mu_edit_ban(cib, &place, report);
    }
    if (is_word(argv[0], "clear")) {
        return mu_edit_clear(cib, argv[1], argc > 2 ? argv[2] : NULL, report);
    }
    return argc < 4 ? -EINVAL
                    : attribute_do(cib, false, argv, argc > 4 ? argv[4] : NULL,
                                   report);
}

static int
node_do(struct mu_doc *cib, int argc, char **argv, struct mu_report *report)
{
    if (is_word(argv[0], "standby") || is_word(argv[0], "online")) {
        return mu_edit_node_standby(cib, argv[1], is_word(argv[0], "standby"),
                                    report);
    }
    if (is_word(argv[0], "maintenance") || is_word(argv[0], "ready")) {
        return mu_edit_node_maintenance(
            cib, argv[1], is_word(argv[0], "maintenance"), report);
    }
    if (is_word(argv[0], "delete")) {
        return mu_edit_node_delete(cib, argv[1], report);
    }
    return argc < 4 ? -EINVAL
                    : attribute_do(cib, true, argv, argc > 4 ? argv[4] : NULL,
                                   report);
}

/* SET OBJECT set NAME VALUE, SET OBJECT delete NAME or SET OBJECT show NAME. */
static int
attribute_do(struct mu_doc *cib, bool is_node, char **argv, const char *value,
             struct mu_report *report)
{
    enum mu_edit_set set = is_word(argv[0], "meta") ? MU_EDIT_META
                           : is_word(argv[0], "utilization")
                               ? MU_EDIT_UTILIZATION
                               : MU_EDIT_PARAMS;

    if (is_word(argv[2], "set") != (value != NULL)) {
        return -EINVAL;
    }
    if (is_word(argv[2], "show")) {
        const char *found = mu_edit_get(cib, argv[1], set, argv[3]);

        fprintf(stderr, "%s\n", found ? found : "");
        return 0;
    }
    struct mu_edit_value change = {set, argv[3], value};

    return is_node ? mu_edit_node(cib, argv[1], &change, report)
                   : mu_edit_resource(cib, argv[1], &change, report);
}

static bool
is_word(const char *word, const char *wanted)
{
    return strcmp(word, wanted) == 0;
}

static struct mu_doc *
cib_read(const char *path)
{
    struct mu_arena arena;
    struct mu_errbuf err = {0};
    struct mu_doc *doc = NULL;

    mu_arena_init(&arena, SIZE_MAX);
    if (mu_doc_parse(text_read(&arena, path), &doc, &err) < 0) {
        fprintf(stderr, "%s:%u: %s\n", path, err.line, err.text);
        exit(2);
    }
    mu_arena_done(&arena);
    return doc;
}

static struct mu_span
text_read(struct mu_arena *arena, const char *path)
{
    FILE *file;
    char *text;
    size_t size;

    if (path[0] == '=') {
        return (struct mu_span){(const unsigned char *)path + 1,
                                strlen(path) - 1};
    }
    file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(2);
    }
    text = mu_arena_alloc(arena, FILE_SIZE_MAX, 1, 1);
    size = fread(text, 1, FILE_SIZE_MAX - 1, file);
    fclose(file);
    return (struct mu_span){(const unsigned char *)text, size};
}

/* A few agents that several providers have, as on a real system. */
static size_t
providers_list(void *context, const char *type, const char **names,
               size_t names_max)
{
    static const struct {
        const char *type;
        const char *providers[3];
    } agents[] = {
        {"Dummy", {"heartbeat", "pacemaker", NULL}},
        {"Stateful", {"heartbeat", "pacemaker", NULL}},
        {"ping", {"pacemaker", NULL, NULL}},
        {"drbd", {"linbit", NULL, NULL}},
    };
    size_t count = 0;

    (void)context;
    for (size_t i = 0; i < sizeof(agents) / sizeof(agents[0]); i++) {
        if (strcmp(agents[i].type, type) != 0) {
            continue;
        }
        while (count < names_max && agents[i].providers[count]) {
            names[count] = agents[i].providers[count];
            count++;
        }
    }
    return count;
}

/* "error: LINE:COLUMN: text", the line, and a caret under the word. */
static void
report_print(const struct mu_report *report, const char *text)
{
    static const char *const severities[] = {"info", "warning", "error"};
    static const char *const reasons[] = {"",      "syntax", "name", "missing",
                                          "value", "agent",  "used"};

    for (size_t i = 0; i < report->count; i++) {
        const struct mu_report_message *message = &report->items[i];
        const char *line = text;

        fprintf(stderr, "%s", severities[message->severity]);
        if (message->reason != MU_REPORT_REASON_NONE) {
            fprintf(stderr, " (%s)", reasons[message->reason]);
        }
        if (message->line == 0) {
            fprintf(stderr, ": %s", message->text);
        } else {
            fprintf(stderr, ": %u:%u: %s", message->line, message->column,
                    message->text);
        }
        if (message->nearest) {
            fprintf(stderr, "; did you mean \"%s\"?", message->nearest);
        }
        fprintf(stderr, "\n");
        for (unsigned j = 1; j < message->line && line; j++) {
            line = strchr(line, '\n');
            line = line ? line + 1 : NULL;
        }
        if (message->line > 0 && line) {
            fprintf(stderr, "  %.*s\n  %*s", (int)strcspn(line, "\n"), line,
                    (int)message->column - 1, "");
            for (unsigned j = 0; j < message->width; j++) {
                fputc('^', stderr);
            }
            fputc('\n', stderr);
        }
    }
}
