/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending: what operators set for a time is taken back when it is over.
 *
 * The coordinator looks for overrides whose time is over, and for intentions
 * (moves, restarts) that have come about or cannot, and proposes the
 * configuration without them as anybody would: it is stored, recorded and
 * refused like every other change. Which tool asked for the override, and
 * whether it still runs, does not matter; what one coordinator leaves undone,
 * the next one does. */

#include <string.h>

#include "base/text.h"
#include "core/core_private.h"
#include "core/runner.h"
#include "doc/doc.h"
#include "model/override.h"
#include "sched/intent.h"
#include "sched/sched.h"

/* Between two proposals: the first may be refused, by the disks of others. */
static const int64_t AGAIN_MS = 1000;
static const int64_t ANSWER_MS = 20000;

/* What of the configuration is over, and in which words. */
struct endings {
    struct mu_core *core;
    const struct mu_config *config;
    const char **ids; /* Of the elements to be removed. */
    uint32_t count;
    struct mu_text_buffer message;
};

static bool may_propose(const struct mu_core *core);
static void expired_find(struct endings *endings,
                         const struct mu_overrides *overrides);
static void intentions_find(struct endings *endings,
                            const struct mu_overrides *overrides);
static bool has_flight(const struct mu_core *core,
                       const struct mu_override *override);
static bool is_news(struct mu_core *core);
static void end_add(struct endings *endings, const struct mu_override *one,
                    const char *words);
static const char *subject_of(const struct endings *endings,
                              const struct mu_override *one);
static void propose(const struct endings *endings);

void
mu_ending_consider(struct mu_core *core)
{
    struct endings endings = {.core = core, .config = core->state.config};
    struct mu_overrides overrides;

    core->ending_due = MU_INSTANT_NEVER;
    if (!may_propose(core) ||
        (core->ending_config == core->state.config_index + 1 &&
         !core->has_endings)) {
        return;
    }
    overrides = mu_override_list(&core->scratch, core->state.config);
    core->ending_config = core->state.config_index + 1;
    core->has_endings = false;
    for (uint32_t i = 0; i < overrides.count; i++) {
        core->has_endings = core->has_endings || overrides.items[i].is_ours;
    }
    endings.ids =
        mu_arena_new(&core->scratch, const char *, overrides.count + 1);
    mu_text_buffer_init(&endings.message, &core->scratch);
    expired_find(&endings, &overrides);
    intentions_find(&endings, &overrides);
    if (endings.count == 0) {
        return;
    }
    if (!mu_instant_is_due(core->ending_hold, core->now)) {
        core->ending_due = core->ending_hold;
        core->ending_seen = 0;
        return;
    }
    propose(&endings);
}

/* A change needs a complete view, and comes after the one that is under
 * way. */
static bool
may_propose(const struct mu_core *core)
{
    const struct mu_state *state = &core->state;

    if (!state->config || !state->is_quorate || !state->is_complete ||
        state->proposal.is_present) {
        return false;
    }
    for (size_t i = 0; i < core->outbox.count; i++) {
        if (!core->outbox.items[i].is_done &&
            core->outbox.items[i].type == MU_MSG_CONFIG &&
            core->outbox.items[i].request == core->ending_request) {
            return false;
        }
    }
    return true;
}

static void
expired_find(struct endings *endings, const struct mu_overrides *overrides)
{
    struct mu_core *core = endings->core;

    for (uint32_t i = 0; i < overrides->count; i++) {
        const struct mu_override *one = &overrides->items[i];

        if (!one->is_ours) {
            continue;
        }
        if (one->until_ms <= core->wall_ms) {
            end_add(endings, one,
                    one->is_once ? "ends at its time, and has not come about"
                                 : "ends at its time");
        } else {
            core->ending_due = mu_instant_min(
                core->ending_due,
                mu_instant_after(core->now, one->until_ms - core->wall_ms));
        }
    }
}

/* An intention is judged by a plan of its own: the one that is being carried
 * out may be held up by something else that takes long. */
static void
intentions_find(struct endings *endings, const struct mu_overrides *overrides)
{
    struct mu_core *core = endings->core;
    const struct mu_snapshot *snapshot = NULL;
    const struct mu_plan *plan = NULL;
    bool is_idle = mu_core_is_idle(core);

    for (uint32_t i = 0; i < overrides->count; i++) {
        const struct mu_override *one = &overrides->items[i];

        if (!one->is_once || one->until_ms <= core->wall_ms ||
            has_flight(core, one)) {
            continue;
        }
        if (!plan) {
            if (!is_news(core)) {
                return;
            }
            snapshot =
                mu_core_make_snapshot(core, &core->scratch, core->wall_ms);
            plan = mu_sched_plan(&core->scratch, snapshot, 0);
        }
        if (mu_intent_is_met(one, snapshot, plan)) {
            end_add(endings, one,
                    one->kind == MU_OVERRIDE_RESTART
                        ? "is stopped and starts again"
                        : "is where it was to be");
        } else if (is_idle && mu_plan_is_empty(plan)) {
            end_add(endings, one,
                    "is given up: the cluster is at rest, and it has not come "
                    "about");
        }
    }
}

/* Tells whether something is still being done with the resource. */
static bool
has_flight(const struct mu_core *core, const struct mu_override *override)
{
    const struct mu_state *state = &core->state;

    for (uint32_t i = 0; i < state->flights_count; i++) {
        if (mu_apply_belongs_to(state->config, state->flights[i].resource,
                                override->resource)) {
            return true;
        }
    }
    return false;
}

/* Tells whether anything has happened since the last judgement. */
static bool
is_news(struct mu_core *core)
{
    const struct mu_state *state = &core->state;
    uint64_t seen = state->version * 31 + (uint64_t)state->next_call_id * 17 +
                    state->plan_number * 5 + (state->flights_count << 1) +
                    (mu_core_is_idle(core) ? 1 : 0) + 1;

    if (seen == core->ending_seen) {
        return false;
    }
    core->ending_seen = seen;
    return true;
}

static void
end_add(struct endings *endings, const struct mu_override *one,
        const char *words)
{
    endings->ids[endings->count++] = one->id;
    mu_text_buffer_add(&endings->message, "%s%s %s",
                       endings->message.length > 0 ? "; " : "",
                       subject_of(endings, one), words);
}

/* "move of web to node2", "maintenance of the cluster" */
static const char *
subject_of(const struct endings *endings, const struct mu_override *one)
{
    struct mu_arena *arena = &endings->core->scratch;
    const char *word = mu_override_word(one->kind);
    const char *resource = one->resource == MU_CONFIG_NONE
                               ? NULL
                               : endings->config->resources[one->resource].id;
    const char *node = one->node ? one->node : "the cluster";

    if (!resource) {
        return mu_text_make(arena, "%s of %s", word, node);
    }
    if (!one->node) {
        return mu_text_make(arena, "%s of %s", word, resource);
    }
    return mu_text_make(arena, "%s of %s %s %s", word, resource,
                        one->kind == MU_OVERRIDE_BAN ? "from" : "to", node);
}

static void
propose(const struct endings *endings)
{
    struct mu_core *core = endings->core;
    const struct mu_state *state = &core->state;
    struct mu_body_config config = {.request = --core->ending_request,
                                    .base_revision = "",
                                    .user = "musterd",
                                    .program = "musterd",
                                    .message = endings->message.data,
                                    .objects_count = endings->count};
    struct mu_text_buffer text;
    struct mu_core_owed *owed;
    struct mu_doc *doc;

    if (endings->message.length > MU_CHANGE_TEXT_SIZE_MAX / 2) {
        config.message = mu_text_make(&core->scratch, "%u overrides are over",
                                      endings->count);
    }
    if (mu_doc_parse(state->config_xml, &doc, NULL) < 0) {
        return; /* It is in force, so it has been read before. */
    }
    for (uint32_t i = 0; i < endings->count; i++) {
        const struct mu_doc_element *element =
            mu_doc_find(mu_doc_root(doc), endings->ids[i]);

        if (element) {
            mu_doc_remove(mu_doc_edit(doc, element));
        }
    }
    mu_text_buffer_init(&text, &core->scratch);
    mu_doc_write_pretty(mu_doc_root(doc), 1, &text);
    mu_doc_free(doc);
    config.xml =
        (struct mu_span){(const unsigned char *)text.data, text.length};
    config.base_revision = mu_text_make(&core->scratch, "%lld.%lld",
                                        (long long)state->admin_epoch,
                                        (long long)state->config_epoch);
    owed = mu_transfer_owe(
        core, MU_MSG_CONFIG, MU_LANE_CONFIG,
        mu_body_encode(&core->scratch, mu_body_config, &config));
    owed->request = config.request;
    owed->is_request = true;
    owed->deadline = mu_instant_after(core->now, ANSWER_MS);
    core->ending_hold = mu_instant_after(core->now, AGAIN_MS);
}
