/* SPDX-License-Identifier: Apache-2.0 */
/* test_memory.c - a whole session, client and server joined, with each allocation failing once.
 *
 * Whatever fails: no crash, nothing lost, and an error is never taken for success. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(memory, .fini = test_counted_check);

enum { SIZE = 70000 };

struct session {
    struct ss_sftp_sink sink;
    struct ss_sftp_source source;
    struct ss_mem_fs *mem;
    struct ss_sftp_server server;
    struct ss_sftp_frames frames;
    struct ss_buf out;
    struct ss_sftp_client client;
    struct ss_sftp_transfer transfer;
    uint64_t got;
    bool right; /* every byte that came is the one that was sent */
};

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 13 + offset / 251);
}

static ss_err take_piece(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes)
{
    struct session *s = SS_CONTAINER_OF(sink, struct session, sink);

    for (size_t i = 0; i < bytes.size; i++)
        s->right = s->right && bytes.data[i] == byte_at(offset + i);
    s->got += bytes.size;
    return SS_OK;
}

static ss_err give_piece(struct ss_sftp_source *source, uint64_t offset, uint8_t *out, size_t n,
                         size_t *out_got)
{
    (void)source;
    if (n > SIZE - offset)
        n = (size_t)(SIZE - offset);
    for (size_t i = 0; i < n; i++)
        out[i] = byte_at(offset + i);
    *out_got = n;
    return SS_OK;
}

static ss_err move(struct session *s)
{
    ss_span payload;
    ss_err err = ss_sftp_frames_feed(&s->frames, ss_sftp_client_output(&s->client));

    ss_sftp_client_sent(&s->client, SIZE_MAX);
    while (err == SS_OK && (err = ss_sftp_frames_next(&s->frames, &payload)) == SS_OK)
        err = ss_sftp_server_take(&s->server, payload, &s->out);
    if (err != SS_E_more_input)
        return err;
    SS_TRY(ss_sftp_client_feed(&s->client, ss_buf_span(&s->out)));
    ss_buf_clear(&s->out);
    return SS_OK;
}

static ss_err wait_for(struct session *s, struct ss_sftp_event *event)
{
    ss_err err = ss_sftp_client_poll(&s->client, event);

    while (err == SS_E_more_input) {
        SS_TRY(move(s));
        err = ss_sftp_client_poll(&s->client, event);
    }
    return err;
}

static ss_err run_transfer(struct session *s)
{
    struct ss_sftp_event event;

    while (s->transfer.state != SS_SFTP_DONE) {
        SS_TRY(wait_for(s, &event));
        cr_assert(ss_sftp_transfer_take(&s->transfer, &event));
    }
    return s->transfer.err;
}

static ss_err list(struct session *s)
{
    uint8_t room[SS_SFTP_HANDLE_MOST];
    struct ss_sftp_event event;
    uint32_t ticket;
    ss_span handle;

    SS_TRY(ss_sftp_client_opendir(&s->client, ss_span_of("/"), &ticket));
    SS_TRY(wait_for(s, &event));
    if (event.kind != SS_SFTP_HANDLE)
        return SS_E_sftp_status;
    memcpy(room, event.bytes.data, event.bytes.size);
    handle = ss_span_make(room, event.bytes.size);
    SS_TRY(ss_sftp_client_readdir(&s->client, handle, &ticket));
    SS_TRY(ss_sftp_client_realpath(&s->client, ss_span_of("f"), &ticket));
    SS_TRY(ss_sftp_client_limits(&s->client, &ticket));
    SS_TRY(wait_for(s, &event));
    if (event.kind != SS_SFTP_NAMES || event.name_count != 3)
        return SS_E_sftp_status;
    SS_TRY(wait_for(s, &event));
    if (event.kind != SS_SFTP_NAMES || !ss_span_is(event.names[0].filename, "/f"))
        return SS_E_sftp_status;
    SS_TRY(wait_for(s, &event));
    return event.kind == SS_SFTP_LIMITS ? SS_OK : SS_E_sftp_status;
}

static ss_err talk(struct session *s)
{
    struct ss_sftp_event event;

    SS_TRY(ss_sftp_client_start(&s->client));
    SS_TRY(wait_for(s, &event));
    SS_TRY(ss_sftp_put_start(&s->transfer, &s->client, ss_span_of("f"), &s->source, NULL));
    SS_TRY(run_transfer(s));
    ss_sftp_transfer_fini(&s->transfer);
    SS_TRY(ss_sftp_get_start(&s->transfer, &s->client, ss_span_of("f"), &s->sink, NULL));
    SS_TRY(run_transfer(s));
    return list(s);
}

static ss_err session_run(struct session *s)
{
    const struct ss_env *env = &test_counted()->env;
    ss_err err;

    memset(s, 0, sizeof *s);
    s->sink.write = take_piece;
    s->source.read = give_piece;
    s->right = true;
    ss_sftp_frames_init(&s->frames, env, 0);
    ss_buf_init(&s->out, env, 4 << 20);
    err = ss_mem_fs_new(env, NULL, &s->mem);
    if (err != SS_OK)
        return err;
    err = ss_sftp_server_init(&s->server, env, ss_mem_fs_fs(s->mem), NULL);
    if (err == SS_OK)
        err = ss_sftp_client_init(&s->client, env, NULL);
    if (err == SS_OK)
        err = talk(s);
    if (s->client.env != NULL) {
        ss_sftp_transfer_fini(&s->transfer);
        ss_sftp_client_fini(&s->client);
    }
    ss_sftp_server_fini(&s->server);
    ss_sftp_frames_fini(&s->frames);
    ss_buf_fini(&s->out);
    ss_mem_fs_free(&s->mem);
    return err;
}

Test(memory, any_allocation_of_a_session_may_fail)
{
    struct ss_counted *counted = test_counted();
    struct session s;
    size_t total;

    counted->calls = 0;
    cr_assert(session_run(&s) == SS_OK && s.got == SIZE && s.right);
    total = counted->calls;
    cr_assert(total > 50);
    for (size_t n = 1; n <= total; n++) {
        for (int after = 0; after < 2; after++) {
            ss_err err;

            counted->calls = 0;
            counted->fail_at = n;
            counted->fail_after = after != 0;
            err = session_run(&s);
            counted->fail_at = 0;
            cr_expect(s.right);
            cr_expect(err != SS_OK || (s.got == SIZE && !s.transfer.err), "allocation %zu", n);
            cr_expect(err != SS_OK || after == 0 || n > total - 20, "allocation %zu", n);
            cr_assert(counted->blocks == 0, "allocation %zu: %zu blocks", n, counted->blocks);
        }
    }
}
