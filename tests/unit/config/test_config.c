/* SPDX-License-Identifier: Apache-2.0 */
/* test_config.c - options by name: defaults, bounds, units, and what is refused.
 *
 * Follows: config/options.def. */
#include <criterion/criterion.h>

#include <stdio.h>

#include "sshspec/config.h"

static uint64_t number_of(const struct ss_config *config, const struct ss_option *option)
{
    uint64_t n;

    memcpy(&n, (const uint8_t *)config + option->offset, sizeof n);
    return n;
}

static ss_err set(struct ss_config *config, const char *name, const char *value)
{
    return ss_config_set(config, ss_span_of(name), value);
}

Test(config, every_default_can_be_set_and_changes_nothing)
{
    const struct ss_option *option;

    for (option = ss_options; option->name != NULL; option++) {
        struct ss_config fresh, config;

        ss_config_init(&fresh, SS_CLIENT);
        ss_config_init(&config, SS_CLIENT);
        cr_expect(set(&config, option->name, option->value) == SS_OK, "%s", option->name);
        cr_expect(memcmp(&fresh, &config, sizeof fresh) == 0, "%s", option->name);
        cr_expect(option->text != NULL && option->text[0] != 0, "%s", option->name);
    }
    cr_expect(option - ss_options >= 27, "options.def shrank");
}

Test(config, a_fresh_config_has_its_role_and_the_standard_registry)
{
    struct ss_config config;

    ss_config_init(&config, SS_SERVER);
    cr_expect(config.role == SS_SERVER && config.pace == SS_AUTO);
    cr_expect(config.registry == ss_registry_standard());
    cr_expect(config.host_keys == NULL && config.trace == NULL);
    cr_expect_str_eq(config.ident, "SSH-2.0-sshspec_" SSHSPEC_VERSION);
    cr_expect(config.kex_algorithms == NULL && config.banner == NULL);
    cr_expect(config.strict_kex && config.ext_info && !config.guess);
    cr_expect(config.rekey_bytes == UINT64_C(1073741824));
    cr_expect(config.window == 2097152 && config.max_packet == 32768);
}

Test(config, bounds_are_inclusive)
{
    const struct ss_option *option;
    char text[32];

    for (option = ss_options; option->name != NULL; option++) {
        struct ss_config config;

        if (option->kind != SS_OPTION_NUMBER && option->kind != SS_OPTION_TIME)
            continue;
        ss_config_init(&config, SS_CLIENT);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)option->high);
        cr_expect(set(&config, option->name, text) == SS_OK, "%s=%s", option->name, text);
        cr_expect(number_of(&config, option) == option->high);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)option->high + 1);
        cr_expect(set(&config, option->name, text) == SS_E_bad_argument, "%s", option->name);
        cr_expect(number_of(&config, option) == option->high, "%s changed", option->name);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)option->low);
        cr_expect(set(&config, option->name, text) == SS_OK, "%s=%s", option->name, text);
        if (option->low == 0)
            continue;
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)option->low - 1);
        cr_expect(set(&config, option->name, text) == SS_E_bad_argument, "%s", option->name);
    }
}

Test(config, units_belong_to_their_kind)
{
    static const struct {
        const char *name, *value;
        uint64_t want; /* UINT64_MAX: refused */
    } rows[] = {
        {"rekey_bytes", "64", 64},
        {"rekey-bytes", "1K", 1024},
        {"rekey_bytes", "8M", 8388608},
        {"rekey-bytes", "16G", UINT64_C(17179869184)},
        {"rekey_bytes", "8m", UINT64_MAX},
        {"rekey_bytes", "8s", UINT64_MAX},
        {"rekey_bytes", "8MB", UINT64_MAX},
        {"rekey_bytes", "17G", UINT64_MAX},
        {"rekey_bytes", "99999999999999999999", UINT64_MAX},
        {"rekey_bytes", "18446744073709551615G", UINT64_MAX},
        {"rekey_bytes", "", UINT64_MAX},
        {"rekey_bytes", "M", UINT64_MAX},
        {"rekey_bytes", "-64", UINT64_MAX},
        {"rekey_bytes", "+64", UINT64_MAX},
        {"rekey_bytes", " 64", UINT64_MAX},
        {"rekey_bytes", "0x100", UINT64_MAX},
        {"rekey_bytes", "64 K", UINT64_MAX},
        {"login_time", "250", 250},
        {"login_time", "250ms", 250},
        {"login_time", "30s", 30000},
        {"login_time", "5m", 300000},
        {"login_time", "5M", UINT64_MAX},
        {"login_time", "1h", UINT64_MAX},
        {"login_time", "1.5s", UINT64_MAX},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct ss_config config;
        ss_err err;
        uint64_t got;

        ss_config_init(&config, SS_CLIENT);
        err = set(&config, rows[i].name, rows[i].value);
        if (rows[i].want == UINT64_MAX) {
            cr_expect(err == SS_E_bad_argument, "%s=%s", rows[i].name, rows[i].value);
            continue;
        }
        got = rows[i].name[0] == 'r' ? config.rekey_bytes : config.login_time;
        cr_expect(err == SS_OK && got == rows[i].want, "%s=%s", rows[i].name, rows[i].value);
    }
}

Test(config, flags_have_four_words)
{
    struct ss_config config;

    ss_config_init(&config, SS_CLIENT);
    cr_expect(set(&config, "guess", "yes") == SS_OK && config.guess);
    cr_expect(set(&config, "guess", "no") == SS_OK && !config.guess);
    cr_expect(set(&config, "guess", "true") == SS_OK && config.guess);
    cr_expect(set(&config, "guess", "false") == SS_OK && !config.guess);
    cr_expect(set(&config, "guess", "1") == SS_E_bad_argument);
    cr_expect(set(&config, "guess", "YES") == SS_E_bad_argument);
    cr_expect(set(&config, "guess", "") == SS_E_bad_argument);
    cr_expect(set(&config, "guess", NULL) == SS_E_bad_argument && !config.guess);
}

Test(config, text_is_borrowed_and_may_be_taken_back)
{
    static const char list[] = "aes128-ctr,none";
    struct ss_config config;

    ss_config_init(&config, SS_CLIENT);
    cr_expect(set(&config, "encryption-algorithms-client-to-server", list) == SS_OK);
    cr_expect(config.encryption_algorithms_client_to_server == list);
    cr_expect(set(&config, "encryption_algorithms_client_to_server", NULL) == SS_OK);
    cr_expect(config.encryption_algorithms_client_to_server == NULL);
}

Test(config, names_that_are_none_are_not_found)
{
    static const char *const names[] = {"",       "rekey",       "rekey_bytes_", "rekey bytes",
                                        "Window", "registry",    "host_keys",    "role",
                                        "windo",  "window\0pad", "-window"};
    struct ss_config config, before;
    size_t i;

    ss_config_init(&config, SS_CLIENT);
    before = config;
    for (i = 0; i < SS_COUNT(names); i++) {
        ss_span name = i == 9 ? ss_span_make(names[i], 10) : ss_span_of(names[i]);

        cr_expect(ss_config_set(&config, name, "64") == SS_E_not_found, "%s", names[i]);
    }
    cr_expect(memcmp(&before, &config, sizeof config) == 0);
}

Test(config, numbers_and_times_without_text_are_refused)
{
    struct ss_config config;

    ss_config_init(&config, SS_CLIENT);
    cr_expect(set(&config, "window", NULL) == SS_E_bad_argument);
    cr_expect(set(&config, "rekey_time", NULL) == SS_E_bad_argument);
}
