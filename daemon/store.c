/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "daemon/clock.h"
#include "daemon/log.h"
#include "daemon/store_file.h"

/* Each record holds the log of revisions; older ones are there for the case
 * that the newest is damaged. */
enum { REVISIONS_KEPT_COUNT = 8 };

/* Present from the moment something was set aside until a new epoch is on
 * disk: a crash in between must not make us look like a new node. */
static const char damaged_name[] = "damaged";

/* What came of a job; made before, so that it cannot fail to be given. */
struct answer {
    struct answer *next;
    struct mu_event_stored stored;
};

/* One thing to write. */
struct job {
    struct job *next;
    struct answer *answer; /* Owned until it is given. */
    enum mu_persist_type type;
    char revision[MU_STORE_REVISION_SIZE];
    int64_t wall_ms;
    size_t size;
    unsigned char bytes[];
};

struct mu_store {
    struct mu_store_config config;
    char *path;      /* Owned. */
    int folder_fd;   /* Locked while we are open. */
    int config_fd;   /* Folder of revisions. */
    int conflict_fd; /* Folder of what was set aside. */
    int epoch_fd;
    uint64_t sequence; /* Of the newest epoch record; worker's after load. */
    bool is_damaged;   /* The mark is on disk; worker's after load. */
    int failed;        /* Negative errno once a sync failed; worker's. */
    struct mu_store_bytes epoch;  /* As loaded. */
    struct mu_store_bytes newest; /* Configuration as loaded. */
    int event_fd;                 /* Worker to loop: look at 'done'. */
    bool has_thread;
    pthread_t thread;
    pthread_mutex_t mutex; /* Guards what follows. */
    pthread_cond_t wakeup;
    struct job *todo; /* Oldest first; owned, as is the next. */
    struct job **todo_end;
    struct answer *done; /* Oldest first. */
    struct answer **done_end;
    bool is_closing;
};

static int folders_open(struct mu_store *store, struct mu_errbuf *err);
static int folder_make(int parent, const char *name);
static int worker_start(struct mu_store *store);
static void *worker_run(void *user);
static void job_perform(struct mu_store *store, struct job *job);
static void job_answer(struct mu_store *store, struct job *job, int error);
static void epoch_perform(struct mu_store *store, struct job *job);
static void config_perform(struct mu_store *store, struct job *job);
static void drop_perform(struct mu_store *store, struct job *job);
static int damage_mark(struct mu_store *store, bool is_damaged);
static void revisions_prune(struct mu_store *store);
static int epoch_load(struct mu_store *store);
static int config_load(struct mu_store *store,
                       char ret_revision[MU_STORE_REVISION_SIZE]);
static void set_aside(struct mu_store *store, int folder, const char *name);
static void on_event(void *user, int fd, int events);

int
mu_store_open(const struct mu_store_config *config, struct mu_store **ret_store,
              struct mu_errbuf *err)
{
    struct mu_store *store = calloc(1, sizeof(*store));
    int rc;

    mu_assert(config->loop);
    mu_assert(config->function);
    if (!store) {
        return -ENOMEM;
    }
    store->config = *config;
    store->folder_fd = -1;
    store->config_fd = -1;
    store->conflict_fd = -1;
    store->epoch_fd = -1;
    store->event_fd = -1;
    store->todo_end = &store->todo;
    store->done_end = &store->done;
    store->path = strdup(config->folder ? config->folder : "/var/lib/muster");
    rc = store->path ? folders_open(store, err) : -ENOMEM;
    if (rc == 0) {
        rc = worker_start(store);
        if (rc < 0) {
            mu_errbuf_set(err, "cannot start the thread that writes: %s",
                          strerror(-rc));
        }
    }
    if (rc < 0) {
        mu_store_close(store);
        return rc;
    }
    *ret_store = store;
    return 0;
}

int
mu_store_load(struct mu_store *store, struct mu_store_content *ret_content,
              struct mu_errbuf *err)
{
    char revision[MU_STORE_REVISION_SIZE] = "";
    int rc = epoch_load(store);

    if (rc == 0) {
        rc = config_load(store, revision);
    }
    if (rc < 0) {
        mu_errbuf_set(err, "cannot read %s: %s", store->path, strerror(-rc));
        return rc;
    }
    *ret_content = (struct mu_store_content){
        .epoch = {store->epoch.data, store->epoch.size},
        .config = {store->newest.data, store->newest.size},
        .is_damaged = store->is_damaged};
    memcpy(ret_content->revision, revision, sizeof(revision));
    return 0;
}

void
mu_store_persist(struct mu_store *store, const struct mu_effect_persist *effect)
{
    struct job *job = malloc(sizeof(*job) + effect->bytes.size);
    struct answer *answer = calloc(1, sizeof(*answer));

    /* Without an answer the cluster would wait for ever. */
    mu_assert(job);
    mu_assert(answer);
    answer->stored.persist_id = effect->persist_id;
    *job = (struct job){.answer = answer,
                        .type = effect->type,
                        .wall_ms = mu_clock_wall_ms(),
                        .size = effect->bytes.size};
    if (effect->bytes.size > 0) {
        memcpy(job->bytes, effect->bytes.data, effect->bytes.size);
    }
    if (effect->revision &&
        !mu_text_format(job->revision, sizeof(job->revision), "%s",
                        effect->revision)) {
        job->revision[0] = '\0'; /* Refused as a name. */
    }
    (void)pthread_mutex_lock(&store->mutex);
    *store->todo_end = job;
    store->todo_end = &job->next;
    (void)pthread_cond_signal(&store->wakeup);
    (void)pthread_mutex_unlock(&store->mutex);
}

int
mu_store_read(struct mu_store *store, const char *revision,
              unsigned char **ret_data, size_t *ret_size)
{
    struct mu_store_bytes record;
    int rc;

    if (!mu_store_revision_is_valid(revision)) {
        return -ENOENT;
    }
    rc = mu_store_record_read(store->config_fd, revision, &record, NULL);
    if (rc == 0) {
        *ret_data = record.data;
        *ret_size = record.size;
    }
    return rc;
}

int
mu_store_list(struct mu_store *store, struct mu_store_revision **ret_revisions)
{
    char(*names)[MU_STORE_REVISION_SIZE] = NULL;
    struct mu_store_revision *revisions = NULL;
    int listed = mu_store_record_list(store->config_fd, &names);
    int count = 0;

    if (listed > 0) {
        revisions = calloc((size_t)listed, sizeof(*revisions));
        listed = revisions ? listed : -ENOMEM;
    }
    for (int i = 0; i < listed; i++) {
        struct stat status;

        /* One that goes away meanwhile was the oldest. */
        if (fstatat(store->config_fd, names[i], &status, 0) == 0) {
            memcpy(revisions[count].name, names[i], sizeof(*names));
            revisions[count].size = (size_t)status.st_size;
            revisions[count].stored_wall_ms =
                status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
            count++;
        }
    }
    free(names);
    if (listed < 0) {
        return listed;
    }
    *ret_revisions = revisions;
    return count;
}

void
mu_store_close(struct mu_store *store)
{
    if (!store) {
        return;
    }
    if (store->has_thread) {
        (void)pthread_mutex_lock(&store->mutex);
        store->is_closing = true;
        (void)pthread_cond_signal(&store->wakeup);
        (void)pthread_mutex_unlock(&store->mutex);
        (void)pthread_join(store->thread, NULL);
        (void)pthread_mutex_destroy(&store->mutex);
        (void)pthread_cond_destroy(&store->wakeup);
    }
    while (store->done) {
        struct answer *answer = store->done;

        store->done = answer->next;
        free(answer);
    }
    if (store->event_fd >= 0) {
        mu_loop_fd_remove(store->config.loop, store->event_fd);
    }
    for (size_t i = 0; i < 5; i++) {
        int fd =
            (const int[]){store->event_fd, store->epoch_fd, store->conflict_fd,
                          store->config_fd, store->folder_fd}[i];

        if (fd >= 0) {
            (void)close(fd);
        }
    }
    free(store->epoch.data);
    free(store->newest.data);
    free(store->path);
    free(store);
}

static int
folders_open(struct mu_store *store, struct mu_errbuf *err)
{
    const char *what = store->path;
    int rc = 0;

    if (mkdir(store->path, 0750) < 0 && errno != EEXIST) {
        rc = -errno;
        goto out;
    }
    store->folder_fd = open(store->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder_fd < 0) {
        rc = -errno;
        goto out;
    }
    if (flock(store->folder_fd, LOCK_EX | LOCK_NB) < 0) {
        rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
        if (rc == -EBUSY) {
            mu_errbuf_set(err, "%s is in use by another daemon", store->path);
            return rc;
        }
        goto out;
    }
    what = "config";
    store->config_fd = rc = folder_make(store->folder_fd, what);
    if (rc < 0) {
        goto out;
    }
    what = "conflict";
    store->conflict_fd = rc = folder_make(store->folder_fd, what);
    if (rc < 0) {
        goto out;
    }
    what = "epoch";
    store->epoch_fd = rc = mu_store_epoch_open(store->folder_fd);
    if (rc < 0) {
        goto out;
    }
    store->is_damaged = faccessat(store->folder_fd, damaged_name, F_OK, 0) == 0;
    rc = 0;
out:
    if (rc < 0) {
        mu_errbuf_set(err, "cannot open %s%s%s: %s", store->path,
                      what == store->path ? "" : "/",
                      what == store->path ? "" : what, strerror(-rc));
    }
    return rc;
}

/* Returns a descriptor or negative errno. */
static int
folder_make(int parent, const char *name)
{
    int fd;

    if (mkdirat(parent, name, 0750) < 0 && errno != EEXIST) {
        return -errno;
    }
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? -errno : fd;
}

static int
worker_start(struct mu_store *store)
{
    sigset_t all;
    sigset_t before;
    int rc;

    store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (store->event_fd < 0) {
        return -errno;
    }
    rc = mu_loop_fd_add_with(store->config.loop,
                             &(struct mu_loop_watch){.fd = store->event_fd,
                                                     .events = POLLIN,
                                                     .priority = MU_LOOP_HIGH,
                                                     .function = on_event,
                                                     .user = store});
    if (rc < 0) {
        return rc;
    }
    (void)pthread_mutex_init(&store->mutex, NULL);
    (void)pthread_cond_init(&store->wakeup, NULL);
    /* Signals are for the loop. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = -pthread_create(&store->thread, NULL, worker_run, store);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    store->has_thread = rc == 0;
    return rc;
}

static void *
worker_run(void *user)
{
    struct mu_store *store = user;

    (void)pthread_mutex_lock(&store->mutex);
    for (;;) {
        struct job *job = store->todo;

        if (!job && store->is_closing) {
            break;
        }
        if (!job) {
            (void)pthread_cond_wait(&store->wakeup, &store->mutex);
            continue;
        }
        store->todo = job->next;
        if (!store->todo) {
            store->todo_end = &store->todo;
        }
        (void)pthread_mutex_unlock(&store->mutex);
        job_perform(store, job);
        mu_assert(!job->answer);
        free(job);
        (void)pthread_mutex_lock(&store->mutex);
    }
    (void)pthread_mutex_unlock(&store->mutex);
    return NULL;
}

static void
job_perform(struct mu_store *store, struct job *job)
{
    if (store->failed < 0) {
        job_answer(store, job, store->failed);
        return;
    }
    switch (job->type) {
    case MU_PERSIST_EPOCH:
        epoch_perform(store, job);
        break;
    case MU_PERSIST_CONFIG:
        config_perform(store, job);
        break;
    case MU_PERSIST_DROP:
        drop_perform(store, job);
        break;
    }
}

static void
job_answer(struct mu_store *store, struct job *job, int error)
{
    struct answer *answer = job->answer;
    ssize_t put;

    job->answer = NULL;
    answer->stored.error = error;
    (void)pthread_mutex_lock(&store->mutex);
    *store->done_end = answer;
    store->done_end = &answer->next;
    (void)pthread_mutex_unlock(&store->mutex);
    put = write(store->event_fd, &(uint64_t){1}, sizeof(uint64_t));
    mu_assert(put == sizeof(uint64_t));
}

/* The second copy only guards against a rotten sector: the answer does not
 * wait for it, the next job does. */
static void
epoch_perform(struct mu_store *store, struct job *job)
{
    struct mu_span record = {job->bytes, job->size};
    uint64_t sequence = store->sequence + 1;
    int error = mu_store_epoch_write(store->epoch_fd, 0, sequence, record);

    if (error == -E2BIG || error == -ENOMEM) {
        job_answer(store, job, error); /* Nothing was touched. */
        return;
    }
    if (error == 0) {
        store->sequence = sequence;
        if (store->is_damaged) {
            error = damage_mark(store, false);
        }
    }
    store->failed = error;
    job_answer(store, job, error);
    if (error == 0) {
        error = mu_store_epoch_write(store->epoch_fd, 1, sequence, record);
        store->failed = error == -ENOMEM ? 0 : error;
    }
}

static void
config_perform(struct mu_store *store, struct job *job)
{
    struct mu_span record = {job->bytes, job->size};
    int error = mu_store_record_write(store->config_fd, job->revision, record,
                                      job->wall_ms);

    job_answer(store, job, error);
    if (error == 0) {
        revisions_prune(store);
    }
}

static void
drop_perform(struct mu_store *store, struct job *job)
{
    int error = 0;

    if (!mu_store_revision_is_valid(job->revision)) {
        error = -EINVAL;
    } else if (unlinkat(store->config_fd, job->revision, 0) < 0) {
        error = errno == ENOENT ? 0 : -errno;
    } else if (fsync(store->config_fd) < 0) {
        error = -errno;
    }
    job_answer(store, job, error);
}

/* Old revisions that cannot be removed only cost room. */
static void
revisions_prune(struct mu_store *store)
{
    char(*names)[MU_STORE_REVISION_SIZE] = NULL;
    int count = mu_store_record_list(store->config_fd, &names);

    for (int i = 0; i < count - REVISIONS_KEPT_COUNT; i++) {
        (void)unlinkat(store->config_fd, names[i], 0);
    }
    free(names);
}

static int
epoch_load(struct mu_store *store)
{
    int rc;

    free(store->epoch.data);
    store->epoch = (struct mu_store_bytes){NULL, 0};
    rc = mu_store_epoch_read(store->epoch_fd, &store->epoch, &store->sequence);
    if (rc != -EBADMSG) {
        return rc;
    }
    set_aside(store, store->folder_fd, "epoch");
    rc = damage_mark(store, true);
    if (rc < 0) {
        return rc;
    }
    (void)close(store->epoch_fd);
    store->epoch_fd = mu_store_epoch_open(store->folder_fd);
    return store->epoch_fd < 0 ? store->epoch_fd : 0;
}

/* Loads the newest sound revision; newer ones that are not are set aside. */
static int
config_load(struct mu_store *store, char ret_revision[MU_STORE_REVISION_SIZE])
{
    char(*names)[MU_STORE_REVISION_SIZE] = NULL;
    int count = mu_store_record_list(store->config_fd, &names);
    int rc = count < 0 ? count : 0;

    free(store->newest.data);
    store->newest = (struct mu_store_bytes){NULL, 0};
    for (int i = count - 1; i >= 0; i--) {
        rc = mu_store_record_read(store->config_fd, names[i], &store->newest,
                                  NULL);
        if (rc == 0) {
            memcpy(ret_revision, names[i], sizeof(*names));
            break;
        }
        if (rc == -ENOMEM) {
            break;
        }
        set_aside(store, store->config_fd, names[i]);
        rc = damage_mark(store, true);
        if (rc < 0) {
            break;
        }
    }
    free(names);
    return rc;
}

/* Moves what cannot be read out of the way, for a person to look at. */
static void
set_aside(struct mu_store *store, int folder, const char *name)
{
    char aside[MU_STORE_REVISION_SIZE + 64];

    (void)mu_text_format(aside, sizeof(aside), "%s.%" PRId64, name,
                         mu_clock_wall_ms());
    if (renameat(folder, name, store->conflict_fd, aside) < 0) {
        mu_log(MU_TRACE_ERROR, "%s: %s is damaged and cannot be set aside: %s",
               store->path, name, strerror(errno));
        (void)unlinkat(folder, name, 0);
        return;
    }
    mu_log(MU_TRACE_ERROR,
           "%s: %s is damaged, set aside as conflict/%s; the state will be "
           "taken from the other nodes",
           store->path, name, aside);
}

/* Sets or removes the mark that says that we have lost what we promised. */
static int
damage_mark(struct mu_store *store, bool is_damaged)
{
    int fd;

    if (is_damaged) {
        fd = openat(store->folder_fd, damaged_name,
                    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0) {
            return -errno;
        }
        (void)close(fd);
    } else if (unlinkat(store->folder_fd, damaged_name, 0) < 0 &&
               errno != ENOENT) {
        return -errno;
    }
    if (fsync(store->folder_fd) < 0) {
        return -errno;
    }
    store->is_damaged = is_damaged;
    return 0;
}

static void
on_event(void *user, int fd, int events)
{
    struct mu_store *store = user;
    struct answer *answer;
    uint64_t count;

    (void)events;
    if (read(fd, &count, sizeof(count)) < 0) {
        return;
    }
    (void)pthread_mutex_lock(&store->mutex);
    answer = store->done;
    store->done = NULL;
    store->done_end = &store->done;
    (void)pthread_mutex_unlock(&store->mutex);
    while (answer) {
        struct answer *next = answer->next;

        store->config.function(store->config.user, &answer->stored);
        free(answer);
        answer = next;
    }
}
