/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/field.h"

#include <string.h>

const char *
mu_field_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

bool
mu_field_is(const json_t *object, const char *name, const char *text)
{
    const char *its = mu_field_text(object, name);

    return its && strcmp(its, text) == 0;
}

bool
mu_field_is_true(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

int64_t
mu_field_number(const json_t *object, const char *name)
{
    return (int64_t)json_integer_value(json_object_get(object, name));
}

const json_t *
mu_field_find(const json_t *array, const char *name, const char *text)
{
    const json_t *one;
    size_t i;

    json_array_foreach(array, i, one)
    {
        if (text && mu_field_is(one, name, text)) {
            return one;
        }
    }
    return NULL;
}
