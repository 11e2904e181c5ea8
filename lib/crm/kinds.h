/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_KINDS_H
#define MU_CRM_KINDS_H

/* Kinds: which kinds of object does a configuration have, what are they called
 * in the language and in XML, and in which section do they live?
 *
 * The order of the kinds is the order in which a text is loaded and printed.
 * Kinds of the same rank are mixed. */

#include <stdbool.h>
#include <stddef.h>

#include "crm/element.h"

enum mu_kind {
    MU_KIND_NODE,
    MU_KIND_TEMPLATE,
    MU_KIND_PRIMITIVE,
    MU_KIND_BUNDLE,
    MU_KIND_GROUP,
    MU_KIND_MASTER,
    MU_KIND_CLONE,
    MU_KIND_TAG,
    MU_KIND_LOCATION,
    MU_KIND_COLOCATION,
    MU_KIND_ORDER,
    MU_KIND_TICKET,
    MU_KIND_FENCING,
    MU_KIND_PROPERTY,
    MU_KIND_RSC_DEFAULTS,
    MU_KIND_OP_DEFAULTS,
    MU_KIND_ROLE,
    MU_KIND_TARGET,
    MU_KIND_ACL_GROUP,
    MU_KIND_USER,
    MU_KIND_ALERT,
    MU_KIND_NONE, /* Not an object. Keep last. */
};

struct mu_kind_info {
    const char *keyword; /* First word of its statements. */
    const char *tag;     /* Name of its element. */
    const char *section; /* Where it lives in <configuration>. */
    unsigned rank;       /* Place in a loaded or printed text. */
};

/* Returns what there is to know about 'kind', which must not be NONE. */
const struct mu_kind_info *mu_kinds_info(enum mu_kind kind);

/* Returns the kind whose statements begin with 'keyword' (any case, all
 * spellings), or NONE. */
enum mu_kind mu_kinds_by_keyword(const char *keyword);

/* Returns the kind of an object in a configuration, or NONE for what is part
 * of an object. Members of containers are objects as well. */
enum mu_kind mu_kinds_of(const struct mu_element *element);

/* Returns the kind of an element that stands alone and is called 'tag'; NONE
 * when there is none or the name does not tell. */
enum mu_kind mu_kinds_by_tag(const char *tag);

/* Tells whether 'kind' is something that can run: primitive, bundle, group,
 * master or clone. */
bool mu_kinds_is_resource(enum mu_kind kind);

/* Tells whether 'kind' is a group, master, clone or bundle. */
bool mu_kinds_is_container(enum mu_kind kind);

/* Tells whether 'kind' is a constraint. */
bool mu_kinds_is_constraint(enum mu_kind kind);

/* Tells whether 'kind' is a set of properties or defaults. */
bool mu_kinds_is_options(enum mu_kind kind);

/* Returns the name by which people address an object: the uname of a node,
 * "fencing_topology", else its id. Null when it has none. */
const char *mu_kinds_name_of(const struct mu_element *object);

#endif /* MU_CRM_KINDS_H */
