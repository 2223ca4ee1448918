/* SPDX-License-Identifier: Apache-2.0 */
/* key_tool.c - what the subcommands of `sshspec key` share.
 *
 * Owns: the words for what is wrong with a file.
 * Not here: the subcommands (cmd_key*.c).
 * Called by: cmd_key*.c. */
#include "testserver/key_tool.h"

#include <stdio.h>
#include <stdlib.h>

#include "sshspec/krl.h"
#include "testserver/files.h"

static int why_status(ss_err err, struct ss_buf *why)
{
    if (err != SS_OK)
        (void)fprintf(stderr, "sshspec key: %.*s%s", (int)ss_buf_size(why),
                      (const char *)ss_buf_at(why), ss_buf_size(why) > 0 ? "" : "no memory\n");
    ss_buf_fini(why);
    return err == SS_OK ? EXIT_AS_EXPECTED : EXIT_ENVIRONMENT;
}

int key_tool_read(const char *path, size_t most, struct ss_buf *out)
{
    struct ss_buf why;

    ss_buf_init(&why, ss_system_env(), 1024);
    return why_status(ss_file_read(path, most, out, &why), &why);
}

int key_tool_write(const char *path, ss_span bytes, bool secret)
{
    struct ss_buf why;
    ss_err err;

    if (path == NULL)
        return fwrite(bytes.data, 1, bytes.size, stdout) == bytes.size && fflush(stdout) == 0
                   ? EXIT_AS_EXPECTED
                   : EXIT_ENVIRONMENT;
    ss_buf_init(&why, ss_system_env(), 1024);
    err = ss_file_write(path, bytes, SS_FILE_NEW, secret, &why);
    if (err == SS_E_exists) {
        ss_buf_clear(&why);
        err = ss_buf_printf(&why, "%s: there is one already; move it away, or name another\n",
                            path) == SS_OK
                  ? SS_E_exists
                  : SS_E_no_memory;
    }
    return why_status(err, &why);
}

int key_tool_print(const struct ss_buf *out)
{
    return key_tool_write(NULL, ss_buf_span(out), false);
}

/* What a person can do about it; empty: nothing but getting another file. */
static const char *advice(ss_err err)
{
    switch (err) {
    case SS_E_key_encrypted:
        return "; give it by --passphrase-file or --passphrase-env";
    case SS_E_wrong_passphrase:
        return "; try another one (a damaged file may look the same)";
    case SS_E_too_many:
        return "; the limits are 2048 rounds of bcrypt, 10000000 of PBKDF2, 256 MiB for scrypt and "
               "Argon2, 16 keys a file; a copy with fewer can be made by what wrote it";
    case SS_E_unsupported:
        return "; `sshspec key convert --help` lists the formats";
    default:
        return "";
    }
}

int key_tool_refuse(const char *path, ss_err err, const struct ss_key_error *error)
{
    if (err == SS_E_no_memory) {
        (void)fputs("sshspec key: no memory\n", stderr);
        return EXIT_ENVIRONMENT;
    }
    (void)fprintf(stderr, "sshspec key: %s: %s", path, ss_err_text(err));
    if (error->field != NULL && error->line != 0)
        (void)fprintf(stderr, ": %s, line %zu (byte %zu of the file)", error->field, error->line,
                      error->offset);
    else if (error->field != NULL)
        (void)fprintf(stderr, ": %s, byte %zu", error->field, error->offset);
    (void)fprintf(stderr, "%s\n", advice(err));
    return EXIT_NOT_AS_EXPECTED;
}

/* ---- passphrases ---- */

int key_passphrase_read(struct key_passphrase *passphrase)
{
    const char *value;

    passphrase->text = ss_span_make(NULL, 0);
    ss_secret_init(&passphrase->secret);
    if (passphrase->file != NULL && passphrase->variable != NULL) {
        (void)fputs("sshspec key: a passphrase from a file and from the environment; give one\n",
                    stderr);
        return EXIT_USAGE;
    }
    if (passphrase->file != NULL && !read_password(passphrase->file, &passphrase->secret))
        return EXIT_ENVIRONMENT;
    if (passphrase->variable != NULL) {
        value = getenv(passphrase->variable);
        if (value == NULL || *value == 0 ||
            !ss_secret_set(&passphrase->secret, ss_span_of(value))) {
            (void)fprintf(
                stderr, "sshspec key: environment variable %s: %s; it is to be the passphrase\n",
                passphrase->variable, value == NULL || *value == 0 ? "not set" : "too long");
            return EXIT_ENVIRONMENT;
        }
    }
    if (passphrase->file != NULL || passphrase->variable != NULL)
        passphrase->text = ss_secret_span(&passphrase->secret);
    return EXIT_AS_EXPECTED;
}

void key_passphrase_fini(struct key_passphrase *passphrase)
{
    ss_secret_fini(&passphrase->secret);
}

/* ---- key files ---- */

int key_tool_open(const char *path, ss_span passphrase, struct ss_key_file *out)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf text;
    int status;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), (size_t)2 * KEY_TOOL_FILE_MAX);
    text.secret = true;
    status = key_tool_read(path, KEY_TOOL_FILE_MAX, &text);
    if (status == EXIT_AS_EXPECTED) {
        err = ss_key_file_read(ss_system_env(), ss_buf_span(&text), passphrase, NULL, out, &error);
        if (err != SS_OK)
            status = key_tool_refuse(path, err, &error);
    }
    ss_buf_fini(&text);
    return status;
}

int key_tool_open_public(const char *path, ss_span passphrase, struct ss_key_file *out)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf text;
    int status;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), (size_t)2 * KEY_TOOL_FILE_MAX);
    text.secret = true;
    status = key_tool_read(path, KEY_TOOL_FILE_MAX, &text);
    if (status == EXIT_AS_EXPECTED) {
        /* Only the whole file has the comment, in the formats that have one. */
        err = ss_key_file_read(ss_system_env(), ss_buf_span(&text), passphrase, NULL, out, &error);
        if (err == SS_E_key_encrypted)
            err = ss_key_file_read_public(ss_system_env(), ss_buf_span(&text), out, &error);
        if (err != SS_OK)
            status = key_tool_refuse(path, err, &error);
    }
    ss_buf_fini(&text);
    return status;
}

bool key_tool_words(struct options *options, const char **words, size_t most, size_t *out_count)
{
    const char *word;

    *out_count = 0;
    while (options_next(options, &word)) {
        if (*out_count == most) {
            (void)options_wrong(options, "more than %zu files", most);
            return false;
        }
        words[(*out_count)++] = word;
    }
    return options->status < 0;
}
