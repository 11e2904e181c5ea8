/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include "cts/sim/sim_config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cts/sim/sim.h"

enum { COUNT = MU_SIM_PRIMITIVES_MAX };

static const char *const policies[] = {"stop", "stop",   "stop",
                                       "stop", "freeze", "demote"};

static int64_t
draw(struct mu_sim *sim, int64_t low, int64_t high)
{
    return mu_sim_world_draw(&sim->configs.prng, low, high);
}

static bool
chance(struct mu_sim *sim, uint32_t per_thousand)
{
    return mu_sim_world_chance(&sim->configs.prng, per_thousand);
}

static bool
is_plain(const struct mu_sim_primitive *primitive)
{
    return primitive->exists && !primitive->group && !primitive->clones;
}

/* Draws a new primitive 'index'. It refers only to plain ones before it, so
 * that nothing can go round in a circle. */
static void
draw_primitive(struct mu_sim *sim, uint32_t index)
{
    struct mu_sim_wishes *wishes = &sim->configs.wishes;
    struct mu_sim_primitive *self = &wishes->primitives[index];
    struct mu_prng *prng = &sim->configs.clone_prng;
    static const int32_t monitors[] = {0, 5, 10, 10, 20};

    *self = (struct mu_sim_primitive){
        .exists = true,
        .monitor_s = monitors[draw(sim, 0, 4)],
        .params = (uint32_t)draw(sim, 1, 3),
        .after = index,
        .with = index,
        .near = index,
        .is_sticky = chance(sim, 300),
    };
    if (sim->configs.has_clones && mu_sim_world_chance(prng, 300)) {
        self->clones =
            (uint32_t)mu_sim_world_draw(prng, 1, sim->options.nodes_count);
        if (mu_sim_world_chance(prng, 600)) {
            self->promoted =
                (uint32_t)mu_sim_world_draw(prng, 1, sim->options.nodes_count);
        }
        return;
    }
    if (chance(sim, 300)) {
        self->group = (uint32_t)draw(sim, 1, MU_SIM_GROUPS_MAX);
        return;
    }
    for (uint32_t other = 0; other < index; other++) {
        if (!is_plain(&wishes->primitives[other])) {
            continue;
        }
        self->after = chance(sim, 100) ? other : self->after;
        self->with = chance(sim, 100) ? other : self->with;
        self->near = chance(sim, 100) ? other : self->near;
    }
    if (self->with == index && chance(sim, 400)) {
        self->node = (uint32_t)draw(sim, 1, sim->options.nodes_count);
        self->score = (int32_t)draw(sim, 0, 200);
    }
}

static void
write_option(struct mu_text_buffer *text, const char *name, const char *value)
{
    mu_text_buffer_add(text, "<nvpair id=\"opt-%s\" name=\"%s\" value=\"%s\"/>",
                       name, name, value);
}

static void
write_number(struct mu_text_buffer *text, const char *name, int64_t number)
{
    mu_text_buffer_add(
        text, "<nvpair id=\"opt-%s\" name=\"%s\" value=\"%" PRId64 "\"/>", name,
        name, number);
}

static void
write_options(struct mu_sim *sim, struct mu_text_buffer *text)
{
    const struct mu_sim_wishes *wishes = &sim->configs.wishes;

    mu_text_buffer_add(text,
                       "<crm_config><cluster_property_set id=\"options\">");
    write_number(text, "sim-version", sim->configs.versions_count);
    write_option(text, "no-quorum-policy", wishes->policy);
    write_option(text, "stonith-enabled",
                 wishes->has_fencing ? "true" : "false");
    write_option(text, "stonith-action", wishes->fence_action);
    write_option(text, "stonith-timeout", "20s");
    if (wishes->is_serial) {
        write_option(text, "concurrent-fencing", "false");
    }
    if (wishes->batch_limit) {
        write_number(text, "batch-limit", wishes->batch_limit);
    }
    if (sim->configs.has_locks) {
        write_option(text, "shutdown-lock", "true");
        write_number(text, "shutdown-lock-limit", sim->configs.lock_limit_s);
    }
    mu_text_buffer_add(text, "</cluster_property_set></crm_config>");
}

static void
write_nodes(struct mu_sim *sim, struct mu_text_buffer *text)
{
    mu_text_buffer_add(text, "<nodes>");
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        mu_text_buffer_add(text, "<node id=\"%" PRIu32 "\" uname=\"%s\">", node,
                           sim->nodes[node].name);
        if (sim->configs.wishes.standby == node) {
            mu_text_buffer_add(
                text,
                "<instance_attributes id=\"node-%" PRIu32 "\"><nvpair "
                "id=\"standby-%" PRIu32 "\" name=\"standby\" value=\"on\"/>"
                "</instance_attributes>",
                node, node);
        }
        mu_text_buffer_add(text, "</node>");
    }
    mu_text_buffer_add(text, "</nodes>");
}

static void
write_op(struct mu_text_buffer *text, const char *id, const char *name,
         const char *interval, int32_t timeout_s)
{
    mu_text_buffer_add(text,
                       "<op id=\"%s-%s\" name=\"%s\" interval=\"%s\" "
                       "timeout=\"%" PRId32 "s\"/>",
                       id, name, name, interval, timeout_s);
}

static void
write_primitive(struct mu_sim *sim, struct mu_text_buffer *text, uint32_t index)
{
    const struct mu_sim_wishes *wishes = &sim->configs.wishes;
    const struct mu_sim_primitive *self = &wishes->primitives[index];
    char id[16];
    char interval[16];

    (void)mu_text_format(id, sizeof(id), "p%" PRIu32, index);
    if (self->clones) {
        mu_text_buffer_add(text,
                           "<clone id=\"c%" PRIu32 "\"><meta_attributes "
                           "id=\"c%" PRIu32 "-meta\"><nvpair id=\"c%" PRIu32
                           "-max\" name=\"clone-max\" value=\"%" PRIu32
                           "\"/><nvpair id=\"c%" PRIu32
                           "-promotable\" name=\"promotable\" "
                           "value=\"%s\"/></meta_attributes>",
                           index, index, index, self->clones, index,
                           self->promoted ? "true" : "false");
    }
    mu_text_buffer_add(text,
                       "<primitive id=\"%s\" class=\"ocf\" "
                       "provider=\"sim\" type=\"Work\">"
                       "<instance_attributes id=\"%s-params\"><nvpair "
                       "id=\"%s-value\" name=\"value\" value=\"%" PRIu32
                       "\"/></instance_attributes>",
                       id, id, id, self->params);
    mu_text_buffer_add(text, "<meta_attributes id=\"%s-meta\">", id);
    if (self->is_stopped) {
        mu_text_buffer_add(text,
                           "<nvpair id=\"%s-role\" name=\"target-role\" "
                           "value=\"Stopped\"/>",
                           id);
    }
    if (self->is_sticky) {
        mu_text_buffer_add(text,
                           "<nvpair id=\"%s-sticky\" name=\""
                           "resource-stickiness\" value=\"100\"/>",
                           id);
    }
    mu_text_buffer_add(text, "</meta_attributes><operations>");
    write_op(text, id, "start", "0", wishes->timeout_s);
    write_op(text, id, "stop", "0", wishes->timeout_s);
    if (self->monitor_s) {
        (void)mu_text_format(interval, sizeof(interval), "%" PRId32 "s",
                             self->monitor_s);
        write_op(text, id, "monitor", interval, wishes->timeout_s);
    }
    if (self->monitor_s && self->promoted) {
        mu_text_buffer_add(text,
                           "<op id=\"%s-promoted\" name=\"monitor\" "
                           "interval=\"%" PRId32 "s\" role=\"Promoted\"/>",
                           id, self->monitor_s + 1);
    }
    mu_text_buffer_add(text, "</operations></primitive>%s",
                       self->clones ? "</clone>" : "");
}

static void
write_device(struct mu_sim *sim, struct mu_text_buffer *text, uint32_t node)
{
    char id[16];

    (void)mu_text_format(id, sizeof(id), node ? "fence%" PRIu32 : "fence",
                         node);
    mu_text_buffer_add(text,
                       "<primitive id=\"%s\" class=\"stonith\" "
                       "type=\"fence_sim\"><instance_attributes "
                       "id=\"%s-params\"><nvpair id=\"%s-hosts\" "
                       "name=\"pcmk_host_list\" value=\"",
                       id, id, id);
    for (uint32_t other = 1; other <= sim->options.nodes_count; other++) {
        if (!node || node == other) {
            mu_text_buffer_add(text, "%s ", sim->nodes[other].name);
        }
    }
    mu_text_buffer_add(text, "\"/></instance_attributes></primitive>");
}

static void
write_resources(struct mu_sim *sim, struct mu_text_buffer *text)
{
    const struct mu_sim_wishes *wishes = &sim->configs.wishes;

    mu_text_buffer_add(text, "<resources>");
    for (uint32_t group = 1; group <= MU_SIM_GROUPS_MAX; group++) {
        bool is_open = false;

        for (uint32_t i = 0; i < COUNT; i++) {
            const struct mu_sim_primitive *self = &wishes->primitives[i];

            if (!self->exists || self->group != group) {
                continue;
            }
            if (!is_open) {
                mu_text_buffer_add(text, "<group id=\"g%" PRIu32 "\">", group);
                is_open = true;
            }
            write_primitive(sim, text, i);
        }
        mu_text_buffer_add(text, "%s", is_open ? "</group>" : "");
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        if (wishes->primitives[i].exists && !wishes->primitives[i].group) {
            write_primitive(sim, text, i);
        }
    }
    if (wishes->has_fencing && !wishes->has_own_devices) {
        write_device(sim, text, 0);
    }
    for (uint32_t node = 1; wishes->has_fencing && wishes->has_own_devices &&
                            node <= sim->options.nodes_count;
         node++) {
        write_device(sim, text, node);
    }
    mu_text_buffer_add(text, "</resources>");
}

/* Every node may have the promoted instance, some rather than others: where the
 * best one is lost, another takes over. */
static void
write_promotion(struct mu_sim *sim, struct mu_text_buffer *text, uint32_t index)
{
    uint32_t nodes_count = sim->options.nodes_count;
    uint32_t best = sim->configs.wishes.primitives[index].promoted;

    for (uint32_t node = 1; best && node <= nodes_count; node++) {
        mu_text_buffer_add(
            text,
            "<rsc_location id=\"promoted%" PRIu32 "-%" PRIu32
            "\" rsc=\"c%" PRIu32
            "\" role=\"Promoted\" node=\"%s\" score=\"%" PRIu32 "\"/>",
            index, node, index, sim->nodes[node].name,
            1 + (node + nodes_count - best) % nodes_count);
    }
}

/* A move or a ban as muster(8) makes them: it ends at a time, a move perhaps as
 * soon as it has come about. */
static void
write_override(struct mu_sim *sim, struct mu_text_buffer *text)
{
    struct mu_prng *prng = &sim->configs.override_prng;
    uint32_t index = (uint32_t)mu_sim_world_draw(prng, 0, COUNT - 1);
    uint32_t node =
        (uint32_t)mu_sim_world_draw(prng, 1, sim->options.nodes_count);
    bool is_ban =
        sim->options.nodes_count > 1 && mu_sim_world_chance(prng, 400);
    bool is_once = !is_ban && mu_sim_world_chance(prng, 500);
    time_t end_s = (time_t)(mu_sim_node_wall_ms(sim, 0) / 1000 +
                            mu_sim_world_draw(prng, 3, 60));
    struct tm end;
    char when[32];

    if (!is_plain(&sim->configs.wishes.primitives[index]) ||
        !gmtime_r(&end_s, &end) ||
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%SZ", &end) == 0) {
        return;
    }
    mu_text_buffer_add(
        text,
        "<rsc_location id=\"cli-%s-p%" PRIu32 "\" rsc=\"p%" PRIu32
        "\" role=\"Started\"><rule id=\"cli-%s-%s-p%" PRIu32
        "\" score=\"%sINFINITY\" boolean-op=\"and\">"
        "<expression id=\"cli-expr-p%" PRIu32
        "\" attribute=\"#uname\" operation=\"eq\" value=\"n%" PRIu32 "\"/>"
        "<date_expression id=\"cli-end-p%" PRIu32
        "\" operation=\"lt\" end=\"%s\"/></rule></rsc_location>",
        is_ban ? "ban" : "prefer", index, index, is_ban ? "ban" : "prefer",
        is_once ? "once" : "rule", index, is_ban ? "-" : "", index, node,
        index, when);
}

static void
write_constraints(struct mu_sim *sim, struct mu_text_buffer *text)
{
    const struct mu_sim_wishes *wishes = &sim->configs.wishes;

    mu_text_buffer_add(text, "<constraints>");
    for (uint32_t i = 0; i < COUNT; i++) {
        const struct mu_sim_primitive *self = &wishes->primitives[i];

        if (self->exists) {
            write_promotion(sim, text, i);
        }
        if (!is_plain(self)) {
            continue;
        }
        if (self->node) {
            mu_text_buffer_add(text,
                               "<rsc_location id=\"loc%" PRIu32
                               "\" rsc=\"p%" PRIu32
                               "\" node=\"%s\" score=\"%" PRId32 "\"/>",
                               i, i, sim->nodes[self->node].name, self->score);
        }
        if (self->after != i) {
            mu_text_buffer_add(text,
                               "<rsc_order id=\"ord%" PRIu32
                               "\" first=\"p%" PRIu32 "\" then=\"p%" PRIu32
                               "\" kind=\"Mandatory\"/>",
                               i, self->after, i);
        }
        if (self->with != i) {
            mu_text_buffer_add(text,
                               "<rsc_colocation id=\"with%" PRIu32
                               "\" rsc=\"p%" PRIu32 "\" with-rsc=\"p%" PRIu32
                               "\" score=\"INFINITY\"/>",
                               i, i, self->with);
        }
        if (self->near != i && self->near != self->with) {
            mu_text_buffer_add(text,
                               "<rsc_colocation id=\"near%" PRIu32
                               "\" rsc=\"p%" PRIu32 "\" with-rsc=\"p%" PRIu32
                               "\" score=\"-50\"/>",
                               i, i, self->near);
        }
    }
    if (sim->configs.has_overrides && sim->configs.versions_count > 1 &&
        mu_sim_world_chance(&sim->configs.override_prng, 600)) {
        write_override(sim, text);
    }
    mu_text_buffer_add(text, "</constraints>");
}

static void
write_defaults(const struct mu_sim_wishes *wishes, struct mu_text_buffer *text)
{
    mu_text_buffer_add(text, "<rsc_defaults><meta_attributes id=\"defaults\">");
    if (wishes->threshold) {
        write_number(text, "migration-threshold", wishes->threshold);
    }
    if (wishes->failure_timeout_s) {
        write_number(text, "failure-timeout", wishes->failure_timeout_s);
    }
    mu_text_buffer_add(text, "</meta_attributes></rsc_defaults>");
}

/* A primitive that waits for one that is stopped will not run either. A member
 * of a group waits for those before it, which have lower numbers. */
static uint64_t
wanted_mask(const struct mu_sim_wishes *wishes)
{
    uint64_t mask = 0;
    bool is_cut[MU_SIM_GROUPS_MAX + 1] = {false};

    for (uint32_t i = 0; i < COUNT; i++) {
        const struct mu_sim_primitive *self = &wishes->primitives[i];
        bool runs = self->exists && !self->is_stopped;

        if (self->exists && !self->group && !self->clones) {
            runs = runs && (self->after == i || (mask >> self->after & 1)) &&
                   (self->with == i || (mask >> self->with & 1));
        }
        if (self->exists && self->group) {
            is_cut[self->group] |= self->is_stopped;
            runs = !is_cut[self->group];
        }
        mask |= runs ? UINT64_C(1) << i : 0;
    }
    return mask;
}

static uint32_t
add_version(struct mu_sim *sim)
{
    struct mu_sim_configs *configs = &sim->configs;
    struct mu_sim_version *version;
    struct mu_text_buffer text;

    if (configs->versions_count == MU_SIM_VERSIONS_MAX) {
        return 0;
    }
    version = &configs->versions[configs->versions_count++];
    mu_text_buffer_init(&text, &sim->world.arena);
    mu_text_buffer_add(&text, "<configuration>");
    write_options(sim, &text);
    write_nodes(sim, &text);
    write_resources(sim, &text);
    write_constraints(sim, &text);
    write_defaults(&configs->wishes, &text);
    mu_text_buffer_add(&text, "</configuration>");
    version->xml.data = (const unsigned char *)text.data;
    version->xml.size = text.length;
    version->wanted_mask = wanted_mask(&configs->wishes);
    version->wishes = configs->wishes;
    return configs->versions_count;
}

void
mu_sim_config_init(struct mu_sim *sim)
{
    struct mu_sim_wishes *wishes = &sim->configs.wishes;
    uint32_t count = (uint32_t)draw(sim, 2, COUNT);

    wishes->policy = policies[draw(sim, 0, 5)];
    wishes->has_fencing = chance(sim, 900);
    wishes->has_own_devices = chance(sim, 500);
    wishes->is_serial = chance(sim, 200);
    wishes->fence_action = chance(sim, 800) ? "reboot" : "off";
    wishes->timeout_s = (int32_t)draw(sim, 5, 20);
    wishes->batch_limit = chance(sim, 200) ? (int32_t)draw(sim, 1, 4) : 0;
    wishes->threshold = chance(sim, 300) ? (int32_t)draw(sim, 1, 3) : 0;
    wishes->failure_timeout_s =
        chance(sim, 300) ? (int32_t)draw(sim, 10, 60) : 0;
    for (uint32_t i = 0; i < count; i++) {
        draw_primitive(sim, i);
    }
    mu_prng_init(&sim->configs.override_prng, sim->options.seed ^ 0x6f766572);
    mu_prng_init(&sim->configs.clone_prng, sim->options.seed ^ 0x636c6f6e);
    sim->configs.has_clones =
        mu_sim_world_chance(&sim->configs.clone_prng, 400);
    sim->configs.has_overrides =
        mu_sim_world_chance(&sim->configs.override_prng, 400);
    sim->configs.has_locks =
        mu_sim_world_chance(&sim->configs.override_prng, 300);
    sim->configs.lock_limit_s =
        mu_sim_world_chance(&sim->configs.override_prng, 500)
            ? 0
            : (int32_t)mu_sim_world_draw(&sim->configs.override_prng, 5, 60);
    (void)add_version(sim);
}

/* Who refers to 'index'? Nothing may refer to what is not there. */
static void
forget_references(struct mu_sim_wishes *wishes, uint32_t index)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        struct mu_sim_primitive *other = &wishes->primitives[i];

        other->after = other->after == index ? i : other->after;
        other->with = other->with == index ? i : other->with;
        other->near = other->near == index ? i : other->near;
    }
}

static void
change_once(struct mu_sim *sim)
{
    struct mu_sim_wishes *wishes = &sim->configs.wishes;
    uint32_t index = (uint32_t)draw(sim, 0, COUNT - 1);
    struct mu_sim_primitive *self = &wishes->primitives[index];

    if (!self->exists) {
        draw_primitive(sim, index);
        return;
    }
    switch (draw(sim, 0, 5)) {
    case 0:
        forget_references(wishes, index);
        self->exists = false;
        break;
    case 1:
        self->is_stopped = !self->is_stopped;
        break;
    case 2:
        self->params++;
        break;
    case 3:
        self->node = (uint32_t)draw(sim, 0, sim->options.nodes_count);
        self->score = (int32_t)draw(sim, 0, 200);
        break;
    case 4:
        wishes->standby =
            wishes->standby || sim->options.nodes_count == 1
                ? 0
                : (uint32_t)draw(sim, 1, sim->options.nodes_count);
        break;
    default:
        wishes->batch_limit = wishes->batch_limit ? 0 : 3;
        break;
    }
}

uint32_t
mu_sim_config_change(struct mu_sim *sim)
{
    int64_t times = draw(sim, 1, 2);

    for (int64_t i = 0; i < times; i++) {
        change_once(sim);
    }
    return add_version(sim);
}

uint32_t
mu_sim_config_recognise(const struct mu_sim *sim, struct mu_span xml)
{
    static const char key[] = "name=\"sim-version\" value=\"";
    const char *at;
    unsigned long number;

    if (xml.size == 0) {
        return 0;
    }
    at = memmem(xml.data, xml.size, key, sizeof(key) - 1);
    if (!at) {
        return 0;
    }
    number = strtoul(at + sizeof(key) - 1, NULL, 10);
    return number <= sim->configs.versions_count ? (uint32_t)number : 0;
}

/* The primitive behind a name that agents know, or COUNT. */
static uint32_t
primitive_of(const struct mu_sim *sim, uint32_t resource)
{
    const char *name = sim->agents.names[resource];
    unsigned long index;

    if (name[0] != 'p') {
        return COUNT;
    }
    index = strtoul(name + 1, NULL, 10);
    return index < COUNT ? (uint32_t)index : COUNT;
}

bool
mu_sim_config_is_monitored(const struct mu_sim *sim, uint32_t resource)
{
    uint32_t index = primitive_of(sim, resource);

    for (uint32_t i = 0; index < COUNT && i < sim->configs.versions_count;
         i++) {
        const struct mu_sim_primitive *self =
            &sim->configs.versions[i].wishes.primitives[index];

        if (self->exists && !self->monitor_s) {
            return false;
        }
    }
    return index < COUNT;
}

uint32_t
mu_sim_config_instances_max(const struct mu_sim *sim, uint32_t resource)
{
    uint32_t index = primitive_of(sim, resource);
    uint32_t most =
        index < COUNT || sim->configs.versions_count == 0 ? 1 : UINT32_MAX;

    for (uint32_t i = 0; index < COUNT && i < sim->configs.versions_count;
         i++) {
        const struct mu_sim_primitive *self =
            &sim->configs.versions[i].wishes.primitives[index];

        most = self->clones > most ? self->clones : most;
    }
    return most;
}
