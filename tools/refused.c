/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/refused.h"

#include <string.h>

#define BY_SSH  "it would need ssh to the other nodes, which is not used here; "
#define BY_HAND "Corosync is set up by its own means: corosync.conf(5), "

const struct mu_refused mu_refused_items[] = {
    {"configure rsctest",
     BY_SSH "let an agent judge with: configure validate-all"},
    {"configure template",
     "keep such texts in files, and take them with: configure load update"},
    {"configure history", "see: events and history at the top"},
    {"resource secret",
     "a password is a parameter like others; who may read it say roles and "
     "acl_targets"},
    {"resource scores", "reasons are told by: why RESOURCE"},
    {"maintenance action",
     "what an agent does by hand the cluster does not see; let it with: "
     "resource start, stop, refresh"},
    {"cluster init", BY_HAND "then start corosync and musterd"},
    {"cluster join", BY_HAND "then start corosync and musterd there"},
    {"cluster remove",
     "stop musterd and corosync there, take the node out of corosync.conf, "
     "then: node delete"},
    {"cluster rename", BY_HAND "and property cluster-name"},
    {"cluster copy", BY_SSH "copy with scp"},
    {"cluster diff", BY_SSH "compare with: ssh NODE cat FILE | diff FILE -"},
    {"cluster run", BY_SSH "run it with ssh"},
    {"cluster geo-init", "set booth up by its own means: boothd(8)"},
    {"cluster geo-join", "set booth up by its own means: boothd(8)"},
    {"cluster geo-init-arbitrator", "set booth up by its own means: boothd(8)"},
    {"cluster crash_test", "try it in a lab: muster-lab(8)"},
    {"corosync", BY_HAND "corosync-cfgtool(8), corosync-quorumtool(8)"},
    {"sbd", "set sbd up by its own means: sbd(8)"},
    {"script", "keep such texts in files, and take them with: -f FILE"},
    {"template",
     "keep such texts in files, and take them with: configure load update"},
};

const size_t mu_refused_count =
    sizeof(mu_refused_items) / sizeof(mu_refused_items[0]);

const char *
mu_refused_find(const char *level, const char *word)
{
    size_t length = level ? strlen(level) : 0;

    for (size_t i = 0; i < mu_refused_count; i++) {
        const char *name = mu_refused_items[i].name;

        if (level && strncmp(name, level, length) == 0 && name[length] == ' ') {
            name += length + 1;
        } else if (level) {
            continue;
        }
        if (strcmp(name, word) == 0) {
            return mu_refused_items[i].instead;
        }
    }
    return NULL;
}
