/* SPDX-License-Identifier: Apache-2.0 */
/* test_login.c - whose host key is good enough, and which credential is tried when. */
#include <criterion/criterion.h>

#include "tests/unit/client/served.h"

static struct served served;

static void setup(void)
{
    served_init(&served);
}

static void teardown(void)
{
    served_fini(&served);
}

TestSuite(login, .init = setup, .fini = teardown, .timeout = 60);

struct policy {
    struct ss_client_policy policy;
    bool answer;
    unsigned asked;
    enum ss_hostkey_verdict verdict;
    char banner[64];
};

static bool accept(struct ss_client_policy *self, const struct ss_client_host *host)
{
    struct policy *policy = SS_CONTAINER_OF(self, struct policy, policy);

    policy->asked++;
    policy->verdict = host->known.verdict;
    cr_expect(ss_span_eq(host->name, ss_buf_span(&served.name)));
    cr_expect(strncmp(host->fingerprint, "SHA256:", 7) == 0 && host->algorithm.size > 0);
    return policy->answer;
}

static void banner(struct ss_client_policy *self, ss_span text)
{
    struct policy *policy = SS_CONTAINER_OF(self, struct policy, policy);

    cr_assert(text.size < sizeof policy->banner);
    memcpy(policy->banner, text.data, text.size);
}

static struct policy policy = {.policy = {.accept = accept, .banner = banner},
                               .verdict = SS_HOSTKEY_MATCH};

static void forget_host(void)
{
    size_t removed = 0;

    cr_assert(ss_hostkeys_remove(served.known, ss_buf_span(&served.name), &removed) == SS_OK);
    cr_assert(removed == 1);
}

static void add_line(const char *marker, const struct ss_key *key)
{
    struct ss_buf line;

    ss_buf_init(&line, test_env(), 4096);
    cr_assert(ss_buf_printf(&line, "%s%.*s ", marker, (int)ss_buf_size(&served.name),
                            (const char *)ss_buf_at(&served.name)) == SS_OK);
    cr_assert(ss_key_write_line(key, &line) == SS_OK);
    cr_assert(ss_hostkeys_read(served.known, ss_buf_span(&line), NULL) == SS_OK);
    ss_buf_fini(&line);
}

/* ---- the host ---- */

Test(login, a_known_host_is_not_asked_about)
{
    served.options.policy = &policy.policy;
    cr_expect(served_connect(&served) == SS_OK);
    cr_expect(policy.asked == 0);
}

Test(login, an_unknown_host_is_refused_without_a_policy)
{
    served.options.known = NULL;
    cr_expect(served_connect(&served) == SS_E_host_key_rejected);
    cr_expect(served_says(&served, "unknown host key ssh-ed25519 SHA256:"));
    cr_expect(ss_client_error(served.client)->phase == SS_CLIENT_HOST_KEY);
}

Test(login, an_unknown_host_is_the_policys_to_accept)
{
    served_start(&served);
    forget_host();
    served.options.policy = &policy.policy;
    cr_expect(served_connect(&served) == SS_E_host_key_rejected);
    cr_expect(policy.asked == 1 && policy.verdict == SS_HOSTKEY_UNKNOWN);
    ss_client_free(&served.client);
    policy.answer = true;
    cr_expect(served_connect(&served) == SS_OK && policy.asked == 2);
}

Test(login, a_changed_host_key_is_told_with_its_line)
{
    served_start(&served);
    forget_host();
    add_line("", served.keys[1]);
    served.options.policy = &policy.policy;
    cr_expect(served_connect(&served) == SS_E_host_key_rejected);
    cr_expect(policy.asked == 1 && policy.verdict == SS_HOSTKEY_CHANGED);
    cr_expect(served_says(&served, "not the host key that is known (known_hosts line 1)"));
}

Test(login, no_policy_accepts_a_revoked_key)
{
    served_start(&served);
    add_line("@revoked ", served.host_keys[0]);
    policy.answer = true;
    served.options.policy = &policy.policy;
    cr_expect(served_connect(&served) == SS_E_host_key_rejected);
    cr_expect(policy.asked == 0);
    cr_expect(served_says(&served, "was revoked (known_hosts line 2)"));
}

/* The server has an Ed25519 key too, and we would rather have that. */
Test(login, the_key_type_that_is_known_is_asked_for)
{
    served_start(&served);
    forget_host();
    add_line("", served.host_keys[1]);
    cr_expect(served_connect(&served) == SS_OK);
    cr_expect(ss_engine_negotiated(ss_client_engine(served.client))->host_key ==
              &ss_sign_ecdsa_nistp256);
}

/* ---- credentials ---- */

Test(login, keys_are_tried_in_order_then_the_password)
{
    served.offered[0] = served.keys[1];
    served.offered[1] = served.keys[0];
    served.options.password = ss_span_of("wrong");
    cr_expect(served_connect(&served) == SS_OK);
    ss_client_free(&served.client);
    served.offered[1] = NULL;
    served.options.password = ss_span_of("secret");
    cr_expect(served_connect(&served) == SS_OK);
}

Test(login, a_key_and_then_a_password_are_asked_of_some)
{
    served.account.both = true;
    served.options.password = ss_span_of("secret");
    cr_expect(served_connect(&served) == SS_OK);
    ss_client_free(&served.client);
    served.options.password = ss_span_make(NULL, 0);
    cr_expect(served_connect(&served) == SS_E_auth_exhausted);
    cr_expect(served_says(&served, "password not given; the server takes password"));
}

Test(login, none_is_tried_first_when_asked_for)
{
    served.account.none = true;
    served.options.none = true;
    served.offered[0] = NULL;
    cr_expect(served_connect(&served) == SS_OK);
}

Test(login, what_was_tried_and_what_the_server_takes_is_told)
{
    served.offered[0] = served.keys[1];
    served.options.password = ss_span_of("wrong");
    cr_expect(served_connect(&served) == SS_E_auth_exhausted);
    cr_expect(served_says(&served, "tester at 127.0.0.1: not logged in"));
    cr_expect(served_says(&served, "keys tried 1 of 1, password refused"));
    cr_expect(served_says(&served, "takes publickey,password"));
    cr_expect(ss_client_error(served.client)->phase == SS_CLIENT_LOGIN);
}

Test(login, without_any_credential_the_methods_are_learned)
{
    served.options.keys = NULL;
    cr_expect(served_connect(&served) == SS_E_auth_exhausted);
    cr_expect(served_says(&served, "keys tried 0 of 0, password not given"));
    cr_expect(served_says(&served, "takes publickey,password"));
}

Test(login, methods_the_server_does_not_offer_are_passed_over)
{
    served.server_config.auth_methods = "password";
    served.options.none = true;
    served.options.password = ss_span_of("secret");
    cr_expect(served_connect(&served) == SS_OK);
}

Test(login, the_servers_limit_ends_it)
{
    served.server_config.auth_tries = 1;
    served.offered[0] = served.keys[1];
    cr_expect(served_connect(&served) == SS_E_peer_disconnected);
    cr_expect(served_says(&served, "127.0.0.1 ended the connection: "));
    cr_expect(ss_client_error(served.client)->status ==
              SS_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE);
}

Test(login, a_banner_is_handed_on)
{
    served.server_config.banner = "hello there\n";
    served.options.policy = &policy.policy;
    cr_expect(served_connect(&served) == SS_OK);
    cr_expect_str_eq(policy.banner, "hello there\n");
}

/* A host that is known is offered its kind of key first, and nothing that the policy leaves out. */
Test(login, a_known_host_is_not_offered_more_than_the_policy_has)
{
    ss_key_free(&served.host_keys[1]);
    cr_assert(ss_key_generate(&test_counted()->env, SS_KEY_RSA, 2048, ss_span_of("host"),
                              &served.host_keys[1]) == SS_OK);
    served.server_config.policy = "legacy";
    served.server_config.server_host_key_algorithms = "ssh-rsa";
    cr_expect(served_connect(&served) == SS_E_no_common_algorithm);
    cr_expect(served_says(&served, "ssh-rsa"), "%s", ss_client_error(served.client)->text);
}
