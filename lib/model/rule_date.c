/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/rule_date.h"

#include <errno.h>

#include "base/panic.h"

enum { DAY_S = 86400 };

static int64_t days_from(int64_t year, int month, int day);
static int days_in_month(int64_t year, int month);
static bool is_leap_year(int64_t year);
static int weeks_in_year(int64_t year);
static int week_day_of(int64_t days);
static int64_t floor_div(int64_t a, int64_t b);
static bool digits_read(const char **text, unsigned count, int *ret_value);
static int day_parse(const char **text, int64_t *ret_days);
static int time_parse(const char **text, int64_t *ret_s);
static int offset_parse(const char **text, int64_t *ret_s);
static int64_t limited_add(int64_t a, int64_t b);

void
mu_rule_date_from(int64_t at_s, struct mu_rule_date *date)
{
    int64_t days = floor_div(at_s, DAY_S);
    int64_t rest = at_s - days * DAY_S;
    int64_t week;
    /* Days since the first of March of the year 0; the leap day comes last in
     * such a year, and 400 of them always have 146097 days. */
    int64_t since = days + 719468;
    int64_t era = floor_div(since, 146097);
    int64_t era_day = since - era * 146097;
    int64_t era_year =
        (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    int64_t year_day =
        era_day - (365 * era_year + era_year / 4 - era_year / 100);
    int64_t march_month = (5 * year_day + 2) / 153;

    date->month_day = (int)(year_day - (153 * march_month + 2) / 5 + 1);
    date->month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    date->year = era_year + era * 400 + (date->month <= 2);
    date->hour = (int)(rest / 3600);
    date->minute = (int)(rest / 60 % 60);
    date->second = (int)(rest % 60);
    date->year_day = (int)(days - days_from(date->year, 1, 1) + 1);
    date->week_day = week_day_of(days);
    /* The week belongs to the year that its Thursday is in. */
    week = (date->year_day - date->week_day + 10) / 7;
    date->week_year = date->year;
    if (week < 1) {
        date->week_year--;
        week = weeks_in_year(date->week_year);
    } else if (week > weeks_in_year(date->year)) {
        date->week_year++;
        week = 1;
    }
    date->week = (int)week;
}

int64_t
mu_rule_date_day(int64_t year, int64_t month, int64_t day)
{
    int64_t years = floor_div(month - 1, 12);

    return (days_from(year + years, (int)(month - 1 - years * 12) + 1, 1) +
            day - 1) *
           DAY_S;
}

int
mu_rule_date_parse(const char *text, int64_t *ret_s)
{
    int64_t days;
    int64_t time_s = 0;
    int64_t offset_s = 0;

    while (*text == ' ') {
        text++;
    }
    if (day_parse(&text, &days) < 0) {
        return -EBADMSG;
    }
    if (*text == 'T' || *text == ' ') {
        while (*text == 'T' || *text == ' ') {
            text++;
        }
        if (*text && time_parse(&text, &time_s) < 0) {
            return -EBADMSG;
        }
        while (*text == ' ') {
            text++;
        }
        if (offset_parse(&text, &offset_s) < 0) {
            return -EBADMSG;
        }
    } else if (*text == 'Z') {
        text++;
    }
    while (*text == ' ') {
        text++;
    }
    if (*text) {
        return -EBADMSG;
    }
    *ret_s = days * DAY_S + time_s - offset_s;
    return 0;
}

int64_t
mu_rule_date_add(int64_t at_s, const struct mu_rule_duration *duration)
{
    struct mu_rule_date date;
    int64_t latest_s = mu_rule_date_day(MU_RULE_DATE_YEAR_MAX, 12, 31);
    int64_t months;
    int64_t year;
    int64_t sum_s;
    int month;
    int day;

    mu_rule_date_from(at_s, &date);
    months = limited_add(duration->years * 12, duration->months);
    months = limited_add(months, date.month - 1);
    year = limited_add(date.year, floor_div(months, 12));
    month = (int)(months - floor_div(months, 12) * 12) + 1;
    if (year > MU_RULE_DATE_YEAR_MAX || year < 0) {
        return latest_s;
    }
    day = date.month_day;
    if (day > days_in_month(year, month)) {
        day = days_in_month(year, month);
    }
    sum_s = days_from(year, month, day) * DAY_S + date.hour * 3600 +
            date.minute * 60 + date.second;
    sum_s = limited_add(sum_s, duration->weeks * 7 * DAY_S);
    sum_s = limited_add(sum_s, duration->days * DAY_S);
    sum_s = limited_add(sum_s, duration->hours * 3600);
    sum_s = limited_add(sum_s, duration->minutes * 60);
    sum_s = limited_add(sum_s, duration->seconds);
    return sum_s < latest_s ? sum_s : latest_s;
}

/* Days since 1970; the counterpart of what mu_rule_date_from() does. */
static int64_t
days_from(int64_t year, int month, int day)
{
    int64_t march_year = year - (month <= 2);
    int64_t era = floor_div(march_year, 400);
    int64_t era_year = march_year - era * 400;
    int64_t year_day =
        (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t era_day = era_year * 365 + era_year / 4 - era_year / 100 + year_day;

    mu_assert(month >= 1);
    mu_assert(month <= 12);
    return era * 146097 + era_day - 719468;
}

static int
days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

static bool
is_leap_year(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* A year has 53 weeks when it begins on a Thursday, or on a Wednesday and has
 * a leap day. */
static int
weeks_in_year(int64_t year)
{
    int first = week_day_of(days_from(year, 1, 1));

    return first == 4 || (first == 3 && is_leap_year(year)) ? 53 : 52;
}

static int
week_day_of(int64_t days)
{
    int64_t since_monday = days + 3; /* 1970 began on a Thursday. */

    return (int)(since_monday - floor_div(since_monday, 7) * 7) + 1;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    int64_t quotient = a / b;

    return a % b < 0 ? quotient - 1 : quotient;
}

static bool
digits_read(const char **text, unsigned count, int *ret_value)
{
    int value = 0;

    for (unsigned i = 0; i < count; i++) {
        char c = (*text)[i];

        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (c - '0');
    }
    *text += count;
    *ret_value = value;
    return true;
}

/* Reads year and month and day, year and day of the year, or year and week and
 * day of the week, each with or without dashes. */
static int
day_parse(const char **text, int64_t *ret_days)
{
    const char *c = *text;
    int year;
    int month;
    int day = 1;
    unsigned digits = 0;
    bool has_dash;

    if (!digits_read(&c, 4, &year) || year < 1) {
        return -EBADMSG;
    }
    has_dash = *c == '-';
    c += has_dash;
    if (*c == 'W') {
        int week;

        c++;
        if (!digits_read(&c, 2, &week) || week < 1 ||
            week > weeks_in_year(year)) {
            return -EBADMSG;
        }
        if (*c == '-' || (*c >= '1' && *c <= '7')) {
            c += *c == '-';
            if (!digits_read(&c, 1, &day) || day < 1 || day > 7) {
                return -EBADMSG;
            }
        }
        /* The fourth of January is always in the first week. */
        *ret_days = days_from(year, 1, 4);
        *ret_days += (week - 1) * 7 + day - week_day_of(*ret_days);
        *text = c;
        return 0;
    }
    while (c[digits] >= '0' && c[digits] <= '9') {
        digits++;
    }
    if (digits == 3) {
        (void)digits_read(&c, 3, &day);
        if (day < 1 || day > 365 + is_leap_year(year)) {
            return -EBADMSG;
        }
        *ret_days = days_from(year, 1, 1) + day - 1;
        *text = c;
        return 0;
    }
    if (!digits_read(&c, 2, &month) || month < 1 || month > 12) {
        return -EBADMSG;
    }
    if (has_dash ? *c == '-' : true) {
        c += has_dash;
        if (!digits_read(&c, 2, &day)) {
            return -EBADMSG;
        }
    }
    if (day < 1 || day > days_in_month(year, month)) {
        return -EBADMSG;
    }
    *ret_days = days_from(year, month, day);
    *text = c;
    return 0;
}

static int
time_parse(const char **text, int64_t *ret_s)
{
    const char *c = *text;
    int hour;
    int minute = 0;
    int second = 0;

    if (!digits_read(&c, 2, &hour) || hour > 24) {
        return -EBADMSG;
    }
    if (*c == ':' || (*c >= '0' && *c <= '9')) {
        c += *c == ':';
        if (!digits_read(&c, 2, &minute) || minute > 59) {
            return -EBADMSG;
        }
        if (*c == ':' || (*c >= '0' && *c <= '9')) {
            c += *c == ':';
            if (!digits_read(&c, 2, &second) || second > 59) {
                return -EBADMSG;
            }
        }
    }
    if (hour == 24 && (minute > 0 || second > 0)) {
        return -EBADMSG;
    }
    *ret_s = hour * 3600 + minute * 60 + second;
    *text = c;
    return 0;
}

static int
offset_parse(const char **text, int64_t *ret_s)
{
    const char *c = *text;
    bool is_negative = *c == '-';
    int hour;
    int minute = 0;

    *ret_s = 0;
    if (*c == 'Z') {
        *text = c + 1;
        return 0;
    }
    if (*c != '+' && *c != '-') {
        return 0;
    }
    c++;
    if (!digits_read(&c, 2, &hour) || hour > 23) {
        return -EBADMSG;
    }
    if (*c == ':' || (*c >= '0' && *c <= '9')) {
        c += *c == ':';
        if (!digits_read(&c, 2, &minute) || minute > 59) {
            return -EBADMSG;
        }
    }
    *ret_s = (is_negative ? -1 : 1) * (hour * 3600 + minute * 60);
    *text = c;
    return 0;
}

static int64_t
limited_add(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum)) {
        return b < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
    }
    return sum;
}
