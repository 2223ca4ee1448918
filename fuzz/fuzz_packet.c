/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_packet.c - packets sealed and opened under every suite, in pieces, flipped, and lied about.
 *
 * Owns: the oracles: what was sealed comes out, whatever the pieces and wherever the sequence
 *   number stands; lengths are aligned, and hidden where the suite hides them; a flipped bit under
 *   a MAC is refused before anything else of the packet is looked at, and nothing comes out; bytes
 *   from anywhere and frames with lies end in an error of the declared ones.
 * Not here: key exchange; when a sequence number makes new keys due (transport/rekey.c).
 * Follows: lib/transport/packet_in.c, packet_out.c; RFC 4253 sections 6 and 6.4.
 *
 * Input: suite, mode and first sequence number, size of pieces, position of the flip or seed of
 * the lies (two bytes), then the payload; in mode ANYTHING, the stream. What is missing is 0. Link
 * with -fsanitize=fuzzer. */
#include "fuzz/oracle.h"
#include "fuzz/packet_form.h"
#include "sshspec/transport.h"
#include "sshspec/vary.h"

enum { STREAM = 1 << 20, LIMIT = 262144, INPUT_MOST = 40000, LIES_MOST = 3, HIDDEN_LEAST = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bench {
    struct fuzz_memory memory;
    struct ss_packet_in in;
    struct ss_packet_out out;
    struct ss_buf sealed, stream;
    uint32_t first; /* sequence number of the first packet */
};

/* ---- making ---- */

static void bench_init(struct bench *bench, const uint8_t *head)
{
    static const uint32_t firsts[] = {0, UINT32_MAX, UINT32_MAX - 1, 0x7fffffff};

    fuzz_memory_init(&bench->memory);
    ss_packet_in_init(&bench->in, bench->memory.env);
    ss_packet_out_init(&bench->out, bench->memory.env);
    bench->in.limit = LIMIT;
    bench->first = firsts[head[FUZZ_PACKET_MODE] / FUZZ_PACKET_MODES % SS_COUNT(firsts)];
    bench->in.sequence = bench->out.sequence = bench->first;
    ss_buf_init(&bench->sealed, bench->memory.env, STREAM);
    ss_buf_init(&bench->stream, bench->memory.env, STREAM);
    fuzz_packet_install(&bench->in, &bench->out, head[FUZZ_PACKET_SUITE]);
}

static void bench_fini(struct bench *bench, size_t size)
{
    ss_packet_in_fini(&bench->in);
    ss_packet_out_fini(&bench->out);
    ss_buf_fini(&bench->sealed);
    ss_buf_fini(&bench->stream);
    fuzz_memory_fini(&bench->memory, size);
}

static bool in_clear(const struct bench *bench) /* a flip need not be noticed */
{
    const struct ss_suite *suite = &bench->out.suite;

    return suite->cipher == NULL || (suite->mac != NULL && suite->mac->size == 0);
}

/* Bytes of the length field that count for the alignment: none where it stands outside. */
static uint32_t counted(const struct ss_suite *suite)
{
    bool aead = suite->cipher != NULL && (suite->cipher->flags & SS_CIPHER_AEAD) != 0;
    bool etm = suite->mac != NULL && (suite->mac->flags & SS_MAC_ETM) != 0;

    return aead || etm ? 0 : 4;
}

/* A cipher that is none, by negotiation or before any. */
static bool no_cipher(const struct ss_suite *suite)
{
    return suite->cipher == NULL || strcmp(suite->cipher->name, "none") == 0;
}

static bool clear_length(const struct ss_suite *suite)
{
    if (no_cipher(suite))
        return true;
    return (suite->cipher->flags & SS_CIPHER_CLEAR_LENGTH) != 0 ||
           (suite->mac != NULL && (suite->mac->flags & SS_MAC_ETM) != 0);
}

static size_t tag_size(const struct ss_suite *suite)
{
    if (suite->cipher == NULL)
        return 0;
    return suite->mac != NULL ? suite->mac->size : suite->cipher->tag;
}

/* Seals a payload, looks at what can be seen from outside; gives the size of all of it. */
static size_t seal(struct bench *bench, ss_span payload)
{
    const struct ss_suite *suite = &bench->out.suite;
    size_t before = ss_buf_size(&bench->sealed), mark, whole;
    size_t block = suite->cipher != NULL ? suite->cipher->block : 8;
    uint32_t length;

    MUST(ss_packet_begin(&bench->out, &bench->sealed, &mark) == SS_OK && mark == before);
    MUST(ss_buf_put(&bench->sealed, payload) == SS_OK);
    MUST(ss_packet_end(&bench->out, &bench->sealed, mark, NULL, 0) == SS_OK);
    whole = ss_buf_size(&bench->sealed) - before;
    length = (uint32_t)(whole - tag_size(suite) - 4);
    MUST(whole >= 16 + tag_size(suite));
    MUST(length > payload.size + 4 && length <= payload.size + 1 + 255);
    /* rule: RFC4253-6-block-alignment; the length counts where it is encrypted with the rest */
    MUST((length + counted(suite)) % block == 0);
    MUST((ss_load_u32(ss_buf_at(&bench->sealed) + mark) == length) == clear_length(suite));
    return whole;
}

/* ---- opening ---- */

/* What stands in the buffer after a refusal must not be what was said. Under CTR with a MAC over
 * the plaintext there is no other way than to decrypt first. */
static void check_hidden(const struct bench *bench, ss_span payload)
{
    const struct ss_suite *suite = &bench->in.suite;
    bool zeros = true;

    if (no_cipher(suite) || in_clear(bench) ||
        (suite->mac != NULL && (suite->mac->flags & SS_MAC_ETM) == 0))
        return;
    for (size_t i = 0; i < payload.size; i++)
        zeros = zeros && payload.data[i] == 0; /* what is wiped looks the same */
    if (payload.size < HIDDEN_LEAST || zeros)
        return;
    MUST(memmem(ss_buf_at(&bench->stream), ss_buf_size(&bench->stream), payload.data,
                payload.size) == NULL);
}

static void check_packet(const struct bench *bench, const struct ss_packet *packet, size_t used,
                         size_t count)
{
    MUST(used <= ss_buf_size(&bench->stream));
    MUST(used == (size_t)4 + packet->length + tag_size(&bench->in.suite));
    MUST(packet->length <= LIMIT);
    MUST(packet->padding >= 4 && packet->payload.size + 1 + packet->padding == packet->length);
    MUST(packet->sequence == bench->first + (uint32_t)count);
    MUST(bench->in.sequence == packet->sequence + 1);
    MUST(bench->in.wrapped == (bench->in.sequence < bench->first));
}

static void check_error(const struct bench *bench, const struct ss_packet *packet, ss_err err,
                        size_t used)
{
    static const struct ss_packet untouched;

    MUST(memcmp(packet, &untouched, sizeof untouched) == 0);
    if (err == SS_E_more_input)
        MUST(used > ss_buf_size(&bench->stream));
    else
        MUST(err == SS_E_bad_length || err == SS_E_packet_too_long || err == SS_E_bad_padding ||
             err == SS_E_mac_mismatch);
}

/* Feeds what was sealed in pieces; gives how many packets came out, each like payload unless that
 * is null. */
static size_t open_all(struct bench *bench, size_t piece, const ss_span *payload, ss_err *out_err)
{
    ss_span left = ss_buf_span(&bench->sealed);
    size_t count = 0, used;

    do {
        ss_span next = ss_span_part(left, 0, piece);
        struct ss_packet packet;

        MUST(ss_buf_put(&bench->stream, next) == SS_OK);
        left = ss_span_part(left, next.size, left.size);
        for (;;) {
            memset(&packet, 0, sizeof packet);
            *out_err = ss_packet_take(&bench->in, &bench->stream, &packet, &used);
            if (*out_err != SS_OK)
                break;
            check_packet(bench, &packet, used, count++);
            MUST(payload == NULL || ss_span_eq(packet.payload, *payload));
            ss_buf_consume(&bench->stream, used);
        }
        check_error(bench, &packet, *out_err, used);
    } while (left.size > 0 && *out_err == SS_E_more_input);
    if (payload != NULL)
        check_hidden(bench, *payload);
    return count;
}

/* ---- modes ---- */

static void honest(struct bench *bench, size_t piece, ss_span payload)
{
    ss_err err;

    (void)seal(bench, payload);
    (void)seal(bench, payload);
    MUST(open_all(bench, piece, &payload, &err) == 2);
    MUST(err == SS_E_more_input && ss_buf_size(&bench->stream) == 0);
    MUST(bench->in.bytes == bench->out.bytes && bench->in.packets == bench->out.packets);
    MUST(bench->in.wrapped == bench->out.wrapped && bench->in.sequence == bench->out.sequence);
}

/* Under CBC a refusal comes when the longest packet would be there (decision 13). */
static bool waits(const struct ss_suite *suite)
{
    return (suite->cipher->flags & SS_CIPHER_CBC) != 0 && counted(suite) != 0;
}

/* A flip in the length may make a reader wait for more, or refuse the length; anywhere else the
 * MAC is what is wrong, whatever padding or payload became. */
static void flipped(struct bench *bench, size_t piece, ss_span payload, unsigned place)
{
    size_t first = seal(bench, payload);
    size_t at, count;
    ss_err err;

    (void)seal(bench, payload);
    at = place / 8 % ss_buf_size(&bench->sealed);
    ss_buf_at(&bench->sealed)[at] ^= (uint8_t)(1U << place % 8);
    count = open_all(bench, piece, in_clear(bench) ? NULL : &payload, &err);
    if (in_clear(bench))
        return;
    MUST(count == (at < first ? 0 : 1));
    at = at < first ? at : at - first;
    MUST(err != SS_OK && err != SS_E_bad_padding);
    MUST(at < 4 || err == SS_E_mac_mismatch || (waits(&bench->in.suite) && err == SS_E_more_input));
}

static struct ss_lie some_lie(struct ss_vary *vary)
{
    struct ss_lie lie = {.kind = SS_LIE_PACKET_LENGTH};

    lie.kind += ss_vary_below(vary, SS_LIE_CUT - SS_LIE_PACKET_LENGTH + 1);
    lie.n = (int64_t)ss_vary_below(vary, 300) - 5;
    if (lie.kind == SS_LIE_SEQUENCE || lie.kind == SS_LIE_PACKET_LENGTH)
        lie.n = (int64_t)(ss_vary_next(vary) >> (32 + ss_vary_below(vary, 32)));
    if (ss_vary_below(vary, 4) > 0)
        lie.bytes = ss_span_of("padding");
    return lie;
}

/* A second packet may follow, as it would on a connection. */
static void lied(struct bench *bench, size_t piece, ss_span payload, unsigned seed)
{
    struct ss_lie lies[LIES_MOST];
    struct ss_vary vary;
    size_t mark, count;
    bool refused = false;
    ss_err err;

    ss_vary_init(&vary, seed);
    count = 1 + ss_vary_below(&vary, LIES_MOST);
    for (size_t i = 0; i < count; i++) {
        lies[i] = some_lie(&vary);
        refused = refused || lies[i].kind == SS_LIE_MAC_FLIP;
    }
    MUST(ss_packet_begin(&bench->out, &bench->sealed, &mark) == SS_OK);
    MUST(ss_buf_put(&bench->sealed, payload) == SS_OK);
    err = ss_packet_end(&bench->out, &bench->sealed, mark, lies, count);
    MUST(err == SS_OK || err == SS_E_bad_argument);
    if (err != SS_OK) {
        MUST(ss_buf_size(&bench->sealed) == mark && bench->out.packets == 0);
        honest(bench, piece, payload);
        return;
    }
    MUST(open_all(bench, piece, NULL, &err) == 0 || !refused);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t head[FUZZ_PACKET_HEAD] = {0};
    struct bench bench;
    ss_span payload;
    size_t piece;
    unsigned place;
    ss_err err;

    if (size > INPUT_MOST)
        return 0;
    memcpy(head, data, size < sizeof head ? size : sizeof head);
    payload = fuzz_copy(ss_span_part(ss_span_make(data, size), sizeof head, size));
    piece = 1 + head[FUZZ_PACKET_PIECE] * (size_t)(1 + head[FUZZ_PACKET_PIECE] % 7);
    place = (unsigned)head[FUZZ_PACKET_PLACE] << 8 | head[FUZZ_PACKET_PLACE + 1];
    bench_init(&bench, head);
    switch (head[FUZZ_PACKET_MODE] % FUZZ_PACKET_MODES) {
    case FUZZ_PACKET_HONEST:
        honest(&bench, piece, payload);
        break;
    case FUZZ_PACKET_FLIPPED:
        flipped(&bench, piece, payload, place);
        break;
    case FUZZ_PACKET_LIED:
        lied(&bench, piece, payload, place);
        break;
    default:
        MUST(ss_buf_put(&bench.sealed, payload) == SS_OK);
        (void)open_all(&bench, piece, NULL, &err);
        break;
    }
    bench_fini(&bench, size);
    fuzz_drop(&payload);
    return 0;
}
