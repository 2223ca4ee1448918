/* SPDX-License-Identifier: Apache-2.0 */
/* relay_lane.c - one direction of a relay: bytes to units.
 *
 * Owns: where a unit ends; what can be known of that from both KEXINITs.
 * Not here: what happens to a unit (relay_rule.c).
 * Called by: relay.c.
 * Follows: RFC 4253 sections 4.2, 6, 7.1; RFC 5647 and OpenSSH PROTOCOL 1.6 for lengths in the
 *   clear. */
#include "sshspec/text.h"
#include "sshspec/transport.h"
#include "testserver/actor/relay.h"

enum {
    LANE_MOST = 64 * 1024 * 1024,
    PACKET_MOST = 1024 * 1024,
    LINE_MOST = 8192,
    HEAD = 5, /* packet_length, padding_length */
    KEXINIT = 20,
    NEWKEYS = 21
};

void relay_lane_init(struct relay_lane *lane, enum scn_side side, const struct ss_env *env)
{
    memset(lane, 0, sizeof *lane);
    lane->side = side;
    ss_buf_init(&lane->in, env, LANE_MOST);
    ss_buf_init(&lane->out, env, LANE_MOST);
    ss_buf_init(&lane->work, env, LANE_MOST);
    ss_buf_init(&lane->kexinit, env, PACKET_MOST);
}

void relay_lane_fini(struct relay_lane *lane)
{
    ss_buf_fini(&lane->in);
    ss_buf_fini(&lane->out);
    ss_buf_fini(&lane->work);
    ss_buf_fini(&lane->kexinit);
}

/* ---- what was agreed ---- */
static ss_span first_common(ss_span client, ss_span server)
{
    ss_span name;

    while (ss_namelist_next(&client, &name)) {
        if (ss_namelist_has(server, name))
            return name;
    }
    return ss_span_make(NULL, 0);
}

static bool ends(ss_span text, const char *end)
{
    size_t n = strlen(end);

    return text.size >= n && ss_span_eq(ss_span_part(text, text.size - n, n), ss_span_of(end));
}

static bool starts(ss_span text, const char *start)
{
    return ss_span_eq(ss_span_part(text, 0, strlen(start)), ss_span_of(start));
}

/* Bytes behind what the length counts; 0: the length cannot be read. */
static size_t tail_of(ss_span cipher, ss_span mac)
{
    static const struct {
        const char *name;
        size_t size;
    } macs[] = {{"hmac-sha2-256-etm@openssh.com", 32}, {"hmac-sha2-512-etm@openssh.com", 64},
                {"hmac-sha1-etm@openssh.com", 20},     {"hmac-sha1-96-etm@openssh.com", 12},
                {"hmac-md5-etm@openssh.com", 16},      {"hmac-md5-96-etm@openssh.com", 12},
                {"umac-64-etm@openssh.com", 8},        {"umac-128-etm@openssh.com", 16}};

    if (ends(cipher, "-gcm@openssh.com") || ends(cipher, "-gcm") || starts(cipher, "AEAD_AES_"))
        return 16;
    if (starts(cipher, "chacha20-poly1305"))
        return 0;
    for (size_t i = 0; i < SS_COUNT(macs); i++) {
        if (ss_span_is(mac, macs[i].name))
            return macs[i].size;
    }
    return 0;
}

static enum ss_context family(ss_span kex)
{
    if (starts(kex, "diffie-hellman-group-exchange"))
        return SS_CONTEXT_KEX_GEX;
    return starts(kex, "diffie-hellman") ? SS_CONTEXT_KEX_DH : SS_CONTEXT_KEX_ECDH;
}

static bool read_kexinit(struct relay *relay, const struct relay_lane *lane,
                         const struct ss_msg_kexinit **out)
{
    struct ss_decode_error error;
    struct ss_msg msg;

    if (ss_buf_size(&lane->kexinit) == 0 ||
        ss_msg_decode(&relay->unit, ss_msgdef_of(SS_MSG_kexinit), ss_buf_span(&lane->kexinit), &msg,
                      &error) != SS_OK)
        return false;
    *out = msg.body;
    return true;
}

static void agree(struct relay *relay)
{
    const struct ss_msg_kexinit *c, *s;
    ss_span cipher, mac;

    if (!read_kexinit(relay, &relay->lanes[SCN_TO_SERVER], &c) ||
        !read_kexinit(relay, &relay->lanes[SCN_TO_CLIENT], &s))
        return;
    relay->boundaries_known = true;
    relay->kex = family(first_common(c->kex_algorithms, s->kex_algorithms));
    cipher = first_common(c->encryption_algorithms_client_to_server,
                          s->encryption_algorithms_client_to_server);
    mac = first_common(c->mac_algorithms_client_to_server, s->mac_algorithms_client_to_server);
    relay->lanes[SCN_TO_SERVER].tail = tail_of(cipher, mac);
    cipher = first_common(c->encryption_algorithms_server_to_client,
                          s->encryption_algorithms_server_to_client);
    mac = first_common(c->mac_algorithms_server_to_client, s->mac_algorithms_server_to_client);
    relay->lanes[SCN_TO_CLIENT].tail = tail_of(cipher, mac);
    relay->by_segment =
        relay->lanes[SCN_TO_SERVER].tail == 0 || relay->lanes[SCN_TO_CLIENT].tail == 0;
}

/* ---- units ---- */
static void keep_kexinit(struct relay *relay, struct relay_lane *lane, ss_span payload)
{
    ss_buf_clear(&lane->kexinit);
    if (ss_buf_put(&lane->kexinit, payload) == SS_OK)
        agree(relay);
}

static void read_packet(struct relay *relay, struct relay_unit *unit, ss_span payload)
{
    struct ss_decode_error error;
    const struct ss_msgdef *def;

    unit->msg.payload = payload;
    if (payload.size == 0)
        return;
    def = ss_msgdef_by_number(SS_PROTO_SSH, payload.data[0], relay->kex, SS_CONTEXT_ANY);
    if (def != NULL && ss_msg_decode(&relay->unit, def, payload, &unit->msg, &error) != SS_OK)
        unit->msg = (struct ss_msg){.payload = payload};
}

static void pass_on(struct relay *relay, struct relay_lane *lane, struct relay_unit *unit)
{
    unit->index = lane->packets;
    relay_see(relay, lane->side, unit);
    relay_rule_apply(relay, lane, unit);
    if (!unit->line)
        lane->packets++;
}

/* Each takes one unit; false when there is no whole one. */
static bool take_line(struct relay *relay, struct relay_lane *lane)
{
    struct relay_unit unit = {.line = true};
    ss_span all = ss_buf_span(&lane->in);
    const uint8_t *end = all.size > 0 ? memchr(all.data, '\n', all.size) : NULL;
    size_t size = end != NULL ? (size_t)(end - all.data) : all.size;

    if (end == NULL && all.size < LINE_MOST)
        return false;
    if (end == NULL) { /* no line at all */
        lane->mode = RELAY_SEGMENTS;
        return true;
    }
    unit.bytes = ss_span_part(all, 0, size + 1);
    pass_on(relay, lane, &unit);
    if (starts(all, "SSH-"))
        lane->mode = RELAY_CLEAR;
    ss_buf_consume(&lane->in, size + 1);
    return true;
}

static bool take_clear(struct relay *relay, struct relay_lane *lane)
{
    struct relay_unit unit = {0};
    ss_span all = ss_buf_span(&lane->in);
    uint32_t length;
    uint8_t padding;

    if (all.size < HEAD)
        return false;
    length = ss_load_u32(all.data);
    padding = all.data[4];
    if (length < 1U + padding || length > PACKET_MOST) {
        lane->mode = RELAY_SEGMENTS;
        return true;
    }
    if (all.size < 4U + length)
        return false;
    unit.bytes = ss_span_part(all, 0, 4U + length);
    read_packet(relay, &unit, ss_span_part(all, HEAD, length - 1 - padding));
    pass_on(relay, lane, &unit);
    if (unit.msg.payload.size > 0 && unit.msg.payload.data[0] == KEXINIT)
        keep_kexinit(relay, lane, unit.msg.payload);
    if (unit.msg.payload.size > 0 && unit.msg.payload.data[0] == NEWKEYS) {
        lane->epoch++;
        lane->mode = lane->tail > 0 ? RELAY_SEALED : RELAY_SEGMENTS;
    }
    ss_buf_consume(&lane->in, unit.bytes.size);
    return true;
}

static bool take_sealed(struct relay *relay, struct relay_lane *lane)
{
    struct relay_unit unit = {0};
    ss_span all = ss_buf_span(&lane->in);
    uint32_t length;

    if (all.size < 4)
        return false;
    length = ss_load_u32(all.data);
    if (length > PACKET_MOST) {
        lane->mode = RELAY_SEGMENTS;
        relay->by_segment = true;
        return true;
    }
    if (all.size < 4 + (size_t)length + lane->tail)
        return false;
    unit.bytes = ss_span_part(all, 0, 4 + (size_t)length + lane->tail);
    pass_on(relay, lane, &unit);
    ss_buf_consume(&lane->in, unit.bytes.size);
    return true;
}

static bool take_segment(struct relay *relay, struct relay_lane *lane)
{
    struct relay_unit unit = {.bytes = ss_buf_span(&lane->in)};

    if (unit.bytes.size == 0)
        return false;
    pass_on(relay, lane, &unit);
    ss_buf_consume(&lane->in, unit.bytes.size);
    return true;
}

static bool take_unit(struct relay *relay, struct relay_lane *lane)
{
    ss_arena_reset(&relay->unit);
    switch (lane->mode) {
    case RELAY_LINES:
        return take_line(relay, lane);
    case RELAY_CLEAR:
        return take_clear(relay, lane);
    case RELAY_SEALED:
        return take_sealed(relay, lane);
    case RELAY_SEGMENTS:
        return take_segment(relay, lane);
    }
    return false;
}

void relay_lane_work(struct relay *relay, struct relay_lane *lane)
{
    while (!relay->scene->outcome.decided && take_unit(relay, lane))
        continue;
    /* What is left of a packet when its source has gone is passed on as it is. */
    if (lane->ended && ss_buf_size(&lane->in) > 0) {
        lane->mode = RELAY_SEGMENTS;
        (void)take_unit(relay, lane);
    }
}
