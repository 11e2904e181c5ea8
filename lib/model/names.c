/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/names.h"

#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"

enum { DISTANCE_LENGTH_MAX = 64 }; /* Longer words are not compared. */

struct name {
    const char *text;
    int value;
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct name op_tasks[] = {
    {"monitor", MU_OP_TASK_MONITOR},
    {"start", MU_OP_TASK_START},
    {"stop", MU_OP_TASK_STOP},
    {"promote", MU_OP_TASK_PROMOTE},
    {"demote", MU_OP_TASK_DEMOTE},
    {"migrate_to", MU_OP_TASK_MIGRATE_TO},
    {"migrate_from", MU_OP_TASK_MIGRATE_FROM},
    {"notify", MU_OP_TASK_NOTIFY},
    {"reload-agent", MU_OP_TASK_RELOAD_AGENT},
    {"meta-data", MU_OP_TASK_META_DATA},
};

/* The first row of a value is what is written. */

static const struct name roles[] = {
    {"Stopped", MU_ROLE_STOPPED},       {"Started", MU_ROLE_STARTED},
    {"Unpromoted", MU_ROLE_UNPROMOTED}, {"Promoted", MU_ROLE_PROMOTED},
    {"Slave", MU_ROLE_UNPROMOTED},      {"Master", MU_ROLE_PROMOTED},
};

static const struct name on_fails[] = {
    {"ignore", MU_ON_FAIL_IGNORE},
    {"block", MU_ON_FAIL_BLOCK},
    {"stop", MU_ON_FAIL_STOP},
    {"restart", MU_ON_FAIL_RESTART},
    {"demote", MU_ON_FAIL_DEMOTE},
    {"standby", MU_ON_FAIL_STANDBY},
    {"fence", MU_ON_FAIL_FENCE},
    {"restart-container", MU_ON_FAIL_RESTART_CONTAINER},
    {"nothing", MU_ON_FAIL_IGNORE},
};

static const struct name kinds[] = {
    {"primitive", MU_RESOURCE_PRIMITIVE},
    {"group", MU_RESOURCE_GROUP},
    {"clone", MU_RESOURCE_CLONE},
    {"bundle", MU_RESOURCE_BUNDLE},
};

static const struct name discoveries[] = {
    {"always", MU_DISCOVERY_ALWAYS},
    {"never", MU_DISCOVERY_NEVER},
    {"exclusive", MU_DISCOVERY_EXCLUSIVE},
};

static const struct name order_kinds[] = {
    {"Mandatory", MU_ORDER_MANDATORY},
    {"Optional", MU_ORDER_OPTIONAL},
    {"Serialize", MU_ORDER_SERIALIZE},
};

static const struct name loss_policies[] = {
    {"stop", MU_LOSS_STOP},
    {"demote", MU_LOSS_DEMOTE},
    {"fence", MU_LOSS_FENCE},
    {"freeze", MU_LOSS_FREEZE},
};

static const struct name quorum_policies[] = {
    {"stop", MU_QUORUM_STOP},     {"freeze", MU_QUORUM_FREEZE},
    {"ignore", MU_QUORUM_IGNORE}, {"demote", MU_QUORUM_DEMOTE},
    {"fence", MU_QUORUM_FENCE},   {"suicide", MU_QUORUM_FENCE},
};

static const struct name joins[] = {
    {"down", MU_JOIN_DOWN},
    {"pending", MU_JOIN_PENDING},
    {"member", MU_JOIN_MEMBER},
    {"banned", MU_JOIN_BANNED},
};

static const struct name expecteds[] = {
    {"down", MU_EXPECTED_DOWN},
    {"member", MU_EXPECTED_MEMBER},
};

static const struct name op_statuses[] = {
    {"pending", MU_OP_STATUS_PENDING},
    {"done", MU_OP_STATUS_DONE},
    {"cancelled", MU_OP_STATUS_CANCELLED},
    {"timed out", MU_OP_STATUS_TIMEOUT},
    {"not supported", MU_OP_STATUS_NOT_SUPPORTED},
    {"failed", MU_OP_STATUS_ERROR},
    {"failed for good on this node", MU_OP_STATUS_ERROR_HARD},
    {"failed for good everywhere", MU_OP_STATUS_ERROR_FATAL},
    {"not installed", MU_OP_STATUS_NOT_INSTALLED},
    {"not connected", MU_OP_STATUS_NOT_CONNECTED},
    {"invalid", MU_OP_STATUS_INVALID},
};

static const struct name agent_classes[] = {
    {"ocf", MU_AGENT_OCF},       {"systemd", MU_AGENT_SYSTEMD},
    {"lsb", MU_AGENT_LSB},       {"service", MU_AGENT_SERVICE},
    {"stonith", MU_AGENT_FENCE},
};

static const char *text_of(const struct name *table, size_t count, int value);
static bool value_of(const struct name *table, size_t count, const char *text,
                     int *ret_value);
static char to_lower(char c);

const char *
mu_names_role(enum mu_role role)
{
    return text_of(roles, COUNT(roles), (int)role);
}

const char *
mu_names_on_fail(enum mu_on_fail on_fail)
{
    return text_of(on_fails, COUNT(on_fails), (int)on_fail);
}

const char *
mu_names_resource_kind(enum mu_resource_kind kind)
{
    return text_of(kinds, COUNT(kinds), (int)kind);
}

const char *
mu_names_discovery(enum mu_discovery discovery)
{
    return text_of(discoveries, COUNT(discoveries), (int)discovery);
}

const char *
mu_names_order_kind(enum mu_order_kind kind)
{
    return text_of(order_kinds, COUNT(order_kinds), (int)kind);
}

const char *
mu_names_loss_policy(enum mu_loss_policy policy)
{
    return text_of(loss_policies, COUNT(loss_policies), (int)policy);
}

const char *
mu_names_quorum_policy(enum mu_quorum_policy policy)
{
    return text_of(quorum_policies, COUNT(quorum_policies), (int)policy);
}

const char *
mu_names_join(enum mu_join join)
{
    return text_of(joins, COUNT(joins), (int)join);
}

const char *
mu_names_expected(enum mu_expected expected)
{
    return text_of(expecteds, COUNT(expecteds), (int)expected);
}

const char *
mu_names_op_status(enum mu_op_status status)
{
    return text_of(op_statuses, COUNT(op_statuses), (int)status);
}

const char *
mu_names_rc(int32_t rc)
{
    static const char *const words[] = {
        "ok",
        "error",
        "wrong arguments",
        "not supported",
        "no permission",
        "not installed",
        "not configured",
        "not running",
        "promoted",
        "failed while promoted",
    };

    if (rc == 190 || rc == 191) {
        return rc == 190 ? "degraded" : "promoted and degraded";
    }
    return rc >= 0 && rc < (int32_t)COUNT(words) ? words[rc] : "unknown";
}

bool
mu_names_parse_role(const char *text, enum mu_role *ret_role)
{
    int value;

    if (!value_of(roles, COUNT(roles), text, &value)) {
        return false;
    }
    *ret_role = (enum mu_role)value;
    return true;
}

bool
mu_names_parse_on_fail(const char *text, enum mu_on_fail *ret_on_fail)
{
    int value;

    if (!value_of(on_fails, COUNT(on_fails), text, &value)) {
        return false;
    }
    *ret_on_fail = (enum mu_on_fail)value;
    return true;
}

bool
mu_names_parse_discovery(const char *text, enum mu_discovery *ret_discovery)
{
    int value;

    if (!value_of(discoveries, COUNT(discoveries), text, &value)) {
        return false;
    }
    *ret_discovery = (enum mu_discovery)value;
    return true;
}

bool
mu_names_parse_order_kind(const char *text, enum mu_order_kind *ret_kind)
{
    int value;

    if (!value_of(order_kinds, COUNT(order_kinds), text, &value)) {
        return false;
    }
    *ret_kind = (enum mu_order_kind)value;
    return true;
}

bool
mu_names_parse_loss_policy(const char *text, enum mu_loss_policy *ret_policy)
{
    int value;

    if (!value_of(loss_policies, COUNT(loss_policies), text, &value)) {
        return false;
    }
    *ret_policy = (enum mu_loss_policy)value;
    return true;
}

bool
mu_names_parse_quorum_policy(const char *text,
                             enum mu_quorum_policy *ret_policy)
{
    int value;

    if (!value_of(quorum_policies, COUNT(quorum_policies), text, &value)) {
        return false;
    }
    *ret_policy = (enum mu_quorum_policy)value;
    return true;
}

bool
mu_names_parse_join(const char *text, enum mu_join *ret_join)
{
    int value;

    if (!value_of(joins, COUNT(joins), text, &value)) {
        return false;
    }
    *ret_join = (enum mu_join)value;
    return true;
}

bool
mu_names_parse_expected(const char *text, enum mu_expected *ret_expected)
{
    int value;

    if (!value_of(expecteds, COUNT(expecteds), text, &value)) {
        return false;
    }
    *ret_expected = (enum mu_expected)value;
    return true;
}

enum mu_agent_class
mu_names_agent_class(const char *text)
{
    int value;

    if (!value_of(agent_classes, COUNT(agent_classes), text, &value)) {
        return MU_AGENT_OTHER;
    }
    return (enum mu_agent_class)value;
}

enum mu_op_task
mu_names_op_task(const char *text)
{
    for (size_t i = 0; i < COUNT(op_tasks); i++) {
        if (mu_text_equal(op_tasks[i].text, text)) {
            return (enum mu_op_task)op_tasks[i].value;
        }
    }
    return MU_OP_TASK_OTHER;
}

bool
mu_names_is_among(const char *text, const char *words)
{
    while (*words) {
        const char *c = text;

        while (*c && *c == *words) {
            c++;
            words++;
        }
        if (*c == '\0' && c > text && (*words == ' ' || *words == '\0')) {
            return true;
        }
        words = strchr(words, ' ');
        if (!words) {
            break;
        }
        words++;
    }
    return false;
}

bool
mu_names_is_secret(const char *name)
{
    static const char *const parts[] = {
        "passw",       "passphrase", "secret",      "credential", "community",
        "private_key", "api_key",    "apikey",      "access_key", "auth_token",
        "api_token",   "authkey",    "access_token"};
    static const char *const words[] = {"pwd", "pass", "token", "pin", "key"};
    char lower[128];
    size_t length = strlen(name);

    if (length >= sizeof(lower)) {
        return false;
    }
    for (size_t i = 0; i <= length; i++) {
        char letter = name[i];
        bool is_upper = letter >= 'A' && letter <= 'Z';

        lower[i] = letter == '-' ? '_'
                   : is_upper    ? (char)(letter - 'A' + 'a')
                                 : letter;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(lower, parts[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(lower, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *
mu_names_failure(struct mu_arena *arena, const struct mu_status_op *op)
{
    if (!op) {
        return "an operation failed";
    }
    if (op->status == MU_OP_STATUS_TIMEOUT) {
        return mu_text_make(arena, "its %s timed out", op->name);
    }
    return mu_text_make(arena, "its %s returned %d, %s%s%s", op->name,
                        (int)op->rc, mu_names_rc(op->rc),
                        op->exit_reason && *op->exit_reason ? ", " : "",
                        op->exit_reason ? op->exit_reason : "");
}

const char *
mu_names_nearest(const char *text, const char *words, unsigned *distance,
                 unsigned *ret_length)
{
    const char *nearest = NULL;
    char word[DISTANCE_LENGTH_MAX + 1];

    while (*words) {
        size_t length = strcspn(words, " ");

        if (length > 0 && length <= DISTANCE_LENGTH_MAX) {
            unsigned between;

            memcpy(word, words, length);
            word[length] = '\0';
            between = mu_names_distance(text, word, *distance);
            if (between < *distance) {
                *distance = between;
                nearest = words;
                *ret_length = (unsigned)length;
            }
        }
        words += length;
        words += *words == ' ';
    }
    return nearest;
}

/* The table of Damerau and Levenshtein, three rows of it at a time. */
unsigned
mu_names_distance(const char *a, const char *b, unsigned max)
{
    unsigned rows[3][DISTANCE_LENGTH_MAX + 1];
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);

    if (a_length > DISTANCE_LENGTH_MAX || b_length > DISTANCE_LENGTH_MAX) {
        return max;
    }
    for (unsigned k = 0; k <= b_length; k++) {
        rows[0][k] = k;
    }
    for (unsigned i = 1; i <= a_length; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *far = rows[(i + 1) % 3];

        row[0] = i;
        for (unsigned k = 1; k <= b_length; k++) {
            bool is_same = to_lower(a[i - 1]) == to_lower(b[k - 1]);
            unsigned best = above[k - 1] + !is_same;

            if (above[k] + 1 < best) {
                best = above[k] + 1;
            }
            if (row[k - 1] + 1 < best) {
                best = row[k - 1] + 1;
            }
            if (i > 1 && k > 1 && to_lower(a[i - 1]) == to_lower(b[k - 2]) &&
                to_lower(a[i - 2]) == to_lower(b[k - 1]) &&
                far[k - 2] + 1 < best) {
                best = far[k - 2] + 1;
            }
            row[k] = best;
        }
    }
    return rows[a_length % 3][b_length] < max ? rows[a_length % 3][b_length]
                                              : max;
}

static const char *
text_of(const struct name *table, size_t count, int value)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].value == value) {
            return table[i].text;
        }
    }
    return NULL;
}

static bool
value_of(const struct name *table, size_t count, const char *text,
         int *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (mu_text_casecmp(table[i].text, text) == 0) {
            *ret_value = table[i].value;
            return true;
        }
    }
    return false;
}

static char
to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
