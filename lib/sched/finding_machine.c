/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What machines say of themselves. */

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "sched/finding.h"

/* Times in rules and failure-timeouts are compared across nodes. */
static const int64_t OFFSET_HIGH_MS = 5000;
static const int64_t OFFSET_MEDIUM_MS = 500;

static const int64_t FREE_MIB_MIN = 200;
static const int64_t FREE_PERCENT_MIN = 5;

static void judge_presence(const struct mu_machine *machine,
                           struct mu_findings *findings);
static void judge_agents(const struct mu_config *config,
                         const struct mu_machine *machine,
                         struct mu_findings *findings);
static bool may_run_on(const struct mu_config *config, uint32_t primitive,
                       const char *node);
static void judge_clock(const struct mu_machine *machine,
                        struct mu_findings *findings);
static void judge_disks(const struct mu_machine *machine,
                        struct mu_findings *findings);
static void judge_links(const struct mu_machine *machines, uint32_t count,
                        struct mu_findings *findings);
static void judge_versions(const struct mu_machine *machines, uint32_t count,
                           struct mu_findings *findings);
static void judge_addresses(const struct mu_finding_view *view,
                            const struct mu_machine *machines, uint32_t count,
                            struct mu_findings *findings);
static void judge_managed_address(const struct mu_finding_view *view,
                                  const struct mu_machine *machine,
                                  const char *address,
                                  struct mu_findings *findings);
static bool is_active(const struct mu_finding_view *view, uint32_t primitive,
                      const char *node);

void
mu_finding_judge_machines(const struct mu_finding_view *view,
                          const struct mu_machine *machines, uint32_t count,
                          struct mu_findings *findings)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct mu_machine *machine = &machines[i];

        judge_presence(machine, findings);
        if (!machine->has_answered) {
            continue;
        }
        judge_agents(view->snapshot->config, machine, findings);
        judge_clock(machine, findings);
        judge_disks(machine, findings);
        if (machine->hostname && strcmp(machine->hostname, machine->node) != 0) {
            mu_finding_add(findings, MU_RISK_LOW, machine->node,
                           "agents that use the host name need it to be the "
                           "name in corosync.conf; see hostnamectl",
                           "its host name is %s: agents and people may mix "
                           "them up",
                           machine->hostname);
        }
        for (uint32_t k = 0; k < machine->units_count; k++) {
            mu_finding_add(
                findings, MU_RISK_HIGH, machine->node,
                mu_text_make(findings->arena, "systemctl disable %s",
                             machine->units[k]),
                "systemd starts %s at boot, and so does the cluster: after a "
                "boot it runs there as well as elsewhere",
                machine->units[k]);
        }
    }
    judge_versions(machines, count, findings);
    judge_links(machines, count, findings);
    judge_addresses(view, machines, count, findings);
}

static void
judge_presence(const struct mu_machine *machine, struct mu_findings *findings)
{
    if (!machine->is_member) {
        mu_finding_add(findings, MU_RISK_MEDIUM, machine->node,
                       "boot it, and check it again",
                       "it is not in the cluster: nothing is known of it");
    } else if (!machine->has_answered) {
        mu_finding_add(findings, MU_RISK_MEDIUM, machine->node,
                       "see its journal: journalctl -u musterd",
                       "it is in the cluster but did not answer in time");
    }
}

static void
judge_agents(const struct mu_config *config, const struct mu_machine *machine,
             struct mu_findings *findings)
{
    for (uint32_t i = 0; i < machine->agents_count; i++) {
        const struct mu_machine_agent *agent = &machine->agents[i];
        uint32_t primitive = mu_config_find_resource(config, agent->resource);

        if (primitive == MU_CONFIG_NONE ||
            !may_run_on(config, primitive, machine->node)) {
            continue;
        }
        mu_finding_add(
            findings, MU_RISK_HIGH, machine->node,
            mu_text_make(findings->arena,
                         "install it there, or say that %s is not to run "
                         "there: muster configure location no-%s-%s %s -inf: "
                         "%s",
                         agent->resource, agent->resource, machine->node,
                         agent->resource, machine->node),
            "%s may be moved here and cannot run: %s", agent->resource,
            agent->problem);
    }
}

/* What plain locations say of a primitive and of what it is in. */
static bool
may_run_on(const struct mu_config *config, uint32_t primitive, const char *node)
{
    bool is_named = false;

    for (uint32_t at = primitive; at != MU_CONFIG_NONE;
         at = config->resources[at].parent) {
        for (uint32_t i = 0; i < config->locations_count; i++) {
            const struct mu_config_location *location = &config->locations[i];

            if (location->resource != at || !location->node ||
                strcmp(location->node, node) != 0) {
                continue;
            }
            if (location->score <= -MU_SCORE_INFINITY) {
                return false;
            }
            is_named |= location->score >= 0;
        }
    }
    return is_named || config->options.symmetric_cluster;
}

static void
judge_clock(const struct mu_machine *machine, struct mu_findings *findings)
{
    static const char remedy[] = "let chrony or systemd-timesyncd set it";
    int64_t offset_ms =
        machine->offset_ms < 0 ? -machine->offset_ms : machine->offset_ms;

    if (offset_ms >= OFFSET_MEDIUM_MS) {
        mu_finding_add(findings,
                       offset_ms >= OFFSET_HIGH_MS ? MU_RISK_HIGH
                                                   : MU_RISK_MEDIUM,
                       machine->node, remedy,
                       "its clock is %lld.%lld s %s: rules with dates and "
                       "logs go wrong",
                       (long long)(offset_ms / 1000),
                       (long long)(offset_ms % 1000 / 100),
                       machine->offset_ms > 0 ? "ahead" : "behind");
    } else if (!machine->is_clock_synchronized) {
        mu_finding_add(findings, MU_RISK_LOW, machine->node, remedy,
                       "nothing keeps its clock right");
    }
}

static void
judge_disks(const struct mu_machine *machine, struct mu_findings *findings)
{
    for (uint32_t i = 0; i < machine->disks_count; i++) {
        const struct mu_machine_disk *disk = &machine->disks[i];
        bool is_short = disk->free_mib < FREE_MIB_MIN &&
                        disk->free_percent < 100 - FREE_PERCENT_MIN;

        if (is_short || disk->free_percent < FREE_PERCENT_MIN) {
            mu_finding_add(findings, MU_RISK_MEDIUM, machine->node,
                           "free space there; a configuration that cannot be "
                           "stored on a majority is refused",
                           "%s has %lld MiB (%lld %%) left", disk->folder,
                           (long long)disk->free_mib,
                           (long long)disk->free_percent);
        } else if (disk->free_inodes_percent < FREE_PERCENT_MIN) {
            mu_finding_add(findings, MU_RISK_MEDIUM, machine->node,
                           "remove files there", "%s has %lld %% of its "
                           "inodes left", disk->folder,
                           (long long)disk->free_inodes_percent);
        }
    }
}

static void
judge_links(const struct mu_machine *machines, uint32_t count,
            struct mu_findings *findings)
{
    const struct mu_machine *first = NULL;

    for (uint32_t i = 0; i < count; i++) {
        const struct mu_machine *machine = &machines[i];

        if (machine->links_count == 1) {
            mu_finding_add(findings, MU_RISK_LOW, machine->node,
                           "add a second link: ring1_addr in corosync.conf",
                           "Corosync has one link: a cable or a switch cuts "
                           "it off");
        }
        for (uint32_t k = 0; k < machine->links_count; k++) {
            const struct mu_machine_link *link = &machine->links[k];

            if (link->interface && !link->is_up) {
                mu_finding_add(findings, MU_RISK_HIGH, machine->node,
                               "see the cable, and ip link",
                               "link %lld (%s) is down",
                               (long long)link->number, link->interface);
            }
            if (first && k < first->links_count && link->mtu > 0 &&
                first->links[k].mtu > 0 && link->mtu != first->links[k].mtu) {
                mu_finding_add(findings, MU_RISK_MEDIUM, machine->node,
                               "give all nodes the same MTU",
                               "link %lld has MTU %lld, that of %s has %lld: "
                               "large messages may get lost",
                               (long long)link->number, (long long)link->mtu,
                               first->node, (long long)first->links[k].mtu);
            }
        }
        if (!first && machine->links_count > 0) {
            first = machine;
        }
    }
}

static void
judge_versions(const struct mu_machine *machines, uint32_t count,
               struct mu_findings *findings)
{
    const struct mu_machine *first = NULL;

    for (uint32_t i = 0; i < count; i++) {
        const struct mu_machine *machine = &machines[i];

        if (!machine->version) {
            continue;
        }
        if (first && strcmp(first->version, machine->version) != 0) {
            mu_finding_add(findings, MU_RISK_LOW, machine->node,
                           "finish the upgrade",
                           "it runs musterd %s, %s runs %s", machine->version,
                           first->node, first->version);
        }
        if (first && first->token_ms > 0 && machine->token_ms > 0 &&
            first->token_ms != machine->token_ms) {
            mu_finding_add(findings, MU_RISK_HIGH, machine->node,
                           "make corosync.conf the same on all nodes and run "
                           "corosync-cfgtool -R",
                           "Corosync's token is %lld ms here and %lld ms on "
                           "%s",
                           (long long)machine->token_ms,
                           (long long)first->token_ms, first->node);
        }
        if (!first) {
            first = machine;
        }
    }
}

static void
judge_addresses(const struct mu_finding_view *view,
                const struct mu_machine *machines, uint32_t count,
                struct mu_findings *findings)
{
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k < machines[i].addresses_count; k++) {
            const char *address = machines[i].addresses[k];

            judge_managed_address(view, &machines[i], address, findings);
            for (uint32_t m = 0; m < i; m++) {
                for (uint32_t n = 0; n < machines[m].addresses_count; n++) {
                    if (strcmp(machines[m].addresses[n], address) == 0) {
                        mu_finding_add(findings, MU_RISK_HIGH,
                                       machines[i].node,
                                       "take it away from one of them",
                                       "it has the address %s, and so has %s",
                                       address, machines[m].node);
                    }
                }
            }
        }
    }
}

/* An address that the cluster manages and that a machine has although the
 * resource does not run there. */
static void
judge_managed_address(const struct mu_finding_view *view,
                      const struct mu_machine *machine, const char *address,
                      struct mu_findings *findings)
{
    const struct mu_config *config = view->snapshot->config;

    for (uint32_t i = 0; i < config->resources_count; i++) {
        const struct mu_config_resource *resource = &config->resources[i];
        const char *ip = view->addresses[i];

        if (ip && strcmp(ip, address) == 0 &&
            !is_active(view, i, machine->node)) {
            mu_finding_add(findings, MU_RISK_HIGH, machine->node,
                           "take it away there; only the cluster may set it",
                           "it has the address %s, which %s brings and which "
                           "does not run there",
                           address, resource->id);
        }
    }
}

static bool
is_active(const struct mu_finding_view *view, uint32_t primitive,
          const char *node)
{
    const struct mu_plan *plan = view->plan;

    for (uint32_t i = 0; i < plan->before_count; i++) {
        const struct mu_plan_placement *at = &plan->before[i];

        if (at->primitive == primitive && at->node != MU_PLAN_NONE &&
            strcmp(view->snapshot->status->nodes[at->node].name, node) == 0) {
            return true;
        }
    }
    return false;
}
