/* SPDX-License-Identifier: Apache-2.0 */
/* comp_zlib.c - zlib and zlib@openssh.com: one deflate stream a direction and key exchange.
 *
 * Owns: zlib's state, in memory of the env; how much a payload may grow to.
 * Not here: when compression starts, and what a failure means for a connection (transport).
 * Called by: transport, once a packet.
 * Follows: RFC 4253 section 6.2; RFC 1950 and 1951; OpenSSH PROTOCOL section 1.2 for the second
 *   name, which starts later and is the same otherwise.
 *
 * A stream that failed is of no further use, and says so. */
#include "sshspec/crypto.h"

#include <limits.h>
#include <stddef.h>
#define ZLIB_CONST
#include <zlib.h>

enum {
    LEVEL = 6,   /* what everybody takes: higher ones cost much and gain little */
    PIECE = 4096 /* bytes of output asked for at a time when opening */
};

/* zlib asks the stream for memory and gives a pointer to this back, so it stays where it is. */
struct zlib_state {
    z_stream stream;
    enum ss_way way;
    bool live;
};

/* ---- memory: zlib frees without saying how much ---- */

union block {
    size_t size;
    max_align_t align;
};

static voidpf take(voidpf opaque, uInt items, uInt size)
{
    const struct ss_env *env = opaque;
    size_t n = (size_t)items * size;
    union block *block;

    if (size != 0 && n / size != items)
        return Z_NULL;
    if (n > SIZE_MAX - sizeof *block)
        return Z_NULL;
    block = ss_alloc(env, sizeof *block + n);
    if (block == NULL)
        return Z_NULL;
    block->size = n;
    return block + 1;
}

/* What passed through was in the clear. */
static void give(voidpf opaque, voidpf p)
{
    const struct ss_env *env = opaque;
    union block *block = p;
    size_t n;

    if (block == NULL)
        return;
    block--;
    n = sizeof *block + block->size;
    ss_wipe(block, n);
    ss_free(env, block, n);
}

/* ---- life ---- */

static ss_err init(void *state, const struct ss_env *env, enum ss_way way)
{
    struct zlib_state *zlib = state;
    int made;

    memset(zlib, 0, sizeof *zlib);
    zlib->stream.zalloc = take;
    zlib->stream.zfree = give;
    zlib->stream.opaque = (voidpf)(uintptr_t)env;
    zlib->way = way;
    made = way == SS_SEAL ? deflateInit(&zlib->stream, LEVEL) : inflateInit(&zlib->stream);
    if (made != Z_OK)
        return made == Z_MEM_ERROR ? SS_E_no_memory : SS_E_crypto;
    zlib->live = true;
    return SS_OK;
}

static void fini(void *state)
{
    struct zlib_state *zlib = state;

    /* A stream that was never made holds nothing, and one that failed still holds its memory. */
    if (zlib->stream.state != Z_NULL)
        (void)(zlib->way == SS_SEAL ? deflateEnd(&zlib->stream) : inflateEnd(&zlib->stream));
    ss_wipe(zlib, sizeof *zlib);
}

/* ---- one payload ---- */

static size_t room_of(const struct ss_buf *out)
{
    size_t size = ss_buf_size(out);

    return size < out->ceiling ? out->ceiling - size : 0;
}

/* Runs zlib once over what is left of the payload, into at most piece bytes behind out. */
static ss_err run(z_stream *stream, enum ss_way way, struct ss_buf *out, size_t piece,
                  int *out_status)
{
    size_t before = ss_buf_size(out);
    uint8_t *at;

    SS_TRY(ss_buf_extend(out, piece, &at));
    stream->next_out = at;
    stream->avail_out = (uInt)piece;
    *out_status = way == SS_SEAL ? deflate(stream, Z_PARTIAL_FLUSH) : inflate(stream, Z_SYNC_FLUSH);
    ss_buf_truncate(out, before + piece - stream->avail_out);
    stream->next_out = Z_NULL;
    return SS_OK;
}

/* rule: RFC4253-6.2-compression-per-packet-flush. The flush is complete when output is left over;
 * a bound that turns out too small is asked for again. Nothing to say and nothing to flush is
 * Z_BUF_ERROR and no error. */
static ss_err seal(z_stream *stream, struct ss_buf *out)
{
    int status;

    do {
        size_t piece = deflateBound(stream, stream->avail_in) + 16;

        if (piece > room_of(out))
            piece = room_of(out);
        if (piece == 0)
            return SS_E_ceiling;
        SS_TRY(run(stream, SS_SEAL, out, piece, &status));
        if (status != Z_OK && status != Z_BUF_ERROR)
            return SS_E_crypto;
    } while (stream->avail_out == 0 || stream->avail_in > 0);
    return SS_OK;
}

static ss_err refuse(int status)
{
    return status == Z_MEM_ERROR ? SS_E_no_memory : SS_E_decompress;
}

/* At the ceiling: is there more to come? One byte is enough to know. */
static ss_err probe(z_stream *stream)
{
    uint8_t more;
    int status;

    stream->next_out = &more;
    stream->avail_out = 1;
    status = inflate(stream, Z_SYNC_FLUSH);
    stream->next_out = Z_NULL;
    ss_wipe(&more, 1);
    if (stream->avail_out == 0)
        return SS_E_ceiling;
    return status == Z_OK || status == Z_BUF_ERROR ? SS_OK : refuse(status);
}

/* The stream goes on for as long as the keys do: one that says it ends here is none of ours
 * (Z_STREAM_END), and neither is one that asks for a dictionary.
 * rule: RFC4253-6.2-bad-compressed-data */
static ss_err open_stream(z_stream *stream, struct ss_buf *out)
{
    int status;

    do {
        size_t piece = room_of(out) < PIECE ? room_of(out) : PIECE;

        if (piece == 0)
            return probe(stream);
        SS_TRY(run(stream, SS_OPEN, out, piece, &status));
        if (status != Z_OK && status != Z_BUF_ERROR)
            return refuse(status);
    } while (stream->avail_out == 0); /* what is left over was not asked for: all input was used */
    return SS_OK;
}

static ss_err pass(void *state, ss_span payload, struct ss_buf *out)
{
    struct zlib_state *zlib = state;
    size_t before = ss_buf_size(out);
    ss_err err;

    if (!zlib->live)
        return SS_E_usage;
    if (payload.size > UINT_MAX)
        return SS_E_bad_argument;
    zlib->stream.next_in = payload.data;
    zlib->stream.avail_in = (uInt)payload.size;
    err = zlib->way == SS_SEAL ? seal(&zlib->stream, out) : open_stream(&zlib->stream, out);
    zlib->stream.next_in = Z_NULL;
    zlib->stream.avail_in = 0;
    if (err != SS_OK) {
        ss_buf_truncate(out, before);
        zlib->live = false;
    }
    return err;
}

const struct ss_comp_alg ss_comp_zlib = {
    .name = "zlib",
    .source = "RFC 4253 section 6.2",
    .state_size = sizeof(struct zlib_state),
    .init = init,
    .pass = pass,
    .fini = fini,
};

/* rule: OSSH-1.2-zlib-delayed-start */
const struct ss_comp_alg ss_comp_zlib_delayed = {
    .name = "zlib@openssh.com",
    .source = "OpenSSH PROTOCOL section 1.2, draft-miller-secsh-compression-delayed-00",
    .delayed = true,
    .state_size = sizeof(struct zlib_state),
    .init = init,
    .pass = pass,
    .fini = fini,
};
