/* SPDX-License-Identifier: Apache-2.0 */
/* test_client_call.c - every call of the client against our server: the request means what the
 * call says. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(client_call, .fini = test_counted_check);

/* The code that answers a call which was queued. */
#define STATUS(joint, call, ...)                                                                   \
    code_of(joint, ss_sftp_client_##call(&(joint)->client, __VA_ARGS__, &ticket), &ticket)

static uint32_t code_of(struct joint *joint, ss_err err, const uint32_t *ticket)
{
    cr_assert(err == SS_OK, "%s", ss_err_name(err));
    return joint_answer(joint, *ticket).code;
}

static ss_span s(const char *text)
{
    return ss_span_of(text);
}

static ss_span keep(uint8_t *room, struct ss_sftp_event event)
{
    cr_assert(event.kind == SS_SFTP_HANDLE);
    memcpy(room, event.bytes.data, event.bytes.size);
    return ss_span_make(room, event.bytes.size);
}

Test(client_call, files)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_PERMISSIONS, .permissions = 0600};
    uint8_t room[2][SS_SFTP_HANDLE_MOST];
    struct ss_sftp_event event;
    struct joint joint;
    ss_span handle, copy;
    uint32_t ticket;

    joint_open(&joint, NULL);
    cr_assert(ss_sftp_client_open(&joint.client, s("f"), SS_FXF_READ | SS_FXF_WRITE | SS_FXF_CREAT,
                                  &attrs, &ticket) == SS_OK);
    handle = keep(room[0], joint_answer(&joint, ticket));
    cr_expect(STATUS(&joint, write, handle, 3, s("def")) == SS_FX_OK);
    cr_expect(STATUS(&joint, write, handle, 0, s("abc")) == SS_FX_OK);
    cr_expect(STATUS(&joint, fsync, handle) == SS_FX_OK);
    cr_assert(ss_sftp_client_read(&joint.client, handle, 1, 4, &ticket) == SS_OK);
    cr_expect(ss_span_is(joint_answer(&joint, ticket).bytes, "bcde"));
    cr_assert(ss_sftp_client_fstat(&joint.client, handle, &ticket) == SS_OK);
    event = joint_answer(&joint, ticket);
    cr_expect(event.kind == SS_SFTP_ATTRS && event.attrs.size == 6);
    cr_expect(event.attrs.permissions == 0100600);
    cr_assert(ss_sftp_client_open(&joint.client, s("g"), SS_FXF_WRITE | SS_FXF_CREAT, NULL,
                                  &ticket) == SS_OK);
    copy = keep(room[1], joint_answer(&joint, ticket));
    cr_expect(STATUS(&joint, copy_data, handle, 2, 3, copy, 1) == SS_FX_OK);
    cr_expect(STATUS(&joint, close, copy) == SS_FX_OK);
    cr_assert(ss_sftp_client_fstatvfs(&joint.client, handle, &ticket) == SS_OK);
    cr_expect(joint_answer(&joint, ticket).space.name_most == 255);
    attrs = (struct ss_attrs){.flags = SS_ATTR_SIZE, .size = 2};
    cr_expect(STATUS(&joint, fsetstat, handle, &attrs) == SS_FX_OK);
    cr_expect(STATUS(&joint, close, handle) == SS_FX_OK);
    cr_expect(STATUS(&joint, close, handle) == SS_FX_FAILURE);
    cr_expect(holds(&joint.bench, "f", "ab"));
    cr_assert(ss_sftp_client_stat(&joint.client, s("g"), &ticket) == SS_OK);
    cr_expect(joint_answer(&joint, ticket).attrs.size == 4);
    joint_close(&joint);
}

Test(client_call, names)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_ACMODTIME, .mtime = 9};
    uint8_t room[SS_SFTP_HANDLE_MOST];
    struct ss_sftp_event event;
    struct joint joint;
    ss_span dir;
    uint32_t ticket;

    joint_open(&joint, NULL);
    plant(&joint.bench, "f", "f");
    cr_expect(STATUS(&joint, mkdir, s("d"), NULL) == SS_FX_OK);
    cr_expect(STATUS(&joint, rename, s("f"), s("d/f")) == SS_FX_OK);
    cr_expect(STATUS(&joint, symlink, s("d/f"), s("link")) == SS_FX_OK);
    cr_assert(ss_sftp_client_readlink(&joint.client, s("link"), &ticket) == SS_OK);
    cr_expect(ss_span_is(joint_answer(&joint, ticket).names[0].filename, "d/f"));
    cr_assert(ss_sftp_client_realpath(&joint.client, s("link"), &ticket) == SS_OK);
    cr_expect(ss_span_is(joint_answer(&joint, ticket).names[0].filename, "/d/f"));
    cr_assert(ss_sftp_client_expand_path(&joint.client, s("~/d"), &ticket) == SS_OK);
    cr_expect(ss_span_is(joint_answer(&joint, ticket).names[0].filename, "/d"));
    cr_expect(STATUS(&joint, lsetstat, s("link"), &attrs) == SS_FX_OK);
    cr_assert(ss_sftp_client_lstat(&joint.client, s("link"), &ticket) == SS_OK);
    event = joint_answer(&joint, ticket);
    cr_expect(event.attrs.mtime == 9 && event.attrs.permissions == 0120777);
    attrs = (struct ss_attrs){.flags = SS_ATTR_PERMISSIONS, .permissions = 0400};
    cr_expect(STATUS(&joint, setstat, s("link"), &attrs) == SS_FX_OK);
    cr_assert(ss_sftp_client_stat(&joint.client, s("d/f"), &ticket) == SS_OK);
    cr_expect(joint_answer(&joint, ticket).attrs.permissions == 0100400);
    cr_expect(STATUS(&joint, hardlink, s("d/f"), s("h")) == SS_FX_OK);
    plant(&joint.bench, "g", "g");
    cr_expect(STATUS(&joint, posix_rename, s("h"), s("g")) == SS_FX_OK);
    cr_expect(holds(&joint.bench, "g", "f"));
    cr_assert(ss_sftp_client_statvfs(&joint.client, s("/"), &ticket) == SS_OK);
    cr_expect(joint_answer(&joint, ticket).kind == SS_SFTP_SPACE);
    cr_assert(ss_sftp_client_opendir(&joint.client, s("/"), &ticket) == SS_OK);
    dir = keep(room, joint_answer(&joint, ticket));
    cr_assert(ss_sftp_client_readdir(&joint.client, dir, &ticket) == SS_OK);
    event = joint_answer(&joint, ticket);
    cr_expect(event.name_count == 5 && ss_span_is(event.names[2].filename, "d"));
    cr_expect(STATUS(&joint, readdir, dir) == SS_FX_EOF);
    cr_expect(STATUS(&joint, close, dir) == SS_FX_OK);
    cr_expect(STATUS(&joint, rmdir, s("d")) == SS_FX_FAILURE);
    cr_expect(STATUS(&joint, remove, s("d/f")) == SS_FX_OK);
    cr_expect(STATUS(&joint, rmdir, s("d")) == SS_FX_OK);
    joint_close(&joint);
}

/* A thousand requests before the first answer, moved seven bytes at a time. */
Test(client_call, many_requests_in_flight_are_all_answered)
{
    struct ss_sftp_client_options options = {.outstanding_most = 1024};
    struct joint joint;
    uint32_t ticket;

    joint_open(&joint, &options);
    joint.piece = 7;
    for (uint32_t i = 0; i < 1000; i++)
        cr_assert(ss_sftp_client_stat(&joint.client, s("no"), &ticket) == SS_OK && ticket == i);
    for (uint32_t i = 0; i < 1000; i++)
        cr_assert(joint_answer(&joint, i).code == SS_FX_NO_SUCH_FILE);
    cr_expect(joint.client.outstanding == 0);
    joint_close(&joint);
}

Test(client_call, a_request_may_lie)
{
    struct ss_fxp_stat body = {.path = ss_span_of("/")};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_stat), .body = &body};
    struct ss_lie number = {.kind = SS_LIE_NUMBER, .n = 99};
    struct ss_lie pad = {.kind = SS_LIE_PADDING, .n = 99};
    struct ss_msg not_a_request = {.def = ss_msgdef_of(SS_FXP_init), .body = &body};
    struct joint joint;
    uint32_t ticket;

    joint_open(&joint, NULL);
    cr_assert(ss_sftp_client_send(&joint.client, &msg, &number, 1, &ticket) == SS_OK);
    cr_expect(joint_answer(&joint, ticket).code == SS_FX_OP_UNSUPPORTED);
    cr_expect(ss_sftp_client_send(&joint.client, &msg, &pad, 1, &ticket) == SS_E_bad_argument);
    cr_expect(ss_sftp_client_send(&joint.client, &not_a_request, NULL, 0, &ticket) ==
              SS_E_bad_argument);
    not_a_request.def = ss_msgdef_of(SS_FXP_status);
    cr_expect(ss_sftp_client_send(&joint.client, &not_a_request, NULL, 0, &ticket) ==
              SS_E_bad_argument);
    cr_expect(joint.client.outstanding == 0);
    joint_close(&joint);
}

/* An extension that nobody here knows may be answered by anything. */
Test(client_call, an_unknown_extension_is_sent_as_it_is)
{
    struct ss_fxp_extended body = {.request = ss_span_of("ping@example.com"),
                                   .body = {.raw = ss_span_of("payload")}};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_extended), .body = &body};
    struct ss_fxp_extended_reply reply = {.data = ss_span_of("pong")};
    struct ss_sftp_client client;
    struct ss_sftp_event event;
    uint32_t ticket;

    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_send(&client, &msg, NULL, 0, &ticket) == SS_OK);
    reply.id = ticket;
    feed_msg(&client, SS_FXP_extended_reply, &reply);
    cr_assert(ss_sftp_client_poll(&client, &event) == SS_OK);
    cr_expect(event.kind == SS_SFTP_REPLY && ss_span_is(event.bytes, "pong"));
    cr_expect(event.request == SS_FXP_extended);
    ss_sftp_client_fini(&client);
}

Test(client_call, a_write_in_place_can_be_taken_back)
{
    struct ss_sftp_client client;
    struct ss_sftp_slab slab;
    uint8_t *bytes;
    uint32_t ticket = 77;

    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_write_open(&client, ss_span_of("h"), 5, 10, &slab, &bytes) == SS_OK);
    cr_expect(ss_sftp_client_write_commit(&client, &slab, 11, &ticket) == SS_E_bad_argument);
    cr_expect(ss_sftp_client_write_commit(&client, &slab, 0, &ticket) == SS_OK);
    cr_expect(ticket == 77 && ss_sftp_client_output(&client).size == 0);
    cr_expect(client.outstanding == 0);
    cr_assert(ss_sftp_client_write_open(&client, ss_span_of("h"), 5, 10, &slab, &bytes) == SS_OK);
    memcpy(bytes, "ab", 2);
    cr_expect(ss_sftp_client_write_commit(&client, &slab, 2, &ticket) == SS_OK && ticket == 0);
    cr_expect(ss_span_eq(ss_sftp_client_output(&client),
                         test_hex("00000018 06 00000000 00000001 68 0000000000000005 00000002 "
                                  "6162")));
    ss_sftp_client_fini(&client);
}
