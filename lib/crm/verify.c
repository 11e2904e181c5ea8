/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/verify.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/vec.h"
#include "crm/refs.h"
#include "crm/values.h"
#include "crm/workspace.h"

enum { PARAMETERS_COUNT_MAX = 128 };

struct verify {
    struct mu_arena arena;
    struct mu_workspace workspace;
    const struct mu_verify_options *options;
    struct mu_report *report;
    bool is_wrong; /* Something is an error. */
};

/* The first resource with each value that should be unique. */
struct owners {
    const struct mu_element **items;
    size_t count;
    size_t capacity;
};

static bool is_wanted(const struct verify *verify,
                      const struct mu_element *object);
static void object_check(struct verify *verify, struct mu_element *object);
static void primitive_check(struct verify *verify,
                            const struct mu_element *primitive);
static void agent_check(struct verify *verify,
                        const struct mu_element *primitive);
static void parameters_check(struct verify *verify,
                             const struct mu_element *primitive,
                             const struct mu_verify_agent *agent);
static void unknown_parameter(struct verify *verify,
                              const struct mu_verify_agent *agent,
                              const char *id, const char *name);
static bool is_common_parameter(const char *name);
static void uniques_check(struct verify *verify);
static void unique_check(struct verify *verify,
                         const struct mu_element *primitive, const char *name,
                         struct mu_index *values, struct owners *owners);
static const struct mu_verify_agent *
agent_of(const struct verify *verify, const struct mu_element *primitive);
static const struct mu_element *
agent_source(const struct verify *verify, const struct mu_element *primitive);
static bool is_described(const char *class);

static const char *parameter_get(const struct verify *verify,
                                 const struct mu_element *primitive,
                                 const char *name);
static const struct mu_element *
operations_of(const struct verify *verify, const struct mu_element *primitive);
static void operations_check(struct verify *verify,
                             const struct mu_element *primitive,
                             const struct mu_verify_agent *agent);
static void op_check(struct verify *verify, const struct mu_element *primitive,
                     const struct mu_element *op);
static void op_twins_check(struct verify *verify,
                           const struct mu_element *primitive,
                           const struct mu_element *op);
static void timeout_check(struct verify *verify,
                          const struct mu_element *primitive,
                          const struct mu_element *op,
                          const struct mu_verify_agent *agent);
static void meta_check(struct verify *verify, const struct mu_element *object,
                       enum mu_values_scope scope);
static void constraint_check(struct verify *verify,
                             const struct mu_element *constraint);
static void member_check(struct verify *verify,
                         const struct mu_element *constraint, const char *id);
static void node_check(struct verify *verify, const struct mu_element *object,
                       const char *node);
static void fencing_check(struct verify *verify,
                          const struct mu_element *topology);
static void device_check(struct verify *verify, const char *devices);
static void cluster_check(struct verify *verify);
static int64_t interval_of(const struct mu_element *op);
static bool is_node(const struct verify *verify, const char *name);

int
mu_verify_config(const struct mu_doc *cib,
                 const struct mu_verify_options *options,
                 struct mu_report *report)
{
    struct verify verify = {.options = options, .report = report};
    struct mu_element *object = NULL;
    int r;

    mu_assert(report->arena);
    mu_arena_init(&verify.arena, SIZE_MAX);
    r = mu_workspace_open(&verify.workspace, &verify.arena, cib, report);
    while (r == 0 && (object = mu_workspace_next(&verify.workspace, object))) {
        if (is_wanted(&verify, object)) {
            object_check(&verify, object);
        }
    }
    if (r == 0) {
        uniques_check(&verify);
    }
    if (r == 0 && !options->names) {
        cluster_check(&verify);
    }
    mu_arena_done(&verify.arena);
    return r < 0 || verify.is_wrong ? -EBADMSG : 0;
}

static bool
is_wanted(const struct verify *verify, const struct mu_element *object)
{
    const char *name = mu_kinds_name_of(object);

    for (size_t i = 0; i < verify->options->names_count; i++) {
        if (name && strcmp(verify->options->names[i], name) == 0) {
            return true;
        }
    }
    return !verify->options->names;
}

static void
object_check(struct verify *verify, struct mu_element *object)
{
    enum mu_kind kind = mu_kinds_of(object);

    verify->is_wrong |= mu_refs_check(&verify->workspace, object) < 0;
    verify->is_wrong |= mu_values_check(verify->report, kind, object) < 0;
    if (kind == MU_KIND_PRIMITIVE || kind == MU_KIND_TEMPLATE) {
        primitive_check(verify, object);
    } else if (mu_kinds_is_container(kind)) {
        meta_check(verify, object, MU_VALUES_RESOURCE);
    } else if (mu_kinds_is_constraint(kind)) {
        constraint_check(verify, object);
    } else if (kind == MU_KIND_FENCING) {
        fencing_check(verify, object);
    } else if (mu_kinds_is_options(kind)) {
        const char *id = mu_element_get(object, "id");

        /* Sets of other names belong to agents. */
        if (kind != MU_KIND_PROPERTY ||
            (id && strcmp(id, "cib-bootstrap-options") == 0)) {
            meta_check(verify, object,
                       kind == MU_KIND_PROPERTY      ? MU_VALUES_CLUSTER
                       : kind == MU_KIND_OP_DEFAULTS ? MU_VALUES_OPERATION
                                                     : MU_VALUES_RESOURCE);
        }
    }
}

static void
primitive_check(struct verify *verify, const struct mu_element *primitive)
{
    meta_check(verify, primitive, MU_VALUES_RESOURCE);
    agent_check(verify, primitive);
}

static void
agent_check(struct verify *verify, const struct mu_element *primitive)
{
    const struct mu_element *source = agent_source(verify, primitive);
    const char *id = mu_element_get(primitive, "id");
    const char *class = source ? mu_element_get(source, "class") : NULL;
    const char *provider = source ? mu_element_get(source, "provider") : NULL;
    const char *type = source ? mu_element_get(source, "type") : NULL;
    const struct mu_verify_agent *agent = agent_of(verify, primitive);

    if (agent) {
        parameters_check(verify, primitive, agent);
    } else if (verify->options->agent && class && type && is_described(class) &&
               verify->options->may_lack_agents) {
        mu_report_warning(verify->report, NULL, id,
                          "\"%.80s\": there is no agent %s:%s%s%s on this node",
                          id, class, provider ? provider : "",
                          provider ? ":" : "", type);
    } else if (verify->options->agent && class && type && is_described(class)) {
        verify->is_wrong |=
            mu_report_error(verify->report, MU_REPORT_REASON_AGENT, NULL,
                            "\"%.80s\": there is no agent %s:%s%s%s here", id,
                            class, provider ? provider : "",
                            provider ? ":" : "", type) < 0;
    }
    operations_check(verify, primitive, agent);
}

/* Returns the element that names the agent: the template, if there is one. */
static const struct mu_element *
agent_source(const struct verify *verify, const struct mu_element *primitive)
{
    const char *template = mu_element_get(primitive, "template");

    return template ? mu_workspace_find(&verify->workspace, template)
                    : primitive;
}

/* Agents of other classes have no description of parameters. */
static bool
is_described(const char *class)
{
    return strcmp(class, "ocf") == 0 || strcmp(class, "stonith") == 0;
}

/* Returns what is known of the agent of a primitive, or null. */
static const struct mu_verify_agent *
agent_of(const struct verify *verify, const struct mu_element *primitive)
{
    const struct mu_element *source = agent_source(verify, primitive);
    const char *class = source ? mu_element_get(source, "class") : NULL;
    const char *type = source ? mu_element_get(source, "type") : NULL;

    if (!verify->options->agent || !class || !type || !is_described(class)) {
        return NULL;
    }
    return verify->options->agent(verify->options->context, class,
                                  mu_element_get(source, "provider"), type);
}

static void
parameters_check(struct verify *verify, const struct mu_element *primitive,
                 const struct mu_verify_agent *agent)
{
    const char *id = mu_element_get(primitive, "id");
    bool is_template = mu_element_is(primitive, "template");

    for (size_t i = 0; i < agent->parameters_count && !is_template; i++) {
        const struct mu_verify_parameter *parameter = &agent->parameters[i];

        if (parameter->is_required &&
            !parameter_get(verify, primitive, parameter->name)) {
            verify->is_wrong |=
                mu_report_error(verify->report, MU_REPORT_REASON_AGENT, NULL,
                                "\"%.80s\" lacks the parameter \"%.80s\", "
                                "which its agent needs",
                                id, parameter->name) < 0;
        }
    }
    for (const struct mu_element *set = primitive->first; set;
         set = set->next) {
        const struct mu_element *pair =
            mu_element_is(set, "instance_attributes") ? set->first : NULL;

        for (; pair; pair = pair->next) {
            const char *name = pair->name ? mu_element_get(pair, "name") : NULL;
            size_t i = 0;

            while (name && i < agent->parameters_count &&
                   strcmp(agent->parameters[i].name, name) != 0) {
                i++;
            }
            if (name && i == agent->parameters_count &&
                !is_common_parameter(name)) {
                unknown_parameter(verify, agent, id, name);
            }
        }
    }
}

static void
unknown_parameter(struct verify *verify, const struct mu_verify_agent *agent,
                  const char *id, const char *name)
{
    const char *names[PARAMETERS_COUNT_MAX];
    const char *nearest;
    size_t count = 0;

    for (; count < agent->parameters_count && count < PARAMETERS_COUNT_MAX;
         count++) {
        names[count] = agent->parameters[count].name;
    }
    nearest = mu_report_nearest(name, names, count);
    verify->is_wrong |=
        mu_report_error(verify->report, MU_REPORT_REASON_AGENT, NULL,
                        "\"%.80s\": its agent has no parameter \"%.80s\"%s%s",
                        id, name, nearest ? "; probably " : "",
                        nearest ? nearest : "") < 0;
}

/* Tells whether a parameter is for the cluster, not for the agent. */
static bool
is_common_parameter(const char *name)
{
    return strncmp(name, "pcmk_", 5) == 0 ||
           strncmp(name, "CRM_meta_", 9) == 0 ||
           strncmp(name, "trace_", 6) == 0 ||
           strcmp(name, "OCF_CHECK_LEVEL") == 0;
}

/* Reports resources of one agent that share a value which should be unique.
 * An index keeps this from comparing each with each. */
static void
uniques_check(struct verify *verify)
{
    struct owners owners = {0};
    struct mu_index values;
    struct mu_element *object = NULL;

    mu_index_init(&values, &verify->arena);
    while ((object = mu_workspace_next(&verify->workspace, object))) {
        const struct mu_verify_agent *agent = mu_element_is(object, "primitive")
                                                  ? agent_of(verify, object)
                                                  : NULL;

        for (size_t i = 0; agent && i < agent->parameters_count; i++) {
            if (agent->parameters[i].is_unique) {
                unique_check(verify, object, agent->parameters[i].name, &values,
                             &owners);
            }
        }
    }
}

static void
unique_check(struct verify *verify, const struct mu_element *primitive,
             const char *name, struct mu_index *values, struct owners *owners)
{
    const char *value = parameter_get(verify, primitive, name);
    const char *type = mu_element_get(agent_source(verify, primitive), "type");
    const struct mu_element *owner;
    const char *key;

    if (!value || !*value) {
        return;
    }
    key = mu_text_make(&verify->arena, "%s %s %s", type, name, value);
    if (mu_index_add(values, key, (uint32_t)owners->count)) {
        *mu_vec_add(&verify->arena, owners) = primitive;
        return;
    }
    owner = owners->items[mu_index_find(values, key)];
    if (is_wanted(verify, primitive) || is_wanted(verify, owner)) {
        mu_report_warning(verify->report, NULL, mu_element_get(primitive, "id"),
                          "\"%.80s\" and \"%.80s\" have the same %s=%.80s, "
                          "which should be unique",
                          mu_element_get(owner, "id"),
                          mu_element_get(primitive, "id"), name, value);
    }
}

/* Returns the value of a parameter, that of the template included; "" when it
 * cannot be told because it comes by reference. */
static const char *
parameter_get(const struct verify *verify, const struct mu_element *primitive,
              const char *name)
{
    const char *template = mu_element_get(primitive, "template");
    const struct mu_element *source =
        template ? mu_workspace_find(&verify->workspace, template) : NULL;

    for (const struct mu_element *set = primitive->first; set;
         set = set->next) {
        const struct mu_element *pair;

        if (!mu_element_is(set, "instance_attributes")) {
            continue;
        }
        pair = mu_element_find_with(set, "nvpair", "name", name);
        if (pair) {
            const char *value = mu_element_get(pair, "value");

            return value ? value : "";
        }
        if (mu_element_get(set, "id-ref") || mu_element_find(set, "rule")) {
            return "";
        }
        for (pair = set->first; pair; pair = pair->next) {
            if (pair->name && mu_element_get(pair, "id-ref")) {
                return "";
            }
        }
    }
    return mu_element_is(source, "template")
               ? parameter_get(verify, source, name)
               : NULL;
}

/* Returns the operations that count for a primitive, or null. */
static const struct mu_element *
operations_of(const struct verify *verify, const struct mu_element *primitive)
{
    const struct mu_element *operations =
        mu_element_find(primitive, "operations");
    const char *reference =
        operations ? mu_element_get(operations, "id-ref") : NULL;
    const char *template = mu_element_get(primitive, "template");
    const struct mu_element *source =
        template ? mu_workspace_find(&verify->workspace, template) : NULL;

    if (reference) {
        return mu_workspace_find(&verify->workspace, reference);
    }
    if (!operations && mu_element_is(source, "template")) {
        return mu_element_find(source, "operations");
    }
    return operations;
}

static void
operations_check(struct verify *verify, const struct mu_element *primitive,
                 const struct mu_verify_agent *agent)
{
    const struct mu_element *operations = operations_of(verify, primitive);
    const struct mu_element *op = operations ? operations->first : NULL;
    const char *id = mu_element_get(primitive, "id");
    bool has_monitor = false;

    for (; op; op = op->next) {
        const char *name = op->name ? mu_element_get(op, "name") : NULL;

        if (!name) {
            continue;
        }
        has_monitor |= strcmp(name, "monitor") == 0 && interval_of(op) > 0;
        if (operations->parent == primitive) {
            op_check(verify, primitive, op);
            op_twins_check(verify, primitive, op);
        }
        if (agent) {
            timeout_check(verify, primitive, op, agent);
        }
    }
    if (!has_monitor && mu_element_is(primitive, "primitive")) {
        mu_report_warning(verify->report, NULL, id,
                          "\"%.80s\" has no monitor: nothing will notice when "
                          "it fails; add one with: configure monitor %.80s 30s",
                          id, id);
    }
}

static void
op_check(struct verify *verify, const struct mu_element *primitive,
         const struct mu_element *op)
{
    static const char *const names[] = {
        "start",        "stop",      "monitor",     "promote",      "demote",
        "notify",       "reload",    "migrate_to",  "migrate_from", "status",
        "validate-all", "meta-data", "reload-agent"};
    const char *id = mu_element_get(primitive, "id");
    const char *name = mu_element_get(op, "name");
    const char *nearest;
    size_t i = 0;
    enum { NAMES_COUNT = sizeof(names) / sizeof(names[0]) };

    while (i < NAMES_COUNT && strcmp(names[i], name) != 0) {
        i++;
    }
    if (i == NAMES_COUNT) {
        nearest = mu_report_nearest(name, names, NAMES_COUNT);
        mu_report_warning(verify->report, NULL, id,
                          "\"%.80s\": there is no operation \"%.80s\"%s%s", id,
                          name, nearest ? "; probably " : "",
                          nearest ? nearest : "");
    } else if (strcmp(name, "monitor") == 0 && interval_of(op) == 0) {
        mu_report_warning(verify->report, NULL, id,
                          "\"%.80s\": a monitor with interval 0 is a probe and "
                          "does not watch anything",
                          id);
    } else if (strcmp(name, "monitor") != 0 && interval_of(op) > 0) {
        mu_report_warning(verify->report, NULL, id,
                          "\"%.80s\": %s is not repeated, its interval should "
                          "be 0",
                          id, name);
    }
}

/* Two monitors with one interval would be one and the same. */
static void
op_twins_check(struct verify *verify, const struct mu_element *primitive,
               const struct mu_element *op)
{
    const char *id = mu_element_get(primitive, "id");
    const char *name = mu_element_get(op, "name");

    for (const struct mu_element *other = op->previous; other;
         other = other->previous) {
        const char *other_name =
            other->name ? mu_element_get(other, "name") : NULL;

        if (other_name && strcmp(name, other_name) == 0 &&
            interval_of(op) == interval_of(other)) {
            mu_report_warning(verify->report, NULL, id,
                              "\"%.80s\" has two operations %s with the same "
                              "interval: only one of them will run",
                              id, name);
        }
    }
}

static void
timeout_check(struct verify *verify, const struct mu_element *primitive,
              const struct mu_element *op, const struct mu_verify_agent *agent)
{
    const char *name = mu_element_get(op, "name");
    const char *timeout = mu_element_get(op, "timeout");
    const char *id = mu_element_get(primitive, "id");
    int64_t timeout_ms;
    int64_t advised_ms;

    for (size_t i = 0; i < agent->actions_count && timeout; i++) {
        const struct mu_verify_action *action = &agent->actions[i];

        if (strcmp(action->name, name) == 0 && action->timeout &&
            mu_text_parse_duration(timeout, &timeout_ms) == 0 &&
            mu_text_parse_duration(action->timeout, &advised_ms) == 0 &&
            timeout_ms < advised_ms) {
            mu_report_warning(verify->report, NULL, id,
                              "\"%.80s\": the timeout %s of %s is shorter than "
                              "the %s that its agent advises",
                              id, timeout, name, action->timeout);
            return;
        }
    }
}

static void
meta_check(struct verify *verify, const struct mu_element *object,
           enum mu_values_scope scope)
{
    const char *id = mu_element_get(object, "id");
    const struct mu_element *element = object->first;

    for (; element; element = element->next) {
        const struct mu_element *pair =
            mu_element_is(element, "nvpair")            ? element
            : mu_element_is(element, "meta_attributes") ? element->first
                                                        : NULL;

        for (; pair; pair = element == pair ? NULL : pair->next) {
            const char *name = pair->name ? mu_element_get(pair, "name") : NULL;
            const char *nearest;

            if (!name || mu_values_is_known(scope, name)) {
                continue;
            }
            nearest = mu_values_nearest(scope, name);
            mu_report_warning(verify->report, NULL, id,
                              "\"%.80s\": there is no option \"%.80s\"%s%s", id,
                              name, nearest ? "; probably " : "",
                              nearest ? nearest : "");
        }
    }
}

static void
constraint_check(struct verify *verify, const struct mu_element *constraint)
{
    static const char *const references[] = {"rsc", "with-rsc", "first",
                                             "then"};
    const char *id = mu_element_get(constraint, "id");
    const char *node = mu_element_get(constraint, "node");
    enum mu_kind kind = mu_kinds_of(constraint);
    size_t count = 0;
    const struct mu_element *set = constraint->first;

    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
        const char *reference = mu_element_get(constraint, references[i]);

        if (reference) {
            count++;
            member_check(verify, constraint, reference);
        }
    }
    for (; set; set = set->next) {
        const struct mu_element *member =
            mu_element_is(set, "resource_set") ? set->first : NULL;

        for (; member; member = member->next) {
            count += member->name != NULL;
        }
    }
    if (node) {
        node_check(verify, constraint, node);
    }
    if ((kind == MU_KIND_COLOCATION || kind == MU_KIND_ORDER) && count < 2) {
        mu_report_warning(verify->report, NULL, id,
                          "constraint \"%.80s\" names one resource only and "
                          "has no effect",
                          id);
    }
}

static void
member_check(struct verify *verify, const struct mu_element *constraint,
             const char *id)
{
    const struct mu_element *resource =
        mu_workspace_resource(&verify->workspace, id);
    const char *name = mu_element_get(constraint, "id");

    if (resource && mu_kinds_is_container(mu_kinds_of(resource->parent)) &&
        !mu_element_is(resource->parent, "bundle")) {
        mu_report_warning(verify->report, NULL, name,
                          "constraint \"%.80s\" names \"%.80s\", which is in "
                          "%s \"%.80s\": name that instead",
                          name, id, resource->parent->name,
                          mu_element_get(resource->parent, "id"));
    }
}

static void
node_check(struct verify *verify, const struct mu_element *object,
           const char *node)
{
    if (!is_node(verify, node)) {
        mu_report_warning(verify->report, NULL, mu_kinds_name_of(object),
                          "\"%.80s\" names node \"%.80s\", which is not "
                          "configured",
                          mu_kinds_name_of(object), node);
    }
}

/* A resource may bring a remote node of its name. */
static bool
is_node(const struct verify *verify, const char *name)
{
    const struct mu_element *object =
        mu_workspace_object(&verify->workspace, name);
    const struct mu_element *nodes =
        mu_workspace_section_find(&verify->workspace, "nodes");

    return (object && mu_kinds_is_resource(mu_kinds_of(object))) ||
           (nodes && mu_element_find_with(nodes, "node", "uname", name));
}

static void
fencing_check(struct verify *verify, const struct mu_element *topology)
{
    for (const struct mu_element *level = topology->first; level;
         level = level->next) {
        const char *target =
            level->name ? mu_element_get(level, "target") : NULL;
        const char *devices =
            level->name ? mu_element_get(level, "devices") : NULL;

        if (target) {
            node_check(verify, topology, target);
        }
        if (devices) {
            device_check(verify, devices);
        }
    }
}

static void
device_check(struct verify *verify, const char *devices)
{
    while (*devices) {
        size_t length = strcspn(devices, ",");
        const char *id = mu_arena_strndup(&verify->arena, devices, length);
        const struct mu_element *device =
            mu_workspace_resource(&verify->workspace, id);
        const char *class = device ? mu_element_get(device, "class") : NULL;
        const char *template =
            device ? mu_element_get(device, "template") : NULL;

        if (!device ||
            (!template && (!class || strcmp(class, "stonith") != 0))) {
            mu_report_warning(verify->report, NULL, "fencing_topology",
                              "fencing_topology names \"%.80s\", which is no "
                              "fencing device",
                              id);
        }
        devices += length + (devices[length] == ',');
    }
}

/* What is missing in the configuration as a whole. */
static void
cluster_check(struct verify *verify)
{
    struct mu_element *object = NULL;
    const struct mu_element *properties =
        mu_workspace_section_find(&verify->workspace, "crm_config");
    bool has_device = false;
    bool has_primitive = false;
    bool is_enabled = true;

    while ((object = mu_workspace_next(&verify->workspace, object))) {
        const char *class = mu_element_get(object, "class");

        has_primitive |= mu_kinds_of(object) == MU_KIND_PRIMITIVE;
        has_device |= class && strcmp(class, "stonith") == 0;
    }
    for (const struct mu_element *set = properties ? properties->first : NULL;
         set; set = set->next) {
        const struct mu_element *pair =
            mu_element_find_with(set, "nvpair", "name", "fencing-enabled");
        const char *value;

        if (!pair) {
            pair =
                mu_element_find_with(set, "nvpair", "name", "stonith-enabled");
        }
        value = pair ? mu_element_get(pair, "value") : NULL;

        if (value && mu_text_parse_bool(value, &is_enabled) < 0) {
            is_enabled = true; /* It is reported as a value. */
        }
    }
    if (!is_enabled) {
        mu_report_warning(verify->report, NULL, NULL,
                          "stonith-enabled is false: a node that is lost may "
                          "still run what is started elsewhere");
    } else if (has_primitive && !has_device) {
        mu_report_warning(verify->report, NULL, NULL,
                          "there is no fencing device: nothing starts until "
                          "there is one or stonith-enabled is false");
    }
}

/* Returns the interval of an operation; -1 when it is none. */
static int64_t
interval_of(const struct mu_element *op)
{
    const char *interval = mu_element_get(op, "interval");
    int64_t interval_ms = 0;

    if (interval && mu_text_parse_duration(interval, &interval_ms) < 0) {
        return -1;
    }
    return interval_ms;
}
