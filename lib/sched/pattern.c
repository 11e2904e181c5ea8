/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sched/pattern.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    STEPS_MAX = 100000, /* Work for one match. */
    DEPTH_MAX = 400,    /* Recursion of the matcher. */
    GROUPS_MAX = 10,
    NODES_MAX = 1024,
};

enum node_type {
    NODE_CHAR,
    NODE_ANY,
    NODE_SET,
    NODE_BEGIN,
    NODE_END,
    NODE_GROUP_OPEN,
    NODE_GROUP_CLOSE,
    NODE_SPLIT, /* Go on at 'a', or else at 'b'. */
    NODE_JUMP,
    NODE_DONE,
};

/* One instruction of the compiled pattern. */
struct node {
    enum node_type type;
    unsigned char value;
    uint16_t a;
    uint16_t b;
    uint32_t set[8];
};

struct program {
    struct node nodes[NODES_MAX];
    unsigned count;
    unsigned groups;
    const char *input; /* Where the compiler is. */
    bool is_broken;
};

struct matcher {
    const struct program *program;
    const char *text;
    unsigned steps;
    unsigned depth;
    const char *starts[GROUPS_MAX];
    const char *ends[GROUPS_MAX];
};

static void compile_alternatives(struct program *program, unsigned depth);
static void compile_sequence(struct program *program, unsigned depth);
static unsigned compile_atom(struct program *program, unsigned depth);
static void compile_set(struct program *program);
static void compile_class(struct program *program, struct node *node);
static void compile_repeat(struct program *program, unsigned start);
static struct node *emit(struct program *program, enum node_type type);
static void insert(struct program *program, unsigned at);
static bool run(struct matcher *matcher, unsigned at, const char *text);
static void set_add(struct node *node, unsigned char c);

int
mu_pattern_match(struct mu_arena *arena, const char *pattern,
                 const char *text, const char **matches,
                 unsigned matches_count_max)
{
    struct program *program = mu_arena_new(arena, struct program, 1);
    unsigned count = 0;

    program->input = pattern;
    compile_alternatives(program, 0);
    (void)emit(program, NODE_DONE);
    if (program->is_broken || *program->input != '\0') {
        return -EBADMSG;
    }
    for (const char *start = text;; start++) {
        struct matcher matcher = {.program = program, .text = text};

        if (run(&matcher, 0, start)) {
            matcher.starts[0] = start;
            for (unsigned i = 0;
                 i <= program->groups && i < matches_count_max &&
                 i < GROUPS_MAX;
                 i++) {
                matches[i] = NULL;
                if (matcher.starts[i] && matcher.ends[i]) {
                    matches[i] = mu_arena_strndup(
                        arena, matcher.starts[i],
                        (size_t)(matcher.ends[i] - matcher.starts[i]));
                }
                count++;
            }
            return (int)count;
        }
        if (*start == '\0') {
            return 0;
        }
    }
}

static struct node *
emit(struct program *program, enum node_type type)
{
    static const struct node empty = {.type = NODE_DONE};

    if (program->count >= NODES_MAX - 4) {
        program->is_broken = true;
        program->count = 0;
    }
    program->nodes[program->count] = empty;
    program->nodes[program->count].type = type;
    return &program->nodes[program->count++];
}

/* Makes room for one instruction at 'at', moving the rest. */
static void
insert(struct program *program, unsigned at)
{
    (void)emit(program, NODE_DONE);
    if (program->is_broken) {
        return;
    }
    memmove(&program->nodes[at + 1], &program->nodes[at],
            (program->count - 1 - at) * sizeof(program->nodes[0]));
    for (unsigned i = at + 1; i < program->count; i++) {
        if (program->nodes[i].type == NODE_SPLIT ||
            program->nodes[i].type == NODE_JUMP) {
            if (program->nodes[i].a >= at) {
                program->nodes[i].a++;
            }
            if (program->nodes[i].b >= at) {
                program->nodes[i].b++;
            }
        }
    }
}

/* Groups in groups are bounded by 'depth'. */
static void
compile_alternatives(struct program *program, unsigned depth)
{
    unsigned start = program->count;
    unsigned jump;

    if (depth > 32) {
        program->is_broken = true;
        return;
    }
    compile_sequence(program, depth);
    while (*program->input == '|' && !program->is_broken) {
        program->input++;
        insert(program, start);
        jump = program->count;
        (void)emit(program, NODE_JUMP);
        program->nodes[start].type = NODE_SPLIT;
        program->nodes[start].a = (uint16_t)(start + 1);
        program->nodes[start].b = (uint16_t)program->count;
        compile_alternatives(program, depth + 1);
        program->nodes[jump].a = (uint16_t)program->count;
        return;
    }
}

static void
compile_sequence(struct program *program, unsigned depth)
{
    while (*program->input != '\0' && *program->input != '|' &&
           *program->input != ')' && !program->is_broken) {
        unsigned start = compile_atom(program, depth);

        while (*program->input == '*' || *program->input == '+' ||
               *program->input == '?' || *program->input == '{') {
            compile_repeat(program, start);
            if (program->is_broken) {
                return;
            }
        }
    }
}

static unsigned
compile_atom(struct program *program, unsigned depth)
{
    unsigned start = program->count;
    char c = *program->input++;
    unsigned group;

    switch (c) {
    case '.':
        (void)emit(program, NODE_ANY);
        break;
    case '^':
        (void)emit(program, NODE_BEGIN);
        break;
    case '$':
        (void)emit(program, NODE_END);
        break;
    case '[':
        compile_set(program);
        break;
    case '(':
        group = ++program->groups;
        emit(program, NODE_GROUP_OPEN)->a = (uint16_t)group;
        compile_alternatives(program, depth + 1);
        if (*program->input != ')') {
            program->is_broken = true;
            break;
        }
        program->input++;
        emit(program, NODE_GROUP_CLOSE)->a = (uint16_t)group;
        break;
    case '*':
    case '+':
    case '?':
        program->is_broken = true;
        break;
    default:
        if (c == '\\') {
            c = *program->input;
            if (c == '\0') {
                program->is_broken = true;
                break;
            }
            program->input++;
        }
        emit(program, NODE_CHAR)->value = (unsigned char)c;
        break;
    }
    return start;
}

static void
compile_set(struct program *program)
{
    struct node *node = emit(program, NODE_SET);
    bool is_inverted = *program->input == '^';
    bool is_first = true;

    program->input += is_inverted ? 1 : 0;
    for (; is_first || *program->input != ']'; is_first = false) {
        unsigned char low = (unsigned char)*program->input;
        unsigned char high = low;

        if (low == '\0') {
            program->is_broken = true;
            return;
        }
        if (low == '[' && program->input[1] == ':') {
            compile_class(program, node);
            if (program->is_broken) {
                return;
            }
            continue;
        }
        program->input++;
        if (program->input[0] == '-' && program->input[1] != ']' &&
            program->input[1] != '\0') {
            high = (unsigned char)program->input[1];
            program->input += 2;
        }
        for (unsigned c = low; c <= high; c++) {
            set_add(node, (unsigned char)c);
        }
    }
    program->input++;
    for (unsigned i = 0; is_inverted && i < 8; i++) {
        node->set[i] = ~node->set[i];
    }
}

static void
compile_class(struct program *program, struct node *node)
{
    static const struct {
        const char *name;
        const char *ranges; /* Pairs of first and last character. */
    } classes[] = {
        {"[:digit:]", "09"},    {"[:alpha:]", "azAZ"},
        {"[:alnum:]", "azAZ09"}, {"[:upper:]", "AZ"},
        {"[:lower:]", "az"},    {"[:xdigit:]", "09afAF"},
        {"[:space:]", "\t\r  "},
    };

    for (unsigned i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        size_t length = strlen(classes[i].name);

        if (strncmp(program->input, classes[i].name, length) == 0) {
            for (const char *r = classes[i].ranges; *r != '\0'; r += 2) {
                for (int c = r[0]; c <= r[1]; c++) {
                    set_add(node, (unsigned char)c);
                }
            }
            program->input += length;
            return;
        }
    }
    program->is_broken = true;
}

static void
set_add(struct node *node, unsigned char c)
{
    node->set[c / 32] |= (uint32_t)1 << (c % 32);
}

/* '*', '+' and '?' become splits. Counts are only the common ones: '{n}'
 * and '{n,m}' of small numbers are not needed for names and are refused. */
static void
compile_repeat(struct program *program, unsigned start)
{
    char c = *program->input++;

    switch (c) {
    case '?':
        insert(program, start);
        program->nodes[start].type = NODE_SPLIT;
        program->nodes[start].a = (uint16_t)(start + 1);
        program->nodes[start].b = (uint16_t)program->count;
        break;
    case '*':
        insert(program, start);
        program->nodes[start].type = NODE_SPLIT;
        program->nodes[start].a = (uint16_t)(start + 1);
        emit(program, NODE_JUMP)->a = (uint16_t)start;
        program->nodes[start].b = (uint16_t)program->count;
        break;
    case '+': {
        struct node *split = emit(program, NODE_SPLIT);

        split->a = (uint16_t)start;
        split->b = (uint16_t)program->count;
        break;
    }
    default:
        program->is_broken = true;
        break;
    }
}

/* Depth first, bounded by STEPS_MAX and DEPTH_MAX. */
static bool
run(struct matcher *matcher, unsigned at, const char *text)
{
    const struct node *node;
    const char *saved;
    bool is_found;

    for (;;) {
        node = &matcher->program->nodes[at];
        if (++matcher->steps > STEPS_MAX || matcher->depth > DEPTH_MAX) {
            return false;
        }
        switch (node->type) {
        case NODE_DONE:
            matcher->ends[0] = text;
            return true;
        case NODE_CHAR:
        case NODE_ANY:
        case NODE_SET: {
            unsigned char c = (unsigned char)*text;

            if (c == '\0' || (node->type == NODE_CHAR && c != node->value) ||
                (node->type == NODE_SET &&
                 !((node->set[c / 32] >> (c % 32)) & 1))) {
                return false;
            }
            text++;
            at++;
            break;
        }
        case NODE_BEGIN:
        case NODE_END:
            if (node->type == NODE_BEGIN ? text != matcher->text
                                         : *text != '\0') {
                return false;
            }
            at++;
            break;
        case NODE_GROUP_OPEN:
        case NODE_GROUP_CLOSE: {
            const char **mark = node->type == NODE_GROUP_OPEN
                                    ? matcher->starts
                                    : matcher->ends;

            if (node->a >= GROUPS_MAX) {
                at++;
                break;
            }
            saved = mark[node->a];
            mark[node->a] = text;
            matcher->depth++;
            is_found = run(matcher, at + 1, text);
            matcher->depth--;
            if (!is_found) {
                mark[node->a] = saved;
            }
            return is_found;
        }
        case NODE_JUMP:
            at = node->a;
            break;
        case NODE_SPLIT:
            matcher->depth++;
            is_found = run(matcher, node->a, text);
            matcher->depth--;
            if (is_found) {
                return true;
            }
            at = node->b;
            break;
        }
    }
}
