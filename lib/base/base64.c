/* SPDX-License-Identifier: Apache-2.0 */
/* base64.c - base64 and hex, both strict.
 *
 * Owns: the two alphabets.
 * Not here: line breaks and armour of key files (keys/ removes them first).
 * Called by: keys/, trace and report writers.
 * Follows: RFC 4648 section 4 (base64) and section 8 (hex; either case is read, lower is written).
 *   Section 3.3: bytes outside the alphabet are refused. Section 3.5: pad bits that are not zero
 *   are refused, so that what decodes encodes to the same text again. */
#include "sshspec/text.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

ss_err ss_base64_encode(struct ss_buf *out, ss_span bytes)
{
    const uint8_t *in = bytes.data;
    size_t left = bytes.size;
    uint8_t *to;

    if (left == 0)
        return SS_OK;
    if (left > SIZE_MAX / 4 * 3 - 2)
        return SS_E_ceiling;
    SS_TRY(ss_buf_extend(out, (left + 2) / 3 * 4, &to));
    for (; left >= 3; left -= 3, in += 3, to += 4) {
        to[0] = (uint8_t)alphabet[in[0] >> 2];
        to[1] = (uint8_t)alphabet[(in[0] & 0x03) << 4 | in[1] >> 4];
        to[2] = (uint8_t)alphabet[(in[1] & 0x0f) << 2 | in[2] >> 6];
        to[3] = (uint8_t)alphabet[in[2] & 0x3f];
    }
    if (left > 0) {
        uint8_t second = left == 2 ? in[1] : 0;

        to[0] = (uint8_t)alphabet[in[0] >> 2];
        to[1] = (uint8_t)alphabet[(in[0] & 0x03) << 4 | second >> 4];
        to[2] = left == 2 ? (uint8_t)alphabet[(second & 0x0f) << 2] : (uint8_t)'=';
        to[3] = '=';
    }
    return SS_OK;
}

/* 0 to 63, or 64 for a byte outside the alphabet. */
static uint32_t sextet(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0') + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : 64;
}

/* Decodes one quantum of kept bytes, which has kept + 1 letters; false when a letter or a pad bit
 * is wrong. */
static bool quantum(const uint8_t *in, size_t kept, uint8_t *to)
{
    uint32_t value = 0, seen = 0;
    size_t i;

    for (i = 0; i < 4; i++) {
        uint32_t v = i <= kept ? sextet(in[i]) : 0;

        seen |= v;
        value = value << 6 | (v & 0x3f);
    }
    if ((seen & 64) != 0)
        return false;
    for (i = 0; i < kept; i++)
        to[i] = (uint8_t)(value >> (16 - 8 * i));
    return (value & (0xffffffU >> (8 * kept))) == 0;
}

ss_err ss_base64_decode(struct ss_buf *out, ss_span text)
{
    size_t before = ss_buf_size(out);
    size_t quanta = text.size / 4;
    size_t pad = 0;
    size_t i;
    uint8_t *to;

    if (text.size % 4 != 0)
        return SS_E_bad_base64;
    if (quanta == 0)
        return SS_OK;
    if (text.data[text.size - 1] == '=')
        pad = text.data[text.size - 2] == '=' ? 2 : 1;
    SS_TRY(ss_buf_extend(out, quanta * 3 - pad, &to));
    for (i = 0; i < quanta; i++) {
        size_t kept = i + 1 == quanta ? 3 - pad : 3;

        if (!quantum(text.data + 4 * i, kept, to + 3 * i)) {
            ss_buf_truncate(out, before);
            return SS_E_bad_base64;
        }
    }
    return SS_OK;
}

ss_err ss_hex_encode(struct ss_buf *out, ss_span bytes)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t *to;
    size_t i;

    if (bytes.size > SIZE_MAX / 2)
        return SS_E_ceiling;
    SS_TRY(ss_buf_extend(out, 2 * bytes.size, &to));
    for (i = 0; i < bytes.size; i++) {
        to[2 * i] = (uint8_t)digits[bytes.data[i] >> 4];
        to[2 * i + 1] = (uint8_t)digits[bytes.data[i] & 0x0f];
    }
    return SS_OK;
}

/* 0 to 15, or 16 for a byte that is no digit. */
static unsigned nibble(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return 16;
}

ss_err ss_hex_decode(struct ss_buf *out, ss_span text)
{
    size_t before = ss_buf_size(out);
    uint8_t *to;
    size_t i;

    if (text.size % 2 != 0)
        return SS_E_bad_text;
    SS_TRY(ss_buf_extend(out, text.size / 2, &to));
    for (i = 0; i < text.size; i += 2) {
        unsigned high = nibble(text.data[i]);
        unsigned low = nibble(text.data[i + 1]);

        if (high > 15 || low > 15) {
            ss_buf_truncate(out, before);
            return SS_E_bad_text;
        }
        to[i / 2] = (uint8_t)(high << 4 | low);
    }
    return SS_OK;
}
