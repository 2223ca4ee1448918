/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - an authentication layer on a fake link.
 *
 * Owns: nothing.
 * Not here: tests.
 * Called by: tests/unit/auth. */
#include "tests/unit/auth/kit.h"

struct fake *kit_new(enum ss_role role)
{
    struct fake *fake = fake_new(role, &ss_auth_ops);
    struct ss_auth *layer = NULL;

    fake->link.session_id = ss_span_of(KIT_SESSION);
    cr_assert(ss_auth_new(&fake->link, &layer) == SS_OK);
    fake->layer = layer;
    ss_auth_start(layer);
    fake_act(fake);
    if (role == SS_CLIENT) {
        struct fake_event event = fake_event(fake, SS_EVENT_AUTH_NEXT);

        cr_assert(event.text[0] == 0 && event.number == 0 && !event.flag);
    }
    fake_quiet(fake);
    return fake;
}

void kit_free(struct fake *fake)
{
    struct ss_auth *layer = fake->layer;

    ss_auth_free(&layer);
    cr_assert(layer == NULL);
    ss_auth_free(&layer); /* the empty value is fine */
    fake_free(fake);
}

struct ss_auth *kit_layer(struct fake *fake)
{
    return fake->layer;
}

struct ss_key *kit_key(enum ss_key_kind kind, unsigned bits)
{
    struct ss_key *key = NULL;

    cr_assert(ss_key_generate(&test_counted()->env, kind, bits, ss_span_of(""), &key) == SS_OK);
    return key;
}

struct ss_command kit_command(enum ss_command_kind kind, const char *text)
{
    struct ss_command command = {.kind = kind, .text = ss_span_of(text)};

    return command;
}

const struct ss_msg_userauth_request *kit_sent(struct fake *fake, enum ss_msgid tail)
{
    const struct ss_msg_userauth_request *body = fake_expect(fake, SS_MSG_userauth_request);

    cr_assert(ss_span_is(body->service, "ssh-connection"));
    cr_assert(body->body.def == ss_msgdef_of(tail), "another method");
    return body;
}

ss_err kit_success(struct fake *fake)
{
    struct ss_msg_userauth_success body = {0};

    return fake_take(fake, SS_MSG_userauth_success, &body);
}

ss_err kit_failure(struct fake *fake, const char *methods, bool partial)
{
    struct ss_msg_userauth_failure body = {.methods = ss_span_of(methods),
                                           .partial_success = partial};

    return fake_take(fake, SS_MSG_userauth_failure, &body);
}

ss_err kit_request(struct fake *fake, const char *user, const char *service, const char *method)
{
    struct ss_msg_userauth_request body = {
        .user = ss_span_of(user), .service = ss_span_of(service), .method = ss_span_of(method)};

    return fake_take(fake, SS_MSG_userauth_request, &body);
}

ss_err kit_none(struct fake *fake, const char *user)
{
    return kit_request(fake, user, "ssh-connection", "none");
}

ss_err kit_password(struct fake *fake, const char *user, const char *password)
{
    struct ss_tail_userauth_request_password tail = {.password = ss_span_of(password)};
    struct ss_msg_userauth_request body = {
        .user = ss_span_of(user),
        .service = ss_span_of("ssh-connection"),
        .method = ss_span_of("password"),
        .body = {ss_msgdef_of(SS_TAIL_userauth_request_password), &tail, {NULL, 0}}};

    return fake_take(fake, SS_MSG_userauth_request, &body);
}

ss_err kit_answer(struct fake *fake, enum ss_auth_answer answer, const char *text)
{
    struct ss_command command = kit_command(SS_CMD_AUTH_ANSWER, text);
    ss_err err;

    command.number = answer;
    err = fake_do(fake, command);
    return err == SS_OK ? fake->ops->act(fake->layer) : err;
}

ss_err kit_publickey(struct fake *fake, const char *user, const char *algorithm, ss_span blob,
                     ss_span signature)
{
    struct ss_tail_userauth_request_publickey tail = {.has_signature = signature.size > 0,
                                                      .algorithm = ss_span_of(algorithm),
                                                      .blob = blob,
                                                      .signature = signature};
    struct ss_msg_userauth_request body = {
        .user = ss_span_of(user),
        .service = ss_span_of("ssh-connection"),
        .method = ss_span_of("publickey"),
        .body = {ss_msgdef_of(SS_TAIL_userauth_request_publickey), &tail, {NULL, 0}}};

    return fake_take(fake, SS_MSG_userauth_request, &body);
}

static void put_string(struct ss_buf *buf, ss_span s)
{
    uint8_t length[4] = {0, 0, (uint8_t)(s.size >> 8), (uint8_t)s.size};

    cr_assert(ss_buf_put(buf, ss_span_make(length, sizeof length)) == SS_OK);
    cr_assert(ss_buf_put(buf, s) == SS_OK);
}

void kit_signed_data(struct ss_buf *buf, ss_span session_id, const char *user,
                     const char *algorithm, ss_span blob)
{
    put_string(buf, session_id);
    cr_assert(ss_buf_put(buf, test_hex("32")) == SS_OK); /* SSH_MSG_USERAUTH_REQUEST */
    put_string(buf, ss_span_of(user));
    put_string(buf, ss_span_of("ssh-connection"));
    put_string(buf, ss_span_of("publickey"));
    cr_assert(ss_buf_put(buf, test_hex("01")) == SS_OK);
    put_string(buf, ss_span_of(algorithm));
    put_string(buf, blob);
}

void kit_sign(struct ss_buf *buf, const struct ss_key *key, const struct ss_sign_alg *alg,
              ss_span session_id, const char *user, const char *algorithm)
{
    struct ss_buf data;

    ss_buf_init(&data, test_env(), 1 << 16);
    kit_signed_data(&data, session_id, user, algorithm, ss_key_blob(key));
    cr_assert(ss_key_sign(key, test_env(), alg, ss_buf_span(&data), buf) == SS_OK);
    ss_buf_fini(&data);
}
