/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_cipher.c - the ciphers of key files, each over one piece of data.
 *
 * Follows: SP 800-38A sections F.2 and F.5; McGrew and Viega, GCM test case 3; the packet cipher
 *   for the keystream of chacha20-poly1305@openssh.com. */
#include <criterion/criterion.h>

#include "crypto/key_cipher.h"
#include "tests/unit/crypto/kit.h"

TestSuite(key_cipher, .fini = test_counted_check);

#define PLAIN                                                                                      \
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"                             \
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
#define CBC_IV "000102030405060708090a0b0c0d0e0f"
#define CTR_IV "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define KEY_128 "2b7e151628aed2a6abf7158809cf4f3c"
#define KEY_192 "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"
#define KEY_256 "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"

static const struct row {
    const char *name, *key, *iv, *plain, *cipher, *tag;
} rows[] = {
    {"aes128-cbc", KEY_128, CBC_IV, PLAIN,
     "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
     "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
     ""},
    {"aes192-cbc", KEY_192, CBC_IV, PLAIN,
     "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
     "571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
     ""},
    {"aes256-cbc", KEY_256, CBC_IV, PLAIN,
     "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
     "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
     ""},
    {"aes128-ctr", KEY_128, CTR_IV, PLAIN,
     "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"
     "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
     ""},
    {"aes192-ctr", KEY_192, CTR_IV, PLAIN,
     "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94"
     "1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
     ""},
    {"aes256-ctr", KEY_256, CTR_IV, PLAIN,
     "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5"
     "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
     ""},
    {"aes128-gcm@openssh.com", "feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
     "4d5c2af327cd64a62cf35abd2ba6fab4"},
};

Test(key_cipher, published_answers_both_ways)
{
    size_t i;

    for (i = 0; i < SS_COUNT(rows); i++) {
        const struct ss_key_cipher *cipher = ss_key_cipher_find(ss_span_of(rows[i].name));
        ss_span plain = test_hex(rows[i].plain), key = test_hex(rows[i].key);
        ss_span iv = test_hex(rows[i].iv);
        uint8_t data[64], tag[SS_KEY_CIPHER_TAG_MAX];

        cr_assert(cipher != NULL && cipher->key == key.size && cipher->iv == iv.size);
        memcpy(data, plain.data, sizeof data);
        cr_assert(ss_key_cipher_run(cipher, SS_SEAL, key.data, iv.data, data, sizeof data, tag) ==
                  SS_OK);
        kit_expect(ss_span_make(data, sizeof data), test_hex(rows[i].cipher), rows[i].name);
        kit_expect(ss_span_make(tag, cipher->tag), test_hex(rows[i].tag), rows[i].name);
        cr_assert(ss_key_cipher_run(cipher, SS_OPEN, key.data, iv.data, data, sizeof data, tag) ==
                  SS_OK);
        kit_expect(ss_span_make(data, sizeof data), plain, rows[i].name);
    }
}

/* The keystream is that of the packet cipher at sequence number 0; the tag is over the data alone
 * and therefore another. */
Test(key_cipher, chacha_has_the_keystream_of_packets)
{
    const struct ss_key_cipher *cipher =
        ss_key_cipher_find(test_text("chacha20-poly1305@openssh.com"));
    ss_span key = kit_bytes(64);
    void *packets = kit_cipher(&ss_cipher_chacha20_poly1305, key, ss_span_make(NULL, 0), SS_SEAL);
    uint8_t packet[4 + 200] = {0}, data[200] = {0}, tag[16], packet_tag[16];

    cr_assert(ss_cipher_chacha20_poly1305.seal(packets, 0, packet, 200, packet_tag) == SS_OK);
    cr_assert(ss_key_cipher_run(cipher, SS_SEAL, key.data, NULL, data, sizeof data, tag) == SS_OK);
    kit_expect(ss_span_make(data, 200), ss_span_make(packet + 4, 200), "keystream");
    cr_expect(memcmp(tag, packet_tag, 16) != 0);
    kit_cipher_free(&ss_cipher_chacha20_poly1305, packets);
}

Test(key_cipher, every_cipher_gives_back_what_it_took_and_tags_see_every_bit)
{
    const struct ss_key_cipher *const *at;
    size_t count = 0, bit;

    for (at = ss_key_cipher_all(); *at != NULL; at++, count++) {
        const struct ss_key_cipher *cipher = *at;
        ss_span key = kit_bytes(cipher->key), iv = kit_bytes(cipher->iv), plain = kit_bytes(48);
        uint8_t sealed[48], data[48], tag[16], bad_tag[16];

        memcpy(sealed, plain.data, 48);
        cr_assert(ss_key_cipher_run(cipher, SS_SEAL, key.data, iv.data, sealed, 48, tag) == SS_OK);
        cr_expect(memcmp(sealed, plain.data, 48) != 0, "%s", cipher->name);
        memcpy(data, sealed, 48);
        cr_expect(ss_key_cipher_run(cipher, SS_OPEN, key.data, iv.data, data, 48, tag) == SS_OK);
        kit_expect(ss_span_make(data, 48), plain, cipher->name);
        for (bit = 0; cipher->tag > 0 && bit < (48 + 16) * 8; bit++) {
            memcpy(data, sealed, 48);
            memcpy(bad_tag, tag, 16);
            *(bit < 48 * 8 ? &data[bit / 8] : &bad_tag[bit / 8 - 48]) ^= (uint8_t)(1 << bit % 8);
            cr_expect(ss_key_cipher_run(cipher, SS_OPEN, key.data, iv.data, data, 48, bad_tag) ==
                          SS_E_mac_mismatch,
                      "%s bit %zu", cipher->name, bit);
            cr_expect(memcmp(data, plain.data, 16) != 0);
        }
    }
    cr_expect(count == 10);
}

Test(key_cipher, half_blocks_and_unknown_names_are_refused)
{
    const struct ss_key_cipher *cipher = ss_key_cipher_find(test_text("3des-cbc"));
    uint8_t data[12] = {0};

    cr_assert(cipher != NULL);
    cr_expect(ss_key_cipher_run(cipher, SS_SEAL, kit_bytes(24).data, kit_bytes(8).data, data, 12,
                                NULL) == SS_E_bad_argument);
    cr_expect(ss_key_cipher_find(test_text("none")) == NULL);
    cr_expect(ss_key_cipher_find(test_text("aes256-cb")) == NULL);
    cr_expect(ss_key_cipher_find(test_text("")) == NULL);
}
