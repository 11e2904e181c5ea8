/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/options.h"

#include <string.h>

static const struct mu_option operation_options[] = {
    {"interval", MU_OPTION_DURATION, NULL, "0", "time between two monitors"},
    {"timeout", MU_OPTION_DURATION, NULL, "20s", "how long it may take"},
    {"start-delay", MU_OPTION_DURATION, NULL, "0",
     "wait before the first monitor"},
    {"interval-origin", MU_OPTION_ANY, NULL, NULL,
     "moment that the intervals count from"},
    {"on-fail", MU_OPTION_WORD,
     "ignore|block|stop|restart|standby|fence|demote|restart-container", NULL,
     "what follows when it fails"},
    {"role", MU_OPTION_WORD, "Started|Stopped|Promoted|Unpromoted|Master|Slave",
     NULL, "only in this role"},
    {"enabled", MU_OPTION_BOOL, NULL, "true",
     "false: leave this operation out"},
    {"record-pending", MU_OPTION_BOOL, NULL, "true", "show it while it runs"},
    {"description", MU_OPTION_ANY, NULL, NULL, "a text for people"},
    {"name", MU_OPTION_ANY, NULL, NULL, "which operation"},
    {"id", MU_OPTION_ANY, NULL, NULL, "id of its own"},
};

static const struct mu_option resource_options[] = {
    {"target-role", MU_OPTION_WORD,
     "Started|Stopped|Promoted|Unpromoted|Master|Slave", "Started",
     "the role that is wanted"},
    {"is-managed", MU_OPTION_BOOL, NULL, "true", "false: leave it as it is"},
    {"maintenance", MU_OPTION_BOOL, NULL, "false",
     "true: leave it alone, no monitors either"},
    {"priority", MU_OPTION_SCORE, NULL, "0", "who runs when not everybody can"},
    {"resource-stickiness", MU_OPTION_SCORE, NULL, "0",
     "how much it wants to stay where it is"},
    {"migration-threshold", MU_OPTION_SCORE, NULL, "INFINITY",
     "failures on a node before it leaves"},
    {"failure-timeout", MU_OPTION_DURATION, NULL, "0",
     "after this long a failure is forgotten"},
    {"multiple-active", MU_OPTION_WORD,
     "block|stop_only|stop_start|stop_unexpected", "stop_start",
     "what to do when it runs twice"},
    {"requires", MU_OPTION_WORD, "nothing|quorum|fencing|unfencing", NULL,
     "what must be so before it starts"},
    {"restart-type", MU_OPTION_WORD, "ignore|restart", "ignore",
     "what to do when what it follows restarts"},
    {"allow-migrate", MU_OPTION_BOOL, NULL, "false", "true: move it alive"},
    {"allow-unhealthy-nodes", MU_OPTION_BOOL, NULL, "false",
     "true: run it on unhealthy nodes, too"},
    {"critical", MU_OPTION_BOOL, NULL, "true",
     "false: others do not move for it"},
    {"interleave", MU_OPTION_BOOL, NULL, "false",
     "true: an instance waits for its own node only"},
    {"notify", MU_OPTION_BOOL, NULL, "false",
     "true: tell instances of each other"},
    {"ordered", MU_OPTION_BOOL, NULL, "false",
     "true: instances start one after the other"},
    {"globally-unique", MU_OPTION_BOOL, NULL, "false",
     "true: each instance is a thing of its own"},
    {"promotable", MU_OPTION_BOOL, NULL, "false",
     "true: instances can be promoted"},
    {"clone-max", MU_OPTION_COUNT, NULL, NULL,
     "how many instances; usual: one on each node"},
    {"clone-node-max", MU_OPTION_COUNT, NULL, "1",
     "how many instances on a node"},
    {"clone-min", MU_OPTION_COUNT, NULL, "0",
     "how many must run before others follow"},
    {"promoted-max", MU_OPTION_COUNT, NULL, "1", "how many promoted instances"},
    {"promoted-node-max", MU_OPTION_COUNT, NULL, "1",
     "how many promoted instances on a node"},
    {"master-max", MU_OPTION_COUNT, NULL, "1",
     "promoted-max in the old spelling"},
    {"master-node-max", MU_OPTION_COUNT, NULL, "1",
     "promoted-node-max in the old spelling"},
    {"remote-node", MU_OPTION_ANY, NULL, NULL,
     "name of the guest node that it brings"},
    {"remote-addr", MU_OPTION_ANY, NULL, NULL, "address of the guest node"},
    {"remote-port", MU_OPTION_COUNT, NULL, "3121", "port of the guest node"},
    {"remote-connect-timeout", MU_OPTION_DURATION, NULL, "60s",
     "how long a connection may take"},
    {"remote-allow-migrate", MU_OPTION_BOOL, NULL, "true",
     "the guest node may move alive"},
    {"container-attribute-target", MU_OPTION_ANY, NULL, NULL,
     "whose attributes a bundle uses"},
    {"provides", MU_OPTION_ANY, NULL, NULL,
     "what a fence device does besides: unfencing"},
    {"description", MU_OPTION_ANY, NULL, NULL, "a text for people"},
};

static const struct mu_option cluster_options[] = {
    {"stonith-enabled", MU_OPTION_BOOL, NULL, "true",
     "fence nodes that are lost"},
    {"symmetric-cluster", MU_OPTION_BOOL, NULL, "true",
     "false: resources run only where they are told to"},
    {"maintenance-mode", MU_OPTION_BOOL, NULL, "false",
     "true: leave everything alone"},
    {"startup-fencing", MU_OPTION_BOOL, NULL, "true",
     "fence nodes that were never seen"},
    {"concurrent-fencing", MU_OPTION_BOOL, NULL, "true",
     "fence several nodes at a time"},
    {"start-failure-is-fatal", MU_OPTION_BOOL, NULL, "true",
     "a failed start bans the node at once"},
    {"enable-startup-probes", MU_OPTION_BOOL, NULL, "true",
     "look for what runs before starting anything"},
    {"enable-acl", MU_OPTION_BOOL, NULL, "false", "heed roles and acl targets"},
    {"stop-all-resources", MU_OPTION_BOOL, NULL, "false",
     "true: stop everything"},
    {"stop-orphan-resources", MU_OPTION_BOOL, NULL, "true",
     "stop what is no longer configured"},
    {"stop-orphan-actions", MU_OPTION_BOOL, NULL, "true",
     "end monitors that are no longer configured"},
    {"remove-after-stop", MU_OPTION_BOOL, NULL, "false",
     "forget a resource when it has stopped"},
    {"shutdown-lock", MU_OPTION_BOOL, NULL, "false",
     "a node that shuts down keeps its resources"},
    {"have-watchdog", MU_OPTION_BOOL, NULL, "false",
     "set by the cluster: there is a watchdog"},
    {"is-managed-default", MU_OPTION_BOOL, NULL, "true",
     "is-managed of all, in the old spelling"},
    {"no-quorum-policy", MU_OPTION_WORD,
     "stop|freeze|ignore|demote|suicide|fence", "stop",
     "what a part without quorum does"},
    {"stonith-action", MU_OPTION_WORD, "reboot|off|poweroff", "reboot",
     "how nodes are fenced"},
    {"fence-reaction", MU_OPTION_WORD, "stop|panic", "stop",
     "what a node does when it hears it was fenced"},
    {"placement-strategy", MU_OPTION_WORD,
     "default|utilization|minimal|balanced", "default",
     "whether utilization counts"},
    {"node-health-strategy", MU_OPTION_WORD,
     "none|migrate-on-red|only-green|progressive|custom", "none",
     "what bad health of a node does"},
    {"node-health-base", MU_OPTION_SCORE, NULL, "0",
     "health of every node to begin with"},
    {"node-health-green", MU_OPTION_SCORE, NULL, "0", "score for green"},
    {"node-health-yellow", MU_OPTION_SCORE, NULL, "0", "score for yellow"},
    {"node-health-red", MU_OPTION_SCORE, NULL, "-INFINITY", "score for red"},
    {"default-resource-stickiness", MU_OPTION_SCORE, NULL, NULL,
     "resource-stickiness of all, in the old spelling"},
    {"batch-limit", MU_OPTION_COUNT, NULL, "0",
     "how many actions at a time; 0: as many as go"},
    {"migration-limit", MU_OPTION_COUNT, NULL, "-1",
     "how many moves alive at a time on a node"},
    {"node-action-limit", MU_OPTION_COUNT, NULL, "0",
     "how many actions at a time on a node"},
    {"stonith-max-attempts", MU_OPTION_SCORE, NULL, "10",
     "tries to fence before it is given up for a while"},
    {"cluster-ipc-limit", MU_OPTION_COUNT, NULL, "500",
     "known to Pacemaker only"},
    {"pe-error-series-max", MU_OPTION_COUNT, NULL, "-1",
     "known to Pacemaker only"},
    {"pe-warn-series-max", MU_OPTION_COUNT, NULL, "5000",
     "known to Pacemaker only"},
    {"pe-input-series-max", MU_OPTION_COUNT, NULL, "4000",
     "known to Pacemaker only"},
    {"load-threshold", MU_OPTION_PERCENT, NULL, "80%",
     "load above which less is started"},
    {"stonith-timeout", MU_OPTION_DURATION, NULL, "60s",
     "how long fencing may take"},
    {"stonith-watchdog-timeout", MU_OPTION_ANY, NULL, "0",
     "how long until a watchdog has surely fired"},
    {"priority-fencing-delay", MU_OPTION_DURATION, NULL, "0",
     "head start of the part that runs more"},
    {"cluster-delay", MU_OPTION_DURATION, NULL, "60s",
     "allowance for the network"},
    {"cluster-recheck-interval", MU_OPTION_DURATION, NULL, "15min",
     "how often rules with dates are looked at"},
    {"dc-deadtime", MU_OPTION_DURATION, NULL, "20s",
     "how long to wait for others at the start"},
    {"election-timeout", MU_OPTION_DURATION, NULL, "2min",
     "known to Pacemaker only"},
    {"shutdown-escalation", MU_OPTION_DURATION, NULL, "20min",
     "how long a shutdown may take"},
    {"shutdown-lock-limit", MU_OPTION_DURATION, NULL, "0",
     "how long shutdown-lock holds; 0: for good"},
    {"join-integration-timeout", MU_OPTION_DURATION, NULL, "3min",
     "known to Pacemaker only"},
    {"join-finalization-timeout", MU_OPTION_DURATION, NULL, "30min",
     "known to Pacemaker only"},
    {"transition-delay", MU_OPTION_DURATION, NULL, "0",
     "wait before each plan"},
    {"node-pending-timeout", MU_OPTION_DURATION, NULL, "0",
     "how long a node may take to join"},
    {"default-action-timeout", MU_OPTION_DURATION, NULL, NULL,
     "timeout of all operations, in the old spelling"},
    {"cluster-name", MU_OPTION_ANY, NULL, NULL, "a name for people"},
    {"cluster-infrastructure", MU_OPTION_ANY, NULL, NULL, "set by the cluster"},
    {"dc-version", MU_OPTION_ANY, NULL, NULL, "set by the cluster"},
    {"last-lrm-refresh", MU_OPTION_ANY, NULL, NULL, "set by tools"},
    {"expected-quorum-votes", MU_OPTION_ANY, NULL, NULL,
     "known to old clusters only"},
};

size_t
mu_options_get(enum mu_values_scope scope, const struct mu_option **ret_options)
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

const struct mu_option *
mu_options_find(enum mu_values_scope scope, const char *name)
{
    const struct mu_option *options;
    size_t count = mu_options_get(scope, &options);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    return NULL;
}
