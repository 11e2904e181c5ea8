/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MU_DOC_DOC_STREAM_H
#define MU_DOC_DOC_STREAM_H

/* Doc stream: reading a large document element by element, without a tree.
 *
 * The reader is asked about each element and chooses what happens with it; what
 * it wants to keep as a tree is kept, the rest costs no memory. Words that the
 * reader knows come as small numbers, so that it need not compare names.
 *
 * It is the only place where XML is parsed: mu_doc_parse() is a stream whose
 * reader keeps everything. The same limits hold. */

#include "doc/doc.h"

enum { MU_DOC_STREAM_UNKNOWN = -1 }; /* A name that is none of the words. */

struct mu_doc_stream_attribute {
    int word;             /* Index into the words, or UNKNOWN. */
    const char *name;     /* NUL-terminated. */
    struct mu_span value; /* Not NUL-terminated; good during the call. */
};

struct mu_doc_stream_tag {
    int word; /* As above. */
    const char *name;
    const struct mu_doc_stream_attribute *attributes;
    unsigned attributes_count;
    unsigned depth; /* The root has 1. */
    unsigned line;
};

enum mu_doc_stream_choice {
    MU_DOC_STREAM_SKIP,       /* Pass over the element and all in it. */
    MU_DOC_STREAM_ENTER,      /* Ask about its children. */
    MU_DOC_STREAM_KEEP,       /* Keep it and all in it as a tree. */
    MU_DOC_STREAM_KEEP_ENTER, /* Keep it; ask about its children. */
    MU_DOC_STREAM_REFUSE,     /* Stop with -EBADMSG; the reader sets 'err'. */
};

/* Asked at each start tag. */
typedef enum mu_doc_stream_choice
mu_doc_stream_start(void *context, const struct mu_doc_stream_tag *tag);

/* Told at the end tag of each element that was entered. */
typedef void mu_doc_stream_end(void *context);

struct mu_doc_stream {
    const char *const *words; /* Names that the reader knows. */
    unsigned words_count;
    mu_doc_stream_start *start;
    mu_doc_stream_end *end; /* May be null. */
    void *context;          /* Handed to both. */
    bool keeps_comments;    /* Keep those beside the root as well. */
};

/* Reads 'xml'. '*ret_doc' gets a document of what was kept, to be freed by the
 * caller, or null when that was nothing; the first one kept is its root, and
 * another beside it is refused with -EBADMSG. Errors as mu_doc_parse(). */
MU_NODISCARD int mu_doc_stream_read(struct mu_span xml,
                                    const struct mu_doc_stream *stream,
                                    struct mu_doc **ret_doc,
                                    struct mu_errbuf *err);

#endif /* MU_DOC_DOC_STREAM_H */
