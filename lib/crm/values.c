/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/values.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

enum type {
    TYPE_ANY,
    TYPE_BOOL,
    TYPE_SCORE,
    TYPE_COUNT,    /* A number from 0, or -1 for "no limit". */
    TYPE_DURATION, /* With a unit, or ISO 8601. */
    TYPE_PERCENT,
    TYPE_WORD, /* One of 'words', in any case. */
};

/* The names of an option are in tables of their own, as proposals need them
 * without the rest. */
struct option {
    const char *name;
    enum type type;
    const char *words; /* "a|b|c", for TYPE_WORD. */
};

static const struct option operation_options[] = {
    {"interval", TYPE_DURATION, NULL},
    {"timeout", TYPE_DURATION, NULL},
    {"start-delay", TYPE_DURATION, NULL},
    {"interval-origin", TYPE_ANY, NULL},
    {"on-fail", TYPE_WORD,
     "ignore|block|stop|restart|standby|fence|demote|restart-container"},
    {"role", TYPE_WORD, "Started|Stopped|Promoted|Unpromoted|Master|Slave"},
    {"enabled", TYPE_BOOL, NULL},
    {"record-pending", TYPE_BOOL, NULL},
    {"description", TYPE_ANY, NULL},
    {"name", TYPE_ANY, NULL},
    {"id", TYPE_ANY, NULL},
};

static const struct option resource_options[] = {
    {"target-role", TYPE_WORD,
     "Started|Stopped|Promoted|Unpromoted|Master|Slave"},
    {"is-managed", TYPE_BOOL, NULL},
    {"maintenance", TYPE_BOOL, NULL},
    {"priority", TYPE_SCORE, NULL},
    {"resource-stickiness", TYPE_SCORE, NULL},
    {"migration-threshold", TYPE_SCORE, NULL},
    {"failure-timeout", TYPE_DURATION, NULL},
    {"multiple-active", TYPE_WORD,
     "block|stop_only|stop_start|stop_unexpected"},
    {"requires", TYPE_WORD, "nothing|quorum|fencing|unfencing"},
    {"restart-type", TYPE_WORD, "ignore|restart"},
    {"allow-migrate", TYPE_BOOL, NULL},
    {"allow-unhealthy-nodes", TYPE_BOOL, NULL},
    {"critical", TYPE_BOOL, NULL},
    {"interleave", TYPE_BOOL, NULL},
    {"notify", TYPE_BOOL, NULL},
    {"ordered", TYPE_BOOL, NULL},
    {"globally-unique", TYPE_BOOL, NULL},
    {"promotable", TYPE_BOOL, NULL},
    {"clone-max", TYPE_COUNT, NULL},
    {"clone-node-max", TYPE_COUNT, NULL},
    {"clone-min", TYPE_COUNT, NULL},
    {"promoted-max", TYPE_COUNT, NULL},
    {"promoted-node-max", TYPE_COUNT, NULL},
    {"master-max", TYPE_COUNT, NULL},
    {"master-node-max", TYPE_COUNT, NULL},
    {"remote-node", TYPE_ANY, NULL},
    {"remote-addr", TYPE_ANY, NULL},
    {"remote-port", TYPE_COUNT, NULL},
    {"remote-connect-timeout", TYPE_DURATION, NULL},
    {"remote-allow-migrate", TYPE_BOOL, NULL},
    {"container-attribute-target", TYPE_ANY, NULL},
    {"provides", TYPE_ANY, NULL},
    {"description", TYPE_ANY, NULL},
};

static const struct option cluster_options[] = {
    {"stonith-enabled", TYPE_BOOL, NULL},
    {"symmetric-cluster", TYPE_BOOL, NULL},
    {"maintenance-mode", TYPE_BOOL, NULL},
    {"startup-fencing", TYPE_BOOL, NULL},
    {"concurrent-fencing", TYPE_BOOL, NULL},
    {"start-failure-is-fatal", TYPE_BOOL, NULL},
    {"enable-startup-probes", TYPE_BOOL, NULL},
    {"enable-acl", TYPE_BOOL, NULL},
    {"stop-all-resources", TYPE_BOOL, NULL},
    {"stop-orphan-resources", TYPE_BOOL, NULL},
    {"stop-orphan-actions", TYPE_BOOL, NULL},
    {"remove-after-stop", TYPE_BOOL, NULL},
    {"shutdown-lock", TYPE_BOOL, NULL},
    {"have-watchdog", TYPE_BOOL, NULL},
    {"is-managed-default", TYPE_BOOL, NULL},
    {"no-quorum-policy", TYPE_WORD, "stop|freeze|ignore|demote|suicide|fence"},
    {"stonith-action", TYPE_WORD, "reboot|off|poweroff"},
    {"fence-reaction", TYPE_WORD, "stop|panic"},
    {"placement-strategy", TYPE_WORD, "default|utilization|minimal|balanced"},
    {"node-health-strategy", TYPE_WORD,
     "none|migrate-on-red|only-green|progressive|custom"},
    {"node-health-base", TYPE_SCORE, NULL},
    {"node-health-green", TYPE_SCORE, NULL},
    {"node-health-yellow", TYPE_SCORE, NULL},
    {"node-health-red", TYPE_SCORE, NULL},
    {"default-resource-stickiness", TYPE_SCORE, NULL},
    {"batch-limit", TYPE_COUNT, NULL},
    {"migration-limit", TYPE_COUNT, NULL},
    {"node-action-limit", TYPE_COUNT, NULL},
    {"stonith-max-attempts", TYPE_SCORE, NULL},
    {"cluster-ipc-limit", TYPE_COUNT, NULL},
    {"pe-error-series-max", TYPE_COUNT, NULL},
    {"pe-warn-series-max", TYPE_COUNT, NULL},
    {"pe-input-series-max", TYPE_COUNT, NULL},
    {"load-threshold", TYPE_PERCENT, NULL},
    {"stonith-timeout", TYPE_DURATION, NULL},
    {"stonith-watchdog-timeout", TYPE_ANY, NULL},
    {"priority-fencing-delay", TYPE_DURATION, NULL},
    {"cluster-delay", TYPE_DURATION, NULL},
    {"cluster-recheck-interval", TYPE_DURATION, NULL},
    {"dc-deadtime", TYPE_DURATION, NULL},
    {"election-timeout", TYPE_DURATION, NULL},
    {"shutdown-escalation", TYPE_DURATION, NULL},
    {"shutdown-lock-limit", TYPE_DURATION, NULL},
    {"join-integration-timeout", TYPE_DURATION, NULL},
    {"join-finalization-timeout", TYPE_DURATION, NULL},
    {"transition-delay", TYPE_DURATION, NULL},
    {"node-pending-timeout", TYPE_DURATION, NULL},
    {"default-action-timeout", TYPE_DURATION, NULL},
    {"cluster-name", TYPE_ANY, NULL},
    {"cluster-infrastructure", TYPE_ANY, NULL},
    {"dc-version", TYPE_ANY, NULL},
    {"last-lrm-refresh", TYPE_ANY, NULL},
    {"expected-quorum-votes", TYPE_ANY, NULL},
};

enum { OPTIONS_COUNT_MAX = 80 };

static size_t options_get(enum mu_values_scope scope,
                          const struct option **ret_options);
static const struct option *option_find(enum mu_values_scope scope,
                                        const char *name);
static int bundle_check(struct mu_report *report, struct mu_element *bundle);
static int part_check(struct mu_report *report, const struct mu_element *part,
                      const char *const *names);
static bool is_part_of(const struct mu_element *element,
                       const struct mu_element *object);
static int pair_check(struct mu_report *report, enum mu_values_scope scope,
                      const struct mu_element *pair);
static int value_check(struct mu_report *report, const struct option *option,
                       const char *value, const struct mu_word *word);
static bool value_is_good(const struct option *option, const char *value);
static bool is_decimal(const char *value);
static bool is_among(const char *words, const char *value);
static const char *type_text(const struct option *option);

bool
mu_values_is_known(enum mu_values_scope scope, const char *name)
{
    return option_find(scope, name) != NULL;
}

const char *
mu_values_nearest(enum mu_values_scope scope, const char *name)
{
    const struct option *options;
    size_t count = options_get(scope, &options);
    const char *names[OPTIONS_COUNT_MAX];

    for (size_t i = 0; i < count; i++) {
        names[i] = options[i].name;
    }
    return mu_report_nearest(name, names, count);
}

int
mu_values_check_one(struct mu_report *report, enum mu_values_scope scope,
                    const char *name, const char *value,
                    const struct mu_word *word)
{
    const struct option *option = option_find(scope, name);

    return option ? value_check(report, option, value, word) : 0;
}

int
mu_values_check(struct mu_report *report, enum mu_kind kind,
                struct mu_element *object)
{
    enum mu_values_scope scope = kind == MU_KIND_PROPERTY ? MU_VALUES_CLUSTER
                                 : kind == MU_KIND_OP_DEFAULTS
                                     ? MU_VALUES_OPERATION
                                     : MU_VALUES_RESOURCE;
    bool has_meta = mu_kinds_is_resource(kind) || kind == MU_KIND_TEMPLATE ||
                    mu_kinds_is_options(kind);
    int result = 0;

    if (kind == MU_KIND_BUNDLE) {
        result = bundle_check(report, object);
    } else if (kind == MU_KIND_COLOCATION &&
               mu_element_get(object, "score-attribute")) {
        result = mu_report_error(report, MU_REPORT_REASON_VALUE,
                                 mu_element_word(object, "score-attribute"),
                                 "\"%.80s\" is no score: a number, inf or "
                                 "-inf",
                                 mu_element_get(object, "score-attribute"));
    }
    for (struct mu_element *element = object; element && has_meta;
         element = mu_element_walk(object, element)) {
        bool is_op = mu_element_is(element, "op");

        if (!is_part_of(element, object)) {
            continue; /* A member is an object of its own. */
        }
        for (size_t i = 0; is_op && i < element->attributes_count; i++) {
            const struct mu_element_attribute *attribute =
                &element->attributes[i];
            const struct option *option =
                option_find(MU_VALUES_OPERATION, attribute->name);

            if (option && value_check(report, option, attribute->value,
                                      attribute->word) < 0) {
                result = -EBADMSG;
            }
        }
        if (mu_element_is(element, "nvpair") &&
            (mu_element_is(element->parent, "meta_attributes") ||
             mu_element_is(element->parent, "cluster_property_set")) &&
            pair_check(report,
                       mu_element_is(element->parent->parent, "op")
                           ? MU_VALUES_OPERATION
                           : scope,
                       element) < 0) {
            result = -EBADMSG;
        }
    }
    return result;
}

/* The parts of a bundle take certain attributes only. */
static int
bundle_check(struct mu_report *report, struct mu_element *bundle)
{
    static const struct {
        const char *tag;
        const char *names[9];
    } parts[] = {
        {"docker",
         {"image", "replicas", "replicas-per-host", "promoted-max", "masters",
          "run-command", "network", "options", NULL}},
        {"network",
         {"ip-range-start", "control-port", "host-interface", "host-netmask",
          "add-host", NULL}},
        {"port-mapping", {"id", "port", "internal-port", "range", NULL}},
        {"storage-mapping",
         {"id", "source-dir", "source-dir-root", "target-dir", "options",
          NULL}},
    };
    int result = 0;

    for (struct mu_element *element = bundle; element;
         element = mu_element_walk(bundle, element)) {
        const char *tag =
            mu_element_is(element, "podman") || mu_element_is(element, "rkt")
                ? "docker"
                : element->name;

        for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
            if (tag && strcmp(parts[i].tag, tag) == 0 &&
                part_check(report, element, parts[i].names) < 0) {
                result = -EBADMSG;
            }
        }
    }
    return result;
}

static int
part_check(struct mu_report *report, const struct mu_element *part,
           const char *const *names)
{
    size_t count = 0;
    int result = 0;

    while (names[count]) {
        count++;
    }
    for (size_t i = 0; i < part->attributes_count; i++) {
        const struct mu_element_attribute *attribute = &part->attributes[i];
        size_t j = 0;

        while (j < count && strcmp(names[j], attribute->name) != 0) {
            j++;
        }
        if (j == count) {
            result = mu_report_error(
                report, MU_REPORT_REASON_VALUE, attribute->word,
                "%s has no attribute \"%.80s\"", part->name, attribute->name);
            mu_report_suggest(report, attribute->name, names, count);
        }
    }
    return result;
}

static bool
is_part_of(const struct mu_element *element, const struct mu_element *object)
{
    while (element != object && mu_kinds_of(element) == MU_KIND_NONE) {
        element = element->parent;
    }
    return element == object;
}

static int
pair_check(struct mu_report *report, enum mu_values_scope scope,
           const struct mu_element *pair)
{
    const char *name = mu_element_get(pair, "name");
    const char *value = mu_element_get(pair, "value");
    const struct option *option = name ? option_find(scope, name) : NULL;

    if (!option || !value) {
        return 0;
    }
    return value_check(report, option, value, mu_element_word(pair, "value"));
}

static int
value_check(struct mu_report *report, const struct option *option,
            const char *value, const struct mu_word *word)
{
    if (value_is_good(option, value)) {
        return 0;
    }
    return mu_report_error(report, MU_REPORT_REASON_VALUE, word,
                           "%s=%.80s: expected %s", option->name, value,
                           type_text(option));
}

static bool
value_is_good(const struct option *option, const char *value)
{
    bool is_true;
    int32_t score;
    int64_t number;
    size_t digits;

    if (strcmp(value, "#default") == 0) {
        return true; /* The same as not to set it. */
    }
    switch (option->type) {
    case TYPE_ANY:
        return true;
    case TYPE_BOOL:
        return mu_text_parse_bool(value, &is_true) == 0;
    case TYPE_SCORE:
        return mu_text_parse_score(value, &score) == 0 || is_decimal(value);
    case TYPE_COUNT:
        return mu_text_parse_int64(value, &number) == 0 && number >= -1;
    case TYPE_DURATION:
        return mu_text_parse_duration(value, &number) == 0;
    case TYPE_PERCENT:
        digits = strspn(value, "0123456789.");
        return digits > 0 && strcmp(value + digits, "%") == 0;
    case TYPE_WORD:
        return is_among(option->words, value);
    }
    return true;
}

/* Old configurations hold scores such as 1.0. */
static bool
is_decimal(const char *value)
{
    size_t sign = strspn(value, "+-");
    size_t whole = strspn(value + sign, "0123456789");
    const char *rest = value + sign + whole;

    return sign <= 1 && whole > 0 && *rest == '.' &&
           !rest[1 + strspn(rest + 1, "0123456789")];
}

static bool
is_among(const char *words, const char *value)
{
    char word[32];

    while (*words) {
        size_t length = strcspn(words, "|");

        (void)mu_text_format(word, sizeof(word), "%.*s", (int)length, words);
        if (mu_text_casecmp(word, value) == 0) {
            return true;
        }
        words += length + (words[length] == '|');
    }
    return false;
}

static const char *
type_text(const struct option *option)
{
    switch (option->type) {
    case TYPE_ANY:
        break;
    case TYPE_BOOL:
        return "true or false";
    case TYPE_SCORE:
        return "a number, INFINITY or -INFINITY";
    case TYPE_COUNT:
        return "a number";
    case TYPE_DURATION:
        return "a time such as 20s, 5min or PT5M";
    case TYPE_PERCENT:
        return "a percentage such as 80%";
    case TYPE_WORD:
        return option->words;
    }
    return "something else";
}

static const struct option *
option_find(enum mu_values_scope scope, const char *name)
{
    const struct option *options;
    size_t count = options_get(scope, &options);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static size_t
options_get(enum mu_values_scope scope, const struct option **ret_options)
{
    switch (scope) {
    case MU_VALUES_OPERATION:
        *ret_options = operation_options;
        return sizeof(operation_options) / sizeof(operation_options[0]);
    case MU_VALUES_RESOURCE:
        *ret_options = resource_options;
        return sizeof(resource_options) / sizeof(resource_options[0]);
    case MU_VALUES_CLUSTER:
        *ret_options = cluster_options;
        return sizeof(cluster_options) / sizeof(cluster_options[0]);
    }
    return 0;
}
