/* SPDX-License-Identifier: Apache-2.0 */
/* test_auth.c - the layer as a whole: composing, contexts, lack of memory.
 *
 * Follows: RFC 4252; RFC 4250 section 4.1.2 for the numbers 60 to 79. */
#include "tests/unit/auth/kit.h"

TestSuite(auth, .fini = test_counted_check);

Test(auth, the_context_is_the_method_of_the_last_request)
{
    static const struct {
        const char *method;
        enum ss_context context;
    } rows[] = {
        {"none", SS_CONTEXT_ANY},
        {"publickey", SS_CONTEXT_AUTH_PUBLICKEY},
        {"publickey-hostbound-v00@openssh.com", SS_CONTEXT_AUTH_PUBLICKEY},
        {"password", SS_CONTEXT_AUTH_PASSWORD},
        {"keyboard-interactive", SS_CONTEXT_AUTH_KBDINT},
        {"gssapi-with-mic", SS_CONTEXT_ANY},
        {"Password", SS_CONTEXT_ANY},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++)
        cr_expect(ss_auth_context_of(test_text(rows[i].method)) == rows[i].context, "%s",
                  rows[i].method);
}

static void *compose(struct fake *fake, enum ss_msgid id, enum ss_msgid tail)
{
    struct ss_msg msg;

    cr_assert(ss_msg_new(&fake->peek, ss_msgdef_of(id),
                         tail != SS_MSGID_NONE ? ss_msgdef_of(tail) : NULL, &msg) == SS_OK);
    cr_assert(fake->ops->compose(fake->layer, &msg) == SS_OK);
    return msg.body;
}

Test(auth, a_request_is_composed_as_the_command_wants_it)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_command command = kit_command(SS_CMD_AUTH_PASSWORD, "ann");
    struct ss_msg_userauth_request *request;
    struct ss_tail_userauth_request_password *password;

    command.data = test_text("secret");
    cr_assert(fake_do(fake, command) == SS_OK);
    request = compose(fake, SS_MSG_userauth_request, SS_MSGID_NONE);
    cr_expect(ss_span_is(request->user, "ann") && ss_span_is(request->service, "ssh-connection"));
    cr_expect(ss_span_is(request->method, "password"));
    password = request->body.value;
    cr_expect(ss_span_is(password->password, "secret"));
    request = compose(fake, SS_MSG_userauth_request, SS_TAIL_userauth_request_none);
    cr_expect(ss_span_is(request->method, "none") && ss_span_is(request->user, "ann"));
    kit_free(fake);
}

/* After a query a script signs by hand, with the same key and as the same user. */
Test(auth, a_signed_request_is_composed_for_the_last_key)
{
    struct fake *fake = kit_new(SS_CLIENT);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    struct ss_command command = kit_command(SS_CMD_AUTH_KEY, "ann");
    struct ss_msg_userauth_request *request;
    struct ss_tail_userauth_request_publickey *tail;
    struct ss_buf data;

    request = compose(fake, SS_MSG_userauth_request, SS_TAIL_userauth_request_publickey);
    cr_expect(((struct ss_tail_userauth_request_publickey *)request->body.value)->blob.size == 0,
              "no key is known yet");
    command.key = key;
    fake_done(fake, command);
    (void)kit_sent(fake, SS_TAIL_userauth_request_publickey);
    request = compose(fake, SS_MSG_userauth_request, SS_TAIL_userauth_request_publickey);
    tail = request->body.value;
    cr_expect(ss_span_is(request->user, "ann") && ss_span_is(request->method, "publickey"));
    cr_expect(tail->has_signature && ss_span_eq(tail->blob, ss_key_blob(key)));
    ss_buf_init(&data, test_env(), 4096);
    kit_signed_data(&data, ss_span_of(KIT_SESSION), "ann", "ssh-ed25519", tail->blob);
    cr_expect(ss_key_verify(key, test_env(), &ss_sign_ed25519, ss_buf_span(&data),
                            tail->signature) == SS_OK);
    ss_buf_fini(&data);
    request = compose(fake, SS_MSG_userauth_request, SS_MSGID_NONE);
    cr_expect(request->method.size == 0, "nothing is due: the method is the script's to say");
    ss_key_free(&key);
    kit_free(fake);
}

Test(auth, a_servers_answers_are_composed)
{
    struct fake *fake = kit_new(SS_SERVER);
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    struct ss_msg_userauth_failure *no;
    struct ss_msg_userauth_banner *banner;
    struct ss_msg_userauth_pk_ok *ok;
    struct ss_msg_userauth_passwd_changereq *change;
    struct ss_msg msg = {NULL, NULL, {NULL, 0}};

    fake->config.banner = "Welcome";
    cr_assert(kit_publickey(fake, "ann", "ssh-ed25519", ss_key_blob(key), test_hex("")) == SS_OK);
    no = compose(fake, SS_MSG_userauth_failure, SS_MSGID_NONE);
    cr_expect(ss_span_is(no->methods, "publickey,password"));
    banner = compose(fake, SS_MSG_userauth_banner, SS_MSGID_NONE);
    cr_expect(ss_span_is(banner->message, "Welcome"));
    ok = compose(fake, SS_MSG_userauth_pk_ok, SS_MSGID_NONE);
    cr_expect(ss_span_is(ok->algorithm, "ssh-ed25519") && ss_span_eq(ok->blob, ss_key_blob(key)));
    change = compose(fake, SS_MSG_userauth_passwd_changereq, SS_MSGID_NONE);
    cr_expect(change->prompt.size > 0);
    (void)compose(fake, SS_MSG_userauth_success, SS_MSGID_NONE);
    cr_expect(fake->ops->compose(fake->layer, &msg) == SS_E_unsupported);
    cr_assert(ss_msg_new(&fake->peek, ss_msgdef_of(SS_MSG_ignore), NULL, &msg) == SS_OK);
    cr_expect(fake->ops->compose(fake->layer, &msg) == SS_E_unsupported);
    ss_key_free(&key);
    kit_free(fake);
}

/* An engine need not keep the bytes of what the layer sends itself. */
static ss_err send_without_payload(struct ss_link *link, const struct ss_msg *msg)
{
    struct fake *fake = SS_CONTAINER_OF(link, struct fake, link);

    return fake->ops->on_sent(fake->layer, msg, ss_span_make(NULL, 0));
}

Test(auth, our_own_messages_are_known_without_their_bytes)
{
    struct fake *client = kit_new(SS_CLIENT), *server = kit_new(SS_SERVER);

    client->link.send = server->link.send = send_without_payload;
    fake_done(client, kit_command(SS_CMD_AUTH_PASSWORD, "ann"));
    cr_expect(kit_layer(client)->client.outstanding == 1);
    cr_expect(ss_auth_context(kit_layer(client)) == SS_CONTEXT_AUTH_PASSWORD);
    cr_assert(kit_password(server, "ann", "x") == SS_OK);
    cr_assert(kit_answer(server, SS_AUTH_PARTIAL, "publickey,password") == SS_OK);
    cr_assert(kit_password(server, "ann", "y") == SS_OK);
    cr_assert(kit_answer(server, SS_AUTH_ACCEPT, "") == SS_OK);
    cr_expect(server->link.authenticated && ss_span_is(server->link.user, "ann"));
    kit_free(client);
    kit_free(server);
}

/* One login each way, run again and again with the n-th allocation failing. Nothing but lack of
 * memory may come of that: never a refusal, never an acceptance. */
static bool log_in(struct fake *fake, const struct ss_key *key)
{
    struct ss_command command = kit_command(SS_CMD_AUTH_PASSWORD, "ann");

    if (fake->ops->act(fake->layer) != SS_OK)
        return false;
    command.data = test_text("a password that is not short, so that the buffer has to grow once");
    command.more = test_text("x");
    if (fake_do(fake, command) != SS_OK || fake->ops->act(fake->layer) != SS_OK)
        return false;
    if (kit_failure(fake, "publickey", true) != SS_OK)
        return false;
    command.kind = SS_CMD_AUTH_KEY;
    command.key = key;
    if (fake_do(fake, command) != SS_OK || fake->ops->act(fake->layer) != SS_OK)
        return false;
    return kit_success(fake) == SS_OK;
}

static bool let_in(struct fake *fake, ss_span blob, ss_span signature)
{
    fake->config.auth_methods = "none,password,publickey";
    if (kit_password(fake, "ann", "wrong") != SS_OK)
        return false;
    if (kit_password(fake, "ann", "right") != SS_OK) /* waits */
        return false;
    if (kit_answer(fake, SS_AUTH_REJECT, "") != SS_OK)
        return false;
    if (kit_answer(fake, SS_AUTH_PARTIAL, "publickey") != SS_OK)
        return false;
    if (kit_publickey(fake, "ann", "ssh-ed25519", blob, signature) != SS_OK)
        return false;
    cr_assert(kit_layer(fake)->server.due == SS_DUE_NONE, "refused for lack of memory");
    return kit_answer(fake, SS_AUTH_ACCEPT, "") == SS_OK;
}

static size_t sweep(enum ss_role role)
{
    struct ss_counted *counted = test_counted();
    struct ss_key *key = kit_key(SS_KEY_ED25519, 0);
    struct ss_buf signature;
    bool done = false, finished;
    size_t n;

    ss_buf_init(&signature, test_env(), 4096);
    kit_sign(&signature, key, &ss_sign_ed25519, ss_span_of(KIT_SESSION), "ann", "ssh-ed25519");
    for (n = 1; !done; n++) {
        struct fake *fake = fake_new(role, &ss_auth_ops);
        struct ss_auth *layer = NULL;

        fake->link.session_id = ss_span_of(KIT_SESSION);
        counted->calls = 0;
        counted->fail_at = n;
        finished = ss_auth_new(&fake->link, &layer) == SS_OK;
        fake->layer = layer;
        if (finished) {
            ss_auth_start(layer);
            finished = role == SS_CLIENT ? log_in(fake, key)
                                         : let_in(fake, ss_key_blob(key), ss_buf_span(&signature));
        }
        done = counted->calls < n;
        counted->fail_at = 0;
        cr_assert(finished || !done);
        cr_assert(fake->link.authenticated == finished || !finished);
        cr_assert(fake->fails == 0 || fake->err == SS_E_no_memory, "%s", ss_err_name(fake->err));
        kit_free(fake);
    }
    ss_buf_fini(&signature);
    ss_key_free(&key);
    return n;
}

Test(auth, every_allocation_of_a_client_may_fail)
{
    cr_expect(sweep(SS_CLIENT) > 10);
}

Test(auth, every_allocation_of_a_server_may_fail)
{
    cr_expect(sweep(SS_SERVER) > 10);
}
