/* SPDX-License-Identifier: Apache-2.0 */
/* test_splits.c - how bytes arrive changes nothing, and a seed repeats a run byte for byte. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(splits, .fini = test_counted_check);

/* What both sides agree on in this test. */
struct flavour {
    const char *cipher, *mac, *comp;
};
static struct flavour flavour;

static void setup(struct duo *duo, uint64_t seed)
{
    duo_init(duo, seed);
    agree_on(duo, flavour.cipher, flavour.mac, flavour.comp);
    duo->plan.upload = 700;
    duo->plan.login = DUO_QUERY_THEN_KEY;
    duo->client.keep_sent = duo->server.keep_sent = true;
}

/* One side alone, fed from the recording of the other. */
static void feed_some(struct duo *duo, struct duo_side *side, ss_span bytes)
{
    ss_span out;

    cr_assert(ss_engine_feed(side->engine, bytes, duo->now) == SS_OK);
    (void)duo_poll(duo, side);
    out = ss_engine_output(side->engine);
    cr_assert(ss_buf_put(&side->sent, out) == SS_OK);
    ss_engine_sent(side->engine, out.size);
}

static void replay(bool server, const struct duo *recorded, size_t at, size_t step)
{
    const struct duo_side *was = server ? &recorded->server : &recorded->client;
    const struct duo_side *other = server ? &recorded->client : &recorded->server;
    ss_span stream = ss_buf_span(&other->sent);
    struct duo_side *side;
    struct duo duo;

    setup(&duo, 5);
    duo_start(&duo);
    side = server ? &duo.server : &duo.client;
    feed_some(&duo, side, ss_span_part(stream, 0, at));
    for (; at < stream.size; at += step)
        feed_some(&duo, side, ss_span_part(stream, at, step));
    cr_assert(ss_span_eq(ss_buf_span(&side->log), ss_buf_span(&was->log)),
              "%s: other events at %zu:\n%.*s\nbut were:\n%.*s", side->name, at,
              (int)ss_buf_size(&side->log), (const char *)ss_buf_at(&side->log),
              (int)ss_buf_size(&was->log), (const char *)ss_buf_at(&was->log));
    cr_assert(ss_span_eq(ss_buf_span(&side->sent), ss_buf_span(&was->sent)),
              "%s: other bytes at %zu", side->name, at);
    duo_fini(&duo);
}

/* Both streams in two at every place, or at every so-manieth, and byte by byte. */
static void every_split(size_t step)
{
    struct duo recorded;

    setup(&recorded, 5);
    complete(&recorded, "recording");
    for (int server = 0; server < 2; server++) {
        const struct duo_side *other = server ? &recorded.client : &recorded.server;
        size_t size = ss_buf_size(&other->sent);

        cr_assert(size > 1000, "%zu", size);
        replay(server != 0, &recorded, 0, 1);
        replay(server != 0, &recorded, 0, 3);
        for (size_t at = 0; at <= size; at += step)
            replay(server != 0, &recorded, at, SIZE_MAX - size);
    }
    duo_fini(&recorded);
}

Test(splits, every_split_gives_the_same_events_and_the_same_bytes, .timeout = 120)
{
    every_split(1);
}

Test(splits, so_it_is_under_cbc_and_compression, .timeout = 120)
{
    static const struct flavour flavours[] = {
        {"3des-cbc", "hmac-md5-96", "zlib"},
        {"aes256-cbc", "umac-64-etm@openssh.com", "zlib@openssh.com"},
        {"none", "umac-128@openssh.com", "zlib@openssh.com"},
    };

    for (size_t i = 0; i < SS_COUNT(flavours); i++) {
        flavour = flavours[i];
        every_split(3);
    }
}

Test(splits, the_same_seed_gives_the_same_bytes_and_another_does_not)
{
    struct duo a, b, c;

    setup(&a, 5);
    setup(&b, 5);
    setup(&c, 6);
    complete(&a, "a");
    complete(&b, "b");
    complete(&c, "c");
    cr_expect(ss_span_eq(ss_buf_span(&a.client.sent), ss_buf_span(&b.client.sent)));
    cr_expect(ss_span_eq(ss_buf_span(&a.server.sent), ss_buf_span(&b.server.sent)));
    cr_expect(ss_span_eq(ss_buf_span(&a.client.log), ss_buf_span(&b.client.log)));
    cr_expect(!ss_span_eq(ss_buf_span(&a.client.sent), ss_buf_span(&c.client.sent)));
    duo_fini(&a);
    duo_fini(&b);
    duo_fini(&c);
}

static bool is_prefix(ss_span part, ss_span whole)
{
    return part.size <= whole.size && ss_span_eq(part, ss_span_part(whole, 0, part.size));
}

/* The log without its last line when that tells of the fault. */
static ss_span believed(const struct duo_side *side)
{
    ss_span log = ss_buf_span(&side->log);

    if (ss_engine_fault(side->engine) == NULL)
        return log;
    while (log.size > 1 && log.data[log.size - 2] != '\n')
        log.size--;
    return ss_span_part(log, 0, log.size - 1);
}

static void flip_and_replay(const struct duo *recorded, size_t at)
{
    const char *cipher = flavour.cipher, *mac = flavour.mac;
    const struct ss_fault *fault;
    struct ss_buf *stream;
    struct duo duo;

    setup(&duo, 5);
    duo_start(&duo);
    stream = &duo.client.sent;
    cr_assert(ss_buf_put(stream, ss_buf_span(&recorded->client.sent)) == SS_OK);
    ss_buf_at(stream)[at] ^= (uint8_t)(1u << at % 8);
    feed_some(&duo, &duo.server, ss_buf_span(stream));
    fault = ss_engine_fault(duo.server.engine);
    cr_assert(is_prefix(believed(&duo.server), ss_buf_span(&recorded->server.log)),
              "%s %s: byte %zu:\n%.*s", cipher, mac, at, (int)ss_buf_size(&duo.server.log),
              (const char *)ss_buf_at(&duo.server.log));
    cr_assert(believed(&duo.server).size < ss_buf_size(&recorded->server.log),
              "%s %s: byte %zu was believed", cipher, mac, at);
    cr_assert(fault == NULL || fault->err == SS_E_mac_mismatch || fault->err == SS_E_bad_length ||
                  fault->err == SS_E_packet_too_long,
              "%s %s: byte %zu: %s", cipher, mac, at, ss_err_name(fault->err));
    duo_fini(&duo);
}

/* One bit of the encrypted stream: what came before it is believed and nothing after it. */
Test(splits, a_flipped_bit_ends_what_is_believed, .timeout = 120)
{
    static const struct flavour flavours[] = {
        {"chacha20-poly1305@openssh.com", NULL, NULL},
        {"aes128-gcm@openssh.com", NULL, "zlib@openssh.com"},
        {"aes128-ctr", "hmac-sha2-256", NULL},
        {"aes192-ctr", "umac-64@openssh.com", "zlib"},
        {"aes256-ctr", "hmac-sha2-512-etm@openssh.com", NULL},
        {"3des-cbc", "hmac-sha1-96", NULL},
        {"aes128-cbc", "umac-128-etm@openssh.com", NULL},
    };

    for (size_t i = 0; i < SS_COUNT(flavours); i++) {
        struct duo recorded;
        size_t size;

        flavour = flavours[i];
        setup(&recorded, 5);
        complete(&recorded, flavour.cipher);
        size = ss_buf_size(&recorded.client.sent);
        for (size_t at = size - ss_engine_epoch_bytes(recorded.client.engine, SS_OUT); at < size;
             at += 5)
            flip_and_replay(&recorded, at);
        duo_fini(&recorded);
    }
}
