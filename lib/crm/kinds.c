/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crm/kinds.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"

static const struct mu_kind_info infos[MU_KIND_NONE] = {
    [MU_KIND_NODE] = {"node", "node", "nodes", 0},
    [MU_KIND_TEMPLATE] = {"rsc_template", "template", "resources", 1},
    [MU_KIND_PRIMITIVE] = {"primitive", "primitive", "resources", 2},
    [MU_KIND_BUNDLE] = {"bundle", "bundle", "resources", 3},
    [MU_KIND_GROUP] = {"group", "group", "resources", 4},
    [MU_KIND_MASTER] = {"ms", "master", "resources", 5},
    [MU_KIND_CLONE] = {"clone", "clone", "resources", 6},
    [MU_KIND_TAG] = {"tag", "tag", "tags", 7},
    [MU_KIND_LOCATION] = {"location", "rsc_location", "constraints", 8},
    [MU_KIND_COLOCATION] = {"colocation", "rsc_colocation", "constraints", 8},
    [MU_KIND_ORDER] = {"order", "rsc_order", "constraints", 8},
    [MU_KIND_TICKET] = {"rsc_ticket", "rsc_ticket", "constraints", 9},
    [MU_KIND_FENCING] = {"fencing_topology", "fencing-topology",
                         "fencing-topology", 9},
    [MU_KIND_PROPERTY] = {"property", "cluster_property_set", "crm_config", 10},
    [MU_KIND_RSC_DEFAULTS] = {"rsc_defaults", "meta_attributes", "rsc_defaults",
                              11},
    [MU_KIND_OP_DEFAULTS] = {"op_defaults", "meta_attributes", "op_defaults",
                             12},
    [MU_KIND_ROLE] = {"role", "acl_role", "acls", 13},
    [MU_KIND_TARGET] = {"acl_target", "acl_target", "acls", 14},
    [MU_KIND_ACL_GROUP] = {"acl_group", "acl_group", "acls", 14},
    [MU_KIND_USER] = {"user", "acl_user", "acls", 14},
    [MU_KIND_ALERT] = {"alert", "alert", "alerts", 15},
};

const struct mu_kind_info *
mu_kinds_info(enum mu_kind kind)
{
    mu_assert(kind < MU_KIND_NONE);
    return &infos[kind];
}

enum mu_kind
mu_kinds_by_keyword(const char *keyword)
{
    static const struct {
        const char *keyword;
        enum mu_kind kind;
    } others[] = {
        {"master", MU_KIND_MASTER},
        {"collocation", MU_KIND_COLOCATION},
        {"fencing-topology", MU_KIND_FENCING},
    };

    for (enum mu_kind kind = 0; kind < MU_KIND_NONE; kind++) {
        if (mu_text_casecmp(keyword, infos[kind].keyword) == 0) {
            return kind;
        }
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (mu_text_casecmp(keyword, others[i].keyword) == 0) {
            return others[i].kind;
        }
    }
    return MU_KIND_NONE;
}

enum mu_kind
mu_kinds_of(const struct mu_element *element)
{
    const struct mu_element *parent = element->parent;
    const char *section = parent && parent->name ? parent->name : "";

    if (mu_element_is(parent, "group") || mu_element_is(parent, "clone") ||
        mu_element_is(parent, "master") || mu_element_is(parent, "bundle")) {
        section = "resources";
    } else if (mu_element_is(parent, "configuration")) {
        section = "fencing-topology";
    }
    for (enum mu_kind kind = 0; kind < MU_KIND_NONE; kind++) {
        if (mu_element_is(element, infos[kind].tag) &&
            strcmp(section, infos[kind].section) == 0) {
            return kind;
        }
    }
    return MU_KIND_NONE;
}

enum mu_kind
mu_kinds_by_tag(const char *tag)
{
    if (strcmp(tag, "meta_attributes") == 0) {
        return MU_KIND_NONE;
    }
    for (enum mu_kind kind = 0; kind < MU_KIND_NONE; kind++) {
        if (strcmp(tag, infos[kind].tag) == 0) {
            return kind;
        }
    }
    return MU_KIND_NONE;
}

bool
mu_kinds_is_resource(enum mu_kind kind)
{
    return kind == MU_KIND_PRIMITIVE || mu_kinds_is_container(kind);
}

bool
mu_kinds_is_container(enum mu_kind kind)
{
    return kind == MU_KIND_GROUP || kind == MU_KIND_CLONE ||
           kind == MU_KIND_MASTER || kind == MU_KIND_BUNDLE;
}

bool
mu_kinds_is_constraint(enum mu_kind kind)
{
    return kind == MU_KIND_LOCATION || kind == MU_KIND_COLOCATION ||
           kind == MU_KIND_ORDER || kind == MU_KIND_TICKET;
}

bool
mu_kinds_is_options(enum mu_kind kind)
{
    return kind == MU_KIND_PROPERTY || kind == MU_KIND_RSC_DEFAULTS ||
           kind == MU_KIND_OP_DEFAULTS;
}

const char *
mu_kinds_name_of(const struct mu_element *object)
{
    const char *uname;

    if (mu_element_is(object, "fencing-topology")) {
        return "fencing_topology";
    }
    if (mu_element_is(object, "node")) {
        uname = mu_element_get(object, "uname");
        if (uname) {
            return uname;
        }
    }
    return mu_element_get(object, "id");
}
