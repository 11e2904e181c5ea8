/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs seeds, in as many processes as there are processors, because a core
 * that finds itself wrong aborts. A seed that fails is run again: with fewer
 * and fewer faults as long as it still fails, and then with its story. */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"
#include "cts/sim/sim.h"

enum {
    SEEDS_MAX = 1 << 20,
    RUN_S_MAX = 60,    /* One run may take so long, then it hangs. */
    TWICE_STRIDE = 20, /* One in so many runs twice: same story? */
    FAILURES_SHOWN_MAX = 5,
    TAIL_LINES = 80,
};

/* Shared by all processes. */
struct board {
    uint32_t next; /* Index of the next seed to take. */
    uint32_t passed;
    uint64_t virtual_ms, steps, ops, shots, rings, acked, digests, twice;
    unsigned char results[SEEDS_MAX];
};

enum { RESULT_NONE, RESULT_PASSED, RESULT_FAILED };

/* What 'make check' runs: under sanitizers everything takes much longer. */
#ifdef __SANITIZE_ADDRESS__
static const char default_seeds[] = "1-200";
#else
static const char default_seeds[] = "1-1000";
#endif

static struct board *board;
static uint64_t *seeds;
static uint32_t seeds_count;

static void
add_seed(uint64_t seed)
{
    if (seeds_count == SEEDS_MAX) {
        fprintf(stderr, "sim: more than %d seeds\n", SEEDS_MAX);
        exit(2);
    }
    seeds[seeds_count++] = seed;
}

static void
add_range(const char *text)
{
    char *end;
    uint64_t first = strtoull(text, &end, 10);
    uint64_t last = *end == '-' ? strtoull(end + 1, &end, 10) : first;

    if (*end || last < first) {
        fprintf(stderr, "sim: '%s' is not a range of seeds such as 1-1000\n",
                text);
        exit(2);
    }
    for (uint64_t seed = first; seed <= last; seed++) {
        add_seed(seed);
    }
}

/* A seed per line, then what it found. */
static void
add_file(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[512];

    if (!file) {
        fprintf(stderr, "sim: %s: %s\n", path, strerror(errno));
        exit(2);
    }
    while (fgets(line, sizeof(line), file)) {
        char *end;
        uint64_t seed = strtoull(line, &end, 10);

        if (end != line) {
            add_seed(seed);
        }
    }
    fclose(file);
}

static struct mu_sim *
make_run(uint64_t seed)
{
    struct mu_sim *sim = calloc(1, sizeof(*sim));

    mu_assert(sim);
    mu_sim_draw_options(seed, &sim->options);
    return sim;
}

static void
count_run(const struct mu_sim *sim)
{
    __atomic_add_fetch(&board->virtual_ms, (uint64_t)sim->world.now_us / 1000,
                       __ATOMIC_RELAXED);
    __atomic_add_fetch(&board->steps, sim->world.done_count, __ATOMIC_RELAXED);
    __atomic_add_fetch(&board->ops, sim->agents.ops_count, __ATOMIC_RELAXED);
    __atomic_add_fetch(&board->shots, sim->agents.shots_count,
                       __ATOMIC_RELAXED);
    __atomic_add_fetch(&board->rings, sim->ring.reforms_count,
                       __ATOMIC_RELAXED);
    __atomic_add_fetch(&board->acked, sim->clients.acked_count,
                       __ATOMIC_RELAXED);
    __atomic_add_fetch(&board->digests, sim->checks.digests_count,
                       __ATOMIC_RELAXED);
}

static bool
run_seed(uint64_t seed, bool is_twice)
{
    struct mu_sim *sim = make_run(seed);
    bool has_passed = mu_sim_run(sim);
    uint64_t hash = sim->story.hash;

    count_run(sim);
    mu_sim_done(sim);
    free(sim);
    if (has_passed && is_twice) {
        sim = make_run(seed);
        has_passed = mu_sim_run(sim) && sim->story.hash == hash;
        mu_sim_done(sim);
        free(sim);
        __atomic_add_fetch(&board->twice, 1, __ATOMIC_RELAXED);
    }
    return has_passed;
}

static void
work(void)
{
    for (;;) {
        uint32_t i = __atomic_fetch_add(&board->next, 1, __ATOMIC_RELAXED);

        if (i >= seeds_count) {
            exit(0);
        }
        board->results[i] = RESULT_FAILED; /* Until it has come through. */
        alarm(RUN_S_MAX);
        if (run_seed(seeds[i], i % TWICE_STRIDE == 0)) {
            board->results[i] = RESULT_PASSED;
        }
    }
}

static pid_t
start_worker(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (!freopen("/dev/null", "w", stderr)) {
            exit(3);
        }
        work();
    }
    if (pid < 0) {
        perror("sim: fork");
        exit(3);
    }
    return pid;
}

static void
run_all(unsigned jobs)
{
    unsigned running = 0;

    for (unsigned i = 0; i < jobs; i++) {
        (void)start_worker(); /* Children are waited for by any pid. */
        running++;
    }
    while (running > 0) {
        int status;

        if (wait(&status) < 0) {
            break;
        }
        running--;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            (void)start_worker(); /* It died of its seed: take the next. */
            running++;
        }
    }
}

/* Runs a seed in a process of its own; 0 when it passes, else what kind of
 * failure it is. The story goes to 'path' if there is one. */
static int
run_alone(uint64_t seed, uint32_t skipped_mask, const char *path, bool detail)
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        struct mu_sim *sim = make_run(seed);
        bool has_passed;

        alarm(RUN_S_MAX);
        sim->faults.skipped_mask = skipped_mask;
        if (path) {
            sim->story.file =
                strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
            sim->story.has_detail = detail;
            if (!sim->story.file ||
                (sim->story.file != stdout && !freopen(path, "ae", stderr))) {
                exit(3);
            }
        } else if (!freopen("/dev/null", "w", stderr)) {
            exit(3);
        }
        has_passed = mu_sim_run(sim);
        /* Failures of another kind have another status: "S1", "I6", ... */
        exit(has_passed ? 0
                        : 2 + (sim->failure[0] * 10 + sim->failure[1]) % 90);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Leaves out every fault without which the seed still fails. */
static uint32_t
shrink(uint64_t seed)
{
    struct mu_sim_options options;
    uint32_t skipped = 0;
    int kind = run_alone(seed, 0, NULL, false);

    mu_sim_draw_options(seed, &options);
    for (uint32_t i = options.faults_count; i-- > 0;) {
        uint32_t tried = skipped | UINT32_C(1) << i;

        if (run_alone(seed, tried, NULL, false) == kind) {
            skipped = tried;
        }
    }
    return skipped;
}

static void
print_tail(const char *path)
{
    FILE *file = fopen(path, "re");
    char line[1024];
    unsigned lines = 0;
    unsigned at = 0;

    if (!file) {
        return;
    }
    while (fgets(line, sizeof(line), file)) {
        lines++;
    }
    rewind(file);
    while (fgets(line, sizeof(line), file)) {
        if (++at + TAIL_LINES > lines) {
            fputs(line, stdout);
        }
    }
    fclose(file);
}

static void
print_commit(void)
{
    char line[64] = "unknown";
    FILE *pipe = popen("git -C " MU_SIM_SOURCE " describe --always --dirty "
                       "2>/dev/null",
                       "re");

    if (pipe) {
        if (!fgets(line, sizeof(line), pipe)) {
            memcpy(line, "unknown", 8);
        }
        pclose(pipe);
    }
    line[strcspn(line, "\n")] = 0;
    printf("commit %s", line);
}

static void
explain(uint64_t seed)
{
    struct mu_sim_options options;
    uint32_t skipped = shrink(seed);
    char path[64];

    mu_sim_draw_options(seed, &options);
    (void)mu_text_format(path, sizeof(path), "sim-%" PRIu64 ".story", seed);
    (void)run_alone(seed, skipped, path, false); /* It is known to fail. */
    printf("---- seed %" PRIu64 ": %" PRIu32 " nodes%s, %" PRIu32
           " faults of which %d matter, ",
           seed, options.nodes_count,
           options.ring.is_two_node ? " (two_node)" : "", options.faults_count,
           (int)options.faults_count - __builtin_popcount(skipped));
    print_commit();
    printf("\nthe end of %s:\n", path);
    print_tail(path);
    printf("again: sim --story --seeds %" PRIu64 " --skip %#" PRIx32 "\n----\n",
           seed, skipped);
}

static int
summarise(int64_t real_ms)
{
    uint32_t failed = 0;

    for (uint32_t i = 0; i < seeds_count; i++) {
        if (board->results[i] != RESULT_PASSED) {
            failed++;
            if (failed <= FAILURES_SHOWN_MAX) {
                explain(seeds[i]);
            }
        }
    }
    if (failed > 0) {
        printf("failed seeds:");
        for (uint32_t i = 0; i < seeds_count; i++) {
            if (board->results[i] != RESULT_PASSED) {
                printf(" %" PRIu64, seeds[i]);
            }
        }
        printf("\n");
    }
    printf("%" PRIu32 " seeds in %.1f s: %.1f h of virtual time, %" PRIu64
           " events, %" PRIu64 " rings, %" PRIu64 " operations, %" PRIu64
           " shots, %" PRIu64 " configurations acknowledged, %" PRIu64
           " digests compared, %" PRIu64 " run twice\n",
           seeds_count, (double)real_ms / 1e3,
           (double)board->virtual_ms / 3.6e6, board->steps, board->rings,
           board->ops, board->shots, board->acked, board->digests,
           board->twice);
    printf("%" PRIu32 " passed, %" PRIu32 " failed\n", seeds_count - failed,
           failed);
    return failed > 0 ? 1 : 0;
}

static int64_t
real_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        {"seeds", required_argument, NULL, 's'},
        {"file", required_argument, NULL, 'f'},
        {"jobs", required_argument, NULL, 'j'},
        {"skip", required_argument, NULL, 'k'},
        {"story", no_argument, NULL, 't'},
        {"detail", no_argument, NULL, 'd'},
        {NULL, 0, NULL, 0},
    };
    unsigned jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t skipped = 0;
    bool has_story = false;
    bool has_detail = false;
    int64_t began_ms = real_ms();
    int option;

    seeds = calloc(SEEDS_MAX, sizeof(*seeds));
    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    mu_assert(seeds);
    mu_assert(board != MAP_FAILED);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 's':
            add_range(optarg);
            break;
        case 'f':
            add_file(optarg);
            break;
        case 'j':
            jobs = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 'k':
            skipped = (uint32_t)strtoul(optarg, NULL, 0);
            break;
        case 'd':
            has_detail = true;
            has_story = true;
            break;
        case 't':
            has_story = true;
            break;
        default:
            fprintf(stderr, "usage: sim [--jobs N] [--seeds A-B]... [--file "
                            "FILE]... | --story|--detail --seeds N [--skip "
                            "MASK]\n");
            return 2;
        }
    }
    if (has_story) {
        return seeds_count == 1 &&
                       run_alone(seeds[0], skipped, "-", has_detail) == 0
                   ? 0
                   : 1;
    }
    if (seeds_count == 0) {
        add_file(MU_SIM_SOURCE "/cts/sim/seeds.txt");
        add_range(default_seeds);
    }
    fflush(stdout);
    run_all(jobs > 0 ? jobs : 1);
    return summarise(real_ms() - began_ms);
}
