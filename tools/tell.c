/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/tell.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static void tell_place(const char *text,
                       const struct mu_report_message *message);

void
mu_tell_report(struct mu_tool *tool, const char *thing, const char *text,
               const struct mu_report *report, bool is_failed)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct mu_report_message *one = &report->items[i];
        char place[320] = "";

        if (thing && one->line > 0) {
            mu_text_format(place, sizeof(place),
                           "%s: line %u, column %u: ", thing, one->line,
                           one->column);
        } else if (thing) {
            mu_text_format(place, sizeof(place), "%s: ", thing);
        }
        switch (one->severity) {
        case MU_REPORT_INFO:
            mu_tool_say(tool, "%s%s", place, one->text);
            break;
        case MU_REPORT_WARNING:
            mu_tool_warn(tool, "%s%s%s%s%s", place, one->text,
                         one->nearest ? "; did you mean " : "",
                         one->nearest ? one->nearest : "",
                         one->nearest ? "?" : "");
            break;
        case MU_REPORT_ERROR:
            (void)mu_tool_fail(tool, "%s%s%s%s%s", place, one->text,
                               one->nearest ? "; did you mean " : "",
                               one->nearest ? one->nearest : "",
                               one->nearest ? "?" : "; nothing has changed");
            break;
        }
        if (one->line > 0 && isatty(STDERR_FILENO) &&
            one->severity == MU_REPORT_ERROR) {
            tell_place(text, one);
        }
    }
    if (is_failed && report->errors_count == 0) {
        (void)mu_tool_fail(tool, "refused; nothing has changed");
    }
}

/* Shows the line with a caret under the word. */
static void
tell_place(const char *text, const struct mu_report_message *message)
{
    unsigned line = 1;

    while (*text && line < message->line) {
        line += *text == '\n' ? 1 : 0;
        text++;
    }
    (void)fprintf(stderr, "  %.*s\n  %*s", (int)strcspn(text, "\n"), text,
                  (int)(message->column > 0 ? message->column - 1 : 0), "");
    for (unsigned i = 0; i < (message->width > 0 ? message->width : 1); i++) {
        (void)fputc('^', stderr);
    }
    (void)fputc('\n', stderr);
}
