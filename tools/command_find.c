/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/command_find.h"

#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "tools/command_table.h"

/* From the surest to the boldest. */
enum way {
    WAY_NAME,
    WAY_ALIAS,
    WAY_BEGINNING,
    WAY_LETTERS,
    WAYS_COUNT,
};

/* A name at a level: that of a command, or of a level with the first of its
 * commands. */
struct name {
    const char *text;
    const struct mu_tool_command *command;
    bool is_level;
};

struct names {
    struct name *items;
    size_t count;
    size_t capacity;
};

static struct names names_of(struct mu_arena *arena, const char *level);
static bool is_meant(const struct name *name, const char *word, enum way way);
static bool has_alias(const char *aliases, const char *word);
static bool has_letters(const char *name, const char *word);

bool
mu_command_find(struct mu_arena *arena, const char *level, const char *word,
                struct mu_command_find *ret_find)
{
    struct names names = names_of(arena, level);

    *ret_find = (struct mu_command_find){0};
    for (unsigned way = WAY_NAME; way < WAYS_COUNT && *word; way++) {
        const struct name *found = NULL;
        struct mu_text_buffer all;
        size_t count = 0;

        mu_text_buffer_init(&all, arena);
        for (size_t i = 0; i < names.count; i++) {
            if (is_meant(&names.items[i], word, (enum way)way)) {
                found = &names.items[i];
                mu_text_buffer_add(&all, "%s%s", count > 0 ? ", " : "",
                                   found->text);
                count++;
            }
        }
        if (count > 1) {
            ret_find->names = all.data;
            return false;
        }
        if (found) {
            ret_find->command = found->is_level ? NULL : found->command;
            ret_find->level = found->is_level ? found->text : NULL;
            ret_find->is_name = way == WAY_NAME || way == WAY_ALIAS;
            ret_find->is_guess = way == WAY_LETTERS;
            return true;
        }
    }
    return false;
}

const char *
mu_command_find_word(const struct mu_tool_command *command)
{
    const char *blank = strchr(command->name, ' ');

    return blank ? blank + 1 : command->name;
}

bool
mu_command_find_is_level(const char *word)
{
    size_t length = strlen(word);

    for (size_t i = 0; i < mu_command_table_count; i++) {
        const char *name = mu_command_table_items[i].name;

        if (strncmp(name, word, length) == 0 && name[length] == ' ') {
            return true;
        }
    }
    return false;
}

const char *
mu_command_find_nearest(struct mu_arena *arena, const char *level,
                        const char *word)
{
    struct names names = names_of(arena, level);
    const char **texts = mu_arena_new(arena, const char *, names.count + 1);

    for (size_t i = 0; i < names.count; i++) {
        texts[i] = names.items[i].text;
    }
    return mu_tool_nearest(word, texts);
}

static struct names
names_of(struct mu_arena *arena, const char *level)
{
    size_t length = level ? strlen(level) : 0;
    struct names names = {0};

    for (size_t i = 0; i < mu_command_table_count; i++) {
        const struct mu_tool_command *one = &mu_command_table_items[i];
        const char *blank = strchr(one->name, ' ');
        size_t own = blank ? (size_t)(blank - one->name) : 0;
        struct name name = {.text = one->name, .command = one};

        if (level) {
            if (own != length || strncmp(one->name, level, length) != 0) {
                continue;
            }
            name.text = blank + 1;
        } else if (blank) {
            name.text = mu_arena_strndup(arena, one->name, own);
            name.is_level = true;
        }
        for (size_t j = 0; j < names.count && name.text; j++) {
            if (strcmp(names.items[j].text, name.text) == 0) {
                name.text = NULL; /* A level that is there already. */
            }
        }
        if (name.text) {
            *mu_vec_add(arena, &names) = name;
        }
    }
    return names;
}

static bool
is_meant(const struct name *name, const char *word, enum way way)
{
    size_t length = strlen(word);

    switch (way) {
    case WAY_NAME:
        return strcmp(name->text, word) == 0 ||
               (name->command->has_own_words &&
                mu_text_casecmp(name->text, word) == 0);
    case WAY_ALIAS:
        return !name->is_level && has_alias(name->command->aliases, word);
    case WAY_BEGINNING:
        return strncmp(name->text, word, length) == 0;
    case WAY_LETTERS:
        return has_letters(name->text, word);
    case WAYS_COUNT:
        break;
    }
    return false;
}

static bool
has_alias(const char *aliases, const char *word)
{
    size_t length = strlen(word);

    while (aliases && *aliases) {
        size_t size = strcspn(aliases, " ");

        if (size == length && strncmp(aliases, word, size) == 0) {
            return true;
        }
        aliases += size;
        aliases += strspn(aliases, " ");
    }
    return false;
}

/* Tells whether 'name' holds the letters of 'word' in their order and begins
 * with the same one. */
static bool
has_letters(const char *name, const char *word)
{
    if (*name != *word) {
        return false;
    }
    for (; *word; word++) {
        name = strchr(name, *word);
        if (!name) {
            return false;
        }
        name++;
    }
    return true;
}
