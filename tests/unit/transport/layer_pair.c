/* SPDX-License-Identifier: Apache-2.0 */
/* layer_pair.c - the link that stands in for the engine, and the way between two of them.
 *
 * Owns: struct pair.
 * Not here: what an engine does beyond it: identification lines, UNIMPLEMENTED, flow lies.
 * Called by: the tests of the layer's files. */
#include "layer_pair.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { WIRE_MAX = 4 * 1024 * 1024, ARENA_MAX = 1024 * 1024 };

static struct pair_side *side_of(struct ss_link *link)
{
    return SS_CONTAINER_OF(link, struct pair_side, link);
}

/* ---- the link ---- */
static ss_err seal(struct pair_side *side, const struct ss_msg *msg, ss_span payload)
{
    struct ss_writer writer;
    size_t mark;
    ss_err err;

    SS_TRY(ss_packet_begin(&side->out, &side->wire, &mark));
    err = ss_buf_put(&side->wire, payload);
    if (err == SS_OK)
        err = ss_packet_end(&side->out, &side->wire, mark, NULL, 0);
    if (err != SS_OK) {
        ss_buf_truncate(&side->wire, mark);
        return err;
    }
    ss_writer_init(&writer, &side->log);
    ss_writer_string(&writer, payload);
    SS_TRY(ss_writer_done(&writer));
    return ss_transport_ops.on_sent(side->layer, msg, payload);
}

static ss_err link_send(struct ss_link *link, const struct ss_msg *msg)
{
    struct pair_side *side = side_of(link);
    bool lies = side->lies != NULL && msg->def->number == side->lie_number;
    struct ss_buf payload;
    ss_err err;

    ss_buf_init(&payload, link->env, WIRE_MAX);
    err = ss_msg_encode(&payload, msg, lies ? side->lies : NULL, lies ? side->lie_count : 0);
    if (lies)
        side->lies = NULL;
    if (err == SS_OK)
        err = seal(side, msg, ss_buf_span(&payload));
    ss_buf_fini(&payload);
    return err;
}

static void copy_text(char *to, ss_span from)
{
    size_t n = from.size < PAIR_BYTES ? from.size : PAIR_BYTES - 1;

    if (n > 0)
        memcpy(to, from.data, n);
    to[n] = 0;
}

static ss_err link_event(struct ss_link *link, const struct ss_event *event)
{
    struct pair_side *side = side_of(link);
    struct pair_event *kept = &side->events[side->event_count];

    cr_assert(side->event_count < PAIR_EVENTS, "more events than a test has room for");
    side->event_count++;
    kept->type = event->type;
    kept->number = event->number;
    copy_text(kept->text, event->text);
    copy_text(kept->data, event->data);
    return SS_OK;
}

static ss_err link_fail(struct ss_link *link, ss_err err, const char *field, const char *rule,
                        const char *detail)
{
    struct pair_side *side = side_of(link);

    if (side->err == SS_OK) {
        side->err = err;
        side->field = field;
        side->rule = rule;
        (void)snprintf(side->detail, sizeof side->detail, "%s", detail != NULL ? detail : "");
    }
    return err;
}

static void link_note(struct ss_link *link, enum ss_trace_kind kind, const char *text)
{
    cr_expect(text[0] != 0);
    if (kind == SS_TRACE_NOTE)
        side_of(link)->notes++;
}

/* What a call of the layer's returns is the connection's error, whether it was pinned or not. */
static ss_err settle(struct pair_side *side, ss_err err)
{
    if (err != SS_OK && side->err == SS_OK)
        side->err = err;
    return err;
}

/* ---- life ---- */
static void side_init(struct pair_side *side, const struct ss_env *env, enum ss_role role,
                      struct pair_side *other)
{
    memset(side, 0, sizeof *side);
    ss_config_init(&side->config, role);
    ss_arena_init(&side->arena, env, ARENA_MAX);
    ss_packet_in_init(&side->in, env);
    ss_packet_out_init(&side->out, env);
    ss_buf_init(&side->wire, env, WIRE_MAX);
    ss_buf_init(&side->log, test_env(), WIRE_MAX);
    side->link.env = env;
    side->link.config = &side->config;
    side->link.arena = &side->arena;
    side->link.send = link_send;
    side->link.event = link_event;
    side->link.fail = link_fail;
    side->link.note = link_note;
    side->other = other;
}

static void side_fini(struct pair_side *side)
{
    ss_transport_free(&side->layer);
    ss_buf_fini(&side->log);
    ss_buf_fini(&side->wire);
    ss_packet_out_fini(&side->out);
    ss_packet_in_fini(&side->in);
    ss_arena_fini(&side->arena);
}

void pair_add_key(struct pair *pair, enum ss_key_kind kind)
{
    size_t i = 0;

    while (pair->keys[i] != NULL)
        i++;
    cr_assert(i < PAIR_KEYS);
    cr_assert(ss_key_generate(test_env(), kind, 1024, ss_span_of(""), &pair->keys[i]) == SS_OK);
    pair->host_keys[i] = pair->keys[i];
}

void pair_drop_keys(struct pair *pair)
{
    size_t i;

    for (i = 0; i < PAIR_KEYS; i++) {
        ss_key_free(&pair->keys[i]);
        pair->host_keys[i] = NULL;
    }
}

void pair_init(struct pair *pair, const struct ss_env *env)
{
    memset(pair, 0, sizeof *pair);
    side_init(&pair->c, env, SS_CLIENT, &pair->s);
    side_init(&pair->s, env, SS_SERVER, &pair->c);
    pair->s.config.host_keys = pair->host_keys;
    pair_add_key(pair, SS_KEY_ED25519);
}

static ss_err side_start(struct pair_side *side)
{
    bool client = side->config.role == SS_CLIENT;

    SS_TRY(ss_transport_new(&side->link, &side->in, &side->out, &side->layer));
    return ss_transport_start(side->layer, ss_span_of(client ? PAIR_IDENT_C : PAIR_IDENT_S),
                              ss_span_of(client ? PAIR_IDENT_S : PAIR_IDENT_C));
}

ss_err pair_start(struct pair *pair)
{
    ss_err err = settle(&pair->c, side_start(&pair->c));

    return err != SS_OK ? err : settle(&pair->s, side_start(&pair->s));
}

void pair_fini(struct pair *pair)
{
    side_fini(&pair->c);
    side_fini(&pair->s);
    pair_drop_keys(pair);
}

/* ---- the pump ---- */
static ss_err judge(struct pair_side *side, const struct ss_where *where,
                    const struct ss_msgdef *def, uint8_t number)
{
    const char *rule = NULL;
    ss_err err = SS_OK;

    switch (ss_msg_legal(where, number, def, &err, &rule)) {
    case SS_LEGAL_OK:
        return SS_OK;
    case SS_LEGAL_ERROR:
        return link_fail(&side->link, err, NULL, rule, NULL);
    default:
        return SS_E_unknown_message; /* an engine would answer UNIMPLEMENTED */
    }
}

static ss_err absorb(struct pair_side *side, ss_span payload)
{
    struct ss_where where = {.auth = SS_CONTEXT_ANY};
    const struct ss_msgdef *def;
    struct ss_msg msg;
    ss_err err;

    ss_transport_where(side->layer, &where);
    if (payload.data[0] >= 30 && payload.data[0] < 50 && ss_transport_skip_guess(side->layer))
        return SS_OK;
    def = ss_msgdef_by_number(SS_PROTO_SSH, payload.data[0], where.kex, where.auth);
    err = judge(side, &where, def, payload.data[0]);
    if (err != SS_OK)
        return err == SS_E_unknown_message ? SS_OK : err;
    err = ss_msg_decode(&side->arena, def, payload, &msg, NULL);
    if (err != SS_OK)
        return link_fail(&side->link, err, NULL, NULL, NULL);
    return ss_transport_ops.on_message(side->layer, &msg);
}

bool pair_take(struct pair_side *side)
{
    struct ss_buf *stream = &side->other->wire;
    struct ss_packet packet;
    size_t used;
    ss_err err;

    if (side->err != SS_OK || ss_buf_size(stream) == 0)
        return false;
    err = ss_packet_take(&side->in, stream, &packet, &used);
    if (err == SS_OK) {
        side->link.inbound_sequence = packet.sequence;
        err = absorb(side, packet.payload);
        ss_buf_consume(stream, used);
    }
    (void)settle(side, err);
    return true;
}

ss_err pair_act(struct pair_side *side)
{
    ss_err err;

    if (side->err != SS_OK)
        return side->err;
    err = settle(side, ss_transport_ops.act(side->layer));
    ss_arena_reset(&side->arena);
    return err;
}

ss_err pair_do(struct pair_side *side, const struct ss_command *command)
{
    return ss_transport_ops.command(side->layer, command, NULL);
}

static void answer(struct pair_side *side)
{
    struct ss_command command = {.kind = SS_CMD_HOST_KEY, .flag = !side->refuses};

    if (side->layer->question == SS_QUESTION_ASKED && !side->undecided && side->err == SS_OK)
        (void)settle(side, pair_do(side, &command));
}

static bool step(struct pair_side *side)
{
    size_t before = ss_buf_size(&side->log);
    bool took;

    if (side->err != SS_OK)
        return false;
    if (!side->by_hand)
        (void)pair_act(side);
    took = pair_take(side);
    answer(side);
    if (!side->by_hand)
        (void)pair_act(side);
    return took || ss_buf_size(&side->log) != before;
}

ss_err pair_run(struct pair *pair)
{
    bool c, s;

    do {
        c = step(&pair->c);
        s = step(&pair->s);
    } while (c || s);
    return pair->c.err != SS_OK ? pair->c.err : pair->s.err;
}

void pair_up(struct pair *pair)
{
    pair_init(pair, &test_counted()->env);
    cr_assert(pair_start(pair) == SS_OK);
    cr_assert(pair_run(pair) == SS_OK, "%s %s %s", ss_err_name(pair_run(pair)), pair->c.detail,
              pair->s.detail);
}

/* ---- by hand ---- */
struct ss_msg pair_compose(struct pair_side *side, enum ss_msgid id)
{
    struct ss_msg msg;
    ss_err err;

    cr_assert(ss_msg_new(&side->arena, ss_msgdef_of(id), NULL, &msg) == SS_OK);
    err = ss_transport_ops.compose(side->layer, &msg);
    cr_assert(err == SS_OK, "%s: %s", ss_msgdef_of(id)->name, ss_err_name(err));
    return msg;
}

ss_err pair_send(struct pair_side *side, const struct ss_msg *msg)
{
    return settle(side, link_send(&side->link, msg));
}

ss_err pair_say(struct pair_side *side, enum ss_msgid id)
{
    struct ss_msg msg = pair_compose(side, id);

    return pair_send(side, &msg);
}

ss_err pair_send_payload(struct pair_side *side, ss_span payload)
{
    struct ss_msg msg = {NULL, NULL, payload};

    return settle(side, seal(side, &msg, payload));
}

/* ---- what happened ---- */
ss_span pair_sent(const struct pair_side *side, uint8_t number, size_t nth)
{
    struct ss_reader reader;

    ss_reader_init(&reader, ss_buf_span(&side->log));
    while (ss_reader_left(&reader) > 0) {
        ss_span payload = ss_reader_string(&reader);

        if (payload.size > 0 && payload.data[0] == number && nth-- == 0)
            return payload;
    }
    return ss_span_make(NULL, 0);
}

size_t pair_sent_count(const struct pair_side *side, uint8_t number)
{
    size_t n = 0;

    while (pair_sent(side, number, n).size > 0)
        n++;
    return n;
}

const char *pair_sent_numbers(const struct pair_side *side)
{
    static char text[512];
    struct ss_reader reader;
    size_t at = 0;

    text[0] = 0;
    ss_reader_init(&reader, ss_buf_span(&side->log));
    while (ss_reader_left(&reader) > 0 && at < sizeof text - 8) {
        ss_span payload = ss_reader_string(&reader);

        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u", at > 0 ? " " : "",
                               payload.data[0]);
    }
    return text;
}

const struct pair_event *pair_event(const struct pair_side *side, enum ss_event_type type,
                                    size_t nth)
{
    size_t i;

    for (i = 0; i < side->event_count; i++) {
        if (side->events[i].type == type && nth-- == 0)
            return &side->events[i];
    }
    return NULL;
}

size_t pair_event_count(const struct pair_side *side, enum ss_event_type type)
{
    size_t n = 0;

    while (pair_event(side, type, n) != NULL)
        n++;
    return n;
}
