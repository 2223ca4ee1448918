/* SPDX-License-Identifier: Apache-2.0 */
/* test_cert_check.c - when a certificate counts, and for what.
 *
 * Follows: draft-ietf-sshm-cert sections 2.1.1 to 2.4; OpenSSH PROTOCOL.certkeys. */
#include <criterion/criterion.h>

#include "sshspec/cert.h"
#include "tests/unit/keys/kit.h"

TestSuite(cert_check, .fini = kit_folder_remove);

static const struct ss_env *env(void)
{
    return &test_counted()->env;
}

/* ---- a certificate and a policy that fit, to be bent ---- */

struct fixture {
    struct ss_key *subject, *ca, *key;
    ss_span principals[3];
    struct ss_cert_option options[4], extensions[8];
    struct ss_cert_request request;
    struct ss_cert_policy policy;
    struct ss_cert_answer answer;
};

static bool is_ours(void *ctx, const struct ss_key *ca)
{
    const struct fixture *f = ctx;

    return ss_key_equal(ca, f->ca);
}

static void setup(struct fixture *f, enum ss_cert_type type)
{
    memset(f, 0, sizeof *f);
    f->subject = kit_key(SS_KEY_ED25519, "");
    f->ca = kit_key(SS_KEY_ECDSA_P256, "");
    f->principals[0] = ss_span_of("alice");
    f->principals[1] = ss_span_of("host.example.org");
    f->request = (struct ss_cert_request){.type = type,
                                          .principals = f->principals,
                                          .principal_count = 2,
                                          .valid_after = 1000,
                                          .valid_before = 2000,
                                          .options = f->options,
                                          .extensions = f->extensions};
    f->policy = (struct ss_cert_policy){
        .type = type,
        .principal = ss_span_of(type == SS_CERT_USER ? "alice" : "host.example.org"),
        .now = 1500,
        .address = "192.0.2.7",
        .is_ca = is_ours,
        .ctx = f};
}

static void teardown(struct fixture *f)
{
    ss_key_free(&f->key);
    ss_key_free(&f->ca);
    ss_key_free(&f->subject);
}

static ss_err check(struct fixture *f)
{
    ss_key_free(&f->key);
    cr_assert(ss_cert_issue(env(), f->subject, f->ca, NULL, &f->request, &f->key) == SS_OK);
    memset(&f->answer, 0xff, sizeof f->answer);
    return ss_cert_check(f->key, &f->policy, &f->answer);
}

static void refused(struct fixture *f, const char *field, const char *what)
{
    cr_expect(check(f) == SS_E_bad_certificate, "%s", what);
    cr_assert(f->answer.why != NULL && f->answer.field != NULL, "%s", what);
    cr_expect_str_eq(f->answer.field, field, "%s: %s, %s", what, f->answer.field, f->answer.why);
    cr_expect(f->answer.permits == 0 && !f->answer.forced && !f->answer.verification_required);
}

static void accepted(struct fixture *f, const char *what)
{
    ss_err err = check(f);

    cr_expect(err == SS_OK, "%s: %s", what, f->answer.why);
    cr_expect(f->answer.why == NULL && f->answer.field == NULL);
}

Test(cert_check, what_fits_is_accepted_in_either_role)
{
    struct fixture f;

    setup(&f, SS_CERT_USER);
    accepted(&f, "a user");
    cr_expect(f.answer.permits == 0 && !f.answer.forced);
    cr_expect(ss_cert_check(f.subject, &f.policy, &f.answer) == SS_E_bad_argument);
    teardown(&f);
    setup(&f, SS_CERT_HOST);
    accepted(&f, "a host");
    teardown(&f);
}

/* rule: CERT-2.1.1-role-checked */
Test(cert_check, one_role_does_not_do_for_the_other)
{
    struct fixture f;

    setup(&f, SS_CERT_USER);
    f.policy.type = SS_CERT_HOST;
    refused(&f, "certificate type", "a user's for a host");
    teardown(&f);
    setup(&f, SS_CERT_HOST);
    f.policy.type = SS_CERT_USER;
    refused(&f, "certificate type", "a host's for a user");
    teardown(&f);
}

/* rule: CERT-2.1.1-validity-interval */
Test(cert_check, the_interval_has_its_first_second_and_not_its_last)
{
    static const struct {
        uint64_t after, before, now;
        const char *field;
    } rows[] = {
        {1000, 2000, 999, "valid after"},
        {1000, 2000, 1000, NULL},
        {1000, 2000, 1999, NULL},
        {1000, 2000, 2000, "valid before"},
        {0, SS_CERT_FOREVER, 0, NULL},
        {0, SS_CERT_FOREVER, UINT64_MAX - 1, NULL},
        {0, 0, 0, "valid before"},
        {2000, 1000, 1500, "valid after"},
        {SS_CERT_FOREVER, SS_CERT_FOREVER, 1500, "valid after"},
        {UINT64_C(0x8000000000000000), SS_CERT_FOREVER, 1500, "valid after"},
    };
    struct fixture f;
    size_t i;

    setup(&f, SS_CERT_USER);
    for (i = 0; i < SS_COUNT(rows); i++) {
        f.request.valid_after = rows[i].after;
        f.request.valid_before = rows[i].before;
        f.policy.now = rows[i].now;
        if (rows[i].field != NULL)
            refused(&f, rows[i].field, "a row");
        else
            accepted(&f, "a row");
    }
    teardown(&f);
}

/* rule: CERT-2.1.1-principals-checked, CERT-2.1.1-empty-principals */
Test(cert_check, the_name_is_among_the_principals)
{
    static const struct {
        enum ss_cert_type type;
        const char *principal, *name;
        bool good;
    } rows[] = {
        {SS_CERT_USER, "alice", "alice", true},
        {SS_CERT_USER, "alice", "alic", false},
        {SS_CERT_USER, "alice", "alicex", false},
        {SS_CERT_USER, "alice", "ALICE", false},
        {SS_CERT_USER, "*", "alice", false},
        {SS_CERT_USER, "alice,bob", "bob", false},
        {SS_CERT_USER, "", "alice", false},
        {SS_CERT_USER, "root", "", false},
        {SS_CERT_HOST, "a.example", "a.example", true},
        {SS_CERT_HOST, "*.example", "a.example", true},
        {SS_CERT_HOST, "?.example", "b.example", true},
        {SS_CERT_HOST, "*.example", "example", false},
        {SS_CERT_HOST, "a.example,b.example", "a.example", false},
        {SS_CERT_HOST, "", "a.example", false},
    };
    struct fixture f;
    size_t i;

    setup(&f, SS_CERT_USER);
    for (i = 0; i < SS_COUNT(rows); i++) {
        f.request.type = f.policy.type = rows[i].type;
        f.principals[0] = ss_span_of("zoe");
        f.principals[1] = ss_span_of(rows[i].principal);
        f.policy.principal = ss_span_of(rows[i].name);
        if (rows[i].good)
            accepted(&f, rows[i].name);
        else
            refused(&f, "valid principals", rows[i].principal);
    }
    f.request.principal_count = 0;
    refused(&f, "valid principals", "nobody");
    f.policy.empty_is_anyone = true;
    accepted(&f, "anybody, as it was once");
    f.request.principal_count = 2;
    refused(&f, "valid principals", "somebody else");
    teardown(&f);
}

Test(cert_check, the_authority_and_its_algorithm_are_asked_for)
{
    struct fixture f;

    setup(&f, SS_CERT_USER);
    f.policy.is_ca = NULL;
    refused(&f, "signature key", "nobody is trusted");
    f.policy.is_ca = is_ours;
    f.policy.ca_algorithms = "ssh-ed25519";
    refused(&f, "signature", "not by ECDSA");
    f.policy.ca_algorithms = "ssh-ed25519,ecdsa-sha2-nistp256";
    accepted(&f, "by ECDSA");
    f.policy.ca_algorithms = "";
    refused(&f, "signature", "by none");
    f.policy.ca_algorithms = NULL;
    ss_key_free(&f.ca);
    f.ca = kit_key(SS_KEY_RSA, "");
    accepted(&f, "RSA with SHA-512");
    ss_key_free(&f.key);
    cr_assert(ss_cert_issue(env(), f.subject, f.ca, &ss_sign_rsa_sha1, &f.request, &f.key) ==
              SS_OK);
    cr_expect(ss_cert_check(f.key, &f.policy, &f.answer) == SS_E_bad_certificate, "SHA-1");
    cr_expect_str_eq(f.answer.field, "signature");
    f.policy.ca_algorithms = "ssh-rsa";
    cr_expect(ss_cert_check(f.key, &f.policy, &f.answer) == SS_OK, "SHA-1 when asked for");
    f.policy.ca_algorithms = NULL;
    ss_key_free(&f.ca);
    f.ca = kit_key(SS_KEY_DSA, "");
    refused(&f, "signature", "DSA");
    teardown(&f);
}

static void set_option(struct fixture *f, const char *name, const char *value)
{
    f->options[f->request.option_count] =
        (struct ss_cert_option){name, ss_span_of(value), value == NULL};
    f->request.option_count++;
}

/* rule: CERT-2.1.1-critical-unknown-refused */
Test(cert_check, critical_options_are_known_or_refuse)
{
    struct fixture f;

    setup(&f, SS_CERT_USER);
    set_option(&f, "force-command", "/bin/date");
    set_option(&f, "source-address", "192.0.2.0/24");
    set_option(&f, "verify-required", NULL);
    accepted(&f, "all that there are");
    cr_expect(f.answer.forced && ss_span_is(f.answer.command, "/bin/date"));
    cr_expect(f.answer.verification_required);
    f.request.option_count = 0;
    set_option(&f, "force-command", "");
    accepted(&f, "an empty command is one");
    cr_expect(f.answer.forced && f.answer.command.size == 0);
    f.request.option_count = 0;
    set_option(&f, "force-command", "/bin/date");
    set_option(&f, "unknown@example.org", NULL);
    refused(&f, "critical options", "unknown");
    f.request.option_count = 0;
    set_option(&f, "", NULL);
    refused(&f, "critical options", "no name");
    f.request.option_count = 0;
    set_option(&f, "force-command", NULL);
    refused(&f, "critical options", "no value");
    f.request.option_count = 0;
    set_option(&f, "verify-required", "yes");
    refused(&f, "critical options", "a value");
    f.request.option_count = 0;
    set_option(&f, "force-command", "/bin/date");
    f.request.type = f.policy.type = SS_CERT_HOST;
    f.policy.principal = ss_span_of("host.example.org");
    refused(&f, "critical options", "a host has none");
    teardown(&f);
}

/* rule: CERT-2.2-options-ordered */
Test(cert_check, options_stand_in_order_and_once)
{
    static const struct {
        const char *first, *second;
        bool good;
    } rows[] = {
        {"a", "b", true},  {"a", "ab", true},  {"ab", "b", true}, {"b", "a", false},
        {"a", "a", false}, {"ab", "a", false}, {"B", "a", true},  {"a", "B", false},
        {"", "a", true},   {"", "", false},
    };
    struct fixture f;
    size_t i;

    setup(&f, SS_CERT_USER);
    for (i = 0; i < SS_COUNT(rows); i++) {
        f.extensions[0] = (struct ss_cert_option){rows[i].first, {NULL, 0}, true};
        f.extensions[1] = (struct ss_cert_option){rows[i].second, {NULL, 0}, true};
        f.request.extension_count = 2;
        if (rows[i].good)
            accepted(&f, rows[i].first);
        else
            refused(&f, "extensions", rows[i].first);
    }
    f.request.extension_count = 0;
    set_option(&f, "source-address", "192.0.2.0/24");
    set_option(&f, "force-command", "/bin/date");
    refused(&f, "critical options", "out of order");
    teardown(&f);
}

/* rule: CERT-2.1.1-extension-unknown-ignored */
Test(cert_check, extensions_permit_and_the_unknown_are_passed_over)
{
    static const struct {
        const char *name;
        uint32_t permit;
    } known[] = {
        {"a-thing@example.org", 0},
        {"no-touch-required", SS_CERT_NO_TOUCH},
        {"permit-X11-forwarding", SS_CERT_X11_FORWARDING},
        {"permit-agent-forwarding", SS_CERT_AGENT_FORWARDING},
        {"permit-port-forwarding", SS_CERT_PORT_FORWARDING},
        {"permit-pty", SS_CERT_PTY},
        {"permit-user-rc", SS_CERT_USER_RC},
        {"zzz", 0},
    };
    struct fixture f;
    uint32_t all = 0;
    size_t i;

    setup(&f, SS_CERT_USER);
    for (i = 0; i < SS_COUNT(known); i++) {
        f.extensions[0] = (struct ss_cert_option){known[i].name, {NULL, 0}, true};
        f.request.extension_count = 1;
        accepted(&f, known[i].name);
        cr_expect(f.answer.permits == known[i].permit, "%s", known[i].name);
        all |= known[i].permit;
    }
    for (i = 0; i < SS_COUNT(known); i++)
        f.extensions[i] = (struct ss_cert_option){known[i].name, {NULL, 0}, true};
    f.request.extension_count = SS_COUNT(known);
    accepted(&f, "all of them");
    cr_expect(f.answer.permits == all);
    f.extensions[0] = (struct ss_cert_option){"permit-pty", ss_span_of("x"), false};
    f.request.extension_count = 1;
    refused(&f, "extensions", "a flag with a value");
    f.extensions[0].name = "permit-pty@example.org";
    accepted(&f, "what is unknown may have one");
    teardown(&f);
}

/* rule: CERT-2.4-source-address */
Test(cert_check, the_source_address_is_within_a_block)
{
    static const struct {
        const char *list, *address;
        bool good;
    } rows[] = {
        {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.8", "192.0.2.7", false},
        {"192.0.2.0/24", "192.0.2.7", true},
        {"192.0.2.0/29", "192.0.2.7", true},
        {"192.0.2.0/30", "192.0.2.7", false},
        {"0.0.0.0/0", "192.0.2.7", true},
        {"10.0.0.0/8,192.0.2.0/24", "192.0.2.7", true},
        {"10.0.0.0/8", "192.0.2.7", false},
        {"2001:db8::/32", "2001:db8:1::5", true},
        {"2001:db8::/48", "2001:db8:1::5", false},
        {"::/0", "192.0.2.7", false},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::1", "::1", true},
        /* what cannot be read refuses, wherever it stands */
        {"", "192.0.2.7", false},
        {",", "192.0.2.7", false},
        {"192.0.2.7,", "192.0.2.7", false},
        {"192.0.2.7,nonsense", "192.0.2.7", false},
        {"192.0.2.0/33", "192.0.2.7", false},
        {"192.0.2.0/", "192.0.2.7", false},
        {"192.0.2.0/2x", "192.0.2.7", false},
        {"192.0.2.0/-1", "192.0.2.7", false},
        {"192.0.2.0/0024", "192.0.2.7", false},
        {"2001:db8::/129", "2001:db8::1", false},
        {"/24", "192.0.2.7", false},
        {"192.0.2.7 ", "192.0.2.7", false},
        {"192.0.2.7", "", false},
        {"0.0.0.0/0", "localhost", false},
        {"0.0.0.0/0", NULL, false},
    };
    struct fixture f;
    size_t i;

    setup(&f, SS_CERT_USER);
    for (i = 0; i < SS_COUNT(rows); i++) {
        f.request.option_count = 0;
        set_option(&f, "source-address", rows[i].list);
        f.policy.address = rows[i].address;
        if (rows[i].good)
            accepted(&f, rows[i].list);
        else
            refused(&f, "source-address", rows[i].list);
    }
    f.request.option_count = 0;
    f.policy.address = NULL;
    accepted(&f, "nobody asked where from");
    teardown(&f);
}
