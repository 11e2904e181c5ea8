/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/moment.h"

#include <string.h>

#include "base/text.h"
#include "daemon/api_time.h"

/* Rules know seconds: an end within this one would be over before it began. */
enum { SOONEST_MS = 2000 };

int
mu_moment_read(struct mu_tool *tool, const char *text, const char **ret_until)
{
    bool is_span = text[0] == 'P' || (text[0] >= '0' && text[0] <= '9');
    int64_t when_ms;
    int64_t span_ms;

    if (mu_api_time_parse(text, &when_ms) == 0) {
        *ret_until = mu_moment_text(tool, when_ms);
    } else if (is_span && mu_text_parse_duration(text, &span_ms) == 0) {
        *ret_until = mu_moment_text(tool, mu_tool_now_ms() + span_ms);
    }
    return MU_TOOL_OK;
}

int
mu_moment_after(struct mu_tool *tool, const char *name, const char *text,
                const char **ret_until)
{
    int64_t when_ms;

    *ret_until = NULL;
    if (mu_moment_read(tool, text, ret_until) != MU_TOOL_OK || !*ret_until) {
        return mu_tool_usage(tool,
                             "%s %s: is neither a span of time such as 2h nor "
                             "a date",
                             name, text);
    }
    if (mu_api_time_parse(*ret_until, &when_ms) == 0 &&
        when_ms - mu_tool_now_ms() < SOONEST_MS) {
        return mu_tool_usage(tool, "%s %s: is over at once; give it more time",
                             name, text);
    }
    return MU_TOOL_OK;
}

const char *
mu_moment_text(struct mu_tool *tool, int64_t wall_ms)
{
    char text[MU_API_TIME_SIZE];

    mu_api_time_format(wall_ms, text);
    text[10] = ' ';
    return mu_text_make(&tool->arena, "%.19sZ", text);
}
