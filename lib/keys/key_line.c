/* SPDX-License-Identifier: Apache-2.0 */
/* key_line.c - a public key on one line of text: "type base64 comment".
 *
 * Owns: the words of such a line.
 * Not here: known_hosts lines, which have more words in front (known_hosts.c).
 * Called by: whoever reads .pub and authorized_keys files; known_hosts.c for its words.
 * Follows: sshd(8) "AUTHORIZED_KEYS FILE FORMAT", without options. */
#include "keys/key_impl.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static ss_span trim(ss_span s)
{
    while (s.size > 0 && is_blank(s.data[0]))
        s = ss_span_part(s, 1, s.size);
    while (s.size > 0 && (is_blank(s.data[s.size - 1]) || s.data[s.size - 1] == '\n' ||
                          s.data[s.size - 1] == '\r'))
        s.size--;
    return s;
}

ss_span ss_key_word(ss_span *rest)
{
    ss_span word = trim(*rest);
    size_t n = 0;

    while (n < word.size && !is_blank(word.data[n]))
        n++;
    *rest = ss_span_part(word, n, word.size);
    word.size = n;
    return word;
}

bool ss_key_words(ss_span line, struct ss_key_words *out)
{
    out->type = ss_key_word(&line);
    out->base64 = ss_key_word(&line);
    out->comment = trim(line);
    return out->base64.size > 0;
}

ss_err ss_key_read_line(const struct ss_env *env, ss_span line, struct ss_key **out_key)
{
    struct ss_key_words words;
    struct ss_key *key = NULL;
    struct ss_buf blob;
    ss_err err;

    if (!ss_key_words(line, &words) || words.type.data[0] == '#')
        return SS_E_bad_key;
    ss_buf_init(&blob, env, SS_KEY_BLOB_MAX);
    err = ss_base64_decode(&blob, words.base64);
    if (err == SS_E_ceiling)
        err = SS_E_bad_key;
    if (err == SS_OK)
        err = ss_key_from_blob(env, ss_buf_span(&blob), &key);
    ss_buf_fini(&blob);
    /* The word in front is what a person reads; it must not say another type than the blob. */
    if (err == SS_OK && !ss_span_is(words.type, ss_key_type(key)))
        err = SS_E_bad_key;
    if (err == SS_OK)
        err = ss_key_set_comment(key, words.comment);
    if (err != SS_OK) {
        ss_key_free(&key);
        return err == SS_E_bad_certificate ? err : ss_key_err(err, SS_E_bad_key);
    }
    *out_key = key;
    return SS_OK;
}

static ss_err write_line(const struct ss_key *key, struct ss_buf *out)
{
    SS_TRY(ss_buf_puts(out, ss_key_type(key)));
    SS_TRY(ss_buf_puts(out, " "));
    SS_TRY(ss_base64_encode(out, ss_key_blob(key)));
    if (key->comment[0] != 0) {
        SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(ss_buf_puts(out, key->comment));
    }
    return ss_buf_puts(out, "\n");
}

ss_err ss_key_write_line(const struct ss_key *key, struct ss_buf *out)
{
    size_t before = ss_buf_size(out);
    ss_err err;

    /* A line end inside would make a second line of it. */
    if (strpbrk(key->comment, "\r\n") != NULL)
        return SS_E_bad_text;
    err = write_line(key, out);
    if (err != SS_OK)
        ss_buf_truncate(out, before);
    return err;
}
