/* SPDX-License-Identifier: Apache-2.0 */
/* test_hostbound.c - publickey-hostbound-v00@openssh.com, both roles: when it is used, what is
 * signed, and which host key is good enough.
 *
 * Follows: OpenSSH PROTOCOL 3.1. The signed bytes are written by hand here. */
#include "tests/unit/auth/kit.h"

TestSuite(hostbound, .fini = test_counted_check);

#define METHOD "publickey-hostbound-v00@openssh.com"
#define HOST_KEY "the blob of the first exchange"

/* string session identifier, byte 50, strings, boolean true, strings; each length in four bytes. */
static void put_signed(struct ss_buf *buf, const char *method, ss_span blob, const char *host_key)
{
    const ss_span before[] = {ss_span_of("ann"), ss_span_of("ssh-connection"), ss_span_of(method)};
    struct ss_writer writer;
    size_t i;

    ss_writer_init(&writer, buf);
    ss_writer_string(&writer, ss_span_of(KIT_SESSION));
    ss_writer_byte(&writer, 50);
    for (i = 0; i < SS_COUNT(before); i++)
        ss_writer_string(&writer, before[i]);
    ss_writer_byte(&writer, 1);
    ss_writer_cstring(&writer, "ssh-ed25519");
    ss_writer_string(&writer, blob);
    if (host_key != NULL)
        ss_writer_cstring(&writer, host_key);
    cr_assert(ss_writer_done(&writer) == SS_OK);
}

/* ---- client ---- */

static struct fake *new_client(bool announced)
{
    struct fake *fake = kit_new(SS_CLIENT);

    fake->link.peer_hostbound = announced;
    fake->link.initial_host_key = ss_span_of(HOST_KEY);
    return fake;
}

static struct ss_command with_key(enum ss_command_kind kind, const struct ss_key *key)
{
    struct ss_command command = kit_command(kind, "ann");

    command.key = key;
    return command;
}

/* rule: OSSH-3.1-hostbound-format, OSSH-3.1-hostbound-client-prefers */
Test(hostbound, the_client_signs_the_host_key_too)
{
    struct fake *fake = new_client(true);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    const struct ss_msg_userauth_request *request;
    const struct ss_tail_userauth_request_publickey_hostbound *tail;
    struct ss_buf data;

    fake_done(fake, with_key(SS_CMD_AUTH_KEY, key));
    request = kit_sent(fake, SS_TAIL_userauth_request_publickey_hostbound);
    cr_expect(ss_span_is(request->method, METHOD));
    tail = request->body.value;
    cr_expect(tail->has_signature && ss_span_is(tail->algorithm, "ssh-ed25519"));
    cr_expect(ss_span_eq(tail->blob, ss_key_blob(key)));
    cr_expect(ss_span_is(tail->server_host_key, HOST_KEY));
    ss_buf_init(&data, test_env(), 4096);
    put_signed(&data, METHOD, tail->blob, HOST_KEY);
    cr_expect(ss_key_verify(key, test_env(), &ss_sign_ed25519, ss_buf_span(&data),
                            tail->signature) == SS_OK);
    ss_buf_fini(&data);
    cr_expect(kit_success(fake) == SS_OK);
    cr_expect_str_eq(fake_event(fake, SS_EVENT_AUTH_DONE).method, METHOD);
    ss_key_free(&key);
    kit_free(fake);
}

Test(hostbound, a_query_is_bound_as_well_and_its_ok_is_known)
{
    struct fake *fake = new_client(true);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    const struct ss_tail_userauth_request_publickey_hostbound *tail;
    struct ss_msg_userauth_pk_ok ok = {.algorithm = ss_span_of("ssh-ed25519"),
                                       .blob = ss_key_blob(key)};

    fake_done(fake, with_key(SS_CMD_AUTH_QUERY, key));
    tail = kit_sent(fake, SS_TAIL_userauth_request_publickey_hostbound)->body.value;
    cr_expect(!tail->has_signature && ss_span_is(tail->server_host_key, HOST_KEY));
    cr_assert(fake_take(fake, SS_MSG_userauth_pk_ok, &ok) == SS_OK);
    (void)fake_event(fake, SS_EVENT_AUTH_PK_OK);
    ss_key_free(&key);
    kit_free(fake);
}

Test(hostbound, without_announcement_or_option_or_host_key_it_is_the_plain_method)
{
    size_t i;

    for (i = 0; i < 3; i++) {
        struct fake *fake = new_client(i != 0);
        struct ss_key *key = kit_key(SS_KEY_ED25519, 0);

        fake->config.hostbound = i != 1;
        if (i == 2)
            fake->link.initial_host_key = ss_span_make(NULL, 0);
        fake_done(fake, with_key(SS_CMD_AUTH_KEY, key));
        (void)kit_sent(fake, SS_TAIL_userauth_request_publickey);
        ss_key_free(&key);
        kit_free(fake);
    }
}

/* What a script asks for by its name it gets, announced or not. */
Test(hostbound, compose_fills_the_layout_that_it_is_given)
{
    static const enum ss_msgid tails[] = {SS_TAIL_userauth_request_publickey,
                                          SS_TAIL_userauth_request_publickey_hostbound};
    struct fake *fake = new_client(true);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    size_t i;

    cr_assert(fake_do(fake, with_key(SS_CMD_AUTH_KEY, key)) == SS_OK);
    for (i = 0; i < SS_COUNT(tails); i++) {
        struct ss_msg_userauth_request *body;
        struct ss_auth_pubkey read;
        struct ss_msg msg;

        fake->link.peer_hostbound = i == 0;
        cr_assert(ss_msg_new(&fake->arena, ss_msgdef_of(SS_MSG_userauth_request),
                             ss_msgdef_of(tails[i]), &msg) == SS_OK);
        cr_assert(fake->ops->compose(fake->layer, &msg) == SS_OK);
        body = msg.body;
        cr_expect(ss_span_is(body->method, i == 0 ? "publickey" : METHOD));
        cr_assert(ss_auth_publickey_read(body, &read));
        cr_expect(read.hostbound == (i == 1) && read.has_signature && read.signature.size > 0);
        cr_expect(ss_span_is(read.host_key, i == 0 ? "" : HOST_KEY));
    }
    ss_key_free(&key);
    kit_free(fake);
}

/* ---- server ---- */

struct seen {
    unsigned asked;
    bool query, signed_ok, hostbound, plain_name;
};

static void see(struct fake *fake, const struct ss_event *event)
{
    struct seen *seen = fake->owner;

    if (event->type != SS_EVENT_AUTH_REQUEST)
        return;
    seen->asked++;
    seen->query = event->auth->query;
    seen->signed_ok = event->auth->signed_ok;
    seen->hostbound = event->auth->hostbound;
    seen->plain_name = ss_span_is(event->auth->method, "publickey");
}

static struct fake *new_server(struct seen *seen)
{
    struct fake *fake = kit_new(SS_SERVER);

    memset(seen, 0, sizeof *seen);
    fake->link.initial_host_key = ss_span_of(HOST_KEY);
    fake->hook = see;
    fake->owner = seen;
    return fake;
}

static ss_err ask(struct fake *fake, const struct ss_key *key, const char *host_key,
                  ss_span signature)
{
    struct ss_tail_userauth_request_publickey_hostbound tail = {
        .has_signature = signature.size > 0,
        .algorithm = ss_span_of("ssh-ed25519"),
        .blob = ss_key_blob(key),
        .server_host_key = ss_span_of(host_key),
        .signature = signature};
    struct ss_msg_userauth_request body = {
        .user = ss_span_of("ann"),
        .service = ss_span_of("ssh-connection"),
        .method = ss_span_of(METHOD),
        .body = {ss_msgdef_of(SS_TAIL_userauth_request_publickey_hostbound), &tail, {NULL, 0}}};

    return fake_take(fake, SS_MSG_userauth_request, &body);
}

/* What is signed may name another host key than the request does, or another method. */
static ss_err ask_signed(struct fake *fake, const struct ss_key *key, const char *host_key,
                         const char *method, const char *signed_host_key)
{
    struct ss_buf data, signature;
    ss_err err;

    ss_buf_init(&data, test_env(), 4096);
    ss_buf_init(&signature, test_env(), 4096);
    put_signed(&data, method, ss_key_blob(key), signed_host_key);
    cr_assert(ss_key_sign(key, test_env(), &ss_sign_ed25519, ss_buf_span(&data), &signature) ==
              SS_OK);
    err = ask(fake, key, host_key, ss_buf_span(&signature));
    ss_buf_fini(&data);
    ss_buf_fini(&signature);
    return err;
}

Test(hostbound, the_owner_is_asked_as_for_the_plain_method)
{
    struct seen seen;
    struct fake *fake = new_server(&seen);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    const struct ss_msg_userauth_pk_ok *ok;

    cr_assert(ask(fake, key, HOST_KEY, ss_span_make(NULL, 0)) == SS_OK);
    cr_expect(seen.asked == 1 && seen.query && seen.hostbound && seen.plain_name);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    ok = fake_expect(fake, SS_MSG_userauth_pk_ok);
    cr_expect(ss_span_eq(ok->blob, ss_key_blob(key)));
    cr_assert(ask_signed(fake, key, HOST_KEY, METHOD, HOST_KEY) == SS_OK);
    cr_expect(seen.asked == 2 && seen.signed_ok && seen.hostbound && seen.plain_name);
    cr_assert(kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK);
    (void)fake_expect(fake, SS_MSG_userauth_success);
    cr_expect(fake->link.authenticated);
    ss_key_free(&key);
    kit_free(fake);
}

/* rule: OSSH-3.1-hostbound-key-checked */
Test(hostbound, what_does_not_bind_to_our_host_key_is_refused_without_asking)
{
    static const struct {
        const char *host_key, *method, *signed_host_key;
    } rows[] = {
        {"the blob of the first exchangE", METHOD, "the blob of the first exchangE"},
        {HOST_KEY " and more", METHOD, HOST_KEY " and more"},
        {"", METHOD, ""},
        {HOST_KEY, METHOD, "another"}, /* the signature is for another server */
        {HOST_KEY, METHOD, NULL},
        {HOST_KEY, "publickey", NULL}, /* a signature of the plain method */
        {HOST_KEY, "publickey", HOST_KEY},
    };
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        struct seen seen;
        struct fake *fake = new_server(&seen);

        cr_assert(ask_signed(fake, key, rows[i].host_key, rows[i].method,
                             rows[i].signed_host_key) == SS_OK);
        fake_act(fake);
        (void)fake_expect(fake, SS_MSG_userauth_failure);
        cr_expect(seen.asked == 0, "row %zu", i);
        kit_free(fake);
    }
    ss_key_free(&key);
}

Test(hostbound, a_server_that_does_not_offer_it_refuses_it)
{
    static const char *const methods[] = {"publickey,password", "password", METHOD};
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    size_t i;

    for (i = 0; i < SS_COUNT(methods); i++) {
        struct seen seen;
        struct fake *fake = new_server(&seen);

        fake->config.hostbound = i != 0;
        fake->config.auth_methods = methods[i]; /* lists name it as publickey */
        cr_assert(ask_signed(fake, key, HOST_KEY, METHOD, HOST_KEY) == SS_OK);
        fake_act(fake);
        (void)fake_expect(fake, SS_MSG_userauth_failure);
        cr_expect(seen.asked == 0, "row %zu", i);
        kit_free(fake);
    }
    ss_key_free(&key);
}
