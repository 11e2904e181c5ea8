/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_node.h"

#include <inttypes.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/text.h"
#include "cts/sim/sim.h"

enum {
    WALL_START_S = 1790000000,
    SAME_TIME_STEPS_MAX = 20000, /* More of them at one time: it spins. */
    RECONNECT_US = 100000,
    FLUSH_US = 5000,
};

static void on_boot(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_connect(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_timer(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_rejoin(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_flush(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_restart(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_corosync(struct mu_sim *sim, const struct mu_sim_event *event);
static void on_watchdog(struct mu_sim *sim, const struct mu_sim_event *event);

static int64_t
clock_ms(const struct mu_sim *sim, uint32_t node)
{
    return (sim->world.now_us - sim->nodes[node].booted_us) / 1000 + 5000;
}

int64_t
mu_sim_node_wall_ms(const struct mu_sim *sim, uint32_t node)
{
    return (int64_t)WALL_START_S * 1000 + sim->world.now_us / 1000 +
           sim->nodes[node].wall_skew_ms;
}

bool
mu_sim_node_is_active(const struct mu_sim *sim, uint32_t node)
{
    const struct mu_core *core = sim->nodes[node].core;

    return core && mu_core_get_phase(core) == MU_CORE_ACTIVE;
}

void
mu_sim_node_note_ring(struct mu_sim *sim, uint32_t node, uint64_t number)
{
    struct mu_sim_node *self = &sim->nodes[node];

    if (self->rings_count == MU_SIM_RINGS_MAX) {
        self->rings_count--;
        memmove(self->rings, self->rings + 1,
                self->rings_count * sizeof(self->rings[0]));
        memmove(self->rings_us, self->rings_us + 1,
                self->rings_count * sizeof(self->rings_us[0]));
    }
    self->rings[self->rings_count] = number;
    self->rings_us[self->rings_count++] = sim->world.now_us;
}

static void
later(struct mu_sim *sim, uint32_t node, int64_t delay_us,
      mu_sim_handler *handler)
{
    mu_sim_world_after(&sim->world, delay_us,
                       (struct mu_sim_event){
                           .handler = handler,
                           .node = node,
                           .tag = sim->nodes[node].generation,
                       });
}

void
mu_sim_node_power_on(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];

    if (self->is_powered) {
        return;
    }
    self->is_powered = true;
    self->boots_count++;
    self->booted_us = sim->world.now_us;
    self->is_ended = false;
    (void)mu_text_format(self->boot_id, sizeof(self->boot_id),
                         "boot-%" PRIu32 "-%" PRIu64, node, self->boots_count);
    mu_sim_story_tell(sim, node, "boots (%s)", self->boot_id);
    self->generation++;
    self->pid = 500; /* W15: the next boot will use the same. */
    mu_sim_ring_start(sim, node);
    later(sim, node, mu_sim_world_draw_wide(&sim->prng, 1000, 400000), on_boot);
}

static void
forget_daemon(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];

    mu_core_free(self->core);
    self->core = NULL;
    self->generation++;
    self->is_frozen = false;
    self->inbox = NULL;
    self->effects_left = -1;
    self->timer_at_us = -1;
    self->is_flush_due = false;
    self->has_ring = false;
    self->ring = (struct mu_ring_id_tag){0, 0};
    self->inquorate_us = -1;
    memset(self->lanes, 0, sizeof(self->lanes));
    mu_check_live_lost(sim);
    mu_sim_disk_crash(sim, node);
    mu_sim_client_lost(sim, node);
}

void
mu_sim_node_power_off(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];

    if (!self->is_powered) {
        return;
    }
    self->is_powered = false;
    mu_sim_ring_stop(sim, node, true);
    mu_sim_agent_power_lost(sim, node);
    forget_daemon(sim, node);
}

static void
on_boot(struct mu_sim *sim, const struct mu_sim_event *event)
{
    if (sim->nodes[event->node].generation == event->tag) {
        mu_sim_node_start(sim, event->node);
    }
}

void
mu_sim_node_start(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];
    struct mu_event event = {.type = MU_EVENT_BOOT};
    struct mu_node_id_name *nodelist;

    if (self->core || !self->is_powered) {
        return;
    }
    self->is_ended = false;
    self->generation++;
    self->pid++;
    self->core = mu_core_new();
    self->now_ms = 0;
    self->is_watchdog_fed = true;
    self->heard_us = sim->world.now_us;
    self->inquorate_us = -1;
    nodelist = mu_arena_new(&sim->world.arena, struct mu_node_id_name,
                            sim->options.nodes_count);
    for (uint32_t i = 0; i < sim->options.nodes_count; i++) {
        nodelist[i].id = i + 1;
        nodelist[i].name = sim->nodes[i + 1].name;
    }
    event.boot.node_id = node;
    event.boot.boot_id = self->boot_id;
    event.boot.incarnation = self->generation << 8 | node;
    event.boot.nodelist = nodelist;
    event.boot.nodelist_count = sim->options.nodes_count;
    event.boot.cluster_name = "sim";
    event.boot.watchdog_ms = sim->options.watchdog_ms;
    mu_sim_disk_load(sim, node, &event.boot);
    mu_sim_story_tell(sim, node, "daemon starts, pid %" PRIu32 "%s", self->pid,
                      event.boot.is_damaged ? ", disk damaged" : "");
    mu_sim_node_push(sim, node, &event);
    later(sim, node, mu_sim_world_draw_wide(&sim->prng, 1000, 50000),
          on_connect);
}

static void
on_connect(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_node *self = &sim->nodes[event->node];
    const struct mu_sim_corosync *corosync = &sim->ring.nodes[event->node];

    if (self->generation != event->tag || !self->core) {
        return;
    }
    if (!corosync->is_up || corosync->pid || self->is_frozen) {
        later(sim, event->node, RECONNECT_US, on_connect);
        return;
    }
    mu_sim_ring_join(sim, event->node, self->pid);
}

void
mu_sim_node_kill(struct mu_sim *sim, uint32_t node)
{
    if (!sim->nodes[node].core) {
        return;
    }
    mu_sim_story_tell(sim, node, "daemon is killed");
    mu_sim_ring_client_died(sim, node);
    mu_sim_agent_orphan(sim, node);
    forget_daemon(sim, node);
    /* systemd starts it again. */
    later(sim, node, mu_sim_world_draw_wide(&sim->prng, 50000, 4000000),
          on_restart);
}

static void
on_restart(struct mu_sim *sim, const struct mu_sim_event *event)
{
    if (sim->nodes[event->node].generation == event->tag) {
        mu_sim_node_start(sim, event->node);
    }
}

void
mu_sim_node_freeze(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];

    if (self->core && !self->is_frozen) {
        mu_sim_story_tell(sim, node, "daemon freezes");
        self->is_frozen = true;
        self->inbox = NULL;
        self->inbox_tail = &self->inbox;
    }
}

void
mu_sim_node_lost_corosync(struct mu_sim *sim, uint32_t node)
{
    mu_sim_world_after(
        &sim->world, mu_sim_world_draw_wide(&sim->prng, 200000, 6000000),
        (struct mu_sim_event){.handler = on_corosync,
                              .node = node,
                              .tag = sim->nodes[node].boots_count});
}

static void
on_corosync(struct mu_sim *sim, const struct mu_sim_event *event)
{
    const struct mu_sim_node *self = &sim->nodes[event->node];

    if (self->is_powered && self->boots_count == event->tag &&
        !sim->ring.nodes[event->node].is_up) {
        mu_sim_story_tell(sim, event->node, "corosync starts");
        mu_sim_ring_start(sim, event->node);
    }
}

static void
flush(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];

    for (uint32_t lane = 0; lane < MU_SIM_LANES; lane++) {
        while (self->lanes[lane]) {
            struct mu_sim_send *send = self->lanes[lane];

            if ((send->ring.node != self->ring.node ||
                 send->ring.seq != self->ring.seq) ||
                mu_sim_ring_send(sim, node, send->bytes)) {
                self->lanes[lane] = send->next;
                continue;
            }
            if (!self->is_flush_due) {
                self->is_flush_due = true;
                later(sim, node, FLUSH_US, on_flush);
            }
            return;
        }
    }
}

static void
on_flush(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_node *self = &sim->nodes[event->node];

    if (self->generation != event->tag) {
        return;
    }
    self->is_flush_due = false;
    if (self->is_frozen) {
        later(sim, event->node, FLUSH_US * 10, on_flush);
        self->is_flush_due = true;
        return;
    }
    flush(sim, event->node);
}

static void
perform_send(struct mu_sim *sim, uint32_t node,
             const struct mu_effect_send *effect)
{
    struct mu_sim_node *self = &sim->nodes[node];
    struct mu_sim_send *send =
        mu_arena_new(&sim->world.arena, struct mu_sim_send, 1);
    struct mu_sim_send **tail = &self->lanes[effect->lane];

    if (effect->bytes.size > MU_MESSAGE_SIZE_MAX) {
        mu_sim_fail(sim, "n%" PRIu32 " sends a message of %zu bytes", node,
                    effect->bytes.size);
    }
    mu_sim_story_mix_bytes(&sim->story, effect->bytes);
    send->ring = effect->ring;
    send->bytes.size = effect->bytes.size;
    send->bytes.data = mu_arena_copy(&sim->world.arena, effect->bytes.data,
                                     effect->bytes.size);
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = send;
}

static void
on_rejoin(struct mu_sim *sim, const struct mu_sim_event *event)
{
    static const struct mu_event lost = {.type = MU_EVENT_RING_LOST};

    if (sim->nodes[event->node].generation == event->tag &&
        sim->ring.nodes[event->node].pid != 0) {
        mu_sim_ring_leave(sim, event->node);
        mu_sim_node_push(sim, event->node, &lost);
    }
}

static void
perform_watchdog(struct mu_sim *sim, uint32_t node, bool is_fed)
{
    struct mu_sim_node *self = &sim->nodes[node];

    if (self->is_watchdog_fed && !is_fed) {
        self->starved_us = sim->world.now_us;
        if (sim->options.watchdog_ms > 0) {
            mu_sim_story_tell(sim, node, "stops feeding the watchdog");
            mu_sim_world_after(
                &sim->world, sim->options.watchdog_ms * 1000,
                (struct mu_sim_event){.handler = on_watchdog,
                                      .node = node,
                                      .tag = (uint64_t)self->starved_us,
                                      .data = self->core});
        }
    }
    self->is_watchdog_fed = is_fed;
}

static void
on_watchdog(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_node *self = &sim->nodes[event->node];

    if (self->is_powered && self->core == event->data &&
        !self->is_watchdog_fed && (uint64_t)self->starved_us == event->tag) {
        mu_sim_story_tell(sim, event->node, "is reset by its watchdog");
        mu_sim_node_power_off(sim, event->node);
        mu_sim_node_power_on(sim, event->node);
    }
}

static void
perform_exit(struct mu_sim *sim, uint32_t node, int exit_code)
{
    struct mu_sim_node *self = &sim->nodes[node];

    mu_sim_story_tell(sim, node, "daemon exits with %d", exit_code);
    mu_sim_ring_leave(sim, node);
    mu_sim_agent_orphan(sim, node);
    forget_daemon(sim, node);
    self->is_ended = exit_code == 0;
    if (exit_code != 0) {
        later(sim, node, 1000000, on_restart);
    }
}

/* Performs one effect. */
static void
perform(struct mu_sim *sim, uint32_t node, const struct mu_effect *effect)
{
    mu_sim_story_mix(&sim->story, (uint64_t)effect->type << 8 | node);
    switch (effect->type) {
    case MU_EFFECT_SEND:
        perform_send(sim, node, &effect->send);
        break;
    case MU_EFFECT_EXEC:
        mu_sim_story_mix(&sim->story, effect->exec.exec_id);
        mu_sim_agent_exec(sim, node, &effect->exec);
        break;
    case MU_EFFECT_KILL:
        mu_sim_agent_kill(sim, node, effect->kill_exec_id);
        break;
    case MU_EFFECT_PERSIST:
        mu_sim_disk_persist(sim, node, &effect->persist);
        break;
    case MU_EFFECT_REPLY:
        mu_sim_client_reply(sim, node, &effect->reply);
        break;
    case MU_EFFECT_SURVEY:
    case MU_EFFECT_FACTS:
    case MU_EFFECT_CHANGED:
        break;
    case MU_EFFECT_TRACE:
        if (effect->trace.level == MU_TRACE_DEBUG) {
            mu_sim_story_detail(sim, node, "  %s", effect->trace.text);
        } else {
            mu_sim_story_tell(sim, node, "  %s", effect->trace.text);
        }
        break;
    case MU_EFFECT_WATCHDOG:
        perform_watchdog(sim, node, effect->watchdog_feed);
        break;
    case MU_EFFECT_EVICT:
        mu_sim_story_tell(sim, node, "evicts n%" PRIu32, effect->evict_node_id);
        mu_sim_ring_kill(sim, node, effect->evict_node_id);
        break;
    case MU_EFFECT_REJOIN:
        mu_sim_story_tell(sim, node, "leaves the group and joins again");
        later(sim, node, 0, on_rejoin);
        break;
    case MU_EFFECT_EXIT:
        break; /* See mu_sim_node_push(): nothing comes after it. */
    }
}

/* Moves the timer to where the core wants it. */
static void
arm_timer(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];
    struct mu_instant deadline = mu_core_deadline(self->core);
    int64_t at_us;

    if (deadline.ms == INT64_MAX) {
        self->timer_at_us = -1;
        return;
    }
    at_us = (deadline.ms - 5000) * 1000 + self->booted_us;
    at_us = at_us > sim->world.now_us ? at_us : sim->world.now_us;
    if (at_us == self->timer_at_us) {
        return;
    }
    self->timer_at_us = at_us;
    mu_sim_world_after(&sim->world, at_us - sim->world.now_us,
                       (struct mu_sim_event){.handler = on_timer,
                                             .node = node,
                                             .tag = ++self->timer_number});
}

static void
on_timer(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_node *self = &sim->nodes[event->node];
    struct mu_event timer = {.type = MU_EVENT_TIMER};

    if (self->core && self->timer_number == event->tag &&
        self->timer_at_us >= 0) {
        self->timer_at_us = -1;
        if (!self->is_frozen) {
            mu_sim_node_push(sim, event->node, &timer);
        }
    }
}

/* What the driver itself learns from an event before the core does. */
static void
note_event(struct mu_sim *sim, uint32_t node, const struct mu_event *event)
{
    struct mu_sim_node *self = &sim->nodes[node];

    switch (event->type) {
    case MU_EVENT_RING:
        self->has_ring = true;
        self->ring.node = event->ring.ring.node;
        self->ring.seq = event->ring.ring.seq;
        break;
    case MU_EVENT_RING_LOST:
        self->has_ring = false;
        self->ring = (struct mu_ring_id_tag){0, 0};
        self->early_quorum.type = MU_EVENT_BOOT;
        memset(self->lanes, 0, sizeof(self->lanes));
        later(sim, node, RECONNECT_US, on_connect);
        break;
    case MU_EVENT_MESSAGE:
        self->heard_us = sim->world.now_us;
        break;
    case MU_EVENT_QUORUM:
        if (event->quorum.is_quorate) {
            self->inquorate_us = -1;
        } else if (self->inquorate_us < 0) {
            self->inquorate_us = sim->world.now_us;
        }
        break;
    case MU_EVENT_BOOT:
    case MU_EVENT_GROUP:
    case MU_EVENT_OP_RESULT:
    case MU_EVENT_STORED:
    case MU_EVENT_REQUEST:
    case MU_EVENT_CLIENT_GONE:
    case MU_EVENT_TIMER:
    case MU_EVENT_CHECK:
    case MU_EVENT_SHUTDOWN:
        break;
    }
}

static void
step(struct mu_sim *sim, uint32_t node, const struct mu_event *given)
{
    struct mu_sim_node *self = &sim->nodes[node];
    struct mu_event event = *given;
    struct mu_effects effects = {NULL, 0};
    uint64_t generation = self->generation;
    int64_t now_ms = clock_ms(sim, node);

    self->same_time_count =
        now_ms == self->now_ms ? self->same_time_count + 1 : 0;
    if (self->same_time_count > SAME_TIME_STEPS_MAX) {
        mu_sim_fail(sim, "n%" PRIu32 " spins: no time passes", node);
        return;
    }
    self->now_ms = now_ms;
    event.now.ms = now_ms;
    event.wall_ms = mu_sim_node_wall_ms(sim, node);
    mu_sim_story_mix(&sim->story, (uint64_t)event.type << 32 | node);
    mu_sim_story_mix(&sim->story, (uint64_t)sim->world.now_us);
    mu_sim_story_event(sim, node, &event);
    note_event(sim, node, &event);
    mu_core_step(self->core, &event, &effects);
    for (uint32_t i = 0; i < effects.count && !sim->is_failed; i++) {
        if (self->effects_left == 0) {
            mu_sim_node_kill(sim, node);
            return;
        }
        self->effects_left -= self->effects_left > 0;
        if (effects.items[i].type == MU_EFFECT_EXIT) {
            perform_exit(sim, node, effects.items[i].exit_code);
            return;
        }
        perform(sim, node, &effects.items[i]);
        mu_assert(self->generation == generation);
    }
    if (!sim->is_failed) {
        flush(sim, node);
        mu_check_state_step(sim, node);
        arm_timer(sim, node);
    }
}

/* What daemon/ring.c keeps from the core: whatever comes before the first
 * ring, of which the newest QUORUM is told right after it. */
static bool
is_early(struct mu_sim *sim, uint32_t node, const struct mu_event *event)
{
    struct mu_sim_node *self = &sim->nodes[node];

    if (event->type == MU_EVENT_QUORUM) {
        self->early_quorum = *event;
    } else if (event->type == MU_EVENT_RING_LOST && !self->has_ring) {
        later(sim, node, RECONNECT_US, on_connect);
    } else if (event->type != MU_EVENT_GROUP &&
               event->type != MU_EVENT_MESSAGE &&
               event->type != MU_EVENT_RING_LOST) {
        return false;
    }
    return !self->has_ring;
}

void
mu_sim_node_push(struct mu_sim *sim, uint32_t node,
                 const struct mu_event *event)
{
    struct mu_sim_node *self = &sim->nodes[node];
    bool is_first = !self->has_ring && event->type == MU_EVENT_RING;
    uint64_t generation = self->generation;

    if (!self->core || sim->is_failed) {
        return;
    }
    if (self->is_frozen) {
        struct mu_sim_inbox *entry =
            mu_arena_new(&sim->world.arena, struct mu_sim_inbox, 1);

        entry->event = *event;
        *self->inbox_tail = entry;
        self->inbox_tail = &entry->next;
        return;
    }
    if (is_early(sim, node, event)) {
        return;
    }
    step(sim, node, event);
    if (is_first && self->generation == generation &&
        self->early_quorum.type == MU_EVENT_QUORUM) {
        struct mu_event quorum = self->early_quorum;

        step(sim, node, &quorum);
    }
}

void
mu_sim_node_thaw(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_node *self = &sim->nodes[node];
    uint64_t generation = self->generation;
    struct mu_sim_inbox *entry = self->inbox;

    if (!self->core || !self->is_frozen) {
        return;
    }
    mu_sim_story_tell(sim, node, "daemon goes on");
    self->is_frozen = false;
    self->inbox = NULL;
    for (; entry && self->generation == generation; entry = entry->next) {
        mu_sim_node_push(sim, node, &entry->event);
    }
    if (self->generation == generation && self->core) {
        arm_timer(sim, node);
    }
}
