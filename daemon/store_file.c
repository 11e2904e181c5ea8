/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/store_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/limits.h"
#include "base/text.h"

enum {
    EPOCH_COPY_SIZE = 32 << 10,
    EPOCH_HEADER_SIZE = 64,
    EPOCH_ALIGN = 4096,
    RECORD_HEADER_SIZE = 128, /* At most, with its newline. */
};

static_assert(MU_STORE_EPOCH_SIZE_MAX + EPOCH_HEADER_SIZE <= EPOCH_COPY_SIZE,
              "a record and its header fit into a copy");

static const char epoch_magic[] = "muster-epoch 1";
static const char record_magic[] = "muster-config 1";
static const char unfinished_prefix[] = ".new-";

static bool epoch_copy_read(const unsigned char *copy, uint64_t *ret_sequence,
                            struct mu_span *ret_record);
static int header_parse(char *line, struct mu_store_bytes *record,
                        int64_t *ret_wall_ms,
                        char ret_digest[MU_DIGEST_TEXT_SIZE]);
static int write_all(int fd, const void *data, size_t size, off_t offset);
static int read_all(int fd, void *data, size_t size);
static int name_cmp(const void *a, const void *b);

int
mu_store_epoch_open(int folder)
{
    int fd = openat(folder, "epoch", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                    0600);
    int rc;

    if (fd < 0) {
        return -errno;
    }
    rc = -posix_fallocate(fd, 0, 2 * EPOCH_COPY_SIZE);
    if (rc == 0 && (fsync(fd) < 0 || fsync(folder) < 0)) {
        rc = -errno;
    }
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    return fd;
}

int
mu_store_epoch_read(int fd, struct mu_store_bytes *ret_record,
                    uint64_t *ret_sequence)
{
    unsigned char *file = malloc(2 * EPOCH_COPY_SIZE);
    struct mu_span best = {NULL, 0};
    uint64_t best_sequence = 0;
    bool was_written = false;
    int rc;

    if (!file) {
        return -ENOMEM;
    }
    rc = lseek(fd, 0, SEEK_SET) < 0 ? -errno
                                    : read_all(fd, file, 2 * EPOCH_COPY_SIZE);
    for (int i = 0; rc == 0 && i < 2; i++) {
        const unsigned char *copy = file + i * EPOCH_COPY_SIZE;
        struct mu_span record;
        uint64_t sequence;

        for (int j = 0; j < EPOCH_HEADER_SIZE; j++) {
            was_written = was_written || copy[j] != 0;
        }
        if (epoch_copy_read(copy, &sequence, &record) &&
            sequence > best_sequence) {
            best = record;
            best_sequence = sequence;
        }
    }
    if (rc == 0 && was_written && best_sequence == 0) {
        rc = -EBADMSG;
    }
    if (rc == 0) {
        *ret_sequence = best_sequence;
        *ret_record = (struct mu_store_bytes){NULL, best.size};
        if (best_sequence > 0) {
            memmove(file, best.data, best.size);
            ret_record->data = file;
            return 0;
        }
    }
    free(file);
    return rc;
}

int
mu_store_epoch_write(int fd, int copy, uint64_t sequence, struct mu_span record)
{
    char digest[MU_DIGEST_TEXT_SIZE];
    unsigned char *bytes;
    size_t size = EPOCH_HEADER_SIZE + record.size;
    int rc;

    if (record.size > MU_STORE_EPOCH_SIZE_MAX) {
        return -E2BIG;
    }
    /* Whole blocks, so that the disk need not read first. */
    size = (size + EPOCH_ALIGN - 1) / EPOCH_ALIGN * EPOCH_ALIGN;
    bytes = calloc(1, size);
    if (!bytes) {
        return -ENOMEM;
    }
    /* The digest covers number and size as well: they stand before it while
     * it is computed. */
    memcpy(bytes + EPOCH_HEADER_SIZE, record.data, record.size);
    (void)mu_text_format((char *)bytes, EPOCH_HEADER_SIZE, "%" PRIu64 " %zu",
                         sequence, record.size);
    mu_digest_to_text(mu_digest_of(bytes, EPOCH_HEADER_SIZE + record.size),
                      digest);
    memset(bytes, 0, EPOCH_HEADER_SIZE);
    memcpy(bytes, epoch_magic, sizeof(epoch_magic));
    memcpy(bytes + 16, &sequence, sizeof(sequence));
    memcpy(bytes + 24, &(uint32_t){(uint32_t)record.size}, sizeof(uint32_t));
    memcpy(bytes + 28, digest, MU_DIGEST_TEXT_SIZE - 1);

    rc = write_all(fd, bytes, size, (off_t)copy * EPOCH_COPY_SIZE);
    if (rc == 0 && fdatasync(fd) < 0) {
        rc = -errno;
    }
    free(bytes);
    return rc;
}

bool
mu_store_revision_is_valid(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length < MU_STORE_REVISION_SIZE &&
           strspn(name, "0123456789-.") == length && name[0] != '.' &&
           name[0] != '-';
}

int
mu_store_record_write(int folder, const char *name, struct mu_span record,
                      int64_t wall_ms)
{
    char aside[MU_STORE_REVISION_SIZE + sizeof(unfinished_prefix)];
    char header[RECORD_HEADER_SIZE];
    char digest[MU_DIGEST_TEXT_SIZE];
    size_t header_size;
    int rc;
    int fd;

    if (!mu_store_revision_is_valid(name)) {
        return -EINVAL;
    }
    mu_digest_to_text(mu_digest_of(record.data, record.size), digest);
    (void)mu_text_format(header, sizeof(header), "%s %zu %s %" PRId64 "\n",
                         record_magic, record.size, digest, wall_ms);
    (void)mu_text_format(aside, sizeof(aside), "%s%s", unfinished_prefix, name);
    header_size = strlen(header);
    fd = openat(folder, aside,
                O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return -errno;
    }
    rc = write_all(fd, header, header_size, 0);
    if (rc == 0) {
        rc = write_all(fd, record.data, record.size, (off_t)header_size);
    }
    if (rc == 0 && fsync(fd) < 0) {
        rc = -errno;
    }
    if (close(fd) < 0 && rc == 0) {
        rc = -errno;
    }
    if (rc == 0 && renameat(folder, aside, folder, name) < 0) {
        rc = -errno;
    }
    if (rc < 0) {
        (void)unlinkat(folder, aside, 0);
        return rc;
    }
    return fsync(folder) < 0 ? -errno : 0;
}

int
mu_store_record_read(int folder, const char *name,
                     struct mu_store_bytes *ret_record, int64_t *ret_wall_ms)
{
    char header[RECORD_HEADER_SIZE + 1];
    char expected[MU_DIGEST_TEXT_SIZE];
    char digest[MU_DIGEST_TEXT_SIZE];
    struct mu_store_bytes record = {NULL, 0};
    struct stat status;
    int64_t wall_ms = 0;
    ssize_t got;
    char *newline;
    int rc = 0;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0) {
        return -errno;
    }
    got = pread(fd, header, RECORD_HEADER_SIZE, 0);
    if (got < 0 || fstat(fd, &status) < 0) {
        rc = -errno;
        goto out;
    }
    header[got] = '\0';
    newline = strchr(header, '\n');
    if (!newline) {
        rc = -EBADMSG;
        goto out;
    }
    *newline = '\0';
    rc = header_parse(header, &record, &wall_ms, expected);
    if (rc == 0 &&
        status.st_size != (newline - header) + 1 + (off_t)record.size) {
        rc = -EBADMSG;
    }
    if (rc < 0) {
        goto out;
    }
    record.data = malloc(record.size + 1);
    if (!record.data || lseek(fd, (newline - header) + 1, SEEK_SET) < 0) {
        rc = -ENOMEM;
        goto out;
    }
    rc = read_all(fd, record.data, record.size);
    if (rc == 0) {
        mu_digest_to_text(mu_digest_of(record.data, record.size), digest);
        rc = strcmp(digest, expected) == 0 ? 0 : -EBADMSG;
    }
out:
    (void)close(fd);
    if (rc < 0) {
        free(record.data);
        return rc;
    }
    *ret_record = record;
    if (ret_wall_ms) {
        *ret_wall_ms = wall_ms;
    }
    return 0;
}

int
mu_store_record_list(int folder, char (**ret_names)[MU_STORE_REVISION_SIZE])
{
    char(*names)[MU_STORE_REVISION_SIZE] = NULL;
    size_t capacity = 0;
    size_t count = 0;
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    struct dirent *entry;

    if (!dir) {
        int error = -errno;

        if (copy >= 0) {
            (void)close(copy);
        }
        return error;
    }
    while ((entry = readdir(dir))) {
        if (strncmp(entry->d_name, unfinished_prefix,
                    sizeof(unfinished_prefix) - 1) == 0) {
            (void)unlinkat(folder, entry->d_name, 0);
            continue;
        }
        if (!mu_store_revision_is_valid(entry->d_name)) {
            continue;
        }
        if (count == capacity) {
            void *grown;

            capacity = capacity ? capacity * 2 : 128;
            grown = reallocarray(names, capacity, sizeof(*names));
            if (!grown) {
                free(names);
                (void)closedir(dir);
                return -ENOMEM;
            }
            names = grown;
        }
        (void)mu_text_format(names[count++], sizeof(*names), "%s",
                             entry->d_name);
    }
    (void)closedir(dir);
    if (count > 0) {
        qsort(names, count, sizeof(*names), name_cmp);
    }
    *ret_names = names;
    return (int)count;
}

/* Tells whether a copy is sound. The record points into it. */
static bool
epoch_copy_read(const unsigned char *copy, uint64_t *ret_sequence,
                struct mu_span *ret_record)
{
    char expected[MU_DIGEST_TEXT_SIZE];
    char digest[MU_DIGEST_TEXT_SIZE];
    unsigned char *bytes;
    uint64_t sequence;
    uint32_t size;

    memcpy(&sequence, copy + 16, sizeof(sequence));
    memcpy(&size, copy + 24, sizeof(size));
    memcpy(expected, copy + 28, MU_DIGEST_TEXT_SIZE - 1);
    expected[MU_DIGEST_TEXT_SIZE - 1] = '\0';
    if (memcmp(copy, epoch_magic, sizeof(epoch_magic)) != 0 ||
        size > MU_STORE_EPOCH_SIZE_MAX || sequence == 0) {
        return false;
    }
    bytes = calloc(1, EPOCH_HEADER_SIZE + size);
    if (!bytes) {
        return false;
    }
    (void)mu_text_format((char *)bytes, EPOCH_HEADER_SIZE, "%" PRIu64 " %zu",
                         sequence, (size_t)size);
    memcpy(bytes + EPOCH_HEADER_SIZE, copy + EPOCH_HEADER_SIZE, size);
    mu_digest_to_text(mu_digest_of(bytes, EPOCH_HEADER_SIZE + size), digest);
    free(bytes);
    if (strcmp(digest, expected) != 0) {
        return false;
    }
    *ret_sequence = sequence;
    *ret_record = (struct mu_span){copy + EPOCH_HEADER_SIZE, size};
    return true;
}

static int
header_parse(char *line, struct mu_store_bytes *record, int64_t *ret_wall_ms,
             char ret_digest[MU_DIGEST_TEXT_SIZE])
{
    size_t magic_length = sizeof(record_magic) - 1;
    char *rest = NULL;
    char *word;
    int64_t size;

    if (strncmp(line, record_magic, magic_length) != 0 ||
        line[magic_length] != ' ') {
        return -EBADMSG;
    }
    word = strtok_r(line + magic_length, " ", &rest);
    if (!word || mu_text_parse_int64(word, &size) < 0 || size < 0 ||
        size > MU_CONFIG_SIZE_MAX + (1 << 20)) {
        return -EBADMSG;
    }
    word = strtok_r(NULL, " ", &rest);
    if (!word || strlen(word) != MU_DIGEST_TEXT_SIZE - 1) {
        return -EBADMSG;
    }
    memcpy(ret_digest, word, MU_DIGEST_TEXT_SIZE);
    word = strtok_r(NULL, " ", &rest);
    if (!word || mu_text_parse_int64(word, ret_wall_ms) < 0) {
        return -EBADMSG;
    }
    record->size = (size_t)size;
    return 0;
}

static int
write_all(int fd, const void *data, size_t size, off_t offset)
{
    const unsigned char *bytes = data;

    while (size > 0) {
        ssize_t put = pwrite(fd, bytes, size, offset);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return put < 0 ? -errno : -EIO;
        }
        bytes += put;
        offset += put;
        size -= (size_t)put;
    }
    return 0;
}

static int
read_all(int fd, void *data, size_t size)
{
    unsigned char *bytes = data;

    while (size > 0) {
        ssize_t got = read(fd, bytes, size);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? -errno : -EBADMSG;
        }
        bytes += got;
        size -= (size_t)got;
    }
    return 0;
}

static int
name_cmp(const void *a, const void *b)
{
    return mu_text_natural_cmp(a, b);
}
