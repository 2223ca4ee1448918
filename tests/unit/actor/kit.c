/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - see kit.h. */
#include "kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "sshspec/cert.h"

static struct ss_key *keys_made[9];
static struct result last;
static bool has_last;

static struct ss_key *make(struct ss_seeded *seeded, size_t i, enum ss_key_kind kind)
{
    cr_assert(ss_key_generate(&seeded->env, kind, 0, ss_span_of("test"), &keys_made[i]) == SS_OK);
    return keys_made[i];
}

static struct ss_key *certify(struct ss_seeded *seeded, size_t i, const struct ss_key *key)
{
    const ss_span names[] = {ss_span_of("127.0.0.1")};
    const struct ss_cert_request request = {.type = SS_CERT_HOST,
                                            .principals = names,
                                            .principal_count = SS_COUNT(names),
                                            .valid_before = SS_CERT_FOREVER};

    cr_assert(ss_cert_issue(&seeded->env, key, keys_made[7], NULL, &request, &keys_made[i]) ==
              SS_OK);
    return keys_made[i];
}

/* No RSA: making one takes longer than all else here. */
const struct act_keys *kit_keys(void)
{
    static struct act_keys keys;
    static struct ss_seeded seeded;

    if (keys.user_ed25519 != NULL)
        return &keys;
    ss_seeded_init(&seeded, 1);
    keys.user = ss_span_of("tester");
    keys.password = ss_span_of("test-pass");
    keys.user_ed25519 = make(&seeded, 0, SS_KEY_ED25519);
    keys.user_ecdsa = make(&seeded, 1, SS_KEY_ECDSA_P256);
    keys.stranger = make(&seeded, 2, SS_KEY_ED25519);
    keys.host_a[0] = make(&seeded, 3, SS_KEY_ED25519);
    keys.host_a[1] = make(&seeded, 4, SS_KEY_ECDSA_P256);
    keys.host_b[0] = make(&seeded, 5, SS_KEY_ED25519);
    keys.host_b[1] = make(&seeded, 6, SS_KEY_ECDSA_P256);
    keys.host_ca = make(&seeded, 7, SS_KEY_ED25519);
    keys.host_certs[0] = certify(&seeded, 8, keys.host_a[0]);
    return &keys;
}

struct scn_file *kit_parse(const char *text)
{
    struct scn_diagnostic diagnostic = {{0, 0}, 0, "", ""};
    struct scn_file *file = NULL;
    ss_err err = scn_parse(&test_counted()->env, ss_span_of("test.scn"), ss_span_of(text), NULL,
                           &file, &diagnostic);

    cr_assert(err == SS_OK, "%u:%u: %s in\n%s", (unsigned)diagnostic.at.line,
              (unsigned)diagnostic.at.column, diagnostic.text, text);
    return file;
}

static void forget(void)
{
    if (has_last)
        result_fini(&last);
    has_last = false;
}

const struct result *kit_play(const char *text, const struct kit_options *options)
{
    struct act_world self = {.reach = ACT_SELF, .keys = kit_keys()};
    struct scn_file *file = kit_parse(text);
    struct act_job job = {.file = file,
                          .id = ss_span_of("test/case"),
                          .seed = options->seed,
                          .case_index = options->case_index,
                          .trace = options->trace,
                          .requirement_levels = options->levels,
                          .self_breaks = options->breaks,
                          .world = options->world != NULL ? options->world : &self};

    forget();
    result_init(&last, &test_counted()->env);
    has_last = true;
    last.role = options->role;
    cr_assert(act_run(&test_counted()->env, &job, &last) == SS_OK);
    scn_free(&file);
    return &last;
}

static const char *wrap(const char *head, const char *body, const char *end)
{
    static char text[16384];
    int n = snprintf(text, sizeof text,
                     "scenario \"a test\"\nproves RFC4253-7.3-newkeys-early\n%s {\n%s\n}\n%s\n",
                     head, body, end != NULL ? end : "");

    cr_assert(n > 0 && (size_t)n < sizeof text);
    return text;
}

const struct result *kit_client(const char *body, const char *end)
{
    return kit_play(wrap("against server\nclient", body, end), &(struct kit_options){0});
}

const struct result *kit_server(const char *body, const char *end)
{
    return kit_play(wrap("against client\naction exec \"true\"\nserver", body, end),
                    &(struct kit_options){.role = PEER_CLIENT});
}

const struct result *kit_relay(const char *body, const char *end)
{
    return kit_play(wrap("against both\naction exec \"true\"\nrelay", body, end),
                    &(struct kit_options){.role = PEER_BOTH});
}

const char *kit_text(const struct ss_buf *text)
{
    static char texts[4][65536];
    static size_t next;
    char *out = texts[next++ % 4];

    (void)snprintf(out, sizeof texts[0], "%.*s", (int)ss_buf_size(text),
                   (const char *)ss_buf_at(text));
    return out;
}

bool kit_has(const struct ss_buf *text, const char *part)
{
    return strstr(kit_text(text), part) != NULL;
}

void kit_expect(const struct result *result, enum verdict verdict, const char *why)
{
    cr_expect(result->verdict == verdict, "%s, not %s: %s\n%s", verdict_name(result->verdict),
              verdict_name(verdict), kit_text(&result->why), kit_text(&result->ladder));
    if (why != NULL)
        cr_expect(kit_has(&result->why, why), "\"%s\" is not in \"%s\"", why,
                  kit_text(&result->why));
}

void kit_check(void)
{
    forget();
    for (size_t i = 0; i < SS_COUNT(keys_made); i++)
        ss_key_free(&keys_made[i]);
    test_counted_check();
}
