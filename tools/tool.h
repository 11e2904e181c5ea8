/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_TOOLS_TOOL_H
#define MU_TOOLS_TOOL_H

/* Tool: what every command of muster shares.
 *
 * One 'struct mu_tool' lives as long as the process: options that any command
 * takes, what the terminal can show, and memory that is released at the end. It
 * knows nothing about clusters.
 *
 * Invariant: a command that does not return 0 has said why on standard error,
 * in one line that names the thing, the reason and the next step. */

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"

/* Exit codes of all commands; status uses them in its own way. */
enum mu_tool_exit {
    MU_TOOL_OK = 0,
    MU_TOOL_FAILED = 1,    /* Refused, not there, timed out. */
    MU_TOOL_USAGE = 2,     /* The words make no sense. */
    MU_TOOL_NO_DAEMON = 3, /* The local daemon does not answer. */
    MU_TOOL_WARNED = 4,    /* verify: valid, but there are warnings. */
    MU_TOOL_MOVED = 5,     /* apply, rollback: somebody changed it meanwhile. */
};

struct mu_tool {
    const char *program; /* As called: muster or crm. */
    const char *command; /* Full name of the command that runs. */
    const char *file;    /* --file or CIB_file: work on it; else null. */
    const char *shadow;  /* Name of the shadow copy in use; or null. */
    const char *live;    /* What it is a copy of: a file; null: the cluster. */
    const char *editor;  /* Given as an option; else null. */
    const char *script;  /* -f: file with commands; or null. */
    const char *session; /* Folder of the shell that runs this; or null. */
    const char *draft;   /* Folder of what is not committed yet; or null. */
    const char *place;   /* Where the command stands in a script; or null. */
    const char *message; /* -m: why, for the record; or null. */
    const char *line;    /* The command line, for the record; or null. */
    const char *output;  /* Name given to --format. */
    const char *display; /* Name given to --display. */
    bool is_json;        /* --format json */
    bool is_forced;      /* -F, --force: do it although it looks wrong. */
    bool is_yes;         /* --yes: do not ask. */
    bool is_dry_run;     /* Show what would be done. */
    bool is_waiting;     /* -w, --wait: return when the cluster is idle. */
    bool is_full;        /* -v, --full: fold nothing. */
    bool is_watching;    /* --watch */
    bool is_classic;     /* --classic: as crm_mon shows it. */
    bool is_utc;         /* --utc: points in time instead of ages. */
    bool is_following;   /* --follow */
    bool has_help;       /* --help */
    bool is_quiet;       /* -q: results only, no remarks. */
    int64_t timeout_ms;  /* --timeout; -1: not given. */
    unsigned width;      /* Columns of the terminal. */
    bool is_color;
    bool is_unsorted;      /* Objects in the order of the configuration. */
    bool is_ascii;         /* Symbols of one byte only. */
    struct mu_arena arena; /* For texts; released when the process ends. */
};

/* Runs a command. 'argv' holds the words after the command's name, ended by a
 * null pointer. Returns an exit code. */
typedef int mu_tool_function(struct mu_tool *tool, int argc, char **argv);

struct mu_tool_command {
    const char *name;    /* "status", "resource start", ... */
    const char *aliases; /* Other words for the last one, or null. */
    mu_tool_function *run;
    const char *usage;   /* Words after the name. */
    const char *summary; /* One line. */
    const char *details; /* Paragraphs and examples, or null. */
    bool has_own_words;  /* 'argv' begins with the name's last word (in levels),
                            and unknown options are passed on. */
};

/* Says "PROGRAM COMMAND: THING: REASON; NEXT" and returns FAILED. 'format' is
 * the whole sentence. */
MU_PRINTF(2, 3)
int mu_tool_fail(const struct mu_tool *tool, const char *format, ...);

/* As above for words that make no sense: adds where help is. */
MU_PRINTF(2, 3)
int mu_tool_usage(const struct mu_tool *tool, const char *format, ...);

/* Says what mu_errbuf holds, with its position if it has one. */
int mu_tool_fail_errbuf(const struct mu_tool *tool, const char *thing,
                        const struct mu_errbuf *err);

/* A remark for people on standard error; nothing with -q or JSON. */
MU_PRINTF(2, 3)
void mu_tool_say(const struct mu_tool *tool, const char *format, ...);

/* A warning: one line on standard error, whatever the format. */
MU_PRINTF(2, 3)
void mu_tool_warn(const struct mu_tool *tool, const char *format, ...);

/* Prints 'answer' as JSON and a newline. */
void mu_tool_print_json(const json_t *answer);

/* Asks a question that takes yes or no. Yes with --yes; no when standard
 * input is no terminal. */
bool mu_tool_ask(const struct mu_tool *tool, const char *question);

/* Returns the word of 'words' (ended by null) nearest to 'word', or null when
 * none is near. */
const char *mu_tool_nearest(const char *word, const char *const *words);

/* Takes the option 'name' out of 'argv': "--name", or with a value "--name V"
 * and "--name=V". Returns whether it was there; '*ret_value' (null: it has none)
 * is then its value, "" when it is missing. */
bool mu_tool_take_option(int *argc, char **argv, const char *name,
                         const char **ret_value);

/* Reads a whole file, "-" for standard input, onto the tool's arena; it is
 * NUL-terminated. 0 or negative errno. */
MU_NODISCARD int mu_tool_read_file(struct mu_tool *tool, const char *path,
                                   char **ret_text, size_t *ret_size);

/* Puts 'text' into 'path' in one step: a new file beside it, renamed. 0 or
 * negative errno. */
MU_NODISCARD int mu_tool_write_file(const char *path, const char *text,
                                    size_t size);

/* Looks at the environment and the terminal: width, colour, symbols. */
void mu_tool_look(struct mu_tool *tool);

/* Wall clock in milliseconds since 1970. */
int64_t mu_tool_now_ms(void);

#endif /* MU_TOOLS_TOOL_H */
