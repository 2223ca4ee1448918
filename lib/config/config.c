/* SPDX-License-Identifier: Apache-2.0 */
/* config.c - options by name: their defaults, their bounds, and their values from text.
 *
 * Owns: the table that options.def spells out, and how numbers, times and flags are written.
 * Not here: what an option means (the layer that reads the field), option files.
 * Called by: whoever makes a connection; tools and scenarios set options by name.
 * Follows: config/options.def. */
#include "sshspec/config.h"

const struct ss_option ss_options[] = {
#define OPT_TEXT(name, value, text)                                                                \
    {#name, SS_OPTION_TEXT, value, text, offsetof(struct ss_config, name), 0, 0},
#define OPT_POLICY(name, value, text)                                                              \
    {#name, SS_OPTION_POLICY, value, text, offsetof(struct ss_config, name), 0, 0},
#define OPT_NUMBER(name, value, low, high, text)                                                   \
    {#name,         SS_OPTION_NUMBER, #value, text, offsetof(struct ss_config, name),              \
     UINT64_C(low), UINT64_C(high)},
#define OPT_TIME(name, value, low, high, text)                                                     \
    {#name,         SS_OPTION_TIME, #value, text, offsetof(struct ss_config, name),                \
     UINT64_C(low), UINT64_C(high)},
#define OPT_FLAG(name, value, text)                                                                \
    {#name,                                                                                        \
     SS_OPTION_FLAG,                                                                               \
     /* not expanded: "true" */ #value,                                                            \
     text,                                                                                         \
     offsetof(struct ss_config, name),                                                             \
     0,                                                                                            \
     1},
#include "config/options.def"
    {NULL, SS_OPTION_TEXT, NULL, NULL, 0, 0, 0},
};

void ss_config_init(struct ss_config *config, enum ss_role role)
{
    memset(config, 0, sizeof *config);
    config->role = role;
    config->registry = ss_registry_standard();
#define OPT_TEXT(name, value, text) config->name = value;
#define OPT_NUMBER(name, value, low, high, text) config->name = UINT64_C(value);
#define OPT_FLAG(name, value, text) config->name = value;
#include "config/options.def"
}

/* Names are written with '_' in C and in scenarios, with '-' on a command line. */
static bool same_name(ss_span given, const char *name)
{
    size_t i;

    if (given.size != strlen(name))
        return false;
    for (i = 0; i < given.size; i++) {
        uint8_t c = given.data[i] == '-' ? (uint8_t)'_' : given.data[i];

        if (c != (uint8_t)name[i])
            return false;
    }
    return true;
}

static const struct ss_option *find(ss_span name)
{
    const struct ss_option *option = ss_options;

    while (option->name != NULL && !same_name(name, option->name))
        option++;
    return option->name != NULL ? option : NULL;
}

struct unit {
    const char *suffix;
    uint64_t factor;
};

static const struct unit sizes[] = {
    {"", 1}, {"K", 1024}, {"M", 1048576}, {"G", 1073741824}, {NULL, 0}};
static const struct unit times[] = {{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60000}, {NULL, 0}};

/* Decimal digits and one of the units; false for anything else and for what 64 bits do not hold. */
static bool read_number(const char *text, const struct unit *units, uint64_t *out)
{
    const char *at = text;
    uint64_t n = 0;

    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (at == text)
        return false;
    while (units->suffix != NULL && strcmp(at, units->suffix) != 0)
        units++;
    if (units->suffix == NULL || n > UINT64_MAX / units->factor)
        return false;
    *out = n * units->factor;
    return true;
}

static bool read_flag(const char *text, bool *out)
{
    if (strcmp(text, "yes") == 0 || strcmp(text, "true") == 0)
        *out = true;
    else if (strcmp(text, "no") == 0 || strcmp(text, "false") == 0)
        *out = false;
    else
        return false;
    return true;
}

ss_err ss_config_set(struct ss_config *config, ss_span name, const char *value)
{
    const struct ss_option *option = find(name);
    uint64_t number = 0;
    bool flag = false;
    uint8_t *field;

    if (option == NULL)
        return SS_E_not_found;
    field = (uint8_t *)config + option->offset;
    switch (option->kind) {
    case SS_OPTION_POLICY:
        if (value == NULL || ss_policy_find(ss_span_of(value)) == NULL)
            return SS_E_bad_argument;
        memcpy(field, &value, sizeof value);
        return SS_OK;
    case SS_OPTION_TEXT:
        memcpy(field, &value, sizeof value);
        return SS_OK;
    case SS_OPTION_NUMBER:
    case SS_OPTION_TIME:
        if (value == NULL ||
            !read_number(value, option->kind == SS_OPTION_TIME ? times : sizes, &number) ||
            number < option->low || number > option->high)
            return SS_E_bad_argument;
        memcpy(field, &number, sizeof number);
        return SS_OK;
    case SS_OPTION_FLAG:
        if (value == NULL || !read_flag(value, &flag))
            return SS_E_bad_argument;
        memcpy(field, &flag, sizeof flag);
        return SS_OK;
    }
    return SS_E_internal;
}

ss_err ss_config_names(const struct ss_config *config, enum ss_names kind, const char *wanted,
                       struct ss_buf *out)
{
    const struct ss_policy *policy =
        config->policy != NULL ? ss_policy_find(ss_span_of(config->policy)) : ss_policies;

    if (policy == NULL)
        return SS_E_bad_argument;
    return ss_names_resolve(config->registry, kind, ss_policy_list(policy, kind, config->role),
                            wanted, out);
}
