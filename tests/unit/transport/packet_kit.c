/* SPDX-License-Identifier: Apache-2.0 */
/* packet_kit.c - see packet_kit.h. */
#include "packet_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/support/support.h"

enum { CEILING = 1 << 20, PAYLOAD_MOST = 40000 };

enum { KINDS = 3 }; /* of MACs: of the clear packet, of the encrypted one, none */

static bool is_aead(const struct ss_cipher_alg *cipher)
{
    return (cipher->flags & SS_CIPHER_AEAD) != 0;
}

static size_t modes_of(const struct ss_cipher_alg *cipher)
{
    return is_aead(cipher) ? 1 : KINDS;
}

static size_t kind_of(const struct ss_mac_alg *mac)
{
    if (mac->size == 0)
        return 2;
    return (mac->flags & SS_MAC_ETM) != 0 ? 1 : 0;
}

/* The turn-th of its kind, from the beginning again behind the last. */
static const struct ss_mac_alg *mac_of(size_t kind, size_t turn)
{
    const struct ss_mac_alg *const *all = ss_registry_standard()->mac;
    const struct ss_mac_alg *of_kind[32];
    size_t n = 0;

    for (size_t i = 0; all[i] != NULL; i++) {
        if (kind_of(all[i]) == kind && (all[i]->flags & SS_MAC_OF_CIPHER) == 0)
            of_kind[n++] = all[i];
    }
    return of_kind[turn % n];
}

size_t packet_modes(void)
{
    const struct ss_cipher_alg *const *ciphers = ss_registry_standard()->cipher;
    size_t n = 1;

    for (size_t i = 0; ciphers[i] != NULL; i++)
        n += modes_of(ciphers[i]);
    return n;
}

struct packet_mode packet_mode(size_t i)
{
    const struct ss_cipher_alg *const *ciphers = ss_registry_standard()->cipher;
    struct packet_mode mode = {NULL, NULL};
    size_t turn = 0;

    if (i == 0)
        return mode;
    for (i--; i >= modes_of(*ciphers); ciphers++) {
        i -= modes_of(*ciphers);
        turn += !is_aead(*ciphers);
    }
    mode.cipher = *ciphers;
    if (!is_aead(*ciphers))
        mode.mac = mac_of(i, turn);
    return mode;
}

bool packet_mode_outside(size_t i)
{
    struct packet_mode mode = packet_mode(i);

    return mode.cipher != NULL && (is_aead(mode.cipher) || (mode.mac->flags & SS_MAC_ETM) != 0);
}

unsigned packet_mode_unit(size_t i)
{
    struct packet_mode mode = packet_mode(i);

    return mode.cipher != NULL ? mode.cipher->block : 8;
}

unsigned packet_mode_tag(size_t i)
{
    struct packet_mode mode = packet_mode(i);

    if (mode.cipher == NULL)
        return 0;
    return mode.mac != NULL ? mode.mac->size : mode.cipher->tag;
}

bool packet_mode_clear(size_t i)
{
    struct packet_mode mode = packet_mode(i);

    return mode.cipher == NULL || mode.cipher == &ss_cipher_none;
}

bool packet_mode_checks(size_t i)
{
    return packet_mode_tag(i) > 0;
}

bool packet_mode_waits(size_t i)
{
    struct packet_mode mode = packet_mode(i);

    return mode.cipher != NULL && (mode.cipher->flags & SS_CIPHER_CBC) != 0 &&
           !packet_mode_outside(i);
}

ss_err packet_mode_err(size_t i, ss_err err)
{
    bool length = err == SS_E_bad_length || err == SS_E_packet_too_long;

    return length && packet_mode_waits(i) ? SS_E_mac_mismatch : err;
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

ss_err packet_take(struct packet_ends *ends, struct ss_packet *out_packet, size_t *out_used)
{
    ss_err err = ss_packet_take(&ends->in, &ends->stream, out_packet, out_used);
    uint8_t *more;
    size_t n;

    if (err != SS_E_more_input || ends->in.discard == 0)
        return err;
    cr_assert(*out_used == ends->in.discard && *out_used > ss_buf_size(&ends->stream));
    n = *out_used - ss_buf_size(&ends->stream);
    cr_assert(ss_buf_extend(&ends->stream, n - 1, &more) == SS_OK);
    memset(more, 0, n - 1);
    cr_assert(ss_packet_take(&ends->in, &ends->stream, out_packet, out_used) == SS_E_more_input);
    cr_assert(ss_buf_put(&ends->stream, ss_span_of("x")) == SS_OK);
    return ss_packet_take(&ends->in, &ends->stream, out_packet, out_used);
}

void packet_compress(struct packet_ends *ends, const struct ss_comp_alg *comp)
{
    ends->in.suite.comp = ends->out.suite.comp = comp;
    cr_assert(ss_packet_in_compress(&ends->in) == SS_OK);
    cr_assert(ss_packet_out_compress(&ends->out) == SS_OK);
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
