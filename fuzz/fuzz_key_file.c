/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_key_file.c - key files of every format, as text and from the inside.
 *
 * Owns: the oracles: a refusal names a field and a place inside the input; no more memory of env
 *   than is stated, and none left; what is read can be written in every format that has a place for
 *   it, and reads back as the same key with the same comment.
 * Not here: key lines and private fields alone (fuzz_key.c).
 * Follows: include/sshspec/key_file.h.
 *
 * Input: a mode, then bytes. 0: the file as it is. 1: data of an openssh container. 2: a PEM body
 * under the label of the next byte, 3: the same under DEK-Info. 4: the private values of a PPK file
 * around the public blob of the next byte's length, with a right MAC. 5: a good file, of the kind
 * and format of the next byte, bent by edits of four bytes: two for the place, how, and by what;
 * what is armoured is bent inside its base64. 6, rarely: the private section of an openssh
 * container, sealed by a cipher of the next byte: even one round of bcrypt takes milliseconds. A
 * bit of the mode asks for the way back through encrypted files too. Link with
 * -fsanitize=fuzzer. */
#include "crypto/kdf.h"
#include "crypto/key_cipher.h"
#include "keys/key_ppk.h"

#include <stdlib.h>

enum {
    TEXT_MOST = 1 << 17,
    MODES = 6,
    CIPHERS = 10,
    ROUND_TRIP_MOST = 4,
    SEALED = 0x3f,
    ENCRYPT = 0x40
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ss_seeded seeded;
static struct ss_counted counted;
static const struct ss_key_limits limits = {
    .bcrypt_rounds = 1, .pbkdf2_rounds = 16, .memory = 64, .argon2_work = 128};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct ss_env *env(void)
{
    return &counted.env;
}

static ss_span passphrase(void)
{
    return ss_span_of("p");
}

/* ---- files around the input ---- */

static void wrap(struct ss_buf *out, const char *label, ss_span data)
{
    must(ss_key_put_armour(out, label, data, SS_KEY_LINE_LETTERS) == SS_OK);
}

/* The key of each cipher is derived once. */
static const uint8_t *derived(const struct ss_key_cipher *cipher, ss_span salt)
{
    static uint8_t secrets[CIPHERS][SS_KEY_CIPHER_KEY_MAX + SS_KEY_CIPHER_IV_MAX];
    static bool known[CIPHERS];
    size_t i = 0;

    while (ss_key_cipher_all()[i] != cipher)
        i++;
    if (!known[i])
        must(ss_bcrypt_pbkdf(&seeded.env, passphrase(), salt, 1, secrets[i],
                             (size_t)cipher->key + cipher->iv) == SS_OK);
    known[i] = true;
    return secrets[i];
}

/* An encrypted container with one key, whose private section is data up to whole blocks. */
static void seal_container(struct ss_buf *out, const struct ss_key_cipher *cipher, ss_span data)
{
    uint8_t tag[SS_KEY_CIPHER_TAG_MAX];
    const uint8_t *secret;
    ss_span salt = ss_span_of("0123456789abcdef");
    size_t options, section, n = data.size - data.size % cipher->block;
    struct ss_writer writer;
    struct ss_buf box;

    ss_buf_init(&box, &seeded.env, TEXT_MOST);
    ss_writer_init(&writer, &box);
    ss_writer_bytes(&writer, ss_span_make(SS_KEY_OPENSSH_MAGIC, sizeof SS_KEY_OPENSSH_MAGIC));
    ss_writer_cstring(&writer, cipher->name);
    ss_writer_cstring(&writer, "bcrypt");
    options = ss_writer_open(&writer);
    ss_writer_string(&writer, salt);
    ss_writer_u32(&writer, 1);
    ss_writer_close(&writer, options);
    ss_writer_u32(&writer, 1);
    ss_writer_string(&writer, ss_span_part(data, 0, 51));
    ss_writer_u32(&writer, (uint32_t)n);
    section = ss_buf_size(&box);
    ss_writer_bytes(&writer, ss_span_part(data, 0, n));
    must(ss_writer_done(&writer) == SS_OK);
    secret = derived(cipher, salt);
    must(ss_key_cipher_run(cipher, SS_SEAL, secret, secret + cipher->key, ss_buf_at(&box) + section,
                           n, tag) == SS_OK);
    must(ss_buf_put(&box, ss_span_make(tag, cipher->tag)) == SS_OK);
    wrap(out, SS_KEY_OPENSSH_LABEL, ss_buf_span(&box));
    ss_buf_fini(&box);
}

static const char *label_of(uint8_t byte)
{
    static const char *const labels[] = {
        "RSA PRIVATE KEY",       "EC PRIVATE KEY", "DSA PRIVATE KEY", "PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY", "PUBLIC KEY",     "RSA PUBLIC KEY",
    };

    return labels[byte % SS_COUNT(labels)];
}

static void seal_pem(struct ss_buf *out, const char *label, ss_span data)
{
    static const uint8_t iv[16] = {0};
    const struct ss_key_cipher *cipher = ss_key_cipher_find(ss_span_of("aes128-cbc"));
    uint8_t key[16], pad[16];
    struct ss_buf body;

    ss_buf_init(&body, &seeded.env, TEXT_MOST);
    memset(pad, (int)(16 - data.size % 16), sizeof pad);
    must(ss_buf_put(&body, data) == SS_OK);
    must(ss_buf_put(&body, ss_span_make(pad, 16 - data.size % 16)) == SS_OK);
    must(ss_pem_derive(passphrase(), ss_span_make(iv, 16), key, sizeof key) == SS_OK);
    must(ss_key_cipher_run(cipher, SS_SEAL, key, iv, ss_buf_at(&body), ss_buf_size(&body), NULL) ==
         SS_OK);
    must(ss_buf_printf(out,
                       "-----BEGIN %s-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
                       "00000000000000000000000000000000\n\n",
                       label) == SS_OK);
    must(ss_key_put_base64(out, ss_buf_span(&body), 64) == SS_OK);
    must(ss_buf_printf(out, "-----END %s-----\n", label) == SS_OK);
    ss_buf_fini(&body);
}

static unsigned lines_of(size_t bytes)
{
    return (unsigned)(((bytes + 2) / 3 * 4 + 63) / 64);
}

/* Version 2, not encrypted, and its MAC is right: what is inside is looked at. */
static void make_ppk(struct ss_buf *out, ss_span public_blob, ss_span private_blob)
{
    struct ss_ppk ppk = {.version = 2, .comment = ss_span_of("c")};
    uint8_t mac[SS_PPK_MAC_MAX];
    struct ss_reader reader;
    size_t mac_size = 0;

    ss_reader_init(&reader, public_blob);
    ppk.algorithm = ss_reader_string(&reader);
    must(ss_ppk_derive(&ppk, ss_span_make(NULL, 0)) == SS_OK);
    must(ss_ppk_mac(&ppk, &seeded.env, public_blob, private_blob, mac, &mac_size) == SS_OK);
    must(ss_buf_puts(out, "PuTTY-User-Key-File-2: ") == SS_OK);
    must(ss_buf_put(out, ppk.algorithm) == SS_OK);
    must(ss_buf_printf(out, "\nEncryption: none\nComment: c\nPublic-Lines: %u\n",
                       lines_of(public_blob.size)) == SS_OK);
    must(ss_key_put_base64(out, public_blob, 64) == SS_OK);
    must(ss_buf_printf(out, "Private-Lines: %u\n", lines_of(private_blob.size)) == SS_OK);
    must(ss_key_put_base64(out, private_blob, 64) == SS_OK);
    must(ss_buf_puts(out, "Private-MAC: ") == SS_OK);
    must(ss_hex_encode(out, ss_span_make(mac, mac_size)) == SS_OK);
    must(ss_buf_puts(out, "\n") == SS_OK);
}

/* ---- good files, bent ---- */

static const struct {
    enum ss_key_format format;
    const char *label; /* null: bent as text */
} formats[] = {
    {SS_KEY_FORMAT_OPENSSH, SS_KEY_OPENSSH_LABEL},
    {SS_KEY_FORMAT_PEM, "EC PRIVATE KEY"},
    {SS_KEY_FORMAT_PKCS8, "PRIVATE KEY"},
    {SS_KEY_FORMAT_SPKI, "PUBLIC KEY"},
    {SS_KEY_FORMAT_PPK2, NULL},
    {SS_KEY_FORMAT_PPK3, NULL},
    {SS_KEY_FORMAT_LINE, NULL},
    {SS_KEY_FORMAT_RFC4716, NULL},
};
static const enum ss_key_kind kinds[] = {
    SS_KEY_ED25519, SS_KEY_ECDSA_P256, SS_KEY_RSA, SS_KEY_SK_ED25519, SS_KEY_ECDSA_P384,
};

static const struct ss_key *good_key(size_t kind)
{
    static struct ss_key *made[SS_COUNT(kinds)];
    static struct ss_seeded key_env;

    if (made[kind] == NULL) {
        ss_seeded_init(&key_env, 3 + kind);
        must(ss_key_generate(&key_env.env, kinds[kind], 1024, ss_span_of("a comment"),
                             &made[kind]) == SS_OK);
    }
    return made[kind];
}

static ss_err write_good(const struct ss_key *key, enum ss_key_format format, struct ss_buf *out)
{
    switch (format) {
    case SS_KEY_FORMAT_OPENSSH:
        return ss_key_write_openssh(&key, 1, NULL, out);
    case SS_KEY_FORMAT_PEM:
        return ss_key_write_pem(key, NULL, out);
    case SS_KEY_FORMAT_PKCS8:
        return ss_key_write_pkcs8(key, NULL, out);
    case SS_KEY_FORMAT_SPKI:
        return ss_key_write_spki(key, out);
    case SS_KEY_FORMAT_LINE:
        return ss_key_write_line(key, out);
    case SS_KEY_FORMAT_RFC4716:
        return ss_key_write_rfc4716(key, out);
    default:
        return ss_key_write_ppk(key, format, NULL, out);
    }
}

static void bend(struct ss_buf *bytes, ss_span edits)
{
    for (; edits.size >= 4; edits = ss_span_part(edits, 4, edits.size)) {
        size_t size = ss_buf_size(bytes), at;
        uint8_t *base = ss_buf_at(bytes), by = edits.data[3];

        if (size == 0)
            return;
        at = ((size_t)edits.data[0] << 8 | edits.data[1]) % size;
        if (edits.data[2] % 4 == 0)
            base[at] = by;
        else if (edits.data[2] % 4 == 1)
            base[at] = (uint8_t)(base[at] + by);
        else if (edits.data[2] % 4 == 2)
            memmove(base + at, base + at + (size - at < by ? size - at : by),
                    size - at - (size - at < by ? size - at : by));
        else
            ss_buf_truncate(bytes, at);
    }
}

/* The label may be another's: RSA under EC, say. */
static void bend_file(struct ss_buf *out, uint8_t which, ss_span edits)
{
    size_t format = which % SS_COUNT(formats), kind = which / SS_COUNT(formats) % SS_COUNT(kinds);
    struct ss_key_text text = {{NULL, 0}, 0, 0};
    struct ss_key_error error;
    struct ss_buf good, base64, data;
    struct ss_key_line line;
    ss_span label = {NULL, 0};

    ss_buf_init(&good, &seeded.env, TEXT_MOST);
    ss_buf_init(&base64, &seeded.env, TEXT_MOST);
    ss_buf_init(&data, &seeded.env, TEXT_MOST);
    if (write_good(good_key(kind), formats[format].format, &good) == SS_OK) {
        text.file = ss_buf_span(&good);
        if (formats[format].label == NULL) {
            bend(&good, edits);
            must(ss_buf_put(out, ss_buf_span(&good)) == SS_OK);
        } else {
            must(ss_key_text_next(&text, &line) && ss_key_begin_line(line.text, &label));
            must(ss_key_armour_body(&text, label, &base64, &data, &error) == SS_OK);
            bend(&data, edits);
            wrap(out, formats[format].label, ss_buf_span(&data));
        }
    }
    ss_buf_fini(&data);
    ss_buf_fini(&base64);
    ss_buf_fini(&good);
}

static void make_text(struct ss_buf *out, const uint8_t *data, size_t size)
{
    unsigned mode = (data[0] & SEALED) == SEALED ? MODES : (data[0] & SEALED) % MODES;
    uint8_t next = size > 1 ? data[1] : 0;
    ss_span rest = ss_span_part(ss_span_make(data, size), mode < 2 ? 1 : 2, size);
    const struct ss_key_cipher *const *ciphers = ss_key_cipher_all();

    switch (mode) {
    case 1:
        wrap(out, SS_KEY_OPENSSH_LABEL, rest);
        return;
    case 6:
        seal_container(out, ciphers[next % CIPHERS], rest);
        return;
    case 2:
        wrap(out, label_of(next), rest);
        return;
    case 3:
        seal_pem(out, label_of(next), rest);
        return;
    case 5:
        bend_file(out, next, rest);
        return;
    case 4:
        make_ppk(out, ss_span_part(rest, 0, next), ss_span_part(rest, next, rest.size));
        return;
    default:
        must(ss_buf_put(out, rest) == SS_OK);
    }
}

/* ---- there and back ---- */

static void expect_same(const struct ss_key *key, ss_span text, bool is_private, bool comment)
{
    struct ss_key_file back;
    struct ss_key_error error = {0, 0, NULL};

    must(ss_key_file_read(env(), text, passphrase(), &limits, &back, &error) == SS_OK);
    must(back.count == 1 && ss_key_is_private(back.keys[0]) == is_private);
    must(ss_key_equal(back.keys[0], key) || ss_key_equal(back.keys[0], ss_key_plain(key)));
    must(!comment || strcmp(ss_key_comment(back.keys[0]), ss_key_comment(key)) == 0);
    ss_key_file_fini(&back);
}

/* May only be refused for what the format has no place for. */
static bool fits(ss_err err)
{
    must(err == SS_OK || err == SS_E_unsupported || err == SS_E_bad_text);
    return err == SS_OK;
}

static void private_formats(const struct ss_key *key, size_t ways, struct ss_buf *text)
{
    const struct ss_key_protection protection = {
        .passphrase = passphrase(), .rounds = 1, .memory = 64, .passes = 1};
    const struct ss_key_protection *how[2] = {NULL, &protection};
    size_t i;

    for (i = 0; i < ways; i++) {
        /* Its derivation is dear; sealed sections have a mode of their own. */
        ss_buf_clear(text);
        must(ss_key_write_openssh(&key, 1, NULL, text) == SS_OK);
        expect_same(key, ss_buf_span(text), true, true);
        ss_buf_clear(text);
        if (fits(ss_key_write_pem(key, how[i], text)))
            expect_same(key, ss_buf_span(text), true, false);
        ss_buf_clear(text);
        if (fits(ss_key_write_pkcs8(key, how[i], text)))
            expect_same(key, ss_buf_span(text), true, false);
        ss_buf_clear(text);
        if (fits(ss_key_write_ppk(key, SS_KEY_FORMAT_PPK2, how[i], text)))
            expect_same(key, ss_buf_span(text), true, true);
        ss_buf_clear(text);
        if (fits(ss_key_write_ppk(key, SS_KEY_FORMAT_PPK3, how[i], text)))
            expect_same(key, ss_buf_span(text), true, true);
    }
}

static void public_formats(const struct ss_key *key, struct ss_buf *text)
{
    ss_buf_clear(text);
    if (fits(ss_key_write_line(key, text)))
        expect_same(key, ss_buf_span(text), false, false); /* blanks at its ends are not kept */
    ss_buf_clear(text);
    if (fits(ss_key_write_rfc4716(key, text)))
        expect_same(key, ss_buf_span(text), false, true);
    ss_buf_clear(text);
    if (fits(ss_key_write_spki(key, text)))
        expect_same(key, ss_buf_span(text), false, false);
}

static void round_trip(const struct ss_key_file *file, bool encrypted)
{
    struct ss_buf text;
    size_t i;

    ss_buf_init(&text, env(), (size_t)2 * TEXT_MOST);
    for (i = 0; i < file->count && i < ROUND_TRIP_MOST; i++) {
        if (ss_key_is_private(file->keys[i]))
            private_formats(file->keys[i], encrypted ? 2 : 1, &text);
        public_formats(file->keys[i], &text);
    }
    ss_buf_fini(&text);
}

/* ---- one input ---- */

static void read_text(ss_span text, bool encrypted)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_key_file file;
    ss_err err = ss_key_file_read(env(), text, passphrase(), &limits, &file, &error);

    must(counted.peak <= SS_KEY_FILE_MEMORY);
    if (err == SS_OK) {
        must(file.count > 0 && file.count <= SS_KEY_FILE_KEYS);
        round_trip(&file, encrypted);
        ss_key_file_fini(&file);
    } else {
        must(error.field != NULL && error.offset <= text.size);
    }
    err = ss_key_file_read_public(env(), text, &file, &error);
    if (err == SS_OK)
        ss_key_file_fini(&file);
    must(counted.bytes == 0 && counted.blocks == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ss_buf text;

    if (size == 0 || size > 20000)
        return 0;
    ss_seeded_init(&seeded, 1);
    ss_counted_init(&counted, &seeded.env);
    ss_buf_init(&text, &seeded.env, TEXT_MOST);
    make_text(&text, data, size);
    read_text(ss_buf_span(&text), (data[0] & ENCRYPT) != 0);
    ss_buf_fini(&text);
    return 0;
}
