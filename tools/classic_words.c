/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Classic words: what codes, states and times are called in the frozen form. */

#include <string.h>
#include <time.h>

#include "tools/classic.h"

enum { RC_COUNT = 11 };

const char *
mu_classic_words_rc(int32_t rc)
{
    static const char *const words[RC_COUNT] = {
        "ok",
        "error",
        "invalid parameter",
        "unimplemented feature",
        "insufficient privileges",
        "not installed",
        "not configured",
        "not running",
        "promoted",
        "promoted (failed)",
        "unknown",
    };

    if (rc == 190) {
        return "degraded";
    }
    if (rc == 191) {
        return "promoted (degraded)";
    }
    return rc >= 0 && rc < RC_COUNT ? words[rc] : "unknown";
}

const char *
mu_classic_words_status(enum mu_op_status status)
{
    switch (status) {
    case MU_OP_STATUS_PENDING:
        return "pending";
    case MU_OP_STATUS_DONE:
        return "complete";
    case MU_OP_STATUS_CANCELLED:
        return "Cancelled";
    case MU_OP_STATUS_TIMEOUT:
        return "Timed Out";
    case MU_OP_STATUS_NOT_SUPPORTED:
        return "NOT SUPPORTED";
    case MU_OP_STATUS_ERROR:
        return "Error";
    case MU_OP_STATUS_ERROR_HARD:
        return "Hard error";
    case MU_OP_STATUS_ERROR_FATAL:
        return "Fatal error";
    case MU_OP_STATUS_NOT_INSTALLED:
        return "Not installed";
    case MU_OP_STATUS_NOT_CONNECTED:
        return "Internal communication failure";
    case MU_OP_STATUS_INVALID:
        return "Cannot execute now";
    }
    return "UNKNOWN!";
}

const char *
mu_classic_words_time(struct mu_arena *arena, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[64];

    if (!localtime_r(&seconds, &parts) ||
        strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &parts) == 0) {
        return "";
    }
    return mu_arena_strdup(arena, text);
}

const char *
mu_classic_words_utc(struct mu_arena *arena, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm parts;
    char text[64];

    if (!gmtime_r(&seconds, &parts) ||
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &parts) == 0) {
        return "";
    }
    return mu_arena_strdup(arena, text);
}

const char *
mu_classic_words_pending(const char *task)
{
    static const char *const words[][2] = {
        {"start", "Starting"},       {"stop", "Stopping"},
        {"promote", "Promoting"},    {"demote", "Demoting"},
        {"migrate_to", "Migrating"}, {"migrate_from", "Migrating"},
        {"monitor", "Monitoring"},
    };

    for (size_t i = 0; task && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i][0], task) == 0) {
            return words[i][1];
        }
    }
    return task;
}
