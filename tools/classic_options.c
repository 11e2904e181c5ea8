/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic options: what a call of crm_mon, or of crm's status, asks for. */

#include <stdlib.h>
#include <string.h>

#include "tools/classic.h"

enum {
    DEFAULT_PARTS = MU_CLASSIC_SUMMARY | MU_CLASSIC_NODES |
                    MU_CLASSIC_RESOURCES | MU_CLASSIC_FAILURES |
                    MU_CLASSIC_FENCING_FAILED | MU_CLASSIC_FENCING_PENDING
};

struct option {
    const char *name; /* Without dashes. */
    char letter;      /* 0: none. */
    enum { WITHOUT, WITH, MAYBE } value;
};

/* In the order of crm_mon's help. */
static const struct option options[] = {
    {"help", '?', WITHOUT},
    {"help-all", 0, WITHOUT},
    {"version", '$', WITHOUT},
    {"verbose", 'V', WITHOUT},
    {"quiet", 'Q', WITHOUT},
    {"output-as", 0, WITH},
    {"output-to", 0, WITH},
    {"include", 'I', WITH},
    {"exclude", 'U', WITH},
    {"node", 0, WITH},
    {"resource", 0, WITH},
    {"group-by-node", 'n', WITHOUT},
    {"inactive", 'r', WITHOUT},
    {"failcounts", 'f', WITHOUT},
    {"operations", 'o', WITHOUT},
    {"timing-details", 't', WITHOUT},
    {"tickets", 'c', WITHOUT},
    {"fence-history", 'm', MAYBE},
    {"neg-locations", 'L', MAYBE},
    {"show-node-attributes", 'A', WITHOUT},
    {"hide-headers", 'D', WITHOUT},
    {"show-detail", 'R', WITHOUT},
    {"brief", 'b', WITHOUT},
    {"pending", 'j', WITHOUT},
    {"simple-status", 's', WITHOUT},
    {"interval", 'i', WITH},
    {"one-shot", '1', WITHOUT},
    {"daemonize", 'd', WITHOUT},
    {"pid-file", 'p', WITH},
    {"as-html", 'h', WITH},
    {"as-xml", 'X', WITHOUT},
    {"disable-ncurses", 'N', WITHOUT},
    {"web-cgi", 'w', WITHOUT},
    {"external-agent", 'E', WITH},
    {"external-recipient", 'e', WITH},
    {"watch-fencing", 'W', WITHOUT},
    {"text-fancy", 0, WITHOUT},
};

static const struct {
    const char *name;
    unsigned parts;
} sections[] = {
    {"all", MU_CLASSIC_ALL},
    {"default", DEFAULT_PARTS},
    {"none", 0},
    {"attributes", MU_CLASSIC_ATTRIBUTES},
    {"bans", MU_CLASSIC_BANS},
    {"counts", MU_CLASSIC_COUNTS},
    {"dc", MU_CLASSIC_DC},
    {"failcounts", MU_CLASSIC_FAILCOUNTS},
    {"failures", MU_CLASSIC_FAILURES},
    {"fencing", MU_CLASSIC_FENCING},
    {"fencing-failed", MU_CLASSIC_FENCING_FAILED},
    {"fencing-pending", MU_CLASSIC_FENCING_PENDING},
    {"fencing-succeeded", MU_CLASSIC_FENCING_DONE},
    {"maint-mode", MU_CLASSIC_MAINTENANCE},
    {"nodes", MU_CLASSIC_NODES},
    {"operations", MU_CLASSIC_OPERATIONS},
    {"options", MU_CLASSIC_OPTIONS},
    {"resources", MU_CLASSIC_RESOURCES},
    {"stack", MU_CLASSIC_STACK},
    {"summary", MU_CLASSIC_SUMMARY},
    {"tickets", MU_CLASSIC_TICKETS},
    {"times", MU_CLASSIC_TIMES},
};

/* Words of crm's status, and letters they stand for. */
static const struct {
    const char *word;
    const char *letters;
} words[] = {
    {"bynode", "n"},     {"inactive", "r"}, {"ops", "o"},       {"timing", "t"},
    {"failcounts", "f"}, {"verbose", "V"},  {"quiet", "Q"},     {"xml", "X"},
    {"simple", "s"},     {"tickets", "c"},  {"noheaders", "D"}, {"detail", "R"},
    {"brief", "b"},      {"full", "ncrft"},
};

static void begin(struct mu_classic_call *call);
static void finish(struct mu_classic_call *call);
static void take_letter(struct mu_classic_call *call, char letter,
                        const char *value);
static void take_name(struct mu_arena *arena, struct mu_classic_call *call,
                      const char *name, const char *value);
static void choose(struct mu_arena *arena, struct mu_classic_call *call,
                   const char *list, bool is_including);
static void fence_level(struct mu_classic_call *call, const char *value);
static const struct option *find_letter(char letter);

void
mu_classic_options_read(struct mu_arena *arena, int argc,
                        const char *const *argv, struct mu_classic_call *call)
{
    begin(call);
    for (int i = 0; i < argc && !call->trouble; i++) {
        const char *word = argv[i];

        if (word[0] != '-' || word[1] == '\0') {
            call->trouble =
                mu_text_make(arena, "%s: is no option of crm_mon", word);
            break;
        }
        if (word[1] == '-') {
            const char *equals = strchr(word, '=');
            size_t length =
                equals ? (size_t)(equals - word) - 2 : strlen(word) - 2;
            const char *name = mu_arena_strndup(arena, word + 2, length);
            const char *value = equals ? equals + 1 : NULL;

            for (size_t j = 0; j < sizeof(options) / sizeof(options[0]); j++) {
                if (options[j].value == WITH && !value && i + 1 < argc &&
                    strcmp(options[j].name, name) == 0) {
                    value = argv[++i];
                }
            }
            take_name(arena, call, name, value);
            continue;
        }
        for (const char *at = word + 1; *at && !call->trouble; at++) {
            const struct option *one = find_letter(*at);

            if (one && one->value != WITHOUT) {
                const char *value = at[1] ? at + 1 : NULL;

                if (!value && i + 1 < argc &&
                    (one->value == WITH || argv[i + 1][0] != '-')) {
                    value = argv[++i];
                }
                take_name(arena, call, one->name, value);
                break;
            }
            if (!one) {
                call->trouble =
                    mu_text_make(arena, "-%c: is no option of crm_mon", *at);
                break;
            }
            take_name(arena, call, one->name, NULL);
        }
    }
    finish(call);
}

void
mu_classic_options_read_words(struct mu_arena *arena, int argc,
                              const char *const *argv,
                              struct mu_classic_call *call)
{
    begin(call);
    call->view.has_inactive = true;
    for (int i = 0; i < argc && !call->trouble; i++) {
        const char *letters = NULL;

        for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++) {
            if (strcmp(words[j].word, argv[i]) == 0) {
                letters = words[j].letters;
            }
        }
        if (!letters && argv[i][0] == '-' && argv[i][1] != '-') {
            letters = argv[i] + 1;
        }
        if (!letters) {
            call->trouble = mu_text_make(
                arena,
                "%s: is no word of status; there are: bynode inactive ops "
                "timing failcounts verbose quiet xml simple tickets noheaders "
                "detail brief full",
                argv[i]);
        }
        for (; letters && *letters; letters++) {
            if (!find_letter(*letters)) {
                call->trouble = mu_text_make(
                    arena, "-%c: is no option of status", *letters);
                break;
            }
            take_letter(call, *letters, NULL);
        }
    }
    finish(call);
    call->is_repeated = false;
}

static void
begin(struct mu_classic_call *call)
{
    *call = (struct mu_classic_call){.view.parts = DEFAULT_PARTS,
                                     .is_repeated = true};
}

static void
finish(struct mu_classic_call *call)
{
    if (call->is_xml) {
        call->is_repeated = false;
    }
    if (call->view.has_timing) {
        call->view.parts |= MU_CLASSIC_OPERATIONS;
    }
    if (call->view.is_headless) {
        call->view.parts &= ~(unsigned)MU_CLASSIC_SUMMARY;
    }
}

/* Options without a value. */
static void
take_letter(struct mu_classic_call *call, char letter, const char *value)
{
    struct mu_classic_view *view = &call->view;

    switch (letter) {
    case '1':
        call->is_repeated = false;
        break;
    case 'r':
        view->has_inactive = true;
        break;
    case 'n':
        view->is_by_node = true;
        break;
    case 'f':
        view->parts |= MU_CLASSIC_FAILCOUNTS;
        break;
    case 'o':
        view->parts |= MU_CLASSIC_OPERATIONS;
        break;
    case 't':
        view->has_timing = true;
        break;
    case 'c':
        view->parts |= MU_CLASSIC_TICKETS;
        break;
    case 'A':
        view->parts |= MU_CLASSIC_ATTRIBUTES;
        break;
    case 'L':
        view->parts |= MU_CLASSIC_BANS;
        view->ban_prefix = value;
        break;
    case 'm':
        fence_level(call, value);
        break;
    case 'D':
        view->is_headless = true;
        break;
    case 'R':
        view->is_detailed = true;
        break;
    case 's':
        call->is_line = true;
        call->is_repeated = false;
        break;
    case 'X':
        call->is_xml = true;
        view->is_legacy_xml = true;
        view->parts = MU_CLASSIC_ALL;
        view->has_inactive = true;
        break;
    case '$':
        call->is_version = true;
        break;
    case '?':
        call->is_help = true;
        break;
    case 'd':
    case 'w':
    case 'W':
        call->trouble = "this crm_mon draws text and XML on its own output "
                        "only; for a page that renews itself use: muster "
                        "status --watch";
        break;
    default:
        break; /* -V, -Q, -b, -j, -N change nothing here. */
    }
}

static void
take_name(struct mu_arena *arena, struct mu_classic_call *call,
          const char *name, const char *value)
{
    const struct option *one = NULL;

    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (strcmp(options[i].name, name) == 0) {
            one = &options[i];
        }
    }
    if (!one) {
        call->trouble =
            mu_text_make(arena, "--%s: is no option of crm_mon", name);
    } else if (one->value == WITH && !value) {
        call->trouble = mu_text_make(arena, "--%s: needs a value", name);
    } else if (strcmp(name, "output-as") == 0) {
        call->is_xml = strcmp(value, "xml") == 0;
        if (call->is_xml) {
            call->view.parts = MU_CLASSIC_ALL;
            call->view.has_inactive = true;
        } else if (strcmp(value, "text") != 0 &&
                   strcmp(value, "console") != 0) {
            call->trouble = mu_text_make(
                arena, "--output-as %s: is neither console, text nor xml",
                value);
        }
    } else if (strcmp(name, "output-to") == 0) {
        call->output = strcmp(value, "-") == 0 ? NULL : value;
    } else if (strcmp(name, "include") == 0 || strcmp(name, "exclude") == 0) {
        choose(arena, call, value, *name == 'i');
    } else if (strcmp(name, "node") == 0) {
        call->view.only_node = value;
    } else if (strcmp(name, "resource") == 0) {
        call->view.only_item = value;
    } else if (strcmp(name, "help-all") == 0) {
        call->is_help = true;
    } else if (strcmp(name, "as-html") == 0) {
        call->trouble = "HTML is not written; take --output-as=xml";
    } else {
        take_letter(call, one->letter, value);
    }
}

/* Adds sections to what is shown, or takes them away. */
static void
choose(struct mu_arena *arena, struct mu_classic_call *call, const char *list,
       bool is_including)
{
    struct mu_classic_view *view = &call->view;

    while (*list && !call->trouble) {
        size_t length = strcspn(list, ",");
        const char *name = mu_arena_strndup(arena, list, length);
        const char *prefix = strchr(name, ':');
        bool is_known = false;

        if (prefix && strncmp(name, "bans:", 5) == 0) {
            view->ban_prefix = prefix + 1;
            name = "bans";
        }
        for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
            if (strcmp(sections[i].name, name) != 0) {
                continue;
            }
            is_known = true;
            if (strcmp(name, "none") == 0) {
                view->parts = is_including ? 0 : (unsigned)MU_CLASSIC_ALL;
            } else if (strcmp(name, "all") == 0 ||
                       strcmp(name, "default") == 0) {
                view->parts = is_including ? sections[i].parts : 0;
            } else if (is_including) {
                view->parts |= sections[i].parts;
            } else {
                view->parts &= ~sections[i].parts;
            }
        }
        if (!is_known) {
            call->trouble = mu_text_make(
                arena,
                "%s: is no section; there are: all default none "
                "attributes bans counts dc failcounts failures fencing "
                "fencing-failed fencing-pending fencing-succeeded "
                "maint-mode nodes operations options resources stack "
                "summary tickets times",
                name);
        }
        list += length + (list[length] == ',' ? 1 : 0);
    }
}

static void
fence_level(struct mu_classic_call *call, const char *value)
{
    char level = value ? *value : '2';

    call->view.parts &= ~(unsigned)MU_CLASSIC_FENCING;
    if (level >= '1') {
        call->view.parts |=
            MU_CLASSIC_FENCING_FAILED | MU_CLASSIC_FENCING_PENDING;
    }
    if (level >= '2') {
        call->view.parts |= MU_CLASSIC_FENCING_DONE;
    }
}

static const struct option *
find_letter(char letter)
{
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (options[i].letter == letter && letter != 0) {
            return &options[i];
        }
    }
    return NULL;
}
