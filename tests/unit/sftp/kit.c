/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - a server on a tree in memory, asked message by message, and a client joined to it.
 *
 * Owns: the setting up and the moving of bytes.
 * Not here: what is expected.
 * Called by: tests/unit/sftp. */
#include "kit.h"

#include <criterion/criterion.h>

enum { OUT_MOST = 8 << 20, ARENA_MOST = 8 << 20, HANDLES = 16 };

static void send_init(struct bench *bench)
{
    struct ss_fxp_init body = {.version = 3};
    struct ss_msg msg = {.def = ss_msgdef_of(SS_FXP_init), .body = &body};

    cr_assert(ss_sftp_server_answer(&bench->server, &msg, &bench->out) == SS_OK);
    ss_buf_clear(&bench->out);
}

static void bench_set_up(struct bench *bench, const struct ss_sftp_server_options *options)
{
    memset(bench, 0, sizeof *bench);
    bench->env = &test_counted()->env;
    cr_assert(ss_mem_fs_new(bench->env, NULL, &bench->mem) == SS_OK);
    bench->fs = ss_mem_fs_fs(bench->mem);
    ss_buf_init(&bench->out, bench->env, OUT_MOST);
    ss_arena_init(&bench->arena, bench->env, ARENA_MOST);
    cr_assert(ss_sftp_server_init(&bench->server, bench->env, bench->fs, options) == SS_OK);
    bench->id = 100;
}

void bench_open(struct bench *bench, const struct ss_sftp_server_options *options)
{
    bench_set_up(bench, options);
    send_init(bench);
}

void bench_close(struct bench *bench)
{
    ss_sftp_server_fini(&bench->server);
    ss_buf_fini(&bench->out);
    ss_arena_fini(&bench->arena);
    ss_mem_fs_free(&bench->mem);
}

/* The one frame that is in out, decoded without any leniency. */
static struct ss_msg take_reply(struct bench *bench)
{
    ss_span all = ss_buf_span(&bench->out);
    struct ss_msg reply = {0};
    unsigned odd = 0;

    cr_assert(all.size > 4 && ss_load_u32(all.data) == all.size - 4, "not exactly one frame");
    ss_arena_reset(&bench->arena);
    cr_assert(ss_sftp_decode(&bench->arena, ss_span_part(all, 4, SIZE_MAX), &reply, &odd, NULL) ==
              SS_OK);
    cr_assert(odd == 0, "the reply is odd: %u", odd);
    cr_assert(reply.def->sender == SS_SERVER);
    return reply;
}

struct ss_msg ask(struct bench *bench, enum ss_msgid id, void *body)
{
    struct ss_msg msg = {.def = ss_msgdef_of(id), .body = body};
    struct ss_buf frame;
    struct ss_msg reply;
    uint32_t got;
    ss_span payload;

    bench->id++;
    memcpy(body, &bench->id, sizeof bench->id);
    ss_buf_init(&frame, bench->env, OUT_MOST);
    cr_assert(ss_sftp_frame_put(&frame, &msg, NULL, 0) == SS_OK);
    payload = ss_span_part(ss_buf_span(&frame), 4, SIZE_MAX);
    ss_buf_clear(&bench->out);
    cr_assert(ss_sftp_server_take(&bench->server, payload, &bench->out) == SS_OK);
    ss_buf_fini(&frame);
    reply = take_reply(bench);
    memcpy(&got, reply.body, sizeof got);
    cr_assert(got == bench->id, "asked with id %u, answered with %u", bench->id, got);
    return reply;
}

struct ss_msg ask_extended(struct bench *bench, enum ss_msgid tail, void *body)
{
    struct ss_fxp_extended request = {.body = {.def = ss_msgdef_of(tail), .value = body}};

    return ask(bench, SS_FXP_extended, &request);
}

struct ss_msg ask_raw(struct bench *bench, ss_span payload)
{
    ss_buf_clear(&bench->out);
    cr_assert(ss_sftp_server_take(&bench->server, test_guarded(payload), &bench->out) == SS_OK);
    return take_reply(bench);
}

uint32_t status_of(struct ss_msg reply)
{
    const struct ss_fxp_status *body = reply.body;

    cr_assert(reply.def->id == SS_FXP_status, "answered by %s", reply.def->name);
    cr_assert(ss_span_is(body->message, ss_fx_text(body->code)));
    return body->code;
}

uint32_t ask_status(struct bench *bench, enum ss_msgid id, void *body)
{
    return status_of(ask(bench, id, body));
}

static ss_span keep_handle(struct ss_msg reply)
{
    static uint8_t kept[HANDLES][SS_SFTP_HANDLE_MOST];
    static size_t next;
    uint8_t *slot = kept[next++ % HANDLES];
    const struct ss_fxp_handle *body = reply.body;

    cr_assert(reply.def->id == SS_FXP_handle, "answered by %s", reply.def->name);
    cr_assert(body->handle.size > 0 && body->handle.size <= SS_SFTP_HANDLE_MOST);
    memcpy(slot, body->handle.data, body->handle.size);
    return ss_span_make(slot, body->handle.size);
}

ss_span open_file(struct bench *bench, const char *path, uint32_t pflags)
{
    struct ss_fxp_open body = {.filename = ss_span_of(path), .pflags = pflags};

    return keep_handle(ask(bench, SS_FXP_open, &body));
}

ss_span open_dir(struct bench *bench, const char *path)
{
    struct ss_fxp_opendir body = {.path = ss_span_of(path)};

    return keep_handle(ask(bench, SS_FXP_opendir, &body));
}

uint32_t close_handle(struct bench *bench, ss_span handle)
{
    struct ss_fxp_close body = {.handle = handle};

    return ask_status(bench, SS_FXP_close, &body);
}

void plant(struct bench *bench, const char *path, const char *text)
{
    cr_assert(ss_fs_put_file(bench->fs, ss_span_of(path), ss_span_of(text), 0644) == SS_FX_OK, "%s",
              path);
}

bool holds(struct bench *bench, const char *path, const char *text)
{
    struct ss_buf bytes;
    bool same;

    ss_buf_init(&bytes, bench->env, OUT_MOST);
    same = ss_fs_get_file(bench->fs, ss_span_of(path), &bytes) == SS_FX_OK &&
           ss_span_is(ss_buf_span(&bytes), text);
    ss_buf_fini(&bytes);
    return same;
}

/* ---- joined ---- */

void joint_open(struct joint *joint, const struct ss_sftp_client_options *options)
{
    struct ss_sftp_event event;

    memset(joint, 0, sizeof *joint);
    bench_set_up(&joint->bench, NULL);
    ss_sftp_frames_init(&joint->frames, joint->bench.env, 0);
    cr_assert(ss_sftp_client_init(&joint->client, joint->bench.env, options) == SS_OK);
    cr_assert(ss_sftp_client_start(&joint->client) == SS_OK);
    event = joint_wait(joint);
    cr_assert(event.kind == SS_SFTP_READY);
}

void joint_close(struct joint *joint)
{
    ss_sftp_client_fini(&joint->client);
    ss_sftp_frames_fini(&joint->frames);
    bench_close(&joint->bench);
}

ss_err joint_move(struct joint *joint)
{
    size_t piece = joint->piece != 0 ? joint->piece : SIZE_MAX;
    ss_span there = ss_span_part(ss_sftp_client_output(&joint->client), 0,
                                 piece < SS_SFTP_FRAME_MOST ? piece : SS_SFTP_FRAME_MOST);
    ss_span payload, back;
    ss_err err;

    SS_TRY(ss_sftp_frames_feed(&joint->frames, there));
    ss_sftp_client_sent(&joint->client, there.size);
    while ((err = ss_sftp_frames_next(&joint->frames, &payload)) == SS_OK)
        SS_TRY(ss_sftp_server_take(&joint->bench.server, payload, &joint->bench.out));
    if (err != SS_E_more_input)
        return err;
    back = ss_span_part(ss_buf_span(&joint->bench.out), 0,
                        piece < SS_SFTP_FRAME_MOST ? piece : SS_SFTP_FRAME_MOST);
    SS_TRY(ss_sftp_client_feed(&joint->client, back));
    ss_buf_consume(&joint->bench.out, back.size);
    return SS_OK;
}

struct ss_sftp_event joint_wait(struct joint *joint)
{
    struct ss_sftp_event event;
    ss_err err = ss_sftp_client_poll(&joint->client, &event);

    for (int turn = 0; err == SS_E_more_input && turn < 1000000; turn++) {
        cr_assert(joint_move(joint) == SS_OK);
        err = ss_sftp_client_poll(&joint->client, &event);
    }
    cr_assert(err == SS_OK, "%s", ss_err_text(err));
    return event;
}

struct ss_sftp_event joint_answer(struct joint *joint, uint32_t ticket)
{
    struct ss_sftp_event event = joint_wait(joint);

    cr_assert(event.ticket == ticket);
    return event;
}

/* ---- by hand ---- */

void ready_client(struct ss_sftp_client *client, const struct ss_sftp_client_options *options)
{
    struct ss_grp_sftp_extension rows[] = {
        {.name = ss_span_of("limits@openssh.com"), .data = ss_span_of("1")},
        {.name = ss_span_of("statvfs@openssh.com"), .data = ss_span_of("2")},
        {.name = ss_span_of("posix-rename@openssh.com"), .data = ss_span_of("9")},
    };
    struct ss_fxp_version body = {.version = 3, .extensions = {rows, SS_COUNT(rows)}};
    struct ss_sftp_event event;

    cr_assert(ss_sftp_client_init(client, &test_counted()->env, options) == SS_OK);
    cr_assert(ss_sftp_client_start(client) == SS_OK);
    feed_msg(client, SS_FXP_version, &body);
    cr_assert(ss_sftp_client_poll(client, &event) == SS_OK && event.kind == SS_SFTP_READY);
    ss_sftp_client_sent(client, SIZE_MAX);
}

void feed_msg(struct ss_sftp_client *client, enum ss_msgid id, void *body)
{
    struct ss_msg msg = {.def = ss_msgdef_of(id), .body = body};
    struct ss_buf frame;

    ss_buf_init(&frame, &test_counted()->env, OUT_MOST);
    cr_assert(ss_sftp_frame_put(&frame, &msg, NULL, 0) == SS_OK);
    cr_assert(ss_sftp_client_feed(client, ss_buf_span(&frame)) == SS_OK);
    ss_buf_fini(&frame);
}

void feed_status(struct ss_sftp_client *client, uint32_t id, uint32_t code)
{
    struct ss_fxp_status body = {.id = id, .code = code, .message = ss_span_of("so it is")};

    feed_msg(client, SS_FXP_status, &body);
}

void feed_handle(struct ss_sftp_client *client, uint32_t id, const char *handle)
{
    struct ss_fxp_handle body = {.id = id, .handle = ss_span_of(handle)};

    feed_msg(client, SS_FXP_handle, &body);
}

void feed_data(struct ss_sftp_client *client, uint32_t id, ss_span data)
{
    struct ss_fxp_data body = {.id = id, .data = data};

    feed_msg(client, SS_FXP_data, &body);
}
