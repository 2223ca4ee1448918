/* SPDX-License-Identifier: Apache-2.0 */
/* seed_ident.c - seeds of fuzz_ident: lines as implementations send them, and at the limits.
 *
 * Owns: the lines.
 * Not here: the harness.
 * Called by: seed_gen.c.
 * Follows: RFC 4253 sections 4.2 and 5.1. */
#include "fuzz/seed.h"
#include "sshspec/transport.h"

struct sample {
    ss_err err; /* for a client, in the end */
    const char *text;
};

static const struct sample samples[] = {
    /* as they are met */
    {SS_OK, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"},
    {SS_OK, "SSH-2.0-OpenSSH_for_Windows_8.1\r\n"},
    {SS_OK, "SSH-2.0-dropbear_2022.83\r\n"},
    {SS_OK, "SSH-2.0-dropbear\r\n"},
    {SS_OK, "SSH-2.0-paramiko_2.12.0\r\n"},
    {SS_OK, "SSH-2.0-libssh_0.10.6\r\n"},
    {SS_OK, "SSH-2.0-libssh2_1.10.0\r\n"},
    {SS_OK, "SSH-2.0-PuTTY_Release_0.78\r\n"},
    {SS_OK, "SSH-2.0-Go\r\n"},
    {SS_OK, "SSH-2.0-AsyncSSH_2.10.1\r\n"},
    {SS_OK, "SSH-2.0-Erlang/5.0\r\n"},
    {SS_OK, "SSH-2.0-mod_sftp\r\n"},
    {SS_OK, "SSH-2.0-wolfSSHv1.4.12\r\n"},
    {SS_OK, "SSH-2.0-TwistedConch\r\n"},
    {SS_OK, "SSH-2.0-ROSSSH\r\n"},
    {SS_OK, "SSH-1.99-Cisco-1.25\n"},
    {SS_OK, "SSH-2.0-sshspec_" SSHSPEC_VERSION "\r\n"},
    /* line ends, versions, characters */
    {SS_OK, "SSH-2.0-x\n"},
    {SS_OK, "SSH-2.0-x\r\r\n"},
    {SS_OK, "SSH-2.0-x\ry\r\n"},
    {SS_OK, "SSH-2.0-\r\n"},
    {SS_OK, "SSH-2.0-x comment with-dashes\t\x80\xff\r\n"},
    {SS_OK, "SSH-2.0-x\r\nSSH-2.0-y\r\n"},
    {SS_E_bad_version, "SSH-1.5-x\r\n"},
    {SS_E_bad_version, "SSH-2.0\r\n"},
    {SS_E_bad_version, "SSH-3.0-x\r\n"},
    {SS_E_bad_version, "SSH-\r\n"},
    {SS_E_more_input, "ssh-2.0-x\r\n"},
    {SS_E_more_input, "SSH-2.0-x"},
    {SS_E_more_input, "SSH"},
    {SS_E_more_input, "SS\n"},
    /* lines before it */
    {SS_OK, "hello\r\nSSH-2.0-x\r\n"},
    {SS_OK, "\r\n\n\r\nSSH-2.0-x\r\n"},
    {SS_OK, "one\ntwo\r\nthree SSH-2.0-no\nSSH-2.0-x\r\n"},
    {SS_E_more_input, " SSH-2.0-x\r\n"},
};

static ss_err read_lines(ss_span stream, enum ss_role role)
{
    for (;;) {
        enum ss_version_line kind;
        size_t scanned = 0, used;
        ss_span line;
        ss_err err = ss_version_take(stream, role, &scanned, &kind, &line, &used);

        if (err != SS_OK || kind == SS_VERSION_IDENT)
            return err;
        stream = ss_span_part(stream, used, stream.size);
    }
}

/* A stream in the buffer; a seed for each role. */
static void put(struct seeds *seeds, ss_err client)
{
    ss_span stream = fuzz_copy(ss_buf_span(&seeds->buf));
    bool line = stream.size >= 4 && memcmp(stream.data, "SSH-", 4) == 0;

    ss_buf_clear(&seeds->buf);
    for (uint8_t role = 0; role < 2; role++) {
        MUST(read_lines(stream, role == 0 ? SS_CLIENT : SS_SERVER) ==
             (role == 0 || line                                         ? client
              : stream.size < 4 && stream.data[stream.size - 1] != '\n' ? SS_E_more_input
                                                                        : SS_E_bad_version));
        MUST(ss_buf_put(&seeds->buf, ss_span_make(&role, 1)) == SS_OK);
        MUST(ss_buf_put(&seeds->buf, stream) == SS_OK);
        seed_put(seeds);
    }
    fuzz_drop(&stream);
}

/* head, then so many bytes that the line without its end has size. */
static void put_long(struct seeds *seeds, const char *head, size_t size, const char *end,
                     ss_err client)
{
    MUST(ss_buf_puts(&seeds->buf, head) == SS_OK);
    while (ss_buf_size(&seeds->buf) < size)
        MUST(ss_buf_puts(&seeds->buf, "x") == SS_OK);
    MUST(ss_buf_puts(&seeds->buf, end) == SS_OK);
    put(seeds, client);
}

void seed_ident(struct seeds *seeds)
{
    for (size_t i = 0; i < SS_COUNT(samples); i++) {
        MUST(ss_buf_puts(&seeds->buf, samples[i].text) == SS_OK);
        put(seeds, samples[i].err);
    }
    /* A zero inside. */
    MUST(ss_buf_put(&seeds->buf, ss_span_make("SSH-2.0-x\0y\r\n", 13)) == SS_OK);
    put(seeds, SS_E_bad_version);
    /* 255 bytes with CR LF are as many as there may be. */
    put_long(seeds, "SSH-2.0-", 253, "\r\n", SS_OK);
    put_long(seeds, "SSH-2.0-", 254, "\r\n", SS_E_line_too_long);
    put_long(seeds, "SSH-2.0-", 254, "\n", SS_OK);
    put_long(seeds, "SSH-2.0-", 255, "\n", SS_E_line_too_long);
    put_long(seeds, "SSH-2.0-", 254, "", SS_E_more_input);
    put_long(seeds, "SSH-2.0-", 255, "", SS_E_line_too_long);
    put_long(seeds, "a line before", 8192, "\r\nSSH-2.0-x\r\n", SS_OK);
    put_long(seeds, "a line before", 8193, "\r\nSSH-2.0-x\r\n", SS_E_line_too_long);
    put_long(seeds, "a line before", 8193, "\nSSH-2.0-x\r\n", SS_E_line_too_long);
    put_long(seeds, "a line before", 8194, "", SS_E_line_too_long);
}
