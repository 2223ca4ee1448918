/* SPDX-License-Identifier: Apache-2.0 */
/* seed_session.c - seeds of fuzz_session and fuzz_session_real: every message that a client may
 * send, where it may send it, and steps that are no messages.
 *
 * Owns: the walk over rows and starts.
 * Not here: whole conversations (seed_dialogue.c), the harness.
 * Called by: seed_gen.c. */
#include "fuzz/seed_session.h"

#include "sshspec/wire.h"

enum { FLOOD = 200 }; /* packets, but one */

/* ---- steps ---- */

void seed_start(struct seeds *seeds, enum fuzz_start start, unsigned bits)
{
    uint8_t head = (uint8_t)((unsigned)start | bits);

    MUST(ss_buf_size(&seeds->buf) == 0);
    MUST(ss_buf_put(&seeds->buf, ss_span_make(&head, 1)) == SS_OK);
}

void seed_step(struct seeds *seeds, unsigned kind, ss_span bytes)
{
    uint8_t head[FUZZ_STEP_HEAD] = {(uint8_t)kind, (uint8_t)(bytes.size >> 8), (uint8_t)bytes.size};

    MUST(bytes.size <= UINT16_MAX);
    MUST(ss_buf_put(&seeds->buf, ss_span_make(head, sizeof head)) == SS_OK);
    MUST(ss_buf_put(&seeds->buf, bytes) == SS_OK);
}

void seed_message_step(struct seeds *seeds, unsigned kind, const struct ss_msg *msg)
{
    struct ss_buf payload;

    ss_buf_init(&payload, seeds->memory->env, UINT16_MAX);
    seed_encode(&payload, msg);
    seed_step(seeds, kind, ss_buf_span(&payload));
    ss_buf_fini(&payload);
}

struct fuzz_session_end seed_session_put(struct seeds *seeds, size_t steps)
{
    struct fuzz_session_end end = fuzz_session_run(ss_buf_span(&seeds->buf), 0);

    MUST(end.steps == steps);
    seed_put(seeds);
    return end;
}

/* Did it get through as a message: was it read, whatever was thought of it? */
static bool was_read(ss_err fault)
{
    return fault != SS_E_mac_mismatch && fault != SS_E_bad_length && fault != SS_E_bad_padding &&
           fault != SS_E_packet_too_long && fault != SS_E_truncated && fault != SS_E_trailing &&
           fault != SS_E_bad_mpint && fault != SS_E_bad_version;
}

/* ---- every message ---- */

/* Values that lead further than those of a seed. */
void seed_make_likely(const struct ss_msg *msg)
{
    if (seed_has(msg, "recipient_channel"))
        seed_set_u32(msg, "recipient_channel", 0);
    if (seed_has(msg, "want_reply"))
        seed_set_boolean(msg, "want_reply", true);
    if (msg->def->id == SS_MSG_service_request)
        seed_set_span(msg, "service", ss_span_of("ssh-userauth"));
    if (msg->def->id == SS_MSG_userauth_request) {
        seed_set_span(msg, "user", ss_span_of(fuzz_user));
        seed_set_span(msg, "service", ss_span_of("ssh-connection"));
    }
    if (msg->def->id == SS_MSG_channel_open) {
        seed_set_u32(msg, "initial_window_size", 1 << 20);
        seed_set_u32(msg, "maximum_packet_size", 1 << 15);
    }
}

/* The methods of key exchange that both harnesses speak have one family. */
static bool from_client(const struct ss_msgdef *def, unsigned phase)
{
    return def->proto == SS_PROTO_SSH && (def->sender & SS_CLIENT) != 0 &&
           (def->phases & phase) != 0 && def->context != SS_CONTEXT_KEX_DH &&
           def->context != SS_CONTEXT_KEX_GEX;
}

static bool has_tail(const struct ss_msgdef *def)
{
    return def->field_count > 0 && def->fields[def->field_count - 1].type == SS_TYPE_tail;
}

typedef void put_fn(struct seeds *seeds, unsigned where, const struct ss_msg *msg);

/* The row, and behind it each tail of it. */
static void each_tail(struct seeds *seeds, struct ss_arena *arena, const struct ss_msgdef *def,
                      unsigned where, put_fn *put)
{
    struct ss_msg msg;

    ss_arena_reset(arena);
    if (!has_tail(def)) {
        msg = seed_fill(arena, def, NULL, where);
        seed_make_likely(&msg);
        put(seeds, where, &msg);
        return;
    }
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *tail = ss_msgdef_of((enum ss_msgid)id);

        if (tail->key == NULL || tail->parent != def->id)
            continue;
        msg = seed_fill(arena, def, tail, where);
        seed_make_likely(&msg);
        put(seeds, where, &msg);
    }
}

static void each_message(struct seeds *seeds, unsigned where, unsigned phase, put_fn *put)
{
    struct ss_arena arena;

    ss_arena_init(&arena, seeds->memory->env, (size_t)1 << 22);
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        const struct ss_msgdef *def = ss_msgdef_of((enum ss_msgid)id);

        if (from_client(def, phase))
            each_tail(seeds, &arena, def, where, put);
    }
    ss_arena_fini(&arena);
}

static void put_at(struct seeds *seeds, unsigned where, const struct ss_msg *msg)
{
    struct fuzz_session_end end;

    seed_start(seeds, (enum fuzz_start)where, 0);
    seed_message_step(seeds, FUZZ_PACKET, msg);
    end = seed_session_put(seeds, 1);
    MUST(was_read(end.fault));
}

/* ---- steps that are no messages ---- */

static void put_lies(struct seeds *seeds, enum fuzz_start start)
{
    static const uint8_t ignore[] = {2, 0, 0, 0, 1, 'x'};

    for (uint8_t lie = 0; lie < 12; lie++) {
        uint8_t bytes[2 + sizeof ignore] = {0, lie};

        memcpy(bytes + 2, ignore, sizeof ignore);
        seed_start(seeds, start, 0);
        seed_step(seeds, FUZZ_LIED, ss_span_make(bytes, sizeof bytes));
        seed_step(seeds, FUZZ_PACKET, ss_span_make(ignore, sizeof ignore));
        (void)seed_session_put(seeds, 2);
    }
}

static void put_waits(struct seeds *seeds, enum fuzz_start start)
{
    static const uint32_t waits[] = {1, 119999, 120001, 3600001};
    struct fuzz_session_end end;
    uint8_t bytes[4];

    for (size_t i = 0; i < SS_COUNT(waits); i++) {
        ss_store_u32(bytes, waits[i]);
        seed_start(seeds, start, 0);
        seed_step(seeds, FUZZ_WAIT, ss_span_make(bytes, sizeof bytes));
        end = seed_session_put(seeds, 1);
        MUST(end.over == (waits[i] > 120000 && start < FUZZ_AT_LOGIN));
    }
    seed_start(seeds, start, 0);
    seed_step(seeds, FUZZ_EOF, ss_span_of(""));
    end = seed_session_put(seeds, 1);
    MUST(end.over && end.fault == SS_E_closed);
}

/* Lines instead of packets: what comes before the identification, and the line itself in pieces. */
static void put_lines(struct seeds *seeds)
{
    static const char *const lines[] = {"SSH-2.0-x\r\n", "SSH-1.99-x\n", "SSH-1.5-x\r\n",
                                        "GET / HTTP/1.0\r\n\r\n", "SSH-2.0-x"};
    struct fuzz_session_end end;

    for (size_t i = 0; i < SS_COUNT(lines); i++) {
        seed_start(seeds, FUZZ_AT_NOTHING, 0);
        seed_step(seeds, FUZZ_RAW | 1 << FUZZ_PIECE_SHIFT, ss_span_of(lines[i]));
        end = seed_session_put(seeds, 1);
        MUST(end.over == (i == 2 || i == 3));
    }
}

/* Replies that nobody reads. */
static void put_unread(struct seeds *seeds)
{
    static const uint8_t ping[] = {FLOOD, 192, 0, 0, 0, 4, 'p', 'i', 'n', 'g'};
    struct fuzz_session_end end;

    static const uint8_t unknown[] = {FLOOD, 22};
    uint8_t large[1 + 5 + 1000] = {FLOOD, 192, 0, 0, 1000 / 256, 1000 % 256};

    for (size_t start = FUZZ_AT_KEYS; start <= FUZZ_AT_SFTP; start++) {
        seed_start(seeds, (enum fuzz_start)start, FUZZ_UNREAD);
        seed_step(seeds, FUZZ_AGAIN, ss_span_make(ping, sizeof ping));
        end = seed_session_put(seeds, 1);
        MUST(!end.over && end.messages > FLOOD);
        seed_start(seeds, (enum fuzz_start)start, FUZZ_UNREAD);
        seed_step(seeds, FUZZ_AGAIN, ss_span_make(unknown, sizeof unknown));
        end = seed_session_put(seeds, 1);
        MUST(!end.over && end.messages > FLOOD);
        /* More than is kept for a peer that is not authenticated and does not read. */
        seed_start(seeds, (enum fuzz_start)start, FUZZ_UNREAD);
        seed_step(seeds, FUZZ_AGAIN, ss_span_make(large, sizeof large));
        seed_step(seeds, FUZZ_AGAIN, ss_span_make(large, sizeof large));
        end = seed_session_put(seeds, 2);
        MUST(end.over == (start < FUZZ_AT_LOGIN));
    }
}

void seed_session(struct seeds *seeds)
{
    static const unsigned phases[FUZZ_STARTS] = {
        0,
        SS_PHASE_START,
        SS_PHASE_KEX,
        SS_PHASE_SERVICE,
        SS_PHASE_AUTH,
        SS_PHASE_CONNECTION,
        SS_PHASE_CONNECTION,
        SS_PHASE_CONNECTION,
        SS_PHASE_KEX,
    };

    for (unsigned start = FUZZ_AT_IDENT; start < FUZZ_STARTS; start++)
        each_message(seeds, start, phases[start], put_at);
    for (unsigned start = 0; start < FUZZ_STARTS; start++)
        put_waits(seeds, (enum fuzz_start)start);
    put_lies(seeds, FUZZ_AT_IDENT);
    put_lies(seeds, FUZZ_AT_KEYS);
    put_lies(seeds, FUZZ_AT_LOGIN);
    put_lines(seeds);
    put_unread(seeds);
    seed_dialogues(seeds);
}

/* ---- with real mathematics: a mode, then payloads with two bytes of length ---- */

static void put_real(struct seeds *seeds, unsigned where, const struct ss_msg *msg)
{
    uint8_t mode = (uint8_t)where, length[2];
    struct ss_msg again;
    struct ss_arena arena;
    struct ss_buf payload;

    ss_arena_init(&arena, seeds->memory->env, (size_t)1 << 20);
    ss_buf_init(&payload, seeds->memory->env, UINT16_MAX);
    seed_encode(&payload, msg);
    MUST(ss_msg_decode(&arena, msg->def, ss_buf_span(&payload), &again, NULL) == SS_OK);
    length[0] = (uint8_t)(ss_buf_size(&payload) >> 8);
    length[1] = (uint8_t)ss_buf_size(&payload);
    MUST(ss_buf_put(&seeds->buf, ss_span_make(&mode, 1)) == SS_OK);
    MUST(ss_buf_put(&seeds->buf, ss_span_make(length, sizeof length)) == SS_OK);
    MUST(ss_buf_put(&seeds->buf, ss_buf_span(&payload)) == SS_OK);
    seed_put(seeds);
    ss_buf_fini(&payload);
    ss_arena_fini(&arena);
}

void seed_session_real(struct seeds *seeds)
{
    each_message(seeds, 0, SS_PHASE_START, put_real);
    each_message(seeds, 1, SS_PHASE_SERVICE, put_real);
    each_message(seeds, 3, SS_PHASE_AUTH, put_real);
    each_message(seeds, 7, SS_PHASE_CONNECTION, put_real);
}
