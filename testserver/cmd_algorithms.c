/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_algorithms.c - `sshspec algorithms`: what we speak, where it is specified, what the standards
 * say about it, and how we know that it is right.
 *
 * Owns: the table in its three forms, the list of policies.
 * Not here: the algorithms (sshspec/crypto.h), policies (sshspec/policy.h), the words of the
 *   standards (sshspec/advice.h), which peers it was seen to work with (verified.h).
 * Called by: main.c; ci/docs writes docs/algorithms.md with it.
 * Follows: INTERFACE "The verbs". */
#include <stdio.h>

#include "interop/system.h"
#include "sshspec/advice.h"
#include "sshspec/text.h"
#include "testserver/options.h"
#include "testserver/verbs.h"
#include "testserver/verified.h"

#define ROW "%-11s  %-48s  %-6s  %-10s  %-6s  %-46s  %.*s\n"

enum { VERIFIED_MAX = 4 << 20, OUTPUT_MAX = 16 << 20 };

enum form { AS_TABLE, AS_JSON, AS_MARKDOWN };

struct algorithm { /* one of the registry's, whatever its kind */
    enum ss_names kind;
    const char *name, *source;
    bool answer; /* the self test has one */
};

struct listing {
    const struct ss_registry *registry;
    ss_span verified; /* text of interop/algorithms.tsv */
    enum form form;
    struct ss_buf out, part; /* part: of the row that is being written */
};

static const char *const kinds[SS_NAMES_COUNT] = {"kex", "hostkey", "cipher", "mac", "compression"};
static const char *const titles[SS_NAMES_COUNT] = {"Key exchange", "Host keys and keys of users",
                                                   "Ciphers", "MACs", "Compression"};

/* What does the work: of a certificate's algorithm, the one that it stands for. */
static const void *method(const struct ss_registry *registry, enum ss_names kind, size_t i,
                          const char **out_source)
{
    switch (kind) {
    case SS_NAMES_KEX:
        *out_source = registry->kex[i]->source;
        return registry->kex[i];
    case SS_NAMES_HOST_KEY:
        *out_source = registry->sign[i]->source;
        return registry->sign[i]->plain != NULL ? registry->sign[i]->plain : registry->sign[i];
    case SS_NAMES_CIPHER:
        *out_source = registry->cipher[i]->source;
        return registry->cipher[i];
    case SS_NAMES_MAC:
        *out_source = registry->mac[i]->source;
        return registry->mac[i];
    default:
        *out_source = registry->comp[i]->source;
        return registry->comp[i];
    }
}

static bool algorithm_at(const struct ss_registry *registry, enum ss_names kind, size_t i,
                         struct algorithm *out)
{
    out->kind = kind;
    out->name = ss_names_at(registry, kind, i);
    if (out->name == NULL)
        return false;
    out->answer = ss_crypto_has_answer(method(registry, kind, i, &out->source));
    return true;
}

/* ---- one row ---- */

/* In the list of clients, or of servers. */
static ss_err is_in_policy(struct listing *listing, const struct ss_policy *policy,
                           const struct algorithm *algorithm, bool *out_is)
{
    static const enum ss_role roles[] = {SS_CLIENT, SS_SERVER};
    size_t i;

    *out_is = false;
    for (i = 0; i < SS_COUNT(roles); i++) {
        ss_buf_clear(&listing->part);
        SS_TRY(ss_names_resolve(listing->registry, algorithm->kind,
                                ss_policy_list(policy, algorithm->kind, roles[i]), NULL,
                                &listing->part));
        *out_is =
            *out_is || ss_namelist_has(ss_buf_span(&listing->part), ss_span_of(algorithm->name));
    }
    return SS_OK;
}

static ss_err put_policies(struct listing *listing, const struct algorithm *algorithm)
{
    const struct ss_policy *policy;
    const char *separator = "";
    bool is;

    for (policy = ss_policies; policy->name != NULL; policy++) {
        SS_TRY(is_in_policy(listing, policy, algorithm, &is));
        if (!is)
            continue;
        SS_TRY(ss_buf_printf(&listing->out, "%s\"%s\"", separator, policy->name));
        separator = ",";
    }
    return SS_OK;
}

/* The first of our two that has it; "-" for what has to be asked for by its name. */
static ss_err first_policy(struct listing *listing, const struct algorithm *algorithm,
                           const char **out_name)
{
    static const char *const ours[] = {"modern", "legacy"};
    bool is = false;
    size_t i;

    *out_name = "-";
    for (i = 0; !is && i < SS_COUNT(ours); i++) {
        SS_TRY(is_in_policy(listing, ss_policy_find(ss_span_of(ours[i])), algorithm, &is));
        if (is)
            *out_name = ours[i];
    }
    return SS_OK;
}

static ss_err put_json(struct listing *listing, const struct algorithm *algorithm)
{
    struct ss_advice advice = ss_advice_of(algorithm->kind, ss_span_of(algorithm->name));
    struct ss_buf *out = &listing->out;
    const char *separator = "";
    struct verified_row row;
    ss_span rest = listing->verified;
    size_t line = 0;

    SS_TRY(ss_buf_printf(out, "{\"kind\":\"%s\",\"name\":\"%s\",\"source\":",
                         kinds[algorithm->kind], algorithm->name));
    SS_TRY(ss_json_string(out, ss_span_of(algorithm->source)));
    SS_TRY(ss_buf_puts(out, ",\"policies\":["));
    SS_TRY(put_policies(listing, algorithm));
    SS_TRY(ss_buf_printf(out, "],\"advice\":%s%s%s,\"advice_source\":\"%s\",\"note\":\"%s\",",
                         advice.level != SS_ADVICE_NONE ? "\"" : "",
                         advice.level != SS_ADVICE_NONE ? ss_advice_word(advice.level) : "null",
                         advice.level != SS_ADVICE_NONE ? "\"" : "", advice.source, advice.note));
    SS_TRY(ss_buf_printf(out, "\"known_answer\":%s,\"peers\":[",
                         algorithm->answer ? "true" : "false"));
    while (verified_next(&rest, &line, &row) == VERIFIED_ROW) {
        if (!ss_span_is(row.kind, kinds[algorithm->kind]) || !ss_span_is(row.name, algorithm->name))
            continue;
        SS_TRY(ss_buf_printf(out, "%s{\"peer\":", separator));
        SS_TRY(ss_json_string(out, row.peer));
        SS_TRY(ss_buf_puts(out, ",\"role\":"));
        SS_TRY(ss_json_string(out, row.role));
        SS_TRY(ss_buf_puts(out, ",\"version\":"));
        SS_TRY(ss_json_string(out, row.version));
        SS_TRY(ss_buf_puts(out, "}"));
        separator = ",";
    }
    return ss_buf_puts(out, "]}\n");
}

static ss_err put_row(struct listing *listing, const struct algorithm *algorithm)
{
    struct ss_advice advice = ss_advice_of(algorithm->kind, ss_span_of(algorithm->name));
    const char *word = ss_advice_word(advice.level), *answer = algorithm->answer ? "yes" : "-";
    const char *policy;
    ss_span peers;

    SS_TRY(first_policy(listing, algorithm, &policy));
    ss_buf_clear(&listing->part);
    SS_TRY(
        verified_peers(listing->verified, kinds[algorithm->kind], algorithm->name, &listing->part));
    if (ss_buf_size(&listing->part) == 0)
        SS_TRY(ss_buf_puts(&listing->part, "-"));
    peers = ss_buf_span(&listing->part);
    if (listing->form == AS_TABLE)
        return ss_buf_printf(&listing->out, ROW, kinds[algorithm->kind], algorithm->name, policy,
                             word, answer, algorithm->source, (int)peers.size,
                             (const char *)peers.data);
    return ss_buf_printf(&listing->out, "| `%s` | %s | %s | %s%s%s%s%s | %s | %.*s |\n",
                         algorithm->name, algorithm->source, policy, word,
                         advice.source[0] != '\0' ? ", " : "", advice.source,
                         advice.note[0] != '\0' ? "; " : "", advice.note, answer, (int)peers.size,
                         (const char *)peers.data);
}

/* ---- the whole ---- */

static const char about_markdown[] =
    "# Algorithms\n\n"
    "Written by `make docs`, from the registry and from what a run of the catalogue found.\n\n"
    "- policy: `modern` is what we offer when nothing else is said; `legacy` has all of them.\n"
    "- advice: what the named standard says to whoever implements SSH, word for word; behind it\n"
    "  what another one has against it. Names with an @ are no standard's.\n"
    "- known answer: `sshspec` compares it with a published one, or one that was computed apart,\n"
    "  in its self test; that of a certificate's name is that of the key in it. Security keys "
    "have\n"
    "  those of Ed25519 and P-256.\n"
    "- works with: peers that logged in with it, or let us in, in their role; both when none is\n"
    "  named.\n";

static ss_err put_head(struct listing *listing, enum ss_names kind)
{
    static const char works[] = "WORKS WITH";

    if (listing->form == AS_TABLE && kind == SS_NAMES_KEX)
        return ss_buf_printf(&listing->out, ROW, "KIND", "NAME", "POLICY", "ADVICE", "ANSWER",
                             "SOURCE", (int)strlen(works), works);
    if (listing->form != AS_MARKDOWN)
        return SS_OK;
    if (kind == SS_NAMES_KEX)
        SS_TRY(ss_buf_puts(&listing->out, about_markdown));
    return ss_buf_printf(&listing->out,
                         "\n## %s\n\n| name | source | policy | advice | known answer | works with "
                         "|\n|---|---|---|---|---|---|\n",
                         titles[kind]);
}

static ss_err put_foot(struct listing *listing)
{
    if (listing->form != AS_MARKDOWN || listing->verified.size == 0)
        return SS_OK;
    SS_TRY(ss_buf_puts(&listing->out, "\nPeers: "));
    SS_TRY(verified_versions(listing->verified, &listing->out));
    return ss_buf_puts(&listing->out, ".\n");
}

static ss_err put_all(struct listing *listing)
{
    struct algorithm algorithm;
    size_t kind, i;

    for (kind = 0; kind < SS_NAMES_COUNT; kind++) {
        SS_TRY(put_head(listing, (enum ss_names)kind));
        for (i = 0; algorithm_at(listing->registry, (enum ss_names)kind, i, &algorithm); i++) {
            if (listing->form == AS_JSON)
                SS_TRY(put_json(listing, &algorithm));
            else
                SS_TRY(put_row(listing, &algorithm));
        }
    }
    return put_foot(listing);
}

static ss_err put_policy_list(struct ss_buf *out)
{
    const struct ss_policy *policy;

    for (policy = ss_policies; policy->name != NULL; policy++)
        SS_TRY(ss_buf_printf(out, "%-14s %s\n", policy->name, policy->text));
    return SS_OK;
}

/* Where there is no record of a run, nothing is known to work with anybody. */
static ss_err read_verified(struct ss_buf *out, struct ss_buf *why)
{
    char folder[SYSTEM_PATH_MAX], path[SYSTEM_PATH_MAX];
    struct verified_row row;
    enum verified_line what;
    ss_span rest;
    size_t line = 0;
    ss_err err = system_find_data("interop", "SSHSPEC_INTEROP", folder);

    if (err == SS_OK)
        err = system_join(path, folder, "algorithms.tsv");
    if (err == SS_OK)
        err = ss_file_read(path, VERIFIED_MAX, out, NULL);
    if (err == SS_E_not_found)
        return SS_OK;
    SS_TRY(err);
    rest = ss_buf_span(out);
    do
        what = verified_next(&rest, &line, &row);
    while (what == VERIFIED_ROW);
    if (what == VERIFIED_END)
        return SS_OK;
    (void)!ss_buf_printf(why, "%s: line %zu is no row", path, line);
    return SS_E_bad_value;
}

static int list(enum form form, bool policies)
{
    struct listing listing = {.registry = ss_registry_standard(), .form = form};
    struct ss_buf text, why;
    ss_err err = SS_OK;

    ss_buf_init(&listing.out, ss_system_env(), OUTPUT_MAX);
    ss_buf_init(&listing.part, ss_system_env(), 65536);
    ss_buf_init(&text, ss_system_env(), (size_t)2 * VERIFIED_MAX);
    ss_buf_init(&why, ss_system_env(), 65536);
    if (!policies)
        err = read_verified(&text, &why);
    listing.verified = ss_buf_span(&text);
    if (err == SS_OK)
        err = policies ? put_policy_list(&listing.out) : put_all(&listing);
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec algorithms: %.*s%s\n", (int)ss_buf_size(&why),
                      (const char *)ss_buf_at(&why), ss_buf_size(&why) > 0 ? "" : ss_err_text(err));
    else if (fwrite(ss_buf_at(&listing.out), 1, ss_buf_size(&listing.out), stdout) !=
                 ss_buf_size(&listing.out) ||
             fflush(stdout) != 0)
        err = SS_E_io;
    ss_buf_fini(&why);
    ss_buf_fini(&text);
    ss_buf_fini(&listing.part);
    ss_buf_fini(&listing.out);
    return err == SS_OK ? EXIT_AS_EXPECTED : EXIT_ENVIRONMENT;
}

int cmd_algorithms(int argc, char **argv)
{
    bool json = false, markdown = false, policies = false;
    const struct option table[] = {
        {"json", OPTION_FLAG, &json, NULL, "one JSON object a line"},
        {"markdown", OPTION_FLAG, &markdown, NULL, "as docs/algorithms.md"},
        {"policies", OPTION_FLAG, &policies, NULL,
         "instead: the named sets of algorithms for --set policy=NAME"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL}};
    struct options options;
    const char *word;

    options_init(&options, table, argc, argv);
    options.usage = "[OPTION...]";
    options.about =
        "Lists every algorithm we speak: policy (modern is what we offer by default, legacy has\n"
        "all), what the standards say about having it, whether our self test knows a right\n"
        "answer, where it is specified, and the peers it was seen to work with.";
    options.example = "  sshspec algorithms --json | grep '\"kind\":\"kex\"'\n"
                      "  sshspec server --set policy=openssh-8.8\n";
    while (options_next(&options, &word))
        (void)options_wrong(&options, "\"%s\" is not an option", word);
    if (options.status >= 0)
        return options.status;
    if (json + markdown + policies > 1)
        return options_wrong(&options, "one of --json, --markdown and --policies");
    return list(json ? AS_JSON : markdown ? AS_MARKDOWN : AS_TABLE, policies);
}
