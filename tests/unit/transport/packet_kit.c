/* SPDX-License-Identifier: Apache-2.0 */
/* packet_kit.c - see packet_kit.h. */
#include "packet_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/support.h"

enum { CEILING = 1 << 20, PAYLOAD_MOST = 40000 };

struct packet_mode packet_mode(size_t i)
{
    static const struct ss_cipher_alg *const aead[] = {&ss_cipher_aes128_gcm, &ss_cipher_aes256_gcm,
                                                       &ss_cipher_chacha20_poly1305};
    static const struct ss_cipher_alg *const ctr[] = {&ss_cipher_aes128_ctr, &ss_cipher_aes256_ctr};
    static const struct ss_mac_alg *const mac[] = {&ss_mac_hmac_sha2_256, &ss_mac_hmac_sha2_512,
                                                   &ss_mac_hmac_sha2_256_etm,
                                                   &ss_mac_hmac_sha2_512_etm};
    struct packet_mode mode = {NULL, NULL};

    if (i >= 1 && i <= 3)
        mode.cipher = aead[i - 1];
    if (i >= 4) {
        mode.cipher = ctr[(i - 4) / 4];
        mode.mac = mac[(i - 4) % 4];
    }
    return mode;
}

const char *packet_mode_name(size_t i)
{
    static char name[96];
    struct packet_mode mode = packet_mode(i);

    (void)snprintf(name, sizeof name, "%s%s%s", mode.cipher != NULL ? mode.cipher->name : "none",
                   mode.mac != NULL ? "+" : "", mode.mac != NULL ? mode.mac->name : "");
    return name;
}

static void key(struct ss_suite *suite, size_t mode, enum ss_way way)
{
    struct packet_mode what = packet_mode(mode);
    uint8_t bytes[192];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7 + mode);
    cr_assert(ss_suite_init(suite, &test_counted()->env, what.cipher, what.mac, bytes, bytes + 64,
                            bytes + 96, way) == SS_OK);
}

void packet_ends_init(struct packet_ends *ends, size_t mode)
{
    const struct ss_env *env = &test_counted()->env;
    struct ss_suite suite;

    ss_packet_out_init(&ends->out, env);
    ss_packet_in_init(&ends->in, env);
    ss_buf_init(&ends->stream, env, CEILING);
    if (packet_mode(mode).cipher == NULL)
        return;
    key(&suite, mode, SS_SEAL);
    ss_packet_out_install(&ends->out, &suite);
    key(&suite, mode, SS_OPEN);
    ss_packet_in_install(&ends->in, &suite);
    cr_assert(suite.cipher == NULL, "the suite changed hands");
}

void packet_ends_fini(struct packet_ends *ends)
{
    ss_packet_out_fini(&ends->out);
    ss_packet_in_fini(&ends->in);
    ss_buf_fini(&ends->stream);
}

ss_err packet_put_lied(struct packet_ends *ends, ss_span payload, const struct ss_lie *lies,
                       size_t count)
{
    size_t mark;

    cr_assert(ss_packet_begin(&ends->out, &ends->stream, &mark) == SS_OK);
    cr_assert(ss_buf_put(&ends->stream, payload) == SS_OK);
    return ss_packet_end(&ends->out, &ends->stream, mark, lies, count);
}

size_t packet_put(struct packet_ends *ends, ss_span payload)
{
    size_t mark = ss_buf_size(&ends->stream);

    cr_assert(packet_put_lied(ends, payload, NULL, 0) == SS_OK);
    return mark;
}

ss_span packet_payload(size_t n)
{
    static uint8_t bytes[PAYLOAD_MOST];

    cr_assert(n <= sizeof bytes);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(i * 13 + n);
    return ss_span_make(bytes, n);
}
