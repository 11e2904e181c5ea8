/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_REPORT_H
#define MU_CRM_REPORT_H

/* Report: what is to be said about a text, and about which word of it.
 *
 * Messages are gathered, not printed: the tool shows the line and a caret
 * under the word. A message without a line is about the configuration as a
 * whole or about an object in it.
 *
 * Invariant: errors_count is the number of messages that are errors. */

#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"

struct mu_word;

enum mu_report_severity {
    MU_REPORT_INFO,    /* Something else was changed along with it. */
    MU_REPORT_WARNING, /* Taken, but it may not do what was meant. */
    MU_REPORT_ERROR,   /* Refused. */
};

enum mu_report_reason {
    MU_REPORT_REASON_NONE,    /* Infos and warnings. */
    MU_REPORT_REASON_SYNTAX,  /* The language does not allow it. */
    MU_REPORT_REASON_NAME,    /* A bad identifier, or one that is taken. */
    MU_REPORT_REASON_MISSING, /* It names an object that does not exist. */
    MU_REPORT_REASON_VALUE,   /* A value that the configuration cannot hold. */
    MU_REPORT_REASON_AGENT,   /* An agent or parameter that does not exist. */
    MU_REPORT_REASON_USED,    /* Something else needs the object as it is. */
};

struct mu_report_message {
    enum mu_report_severity severity;
    enum mu_report_reason reason;
    unsigned line;       /* From 1; 0 when it belongs to no line. */
    unsigned column;     /* From 1; 0 when it belongs to no line. */
    unsigned width;      /* Characters to mark; 0 when there are none. */
    const char *object;  /* Id of the object it is about, or null. */
    const char *text;    /* A sentence without full stop. */
    const char *nearest; /* What was probably meant, or null. */
};

struct mu_report {
    struct mu_arena *arena;          /* Where messages and their texts live. */
    struct mu_report_message *items; /* In the order of discovery. */
    size_t count;
    size_t capacity;
    size_t errors_count;
    size_t warnings_count;
};

/* Makes 'report' empty; it grows on 'arena'. */
void mu_report_init(struct mu_report *report, struct mu_arena *arena);

/* Adds an error about 'word', which may be null. Returns -EBADMSG, or -ENOENT
 * for a missing object, so that callers can return it. */
MU_PRINTF(4, 5)
int mu_report_error(struct mu_report *report, enum mu_report_reason reason,
                    const struct mu_word *word, const char *format, ...);

/* Adds a warning about 'word' or 'object', either of which may be null. */
MU_PRINTF(4, 5)
void mu_report_warning(struct mu_report *report, const struct mu_word *word,
                       const char *object, const char *format, ...);

/* Adds a note about 'object'. */
MU_PRINTF(3, 4)
void mu_report_info(struct mu_report *report, const char *object,
                    const char *format, ...);

/* Proposes for the newest message that one of 'candidates' which looks most
 * like 'word'; nothing when none is near. */
void mu_report_suggest(struct mu_report *report, const char *word,
                       const char *const *candidates, size_t count);

/* Returns the candidate most like 'word', or null when none is near. */
const char *mu_report_nearest(const char *word, const char *const *candidates,
                              size_t count);

#endif /* MU_CRM_REPORT_H */
