/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cts/sim/sim_disk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "cts/sim/sim.h"

static void on_written(struct mu_sim *sim, const struct mu_sim_event *event);

static void
write_next(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_disk *disk = &sim->nodes[node].disk;
    int64_t delay_us = mu_sim_world_draw_wide(&sim->prng, 300, 8000);

    if (disk->is_writing || !disk->writes) {
        return;
    }
    disk->is_writing = true;
    if (disk->slow_until_us > sim->world.now_us) {
        delay_us = mu_sim_world_draw_wide(&sim->prng, 50000, 3000000);
    }
    mu_sim_world_after(&sim->world, delay_us,
                       (struct mu_sim_event){.handler = on_written,
                                             .node = node,
                                             .tag = disk->life});
}

void
mu_sim_disk_persist(struct mu_sim *sim, uint32_t node,
                    const struct mu_effect_persist *effect)
{
    struct mu_sim_disk *disk = &sim->nodes[node].disk;
    struct mu_sim_write *write =
        mu_arena_new(&sim->world.arena, struct mu_sim_write, 1);
    struct mu_sim_write **tail = &disk->writes;

    write->persist_id = effect->persist_id;
    write->type = effect->type;
    (void)mu_text_format(write->record.revision, sizeof(write->record.revision),
                         "%s", effect->revision ? effect->revision : "");
    write->record.bytes.data = mu_arena_copy(
        &sim->world.arena, effect->bytes.data, effect->bytes.size);
    write->record.bytes.size = effect->bytes.size;
    while (*tail) {
        tail = &(*tail)->next;
    }
    *tail = write;
    write_next(sim, node);
}

static void
forget_config(struct mu_sim_disk *disk, const char *revision)
{
    for (uint32_t i = 0; i < disk->configs_count; i++) {
        if (strcmp(disk->configs[i].revision, revision) == 0) {
            disk->configs[i] = disk->configs[--disk->configs_count];
            return;
        }
    }
}

/* A revision such as 2-15: sorts by its numbers. */
static void
parse_revision(const char *revision, uint64_t ret_numbers[2])
{
    char *end;

    ret_numbers[0] = strtoull(revision, &end, 10);
    ret_numbers[1] = *end ? strtoull(end + 1, NULL, 10) : 0;
}

static bool
is_newer(const struct mu_sim_record *a, const struct mu_sim_record *b)
{
    uint64_t left[2];
    uint64_t right[2];

    parse_revision(a->revision, left);
    parse_revision(b->revision, right);
    return left[0] != right[0] ? left[0] > right[0] : left[1] > right[1];
}

static void
commit(struct mu_sim_disk *disk, const struct mu_sim_write *write)
{
    switch (write->type) {
    case MU_PERSIST_EPOCH:
        disk->epoch = write->record.bytes;
        break;
    case MU_PERSIST_CONFIG:
        forget_config(disk, write->record.revision);
        mu_assert(disk->configs_count < MU_SIM_RECORDS_MAX);
        disk->configs[disk->configs_count++] = write->record;
        break;
    case MU_PERSIST_DROP:
        forget_config(disk, write->record.revision);
        break;
    }
}

static void
on_written(struct mu_sim *sim, const struct mu_sim_event *event)
{
    struct mu_sim_disk *disk = &sim->nodes[event->node].disk;
    struct mu_sim_write *write = disk->writes;
    struct mu_event *stored;

    if (disk->life != event->tag) {
        return;
    }
    mu_assert(write);
    stored = mu_arena_new(&sim->world.arena, struct mu_event, 1);
    stored->type = MU_EVENT_STORED;
    stored->stored.persist_id = write->persist_id;
    if (disk->is_failed) {
        stored->stored.error = -EIO;
    } else if (disk->full_until_us > sim->world.now_us &&
               write->type == MU_PERSIST_CONFIG) {
        stored->stored.error = -ENOSPC; /* Room for epochs is reserved. */
    } else {
        commit(disk, write);
    }
    mu_sim_story_detail(sim, event->node, "disk: %s %s: %d",
                        write->type == MU_PERSIST_EPOCH    ? "epoch"
                        : write->type == MU_PERSIST_CONFIG ? "config"
                                                           : "drop",
                        write->record.revision, stored->stored.error);
    disk->writes = write->next;
    disk->is_writing = false;
    write_next(sim, event->node);
    mu_sim_node_push(sim, event->node, stored);
}

void
mu_sim_disk_crash(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_disk *disk = &sim->nodes[node].disk;

    if (disk->writes && !disk->is_failed &&
        mu_sim_world_chance(&sim->prng, 500)) {
        commit(disk, disk->writes);
    }
    disk->writes = NULL;
    disk->is_writing = false;
    disk->is_failed = false;
    disk->life++;
}

void
mu_sim_disk_damage(struct mu_sim *sim, uint32_t node)
{
    struct mu_sim_disk *disk = &sim->nodes[node].disk;

    disk->epoch = (struct mu_span){NULL, 0};
    disk->configs_count = 0;
    disk->was_damaged = true;
}

void
mu_sim_disk_load(struct mu_sim *sim, uint32_t node, struct mu_event_boot *boot)
{
    struct mu_sim_disk *disk = &sim->nodes[node].disk;
    const struct mu_sim_record *newest = NULL;

    for (uint32_t i = 0; i < disk->configs_count; i++) {
        if (!newest || is_newer(&disk->configs[i], newest)) {
            newest = &disk->configs[i];
        }
    }
    boot->epoch = disk->epoch;
    boot->config = newest ? newest->bytes : (struct mu_span){NULL, 0};
    boot->is_damaged = disk->was_damaged;
    disk->was_damaged = false; /* It has been set aside. */
}
