/* SPDX-License-Identifier: Apache-2.0 */
/* test_pair.c - two connection layers joined by their bytes, driven at random, against a model that
 * knows nothing of them but what is on the wire.
 *
 * Follows: RFC 4254 section 5. The model keeps, for each channel of each side, what the peer was
 * granted and what it used, which replies are due, who said EOF and CLOSE. Messages arrive in
 * order, some time after they were sent; at times a side may not send at all. */
#include "sshspec/vary.h"
#include "tests/unit/connection/kit.h"

TestSuite(pair, .fini = test_counted_check);

enum { CHANNELS = 8, MOST_DATA = 700, PERIOD = 251 };

struct line { /* one channel, as one side has it */
    bool known, asked, open, paired;
    uint32_t pair;   /* number on the other side */
    int64_t granted; /* what this side may send and has seen granted */
    bool said_eof, said_close;
    uint64_t sent, got; /* bytes of the stream each way */
    uint32_t unread;    /* delivered and not credited */
    uint32_t to_answer, replies_due;
};
struct side {
    struct fake *fake;
    struct line lines[CHANNELS];
    struct side *peer;
    unsigned opened, refused, accepted, closed, blocked;
};

static struct line *line_of(struct side *side, uint32_t number)
{
    cr_assert(number < CHANNELS, "channel %u", number);
    return &side->lines[number];
}

/* ---- what the owner sees ---- */

static void take_bytes(struct line *line, ss_span data)
{
    size_t i;

    for (i = 0; i < data.size; i++)
        cr_assert(data.data[i] == (uint8_t)((line->got + i) % PERIOD), "a byte out of place");
    line->got += data.size;
    line->unread += (uint32_t)data.size;
}

static void on_event(struct fake *fake, const struct ss_event *event)
{
    struct side *side = fake->owner;
    struct line *line = line_of(side, event->channel);
    const struct ss_msg_channel_open *open;

    switch (event->type) {
    case SS_EVENT_CHANNEL_OPEN:
        cr_assert(!line->known, "number %u is in use", event->channel);
        open = event->message->body;
        memset(line, 0, sizeof *line);
        line->known = line->asked = line->paired = true;
        line->pair = open->sender_channel;
        line->granted = open->initial_window_size;
        break;
    case SS_EVENT_CHANNEL_OPENED:
        cr_assert(line->known && !line->open);
        line->open = true;
        break;
    case SS_EVENT_CHANNEL_REFUSED:
        cr_assert(line->known && !line->open);
        line->known = false;
        side->refused++;
        break;
    case SS_EVENT_CHANNEL_DATA:
        cr_assert(line->open && line->paired);
        take_bytes(line, event->data);
        break;
    case SS_EVENT_CHANNEL_REQUEST:
        line->to_answer += event->flag;
        break;
    case SS_EVENT_CHANNEL_REPLY:
        cr_assert(line->replies_due > 0);
        line->replies_due--;
        break;
    case SS_EVENT_CHANNEL_CLOSED:
        cr_assert(line->said_close);
        line->known = line->open = line->paired = false;
        side->closed++;
        break;
    case SS_EVENT_CHANNEL_EOF:
    case SS_EVENT_CHANNEL_WRITABLE:
        cr_assert(line->open);
        break;
    default:
        cr_assert_fail("event %d", (int)event->type);
    }
}

/* ---- what is on the wire ---- */

/* The channel that side addresses by its peer's number. */
static struct line *line_to(struct side *side, uint32_t recipient)
{
    uint32_t i;

    for (i = 0; i < CHANNELS; i++) {
        if (side->lines[i].paired && side->lines[i].pair == recipient)
            return &side->lines[i];
    }
    cr_assert_fail("nobody is %u", recipient);
    return NULL;
}

/* Sent by side: may it say that? */
static void watch_sent(struct side *side, const struct ss_msg *msg)
{
    const struct ss_msg_channel_open *open = msg->body;
    const struct ss_msg_channel_data *data = msg->body;
    struct line *line;
    uint32_t recipient;

    memcpy(&recipient, msg->body, sizeof recipient);
    switch (msg->def->id) {
    case SS_MSG_channel_open:
        cr_assert(open->sender_channel < CHANNELS);
        return;
    case SS_MSG_channel_open_confirmation:
    case SS_MSG_channel_open_failure:
        return;
    default:
        break;
    }
    line = line_to(side, recipient);
    cr_assert(!line->said_close, "%s after CLOSE", msg->def->name);
    if (msg->def->id == SS_MSG_channel_data) {
        cr_assert(!line->said_eof, "data after EOF");
        cr_assert(data->data.size <= MOST_DATA && data->data.size > 0);
        line->granted -= (int64_t)data->data.size;
        cr_assert(line->granted >= 0, "beyond the window");
    }
    line->said_eof = line->said_eof || msg->def->id == SS_MSG_channel_eof;
    line->said_close = line->said_close || msg->def->id == SS_MSG_channel_close;
}

/* About to be taken in by side. */
static void watch_delivered(struct side *side, const struct ss_msg *msg)
{
    const struct ss_msg_channel_open_confirmation *yes = msg->body;
    const struct ss_msg_channel_window_adjust *adjust = msg->body;

    if (msg->def->id == SS_MSG_channel_open_confirmation) {
        struct line *line = line_of(side, yes->recipient_channel);

        line->paired = true;
        line->pair = yes->sender_channel;
        line->granted = yes->initial_window_size;
    }
    if (msg->def->id == SS_MSG_channel_window_adjust) {
        struct line *line = line_of(side, adjust->recipient_channel);

        line->granted += adjust->bytes_to_add;
        cr_assert(line->granted <= (int64_t)UINT32_MAX);
    }
}

static struct ss_msg read_payload(struct fake *fake, ss_span payload)
{
    const struct ss_msgdef *def =
        ss_msgdef_by_number(SS_PROTO_SSH, payload.data[0], SS_CONTEXT_ANY, SS_CONTEXT_ANY);
    struct ss_msg msg;

    cr_assert(ss_msg_decode(&fake->peek, def, payload, &msg, NULL) == SS_OK);
    return msg;
}

/* The link's send with a watcher in front of it. */
static ss_err watched_send(struct ss_link *link, const struct ss_msg *msg)
{
    struct fake *fake = SS_CONTAINER_OF(link, struct fake, link);

    watch_sent(fake->owner, msg);
    return fake_send(link, msg);
}

static void deliver(struct side *to)
{
    struct fake *from = to->peer->fake;
    struct ss_msg msg;
    ss_err err;

    if (from->sent_count == 0)
        return;
    ss_arena_reset(&to->fake->peek);
    ss_arena_reset(&to->fake->arena);
    msg = read_payload(to->fake, fake_payload(from));
    watch_delivered(to, &msg);
    err = to->fake->ops->on_message(to->fake->layer, &msg);
    cr_assert(err == SS_OK && to->fake->fails == 0, "%s: %s", msg.def->name, ss_err_name(err));
}

/* ---- what the owner does ---- */

static void do_open(struct side *side, struct ss_vary *vary)
{
    struct ss_command command = {.kind = SS_CMD_CHANNEL_OPEN,
                                 .text = ss_span_of("session"),
                                 .number = 1 + ss_vary_below(vary, 4000)};
    uint32_t number;
    ss_err err = side->fake->ops->command(side->fake->layer, &command, &number);

    if (err == SS_E_ceiling || err == SS_E_would_block)
        return;
    cr_assert(err == SS_OK && !line_of(side, number)->known);
    memset(&side->lines[number], 0, sizeof side->lines[number]);
    side->lines[number].known = true;
    side->opened++;
}

static void do_answer(struct side *side, uint32_t number, struct ss_vary *vary)
{
    struct line *line = &side->lines[number];
    bool yes = ss_vary_below(vary, 4) != 0;
    struct ss_command command =
        kit_command(yes ? SS_CMD_CHANNEL_ACCEPT : SS_CMD_CHANNEL_REFUSE, number);

    if (!line->asked)
        return;
    command.number = 1 + ss_vary_below(vary, 4000);
    cr_assert(fake_do(side->fake, command) == SS_OK);
    line->asked = false;
    line->open = line->known = line->paired = yes;
    side->accepted += yes;
}

static void do_data(struct side *side, uint32_t number, struct ss_vary *vary)
{
    static uint8_t bytes[MOST_DATA + 100];
    struct line *line = &side->lines[number];
    struct ss_command command = kit_command(SS_CMD_CHANNEL_DATA, number);
    size_t n = 1 + ss_vary_below(vary, MOST_DATA + 50), i;
    size_t room = ss_connection_writable(side->fake->layer, number);
    ss_err err;

    if (ss_vary_below(vary, 2) != 0 && n > room)
        n = room;
    for (i = 0; i < n; i++)
        bytes[i] = (uint8_t)((line->sent + i) % PERIOD);
    command.data = ss_span_make(bytes, n);
    err = fake_do(side->fake, command);
    if (err == SS_E_would_block) {
        cr_assert(n > room);
        side->blocked++;
        return;
    }
    if (err == SS_E_usage || err == SS_E_closed || err == SS_E_not_found) {
        cr_assert(room == 0);
        return;
    }
    cr_assert(err == SS_OK && n <= room, "%s", ss_err_name(err));
    line->sent += n;
}

static void do_credit(struct side *side, uint32_t number, struct ss_vary *vary)
{
    struct line *line = &side->lines[number];
    struct ss_command command = kit_command(SS_CMD_CHANNEL_CREDIT, number);

    if (!line->open)
        return;
    command.number = ss_vary_below(vary, line->unread + 1);
    cr_assert(fake_do(side->fake, command) == SS_OK);
    line->unread -= command.number;
}

static void do_end(struct side *side, uint32_t number, enum ss_command_kind kind)
{
    ss_err err = fake_do(side->fake, kit_command(kind, number));

    cr_assert(err == SS_OK || err == SS_E_usage || err == SS_E_closed || err == SS_E_not_found);
}

static void do_request(struct side *side, uint32_t number, struct ss_vary *vary)
{
    bool want = ss_vary_below(vary, 2) != 0;

    if (kit_ask(side->fake, number, "x@example.com", want) == SS_OK)
        side->lines[number].replies_due += want;
}

static void do_reply(struct side *side, uint32_t number)
{
    struct ss_command command = kit_command(SS_CMD_CHANNEL_REPLY, number);

    if (side->lines[number].to_answer > 0 && fake_do(side->fake, command) == SS_OK)
        side->lines[number].to_answer--;
}

static void step(struct side *side, struct ss_vary *vary)
{
    uint32_t number = ss_vary_below(vary, CHANNELS);

    switch (ss_vary_below(vary, 24)) {
    case 0:
        do_open(side, vary);
        break;
    case 1:
    case 2:
        do_answer(side, number, vary);
        break;
    case 3:
        do_request(side, number, vary);
        break;
    case 4:
    case 5:
        do_reply(side, number);
        break;
    case 6:
        if (ss_vary_below(vary, 4) == 0)
            do_end(side, number, SS_CMD_CHANNEL_EOF);
        break;
    case 7:
        if (ss_vary_below(vary, 8) == 0)
            do_end(side, number, SS_CMD_CHANNEL_CLOSE);
        break;
    case 8:
        side->fake->link.may_send = ss_vary_below(vary, 4) != 0;
        break;
    case 9:
    case 10:
    case 11:
        do_credit(side, number, vary);
        break;
    case 12:
    case 13:
    case 14:
    case 15:
        do_data(side, number, vary);
        break;
    case 16:
    case 17:
        if (side->fake->link.may_send)
            fake_act(side->fake);
        break;
    default:
        deliver(side);
        break;
    }
}

static void start(struct side *side, struct side *peer, enum ss_role role)
{
    memset(side, 0, sizeof *side);
    side->fake = kit_new(role);
    side->fake->hook = on_event;
    side->fake->owner = side;
    side->fake->link.send = watched_send;
    side->fake->config.channels = CHANNELS;
    side->fake->config.max_packet = MOST_DATA;
    side->peer = peer;
}

static void drain(struct side *a, struct side *b)
{
    a->fake->link.may_send = b->fake->link.may_send = true;
    for (;;) {
        fake_act(a->fake);
        fake_act(b->fake);
        if (a->fake->sent_count == 0 && b->fake->sent_count == 0)
            return;
        deliver(a);
        deliver(b);
    }
}

/* Ends everything politely; then nothing may be left. */
static void finish(struct side *a, struct side *b, struct ss_vary *vary)
{
    struct side *sides[2];
    uint32_t number;
    size_t i;

    sides[0] = a;
    sides[1] = b;
    drain(a, b);
    for (i = 0; i < 2; i++) {
        for (number = 0; number < CHANNELS; number++)
            do_answer(sides[i], number, vary);
    }
    drain(a, b);
    for (i = 0; i < 2; i++) {
        for (number = 0; number < CHANNELS; number++) {
            while (sides[i]->lines[number].open && sides[i]->lines[number].to_answer > 0)
                do_reply(sides[i], number);
        }
    }
    drain(a, b);
    for (number = 0; number < CHANNELS; number++) {
        struct line *line = &a->lines[number];

        if (!line->open)
            continue;
        cr_assert(line->replies_due == 0, "a reply never came");
        cr_assert(line->sent == line_of(b, line->pair)->got, "bytes were lost");
        cr_assert(line->got == line_of(b, line->pair)->sent, "bytes were lost");
        do_end(a, number, SS_CMD_CHANNEL_CLOSE);
    }
    drain(a, b);
}

static void run(uint64_t seed, unsigned steps, unsigned *blocked, unsigned *closed)
{
    struct ss_vary vary;
    struct side a, b;
    unsigned i;

    ss_vary_init(&vary, seed);
    start(&a, &b, SS_CLIENT);
    start(&b, &a, SS_SERVER);
    for (i = 0; i < steps; i++)
        step(ss_vary_below(&vary, 2) != 0 ? &a : &b, &vary);
    finish(&a, &b, &vary);
    cr_assert(kit_layer(a.fake)->table.count == 0, "seed %llu", (unsigned long long)seed);
    cr_assert(kit_layer(b.fake)->table.count == 0);
    cr_assert(a.closed == b.closed && a.closed == a.accepted + b.accepted);
    cr_assert(a.fake->fails + b.fake->fails == 0);
    *blocked += a.blocked + b.blocked;
    *closed += a.closed;
    kit_free(a.fake);
    kit_free(b.fake);
}

Test(pair, random_conversations_agree_with_the_model)
{
    unsigned blocked = 0, closed = 0;
    uint64_t seed;

    for (seed = 1; seed <= 60; seed++)
        run(seed, 4000, &blocked, &closed);
    cr_expect(blocked > 500 && closed > 500, "something happened: %u %u", blocked, closed);
}
