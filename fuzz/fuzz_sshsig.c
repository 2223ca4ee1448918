/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sshsig.c - signatures of files, and key revocation lists.
 *
 * Owns: the oracles. Signatures: a refusal names a field and a place; what is read writes back and
 *   reads the same; nothing verifies but what our key signed, and that not with a byte changed.
 *   Lists: every entry of the walk revokes what it names; a list takes no more memory than its size
 *   and a little.
 * Follows: OpenSSH PROTOCOL.sshsig, PROTOCOL.krl.
 *
 * Input: a mode, then bytes. 0: armoured text. 1: the blob in it. 2: a message to sign, and the
 * place of a byte to change. 3: a list. 4: the sections of a list. 5: what the sections are made
 * of: each byte chooses what comes next, and lengths are right. Link with -fsanitize=fuzzer. */
#include "keys/key_text.h"
#include "sshspec/krl.h"
#include "sshspec/sshsig.h"

#include <stdlib.h>

enum { MODES = 6, ENTRIES_MOST = 200, SLACK = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ss_seeded seeded;
static struct ss_counted counted;

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct ss_env *env(void)
{
    return &counted.env;
}

/* ---- signatures ---- */

static void read_signature(ss_span text)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_sshsig sig, back;
    struct ss_buf again;
    ss_err err = ss_sshsig_read(env(), text, &sig, &error);

    if (err != SS_OK) {
        must(error.field != NULL && error.offset <= text.size);
        return;
    }
    must(sig.name_space.size > 0 && sig.hash != NULL);
    ss_buf_init(&again, env(), 1 << 18);
    must(ss_sshsig_write(&sig, &again) == SS_OK);
    must(ss_sshsig_read(env(), ss_buf_span(&again), &back, NULL) == SS_OK);
    must(ss_span_eq(ss_buf_span(&sig.blob), ss_buf_span(&back.blob)));
    must(ss_span_eq(sig.name_space, back.name_space) && ss_span_eq(sig.signature, back.signature));
    /* A message that nobody signed. */
    must(ss_sshsig_verify(&sig, ss_registry_standard(), sig.name_space,
                          ss_span_of("8c1f0bd0 was never signed")) != SS_OK);
    ss_sshsig_fini(&back);
    ss_buf_fini(&again);
    ss_sshsig_fini(&sig);
}

static void read_blob(ss_span blob)
{
    struct ss_buf text;

    ss_buf_init(&text, env(), 1 << 18);
    must(ss_key_put_armour(&text, "SSH SIGNATURE", blob, 70) == SS_OK);
    read_signature(ss_buf_span(&text));
    ss_buf_fini(&text);
}

/* Signed, and then with one byte of the blob another. */
static void sign_and_bend(const struct ss_key *key, ss_span message, size_t place, uint8_t by)
{
    const struct ss_registry *registry = ss_registry_standard();
    ss_span name_space = ss_span_of("file");
    struct ss_sshsig sig, bent;
    struct ss_buf text;

    ss_buf_init(&text, env(), 8192);
    must(ss_sshsig_sign(key, env(), registry, name_space, NULL, message, &text) == SS_OK);
    must(ss_sshsig_read(env(), ss_buf_span(&text), &sig, NULL) == SS_OK);
    must(ss_sshsig_verify(&sig, registry, name_space, message) == SS_OK);
    ss_buf_at(&sig.blob)[place % ss_buf_size(&sig.blob)] ^= by != 0 ? by : 1;
    ss_buf_clear(&text);
    must(ss_sshsig_write(&sig, &text) == SS_OK);
    if (ss_sshsig_read(env(), ss_buf_span(&text), &bent, NULL) == SS_OK) {
        must(ss_sshsig_verify(&bent, registry, name_space, message) != SS_OK);
        ss_sshsig_fini(&bent);
    }
    ss_sshsig_fini(&sig);
    ss_buf_fini(&text);
}

static void sign_input(ss_span input)
{
    struct ss_key *key = NULL;
    size_t place = input.size > 2 ? (size_t)input.data[0] << 8 | input.data[1] : 0;
    uint8_t by = input.size > 2 ? input.data[2] : 1;

    must(ss_key_generate(env(), SS_KEY_ED25519, 0, ss_span_of(""), &key) == SS_OK);
    sign_and_bend(key, ss_span_part(input, 3, input.size), place, by);
    ss_key_free(&key);
}

/* ---- lists ---- */

static void must_revoke(const struct ss_krl *krl, const struct ss_krl_entry *entry)
{
    struct ss_krl_subject subject = {.key = ss_span_of("nobody's key")};
    struct ss_krl_entry hit;
    bool authority = true;

    subject.ca = entry->ca.size > 0 ? entry->ca : ss_span_of("an authority");
    if (entry->kind == SS_KRL_SHA1 || entry->kind == SS_KRL_SHA256)
        return; /* whose digest that is, nobody can tell */
    if (entry->kind == SS_KRL_KEY) {
        subject.key = entry->bytes;
        subject.ca = ss_span_make(NULL, 0);
    } else if (entry->kind == SS_KRL_KEY_ID) {
        subject.key_id = entry->bytes;
    } else {
        must(entry->low != 0 && entry->low <= entry->high);
        subject.serial = entry->low;
        must(ss_krl_check(krl, &subject, &hit, &authority) == SS_OK);
        must(hit.kind != SS_KRL_NOTHING);
        subject.serial = entry->high;
    }
    must(ss_krl_check(krl, &subject, &hit, &authority) == SS_OK);
    must(hit.kind != SS_KRL_NOTHING);
}

static void read_list(ss_span list)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_krl_walk walk = {0};
    struct ss_krl_entry entry;
    struct ss_krl *krl = NULL;
    size_t n = 0;
    ss_err err = ss_krl_read(env(), list, &krl, &error);

    must(counted.peak <= list.size + SLACK);
    if (err != SS_OK) {
        must(krl == NULL && error.field != NULL && error.offset <= list.size);
        return;
    }
    while (ss_krl_next(krl, &walk, &entry) && n++ < ENTRIES_MOST)
        must_revoke(krl, &entry);
    ss_krl_free(&krl);
}

/* ---- sections whose lengths are right ---- */

static uint8_t take_byte(ss_span *in)
{
    uint8_t byte = in->size > 0 ? in->data[0] : 0;

    *in = ss_span_part(*in, 1, in->size);
    return byte;
}

static ss_span take(ss_span *in, size_t n)
{
    ss_span part = ss_span_part(*in, 0, n);

    *in = ss_span_part(*in, n, in->size);
    return part;
}

/* Most numbers are small, so that low and high are often in order. */
static uint64_t take_number(ss_span *in)
{
    uint8_t how = take_byte(in);

    if (how < 0xf0)
        return how;
    return how < 0xf8 ? UINT64_MAX - take_byte(in) : (uint64_t)take_byte(in) << (how & 7) * 8;
}

static void make_extension(struct ss_writer *writer, ss_span *in)
{
    ss_writer_string(writer, take(in, take_byte(in) % 4));
    ss_writer_boolean(writer, take_byte(in) > 0xf0);
    ss_writer_string(writer, take(in, take_byte(in) % 4));
}

static void make_part(struct ss_writer *writer, ss_span *in)
{
    static const uint8_t types[] = {0x20, 0x21, 0x22, 0x23, 0x39};
    uint8_t type = types[take_byte(in) % SS_COUNT(types)], n;
    size_t mark;

    ss_writer_byte(writer, type);
    mark = ss_writer_open(writer);
    switch (type) {
    case 0x20:
        for (n = take_byte(in) % 4; n > 0; n--)
            ss_writer_u64(writer, take_number(in));
        break;
    case 0x21:
        ss_writer_u64(writer, take_number(in));
        ss_writer_u64(writer, take_number(in));
        break;
    case 0x22:
        ss_writer_u64(writer, take_number(in));
        ss_writer_mpint(writer, take(in, take_byte(in) % 8));
        break;
    case 0x23:
        for (n = take_byte(in) % 4; n > 0; n--)
            ss_writer_string(writer, take(in, take_byte(in) % 4));
        break;
    default:
        make_extension(writer, in);
    }
    ss_writer_close(writer, mark);
}

static void make_section(struct ss_writer *writer, ss_span *in)
{
    static const uint8_t types[] = {1, 1, 1, 2, 3, 5, 255, 4};
    uint8_t type = types[take_byte(in) % SS_COUNT(types)], n;
    size_t mark;

    ss_writer_byte(writer, type);
    mark = ss_writer_open(writer);
    if (type == 1) {
        ss_writer_string(writer, take(in, take_byte(in) % 3));
        ss_writer_string(writer, ss_span_make(NULL, 0));
        for (n = take_byte(in) % 4; n > 0; n--)
            make_part(writer, in);
    } else if (type == 255) {
        make_extension(writer, in);
    } else if (type != 4) {
        for (n = take_byte(in) % 3; n > 0; n--)
            ss_writer_string(writer, take(in, type == 2 ? take_byte(in) % 4 : type == 3 ? 20 : 32));
    }
    ss_writer_close(writer, mark);
    if (type == 4)
        ss_writer_string(writer, take(in, take_byte(in) % 4));
}

static void read_sections(ss_span sections)
{
    static const uint8_t head[] = "SSHKRL\n\0\0\0\0\1"
                                  "\0\0\0\0\0\0\0\1"
                                  "\0\0\0\0\0\0\0\0"
                                  "\0\0\0\0\0\0\0\0"
                                  "\0\0\0\0\0\0\0";
    struct ss_buf list;

    ss_buf_init(&list, &seeded.env, 1 << 19);
    must(ss_buf_put(&list, ss_span_make(head, sizeof head)) == SS_OK);
    must(ss_buf_put(&list, sections) == SS_OK);
    read_list(ss_buf_span(&list));
    ss_buf_fini(&list);
}

static void read_made(ss_span in)
{
    struct ss_writer writer;
    struct ss_buf sections;

    ss_buf_init(&sections, &seeded.env, 1 << 18);
    ss_writer_init(&writer, &sections);
    while (in.size > 0)
        make_section(&writer, &in);
    must(ss_writer_done(&writer) == SS_OK);
    read_sections(ss_buf_span(&sections));
    ss_buf_fini(&sections);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_span rest = ss_span_part(ss_span_make(data, size), 1, size);

    if (size == 0 || size > 20000)
        return 0;
    ss_seeded_init(&seeded, 1);
    ss_counted_init(&counted, &seeded.env);
    switch (data[0] % MODES) {
    case 0:
        read_signature(rest);
        break;
    case 1:
        read_blob(rest);
        break;
    case 2:
        sign_input(rest);
        break;
    case 3:
        read_list(rest);
        break;
    case 4:
        read_sections(rest);
        break;
    default:
        read_made(rest);
    }
    must(counted.bytes == 0 && counted.blocks == 0);
    return 0;
}
