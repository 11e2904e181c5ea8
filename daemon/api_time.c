/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/api_time.h"

#include <errno.h>

#include "base/text.h"

enum {
    SECOND_MS = 1000,
    MINUTE_MS = 60 * SECOND_MS,
    HOUR_MS = 60 * MINUTE_MS,
};
#define DAY_MS (24 * (int64_t)HOUR_MS)

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day);
static int read_number(const char **at, unsigned digits, char after,
                       int64_t *ret_value);

void
mu_api_time_format(int64_t wall_ms, char ret_text[MU_API_TIME_SIZE])
{
    int64_t days = wall_ms / DAY_MS;
    int64_t rest = wall_ms % DAY_MS;
    int64_t shifted, era, day_of_era, year_of_era, day_of_year, month_index;
    int64_t day, month, year;

    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    /* Eras of 400 years that begin in March: leap days come last. */
    shifted = days + 719468;
    era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    day_of_era = shifted - era * 146097;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                   day_of_era / 146096) /
                  365;
    day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    month_index = (5 * day_of_year + 2) / 153;
    day = day_of_year - (153 * month_index + 2) / 5 + 1;
    month = month_index < 10 ? month_index + 3 : month_index - 9;
    year = year_of_era + era * 400 + (month <= 2);
    mu_text_format(ret_text, MU_API_TIME_SIZE,
                   "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)year, (int)month,
                   (int)day, (int)(rest / HOUR_MS),
                   (int)(rest / MINUTE_MS % 60), (int)(rest / SECOND_MS % 60),
                   (int)(rest % SECOND_MS));
}

int
mu_api_time_parse(const char *text, int64_t *ret_wall_ms)
{
    int64_t year, month, day, hour, minute, second;
    int64_t milli = 0;
    const char *at = text;

    if (read_number(&at, 4, '-', &year) || read_number(&at, 2, '-', &month) ||
        read_number(&at, 2, *at && at[1] && at[2] == ' ' ? ' ' : 'T', &day) ||
        read_number(&at, 2, ':', &hour) || read_number(&at, 2, ':', &minute) ||
        read_number(&at, 2, '\0', &second)) {
        return -EBADMSG;
    }
    if (*at == '.') {
        at++;
        if (read_number(&at, 3, '\0', &milli)) {
            return -EBADMSG;
        }
    }
    if (*at == 'Z') {
        at++;
    }
    if (*at != '\0' || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour > 23 || minute > 59 || second > 60) {
        return -EBADMSG;
    }
    *ret_wall_ms = days_from_civil(year, month, day) * DAY_MS + hour * HOUR_MS +
                   minute * MINUTE_MS + second * SECOND_MS + milli;
    return 0;
}

void
mu_api_time_span(int64_t span_ms, char ret_text[MU_API_TIME_SIZE])
{
    static const struct {
        int64_t below_ms;
        int64_t unit_ms;
        const char *unit;
    } units[] = {
        {SECOND_MS, 1, "ms"},
        {2 * (int64_t)MINUTE_MS, SECOND_MS, "s"},
        {2 * (int64_t)HOUR_MS, MINUTE_MS, "m"},
        {2 * DAY_MS, HOUR_MS, "h"},
        {INT64_MAX, DAY_MS, "d"},
    };
    unsigned i = 0;

    if (span_ms < 0) {
        span_ms = 0;
    }
    while (span_ms >= units[i].below_ms && units[i].below_ms != INT64_MAX) {
        i++;
    }
    mu_text_format(ret_text, MU_API_TIME_SIZE, "%lld%s",
                   (long long)(span_ms / units[i].unit_ms), units[i].unit);
}

static int64_t
days_from_civil(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int64_t year_of_era = shifted - era * 400;
    int64_t month_index = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * month_index + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 -
           year_of_era / 100 + day_of_year - 719468;
}

/* Reads exactly 'digits' digits and, unless it is NUL, the character 'after'.
 */
static int
read_number(const char **at, unsigned digits, char after, int64_t *ret_value)
{
    int64_t value = 0;

    for (unsigned i = 0; i < digits; i++) {
        if (**at < '0' || **at > '9') {
            return -EBADMSG;
        }
        value = value * 10 + (**at - '0');
        (*at)++;
    }
    if (after != '\0') {
        if (**at != after) {
            return -EBADMSG;
        }
        (*at)++;
    }
    *ret_value = value;
    return 0;
}
