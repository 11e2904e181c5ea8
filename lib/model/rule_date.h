/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_MODEL_RULE_DATE_H
#define MU_MODEL_RULE_DATE_H

/* Rule date: the calendar that rules need.
 *
 * Proleptic Gregorian calendar in UTC, without leap seconds; ISO 8601 weeks.
 * Points in time are seconds since 1970. It knows no clock. */

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

struct mu_rule_date {
    int64_t year;
    int month;     /* From 1. */
    int month_day; /* From 1. */
    int hour;
    int minute;
    int second;
    int year_day; /* From 1. */
    int64_t week_year;
    int week;     /* ISO week, from 1. */
    int week_day; /* 1 is Monday, 7 Sunday. */
};

/* What a duration is made of; months and years follow the calendar. */
struct mu_rule_duration {
    int64_t years;
    int64_t months;
    int64_t weeks;
    int64_t days;
    int64_t hours;
    int64_t minutes;
    int64_t seconds;
};

enum {
    MU_RULE_DATE_YEAR_MAX = 9999,
};

/* Fills 'date' from a point in time. */
void mu_rule_date_from(int64_t at_s, struct mu_rule_date *date);

/* Returns the point in time at which a day of the calendar begins. 'month' may
 * be beyond 12 and 'day' beyond the month: they carry over. */
int64_t mu_rule_date_day(int64_t year, int64_t month, int64_t day);

/* Reads an ISO 8601 date, with or without time and offset: 2026-11-21,
 * 20261121T193816Z, 2026-11-21 19:38:16 +01:00, 2026-325, 2026-W47-6.
 * 0 or -EBADMSG. */
MU_NODISCARD int mu_rule_date_parse(const char *text, int64_t *ret_s);

/* Returns 'at_s' and a duration later; saturates in the year 9999. */
int64_t mu_rule_date_add(int64_t at_s, const struct mu_rule_duration *duration);

#endif /* MU_MODEL_RULE_DATE_H */
