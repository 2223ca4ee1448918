/* SPDX-License-Identifier: Apache-2.0 */
/* fake_link.h - an engine made of lists, for tests of one layer: what was sent, which events came,
 * which fault was pinned.
 *
 * Owns: a link, its config and arena, the payloads sent and the events raised.
 * Not here: packets, key exchange, a second layer.
 * Called by: tests/unit/auth, tests/unit/connection. Header only, because not every unit test
 *   program links the message tables.
 *
 * The layer's memory is counted (test_counted); the lists themselves are not. */
#ifndef TESTS_FAKE_LINK_H
#define TESTS_FAKE_LINK_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "sshspec/layer.h"
#include "tests/support/support.h"

enum { FAKE_TEXT = 160, FAKE_EVENTS = 512, FAKE_SENT = 1024 };

struct fake_event { /* a copy: an event's own spans do not live long */
    enum ss_event_type type;
    uint32_t channel, number;
    bool flag;
    char text[FAKE_TEXT], method[FAKE_TEXT], data[FAKE_TEXT];
    size_t data_size;
    const struct ss_msgdef *def; /* of the message */
};

struct fake {
    struct ss_link link;
    struct ss_config config;
    struct ss_negotiated negotiated;
    struct ss_arena arena, peek; /* the link's; and where expected messages are decoded */
    const struct ss_layer_ops *ops;
    void *layer;
    struct ss_buf sent[FAKE_SENT]; /* a ring of payloads */
    size_t sent_first, sent_count;
    struct fake_event events[FAKE_EVENTS];
    size_t event_first, event_count;
    /* the pinned fault */
    ss_err err;
    const char *field, *rule;
    unsigned fails, notes;
    ss_err send_error; /* what send returns instead of sending, once */
    void (*hook)(struct fake *fake, const struct ss_event *event); /* sees events first */
    void *owner;
};

static inline void fake_copy(char *to, ss_span from)
{
    size_t n = from.size < FAKE_TEXT - 1 ? from.size : FAKE_TEXT - 1;

    if (n > 0)
        memcpy(to, from.data, n);
    to[n] = 0;
}

static inline ss_err fake_send(struct ss_link *link, const struct ss_msg *msg)
{
    struct fake *fake = SS_CONTAINER_OF(link, struct fake, link);
    struct ss_buf *buf = &fake->sent[(fake->sent_first + fake->sent_count) % FAKE_SENT];
    ss_err err = fake->send_error;

    fake->send_error = SS_OK;
    if (err != SS_OK)
        return err;
    cr_assert(fake->sent_count < FAKE_SENT, "the fake link is full");
    ss_buf_clear(buf);
    SS_TRY(ss_msg_encode(buf, msg, NULL, 0));
    fake->sent_count++;
    return fake->ops->on_sent(fake->layer, msg, ss_buf_span(buf));
}

static inline ss_err fake_raise(struct ss_link *link, const struct ss_event *event)
{
    struct fake *fake = SS_CONTAINER_OF(link, struct fake, link);
    struct fake_event *copy;

    if (fake->hook != NULL) {
        fake->hook(fake, event);
        return SS_OK;
    }
    cr_assert(fake->event_count < FAKE_EVENTS, "too many events wait");
    copy = &fake->events[(fake->event_first + fake->event_count++) % FAKE_EVENTS];
    memset(copy, 0, sizeof *copy);
    copy->type = event->type;
    copy->channel = event->channel;
    copy->number = event->number;
    copy->flag = event->flag;
    copy->data_size = event->data.size;
    copy->def = event->message != NULL ? event->message->def : NULL;
    fake_copy(copy->text, event->text);
    fake_copy(copy->method, event->method);
    fake_copy(copy->data, event->data);
    return SS_OK;
}

static inline ss_err fake_fail(struct ss_link *link, ss_err err, const char *field,
                               const char *rule, const char *detail)
{
    struct fake *fake = SS_CONTAINER_OF(link, struct fake, link);

    (void)detail;
    if (fake->fails++ == 0) {
        fake->err = err;
        fake->field = field;
        fake->rule = rule;
    }
    return err;
}

static inline void fake_note(struct ss_link *link, enum ss_trace_kind kind, const char *text)
{
    struct fake *fake = SS_CONTAINER_OF(link, struct fake, link);

    (void)kind;
    cr_assert(text != NULL);
    fake->notes++;
}

/* options.def at its defaults, without the config room. */
static inline void fake_config(struct ss_config *config, enum ss_role role)
{
    memset(config, 0, sizeof *config);
    config->role = role;
    config->registry = ss_registry_standard();
#define OPT_TEXT(name, value, text) config->name = value;
#define OPT_NUMBER(name, value, low, high, text) config->name = UINT64_C(value);
#define OPT_FLAG(name, value, text) config->name = value;
#include "config/options.def"
}

/* The layer is made by the caller, with &fake->link, right after. */
static inline struct fake *fake_new(enum ss_role role, const struct ss_layer_ops *ops)
{
    struct fake *fake = calloc(1, sizeof *fake);
    size_t i;

    cr_assert(fake != NULL);
    fake_config(&fake->config, role);
    fake->ops = ops;
    ss_arena_init(&fake->arena, &test_counted()->env, 1 << 24);
    ss_arena_init(&fake->peek, test_env(), 1 << 26);
    for (i = 0; i < FAKE_SENT; i++)
        ss_buf_init(&fake->sent[i], test_env(), 1 << 24);
    fake->link.env = &test_counted()->env;
    fake->link.config = &fake->config;
    fake->link.arena = &fake->arena;
    fake->link.send = fake_send;
    fake->link.event = fake_raise;
    fake->link.fail = fake_fail;
    fake->link.note = fake_note;
    fake->link.negotiated = &fake->negotiated;
    fake->link.may_send = true;
    return fake;
}

/* After the layer was freed. */
static inline void fake_free(struct fake *fake)
{
    size_t i;

    for (i = 0; i < FAKE_SENT; i++)
        ss_buf_fini(&fake->sent[i]);
    ss_arena_fini(&fake->arena);
    ss_arena_fini(&fake->peek);
    free(fake);
}

/* The next payload that was sent; good until FAKE_SENT more were. Empty: none. */
static inline ss_span fake_payload(struct fake *fake)
{
    struct ss_buf *buf = &fake->sent[fake->sent_first % FAKE_SENT];

    if (fake->sent_count == 0)
        return ss_span_make(NULL, 0);
    fake->sent_first++;
    fake->sent_count--;
    return ss_buf_span(buf);
}

/* The next payload must be this message; its struct. */
static inline void *fake_expect(struct fake *fake, enum ss_msgid id)
{
    ss_span payload = fake_payload(fake);
    struct ss_msg msg;

    cr_assert(payload.size > 0, "nothing was sent, %s was due", ss_msgdef_of(id)->name);
    cr_assert(payload.data[0] == ss_msgdef_of(id)->number, "%u was sent, %s was due",
              (unsigned)payload.data[0], ss_msgdef_of(id)->name);
    cr_assert(ss_msg_decode(&fake->peek, ss_msgdef_of(id), payload, &msg, NULL) == SS_OK);
    return msg.body;
}

static inline struct fake_event fake_event(struct fake *fake, enum ss_event_type type)
{
    struct fake_event *event = &fake->events[fake->event_first % FAKE_EVENTS];

    cr_assert(fake->event_count > 0, "no event, %d was due", (int)type);
    cr_assert(event->type == type, "event %d, %d was due", (int)event->type, (int)type);
    fake->event_first++;
    fake->event_count--;
    return *event;
}

/* Nothing sent and no event that was not looked at. */
static inline void fake_quiet(struct fake *fake)
{
    cr_assert(fake->sent_count == 0, "message %u was sent",
              (unsigned)ss_buf_at(&fake->sent[fake->sent_first % FAKE_SENT])[0]);
    cr_assert(fake->event_count == 0, "event %d was raised",
              (int)fake->events[fake->event_first % FAKE_EVENTS].type);
}

/* Bytes of a peer's message: decoded and taken in, as the engine would. */
static inline ss_err fake_take_payload(struct fake *fake, enum ss_msgid id, ss_span payload)
{
    struct ss_msg msg;
    ss_err err = ss_msg_decode(&fake->arena, ss_msgdef_of(id), payload, &msg, NULL);

    if (err == SS_OK)
        err = fake->ops->on_message(fake->layer, &msg);
    return err;
}

static inline ss_err fake_take(struct fake *fake, enum ss_msgid id, void *body)
{
    struct ss_msg msg = {ss_msgdef_of(id), body, {NULL, 0}};
    struct ss_buf buf;
    ss_err err;

    ss_arena_reset(&fake->arena);
    ss_buf_init(&buf, test_env(), 1 << 24);
    cr_assert(ss_msg_encode(&buf, &msg, NULL, 0) == SS_OK);
    err = fake_take_payload(fake, id, ss_buf_span(&buf));
    ss_buf_fini(&buf);
    return err;
}

/* A message that a script sends by hand, with lies. */
static inline ss_err fake_by_hand(struct fake *fake, enum ss_msgid id, void *body,
                                  const struct ss_lie *lies, size_t lie_count)
{
    struct ss_msg msg = {ss_msgdef_of(id), body, {NULL, 0}};
    struct ss_buf buf;
    ss_err err;

    ss_buf_init(&buf, test_env(), 1 << 24);
    cr_assert(ss_msg_encode(&buf, &msg, lies, lie_count) == SS_OK);
    err = fake->ops->on_sent(fake->layer, &msg, ss_buf_span(&buf));
    ss_buf_fini(&buf);
    return err;
}

static inline ss_err fake_do(struct fake *fake, struct ss_command command)
{
    return fake->ops->command(fake->layer, &command, NULL);
}

/* A command, and what it makes due. */
static inline void fake_done(struct fake *fake, struct ss_command command)
{
    ss_err err = fake_do(fake, command);

    cr_assert(err == SS_OK, "command %d: %s", (int)command.kind, ss_err_name(err));
    cr_assert(fake->ops->act(fake->layer) == SS_OK);
}

static inline void fake_act(struct fake *fake)
{
    cr_assert(fake->ops->act(fake->layer) == SS_OK);
}

/* Exactly one fault so far, this one. */
static inline void fake_failed(const struct fake *fake, ss_err err, const char *rule)
{
    cr_assert(fake->fails > 0, "no fault, %s was due", ss_err_name(err));
    cr_assert(fake->err == err, "%s, %s was due", ss_err_name(fake->err), ss_err_name(err));
    if (rule == NULL)
        cr_assert(fake->rule == NULL, "rule %s", fake->rule);
    else
        cr_assert(fake->rule != NULL && strcmp(fake->rule, rule) == 0, "rule %s, %s was due",
                  fake->rule != NULL ? fake->rule : "none", rule);
}

#endif
