/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DOC_DOC_PRIVATE_H
#define MU_DOC_DOC_PRIVATE_H

/* Doc private: how a document looks in memory, for the files of lib/doc only.
 *
 * Nodes, names and values live on the document's arena. Names are kept once
 * per document, so equal names of one document are equal pointers. */

#include "base/arena.h"
#include "base/index.h"
#include "base/vec.h"
#include "doc/doc.h"

struct mu_doc_pair {
    const char *name;  /* One of doc->names. */
    const char *value; /* NUL-terminated. */
};

struct mu_doc_element {
    struct mu_doc *doc;
    struct mu_doc_element *parent; /* Null while nowhere; the top node for the
                                      root and comments beside it. */
    struct mu_doc_element *first;  /* First child of any kind, or null. */
    struct mu_doc_element *last;
    struct mu_doc_element *next;
    struct mu_doc_element *previous;
    const char *name; /* Elements: the name. Others: the text. */
    struct mu_doc_pair *attributes;
    uint16_t attributes_count;
    uint16_t attributes_capacity;
    uint32_t line; /* 0 when not read from a file. */
    enum mu_doc_kind kind;
};

struct mu_doc {
    struct mu_arena arena;
    struct mu_doc_element top; /* Holds the root and the comments beside it. */
    struct mu_doc_element *root;
    struct mu_index names_index;
    MU_VEC(const char *) names;
};

/* Returns an empty document without a root, to be filled. */
struct mu_doc *mu_doc_private_new(void);

/* Returns a new node that is nowhere; 'name' is used as it is. */
struct mu_doc_element *mu_doc_private_node(struct mu_doc *doc,
                                           enum mu_doc_kind kind,
                                           const char *name);

/* Returns the document's own copy of an element's or attribute's name. */
const char *mu_doc_private_name(struct mu_doc *doc, const char *name);

/* Links 'node', which is nowhere, into 'parent' before 'next' (null: last). */
void mu_doc_private_link(struct mu_doc_element *parent,
                         struct mu_doc_element *node,
                         struct mu_doc_element *next);

/* Returns the length in bytes of the UTF-8 character at 'c', or 0 when XML
 * cannot hold it. */
unsigned mu_doc_private_character(const unsigned char *c);

#endif /* MU_DOC_DOC_PRIVATE_H */
