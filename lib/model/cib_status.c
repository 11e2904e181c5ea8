/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model/cib_status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/panic.h"
#include "base/vec.h"
#include "doc/doc_stream.h"
#include "model/cib_status_op.h"
#include "model/intern.h"
#include "model/names.h"

/* The words of a status section: elements, then attributes. The words of
 * lrm_rsc_op follow from MU_CIB_STATUS_OP_WORDS on. */
enum word {
    WORD_CIB,
    WORD_CONFIGURATION,
    WORD_STATUS,
    WORD_NODE_STATE,
    WORD_TRANSIENT_ATTRIBUTES,
    WORD_INSTANCE_ATTRIBUTES,
    WORD_UTILIZATION,
    WORD_NVPAIR,
    WORD_LRM,
    WORD_LRM_RESOURCES,
    WORD_LRM_RESOURCE,
    WORD_LRM_RSC_OP,
    WORD_TICKETS,
    WORD_TICKET_STATE,
    WORD_FLIGHTS,
    WORD_FLIGHT,
    WORD_DURATIONS,
    WORD_DURATION,
    WORD_UNAME,
    WORD_NAME,
    WORD_VALUE,
    WORD_IN_CCM,
    WORD_CRMD,
    WORD_JOIN,
    WORD_EXPECTED,
    WORD_REMOTE_NODE,
    WORD_NODE_FENCED,
    WORD_NODE_IN_MAINTENANCE,
    WORD_HELD,
    WORD_CLASS,
    WORD_PROVIDER,
    WORD_TYPE,
    WORD_CONTAINER,
    WORD_SHUTDOWN_LOCK,
    WORD_GRANTED,
    WORD_STANDBY,
    WORD_LAST_GRANTED,
    WORD_OP_ID,
    WORD_RESOURCE,
    WORD_TASK,
    WORD_NODE,
    WORDS_OWN_COUNT,
};

static const char *const words[MU_CIB_STATUS_WORDS_COUNT] = {
    [WORD_CIB] = "cib",
    [WORD_CONFIGURATION] = "configuration",
    [WORD_STATUS] = "status",
    [WORD_NODE_STATE] = "node_state",
    [WORD_TRANSIENT_ATTRIBUTES] = "transient_attributes",
    [WORD_INSTANCE_ATTRIBUTES] = "instance_attributes",
    [WORD_UTILIZATION] = "utilization",
    [WORD_NVPAIR] = "nvpair",
    [WORD_LRM] = "lrm",
    [WORD_LRM_RESOURCES] = "lrm_resources",
    [WORD_LRM_RESOURCE] = "lrm_resource",
    [WORD_LRM_RSC_OP] = "lrm_rsc_op",
    [WORD_TICKETS] = "tickets",
    [WORD_TICKET_STATE] = "ticket_state",
    [WORD_FLIGHTS] = "flights",
    [WORD_FLIGHT] = "flight",
    [WORD_DURATIONS] = "durations",
    [WORD_DURATION] = "duration",
    [WORD_UNAME] = "uname",
    [WORD_NAME] = "name",
    [WORD_VALUE] = "value",
    [WORD_IN_CCM] = "in_ccm",
    [WORD_CRMD] = "crmd",
    [WORD_JOIN] = "join",
    [WORD_EXPECTED] = "expected",
    [WORD_REMOTE_NODE] = "remote_node",
    [WORD_NODE_FENCED] = "node_fenced",
    [WORD_NODE_IN_MAINTENANCE] = "node_in_maintenance",
    [WORD_HELD] = "held",
    [WORD_CLASS] = "class",
    [WORD_PROVIDER] = "provider",
    [WORD_TYPE] = "type",
    [WORD_CONTAINER] = "container",
    [WORD_SHUTDOWN_LOCK] = "shutdown-lock",
    [WORD_GRANTED] = "granted",
    [WORD_STANDBY] = "standby",
    [WORD_LAST_GRANTED] = "last-granted",
    [WORD_OP_ID] = "op_id",
    [WORD_RESOURCE] = "resource",
    [WORD_TASK] = "task",
    [WORD_NODE] = "node",
    MU_CIB_STATUS_OP_WORDS_LIST,
};

static_assert((int)WORDS_OWN_COUNT == (int)MU_CIB_STATUS_OP_WORDS,
              "the words of operations follow our own");

struct reader {
    struct mu_arena *arena;  /* Of the snapshot. */
    struct mu_arena scratch; /* Gone after reading. */
    struct mu_intern intern;
    int words_stack[MU_DOCUMENT_DEPTH_MAX + 1]; /* Entered elements. */
    unsigned depth;
    unsigned pairs_of; /* INSTANCE_ATTRIBUTES or UTILIZATION, whichever open. */
    MU_VEC(struct mu_status_node) nodes;
    MU_VEC(struct mu_status_ticket) tickets;
    MU_VEC(struct mu_status_flight) flights;
    MU_VEC(const char *) flight_nodes; /* Names, beside 'flights'. */
    MU_VEC(struct mu_status_duration) durations;
    /* Of the node that is open. */
    MU_VEC(struct mu_pair) attributes;
    MU_VEC(struct mu_pair) utilization;
    MU_VEC(struct mu_status_resource) resources;
    /* Of the resource that is open. */
    MU_VEC(struct mu_cib_status_op) ops;
};

static enum mu_doc_stream_choice on_start(void *context,
                                          const struct mu_doc_stream_tag *tag);
static void on_end(void *context);
static bool is_expected(const struct reader *reader, int word);
static void element_read(struct reader *reader,
                         const struct mu_doc_stream_tag *tag);
static const char *text_of(struct reader *reader, struct mu_span value);
static void node_read(struct reader *reader,
                      const struct mu_doc_stream_tag *tag);
static void node_attribute_read(struct reader *reader,
                                struct mu_status_node *node,
                                const struct mu_doc_stream_attribute *attr);
static void since_read(struct mu_span value, bool *ret_is_up,
                       int64_t *ret_since_ms);
static void node_seal(struct reader *reader);
static const struct mu_pair *pairs_seal(struct reader *reader,
                                        const struct mu_pair *pairs,
                                        size_t count, uint32_t *ret_count);
static int pair_cmp(const void *a, const void *b);
static int resource_cmp(const void *a, const void *b);
static void nvpair_read(struct reader *reader,
                        const struct mu_doc_stream_tag *tag);
static void resource_read(struct reader *reader,
                          const struct mu_doc_stream_tag *tag);
static void resource_seal(struct reader *reader);
static void ticket_read(struct reader *reader,
                        const struct mu_doc_stream_tag *tag);
static void flight_read(struct reader *reader,
                        const struct mu_doc_stream_tag *tag);
static void number_read(const char *text, int64_t *ret_number);
static struct mu_snapshot *snapshot_make(struct reader *reader,
                                         const struct mu_config *config,
                                         const struct mu_doc_element *cib,
                                         int64_t now_ms);
static void nodes_merge(struct reader *reader, const struct mu_config *config);
static int node_cmp(const void *a, const void *b);
static void flights_resolve(struct reader *reader);
static uint32_t node_find(const struct reader *reader, const char *name);
static uint32_t coordinator_find(const struct mu_status *status,
                                 const char *id);
static bool flag_of(const struct mu_doc_element *cib, const char *name);

int
mu_cib_status_read_cib(struct mu_arena *arena, struct mu_span xml,
                       int64_t now_ms, enum mu_config_strictness strictness,
                       struct mu_snapshot **ret_snapshot, struct mu_errbuf *err)
{
    struct reader reader = {.arena = arena};
    const struct mu_doc_stream stream = {.words = words,
                                         .words_count =
                                             MU_CIB_STATUS_WORDS_COUNT,
                                         .start = on_start,
                                         .end = on_end,
                                         .context = &reader};
    const struct mu_config *config;
    struct mu_doc *doc = NULL;
    int r;

    mu_arena_init(&reader.scratch, SIZE_MAX / 2);
    mu_intern_init(&reader.intern, &reader.scratch, arena);
    r = mu_doc_stream_read(xml, &stream, &doc, err);
    if (r == 0 && !doc) {
        mu_errbuf_set(err, "this is no cib");
        r = -EBADMSG;
    }
    if (r == 0) {
        r = mu_config_read(arena, doc, strictness, &config, err);
    }
    if (r == 0) {
        *ret_snapshot =
            snapshot_make(&reader, config, mu_doc_root(doc), now_ms);
    }
    mu_doc_free(doc);
    mu_arena_done(&reader.scratch);
    return r;
}

static enum mu_doc_stream_choice
on_start(void *context, const struct mu_doc_stream_tag *tag)
{
    struct reader *reader = context;

    if (tag->depth == 1 && tag->word == WORD_CIB) {
        reader->words_stack[++reader->depth] = WORD_CIB;
        return MU_DOC_STREAM_KEEP_ENTER;
    }
    if (tag->depth == 2 && tag->word == WORD_CONFIGURATION) {
        return MU_DOC_STREAM_KEEP;
    }
    if (!is_expected(reader, tag->word)) {
        return MU_DOC_STREAM_SKIP;
    }
    reader->words_stack[++reader->depth] = tag->word;
    element_read(reader, tag);
    return MU_DOC_STREAM_ENTER;
}

static void
on_end(void *context)
{
    struct reader *reader = context;
    int word = reader->words_stack[reader->depth--];

    if (word == WORD_NODE_STATE) {
        node_seal(reader);
    } else if (word == WORD_LRM_RESOURCE) {
        resource_seal(reader);
    }
}

/* Tells whether an element of this word belongs where we are. */
static bool
is_expected(const struct reader *reader, int word)
{
    static const struct {
        int parent;
        int word;
    } rows[] = {
        {WORD_CIB, WORD_STATUS},
        {WORD_STATUS, WORD_NODE_STATE},
        {WORD_STATUS, WORD_TICKETS},
        {WORD_STATUS, WORD_FLIGHTS},
        {WORD_NODE_STATE, WORD_TRANSIENT_ATTRIBUTES},
        {WORD_NODE_STATE, WORD_LRM},
        {WORD_TRANSIENT_ATTRIBUTES, WORD_INSTANCE_ATTRIBUTES},
        {WORD_TRANSIENT_ATTRIBUTES, WORD_UTILIZATION},
        {WORD_INSTANCE_ATTRIBUTES, WORD_NVPAIR},
        {WORD_UTILIZATION, WORD_NVPAIR},
        {WORD_LRM, WORD_LRM_RESOURCES},
        {WORD_LRM_RESOURCES, WORD_LRM_RESOURCE},
        {WORD_LRM_RESOURCE, WORD_LRM_RSC_OP},
        {WORD_TICKETS, WORD_TICKET_STATE},
        {WORD_FLIGHTS, WORD_FLIGHT},
        {WORD_STATUS, WORD_DURATIONS},
        {WORD_DURATIONS, WORD_DURATION},
    };
    int parent = reader->depth > 0 ? reader->words_stack[reader->depth] : -1;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].parent == parent && rows[i].word == word) {
            return true;
        }
    }
    return false;
}

static void
element_read(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    switch (tag->word) {
    case WORD_LRM_RSC_OP:
        mu_cib_status_op_read(reader->arena, &reader->intern, tag,
                              mu_vec_add(&reader->scratch, &reader->ops));
        break;
    case WORD_LRM_RESOURCE:
        resource_read(reader, tag);
        break;
    case WORD_NODE_STATE:
        node_read(reader, tag);
        break;
    case WORD_INSTANCE_ATTRIBUTES:
    case WORD_UTILIZATION:
        reader->pairs_of = (unsigned)tag->word;
        break;
    case WORD_NVPAIR:
        nvpair_read(reader, tag);
        break;
    case WORD_TICKET_STATE:
        ticket_read(reader, tag);
        break;
    case WORD_FLIGHT:
        flight_read(reader, tag);
        break;
    case WORD_DURATION:
        *mu_vec_add(reader->arena, &reader->durations) =
            mu_cib_status_op_duration(reader->arena, &reader->intern, tag);
        break;
    default: /* Elements that only hold others. */
        break;
    }
}

static const char *
text_of(struct reader *reader, struct mu_span value)
{
    return mu_intern_text(&reader->intern, value);
}

static void
node_read(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    struct mu_status_node *node = mu_vec_add(&reader->scratch, &reader->nodes);

    node->is_seen = true;
    node->is_member_unknown = true;
    node->config_node = MU_CONFIG_NONE;
    for (unsigned i = 0; i < tag->attributes_count; i++) {
        node_attribute_read(reader, node, &tag->attributes[i]);
    }
}

static void
node_attribute_read(struct reader *reader, struct mu_status_node *node,
                    const struct mu_doc_stream_attribute *attr)
{
    const char *text = NULL;
    int64_t ignored_ms;

    switch (attr->word) {
    case MU_CIB_STATUS_OP_WORD_ID:
        node->id = text_of(reader, attr->value);
        break;
    case WORD_UNAME:
        node->name = text_of(reader, attr->value);
        break;
    case WORD_IN_CCM:
        node->is_member_unknown = false;
        since_read(attr->value, &node->is_member, &node->member_since_ms);
        break;
    case WORD_CRMD:
        since_read(attr->value, &node->is_process_up, &node->process_since_ms);
        break;
    case WORD_JOIN:
        text = text_of(reader, attr->value);
        (void)mu_names_parse_join(text, &node->join);
        break;
    case WORD_EXPECTED:
        text = text_of(reader, attr->value);
        (void)mu_names_parse_expected(text, &node->expected);
        break;
    case WORD_REMOTE_NODE:
        since_read(attr->value, &node->is_remote, &ignored_ms);
        break;
    case WORD_NODE_FENCED:
        since_read(attr->value, &node->is_fenced, &ignored_ms);
        break;
    case WORD_NODE_IN_MAINTENANCE:
        since_read(attr->value, &node->is_in_maintenance, &ignored_ms);
        break;
    case WORD_HELD:
        since_read(attr->value, &node->is_held, &ignored_ms);
        break;
    default: /* Attributes that mean nothing to us. */
        break;
    }
}

/* Reads a truth that newer files give as the time since when it holds, with 0
 * for no, and older ones as a boolean or as online and offline. */
static void
since_read(struct mu_span value, bool *ret_is_up, int64_t *ret_since_ms)
{
    char text[24];
    int64_t since_s;
    bool truth;

    *ret_is_up = false;
    *ret_since_ms = 0;
    if (value.size >= sizeof(text)) {
        return;
    }
    memcpy(text, value.data, value.size);
    text[value.size] = '\0';
    if (mu_text_parse_int64(text, &since_s) == 0) {
        *ret_is_up = since_s > 0;
        if (since_s > 1 && since_s < INT64_MAX / 1000) {
            *ret_since_ms = since_s * 1000;
        }
    } else if (mu_text_parse_bool(text, &truth) == 0) {
        *ret_is_up = truth;
    } else {
        *ret_is_up = mu_text_casecmp(text, "online") == 0;
    }
}

static void
node_seal(struct reader *reader)
{
    struct mu_status_node *node = &reader->nodes.items[reader->nodes.count - 1];

    node->attributes =
        pairs_seal(reader, reader->attributes.items, reader->attributes.count,
                   &node->attributes_count);
    node->utilization =
        pairs_seal(reader, reader->utilization.items, reader->utilization.count,
                   &node->utilization_count);
    if (reader->resources.count > 1) {
        qsort(reader->resources.items, reader->resources.count,
              sizeof(reader->resources.items[0]), resource_cmp);
    }
    node->resources = mu_arena_copy(reader->arena, reader->resources.items,
                                    reader->resources.count *
                                        sizeof(reader->resources.items[0]));
    node->resources_count = (uint32_t)reader->resources.count;
    reader->attributes.count = 0;
    reader->utilization.count = 0;
    reader->resources.count = 0;
}

/* Copies pairs sorted by name; of several with one name the last one counts. */
static const struct mu_pair *
pairs_seal(struct reader *reader, const struct mu_pair *pairs, size_t count,
           uint32_t *ret_count)
{
    const struct mu_pair **sorted =
        mu_arena_new(&reader->scratch, const struct mu_pair *, count);
    struct mu_pair *sealed;
    uint32_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        sorted[i] = &pairs[i];
    }
    if (count > 1) {
        qsort(sorted, count, sizeof(sorted[0]), pair_cmp);
    }
    sealed = mu_arena_new(reader->arena, struct mu_pair, count);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && strcmp(sealed[kept - 1].name, sorted[i]->name) == 0) {
            kept--;
        }
        sealed[kept++] = *sorted[i];
    }
    *ret_count = kept;
    return kept > 0 ? sealed : NULL;
}

static int
pair_cmp(const void *a, const void *b)
{
    const struct mu_pair *left = *(const struct mu_pair *const *)a;
    const struct mu_pair *right = *(const struct mu_pair *const *)b;
    int order = strcmp(left->name, right->name);

    /* Both are in one array: the position decides about equal names. */
    return order != 0 ? order : (left > right) - (left < right);
}

static int
resource_cmp(const void *a, const void *b)
{
    const struct mu_status_resource *left = a;
    const struct mu_status_resource *right = b;
    int order = strcmp(left->id, right->id);

    if (order != 0) {
        return order;
    }
    /* One with more history comes first, should one be there twice. */
    return (left->ops_count < right->ops_count) -
           (left->ops_count > right->ops_count);
}

static void
nvpair_read(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    struct mu_pair pair = {NULL, NULL};

    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *attr = &tag->attributes[i];

        if (attr->word == WORD_NAME) {
            pair.name = text_of(reader, attr->value);
        } else if (attr->word == WORD_VALUE) {
            pair.value = text_of(reader, attr->value);
        }
    }
    if (!pair.name || !pair.value) {
        return;
    }
    if (reader->pairs_of == WORD_UTILIZATION) {
        *mu_vec_add(&reader->scratch, &reader->utilization) = pair;
    } else {
        *mu_vec_add(&reader->scratch, &reader->attributes) = pair;
    }
}

static void
resource_read(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    struct mu_status_resource *resource =
        mu_vec_add(&reader->scratch, &reader->resources);
    bool is_locked;

    /* The place may have been used before. */
    *resource = (struct mu_status_resource){.id = ""};
    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *attr = &tag->attributes[i];

        switch (attr->word) {
        case MU_CIB_STATUS_OP_WORD_ID:
            resource->id = text_of(reader, attr->value);
            break;
        case WORD_CLASS:
            resource->class_name = text_of(reader, attr->value);
            break;
        case WORD_PROVIDER:
            resource->provider = text_of(reader, attr->value);
            break;
        case WORD_TYPE:
            resource->type = text_of(reader, attr->value);
            break;
        case WORD_CONTAINER:
            resource->container = text_of(reader, attr->value);
            break;
        case WORD_SHUTDOWN_LOCK:
            since_read(attr->value, &is_locked, &resource->shutdown_lock_ms);
            break;
        default: /* Attributes that mean nothing to us. */
            break;
        }
    }
    reader->ops.count = 0;
}

static void
resource_seal(struct reader *reader)
{
    struct mu_status_resource *resource =
        &reader->resources.items[reader->resources.count - 1];

    if (!*resource->id) {
        reader->resources.count--;
        return;
    }
    resource->ops = mu_cib_status_op_sort(reader->arena, &reader->scratch,
                                          reader->ops.items, reader->ops.count);
    resource->ops_count = (uint32_t)reader->ops.count;
}

static void
ticket_read(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    struct mu_status_ticket ticket = {.last_granted_s = -1};
    int64_t ignored_ms;

    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *attr = &tag->attributes[i];

        switch (attr->word) {
        case MU_CIB_STATUS_OP_WORD_ID:
            ticket.id = text_of(reader, attr->value);
            break;
        case WORD_GRANTED:
            since_read(attr->value, &ticket.is_granted, &ignored_ms);
            break;
        case WORD_STANDBY:
            since_read(attr->value, &ticket.is_standby, &ignored_ms);
            break;
        case WORD_LAST_GRANTED:
            number_read(text_of(reader, attr->value), &ticket.last_granted_s);
            break;
        default: /* Attributes of other software. */
            break;
        }
    }
    if (ticket.id) {
        *mu_vec_add(reader->arena, &reader->tickets) = ticket;
    }
}

static void
flight_read(struct reader *reader, const struct mu_doc_stream_tag *tag)
{
    struct mu_status_flight flight = {.op_id = 0};
    const char *node = NULL;
    int64_t number;

    for (unsigned i = 0; i < tag->attributes_count; i++) {
        const struct mu_doc_stream_attribute *attr = &tag->attributes[i];
        const char *text = text_of(reader, attr->value);

        switch (attr->word) {
        case WORD_OP_ID:
            if (mu_text_parse_int64(text, &number) == 0 && number > 0) {
                flight.op_id = (uint64_t)number;
            }
            break;
        case WORD_RESOURCE:
            flight.resource = text;
            break;
        case WORD_TASK:
            flight.task = text;
            break;
        case WORD_NODE:
            node = text;
            break;
        case MU_CIB_STATUS_OP_WORD_INTERVAL:
            number_read(text, &flight.interval_ms);
            break;
        case MU_CIB_STATUS_OP_WORD_MIGRATE_SOURCE:
            flight.migrate_source = text;
            break;
        case MU_CIB_STATUS_OP_WORD_MIGRATE_TARGET:
            flight.migrate_target = text;
            break;
        default: /* None of ours. */
            break;
        }
    }
    if (flight.op_id > 0 && flight.task && node) {
        *mu_vec_add(&reader->scratch, &reader->flights) = flight;
        *mu_vec_add(&reader->scratch, &reader->flight_nodes) = node;
    }
}

/* Leaves the number alone when the text is none. */
static void
number_read(const char *text, int64_t *ret_number)
{
    int64_t number;

    if (mu_text_parse_int64(text, &number) == 0) {
        *ret_number = number;
    }
}

static struct mu_snapshot *
snapshot_make(struct reader *reader, const struct mu_config *config,
              const struct mu_doc_element *cib, int64_t now_ms)
{
    struct mu_snapshot *snapshot =
        mu_arena_new(reader->arena, struct mu_snapshot, 1);
    struct mu_status *status = mu_arena_new(reader->arena, struct mu_status, 1);
    const char *date = mu_doc_get(cib, "execution-date");
    int64_t date_s;

    nodes_merge(reader, config);
    flights_resolve(reader);
    status->nodes =
        mu_arena_copy(reader->arena, reader->nodes.items,
                      reader->nodes.count * sizeof(reader->nodes.items[0]));
    status->nodes_count = (uint32_t)reader->nodes.count;
    status->tickets = reader->tickets.items;
    status->tickets_count = (uint32_t)reader->tickets.count;
    status->flights =
        mu_arena_copy(reader->arena, reader->flights.items,
                      reader->flights.count * sizeof(reader->flights.items[0]));
    status->flights_count = (uint32_t)reader->flights.count;
    status->durations = reader->durations.items;
    status->durations_count = (uint32_t)reader->durations.count;
    snapshot->config = config;
    snapshot->status = status;
    snapshot->now_ms = now_ms;
    if (date && mu_text_parse_int64(date, &date_s) == 0 &&
        date_s > -INT64_MAX / 1000 && date_s < INT64_MAX / 1000) {
        snapshot->now_ms = date_s * 1000;
    }
    snapshot->is_quorate = flag_of(cib, "have-quorum");
    snapshot->had_quorum = flag_of(cib, "no-quorum-panic");
    snapshot->coordinator =
        coordinator_find(status, mu_doc_get(cib, "dc-uuid"));
    return snapshot;
}

/* Joins the states that were read with the nodes that are configured. States
 * find their node by id, then by name. */
static void
nodes_merge(struct reader *reader, const struct mu_config *config)
{
    struct mu_index by_id;
    struct mu_index by_name;
    size_t seen = reader->nodes.count;
    bool *is_taken = mu_arena_new(&reader->scratch, bool, config->nodes_count);
    size_t kept = 0;

    mu_index_init(&by_id, &reader->scratch);
    mu_index_init(&by_name, &reader->scratch);
    for (uint32_t i = 0; i < config->nodes_count; i++) {
        (void)mu_index_add(&by_id, config->nodes[i].id, i);
        (void)mu_index_add(&by_name, config->nodes[i].name, i);
    }
    for (size_t i = 0; i < seen; i++) {
        struct mu_status_node node = reader->nodes.items[i];
        uint32_t found = mu_index_find(&by_name, node.name);

        found = found == MU_INDEX_NONE ? mu_index_find(&by_id, node.id) : found;
        if (found != MU_INDEX_NONE && !is_taken[found]) {
            is_taken[found] = true;
            node.config_node = found;
            node.name = config->nodes[found].name;
            node.id = config->nodes[found].id;
        } else if (found != MU_INDEX_NONE || !node.name || !*node.name) {
            continue; /* A second state of a node, or one of nobody. */
        }
        node.id = node.id ? node.id : node.name;
        node.listed = (uint32_t)i;
        reader->nodes.items[kept++] = node;
    }
    reader->nodes.count = kept;
    for (uint32_t i = 0; i < config->nodes_count; i++) {
        if (!is_taken[i]) {
            *mu_vec_add(&reader->scratch, &reader->nodes) =
                (struct mu_status_node){.name = config->nodes[i].name,
                                        .id = config->nodes[i].id,
                                        .config_node = i};
        }
    }
    for (size_t i = 0; i < reader->nodes.count; i++) {
        struct mu_status_node *node = &reader->nodes.items[i];

        node->is_remote |=
            node->config_node != MU_CONFIG_NONE &&
            config->nodes[node->config_node].kind == MU_NODE_REMOTE;
        node->is_member_unknown &= !node->is_remote;
    }
    if (reader->nodes.count > 1) {
        qsort(reader->nodes.items, reader->nodes.count,
              sizeof(reader->nodes.items[0]), node_cmp);
    }
}

static int
node_cmp(const void *a, const void *b)
{
    const struct mu_status_node *left = a;
    const struct mu_status_node *right = b;
    int order = mu_text_natural_cmp(left->name, right->name);

    return order != 0 ? order : strcmp(left->id, right->id);
}

/* Turns the names of the flights' nodes into indexes; those of nodes that are
 * gone are over. */
static void
flights_resolve(struct reader *reader)
{
    size_t kept = 0;

    for (size_t i = 0; i < reader->flights.count; i++) {
        struct mu_status_flight flight = reader->flights.items[i];

        flight.node = node_find(reader, reader->flight_nodes.items[i]);
        if (flight.node != MU_CONFIG_NONE) {
            reader->flights.items[kept++] = flight;
        }
    }
    reader->flights.count = kept;
}

static uint32_t
node_find(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->nodes.count; i++) {
        if (strcmp(reader->nodes.items[i].name, name) == 0) {
            return (uint32_t)i;
        }
    }
    return MU_CONFIG_NONE;
}

static uint32_t
coordinator_find(const struct mu_status *status, const char *id)
{
    for (uint32_t i = 0; id && i < status->nodes_count; i++) {
        if (strcmp(status->nodes[i].id, id) == 0) {
            return i;
        }
    }
    return MU_CONFIG_NONE;
}

static bool
flag_of(const struct mu_doc_element *cib, const char *name)
{
    const char *value = mu_doc_get(cib, name);
    bool flag = false;

    return value && mu_text_parse_bool(value, &flag) == 0 && flag;
}
