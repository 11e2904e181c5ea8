/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_EDIT_H
#define MU_CRM_EDIT_H

/* Edit: what the commands beside "configure" change in the configuration.
 *
 * Starting and stopping, maintenance, moves and bans, attributes of resources
 * and nodes, and properties are all values in the CIB. A value that exists is
 * changed where it is, whoever made it; a new one gets the id that the usual
 * tools would give it. Nothing here knows what runs where.
 *
 * Invariant: a call that fails leaves the document as it was. All of them
 * return 0, -ENOENT for an object that does not exist or -EBADMSG for one that
 * cannot take the change, with an error in 'report'. */

#include <stdbool.h>

#include "base/attr.h"
#include "base/text.h"
#include "crm/report.h"
#include "doc/doc.h"

/* The attribute sets of a resource or a node. */
enum mu_edit_set {
    MU_EDIT_PARAMS, /* instance_attributes; of a node, its attributes. */
    MU_EDIT_META,   /* meta_attributes; resources only. */
    MU_EDIT_UTILIZATION,
};

/* Sets target-role of a resource, or of all resources of a tag: "Started",
 * "Stopped", "Promoted" or "Unpromoted" (written as Master and Slave, which
 * every schema takes). It goes to the topmost container, but stays on a member
 * of a group; the same attribute of what is inside is removed. */
MU_NODISCARD int mu_edit_target_role(struct mu_doc *cib, const char *id,
                                     const char *role,
                                     struct mu_report *report);

/* Sets is-managed in the same way; removes "maintenance", which would win. */
MU_NODISCARD int mu_edit_managed(struct mu_doc *cib, const char *id,
                                 bool is_managed, struct mu_report *report);

/* Sets "maintenance" in the same way; removes is-managed. */
MU_NODISCARD int mu_edit_maintenance(struct mu_doc *cib, const char *id,
                                     bool is_on, struct mu_report *report);

struct mu_edit_value {
    enum mu_edit_set set;
    const char *name;
    const char *value; /* Null: remove it. */
};

/* Sets an attribute of the resource or template 'id' itself. To remove one that
 * is not there is an error. */
MU_NODISCARD int mu_edit_resource(struct mu_doc *cib, const char *id,
                                  const struct mu_edit_value *value,
                                  struct mu_report *report);

/* The same for a node by its name. */
MU_NODISCARD int mu_edit_node(struct mu_doc *cib, const char *uname,
                              const struct mu_edit_value *value,
                              struct mu_report *report);

/* Returns the value of an attribute of a resource or node, or null; borrowed
 * from 'cib'. */
const char *mu_edit_get(const struct mu_doc *cib, const char *name_of_object,
                        enum mu_edit_set set, const char *name);

/* Sets standby of a node to "on" or "off". */
MU_NODISCARD int mu_edit_node_standby(struct mu_doc *cib, const char *uname,
                                      bool is_on, struct mu_report *report);

/* Sets maintenance of a node to "true" or "off". */
MU_NODISCARD int mu_edit_node_maintenance(struct mu_doc *cib, const char *uname,
                                          bool is_on, struct mu_report *report);

/* Removes a node from the configuration, with the constraints and fencing
 * levels that name it. */
MU_NODISCARD int mu_edit_node_delete(struct mu_doc *cib, const char *uname,
                                     struct mu_report *report);

struct mu_edit_place {
    const char *resource;
    const char *node;
    const char *until; /* ISO 8601 in UTC, "2026-11-21 21:00:00Z"; null: for
                          good. */
    bool is_promoted;  /* Only where it would run in the promoted role. */
    bool is_once;      /* Move only, with 'until': it is over as soon as the
                          resource is there; see model/override.h. */
};

/* Prefers a node for a resource ("cli-prefer-..."), in place of an older
 * preference and of a ban of that node. */
MU_NODISCARD int mu_edit_move(struct mu_doc *cib,
                              const struct mu_edit_place *place,
                              struct mu_report *report);

/* Bans a resource from a node ("cli-ban-..."). */
MU_NODISCARD int mu_edit_ban(struct mu_doc *cib,
                             const struct mu_edit_place *place,
                             struct mu_report *report);

/* Removes what move and ban made for a resource; of one node only when 'node'
 * is not null. Removing nothing is no error. */
MU_NODISCARD int mu_edit_clear(struct mu_doc *cib, const char *resource,
                               const char *node, struct mu_report *report);

enum mu_edit_timed_kind {
    MU_EDIT_TIMED_MAINTENANCE, /* Of a resource, a node, or all. */
    MU_EDIT_TIMED_STANDBY,     /* Of a node. */
    MU_EDIT_TIMED_RESTART,     /* Of a resource: stopped until then. */
};

/* What ends by itself: a set with a date rule that wins over others, and that
 * the cluster removes at its end. One per kind and object; another one takes
 * its place. */
struct mu_edit_timed {
    enum mu_edit_timed_kind kind;
    const char *resource; /* At most one of these two is set. */
    const char *node;
    const char *until; /* ISO 8601 in UTC; null: remove it. */
};

/* Sets or removes it. Removing nothing is no error. Maintenance of everything
 * also removes a maintenance-mode that would win over it. */
MU_NODISCARD int mu_edit_timed(struct mu_doc *cib,
                               const struct mu_edit_timed *timed,
                               struct mu_report *report);

/* Sets a cluster property; a null value removes it. It is changed in the set
 * that holds it, else added to cib-bootstrap-options. */
MU_NODISCARD int mu_edit_property(struct mu_doc *cib, const char *name,
                                  const char *value, struct mu_report *report);

#endif /* MU_CRM_EDIT_H */
