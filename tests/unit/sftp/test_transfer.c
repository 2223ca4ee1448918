/* SPDX-License-Identifier: Apache-2.0 */
/* test_transfer.c - whole files, with our server and with servers that break rules. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(transfer, .fini = test_counted_check);

enum { FILE_MOST = 300000 };

/* A file of ours, in memory. */
struct local {
    struct ss_sftp_sink sink;
    struct ss_sftp_source source;
    uint8_t bytes[FILE_MOST];
    uint64_t size;
    size_t gives; /* most bytes of one read of the source; 0: all that is asked */
    ss_err err;   /* what the next call says */
};
static struct local local;

static ss_err take_piece(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes)
{
    struct local *l = SS_CONTAINER_OF(sink, struct local, sink);

    if (l->err != SS_OK)
        return l->err;
    cr_assert(offset + bytes.size <= FILE_MOST);
    memcpy(l->bytes + offset, bytes.data, bytes.size);
    if (offset + bytes.size > l->size)
        l->size = offset + bytes.size;
    return SS_OK;
}

static ss_err give_piece(struct ss_sftp_source *source, uint64_t offset, uint8_t *out, size_t n,
                         size_t *out_got)
{
    struct local *l = SS_CONTAINER_OF(source, struct local, source);

    if (l->err != SS_OK)
        return l->err;
    if (n > l->size - offset)
        n = (size_t)(l->size - offset);
    if (l->gives != 0 && n > l->gives)
        n = l->gives;
    memcpy(out, l->bytes + offset, n);
    *out_got = n;
    return SS_OK;
}

static void local_fill(uint64_t size)
{
    memset(&local, 0, sizeof local);
    local.sink.write = take_piece;
    local.source.read = give_piece;
    local.size = size;
    for (size_t i = 0; i < size; i++)
        local.bytes[i] = (uint8_t)(i * 31 + i / 256 * 7 + 1);
}

static void run(struct joint *joint, struct ss_sftp_transfer *t)
{
    while (t->state != SS_SFTP_DONE) {
        struct ss_sftp_event event = joint_wait(joint);

        cr_assert(ss_sftp_transfer_take(t, &event));
    }
}

static const uint64_t sizes[] = {0, 1, 999, 1000, 1001, 2000, 64000, 65537, FILE_MOST};

Test(transfer, files_of_any_size_go_there_and_come_back)
{
    static const struct ss_sftp_transfer_options options[] = {
        {.window = 1, .block = 1000},
        {.window = 5, .block = 1000, .permissions = 0600},
        {.block = 0}};

    for (size_t i = 0; i < SS_COUNT(sizes) * SS_COUNT(options); i++) {
        const struct ss_sftp_transfer_options *how = &options[i % SS_COUNT(options)];
        uint64_t size = sizes[i / SS_COUNT(options)];
        static uint8_t before[FILE_MOST];
        struct ss_sftp_transfer t;
        struct joint joint;

        local_fill(size);
        memcpy(before, local.bytes, sizeof before);
        joint_open(&joint, NULL);
        cr_assert(ss_sftp_put_start(&t, &joint.client, ss_span_of("/f"), &local.source, how) ==
                  SS_OK);
        run(&joint, &t);
        cr_expect(t.err == SS_OK && t.bytes == size && ss_sftp_transfer_prefix(&t) == size,
                  "put %zu: %s", i, ss_err_name(t.err));
        ss_sftp_transfer_fini(&t);
        local_fill(0);
        cr_assert(ss_sftp_get_start(&t, &joint.client, ss_span_of("/f"), &local.sink, how) ==
                  SS_OK);
        run(&joint, &t);
        cr_expect(t.err == SS_OK && t.bytes == size && ss_sftp_transfer_prefix(&t) == size,
                  "get %zu: %s", i, ss_err_name(t.err));
        cr_expect(local.size == size && memcmp(local.bytes, before, size) == 0, "%zu", i);
        cr_expect(joint.client.outstanding == 0 && joint.bench.server.open_handles == 0);
        ss_sftp_transfer_fini(&t);
        joint_close(&joint);
    }
}

/* The same bytes, whatever the pieces of the pipe and of the source, and a full output. */
Test(transfer, small_pieces_and_little_room_change_nothing)
{
    struct ss_sftp_client_options tight = {.outstanding_most = 4, .output_most = 2500};
    struct ss_sftp_transfer_options how = {.block = 1000};
    struct ss_sftp_transfer t;
    struct joint joint;

    local_fill(50000);
    local.gives = 700;
    joint_open(&joint, &tight);
    joint.piece = 333;
    cr_assert(ss_sftp_put_start(&t, &joint.client, ss_span_of("/f"), &local.source, &how) == SS_OK);
    while (t.state != SS_SFTP_DONE) {
        struct ss_sftp_event event;

        cr_assert(joint_move(&joint) == SS_OK);
        if (ss_sftp_client_poll(&joint.client, &event) == SS_OK)
            cr_assert(ss_sftp_transfer_take(&t, &event));
        ss_sftp_transfer_pump(&t);
    }
    cr_expect(t.err == SS_OK && t.bytes == 50000);
    ss_sftp_transfer_fini(&t);
    local_fill(0);
    cr_assert(ss_sftp_get_start(&t, &joint.client, ss_span_of("/f"), &local.sink, &how) == SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_OK && local.size == 50000 &&
              local.bytes[49999] == (uint8_t)(49999 * 31 + 49999 / 256 * 7 + 1));
    ss_sftp_transfer_fini(&t);
    joint_close(&joint);
}

Test(transfer, two_at_once_do_not_mix)
{
    static struct local other;
    struct ss_sftp_transfer_options how = {.window = 3, .block = 500};
    struct ss_sftp_transfer get, put;
    struct joint joint;

    joint_open(&joint, NULL);
    plant(&joint.bench, "a", "the first file");
    local_fill(20000);
    other = local;
    other.size = 0;
    cr_assert(ss_sftp_put_start(&put, &joint.client, ss_span_of("b"), &local.source, &how) ==
              SS_OK);
    cr_assert(ss_sftp_get_start(&get, &joint.client, ss_span_of("a"), &other.sink, &how) == SS_OK);
    while (put.state != SS_SFTP_DONE || get.state != SS_SFTP_DONE) {
        struct ss_sftp_event event = joint_wait(&joint);

        cr_assert(ss_sftp_transfer_take(&put, &event) != ss_sftp_transfer_take(&get, &event));
    }
    cr_expect(put.err == SS_OK && get.err == SS_OK);
    cr_expect(other.size == 14 && memcmp(other.bytes, "the first file", 14) == 0);
    ss_sftp_transfer_fini(&put);
    ss_sftp_transfer_fini(&get);
    joint_close(&joint);
}

Test(transfer, refusals_are_told_with_their_status)
{
    struct ss_sftp_transfer t;
    struct joint joint;

    local_fill(10);
    joint_open(&joint, NULL);
    cr_assert(ss_sftp_get_start(&t, &joint.client, ss_span_of("no"), &local.sink, NULL) == SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_E_sftp_status && t.status == SS_FX_NO_SUCH_FILE);
    ss_sftp_transfer_fini(&t);
    cr_assert(ss_sftp_put_start(&t, &joint.client, ss_span_of("no/f"), &local.source, NULL) ==
              SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_E_sftp_status && t.status == SS_FX_NO_SUCH_FILE);
    ss_sftp_transfer_fini(&t);
    joint_close(&joint);
}

Test(transfer, errors_of_ours_end_it_and_close_the_handle)
{
    struct ss_sftp_transfer_options small = {.size_most = 1500, .block = 1000, .window = 4};
    struct ss_sftp_transfer t;
    struct joint joint;

    joint_open(&joint, NULL);
    local_fill(5000);
    cr_assert(ss_sftp_put_start(&t, &joint.client, ss_span_of("f"), &local.source, &small) ==
              SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_E_ceiling && t.bytes <= 1500);
    ss_sftp_transfer_fini(&t);
    local.err = SS_E_io;
    cr_assert(ss_sftp_put_start(&t, &joint.client, ss_span_of("f"), &local.source, NULL) == SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_E_io);
    ss_sftp_transfer_fini(&t);
    local.err = SS_OK;
    cr_assert(ss_sftp_put_start(&t, &joint.client, ss_span_of("f"), &local.source, NULL) == SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_OK);
    ss_sftp_transfer_fini(&t);
    cr_assert(ss_sftp_get_start(&t, &joint.client, ss_span_of("f"), &local.sink, &small) == SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_E_ceiling && t.bytes == 0, "told by the size, before any byte");
    ss_sftp_transfer_fini(&t);
    local.err = SS_E_io;
    cr_assert(ss_sftp_get_start(&t, &joint.client, ss_span_of("f"), &local.sink, NULL) == SS_OK);
    run(&joint, &t);
    cr_expect(t.err == SS_E_io && ss_sftp_transfer_prefix(&t) == 0);
    ss_sftp_transfer_fini(&t);
    cr_expect(joint.bench.server.open_handles == 0 && joint.client.outstanding == 0);
    joint_close(&joint);
}

/* ---- servers that are played by hand ---- */

static void take_next(struct ss_sftp_client *client, struct ss_sftp_transfer *t)
{
    struct ss_sftp_event event;

    cr_assert(ss_sftp_client_poll(client, &event) == SS_OK, "%s",
              ss_err_name(ss_sftp_client_fault(client)->err));
    cr_assert(ss_sftp_transfer_take(t, &event));
}

/* A get that is MOVING with `window` reads of 10 bytes, tickets 2, 3, ... */
static void begin_get(struct ss_sftp_client *client, struct ss_sftp_transfer *t, uint64_t size,
                      uint32_t window)
{
    struct ss_sftp_transfer_options how = {.block = 10, .window = window};
    struct ss_fxp_attrs attrs = {.id = 1, .attrs = {.flags = SS_ATTR_SIZE, .size = size}};

    local_fill(0);
    ready_client(client, NULL);
    cr_assert(ss_sftp_get_start(t, client, ss_span_of("f"), &local.sink, &how) == SS_OK);
    feed_handle(client, 0, "h");
    take_next(client, t);
    feed_msg(client, SS_FXP_attrs, &attrs);
    take_next(client, t);
    cr_assert(t->state == SS_SFTP_MOVING);
}

/* The CLOSE that must be the last request. */
static void expect_close(struct ss_sftp_client *client, struct ss_sftp_transfer *t, ss_err err)
{
    cr_assert(t->state == SS_SFTP_CLOSING && t->asked, "state %d", (int)t->state);
    cr_expect(client->outstanding == 1);
    feed_status(client, t->ticket, SS_FX_OK);
    take_next(client, t);
    cr_expect(t->state == SS_SFTP_DONE && t->err == err, "%s", ss_err_name(t->err));
    ss_sftp_transfer_fini(t);
    ss_sftp_client_fini(client);
}

/* rules: SFTP02-6.4-read-short-client, SFTP02-6.1-out-of-order-responses */
Test(transfer, short_answers_in_any_order_are_asked_on)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_get(&client, &t, 25, 3);
    feed_data(&client, 4, ss_span_of("uvwxy"));
    feed_data(&client, 2, ss_span_of("abc")); /* 7 more: ticket 5 */
    feed_data(&client, 3, ss_span_of("klmnopqrst"));
    for (int i = 0; i < 3; i++)
        take_next(&client, &t);
    cr_expect(ss_sftp_transfer_prefix(&t) == 3);
    feed_data(&client, 5, ss_span_of("defghi")); /* 1 more: ticket 6 */
    take_next(&client, &t);
    feed_data(&client, 6, ss_span_of("j"));
    take_next(&client, &t);
    cr_expect(local.size == 25 && memcmp(local.bytes, "abcdefghijklmnopqrstuvwxy", 25) == 0);
    expect_close(&client, &t, SS_OK);
}

Test(transfer, an_end_before_the_size_is_an_error)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_get(&client, &t, 25, 3);
    feed_data(&client, 2, ss_span_of("0123456789"));
    feed_status(&client, 3, SS_FX_EOF);
    feed_status(&client, 4, SS_FX_EOF);
    for (int i = 0; i < 3; i++)
        take_next(&client, &t);
    cr_expect(ss_sftp_transfer_prefix(&t) == 10);
    expect_close(&client, &t, SS_E_truncated);
}

Test(transfer, without_a_size_the_end_is_where_the_server_says)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_get(&client, &t, 0, 3);
    feed_status(&client, 4, SS_FX_EOF);
    feed_data(&client, 3, ss_span_of("k")); /* 9 more: ticket 5 */
    feed_data(&client, 2, ss_span_of("abcdefghij"));
    for (int i = 0; i < 3; i++)
        take_next(&client, &t);
    feed_status(&client, 5, SS_FX_EOF);
    take_next(&client, &t);
    cr_expect(local.size == 11 && t.end == 11 && ss_sftp_transfer_prefix(&t) == 11);
    expect_close(&client, &t, SS_OK);
}

Test(transfer, data_behind_the_end_is_an_error)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_get(&client, &t, 0, 2);
    feed_status(&client, 2, SS_FX_EOF);
    feed_data(&client, 3, ss_span_of("0123456789"));
    take_next(&client, &t);
    take_next(&client, &t);
    cr_expect(ss_sftp_transfer_prefix(&t) == 0);
    expect_close(&client, &t, SS_E_bad_value);
}

Test(transfer, a_failed_read_ends_it_with_what_came_before)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_get(&client, &t, 100, 3);
    feed_data(&client, 2, ss_span_of("0123456789")); /* the next piece: ticket 5 */
    take_next(&client, &t);
    feed_status(&client, 3, SS_FX_PERMISSION_DENIED);
    feed_data(&client, 4, ss_span_of("012")); /* short, and not asked on any more */
    feed_status(&client, 5, SS_FX_OK + 4);
    for (int i = 0; i < 3; i++)
        take_next(&client, &t);
    cr_expect(t.status == SS_FX_PERMISSION_DENIED, "the first failure stays");
    cr_expect(ss_sftp_transfer_prefix(&t) == 10);
    expect_close(&client, &t, SS_E_sftp_status);
}

/* rule: C-07: more than asked, and a session that ends */
Test(transfer, a_server_that_cannot_be_trusted_ends_the_session)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;
    struct ss_sftp_event event;
    ss_err err;

    begin_get(&client, &t, 25, 3);
    feed_data(&client, 2, ss_span_of("0123456789x"));
    err = ss_sftp_client_poll(&client, &event);
    cr_assert(err == SS_E_bad_value);
    ss_sftp_transfer_abort(&t, err);
    cr_expect(t.state == SS_SFTP_DONE && t.err == SS_E_bad_value && local.size == 0);
    ss_sftp_transfer_abort(&t, SS_E_io);
    cr_expect(t.err == SS_E_bad_value);
    ss_sftp_transfer_pump(&t);
    ss_sftp_transfer_fini(&t);
    ss_sftp_client_fini(&client);
}

Test(transfer, an_endless_file_stops_at_the_limit)
{
    struct ss_sftp_transfer_options how = {.block = 10, .window = 2, .size_most = 35};
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;
    uint32_t id = 2;

    local_fill(0);
    ready_client(&client, NULL);
    cr_assert(ss_sftp_get_start(&t, &client, ss_span_of("f"), &local.sink, &how) == SS_OK);
    feed_handle(&client, 0, "h");
    take_next(&client, &t);
    feed_status(&client, 1, SS_FX_FAILURE); /* no FSTAT here: the size is unknown */
    take_next(&client, &t);
    while (t.state == SS_SFTP_MOVING) {
        feed_data(&client, id++, ss_span_of("zzzzzzzzzz"));
        take_next(&client, &t);
    }
    cr_expect(t.bytes == 30);
    expect_close(&client, &t, SS_E_ceiling);
}

/* rule: OSSHSFTP-4.8-limits-honoured, sftp-openssh-limits-bogus */
Test(transfer, blocks_stay_below_the_servers_limits)
{
    static const struct {
        uint64_t limit;
        uint32_t asked;
    } rows[] = {{0, 10}, {7, 7}, {1, 1}, {UINT64_MAX, 10}};

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_sftp_transfer_options how = {.block = 10, .window = 1};
        struct ss_fxp_attrs attrs = {.id = 1, .attrs = {.flags = SS_ATTR_SIZE, .size = 100}};
        struct ss_sftp_client client;
        struct ss_sftp_transfer t;
        ss_span out;

        local_fill(0);
        ready_client(&client, NULL);
        client.limits.read = rows[i].limit;
        cr_assert(ss_sftp_get_start(&t, &client, ss_span_of("f"), &local.sink, &how) == SS_OK);
        feed_handle(&client, 0, "h");
        take_next(&client, &t);
        feed_msg(&client, SS_FXP_attrs, &attrs);
        take_next(&client, &t);
        out = ss_sftp_client_output(&client);
        cr_expect(ss_load_u32(out.data + out.size - 4) == rows[i].asked, "row %zu", i);
        ss_sftp_transfer_abort(&t, SS_E_closed);
        ss_sftp_transfer_fini(&t);
        ss_sftp_client_fini(&client);
    }
}

/* A put of 20 bytes in two writes, tickets 1 and 2. */
static void begin_put(struct ss_sftp_client *client, struct ss_sftp_transfer *t)
{
    struct ss_sftp_transfer_options how = {.block = 10, .window = 2};

    local_fill(20);
    ready_client(client, NULL);
    cr_assert(ss_sftp_put_start(t, client, ss_span_of("f"), &local.source, &how) == SS_OK);
    feed_handle(client, 0, "h");
    take_next(client, t);
}

Test(transfer, a_failed_write_is_not_lost)
{
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_put(&client, &t);
    feed_status(&client, 2, SS_FX_FAILURE);
    feed_status(&client, 1, SS_FX_OK);
    take_next(&client, &t);
    take_next(&client, &t);
    cr_expect(t.bytes == 10 && t.status == SS_FX_FAILURE && ss_sftp_transfer_prefix(&t) == 10);
    expect_close(&client, &t, SS_E_sftp_status);
}

Test(transfer, a_size_that_is_not_what_was_sent_is_an_error)
{
    static const struct {
        uint32_t flags;
        uint64_t size;
        ss_err err;
    } rows[] = {{SS_ATTR_SIZE, 20, SS_OK}, {SS_ATTR_SIZE, 19, SS_E_bad_value}, {0, 0, SS_OK}};

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_fxp_attrs attrs = {.attrs = {.flags = rows[i].flags, .size = rows[i].size}};
        struct ss_sftp_client client;
        struct ss_sftp_transfer t;

        begin_put(&client, &t);
        feed_status(&client, 1, SS_FX_OK);
        feed_status(&client, 2, SS_FX_OK);
        take_next(&client, &t);
        take_next(&client, &t);
        cr_assert(t.state == SS_SFTP_CONFIRMING);
        attrs.id = t.ticket;
        feed_msg(&client, SS_FXP_attrs, &attrs);
        take_next(&client, &t);
        expect_close(&client, &t, rows[i].err);
    }
}

Test(transfer, a_close_that_fails_fails_a_put)
{
    struct ss_fxp_attrs attrs = {.attrs = {.flags = SS_ATTR_SIZE, .size = 20}};
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    begin_put(&client, &t);
    feed_status(&client, 1, SS_FX_OK);
    feed_status(&client, 2, SS_FX_OK);
    take_next(&client, &t);
    take_next(&client, &t);
    attrs.id = t.ticket;
    feed_msg(&client, SS_FXP_attrs, &attrs);
    take_next(&client, &t);
    feed_status(&client, t.ticket, SS_FX_FAILURE);
    take_next(&client, &t);
    cr_expect(t.state == SS_SFTP_DONE && t.err == SS_E_sftp_status);
    ss_sftp_transfer_fini(&t);
    ss_sftp_client_fini(&client);
}

Test(transfer, a_transfer_needs_a_ready_client_and_memory)
{
    struct ss_counted *counted = test_counted();
    struct ss_sftp_client client;
    struct ss_sftp_transfer t;

    local_fill(0);
    cr_assert(ss_sftp_client_init(&client, &counted->env, NULL) == SS_OK);
    cr_expect(ss_sftp_get_start(&t, &client, ss_span_of("f"), &local.sink, NULL) == SS_E_usage);
    ss_sftp_transfer_fini(&t);
    ss_sftp_client_fini(&client);
    ready_client(&client, NULL);
    for (size_t n = 1; n <= 2; n++) {
        counted->calls = 0;
        counted->fail_at = n;
        cr_expect(ss_sftp_get_start(&t, &client, ss_span_of("f"), &local.sink, NULL) ==
                  SS_E_no_memory);
        counted->fail_at = 0;
        ss_sftp_transfer_fini(&t);
    }
    ss_sftp_client_fini(&client);
}
