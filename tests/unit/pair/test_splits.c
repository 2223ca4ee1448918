/* SPDX-License-Identifier: Apache-2.0 */
/* test_splits.c - how bytes arrive changes nothing, and a seed repeats a run byte for byte. */
#include <criterion/criterion.h>

#include "kit.h"
#include "tests/support/support.h"

TestSuite(splits, .fini = test_counted_check);

static void setup(struct pair *pair, uint64_t seed)
{
    pair_init(pair, seed);
    pair->plan.upload = 700;
    pair->plan.login = PAIR_QUERY_THEN_KEY;
    pair->client.keep_sent = pair->server.keep_sent = true;
}

/* One side alone, fed from the recording of the other. */
static void feed_some(struct pair *pair, struct pair_side *side, ss_span bytes)
{
    ss_span out;

    cr_assert(ss_engine_feed(side->engine, bytes, pair->now) == SS_OK);
    (void)pair_poll(pair, side);
    out = ss_engine_output(side->engine);
    cr_assert(ss_buf_put(&side->sent, out) == SS_OK);
    ss_engine_sent(side->engine, out.size);
}

static void replay(bool server, const struct pair *recorded, size_t at, size_t step)
{
    const struct pair_side *was = server ? &recorded->server : &recorded->client;
    const struct pair_side *other = server ? &recorded->client : &recorded->server;
    ss_span stream = ss_buf_span(&other->sent);
    struct pair_side *side;
    struct pair pair;

    setup(&pair, 5);
    pair_start(&pair);
    side = server ? &pair.server : &pair.client;
    feed_some(&pair, side, ss_span_part(stream, 0, at));
    for (; at < stream.size; at += step)
        feed_some(&pair, side, ss_span_part(stream, at, step));
    cr_assert(ss_span_eq(ss_buf_span(&side->log), ss_buf_span(&was->log)),
              "%s: other events at %zu:\n%.*s\nbut were:\n%.*s", side->name, at,
              (int)ss_buf_size(&side->log), (const char *)ss_buf_at(&side->log),
              (int)ss_buf_size(&was->log), (const char *)ss_buf_at(&was->log));
    cr_assert(ss_span_eq(ss_buf_span(&side->sent), ss_buf_span(&was->sent)),
              "%s: other bytes at %zu", side->name, at);
    pair_fini(&pair);
}

/* Both streams at every place in two, and byte by byte. */
Test(splits, every_split_gives_the_same_events_and_the_same_bytes, .timeout = 120)
{
    struct pair recorded;

    setup(&recorded, 5);
    complete(&recorded, "recording");
    for (int server = 0; server < 2; server++) {
        const struct pair_side *other = server ? &recorded.client : &recorded.server;
        size_t size = ss_buf_size(&other->sent);

        cr_assert(size > 1500, "%zu", size);
        replay(server != 0, &recorded, 0, 1);
        replay(server != 0, &recorded, 0, 3);
        for (size_t at = 0; at <= size; at++)
            replay(server != 0, &recorded, at, SIZE_MAX - size);
    }
    pair_fini(&recorded);
}

Test(splits, the_same_seed_gives_the_same_bytes_and_another_does_not)
{
    struct pair a, b, c;

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
    pair_fini(&a);
    pair_fini(&b);
    pair_fini(&c);
}
