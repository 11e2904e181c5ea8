/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DOC_DOC_H
#define MU_DOC_DOC_H

/* Doc: an XML document, for reading, editing and writing.
 *
 * A document is a tree of nodes: elements, comments and text. White space
 * between elements is not kept, the order of attributes is. The document knows
 * nothing of what its elements mean.
 *
 * Reading goes through const handles. Whoever holds the document itself may
 * turn one into a handle for editing with mu_doc_edit(). Handles are borrowed
 * and live as long as their document; removed nodes keep their memory until
 * then, so a document that is edited for long is best copied now and then.
 *
 * Parsing takes hostile input: no network, no entities but the five of XML, no
 * document type with declarations, bounded size, depth and counts.
 *
 * Invariant: every node belongs to one document and has at most one parent;
 * what mu_doc_write_pretty() writes reads back as the same tree. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/digest.h"
#include "base/errbuf.h"
#include "base/span.h"
#include "base/text.h"

struct mu_doc;
struct mu_doc_element; /* A node of a document, normally an element. */

enum mu_doc_kind {
    MU_DOC_ELEMENT,
    MU_DOC_COMMENT,
    MU_DOC_TEXT,
};

/* Life. */

/* Reads the document in 'xml'. Refusals set 'err' with line and column:
 * -EBADMSG when it is no well-formed XML, -E2BIG over a limit. The caller frees
 * the document. */
MU_NODISCARD int mu_doc_parse(struct mu_span xml, struct mu_doc **ret_doc,
                              struct mu_errbuf *err);

/* Returns a document with a root element 'name' and nothing else. */
struct mu_doc *mu_doc_new(const char *name);

/* Returns a copy that holds only what is in the tree of 'doc'. */
struct mu_doc *mu_doc_copy(const struct mu_doc *doc);

/* Frees a document; null is accepted. */
void mu_doc_free(struct mu_doc *doc);

/* Reading. */

/* Returns the root element; every document has one. */
const struct mu_doc_element *mu_doc_root(const struct mu_doc *doc);

/* Returns the name of an element; "" for comments and text. */
const char *mu_doc_name(const struct mu_doc_element *element);

/* Tells whether 'element' is an element called 'name'. */
bool mu_doc_is(const struct mu_doc_element *element, const char *name);

enum mu_doc_kind mu_doc_kind(const struct mu_doc_element *node);

/* Returns the line where the start tag ended; 0 for nodes made by editing. */
unsigned mu_doc_line(const struct mu_doc_element *node);

/* Returns the value of the attribute 'name', or null. */
const char *mu_doc_get(const struct mu_doc_element *element, const char *name);

/* Returns how many attributes there are. */
unsigned mu_doc_attributes_count(const struct mu_doc_element *element);

/* Returns name or value of the attribute at 'index', in document order. */
const char *mu_doc_attribute_name(const struct mu_doc_element *element,
                                  unsigned index);
const char *mu_doc_attribute_value(const struct mu_doc_element *element,
                                   unsigned index);

/* The elements around an element, or null: comments and text are skipped. The
 * parent of the root is null. */
const struct mu_doc_element *
mu_doc_parent(const struct mu_doc_element *element);
const struct mu_doc_element *mu_doc_first(const struct mu_doc_element *element);
const struct mu_doc_element *mu_doc_next(const struct mu_doc_element *element);

/* As above, only elements called 'name'. */
const struct mu_doc_element *
mu_doc_first_named(const struct mu_doc_element *element, const char *name);
const struct mu_doc_element *
mu_doc_next_named(const struct mu_doc_element *element, const char *name);

/* As above, comments and text included. */
const struct mu_doc_element *
mu_doc_first_node(const struct mu_doc_element *element);
const struct mu_doc_element *
mu_doc_next_node(const struct mu_doc_element *node);

/* Returns the text of a comment or text node, or that of the first text in an
 * element; null when an element has none. */
const char *mu_doc_text(const struct mu_doc_element *node);

/* Returns the element after 'element' in document order within 'top', or null
 * at the end. Start with 'top' itself. */
const struct mu_doc_element *mu_doc_walk(const struct mu_doc_element *element,
                                         const struct mu_doc_element *top);

/* Returns the first element in or below 'top' whose attribute "id" is 'id', or
 * null. Takes time in proportion to the size of the tree. */
const struct mu_doc_element *mu_doc_find(const struct mu_doc_element *top,
                                         const char *id);

/* Writing. */

/* Appends 'top' with all in it, one element per line, two blanks per level,
 * 'indent' levels deep to begin with. Bytes that XML cannot hold become
 * U+FFFD. */
void mu_doc_write_pretty(const struct mu_doc_element *top, unsigned indent,
                         struct mu_text_buffer *text);

/* Appends the whole document with an XML declaration, its leading and trailing
 * comments and a newline at the end. */
void mu_doc_write_file(const struct mu_doc *doc, struct mu_text_buffer *text);

/* Appends 'top' on one line: attributes in order, empty elements as <a/>. */
void mu_doc_write_line(const struct mu_doc_element *top,
                       struct mu_text_buffer *text);

/* Appends 'top' in canonical form: attributes sorted by name, no comments, no
 * white space between elements, end tags written out. Equal content gives equal
 * bytes. */
void mu_doc_write_canonical(const struct mu_doc_element *top,
                            struct mu_text_buffer *text);

/* Appends 'value' with the characters escaped that an attribute in double
 * quotes cannot hold. */
void mu_doc_write_value(const char *value, struct mu_text_buffer *text);

/* Returns the digest of the canonical form of 'top'. */
struct mu_digest mu_doc_digest(const struct mu_doc_element *top);

/* Editing. */

/* Returns the handle for editing a node of 'doc'; null gives null. */
struct mu_doc_element *mu_doc_edit(struct mu_doc *doc,
                                   const struct mu_doc_element *node);

/* Tells whether XML can hold 'text' as it is: UTF-8 without control
 * characters. */
bool mu_doc_can_hold(const char *text);

/* Returns a new node of 'doc' that is nowhere yet. Names and texts are
 * copied. */
struct mu_doc_element *mu_doc_make(struct mu_doc *doc, const char *name);
struct mu_doc_element *mu_doc_make_comment(struct mu_doc *doc,
                                           const char *text);

/* Returns a deep copy of 'source', which may be of another document, as a node
 * of 'doc' that is nowhere yet. */
struct mu_doc_element *mu_doc_make_copy(struct mu_doc *doc,
                                        const struct mu_doc_element *source);

/* Makes a new element and appends it to 'parent'. */
struct mu_doc_element *mu_doc_add(struct mu_doc_element *parent,
                                  const char *name);

/* Puts 'node' last into 'parent', or before or after 'sibling'. A node that is
 * somewhere already is moved. 'node' must be of the same document and must not
 * contain its new place. Nothing but comments can stand beside the root. */
void mu_doc_append(struct mu_doc_element *parent, struct mu_doc_element *node);
void mu_doc_insert_before(struct mu_doc_element *sibling,
                          struct mu_doc_element *node);
void mu_doc_insert_after(struct mu_doc_element *sibling,
                         struct mu_doc_element *node);

/* Takes 'node' out of its parent. It can be put in again. Not for the root. */
void mu_doc_remove(struct mu_doc_element *node);

/* Makes 'element' the root; the old root is out of the document. */
void mu_doc_set_root(struct mu_doc *doc, struct mu_doc_element *element);

/* Gives an element another name. */
void mu_doc_rename(struct mu_doc_element *element, const char *name);

/* Sets an attribute: a new one comes last, an old one keeps its place. An
 * element holds at most MU_ATTRIBUTES_COUNT_MAX. */
void mu_doc_set(struct mu_doc_element *element, const char *name,
                const char *value);

/* Removes an attribute, if it is there. */
void mu_doc_unset(struct mu_doc_element *element, const char *name);

/* Replaces everything in 'element' by 'text'; null leaves it empty. */
void mu_doc_set_text(struct mu_doc_element *element, const char *text);

#endif /* MU_DOC_DOC_H */
