/* SPDX-License-Identifier: Apache-2.0 */
/* fingerprint.c - names of keys that people compare: digests, words, pictures.
 *
 * Owns: their forms.
 * Not here: digests (crypto/), the blob of a key (key.c).
 * Called by: tools.
 * Follows: ssh-keygen(1). The picture: Loss, Limmer and von Gernler, "The drunken bishop: An
 * analysis of the OpenSSH fingerprint visualization algorithm", 2009. The words: Huima, "The Bubble
 * Babble Binary Data Encoding", 2000. */
#include "sshspec/fingerprint.h"

#include "crypto/kdf.h"
#include "keys/key_impl.h"

enum { WIDTH = 17, HEIGHT = 9, MD5_SIZE = 16 };

static ss_err digest(ss_span blob, enum ss_fingerprint_hash hash, uint8_t *out, size_t *out_size)
{
    *out_size = hash == SS_FINGERPRINT_MD5 ? MD5_SIZE : ss_hash_sha256.size;
    return hash == SS_FINGERPRINT_MD5 ? ss_md5(&blob, 1, out)
                                      : ss_hash_sha256.digest(&blob, 1, out);
}

static ss_err put_md5(ss_span blob, struct ss_buf *out)
{
    uint8_t bytes[SS_HASH_MAX];
    size_t size = 0, i;

    SS_TRY(digest(blob, SS_FINGERPRINT_MD5, bytes, &size));
    SS_TRY(ss_buf_puts(out, "MD5"));
    for (i = 0; i < size; i++)
        SS_TRY(ss_buf_printf(out, ":%02x", bytes[i]));
    return SS_OK;
}

ss_err ss_fingerprint(ss_span blob, enum ss_fingerprint_hash hash, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    ss_err err;

    if (hash == SS_FINGERPRINT_SHA256)
        return ss_key_fingerprint(blob, out);
    err = put_md5(blob, out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}

/* ---- families ---- */

const char *ss_key_family(const struct ss_key *key)
{
    static const struct {
        enum ss_key_kind kind;
        const char *plain, *certified;
    } families[] = {
        {SS_KEY_RSA, "RSA", "RSA-CERT"},
        {SS_KEY_DSA, "DSA", "DSA-CERT"},
        {SS_KEY_ECDSA_P256, "ECDSA", "ECDSA-CERT"},
        {SS_KEY_ECDSA_P384, "ECDSA", "ECDSA-CERT"},
        {SS_KEY_ECDSA_P521, "ECDSA", "ECDSA-CERT"},
        {SS_KEY_ED25519, "ED25519", "ED25519-CERT"},
        {SS_KEY_SK_ED25519, "ED25519-SK", "ED25519-SK-CERT"},
        {SS_KEY_SK_ECDSA_P256, "ECDSA-SK", "ECDSA-SK-CERT"},
    };
    size_t i;

    for (i = 0; i < SS_COUNT(families); i++)
        if (families[i].kind == ss_key_kind(key))
            return ss_key_plain(key) == key ? families[i].plain : families[i].certified;
    return ss_key_type(key);
}

/* ---- the picture ---- */

struct field {
    uint8_t visits[HEIGHT][WIDTH];
    size_t x, y;
};

/* Two bits a step, the lowest first: right or left, down or up, and along the wall at a wall. */
static void walk(struct field *field, const uint8_t *bytes, size_t size, uint8_t most)
{
    size_t step;

    memset(field, 0, sizeof *field);
    field->x = WIDTH / 2;
    field->y = HEIGHT / 2;
    for (step = 0; step < 4 * size; step++) {
        unsigned bits = (unsigned)bytes[step / 4] >> 2 * (step % 4);

        if ((bits & 1) != 0)
            field->x += field->x < WIDTH - 1;
        else
            field->x -= field->x > 0;
        if ((bits & 2) != 0)
            field->y += field->y < HEIGHT - 1;
        else
            field->y -= field->y > 0;
        field->visits[field->y][field->x] += field->visits[field->y][field->x] < most;
    }
}

/* "+--[words]--+"; of an odd rest, the smaller half stands in front. */
static ss_err put_border(struct ss_buf *out, ss_span words)
{
    size_t i, front = (WIDTH - words.size) / 2;

    SS_TRY(ss_buf_puts(out, "+"));
    for (i = 0; i < front; i++)
        SS_TRY(ss_buf_puts(out, "-"));
    SS_TRY(ss_buf_put(out, words));
    for (i = front + words.size; i < WIDTH; i++)
        SS_TRY(ss_buf_puts(out, "-"));
    return ss_buf_puts(out, "+\n");
}

static ss_err put_title(const struct ss_key *key, struct ss_buf *out)
{
    struct ss_buf title;
    ss_err err;

    ss_buf_init(&title, out->env, 128);
    err = ss_buf_printf(&title, "[%s %u]", ss_key_family(key), ss_key_bits(key));
    if (err == SS_OK && ss_buf_size(&title) >= WIDTH) {
        ss_buf_clear(&title);
        err = ss_buf_printf(&title, "[%.*s]", WIDTH - 3, ss_key_family(key));
    }
    if (err == SS_OK)
        err = put_border(out, ss_buf_span(&title));
    ss_buf_fini(&title);
    return err;
}

static ss_err put_art(const struct ss_key *key, enum ss_fingerprint_hash hash, struct ss_buf *out)
{
    static const char marks[] = " .o+=*BOX@%&#/^SE";
    const uint8_t end = sizeof marks - 2, start = end - 1;
    uint8_t bytes[SS_HASH_MAX];
    struct field field;
    size_t size = 0, x, y;

    SS_TRY(digest(ss_key_blob(ss_key_plain(key)), hash, bytes, &size));
    walk(&field, bytes, size, start - 1);
    field.visits[HEIGHT / 2][WIDTH / 2] = start;
    field.visits[field.y][field.x] = end;
    SS_TRY(put_title(key, out));
    for (y = 0; y < HEIGHT; y++) {
        char row[WIDTH];

        for (x = 0; x < WIDTH; x++)
            row[x] = marks[field.visits[y][x]];
        SS_TRY(ss_buf_puts(out, "|"));
        SS_TRY(ss_buf_put(out, ss_span_make(row, WIDTH)));
        SS_TRY(ss_buf_puts(out, "|\n"));
    }
    return put_border(out, ss_span_of(hash == SS_FINGERPRINT_MD5 ? "[MD5]" : "[SHA256]"));
}

ss_err ss_fingerprint_art(const struct ss_key *key, enum ss_fingerprint_hash hash,
                          struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    ss_err err = put_art(key, hash, out);

    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}

/* ---- words ---- */

/* Two bytes a word of five letters; a checksum runs along in the vowels. */
static ss_err put_babble(const uint8_t *bytes, size_t size, struct ss_buf *out)
{
    static const char vowels[] = "aeiouy", consonants[] = "bcdfghklmnprstvzx";
    unsigned sum = 1;
    size_t i;

    SS_TRY(ss_buf_puts(out, "x"));
    for (i = 0; i + 1 < size; i += 2) {
        unsigned a = bytes[i], b = bytes[i + 1];

        SS_TRY(ss_buf_printf(out, "%c%c%c%c-%c", vowels[((a >> 6) + sum) % 6],
                             consonants[a >> 2 & 15], vowels[((a & 3) + sum / 6) % 6],
                             consonants[b >> 4], consonants[b & 15]));
        sum = (sum * 5 + a * 7 + b) % 36;
    }
    return ss_buf_printf(out, "%c%c%cx", vowels[sum % 6], consonants[16], vowels[sum / 6]);
}

ss_err ss_fingerprint_babble(ss_span blob, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    uint8_t bytes[SS_HASH_MAX];
    ss_err err = ss_hash_sha1.digest(&blob, 1, bytes);

    if (err == SS_OK)
        err = put_babble(bytes, ss_hash_sha1.size, out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}
