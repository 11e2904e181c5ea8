/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doc/doc_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "base/limits.h"
#include "base/panic.h"
#include "doc/doc_private.h"

/* How libxml2 reports an error; the type changed with its version. */
#if LIBXML_VERSION >= 21200
#define XML_ERROR_POINTER const xmlError *
#else
#define XML_ERROR_POINTER xmlErrorPtr
#endif

enum {
    WORDS_CACHE_SIZE = 1024, /* A power of two. */
    LONG_TAG_SIZE = 2048,    /* Start tags above this are looked at first. */
};

/* What is known about one of the parser's own copies of a name. The parser
 * keeps each name once while it runs, so its address stands for the name. */
struct word {
    const xmlChar *key; /* Null in an empty slot. */
    int word;
    const char *kept; /* The tree's copy of the name, or null. */
};

struct reader {
    const struct mu_doc_stream *stream;
    xmlParserCtxt *parser;
    struct mu_span rest;         /* Input that the parser has not fetched. */
    struct mu_doc *doc;          /* Null until something is kept. */
    struct mu_doc_element *open; /* Innermost kept element that is open. */
    unsigned depth;              /* Open elements. */
    unsigned skip_depth;         /* 0, or where skipping began. */
    unsigned keep_depth;         /* 0, or where keeping everything began. */
    uint64_t kept_levels;        /* Bit 'depth' - 1: that element is kept. */
    uint32_t nodes_count;        /* Kept ones. */
    int result;                  /* 0, or why reading stopped. */
    struct mu_errbuf *err;
    MU_VEC(char) text;       /* Text of the element that is open. */
    struct mu_arena scratch; /* Holds 'text' and names with a prefix. */
    struct mu_index words_index;
    struct mu_doc_stream_attribute attributes[MU_ATTRIBUTES_COUNT_MAX];
    const char *kept_names[MU_ATTRIBUTES_COUNT_MAX];
    struct word cache[WORDS_CACHE_SIZE];
    unsigned cache_used;
};

static_assert(MU_DOCUMENT_DEPTH_MAX <= 64, "a level has its bit");

static int bytes_check(struct mu_span xml, struct mu_errbuf *err);
static unsigned attributes_estimate(const unsigned char *at,
                                    const unsigned char *stop);
static int reader_run(struct reader *reader);
static int reader_fetch(void *context, char *buffer, int size);
static int reader_close(void *context);
static void handlers_set(xmlSAXHandler *sax);
static void on_start(void *context, const xmlChar *name, const xmlChar *prefix,
                     const xmlChar *uri, int namespaces_count,
                     const xmlChar **namespaces, int attributes_count,
                     int defaulted_count, const xmlChar **attributes);
static void on_end(void *context, const xmlChar *name, const xmlChar *prefix,
                   const xmlChar *uri);
static void on_text(void *context, const xmlChar *text, int length);
static void on_comment(void *context, const xmlChar *text);
static void on_reference(void *context, const xmlChar *name);
static void on_entity_declared(void *context, const xmlChar *name, int type,
                               const xmlChar *public_id,
                               const xmlChar *system_id, xmlChar *content);
static void on_attribute_declared(void *context, const xmlChar *element,
                                  const xmlChar *name, int type, int def,
                                  const xmlChar *value, xmlEnumeration *tree);
static void on_error(void *context, XML_ERROR_POINTER error);
static void reader_stop(struct reader *reader, int result);
static void reader_refuse(struct reader *reader, int result, const char *text);
static struct word *word_find(struct reader *reader, const xmlChar *name);
static int word_of(const struct reader *reader, const char *name);
static bool attributes_collect(struct reader *reader,
                               struct mu_doc_stream_tag *tag, int count,
                               const xmlChar **attributes);
static bool namespaces_collect(struct reader *reader,
                               struct mu_doc_stream_tag *tag, int count,
                               const xmlChar **namespaces);
static void attribute_name_set(struct reader *reader, unsigned index,
                               const xmlChar *name, const xmlChar *prefix);
static void element_keep(struct reader *reader,
                         const struct mu_doc_stream_tag *tag);
static void text_flush(struct reader *reader);
static bool node_count(struct reader *reader);
static enum mu_doc_stream_choice all_keep(void *context,
                                          const struct mu_doc_stream_tag *tag);

int
mu_doc_parse(struct mu_span xml, struct mu_doc **ret_doc, struct mu_errbuf *err)
{
    const struct mu_doc_stream stream = {.start = all_keep,
                                         .keeps_comments = true};

    return mu_doc_stream_read(xml, &stream, ret_doc, err);
}

static enum mu_doc_stream_choice
all_keep(void *context, const struct mu_doc_stream_tag *tag)
{
    (void)context;
    (void)tag;
    return MU_DOC_STREAM_KEEP;
}

int
mu_doc_stream_read(struct mu_span xml, const struct mu_doc_stream *stream,
                   struct mu_doc **ret_doc, struct mu_errbuf *err)
{
    struct reader *reader;
    int r;

    mu_assert(stream->start);
    mu_assert(stream->words_count == 0 || stream->words);
    r = bytes_check(xml, err);
    if (r < 0) {
        return r;
    }
    reader = calloc(1, sizeof(*reader));
    mu_assert(reader);
    reader->stream = stream;
    reader->rest = xml;
    reader->err = err;
    if (stream->keeps_comments) {
        reader->doc = mu_doc_private_new();
    }
    mu_arena_init(&reader->scratch, SIZE_MAX / 2);
    mu_index_init(&reader->words_index, &reader->scratch);
    for (unsigned i = 0; i < stream->words_count; i++) {
        bool is_new = mu_index_add(&reader->words_index, stream->words[i], i);

        mu_assert(is_new);
    }
    r = reader_run(reader);
    if (r == 0 && reader->doc && reader->doc->root) {
        *ret_doc = reader->doc;
    } else {
        mu_doc_free(reader->doc);
        if (r == 0) {
            *ret_doc = NULL;
        }
    }
    mu_arena_done(&reader->scratch);
    free(reader);
    return r;
}

/* Looks at the bytes before the parser does. The parser compares each
 * attribute of a tag with all before it, so a tag with a hundred thousand of
 * them would keep it busy for minutes before it told us. */
static int
bytes_check(struct mu_span xml, struct mu_errbuf *err)
{
    const unsigned char *at = xml.data;
    const unsigned char *end = xml.data + xml.size;

    if (xml.size == 0) {
        mu_errbuf_set(err, "the document is empty");
        return -EBADMSG;
    }
    if (xml.size > MU_DOCUMENT_SIZE_MAX) {
        mu_errbuf_set(err, "the document has %zu bytes, more than %d", xml.size,
                      MU_DOCUMENT_SIZE_MAX);
        return -E2BIG;
    }
    /* Other encodings than UTF-8 do not begin like this. */
    if (memcmp(at, "\xef\xbb\xbf", xml.size < 3 ? xml.size : 3) != 0 &&
        (!strchr("< \t\r\n", *at) || *at == '\0' ||
         (xml.size > 1 && at[1] == '\0'))) {
        mu_errbuf_set(err, "this is not an XML document in UTF-8");
        return -EBADMSG;
    }
    while (at) {
        const unsigned char *next =
            at < end ? memchr(at, '<', (size_t)(end - at)) : NULL;
        const unsigned char *stop = next ? next : end;

        if (stop - at > LONG_TAG_SIZE &&
            attributes_estimate(at, stop) > 4 * MU_ATTRIBUTES_COUNT_MAX) {
            mu_errbuf_set(err, "an element has more than %d attributes",
                          MU_ATTRIBUTES_COUNT_MAX);
            return -E2BIG;
        }
        at = next ? next + 1 : NULL;
    }
    return 0;
}

/* Counts the attributes of the start tag that 'at' may be in. Values are passed
 * over, whatever they hold. */
static unsigned
attributes_estimate(const unsigned char *at, const unsigned char *stop)
{
    unsigned count = 0;

    for (; at < stop && *at != '>'; at++) {
        if (*at == '=') {
            count++;
        } else if (*at == '"' || *at == '\'') {
            at = memchr(at + 1, *at, (size_t)(stop - at - 1));
            if (!at) {
                break;
            }
        }
    }
    return count;
}

static int
reader_run(struct reader *reader)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    xmlDoc *made;

    mu_assert(parser);
    handlers_set(parser->sax);
    parser->userData = reader;
    reader->parser = parser;
    /* NOENT is about the five entities of XML only (without it, "&amp;" comes
     * as "&#38;"): declaring another one stops the parser. */
    made =
        xmlCtxtReadIO(parser, reader_fetch, reader_close, reader, NULL, NULL,
                      XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
    if (reader->result == 0 && !parser->wellFormed) {
        reader_refuse(reader, -EBADMSG, "the document is not well-formed");
    }
    if (made) {
        xmlFreeDoc(made);
    } else if (parser->myDoc) {
        xmlFreeDoc(parser->myDoc);
        parser->myDoc = NULL;
    }
    xmlFreeParserCtxt(parser);
    return reader->result;
}

static int
reader_fetch(void *context, char *buffer, int size)
{
    struct reader *reader = context;
    size_t part = reader->rest.size;

    if (size < 0) {
        return -1;
    }
    if (part > (size_t)size) {
        part = (size_t)size;
    }
    if (part > 0) {
        memcpy(buffer, reader->rest.data, part);
        reader->rest.data += part;
        reader->rest.size -= part;
    }
    return (int)part;
}

static int
reader_close(void *context)
{
    (void)context;
    return 0;
}

/* Everything that is not named here stays null and has no effect; above all
 * nothing is ever loaded. */
static void
handlers_set(xmlSAXHandler *sax)
{
    *sax = (xmlSAXHandler){
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .cdataBlock = on_text,
        .comment = on_comment,
        .reference = on_reference,
        .entityDecl = on_entity_declared,
        .attributeDecl = on_attribute_declared,
        .serror = on_error,
    };
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix,
         const xmlChar *uri, int namespaces_count, const xmlChar **namespaces,
         int attributes_count, int defaulted_count, const xmlChar **attributes)
{
    struct reader *reader = context;
    struct mu_doc_stream_tag tag = {.attributes = reader->attributes};
    enum mu_doc_stream_choice choice = MU_DOC_STREAM_KEEP;

    (void)uri;
    (void)defaulted_count;
    if (reader->result < 0) {
        return;
    }
    if (++reader->depth > MU_DOCUMENT_DEPTH_MAX) {
        reader_refuse(reader, -E2BIG, "elements are nested too deeply");
        return;
    }
    if (reader->skip_depth) {
        return;
    }
    if (reader->open) {
        text_flush(reader);
    }
    if (prefix) {
        tag.name = mu_text_make(&reader->scratch, "%s:%s", (const char *)prefix,
                                (const char *)name);
        tag.word = word_of(reader, tag.name);
    } else {
        tag.name = (const char *)name;
        tag.word = word_find(reader, name)->word;
    }
    tag.depth = reader->depth;
    tag.line = (unsigned)reader->parser->input->line;
    if (!namespaces_collect(reader, &tag, namespaces_count, namespaces) ||
        !attributes_collect(reader, &tag, attributes_count, attributes)) {
        return;
    }
    if (!reader->keep_depth) {
        choice = reader->stream->start(reader->stream->context, &tag);
    }
    switch (choice) {
    case MU_DOC_STREAM_SKIP:
        reader->skip_depth = reader->depth;
        break;
    case MU_DOC_STREAM_ENTER:
        break;
    case MU_DOC_STREAM_KEEP:
        if (!reader->keep_depth) {
            reader->keep_depth = reader->depth;
        }
        element_keep(reader, &tag);
        break;
    case MU_DOC_STREAM_KEEP_ENTER:
        element_keep(reader, &tag);
        break;
    case MU_DOC_STREAM_REFUSE:
        reader_stop(reader, -EBADMSG);
        break;
    }
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix,
       const xmlChar *uri)
{
    struct reader *reader = context;
    unsigned depth = reader->depth--;
    uint64_t bit = UINT64_C(1) << ((depth - 1) & 63);

    (void)name;
    (void)prefix;
    (void)uri;
    if (reader->result < 0) {
        return;
    }
    if (reader->skip_depth) {
        if (reader->skip_depth == depth) {
            reader->skip_depth = 0;
        }
        return;
    }
    if (reader->kept_levels & bit) {
        text_flush(reader);
        reader->open = reader->open->parent;
        if (reader->open == &reader->doc->top) {
            reader->open = NULL;
        }
        reader->kept_levels &= ~bit;
    }
    if (reader->keep_depth) {
        if (reader->keep_depth == depth) {
            reader->keep_depth = 0;
        }
        return;
    }
    if (reader->stream->end) {
        reader->stream->end(reader->stream->context);
    }
}

static void
on_text(void *context, const xmlChar *text, int length)
{
    struct reader *reader = context;

    if (reader->result < 0 || reader->skip_depth || !reader->open ||
        length <= 0) {
        return;
    }
    if (reader->text.count + (size_t)length > MU_VALUE_SIZE_MAX) {
        reader_refuse(reader, -E2BIG, "a text is too long");
        return;
    }
    for (int i = 0; i < length; i++) {
        *mu_vec_add(&reader->scratch, &reader->text) = (char)text[i];
    }
}

static void
on_comment(void *context, const xmlChar *text)
{
    struct reader *reader = context;
    struct mu_doc_element *parent = reader->open;
    struct mu_doc_element *node;

    if (reader->result < 0 || reader->skip_depth ||
        (!parent && (reader->depth > 0 || !reader->stream->keeps_comments))) {
        return;
    }
    if (strlen((const char *)text) > MU_VALUE_SIZE_MAX) {
        reader_refuse(reader, -E2BIG, "a comment is too long");
        return;
    }
    if (!node_count(reader)) {
        return;
    }
    if (parent) {
        text_flush(reader);
    } else {
        parent = &reader->doc->top;
    }
    node = mu_doc_private_node(
        reader->doc, MU_DOC_COMMENT,
        mu_arena_strdup(&reader->doc->arena, (const char *)text));
    node->line = (uint32_t)reader->parser->input->line;
    mu_doc_private_link(parent, node, NULL);
}

static void
on_reference(void *context, const xmlChar *name)
{
    (void)name;
    reader_refuse(context, -EBADMSG,
                  "an entity is used that is not one of "
                  "lt, gt, amp, quot and apos");
}

static void
on_entity_declared(void *context, const xmlChar *name, int type,
                   const xmlChar *public_id, const xmlChar *system_id,
                   xmlChar *content)
{
    (void)name;
    (void)type;
    (void)public_id;
    (void)system_id;
    (void)content;
    reader_refuse(context, -EBADMSG, "declarations of entities are not taken");
}

static void
on_attribute_declared(void *context, const xmlChar *element,
                      const xmlChar *name, int type, int def,
                      const xmlChar *value, xmlEnumeration *tree)
{
    (void)element;
    (void)name;
    (void)type;
    (void)def;
    (void)value;
    /* The parser leaves the list of allowed values to the handler. */
    xmlFreeEnumeration(tree);
    reader_refuse(context, -EBADMSG,
                  "declarations of attributes are not taken");
}

static void
on_error(void *context, XML_ERROR_POINTER error)
{
    struct reader *reader = context;
    size_t length;

    if (reader->result < 0 || (error->level == XML_ERR_WARNING &&
                               error->code != XML_WAR_UNDECLARED_ENTITY)) {
        return;
    }
    reader_refuse(reader, -EBADMSG,
                  error->message ? error->message : "not well-formed");
    if (!reader->err) {
        return;
    }
    length = strlen(reader->err->text);
    while (length > 0 && reader->err->text[length - 1] == '\n') {
        reader->err->text[--length] = '\0';
    }
    reader->err->line = error->line > 0 ? (unsigned)error->line : 0;
    reader->err->column = error->int2 > 0 ? (unsigned)error->int2 : 0;
}

static void
reader_stop(struct reader *reader, int result)
{
    if (reader->result == 0) {
        reader->result = result;
        xmlStopParser(reader->parser);
    }
}

static void
reader_refuse(struct reader *reader, int result, const char *text)
{
    if (reader->result < 0) {
        return;
    }
    mu_errbuf_set(reader->err, "%s", text);
    if (reader->err && reader->parser->input) {
        reader->err->line = (unsigned)reader->parser->input->line;
        reader->err->column = (unsigned)reader->parser->input->col;
    }
    reader_stop(reader, result);
}

/* Returns what is known about 'name', which must be the parser's own copy. The
 * last slot is shared by all names that come when the table is full. */
static struct word *
word_find(struct reader *reader, const xmlChar *name)
{
    size_t slot = ((uintptr_t)name >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 54;
    struct word *word;

    static_assert(WORDS_CACHE_SIZE == 1 << 10, "54 bits are shifted out");
    while (reader->cache[slot].key && reader->cache[slot].key != name) {
        slot = (slot + 1) % WORDS_CACHE_SIZE;
    }
    word = &reader->cache[slot];
    if (word->key == name) {
        return word;
    }
    if (reader->cache_used < WORDS_CACHE_SIZE / 2) {
        reader->cache_used++;
        word->key = name;
    }
    word->word = word_of(reader, (const char *)name);
    word->kept = NULL;
    return word;
}

static int
word_of(const struct reader *reader, const char *name)
{
    uint32_t word = mu_index_find(&reader->words_index, name);

    return word == MU_INDEX_NONE ? MU_DOC_STREAM_UNKNOWN : (int)word;
}

/* Adds the attributes of a start tag, five pointers each: name, prefix, URI,
 * start and end of the value. */
static bool
attributes_collect(struct reader *reader, struct mu_doc_stream_tag *tag,
                   int count, const xmlChar **attributes)
{
    if (count > MU_ATTRIBUTES_COUNT_MAX - (int)tag->attributes_count) {
        reader_refuse(reader, -E2BIG, "an element has too many attributes");
        return false;
    }
    for (int i = 0; i < count; i++) {
        const xmlChar *const *attribute = attributes + 5 * i;
        unsigned at = tag->attributes_count++;
        size_t size = (size_t)(attribute[4] - attribute[3]);

        if (size > MU_VALUE_SIZE_MAX) {
            reader_refuse(reader, -E2BIG,
                          "the value of an attribute is too long");
            return false;
        }
        attribute_name_set(reader, at, attribute[0], attribute[1]);
        reader->attributes[at].value = (struct mu_span){attribute[3], size};
    }
    return true;
}

/* Adds the declarations of namespaces, which to us are attributes like others,
 * two pointers each: prefix and URI. */
static bool
namespaces_collect(struct reader *reader, struct mu_doc_stream_tag *tag,
                   int count, const xmlChar **namespaces)
{
    if (count > MU_ATTRIBUTES_COUNT_MAX) {
        reader_refuse(reader, -E2BIG, "an element has too many attributes");
        return false;
    }
    for (int i = 0; i < count; i++) {
        const xmlChar *prefix = namespaces[2 * i];
        const xmlChar *value = namespaces[2 * i + 1];
        unsigned at = tag->attributes_count++;

        attribute_name_set(reader, at,
                           prefix ? prefix : (const xmlChar *)"xmlns",
                           prefix ? (const xmlChar *)"xmlns" : NULL);
        reader->attributes[at].value =
            (struct mu_span){value, value ? strlen((const char *)value) : 0};
    }
    return true;
}

static void
attribute_name_set(struct reader *reader, unsigned index, const xmlChar *name,
                   const xmlChar *prefix)
{
    struct mu_doc_stream_attribute *attribute = &reader->attributes[index];
    bool is_declaration = !prefix && strcmp((const char *)name, "xmlns") == 0;
    struct word *word;

    reader->kept_names[index] = NULL;
    attribute->word = MU_DOC_STREAM_UNKNOWN;
    if (prefix) {
        attribute->name =
            mu_text_make(&reader->scratch, "%s:%s", (const char *)prefix,
                         (const char *)name);
        return;
    }
    attribute->name = (const char *)name;
    if (is_declaration) {
        return;
    }
    word = word_find(reader, name);
    attribute->word = word->word;
    if (reader->keep_depth && !word->kept && reader->doc) {
        word->kept = mu_doc_private_name(reader->doc, attribute->name);
    }
    reader->kept_names[index] = word->kept;
}

static void
element_keep(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    struct mu_doc_element *element;
    struct mu_doc *doc;

    if (!node_count(reader)) {
        return;
    }
    if (!reader->doc) {
        reader->doc = mu_doc_private_new();
    }
    doc = reader->doc;
    element = mu_doc_private_node(doc, MU_DOC_ELEMENT,
                                  mu_doc_private_name(doc, tag->name));
    element->line = tag->line;
    element->attributes =
        mu_arena_new(&doc->arena, struct mu_doc_pair, tag->attributes_count);
    element->attributes_count = (uint16_t)tag->attributes_count;
    element->attributes_capacity = (uint16_t)tag->attributes_count;
    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *from = &tag->attributes[i];

        element->attributes[i].name =
            reader->kept_names[i] ? reader->kept_names[i]
                                  : mu_doc_private_name(doc, from->name);
        element->attributes[i].value = mu_arena_strndup(
            &doc->arena, (const char *)from->value.data, from->value.size);
    }
    if (!reader->open) {
        if (doc->root) {
            reader_refuse(reader, -EBADMSG, "this element may stand only once");
            return;
        }
        doc->root = element;
    }
    mu_doc_private_link(reader->open ? reader->open : &doc->top, element, NULL);
    reader->open = element;
    reader->kept_levels |= UINT64_C(1) << (reader->depth - 1);
}

/* Turns the collected text into a node, unless it is only white space. */
static void
text_flush(struct reader *reader)
{
    size_t length = reader->text.count;
    const char *text = reader->text.items;
    struct mu_doc_element *node;
    size_t blanks = 0;

    reader->text.count = 0;
    while (blanks < length && strchr(" \t\r\n", text[blanks])) {
        blanks++;
    }
    if (blanks == length || !node_count(reader)) {
        return;
    }
    node = mu_doc_private_node(
        reader->doc, MU_DOC_TEXT,
        mu_arena_strndup(&reader->doc->arena, text, length));
    node->line = (uint32_t)reader->parser->input->line;
    mu_doc_private_link(reader->open, node, NULL);
}

static bool
node_count(struct reader *reader)
{
    if (++reader->nodes_count > MU_DOCUMENT_NODES_MAX) {
        reader_refuse(reader, -E2BIG, "the document has too many elements");
        return false;
    }
    return true;
}
