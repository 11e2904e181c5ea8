/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays scripts on the simulator and compares the story.
 *
 * A script is text: '#' begins a comment, a line that begins with two spaces
 * is what is expected of the command before it, everything else is a command.
 * Nothing is left to chance here. Times are in seconds after the newest
 * command that made something happen. With REWRITE=1 in the environment the
 * expectations are written anew instead of compared.
 *
 *   nodes N [two_node]     a cluster of N machines without power
 *   boot NODE...|all       they get power
 *   configure NODE FILE    a client of the node asks for a configuration
 *   agent NODE|all RESOURCE|all OP slow SECONDS|hang|fail|ok
 *                          how such operations go from now on; the operation
 *                          "fence" means what a device does to power
 *   cut NODE, kill NODE, freeze NODE, thaw NODE
 *                          power off; kill -9, stop and continue the daemon
 *   leave NODE, start NODE the daemon is asked to stop; it is started again
 *   cleanup                all that has happened is forgotten
 *   refresh RESOURCE NODE  what happened to one resource on one node
 *   split NODE...          these no longer hear the others
 *   heal                   all links work
 *   die RESOURCE NODE      it dies by itself
 *   elapse SECONDS         shows what happens
 *   settle [SECONDS]       waits, without showing, until nothing is to be done
 *   show                   shows what runs where, in truth
 *   locks                  shows what waits for a node that has left
 *   rest                   shows what a client that waits hears on each node
 *   record                 shows who changed the configuration last, and why
 *
 * All checks of the simulator hold here as well. */

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "core/core.h"
#include "core/state.h"
#include "cts/sim/sim.h"

enum { WORDS_MAX = 16, SCRIPT_SIZE_MAX = 1 << 20, SETTLE_S = 120 };

struct script {
    const char *path;
    char folder[512];
    struct mu_sim *sim;
    char *story; /* What has been told so far. */
    size_t story_size;
    size_t story_read; /* So much of it has been shown. */
    int64_t mark_us;   /* When something was made to happen. */
    FILE *out;         /* What the script looks like when played. */
    unsigned line;
};

static struct mu_sim_options calm = {
    .ring = {.detect_us_min = 300000, .detect_us_max = 300000},
};

static void
refuse(const struct script *script, const char *why)
{
    fprintf(stderr, "%s:%u: %s\n", script->path, script->line, why);
    exit(2);
}

static char *
read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, SCRIPT_SIZE_MAX);

    mu_assert(text);
    if (!file) {
        perror(path);
        exit(2);
    }
    *ret_size = fread(text, 1, SCRIPT_SIZE_MAX - 1, file);
    fclose(file);
    return text;
}

static uint32_t
node_of(const struct script *script, const char *word)
{
    if (strcmp(word, "all") == 0) {
        return 0;
    }
    if (word[0] == 'n' && word[1] >= '1' && word[1] <= '7' && !word[2] &&
        (uint32_t)(word[1] - '0') <= script->sim->options.nodes_count) {
        return (uint32_t)(word[1] - '0');
    }
    refuse(script, "a node is n1, n2, ...");
    return 0;
}

static int64_t
seconds_of(const struct script *script, const char *word)
{
    char *end;
    double seconds = strtod(word, &end);

    if (*end || seconds < 0 || seconds > 1e6) {
        refuse(script, "this is no number of seconds");
    }
    return (int64_t)(seconds * 1e6);
}

/* Lines worth comparing: what people would see, not how it came about. */
static bool
is_shown(const char *text)
{
    static const char *const kinds[] = {
        "agent: ",  "loses power", "boots",  "daemon",   "client h",
        "is reset", "FAILED",      "evicts", "corosync",
    };

    if (strncmp(text, "agent: monitor", 14) == 0) {
        const char *rc = strrchr(text, ' ');

        return !strstr(text, " begins") && strcmp(rc, " 0") != 0 &&
               strcmp(rc, " 7") != 0;
    }
    for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strncmp(text, kinds[i], strlen(kinds[i])) == 0) {
            return true;
        }
    }
    return strstr(text, " by itself") != NULL;
}

/* Shows what was told since the last time; 'is_silent': forgets it. */
static void
show_story(struct script *script, bool is_silent)
{
    char *at;
    char *next;

    fflush(script->sim->story.file);
    for (at = script->story + script->story_read; *at; at = next) {
        double time_s;
        char who[8];
        int used = 0;

        next = strchr(at, '\n');
        mu_assert(next);
        *next++ = 0;
        if (!is_silent && sscanf(at, "%lf %7s %n", &time_s, who, &used) == 2 &&
            is_shown(at + used)) {
            fprintf(script->out, "  +%.1f %s %s\n",
                    time_s - (double)script->mark_us / 1e6, who, at + used);
        }
    }
    script->story_read = (size_t)(at - script->story);
}

static bool
is_settled(const struct mu_sim *sim)
{
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        const struct mu_sim_node *self = &sim->nodes[node];

        if (self->is_powered && !self->is_ended &&
            (!self->core || mu_core_get_phase(self->core) != MU_CORE_ACTIVE ||
             !mu_core_is_idle(self->core))) {
            return false;
        }
    }
    return true;
}

static void
settle(struct script *script, int64_t limit_us)
{
    struct mu_sim *sim = script->sim;
    int64_t until_us = sim->world.now_us + limit_us;
    unsigned calm_count = 0;

    while (calm_count < 5 && sim->world.now_us < until_us && !sim->is_failed) {
        mu_sim_run_until(sim, sim->world.now_us + 200000);
        calm_count = is_settled(sim) ? calm_count + 1 : 0;
    }
    show_story(script, true);
    if (calm_count < 5) {
        fprintf(script->out, "  not settled\n");
    }
}

static void
show_truth(const struct script *script)
{
    const struct mu_sim *sim = script->sim;

    for (uint32_t i = 0; i < sim->agents.names_count; i++) {
        bool is_anywhere = false;

        for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
            const struct mu_sim_instance *instance =
                &sim->agents.instances[node][i];

            if (instance->is_active || instance->is_starting) {
                fprintf(script->out, "%s%s", is_anywhere ? ", " : "  ",
                        is_anywhere ? "" : sim->agents.names[i]);
                fprintf(script->out, "%s%s%s", is_anywhere ? "" : " on ",
                        sim->nodes[node].name,
                        instance->is_active ? "" : " (starting)");
                is_anywhere = true;
            }
        }
        if (is_anywhere) {
            fprintf(script->out, "\n");
        }
    }
}

/* Returns the state as a member has it, or null while there is none. */
static const struct mu_state *
state_of_any(const struct mu_sim *sim)
{
    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        const struct mu_core *core = sim->nodes[node].core;

        if (core && mu_core_get_phase(core) == MU_CORE_ACTIVE) {
            return mu_core_get_state(core);
        }
    }
    return NULL;
}

static void
show_record(const struct script *script)
{
    const struct mu_state *state = state_of_any(script->sim);
    const struct mu_revision *newest =
        state ? mu_revision_newest(state) : NULL;

    if (newest) {
        fprintf(script->out, "  configuration %" PRId64 " by %s%s%s\n",
                state->config_epoch, newest->author.user,
                *newest->author.message ? ": " : "", newest->author.message);
    }
}

static void
show_rest(const struct script *script)
{
    const struct mu_sim *sim = script->sim;

    for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
        const struct mu_core *core = sim->nodes[node].core;

        fprintf(script->out, "  n%" PRIu32 " %s\n", node,
                !core                      ? "is silent"
                : mu_core_is_at_rest(core) ? "is at rest"
                                           : "waits");
    }
}

static void
show_locks(const struct script *script)
{
    const struct mu_state *state = state_of_any(script->sim);

    for (uint32_t i = 0; state && i < state->locks_count; i++) {
        const struct mu_state_lock *lock = &state->locks[i];

        fprintf(script->out, "  %s waits for n%" PRIu32 "\n", lock->resource,
                lock->node_id);
    }
}

static void
make_nodes(struct script *script, char **words, unsigned count)
{
    struct mu_sim *sim = calloc(1, sizeof(*sim));

    mu_assert(sim);
    if (script->sim) {
        refuse(script, "there are nodes already");
    }
    sim->options = calm;
    sim->options.nodes_count = (uint32_t)strtoul(words[1], NULL, 10);
    sim->options.ring.is_two_node =
        count > 2 && strcmp(words[2], "two_node") == 0;
    if (sim->options.nodes_count < 1 ||
        sim->options.nodes_count > MU_SIM_NODES_MAX) {
        refuse(script, "1 to 7 nodes");
    }
    sim->agents.duration_us_max = 40000;
    sim->story.file = open_memstream(&script->story, &script->story_size);
    mu_assert(sim->story.file);
    fflush(sim->story.file);
    script->sim = sim;
    mu_sim_init(sim);
}

static void
configure(struct script *script, char **words)
{
    struct mu_sim *sim = script->sim;
    char path[1024];
    size_t size;
    char *text;

    (void)mu_text_format(path, sizeof(path), "%s/%s", script->folder, words[2]);
    text = read_file(path, &size);
    mu_sim_client_configure(
        sim, node_of(script, words[1]),
        (struct mu_span){mu_arena_copy(&sim->world.arena, text, size), size});
    free(text);
}

static void
set_agent(struct script *script, char **words, unsigned count)
{
    struct mu_sim *sim = script->sim;
    struct mu_sim_trouble trouble = {
        .until_us = INT64_MAX,
        .node = node_of(script, words[1]),
        .resource = strcmp(words[2], "all") == 0
                        ? UINT32_MAX
                        : mu_sim_agent_resource(sim, words[2]),
    };

    (void)mu_text_format(trouble.op_name, sizeof(trouble.op_name), "%s",
                         words[3]);
    if (strcmp(words[4], "slow") == 0 && count > 5) {
        trouble.kind = MU_SIM_TROUBLE_SLOW;
        trouble.duration_us = seconds_of(script, words[5]);
    } else if (strcmp(words[4], "hang") == 0) {
        trouble.kind = MU_SIM_TROUBLE_HANG;
    } else if (strcmp(words[4], "fail") == 0) {
        trouble.kind = MU_SIM_TROUBLE_FAIL;
    } else if (strcmp(words[4], "ok") == 0) {
        mu_sim_agent_heal(sim);
        return;
    } else {
        refuse(script, "an agent is slow SECONDS, hangs, fails or is ok");
    }
    mu_sim_agent_trouble(sim, &trouble);
}

static void
set_links(struct script *script, char **words, unsigned count)
{
    struct mu_sim *sim = script->sim;
    uint32_t mask = 0;

    for (unsigned i = 1; i < count; i++) {
        mask |= UINT32_C(1) << node_of(script, words[i]);
    }
    for (uint32_t a = 1; a <= sim->options.nodes_count; a++) {
        for (uint32_t b = 1; b <= sim->options.nodes_count; b++) {
            mu_sim_ring_link(sim, a, b, (mask >> a & 1) == (mask >> b & 1));
        }
    }
}

static void
boot(struct script *script, char **words, unsigned count)
{
    struct mu_sim *sim = script->sim;

    for (unsigned i = 1; i < count; i++) {
        uint32_t only = node_of(script, words[i]);

        for (uint32_t node = 1; node <= sim->options.nodes_count; node++) {
            if (only == 0 || only == node) {
                mu_sim_node_power_on(sim, node);
            }
        }
    }
}

static void
clean(struct script *script)
{
    script->sim->clients.has_cleaned = false;
    mu_sim_client_clean(script->sim);
}

static bool
is_command(char **words, unsigned count, const char *name, unsigned least)
{
    return strcmp(words[0], name) == 0 && count >= least;
}

/* Commands that make something happen. */
static bool
act(struct script *script, char **words, unsigned count)
{
    struct mu_sim *sim = script->sim;

    script->mark_us = sim->world.now_us;
    if (is_command(words, count, "boot", 2)) {
        boot(script, words, count);
    } else if (is_command(words, count, "configure", 3)) {
        configure(script, words);
    } else if (is_command(words, count, "agent", 5)) {
        set_agent(script, words, count);
    } else if (is_command(words, count, "cut", 2)) {
        mu_sim_node_power_off(sim, node_of(script, words[1]));
    } else if (is_command(words, count, "kill", 2)) {
        mu_sim_node_kill(sim, node_of(script, words[1]));
    } else if (is_command(words, count, "freeze", 2)) {
        mu_sim_node_freeze(sim, node_of(script, words[1]));
    } else if (is_command(words, count, "thaw", 2)) {
        mu_sim_node_thaw(sim, node_of(script, words[1]));
    } else if (is_command(words, count, "leave", 2)) {
        const struct mu_event leave = {.type = MU_EVENT_SHUTDOWN};

        mu_sim_node_push(sim, node_of(script, words[1]), &leave);
    } else if (is_command(words, count, "start", 2)) {
        mu_sim_node_start(sim, node_of(script, words[1]));
    } else if (is_command(words, count, "split", 2) ||
               is_command(words, count, "heal", 1)) {
        set_links(script, words, count);
    } else if (is_command(words, count, "die", 3)) {
        mu_sim_agent_die(sim, node_of(script, words[2]),
                         mu_sim_agent_resource(sim, words[1]));
    } else if (is_command(words, count, "cleanup", 1)) {
        clean(script);
    } else if (is_command(words, count, "refresh", 3)) {
        mu_sim_client_refresh(sim, words[1], node_of(script, words[2]));
    } else {
        return false;
    }
    return true;
}

static void
play_line(struct script *script, char *line)
{
    char *words[WORDS_MAX];
    unsigned count = 0;
    char *save = NULL;

    for (char *word = strtok_r(line, " \t", &save); word && count < WORDS_MAX;
         word = strtok_r(NULL, " \t", &save)) {
        words[count++] = word;
    }
    if (count == 0) {
        return;
    }
    if (is_command(words, count, "nodes", 2)) {
        make_nodes(script, words, count);
        return;
    }
    if (!script->sim) {
        refuse(script, "begin with 'nodes N'");
    }
    if (is_command(words, count, "elapse", 2)) {
        mu_sim_run_until(script->sim, script->sim->world.now_us +
                                          seconds_of(script, words[1]));
        show_story(script, false);
    } else if (is_command(words, count, "settle", 1)) {
        settle(script, count > 1 ? seconds_of(script, words[1])
                                 : (int64_t)SETTLE_S * 1000000);
    } else if (is_command(words, count, "show", 1)) {
        show_truth(script);
    } else if (is_command(words, count, "rest", 1)) {
        show_rest(script);
    } else if (is_command(words, count, "locks", 1)) {
        show_locks(script);
    } else if (is_command(words, count, "record", 1)) {
        show_record(script);
    } else if (!act(script, words, count)) {
        refuse(script, "what is this command?");
    }
    if (script->sim->is_failed) {
        fprintf(script->out, "  FAILED: %s\n", script->sim->failure);
    }
}

/* Plays 'text' and returns what it should look like. */
static char *
play(struct script *script, char *text)
{
    char *result;
    size_t result_size;
    char *save = NULL;

    script->out = open_memstream(&result, &result_size);
    mu_assert(script->out);
    for (char *line = text; line && *line; line = save) {
        script->line++;
        save = strchr(line, '\n');
        if (save) {
            *save++ = 0;
        }
        if (strncmp(line, "  ", 2) == 0) {
            continue; /* Expected; told anew. */
        }
        fprintf(script->out, "%s\n", line);
        if (line[0] != '#') {
            play_line(script, line);
        }
    }
    fclose(script->out);
    return result;
}

static void
print_difference(const char *path, const char *expected, const char *told)
{
    char name[] = "/tmp/muster-script-XXXXXX";
    char command[1200];
    int fd = mkstemp(name);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    (void)expected;
    if (!file) {
        return;
    }
    fputs(told, file);
    fclose(file);
    (void)mu_text_format(command, sizeof(command), "diff -u '%s' '%s'", path,
                         name);
    fflush(stdout);
    if (system(command) < 0) {
        perror("diff");
    }
    remove(name);
}

static bool
run(const char *path)
{
    struct script script = {.path = path};
    size_t size;
    char *expected = read_file(path, &size);
    char *text = read_file(path, &size);
    const char *slash = strrchr(path, '/');
    char *told;
    bool is_same;

    (void)mu_text_format(script.folder, sizeof(script.folder), "%.*s",
                         slash ? (int)(slash - path) : 1, slash ? path : ".");
    told = play(&script, text);
    is_same = strcmp(told, expected) == 0;
    if (!is_same && getenv("REWRITE")) {
        FILE *file = fopen(path, "we");

        mu_assert(file);
        fputs(told, file);
        fclose(file);
    } else if (!is_same) {
        print_difference(path, expected, told);
    }
    if (script.sim) {
        fclose(script.sim->story.file);
        mu_sim_done(script.sim);
        free(script.sim);
        free(script.story);
    }
    free(told);
    free(text);
    free(expected);
    printf("%s %s\n", is_same ? "ok" : "FAIL", path);
    return is_same;
}

static int
is_script(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".txt") == 0;
}

/* Without arguments all scripts of the tree are played. */
int
main(int argc, char **argv)
{
    unsigned played = 0;
    unsigned passed = 0;
    struct dirent **entries = NULL;
    int count = argc > 1
                    ? 0
                    : scandir(MU_SCRIPT_FOLDER, &entries, is_script, alphasort);

    for (int i = 0; i < count; i++) {
        char path[1024];

        (void)mu_text_format(path, sizeof(path), "%s/%s", MU_SCRIPT_FOLDER,
                             entries[i]->d_name);
        passed += run(path);
        played++;
        free(entries[i]);
    }
    free(entries);
    for (int i = 1; i < argc; i++) {
        passed += run(argv[i]);
        played++;
    }
    printf("%u passed, %u failed\n", passed, played - passed);
    return played > 0 && passed == played ? 0 : 1;
}
