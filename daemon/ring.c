/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/ring.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <corosync/cfg.h>
#include <corosync/cpg.h>
#include <corosync/quorum.h>

#include "base/text.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/ring_queue.h"
#include "daemon/ring_view.h"

enum {
    DISPATCH_COUNT_MAX = 64,     /* Callbacks in one turn of the loop. */
    WINDOW_COUNT_MAX = 64,       /* Messages sent and not seen again. */
    WINDOW_SIZE_MAX = 1 << 20,   /* The same in bytes. */
    WINDOW_STUCK_MS = 2000,      /* After this what is out counts as lost. */
    RETRY_SEND_MS = 5,
    RETRY_JOIN_MS = 10,
    CONNECT_DELAY_MIN_MS = 50,
    CONNECT_DELAY_MAX_MS = 500,
    MAP_SETTLE_MS = 300, /* A reload changes many keys, one by one. */
};

enum ring_state {
    RING_CLOSED,  /* No connection; 'retry' is armed. */
    RING_JOINING, /* Connected; the group does not take us yet. */
    RING_JOINED,  /* cpg_join is accepted. */
};

struct mu_ring {
    struct mu_loop *loop;
    struct mu_ring_handler handler;
    enum ring_state state;
    cmap_handle_t cmap;
    cpg_handle_t cpg;
    quorum_handle_t quorum;
    int cmap_fd; /* -1 while there is no handle; the same for the others. */
    int cpg_fd;
    int quorum_fd;
    uint32_t node_id;
    struct mu_ring_map map;
    struct mu_ring_view view;
    struct mu_ring_queue queue;
    struct mu_event early_quorum;   /* Newest QUORUM of this connection. */
    uint32_t window_count;          /* Sent and not delivered to us yet. */
    size_t window_size;             /* The same in bytes. */
    struct mu_instant window_moved; /* When the window last changed. */
    struct mu_loop_timer retry;     /* Connect, or join. */
    struct mu_loop_timer resend;    /* Corosync was busy, or window is full. */
    struct mu_loop_timer settle;    /* The map is being changed. */
    int64_t connect_delay_ms;
    bool is_map_told;       /* The handler knows 'map'. */
    const char *lost;       /* Why the connections are of no use any more; null
                               while they are. Acted on from the loop only. */
    bool is_waiting_logged; /* The log owes people a "connected". */
    bool is_absence_logged; /* The log says that Corosync is not there. */
    char trouble[MU_ERRBUF_SIZE]; /* Empty while all is well. */
};

static void ring_join(struct mu_ring *ring);
static void ring_retry(void *user);
static void ring_resend(void *user);
static void ring_map_settled(void *user);
static void ring_lose(struct mu_ring *ring, const char *why);

static const struct cpg_name group_name = {.length = 6, .value = "muster"};

/* ---- Names of foreign errors ------------------------------------------- */

static const char *
cs_text(cs_error_t error)
{
    return cs_strerror(error);
}

/* ---- Callbacks of CPG and quorum --------------------------------------- */

static void
ring_tell(struct mu_ring *ring, struct mu_event *event)
{
    ring->handler.event(ring->handler.context, event);
}

static void
window_reset(struct mu_ring *ring)
{
    ring->window_count = 0;
    ring->window_size = 0;
    ring->window_moved = mu_clock_now();
}

static void
on_deliver(cpg_handle_t handle, const struct cpg_name *name, uint32_t node_id,
           uint32_t pid, void *data, size_t size)
{
    struct mu_event event = {.type = MU_EVENT_MESSAGE};
    void *context;
    struct mu_ring *ring;

    if (cpg_context_get(handle, &context) != CS_OK ||
        name->length != group_name.length ||
        memcmp(name->value, group_name.value, name->length) != 0) {
        return;
    }
    ring = context;
    if (node_id == ring->node_id && pid == (uint32_t)getpid()) {
        /* What was sent in an earlier ring may come after a reset. */
        ring->window_count -= ring->window_count > 0;
        ring->window_size -=
            size < ring->window_size ? size : ring->window_size;
        ring->window_moved = mu_clock_now();
    }
    if (!ring->view.has_ring) {
        return;
    }
    event.message = (struct mu_event_message){
        .node_id = node_id, .pid = pid, .bytes = {data, size}};
    ring_tell(ring, &event);
}

static void
on_confchg(cpg_handle_t handle, const struct cpg_name *name,
           const struct cpg_address *members, size_t members_count,
           const struct cpg_address *left, size_t left_count,
           const struct cpg_address *joined, size_t joined_count)
{
    struct mu_event event = {.type = MU_EVENT_GROUP};
    struct mu_ring_view_change change = {
        members, members_count, left, left_count, joined, joined_count,
    };
    void *context;
    struct mu_ring *ring;

    (void)name;
    if (cpg_context_get(handle, &context) != CS_OK) {
        return;
    }
    ring = context;
    if (mu_ring_view_group(&ring->view, &change, &event.group)) {
        ring_tell(ring, &event);
    }
    /* Corosync removes a member that it believes dead, even if it is us. */
    if (ring->view.has_ring &&
        !mu_ring_view_has(&ring->view, ring->node_id, (uint32_t)getpid())) {
        ring->lost = "Corosync removed us from it";
    }
}

static void
on_totem_confchg(cpg_handle_t handle, struct cpg_ring_id ring_id,
                 uint32_t nodes_count, const uint32_t *nodes)
{
    struct mu_event event = {.type = MU_EVENT_RING};
    void *context;
    struct mu_ring *ring;
    bool is_first;

    if (cpg_context_get(handle, &context) != CS_OK) {
        return;
    }
    ring = context;
    is_first = !ring->view.has_ring;
    if (mu_ring_view_ring(&ring->view, ring_id, nodes, nodes_count,
                          &event.ring)) {
        (void)mu_ring_queue_keep(&ring->queue, event.ring.ring);
        window_reset(ring);
        ring_tell(ring, &event);
        /* Two connections have no common order: after a join quorum may have
         * spoken first. */
        if (is_first && ring->early_quorum.type == MU_EVENT_QUORUM) {
            ring_tell(ring, &ring->early_quorum);
        }
    }
}

static void
on_quorum(quorum_handle_t handle, uint32_t quorate,
          struct quorum_ring_id ring_id, uint32_t members_count,
          const uint32_t *members)
{
    struct mu_event event = {.type = MU_EVENT_QUORUM};
    const void *context;
    union {
        const void *in;
        struct mu_ring *out;
    } ring;

    (void)members_count;
    (void)members;
    if (quorum_context_get(handle, &context) != CS_OK) {
        return;
    }
    ring.in = context;
    event.quorum = (struct mu_event_quorum){
        .ring = {ring_id.nodeid, ring_id.seq}, .is_quorate = quorate != 0};
    ring.out->early_quorum = event;
    if (ring.out->view.has_ring) {
        ring_tell(ring.out, &event);
    }
}

static void
on_map(cmap_handle_t handle, cmap_track_handle_t track, int32_t event,
       const char *key, struct cmap_notify_value new_value,
       struct cmap_notify_value old_value, void *user)
{
    struct mu_ring *ring = user;

    (void)handle;
    (void)track;
    (void)event;
    (void)key;
    (void)new_value;
    (void)old_value;
    mu_loop_timer_arm(&ring->settle,
                      mu_instant_after(mu_clock_now(), MAP_SETTLE_MS));
}

/* ---- Dispatching -------------------------------------------------------- */

/* Tells from the result of a dispatch whether to go on. False: not now. */
static bool
dispatch_goes_on(struct mu_ring *ring, cs_error_t error, const char *what)
{
    if (ring->lost) {
        ring_lose(ring, ring->lost);
        return false;
    }
    if (error == CS_OK) {
        return true;
    }
    if (error != CS_ERR_TRY_AGAIN && error != CS_ERR_TIMEOUT) {
        char why[128];

        mu_text_format(why, sizeof(why), "%s connection: %s", what,
                       error == CS_ERR_LIBRARY ? "Corosync is gone"
                                               : cs_text(error));
        ring_lose(ring, why);
    }
    return false;
}

/* A hung-up descriptor with nothing left to read would spin for ever. */
static void
dispatch_check(struct mu_ring *ring, uint32_t count, int events)
{
    if (count == 0 && (events & (POLLHUP | POLLERR | POLLNVAL)) != 0 &&
        ring->state != RING_CLOSED) {
        ring_lose(ring, "Corosync closed the connection");
    }
}

static void
cpg_is_ready(void *user, int fd, int events)
{
    struct mu_ring *ring = user;
    uint32_t count = 0;

    (void)fd;
    while (count < DISPATCH_COUNT_MAX &&
           dispatch_goes_on(
               ring, cpg_dispatch(ring->cpg, CS_DISPATCH_ONE_NONBLOCKING),
               "group")) {
        count++;
    }
    dispatch_check(ring, count, events);
    mu_ring_flush(ring);
}

static void
quorum_is_ready(void *user, int fd, int events)
{
    struct mu_ring *ring = user;
    uint32_t count = 0;

    (void)fd;
    while (count < DISPATCH_COUNT_MAX &&
           dispatch_goes_on(
               ring, quorum_dispatch(ring->quorum, CS_DISPATCH_ONE_NONBLOCKING),
               "quorum")) {
        count++;
    }
    dispatch_check(ring, count, events);
    mu_ring_flush(ring);
}

static void
cmap_is_ready(void *user, int fd, int events)
{
    struct mu_ring *ring = user;
    uint32_t count = 0;

    (void)fd;
    while (count < DISPATCH_COUNT_MAX &&
           dispatch_goes_on(
               ring, cmap_dispatch(ring->cmap, CS_DISPATCH_ONE_NONBLOCKING),
               "cmap")) {
        count++;
    }
    dispatch_check(ring, count, events);
}

/* ---- Connecting --------------------------------------------------------- */

struct mu_ring *
mu_ring_new(struct mu_loop *loop, const struct mu_ring_handler *handler)
{
    struct mu_ring *ring = calloc(1, sizeof(*ring));

    if (!ring) {
        return NULL;
    }
    ring->loop = loop;
    ring->handler = *handler;
    ring->state = RING_CLOSED;
    ring->cmap_fd = ring->cpg_fd = ring->quorum_fd = -1;
    ring->connect_delay_ms = CONNECT_DELAY_MIN_MS;
    mu_ring_view_reset(&ring->view);
    mu_ring_queue_init(&ring->queue);
    mu_loop_timer_init(&ring->retry, loop, ring_retry, ring);
    mu_loop_timer_init(&ring->resend, loop, ring_resend, ring);
    mu_loop_timer_init(&ring->settle, loop, ring_map_settled, ring);
    mu_loop_timer_arm(&ring->retry, mu_clock_now());
    return ring;
}

static void
ring_close(struct mu_ring *ring)
{
    if (ring->cpg_fd >= 0) {
        mu_loop_fd_remove(ring->loop, ring->cpg_fd);
        (void)cpg_finalize(ring->cpg);
        ring->cpg_fd = -1;
    }
    if (ring->quorum_fd >= 0) {
        mu_loop_fd_remove(ring->loop, ring->quorum_fd);
        (void)quorum_finalize(ring->quorum);
        ring->quorum_fd = -1;
    }
    if (ring->cmap_fd >= 0) {
        mu_loop_fd_remove(ring->loop, ring->cmap_fd);
        (void)cmap_finalize(ring->cmap);
        ring->cmap_fd = -1;
    }
    mu_loop_timer_disarm(&ring->retry);
    mu_loop_timer_disarm(&ring->resend);
    mu_loop_timer_disarm(&ring->settle);
    mu_ring_queue_clear(&ring->queue);
    mu_ring_view_reset(&ring->view);
    window_reset(ring);
    ring->early_quorum = (struct mu_event){.type = MU_EVENT_BOOT}; /* None. */
    ring->state = RING_CLOSED;
    ring->lost = NULL;
}

/* Arms the next try and says once what is waited for. */
static void
ring_wait(struct mu_ring *ring, const char *why)
{
    mu_text_format(ring->trouble, sizeof(ring->trouble),
                   "waiting for Corosync: %s; start it with "
                   "\"systemctl start corosync\"",
                   why);
    if (!ring->is_absence_logged) {
        ring->is_absence_logged = true;
        ring->is_waiting_logged = true;
        mu_log(MU_TRACE_WARNING, "%s", ring->trouble);
    }
    mu_loop_timer_arm(&ring->retry,
                      mu_instant_after(mu_clock_now(), ring->connect_delay_ms));
    if (ring->connect_delay_ms < CONNECT_DELAY_MAX_MS) {
        ring->connect_delay_ms += ring->connect_delay_ms / 2;
    }
}

/* Closes everything and starts over. The first try comes at once: often it is
 * only us who have to join again. */
static void
ring_lose(struct mu_ring *ring, const char *why)
{
    struct mu_event event = {.type = MU_EVENT_RING_LOST};
    bool has_ring = ring->view.has_ring;

    if (!ring->is_waiting_logged) {
        ring->is_waiting_logged = true;
        mu_log(MU_TRACE_WARNING, "out of the group: %s", why);
    }
    mu_text_format(ring->trouble, sizeof(ring->trouble), "out of the group: %s",
                   why);
    ring_close(ring);
    ring->is_absence_logged = false;
    ring->connect_delay_ms = CONNECT_DELAY_MIN_MS;
    mu_loop_timer_arm(&ring->retry,
                      mu_instant_after(mu_clock_now(), RETRY_JOIN_MS));
    if (has_ring) {
        ring_tell(ring, &event);
    }
}

static int
ring_watch(struct mu_ring *ring, int fd, mu_loop_fd_function *function)
{
    return mu_loop_fd_add_with(ring->loop,
                               &(struct mu_loop_watch){.fd = fd,
                                                       .events = POLLIN,
                                                       .priority = MU_LOOP_HIGH,
                                                       .function = function,
                                                       .user = ring});
}

static cs_error_t
open_cmap(struct mu_ring *ring)
{
    cs_error_t error = cmap_initialize(&ring->cmap);

    if (error == CS_OK && cmap_fd_get(ring->cmap, &ring->cmap_fd) != CS_OK) {
        (void)cmap_finalize(ring->cmap);
        ring->cmap_fd = -1;
        error = CS_ERR_LIBRARY;
    }
    if (error == CS_OK && ring_watch(ring, ring->cmap_fd, cmap_is_ready) < 0) {
        error = CS_ERR_NO_MEMORY;
    }
    if (error == CS_OK) {
        cmap_track_handle_t track;

        error = cmap_track_add(ring->cmap, "nodelist.",
                               CMAP_TRACK_ADD | CMAP_TRACK_DELETE |
                                   CMAP_TRACK_MODIFY | CMAP_TRACK_PREFIX,
                               on_map, ring, &track);
    }
    return error;
}

static cs_error_t
open_cpg(struct mu_ring *ring)
{
    cpg_model_v1_data_t model = {
        .model = CPG_MODEL_V1,
        .cpg_deliver_fn = on_deliver,
        .cpg_confchg_fn = on_confchg,
        .cpg_totem_confchg_fn = on_totem_confchg,
        .flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF,
    };
    cs_error_t error = cpg_model_initialize(&ring->cpg, CPG_MODEL_V1,
                                            (cpg_model_data_t *)&model, ring);

    if (error == CS_OK && cpg_fd_get(ring->cpg, &ring->cpg_fd) != CS_OK) {
        (void)cpg_finalize(ring->cpg);
        ring->cpg_fd = -1;
        error = CS_ERR_LIBRARY;
    }
    if (error == CS_OK && ring_watch(ring, ring->cpg_fd, cpg_is_ready) < 0) {
        error = CS_ERR_NO_MEMORY;
    }
    if (error == CS_OK) {
        error = cpg_local_get(ring->cpg, &ring->node_id);
    }
    return error;
}

static cs_error_t
open_quorum(struct mu_ring *ring)
{
    quorum_model_v1_data_t model = {
        .model = QUORUM_MODEL_V1,
        .quorum_notify_fn = on_quorum,
        .nodelist_notify_fn = NULL,
    };
    uint32_t type = QUORUM_FREE;
    cs_error_t error =
        quorum_model_initialize(&ring->quorum, QUORUM_MODEL_V1,
                                (quorum_model_data_t *)&model, &type, ring);

    if (error == CS_OK &&
        quorum_fd_get(ring->quorum, &ring->quorum_fd) != CS_OK) {
        (void)quorum_finalize(ring->quorum);
        ring->quorum_fd = -1;
        error = CS_ERR_LIBRARY;
    }
    if (error == CS_OK && type == QUORUM_FREE) {
        mu_log(MU_TRACE_WARNING,
               "Corosync has no quorum provider; set \"provider: "
               "corosync_votequorum\" in the quorum section of "
               "corosync.conf");
    }
    if (error == CS_OK &&
        ring_watch(ring, ring->quorum_fd, quorum_is_ready) < 0) {
        error = CS_ERR_NO_MEMORY;
    }
    return error;
}

/* Reads the map and tells it when it is new. */
static cs_error_t
ring_read_map(struct mu_ring *ring)
{
    struct mu_ring_map map;
    int error = mu_ring_map_read(ring->cmap, &map);

    if (error) {
        return error == -ENOMEM ? CS_ERR_NO_MEMORY : CS_ERR_LIBRARY;
    }
    if (ring->is_map_told && mu_ring_map_is_equal(&map, &ring->map)) {
        mu_ring_map_done(&map);
        return CS_OK;
    }
    mu_ring_map_done(&ring->map);
    ring->map = map;
    ring->is_map_told = true;
    ring->handler.map(ring->handler.context, ring->node_id, &ring->map);
    return CS_OK;
}

static void
ring_connect(struct mu_ring *ring)
{
    const char *what = "cmap";
    cs_error_t error = open_cmap(ring);
    char why[160];

    if (error == CS_OK) {
        what = "group";
        error = open_cpg(ring);
    }
    if (error == CS_OK) {
        what = "quorum";
        error = open_quorum(ring);
    }
    if (error == CS_OK) {
        what = "cmap";
        error = ring_read_map(ring);
    }
    if (error != CS_OK) {
        ring_close(ring);
        if (error == CS_ERR_LIBRARY || error == CS_ERR_TRY_AGAIN) {
            mu_text_format(why, sizeof(why), "it is not running here");
        } else {
            mu_text_format(why, sizeof(why), "its %s service says: %s", what,
                           cs_text(error));
        }
        ring_wait(ring, why);
        return;
    }
    ring->state = RING_JOINING;
    ring_join(ring);
}

static void
ring_join(struct mu_ring *ring)
{
    cs_error_t error = cpg_join(ring->cpg, &group_name);

    if (error == CS_ERR_TRY_AGAIN || error == CS_ERR_EXIST) {
        /* Corosync is forming a ring, or has not seen our old self leave. */
        mu_text_format(ring->trouble, sizeof(ring->trouble),
                       "waiting for Corosync: it is forming a ring");
        mu_loop_timer_arm(&ring->retry,
                          mu_instant_after(mu_clock_now(), RETRY_JOIN_MS));
        return;
    }
    if (error == CS_OK) {
        error = quorum_trackstart(ring->quorum,
                                  CS_TRACK_CURRENT | CS_TRACK_CHANGES);
    }
    if (error != CS_OK) {
        char why[128];

        mu_text_format(why, sizeof(why), "it refuses us: %s", cs_text(error));
        ring_lose(ring, why);
        return;
    }
    ring->state = RING_JOINED;
    ring->trouble[0] = '\0';
    ring->connect_delay_ms = CONNECT_DELAY_MIN_MS;
    if (ring->is_waiting_logged) {
        ring->is_waiting_logged = false;
        ring->is_absence_logged = false;
        mu_log(MU_TRACE_INFO, "connected to Corosync");
    }
}

static void
ring_retry(void *user)
{
    struct mu_ring *ring = user;

    switch (ring->state) {
    case RING_CLOSED:
        ring_connect(ring);
        break;
    case RING_JOINING:
        ring_join(ring);
        break;
    case RING_JOINED:
        break;
    }
}

static void
ring_map_settled(void *user)
{
    struct mu_ring *ring = user;

    if (ring->cmap_fd >= 0 && ring_read_map(ring) != CS_OK) {
        mu_log(MU_TRACE_WARNING, "cannot read Corosync's nodelist again");
    }
}

/* ---- Sending ------------------------------------------------------------ */

void
mu_ring_send(struct mu_ring *ring, const struct mu_effect_send *send)
{
    int error;

    if (!ring->view.has_ring || send->ring.node != ring->view.ring.node ||
        send->ring.seq != ring->view.ring.seq) {
        return; /* Written for a ring that is gone. */
    }
    error = mu_ring_queue_add(&ring->queue, send);
    if (error) {
        /* A hole in our own sequence would confuse everybody: start over. */
        mu_log(MU_TRACE_ERROR,
               "cannot queue a message of %zu bytes behind %zu waiting ones "
               "(%s): joining the group again",
               send->bytes.size, ring->queue.size, strerror(-error));
        mu_ring_rejoin(ring);
    }
}

static bool
window_is_open(struct mu_ring *ring)
{
    struct mu_instant now;

    if (ring->window_count < WINDOW_COUNT_MAX &&
        ring->window_size < WINDOW_SIZE_MAX) {
        return true;
    }
    now = mu_clock_now();
    if (now.ms - ring->window_moved.ms < WINDOW_STUCK_MS) {
        return false;
    }
    /* Corosync accepts messages and may drop them without a word. */
    mu_log(MU_TRACE_WARNING,
           "Corosync has not delivered %u of our messages for %lld ms",
           ring->window_count, (long long)(now.ms - ring->window_moved.ms));
    window_reset(ring);
    return true;
}

/* Sends one message. CS_OK also when it was dropped for good. */
static cs_error_t
send_one(struct mu_ring *ring, const struct mu_ring_queue_item *item)
{
    union {
        const unsigned char *in;
        void *out;
    } data = {.in = item->data};
    struct iovec vector = {.iov_base = data.out, .iov_len = item->size};
    cs_error_t error = cpg_mcast_joined(ring->cpg, CPG_TYPE_AGREED, &vector, 1);

    if (error == CS_OK) {
        if (ring->window_count == 0) {
            ring->window_moved = mu_clock_now();
        }
        ring->window_count++;
        ring->window_size += item->size;
    }
    return error;
}

void
mu_ring_flush(struct mu_ring *ring)
{
    const struct mu_ring_queue_item *item;

    if (ring->state != RING_JOINED) {
        return;
    }
    while ((item = mu_ring_queue_first(&ring->queue))) {
        cs_error_t error = CS_ERR_TRY_AGAIN;

        if (window_is_open(ring)) {
            error = send_one(ring, item);
        }
        if (error == CS_ERR_TRY_AGAIN) {
            mu_loop_timer_arm(&ring->resend,
                              mu_instant_after(mu_clock_now(), RETRY_SEND_MS));
            return;
        }
        if (error != CS_OK) {
            mu_log(MU_TRACE_WARNING, "cannot send to the group: %s",
                   cs_text(error));
            /* From the loop: the caller may be in the middle of a step. */
            ring->lost = "sending to it failed";
            mu_loop_timer_arm(&ring->resend, mu_clock_now());
            return;
        }
        mu_ring_queue_pop(&ring->queue);
    }
}

static void
ring_resend(void *user)
{
    struct mu_ring *ring = user;

    if (ring->lost) {
        ring_lose(ring, ring->lost);
        return;
    }
    mu_ring_flush(ring);
}

/* ---- The rest ----------------------------------------------------------- */

void
mu_ring_evict(struct mu_ring *ring, uint32_t node_id)
{
    corosync_cfg_handle_t handle;
    const corosync_cfg_callbacks_t callbacks = {0};
    cs_error_t error = corosync_cfg_initialize(&handle, &callbacks);

    (void)ring;
    if (error == CS_OK) {
        error = corosync_cfg_kill_node(handle, node_id,
                                       "fenced by muster, but still here");
        (void)corosync_cfg_finalize(handle);
    }
    if (error == CS_OK) {
        mu_log(MU_TRACE_WARNING, "made Corosync on node %u stop", node_id);
    } else {
        mu_log(MU_TRACE_ERROR, "cannot make Corosync on node %u stop: %s",
               node_id, cs_text(error));
    }
}

void
mu_ring_rejoin(struct mu_ring *ring)
{
    if (ring->state == RING_CLOSED) {
        return;
    }
    mu_ring_queue_clear(&ring->queue);
    ring->lost = "joining it again";
    mu_loop_timer_arm(&ring->resend, mu_clock_now());
}

const char *
mu_ring_trouble(const struct mu_ring *ring)
{
    return ring->trouble[0] == '\0' ? NULL : ring->trouble;
}

void
mu_ring_free(struct mu_ring *ring)
{
    if (!ring) {
        return;
    }
    if (ring->state == RING_JOINED) {
        mu_ring_flush(ring);
        (void)cpg_leave(ring->cpg, &group_name);
    }
    ring_close(ring);
    mu_ring_map_done(&ring->map);
    free(ring);
}
