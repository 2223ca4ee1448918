/* SPDX-License-Identifier: Apache-2.0 */
/* test_client.c - what a server answers, right and wrong, to a client that asked by hand. */
#include <criterion/criterion.h>

#include "kit.h"

TestSuite(client, .fini = test_counted_check);

static struct ss_sftp_event polled(struct ss_sftp_client *client)
{
    struct ss_sftp_event event;

    cr_assert(ss_sftp_client_poll(client, &event) == SS_OK);
    return event;
}

/* Polls an error, which stays, and closes the client. */
static void expect_fault(struct ss_sftp_client *client, ss_err err, const char *rule,
                         const char *what)
{
    struct ss_sftp_event event;
    uint32_t ticket;

    cr_expect(ss_sftp_client_poll(client, &event) == err, "%s: %s", what,
              ss_err_name(ss_sftp_client_fault(client)->err));
    cr_expect(ss_sftp_client_poll(client, &event) == err, "%s", what);
    cr_expect(ss_sftp_client_stat(client, ss_span_of("f"), &ticket) == err, "%s", what);
    cr_expect(ss_sftp_client_feed(client, ss_span_of("x")) == err, "%s", what);
    if (rule != NULL)
        cr_expect(strcmp(ss_sftp_client_fault(client)->rule, rule) == 0, "%s", what);
    ss_sftp_client_fini(client);
}

/* rule: SFTP02-4-client-version-mismatch, OSSHSFTP-4.2-extension-version-checked */
Test(client, only_version_three_is_spoken)
{
    static const struct {
        uint32_t version;
        ss_err err;
    } rows[] = {{3, SS_OK},
                {2, SS_E_unsupported},
                {0, SS_E_unsupported},
                {4, SS_E_bad_value},
                {9, SS_E_bad_value}};

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_fxp_version body = {.version = rows[i].version};
        struct ss_sftp_client client;
        struct ss_sftp_event event;
        uint32_t ticket;

        cr_assert(ss_sftp_client_init(&client, &test_counted()->env, NULL) == SS_OK);
        cr_expect(ss_sftp_client_stat(&client, ss_span_of("f"), &ticket) == SS_E_usage);
        cr_assert(ss_sftp_client_start(&client) == SS_OK);
        cr_expect(ss_sftp_client_start(&client) == SS_E_usage);
        cr_expect(ss_span_eq(ss_sftp_client_output(&client), test_hex("00000005 01 00000003")));
        feed_msg(&client, SS_FXP_version, &body);
        cr_expect(ss_sftp_client_poll(&client, &event) == rows[i].err, "%u", rows[i].version);
        ss_sftp_client_fini(&client);
    }
}

Test(client, extensions_count_in_the_version_that_is_known)
{
    struct ss_sftp_client client;
    uint32_t ticket;

    ready_client(&client, NULL);
    cr_expect(client.extensions == (SS_SFTP_EXT_LIMITS | SS_SFTP_EXT_STATVFS));
    cr_expect(ss_sftp_client_posix_rename(&client, ss_span_of("a"), ss_span_of("b"), &ticket) ==
              SS_E_unsupported);
    cr_expect(ss_sftp_client_output(&client).size == 0 && client.outstanding == 0);
    cr_expect(ss_sftp_client_limits(&client, &ticket) == SS_OK);
    ss_sftp_client_fini(&client);
}

Test(client, nothing_but_version_comes_first)
{
    struct ss_fxp_status body = {.id = 0};
    struct ss_sftp_client client;

    cr_assert(ss_sftp_client_init(&client, &test_counted()->env, NULL) == SS_OK);
    cr_assert(ss_sftp_client_start(&client) == SS_OK);
    feed_msg(&client, SS_FXP_status, &body);
    expect_fault(&client, SS_E_unexpected_message, "SFTP02-7-client-unexpected-response", "");
}

/* rule: SFTP02-6.1-out-of-order-responses, SFTP02-7-client-unknown-status */
Test(client, answers_find_their_requests_in_any_order)
{
    struct ss_sftp_client_options options = {.first_ticket = UINT32_MAX - 1};
    struct ss_sftp_client client;
    struct ss_sftp_event event;
    uint32_t tickets[4];

    ready_client(&client, &options);
    for (size_t i = 0; i < 4; i++)
        cr_assert(ss_sftp_client_remove(&client, ss_span_of("f"), &tickets[i]) == SS_OK);
    cr_expect(tickets[1] == UINT32_MAX && tickets[2] == 0);
    for (size_t i = 4; i-- > 0;) {
        feed_status(&client, tickets[i], (uint32_t)i == 3 ? 99 : (uint32_t)i);
        event = polled(&client);
        cr_expect(event.ticket == tickets[i] && event.request == SS_FXP_remove);
        cr_expect(event.kind == SS_SFTP_STATUS && event.code == (i == 3 ? 99 : i));
        cr_expect(ss_span_is(event.text, "so it is"));
    }
    cr_expect(client.outstanding == 0);
    cr_expect(ss_sftp_client_poll(&client, &event) == SS_E_more_input);
    ss_sftp_client_fini(&client);
}

Test(client, an_id_that_is_busy_is_passed_over)
{
    struct ss_sftp_client_options options = {.outstanding_most = 3};
    struct ss_sftp_client client;
    uint32_t first, ticket = 0;

    ready_client(&client, &options);
    cr_assert(ss_sftp_client_remove(&client, ss_span_of("f"), &first) == SS_OK);
    for (int i = 0; i < 20; i++) {
        cr_assert(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_OK);
        cr_expect(ticket % 4 != first % 4);
        feed_status(&client, ticket, 0);
        cr_expect(polled(&client).ticket == ticket);
    }
    for (int i = 0; i < 3; i++)
        cr_assert(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_OK);
    cr_expect(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_E_would_block);
    feed_status(&client, first, 0);
    cr_expect(polled(&client).ticket == first);
    cr_expect(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_OK);
    ss_sftp_client_fini(&client);
}

Test(client, a_full_output_is_not_now_and_an_impossible_request_is_never)
{
    struct ss_sftp_client_options options = {.output_most = 40};
    static char path[100];
    struct ss_sftp_client client;
    struct ss_sftp_slab slab;
    uint8_t *bytes;
    uint32_t ticket;

    memset(path, 'p', sizeof path);
    ready_client(&client, &options);
    cr_expect(ss_sftp_client_stat(&client, ss_span_make(path, sizeof path), &ticket) ==
              SS_E_ceiling);
    cr_expect(ss_sftp_client_stat(&client, ss_span_make(path, 20), &ticket) == SS_OK);
    cr_expect(ss_sftp_client_stat(&client, ss_span_make(path, 20), &ticket) == SS_E_would_block);
    cr_expect(ss_sftp_client_write_open(&client, ss_span_of("h"), 0, 20, &slab, &bytes) ==
              SS_E_would_block);
    cr_expect(client.outstanding == 1);
    ss_sftp_client_sent(&client, SIZE_MAX);
    cr_expect(ss_sftp_client_stat(&client, ss_span_make(path, 20), &ticket) == SS_OK);
    ss_sftp_client_fini(&client);
}

/* rule: SFTP02-6-client-unknown-id */
Test(client, an_answer_to_nobody_ends_the_session)
{
    static const uint32_t ids[] = {1, 256, 1000, UINT32_MAX};

    for (size_t i = 0; i < SS_COUNT(ids); i++) {
        struct ss_sftp_client client;
        uint32_t ticket;

        ready_client(&client, NULL);
        cr_assert(ss_sftp_client_stat(&client, ss_span_of("f"), &ticket) == SS_OK && ticket == 0);
        feed_status(&client, ids[i], 4);
        expect_fault(&client, SS_E_unknown_id, "SFTP02-6-client-unknown-id", "");
    }
}

Test(client, a_second_answer_is_an_answer_to_nobody)
{
    struct ss_sftp_client client;
    uint32_t ticket;

    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_stat(&client, ss_span_of("f"), &ticket) == SS_OK);
    feed_status(&client, ticket, 4);
    feed_status(&client, ticket, 4);
    cr_expect(polled(&client).code == 4);
    expect_fault(&client, SS_E_unknown_id, NULL, "");
}

enum { OPEN, OPENDIR, READ, READDIR, REALPATH, STAT, REMOVE, LIMITS, KINDS };

static void ask_kind(struct ss_sftp_client *client, int kind, uint32_t *ticket)
{
    const ss_span x = ss_span_of("x");
    ss_err err = SS_E_internal;

    switch (kind) {
    case OPEN:
        err = ss_sftp_client_open(client, x, SS_FXF_READ, NULL, ticket);
        break;
    case OPENDIR:
        err = ss_sftp_client_opendir(client, x, ticket);
        break;
    case READ:
        err = ss_sftp_client_read(client, x, 0, 8, ticket);
        break;
    case READDIR:
        err = ss_sftp_client_readdir(client, x, ticket);
        break;
    case REALPATH:
        err = ss_sftp_client_realpath(client, x, ticket);
        break;
    case STAT:
        err = ss_sftp_client_stat(client, x, ticket);
        break;
    case REMOVE:
        err = ss_sftp_client_remove(client, x, ticket);
        break;
    default:
        err = ss_sftp_client_limits(client, ticket);
        break;
    }
    cr_assert(err == SS_OK);
}

static void answer_kind(struct ss_sftp_client *client, int answer, uint32_t id)
{
    struct ss_grp_name_entry row = {.filename = ss_span_of("n")};
    struct ss_fxp_name name = {.id = id, .names = {&row, 1}};
    struct ss_fxp_attrs attrs = {.id = id};
    struct ss_fxp_extended_reply reply = {.id = id};
    static const uint8_t numbers[32];

    switch (answer) {
    case 0:
        feed_status(client, id, SS_FX_OK);
        break;
    case 1:
        feed_handle(client, id, "h");
        break;
    case 2:
        feed_data(client, id, ss_span_of("data"));
        break;
    case 3:
        feed_msg(client, SS_FXP_name, &name);
        break;
    case 4:
        feed_msg(client, SS_FXP_attrs, &attrs);
        break;
    default:
        reply.data = ss_span_make(numbers, sizeof numbers);
        feed_msg(client, SS_FXP_extended_reply, &reply);
        break;
    }
}

/* The hand-made matrix: which answer fits which request.
 * rule: SFTP02-7-client-unexpected-response, sftp-libssh2-open-status-ok */
Test(client, each_request_has_its_kind_of_answer)
{
    static const int fits[KINDS] = {[OPEN] = 1,     [OPENDIR] = 1, [READ] = 2,   [READDIR] = 3,
                                    [REALPATH] = 3, [STAT] = 4,    [REMOVE] = 0, [LIMITS] = 5};

    for (int kind = 0; kind < KINDS; kind++) {
        for (int answer = 0; answer < 6; answer++) {
            struct ss_sftp_client client;
            struct ss_sftp_event event;
            uint32_t ticket;
            ss_err err;

            ready_client(&client, NULL);
            ask_kind(&client, kind, &ticket);
            answer_kind(&client, answer, ticket);
            err = ss_sftp_client_poll(&client, &event);
            cr_expect(err == (answer == fits[kind] ? SS_OK : SS_E_unexpected_message),
                      "request %d answer %d: %s", kind, answer, ss_err_name(err));
            ss_sftp_client_fini(&client);
        }
    }
}

Test(client, requests_of_a_server_are_no_answers)
{
    struct ss_fxp_stat body = {.id = 0};
    struct ss_sftp_client client;

    ready_client(&client, NULL);
    feed_msg(&client, SS_FXP_stat, &body);
    expect_fault(&client, SS_E_unexpected_message, NULL, "");
}

/* rule: SFTP02-7-client-data-overrun, SFTP02-6.4-read-at-eof */
Test(client, data_is_neither_more_than_asked_nor_nothing)
{
    static const struct {
        uint32_t asked;
        const char *data;
        ss_err err;
    } rows[] = {{4, "1234", SS_OK},      {4, "1", SS_OK}, {4, "12345", SS_E_bad_value},
                {4, "", SS_E_bad_value}, {0, "", SS_OK},  {0, "1", SS_E_bad_value}};

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_sftp_client client;
        struct ss_sftp_event event;
        uint32_t ticket;

        ready_client(&client, NULL);
        cr_assert(ss_sftp_client_read(&client, ss_span_of("h"), 0, rows[i].asked, &ticket) ==
                  SS_OK);
        feed_data(&client, ticket, ss_span_of(rows[i].data));
        cr_expect(ss_sftp_client_poll(&client, &event) == rows[i].err, "row %zu", i);
        if (rows[i].err == SS_OK)
            cr_expect(ss_span_is(event.bytes, rows[i].data));
        ss_sftp_client_fini(&client);
    }
}

/* rule: SFTP02-6-handle-long-received */
Test(client, a_handle_is_any_256_bytes_and_no_more)
{
    static uint8_t bytes[257];

    for (size_t n = 255; n <= 257; n++) {
        struct ss_fxp_handle body = {.handle = ss_span_make(bytes, n)};
        struct ss_sftp_client client;
        uint32_t ticket;

        ready_client(&client, NULL);
        cr_assert(ss_sftp_client_opendir(&client, ss_span_of("/"), &ticket) == SS_OK);
        body.id = ticket;
        feed_msg(&client, SS_FXP_handle, &body);
        if (n == 257) {
            expect_fault(&client, SS_E_bad_value, "SFTP02-6-handle-long-received", "");
            continue;
        }
        cr_expect(ss_span_eq(polled(&client).bytes, body.handle));
        ss_sftp_client_fini(&client);
    }
}

/* rules: SFTP02-7-client-name-sanitise, SFTP02-7-longname-not-parsed, sftp-empty-name-loop */
Test(client, names_are_judged_and_counted)
{
    struct ss_grp_name_entry rows[] = {
        {.filename = ss_span_of("good"),
         .longname = ss_span_of("drwx garbage"),
         .attrs = {.flags = SS_ATTR_SIZE | SS_ATTR_EXTENDED, .size = 7}},
        {.filename = ss_span_of("../bad")},
        {.filename = ss_span_of("/bad")},
        {.filename = ss_span_of("..")},
        {.filename = ss_span_make("a\0b", 3)},
        {.filename = ss_span_of("")},
    };
    struct ss_fxp_name body = {.names = {rows, SS_COUNT(rows)}};
    struct ss_sftp_client client;
    struct ss_sftp_event event;
    uint32_t ticket;

    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_readdir(&client, ss_span_of("h"), &ticket) == SS_OK);
    body.id = ticket;
    feed_msg(&client, SS_FXP_name, &body);
    event = polled(&client);
    cr_assert(event.kind == SS_SFTP_NAMES && event.name_count == SS_COUNT(rows));
    cr_expect(event.names[0].safe && event.names[0].attrs.size == 7);
    cr_expect(ss_span_is(event.names[0].longname, "drwx garbage"));
    for (size_t i = 1; i < SS_COUNT(rows); i++)
        cr_expect(!event.names[i].safe, "%zu", i);
    cr_assert(ss_sftp_client_realpath(&client, ss_span_of("."), &ticket) == SS_OK);
    body.id = ticket;
    feed_msg(&client, SS_FXP_name, &body);
    expect_fault(&client, SS_E_bad_value, "SFTP02-6.11-realpath-name", "");
    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_readdir(&client, ss_span_of("h"), &ticket) == SS_OK);
    body.id = ticket;
    body.names.count = 0;
    feed_msg(&client, SS_FXP_name, &body);
    expect_fault(&client, SS_E_bad_value, "SFTP02-6.7-readdir-eof", "");
    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_readlink(&client, ss_span_of("l"), &ticket) == SS_OK);
    body.id = ticket;
    feed_msg(&client, SS_FXP_name, &body);
    expect_fault(&client, SS_E_bad_value, "SFTP02-6.10-readlink-name", "");
}

Test(client, numbers_of_extensions)
{
    static uint8_t numbers[88];
    struct ss_fxp_extended_reply body = {.data = ss_span_make(numbers, 32)};
    struct ss_sftp_client client;
    struct ss_sftp_event event;
    uint32_t ticket;

    for (size_t i = 0; i < 11; i++)
        numbers[i * 8 + 7] = (uint8_t)(i + 1);
    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_limits(&client, &ticket) == SS_OK);
    body.id = ticket;
    feed_msg(&client, SS_FXP_extended_reply, &body);
    event = polled(&client);
    cr_expect(event.kind == SS_SFTP_LIMITS && event.limits.packet == 1 &&
              event.limits.handles == 4);
    cr_expect(client.limits.read == 2 && client.limits.write == 3);
    cr_assert(ss_sftp_client_statvfs(&client, ss_span_of("/"), &ticket) == SS_OK);
    body.id = ticket;
    body.data.size = 88;
    feed_msg(&client, SS_FXP_extended_reply, &body);
    event = polled(&client);
    cr_expect(event.kind == SS_SFTP_SPACE && event.space.block_size == 1);
    cr_expect(event.space.blocks_available == 5 && event.space.name_most == 11);
    cr_assert(ss_sftp_client_statvfs(&client, ss_span_of("/"), &ticket) == SS_OK);
    body.id = ticket;
    body.data.size = 80;
    feed_msg(&client, SS_FXP_extended_reply, &body);
    expect_fault(&client, SS_E_truncated, "OSSHSFTP-4.4-statvfs-layout", "");
}

Test(client, what_cannot_be_read_ends_the_session)
{
    static const struct {
        const char *frame;
        ss_err err;
    } rows[] = {
        {"00000000", SS_E_bad_length},
        {"00040001", SS_E_packet_too_long},
        {"00000005 63 00000000", SS_E_unknown_message},
        {"00000005 66 00000000", SS_E_truncated},
        {"0000000d 68 00000000 00000001 00000000", SS_E_truncated},
        {"00000009 68 00000000 ffffffff", SS_E_truncated},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        struct ss_sftp_client client;

        ready_client(&client, NULL);
        cr_assert(ss_sftp_client_feed(&client, test_hex(rows[i].frame)) == SS_OK);
        expect_fault(&client, rows[i].err, NULL, rows[i].frame);
    }
}

Test(client, what_is_odd_is_told_and_taken)
{
    struct ss_sftp_client client;
    struct ss_sftp_event event;
    uint32_t ticket;

    ready_client(&client, NULL);
    cr_assert(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_OK && ticket == 0);
    cr_assert(ss_sftp_client_feed(&client, test_hex("00000009 65 00000000 00000003")) == SS_OK);
    event = polled(&client);
    cr_expect(event.code == 3 && event.odd == SS_SFTP_ODD_SHORT_STATUS && event.text.size == 0);
    ss_sftp_client_fini(&client);
}

Test(client, the_end_of_the_pipe_comes_behind_what_was_sent_before_it)
{
    struct ss_sftp_client client;
    struct ss_sftp_event event;
    uint32_t ticket;

    for (int half = 0; half < 2; half++) {
        ss_err err = half != 0 ? SS_E_truncated : SS_E_closed;

        ready_client(&client, NULL);
        cr_assert(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_OK);
        feed_status(&client, ticket, 0);
        if (half != 0)
            cr_assert(ss_sftp_client_feed(&client, test_hex("00000009 65")) == SS_OK);
        ss_sftp_client_end(&client);
        cr_expect(ss_sftp_client_feed(&client, test_hex("00")) == SS_E_usage);
        cr_expect(ss_sftp_client_remove(&client, ss_span_of("f"), &ticket) == SS_E_closed);
        cr_expect(polled(&client).ticket == 0);
        cr_expect(ss_sftp_client_poll(&client, &event) == err);
        cr_expect(ss_sftp_client_poll(&client, &event) == err);
        ss_sftp_client_fini(&client);
    }
}

Test(client, a_client_without_memory_is_not_made)
{
    struct ss_counted *counted = test_counted();
    struct ss_sftp_client client;

    counted->calls = 0;
    counted->fail_at = 1;
    cr_expect(ss_sftp_client_init(&client, &counted->env, NULL) == SS_E_no_memory);
    counted->fail_at = 0;
    ss_sftp_client_fini(&client);
}
