/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_packet.c - packets sealed and opened under every suite, in pieces, and with bits flipped.
 *
 * Owns: the oracles: what was sealed comes out, whatever the pieces; a flipped bit under a MAC is
 *   refused and nothing comes out; bytes from anywhere never crash the reader.
 * Not here: key exchange.
 * Follows: lib/transport/packet_in.c, packet_out.c.
 *
 * Input: suite, mode, size of pieces, position of the flip (two bytes), then the payload. Link with
 * -fsanitize=fuzzer. */
#include "sshspec/transport.h"

#include <stdlib.h>

enum { HEAD = 5, STREAM = 1 << 20, LIMIT = 262144 };
enum { HONEST, FLIPPED, ANYTHING, MODES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bench {
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct ss_packet_in in;
    struct ss_packet_out out;
    struct ss_buf sealed, stream;
    bool in_clear; /* no MAC: a flip need not be noticed */
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The n-th, from the beginning again behind the last, of those that are more than a name. */
static const struct ss_mac_alg *nth_mac(const struct ss_registry *registry, size_t n)
{
    for (size_t i = 0;; i++) {
        if (registry->mac[i] == NULL)
            i = 0;
        if ((registry->mac[i]->flags & SS_MAC_OF_CIPHER) == 0 && n-- == 0)
            return registry->mac[i];
    }
}

static void choose_suite(const struct ss_registry *registry, uint8_t choice,
                         const struct ss_cipher_alg **cipher, const struct ss_mac_alg **mac)
{
    size_t ciphers = 0;

    while (registry->cipher[ciphers] != NULL)
        ciphers++;
    *cipher = choice % (ciphers + 1) == ciphers ? NULL : registry->cipher[choice % (ciphers + 1)];
    *mac = *cipher == NULL || ((*cipher)->flags & SS_CIPHER_AEAD) != 0
               ? NULL
               : nth_mac(registry, choice / (ciphers + 1));
}

static void bench_init(struct bench *bench, uint8_t choice)
{
    static const uint8_t key[128] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const struct ss_cipher_alg *cipher;
    const struct ss_mac_alg *mac;
    struct ss_suite in, out;
    const struct ss_env *env;

    ss_seeded_init(&bench->seeded, 1);
    ss_counted_init(&bench->counted, &bench->seeded.env);
    env = &bench->counted.env;
    ss_packet_in_init(&bench->in, env);
    ss_packet_out_init(&bench->out, env);
    bench->in.limit = LIMIT;
    ss_buf_init(&bench->sealed, env, STREAM);
    ss_buf_init(&bench->stream, env, STREAM);
    choose_suite(ss_registry_standard(), choice, &cipher, &mac);
    bench->in_clear = cipher == NULL || (mac != NULL && mac->size == 0);
    if (cipher == NULL)
        return;
    must(ss_suite_init(&in, env, cipher, mac, key, key + 64, key + 32, SS_OPEN) == SS_OK);
    must(ss_suite_init(&out, env, cipher, mac, key, key + 64, key + 32, SS_SEAL) == SS_OK);
    ss_packet_in_install(&bench->in, &in);
    ss_packet_out_install(&bench->out, &out);
}

static void bench_fini(struct bench *bench)
{
    ss_packet_in_fini(&bench->in);
    ss_packet_out_fini(&bench->out);
    ss_buf_fini(&bench->sealed);
    ss_buf_fini(&bench->stream);
    must(bench->counted.blocks == 0);
}

static void seal(struct bench *bench, ss_span payload)
{
    size_t mark;

    must(ss_packet_begin(&bench->out, &bench->sealed, &mark) == SS_OK);
    must(ss_buf_put(&bench->sealed, payload) == SS_OK);
    must(ss_packet_end(&bench->out, &bench->sealed, mark, NULL, 0) == SS_OK);
}

/* Feeds what was sealed in pieces; gives how many packets came out, each like payload. */
static size_t open_all(struct bench *bench, size_t piece, ss_span payload, ss_err *out_err)
{
    ss_span left = ss_buf_span(&bench->sealed);
    size_t count = 0;

    *out_err = SS_E_more_input;
    while (left.size > 0 || *out_err == SS_OK) {
        ss_span next = ss_span_part(left, 0, piece);
        struct ss_packet packet;
        size_t used;

        must(ss_buf_put(&bench->stream, next) == SS_OK);
        left = ss_span_part(left, next.size, left.size);
        while ((*out_err = ss_packet_take(&bench->in, &bench->stream, &packet, &used)) == SS_OK) {
            must(used <= ss_buf_size(&bench->stream));
            if (payload.data != NULL)
                must(ss_span_eq(packet.payload, payload));
            ss_buf_consume(&bench->stream, used);
            count++;
        }
        if (*out_err != SS_E_more_input)
            return count;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bench bench;
    ss_span payload;
    size_t piece, count;
    ss_err err;

    if (size < HEAD || size > 40000)
        return 0;
    payload = ss_span_make(data + HEAD, size - HEAD);
    piece = 1 + data[2] * (size_t)(1 + data[2] % 7);
    bench_init(&bench, data[0]);
    if (data[1] % MODES == ANYTHING) {
        must(ss_buf_put(&bench.sealed, payload) == SS_OK);
        (void)open_all(&bench, piece, ss_span_make(NULL, 0), &err);
        bench_fini(&bench);
        return 0;
    }
    seal(&bench, payload);
    seal(&bench, payload);
    if (data[1] % MODES == FLIPPED && !bench.in_clear) {
        size_t at = (size_t)(data[3] << 8 | data[4]) % ss_buf_size(&bench.sealed);

        ss_buf_at(&bench.sealed)[at] ^= (uint8_t)(1U << (data[3] & 7));
        count = open_all(&bench, piece, payload, &err);
        must(count < 2);
    } else {
        count = open_all(&bench, piece, payload, &err);
        must(count == 2 && err == SS_E_more_input && ss_buf_size(&bench.stream) == 0);
    }
    bench_fini(&bench);
    return 0;
}
