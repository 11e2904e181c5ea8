/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_CRM_WORKSPACE_H
#define MU_CRM_WORKSPACE_H

/* Workspace: the configuration while a command changes it.
 *
 * It holds a copy of <configuration> with an index of the ids in use, gives
 * out new ids, and writes the copy back to the document when the command
 * succeeded. It does not know the language.
 *
 * Invariant: an id in the index belongs to an element of the tree. Ids of
 * nodes and of ACL targets are no XML ids and are not in the index. */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/errbuf.h"
#include "base/index.h"
#include "crm/element.h"
#include "crm/kinds.h"
#include "crm/report.h"
#include "doc/doc.h"

struct mu_workspace {
    struct mu_arena *arena;
    struct mu_report *report;
    struct mu_element *configuration;
    bool has_promoted;     /* The schema knows Promoted and Unpromoted. */
    struct mu_index index; /* Id to position in 'owners'. */
    struct mu_workspace_owners {
        struct mu_element **items; /* Null: the id is free again. */
        size_t count;
        size_t capacity;
    } owners;
};

/* Copies the configuration of 'cib', which may lack sections, to 'arena'.
 * -EBADMSG when the root is no <cib> or <configuration>. */
MU_NODISCARD int mu_workspace_open(struct mu_workspace *workspace,
                                   struct mu_arena *arena,
                                   const struct mu_doc *cib,
                                   struct mu_report *report);

/* Replaces the configuration in 'cib' by the one in 'workspace'. */
void mu_workspace_save(const struct mu_workspace *workspace,
                       struct mu_doc *cib);

/* Returns a copy on 'arena' of an element of a document. */
struct mu_element *mu_workspace_import(struct mu_arena *arena,
                                       const struct mu_doc_element *source);

/* Returns a copy of 'element' as a node of 'doc' that is nowhere yet. */
struct mu_doc_element *mu_workspace_export(struct mu_doc *doc,
                                           const struct mu_element *element);

/* Returns the section 'name'; 'get' makes it if need be, 'find' may return
 * null. */
struct mu_element *mu_workspace_section_get(struct mu_workspace *workspace,
                                            const char *name);
struct mu_element *
mu_workspace_section_find(const struct mu_workspace *workspace,
                          const char *name);

/* Returns the element with this XML id, or null. */
struct mu_element *mu_workspace_find(const struct mu_workspace *workspace,
                                     const char *id);

/* Returns the object with this name (uname of a node, id of anything else,
 * "fencing_topology"), or null. */
struct mu_element *mu_workspace_object(const struct mu_workspace *workspace,
                                       const char *name);

/* Returns the resource with this id, or null. */
struct mu_element *mu_workspace_resource(const struct mu_workspace *workspace,
                                         const char *id);

/* Returns the object after 'object' in document order, members of containers
 * included; the first for null, null at the end. */
struct mu_element *mu_workspace_next(const struct mu_workspace *workspace,
                                     struct mu_element *object);

/* Puts the ids in and below 'element' into the index, or takes them out. */
void mu_workspace_enter(struct mu_workspace *workspace,
                        struct mu_element *element);
void mu_workspace_leave(struct mu_workspace *workspace,
                        struct mu_element *element);

/* Gives 'element' the id 'id'; false when it is taken. */
bool mu_workspace_claim(struct mu_workspace *workspace,
                        struct mu_element *element, const char *id);

/* Makes 'id' free again; its element keeps the attribute. */
void mu_workspace_release(struct mu_workspace *workspace, const char *id);

/* Gives 'element' the id 'base', or 'base' with a number when it is taken. */
void mu_workspace_claim_new(struct mu_workspace *workspace,
                            struct mu_element *element, const char *base);

/* Returns 'name' with what no id can hold replaced by dots. */
const char *mu_workspace_usual_id(struct mu_arena *arena, const char *name);

/* Gives ids to all parts of 'object' that need one and have none: those of
 * the matching parts of 'old' (which is taken apart; null for none), else new
 * ones. Ids given in the text are claimed first. Members of containers are
 * left alone. -EBADMSG, with an error reported, when a given id is taken. */
MU_NODISCARD int mu_workspace_identify(struct mu_workspace *workspace,
                                       struct mu_element *object,
                                       struct mu_element *old);

/* Takes 'object' out of the tree, with its ids and those of all in it. */
void mu_workspace_drop(struct mu_workspace *workspace,
                       struct mu_element *object);

/* Fills 'names' with the names of all objects, for proposals; at most
 * 'names_max'. Returns how many. */
size_t mu_workspace_names(const struct mu_workspace *workspace,
                          const char **names, size_t names_max);

/* Reports that there is no object 'name', with the nearest one. Returns
 * -ENOENT. */
int mu_workspace_missing(struct mu_workspace *workspace,
                         const struct mu_word *word, const char *what,
                         const char *name);

#endif /* MU_CRM_WORKSPACE_H */
