/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/driver.h"
#include "daemon/log.h"
#include "daemon/loop.h"
#include "daemon/settings.h"

static const char default_config[] = "/etc/muster/muster.conf";

enum { BOOT_ID_SIZE = 128 };

struct options {
    const char *config; /* Null: the default one, if it exists. */
    bool is_verbose;
    bool is_foreground; /* Logs to standard error, also under systemd. */
};

static const char usage[] =
    "usage: musterd [-f] [-v] [--config FILE]\n"
    "\n"
    "The cluster manager's daemon. It needs a running Corosync and waits for\n"
    "it; \"muster status\" shows what it does.\n"
    "\n"
    "  -f, --foreground   log to standard error, also under systemd\n"
    "  -v, --verbose      log details for developers\n"
    "      --config FILE  settings (default /etc/muster/muster.conf)\n"
    "      --version      print the version and exit\n"
    "  -h, --help         print this and exit\n"
    "\n"
    "exit status: 0 asked to stop; 1 cannot start; 2 wrong options or\n"
    "settings; 3 another musterd runs here; 4 wants to be started again\n";

/* Returns a negative number to go on, or what to exit with. */
static int
options_read(int argc, char **argv, struct options *ret_options)
{
    static const struct option known[] = {
        {"foreground", no_argument, NULL, 'f'},
        {"verbose", no_argument, NULL, 'v'},
        {"config", required_argument, NULL, 'c'},
        {"version", no_argument, NULL, 'V'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "fvc:h", known, NULL)) != -1) {
        switch (option) {
        case 'f':
            ret_options->is_foreground = true;
            break;
        case 'v':
            ret_options->is_verbose = true;
            break;
        case 'c':
            ret_options->config = optarg;
            break;
        case 'V':
            puts("musterd " PACKAGE_VERSION);
            return MU_DRIVER_EXIT_OK;
        case 'h':
            fputs(usage, stdout);
            return MU_DRIVER_EXIT_OK;
        default:
            fputs("musterd: see \"musterd --help\"\n", stderr);
            return MU_DRIVER_EXIT_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr,
                "musterd: \"%s\" is not expected; see "
                "\"musterd --help\"\n",
                argv[optind]);
        return MU_DRIVER_EXIT_USAGE;
    }
    return -1;
}

/* Returns false after saying what is wrong. A default file may be missing. */
static bool
settings_load(const struct options *options, struct mu_settings *settings)
{
    struct mu_errbuf err = {0};
    int error;

    mu_settings_init(settings);
    error = mu_settings_read(
        settings, options->config ? options->config : default_config, &err);
    if (options->is_verbose) {
        settings->log_level = MU_TRACE_DEBUG;
    }
    if (!error || (error == -ENOENT && !options->config)) {
        return true;
    }
    fprintf(stderr, "musterd: %s\n", err.text);
    return false;
}

/* A small daemon: one heap, given back soon, no growing thresholds. */
static void
memory_tune(void)
{
    (void)mallopt(M_ARENA_MAX, 1);
    (void)mallopt(M_MMAP_THRESHOLD, 64 << 10);
    (void)mallopt(M_TRIM_THRESHOLD, 128 << 10);
    (void)mallopt(M_TOP_PAD, 32 << 10);
}

static bool
boot_id_read(char boot_id[BOOT_ID_SIZE])
{
    const char *given = getenv("MUSTER_BOOT_ID");
    ssize_t count;
    int fd;

    if (given && given[0] != '\0') {
        return mu_text_format(boot_id, BOOT_ID_SIZE, "%s", given);
    }
    fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    count = read(fd, boot_id, BOOT_ID_SIZE - 1);
    close(fd);
    if (count <= 0) {
        return false;
    }
    boot_id[count] = '\0';
    boot_id[strcspn(boot_id, "\n")] = '\0';
    return true;
}

static uint64_t
incarnation_draw(void)
{
    uint64_t incarnation = 0;

    /* Zero means "never seen" in the replicated state. */
    while (incarnation == 0) {
        if (getrandom(&incarnation, sizeof(incarnation), 0) !=
            (ssize_t)sizeof(incarnation)) {
            incarnation = 0;
        }
    }
    return incarnation;
}

static void
pid_file_path(const struct mu_settings *settings, char *path, size_t size)
{
    mu_text_format(path, size, "%s/musterd.pid", settings->run_folder);
}

static void
pid_file_write(const struct mu_settings *settings)
{
    char path[MU_SETTINGS_VALUE_SIZE + 16];
    FILE *file;

    pid_file_path(settings, path, sizeof(path));
    file = fopen(path, "we");
    if (!file || fprintf(file, "%d\n", (int)getpid()) < 0) {
        mu_log(MU_TRACE_WARNING, "cannot write %s: %s", path, strerror(errno));
    }
    if (file) {
        fclose(file);
    }
}

static void
on_signal(void *user, int number)
{
    mu_log(MU_TRACE_INFO, "asked to stop by signal %d", number);
    mu_driver_shutdown(user);
}

static int
daemon_run(struct mu_loop *loop, const struct mu_settings *settings)
{
    char boot_id[BOOT_ID_SIZE];
    char path[MU_SETTINGS_VALUE_SIZE + 16];
    struct mu_errbuf err = {0};
    struct mu_driver *driver;
    int exit_code;
    int error;
    const struct mu_driver_config config = {
        .loop = loop,
        .settings = settings,
        .boot_id = boot_id,
        .incarnation = incarnation_draw(),
    };

    if (!boot_id_read(boot_id)) {
        mu_log(MU_TRACE_ERROR, "cannot find the boot identity: neither "
                               "MUSTER_BOOT_ID nor "
                               "/proc/sys/kernel/random/boot_id is of use");
        return MU_DRIVER_EXIT_FAILED;
    }
    error = mu_driver_new(&config, &driver, &err);
    if (error) {
        mu_log(MU_TRACE_ERROR, "%s", err.text);
        return error == -EBUSY ? MU_DRIVER_EXIT_BUSY : MU_DRIVER_EXIT_FAILED;
    }
    pid_file_write(settings);
    if (mu_loop_signal_add(loop, SIGTERM, on_signal, driver) < 0 ||
        mu_loop_signal_add(loop, SIGINT, on_signal, driver) < 0) {
        mu_log(MU_TRACE_ERROR, "cannot watch for signals");
        mu_driver_free(driver);
        return MU_DRIVER_EXIT_FAILED;
    }
    mu_loop_run(loop);
    exit_code = mu_driver_exit_code(driver);
    mu_driver_free(driver);
    pid_file_path(settings, path, sizeof(path));
    (void)unlink(path);
    return exit_code;
}

int
main(int argc, char **argv)
{
    struct options options = {0};
    struct mu_settings settings;
    struct mu_loop *loop;
    int exit_code = options_read(argc, argv, &options);

    if (exit_code >= 0) {
        return exit_code;
    }
    if (!settings_load(&options, &settings)) {
        return MU_DRIVER_EXIT_USAGE;
    }
    memory_tune();
    (void)umask(027);
    (void)signal(SIGPIPE, SIG_IGN);
    mu_log_init(&(struct mu_log_config){.name = "musterd",
                                        .level_min = settings.log_level,
                                        .is_stderr = options.is_foreground});
    if (settings.is_memory_locked &&
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0) {
        mu_log(MU_TRACE_WARNING, "cannot lock memory: %s", strerror(errno));
    }
    loop = mu_loop_new();
    if (!loop) {
        mu_log(MU_TRACE_ERROR, "out of memory");
        return MU_DRIVER_EXIT_FAILED;
    }
    mu_log(MU_TRACE_INFO, "musterd %s starts", PACKAGE_VERSION);
    exit_code = daemon_run(loop, &settings);
    mu_log(MU_TRACE_INFO, "musterd ends with exit status %d", exit_code);
    mu_loop_free(loop);
    mu_log_done();
    return exit_code;
}
