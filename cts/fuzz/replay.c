/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a fuzz target over files without a fuzzer: each find stays a test. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
file_run(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    size_t size = 0;
    size_t part;

    if (!file) {
        perror(path);
        return -1;
    }
    do {
        uint8_t *grown = realloc(data, size + 65536);

        if (!grown) {
            abort();
        }
        data = grown;
        part = fread(data + size, 1, 65536, file);
        size += part;
    } while (part > 0);
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int
folder_run(const char *path, unsigned *count)
{
    struct dirent **entries;
    int entries_count = scandir(path, &entries, NULL, alphasort);
    int status = 0;

    if (entries_count < 0) {
        perror(path);
        return -1;
    }
    for (int i = 0; i < entries_count; i++) {
        char name[1024];
        struct stat info;

        (void)snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        free(entries[i]);
        if (stat(name, &info) == 0 && S_ISREG(info.st_mode)) {
            if (file_run(name) < 0) {
                status = -1;
            }
            ++*count;
        }
    }
    free(entries);
    return status;
}

/* Folders as arguments; without any, the corpus of the target. */
int
main(int argc, char **argv)
{
    unsigned count = 0;
    int status = 0;

    if (argc < 2) {
        status = folder_run(CORPUS_DIR, &count);
    }
    for (int i = 1; i < argc; i++) {
        if (folder_run(argv[i], &count) < 0) {
            status = -1;
        }
    }
    printf("%u files\n", count);
    return status == 0 && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
