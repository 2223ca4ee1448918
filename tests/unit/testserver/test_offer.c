/* SPDX-License-Identifier: Apache-2.0 */
/* test_offer.c - a peer's KEXINIT, read from a socket and told.
 *
 * Follows: RFC 4253 sections 4.2, 6 and 7.1. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sshspec/net.h"
#include "sshspec/wire.h"
#include "testserver/offer.h"

#define ENOUGH_MS 10000

static const char *const lists[10] = {
    "curve25519-sha256,rsa1024-sha1,ext-info-c,kex-strict-c-v00@openssh.com",
    "ssh-rsa,ssh-ed25519",
    "aes128-ctr,arcfour",
    "aes128-ctr",
    "hmac-sha2-256",
    "hmac-sha2-256",
    "none",
    "none",
    "",
    "",
};

/* An unencrypted packet (RFC 4253 section 6) with the KEXINIT of the lists. */
static void put_kexinit(struct ss_buf *out)
{
    static const uint8_t zeros[32];
    struct ss_buf payload;
    struct ss_writer writer;
    size_t i, padding;

    ss_buf_init(&payload, ss_system_env(), 65536);
    ss_writer_init(&writer, &payload);
    ss_writer_byte(&writer, 20);
    ss_writer_bytes(&writer, ss_span_make(zeros, 16));
    for (i = 0; i < SS_COUNT(lists); i++)
        ss_writer_string(&writer, ss_span_of(lists[i]));
    ss_writer_byte(&writer, 0);
    ss_writer_u32(&writer, 0);
    cr_assert(ss_writer_done(&writer) == SS_OK);
    padding = 12 - (ss_buf_size(&payload) + 1) % 8;
    ss_writer_init(&writer, out);
    ss_writer_u32(&writer, (uint32_t)(1 + ss_buf_size(&payload) + padding));
    ss_writer_byte(&writer, (uint8_t)padding);
    ss_writer_bytes(&writer, ss_buf_span(&payload));
    ss_writer_bytes(&writer, ss_span_make(zeros, padding));
    cr_assert(ss_writer_done(&writer) == SS_OK);
    ss_buf_fini(&payload);
}

/* What the peer says, all at once, and then ends its direction. */
static ss_err take(struct offer *offer, const char *hello, bool kexinit)
{
    struct ss_buf said;
    int fds[2];
    ss_err err;

    ss_buf_init(&said, ss_system_env(), 65536);
    cr_assert(ss_buf_puts(&said, hello) == SS_OK);
    if (kexinit)
        put_kexinit(&said);
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
    cr_assert(write(fds[1], ss_buf_at(&said), ss_buf_size(&said)) == (ssize_t)ss_buf_size(&said));
    cr_assert(shutdown(fds[1], SHUT_WR) == 0);
    err = offer_take(offer, fds[0], ss_clock() + ENOUGH_MS);
    close(fds[1]);
    ss_buf_fini(&said);
    return err;
}

static bool says(const struct ss_buf *text, const char *line)
{
    return memmem(ss_buf_at(text), ss_buf_size(text), line, strlen(line)) != NULL;
}

static void check_table(const struct offer *offer)
{
    struct ss_buf text;

    ss_buf_init(&text, ss_system_env(), 65536);
    cr_assert(offer_write(offer, "mine", "1.0", false, &text) == SS_OK);
    cr_expect(says(&text, "mine 1.0 as client, SSH-2.0-mine\n"));
    cr_expect(says(&text, "rsa1024-sha1"));
    cr_expect(says(&text, "MUST NOT (RFC 9142 section 4)\n"));
    cr_expect(says(&text, "SHOULD NOT (RFC 8332 section 5.2); it signs with SHA-1\n"));
    cr_expect(says(&text, "MUST NOT (RFC 8758 section 2), client to server\n"));
    cr_expect(says(&text, "SHOULD (RFC 4344 section 4), server to client\n"));
    cr_expect(says(&text, "SHOULD (RFC 6668 section 2)\n"), "alike both ways: once");
    cr_expect(says(&text, "  marker       ext-info-c\n"));
    ss_buf_fini(&text);
}

static void check_json(const struct offer *offer)
{
    struct ss_buf text;

    ss_buf_init(&text, ss_system_env(), 65536);
    cr_assert(offer_write(offer, "mi\"ne", "", true, &text) == SS_OK);
    cr_expect(says(&text,
                   "{\"peer\":\"mi\\\"ne\",\"peer_version\":\"\",\"role\":\"client\",\"ident\":"
                   "\"SSH-2.0-mine\",\"kind\":\"kex\",\"way\":\"\",\"name\":\"rsa1024-sha1\","
                   "\"advice\":\"MUST NOT\",\"advice_source\":\"RFC 9142 section 4\",\"note\":"
                   "\"\"}\n"));
    cr_expect(
        says(&text, "\"kind\":\"marker\",\"way\":\"\",\"name\":\"ext-info-c\",\"advice\":null"));
    cr_expect(says(&text, "\"kind\":\"cipher\",\"way\":\"client to server\",\"name\":\"arcfour\""));
    ss_buf_fini(&text);
}

Test(offer, a_kexinit_is_read_and_told_with_advice)
{
    struct offer offer;

    offer_init(&offer, ss_system_env(), SS_CLIENT);
    cr_assert(take(&offer, "SSH-2.0-mine\r\n", true) == SS_OK);
    cr_expect(ss_span_is(ss_buf_span(&offer.ident), "SSH-2.0-mine"));
    cr_expect(ss_span_is(ss_buf_span(&offer.lists[2]), lists[2]));
    check_table(&offer);
    check_json(&offer);
    offer_fini(&offer);
}

Test(offer, a_peer_that_does_not_come_to_it_is_an_error)
{
    struct offer offer;

    offer_init(&offer, ss_system_env(), SS_SERVER);
    cr_expect(take(&offer, "SSH-2.0-mine\r\n", false) == SS_E_closed);
    cr_expect(take(&offer, "SSH-1.5-old\r\n", true) == SS_E_bad_version);
    cr_expect(take(&offer, "", false) == SS_E_closed);
    offer_fini(&offer);
}
