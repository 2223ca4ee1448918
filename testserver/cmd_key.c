/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_key.c - `sshspec key`: keys looked at, made, and put into other formats.
 *
 * Owns: the subcommands show, generate and convert; the list of all of them.
 * Not here: signatures and revocation lists (cmd_key_sign.c), formats (sshspec/key_file.h).
 * Called by: main.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshspec/cert.h"
#include "sshspec/fingerprint.h"
#include "sshspec/text.h"
#include "testserver/key_tool.h"

enum { FILES_MAX = 64 };

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} subcommands[] = {
    {"show", key_show, "type, bits, fingerprints, picture, comment and format of keys"},
    {"generate", key_generate, "a new key, and its public half beside it"},
    {"convert", key_convert, "a key in another format, or with another passphrase"},
    {"sign", key_sign, "a signature of a file, as ssh-keygen -Y sign makes it"},
    {"verify", key_verify, "is a signature of a file valid, and whose is it?"},
    {"krl", key_krl, "list a key revocation list, or check keys against it"},
};

/* ---- show ---- */

struct show {
    struct key_passphrase passphrase;
    bool art, babble;
    const char *hash;
};

static ss_err put_comment(struct ss_buf *out, const struct ss_key *key)
{
    if (ss_key_comment(key)[0] == 0)
        return SS_OK;
    SS_TRY(ss_buf_puts(out, "  comment      "));
    SS_TRY(ss_escape(out, ss_span_of(ss_key_comment(key))));
    return ss_buf_puts(out, "\n");
}

static ss_err put_cert(struct ss_buf *out, const struct ss_key *key)
{
    const struct ss_cert *cert = ss_key_cert(key);

    if (cert == NULL)
        return SS_OK;
    SS_TRY(ss_buf_printf(out, "  certificate  of a %s, serial %llu, id \"",
                         cert->type == SS_CERT_HOST ? "host" : "user",
                         (unsigned long long)cert->serial));
    SS_TRY(ss_escape(out, cert->key_id));
    SS_TRY(ss_buf_puts(out, "\", by "));
    SS_TRY(ss_fingerprint(cert->ca, SS_FINGERPRINT_SHA256, out));
    return ss_buf_puts(out, "\n");
}

static ss_err put_key(struct ss_buf *out, const struct show *show, const struct ss_key *key)
{
    bool md5 = show->hash != NULL && strcmp(show->hash, "md5") == 0;
    ss_span blob = ss_key_blob(ss_key_plain(key));

    SS_TRY(ss_buf_printf(out, "  type         %s, %u bits, %s\n", ss_key_type(key),
                         ss_key_bits(key), ss_key_is_private(key) ? "private" : "public"));
    SS_TRY(put_comment(out, key));
    SS_TRY(put_cert(out, key));
    if (show->hash == NULL || !md5) {
        SS_TRY(ss_buf_puts(out, "  fingerprint  "));
        SS_TRY(ss_fingerprint(blob, SS_FINGERPRINT_SHA256, out));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    if (show->hash == NULL || md5) {
        SS_TRY(ss_buf_puts(out, "  fingerprint  "));
        SS_TRY(ss_fingerprint(blob, SS_FINGERPRINT_MD5, out));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    if (show->babble) {
        SS_TRY(ss_buf_puts(out, "  words        "));
        SS_TRY(ss_fingerprint_babble(blob, out));
        SS_TRY(ss_buf_puts(out, "\n"));
    }
    return show->art
               ? ss_fingerprint_art(key, md5 ? SS_FINGERPRINT_MD5 : SS_FINGERPRINT_SHA256, out)
               : SS_OK;
}

static ss_err put_file(struct ss_buf *out, const struct show *show, const char *path,
                       const struct ss_key_file *file)
{
    size_t i;

    SS_TRY(ss_buf_printf(out, "%s: %s", path, ss_key_format_name(file->format)));
    if (file->encrypted && strcmp(file->cipher, file->kdf) == 0)
        SS_TRY(ss_buf_printf(out, ", encrypted (%s)", file->cipher));
    else if (file->encrypted)
        SS_TRY(ss_buf_printf(out, ", encrypted (%s, key from %s)", file->cipher, file->kdf));
    SS_TRY(ss_buf_puts(out, "\n"));
    for (i = 0; i < file->count; i++)
        SS_TRY(put_key(out, show, file->keys[i]));
    return SS_OK;
}

static int show_file(const struct show *show, const char *path)
{
    struct ss_key_file file;
    struct ss_buf out;
    int status = key_tool_open_public(path, show->passphrase.text, &file);
    ss_err err;

    if (status != EXIT_AS_EXPECTED)
        return status;
    ss_buf_init(&out, ss_system_env(), KEY_TOOL_OUTPUT_MAX);
    err = put_file(&out, show, path, &file);
    status = err == SS_OK ? key_tool_print(&out) : EXIT_ENVIRONMENT;
    ss_buf_fini(&out);
    ss_key_file_fini(&file);
    return status;
}

int key_show(int argc, char **argv)
{
    struct show show = {.hash = NULL};
    const struct option table[] = {
        KEY_PASSPHRASE_OPTIONS("passphrase", &show.passphrase, "of the files"),
        {"hash", OPTION_TEXT, &show.hash, "NAME", "sha256 or md5; both without this option"},
        {"art", OPTION_FLAG, &show.art, NULL, "draw the picture of ssh-keygen -lv"},
        {"babble", OPTION_FLAG, &show.babble, NULL, "the words of ssh-keygen -B"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const char *files[FILES_MAX];
    struct options options;
    size_t count, i;
    int status;

    options_init(&options, table, argc, argv);
    options.verb = "key show";
    options.usage = "[OPTION...] FILE...";
    options.about =
        "Shows what keys a file holds. Without a passphrase, an encrypted file shows its public\n"
        "half, where its format keeps that in the clear. Exit status: 0, 1 when a file is no key,\n"
        "3 when it cannot be read.";
    options.example = "  sshspec key show --art ~/.ssh/id_ed25519\n";
    if (!key_tool_words(&options, files, FILES_MAX, &count))
        return options.status;
    if (count == 0)
        return options_wrong(&options, "which file?");
    if (show.hash != NULL && strcmp(show.hash, "sha256") != 0 && strcmp(show.hash, "md5") != 0)
        return options_wrong(&options, "--hash %s: write sha256 or md5", show.hash);
    status = key_passphrase_read(&show.passphrase);
    for (i = 0; i < count && (status == EXIT_AS_EXPECTED || status == EXIT_NOT_AS_EXPECTED); i++) {
        int one = show_file(&show, files[i]);

        status = one != EXIT_AS_EXPECTED ? one : status;
    }
    key_passphrase_fini(&show.passphrase);
    return status;
}

/* ---- protection, for generate and convert ---- */

struct protect {
    const char *cipher, *rounds;
};
#define PROTECT_OPTIONS(protect)                                                                   \
    {"cipher", OPTION_TEXT, &(protect)->cipher, "NAME",                                            \
     "of an encrypted openssh file, as `ssh -Q cipher` lists them; aes256-ctr"},                   \
    {                                                                                              \
        "rounds", OPTION_TEXT, &(protect)->rounds, "N",                                            \
            "of the derivation: bcrypt (24), PBKDF2 (200000), passes of Argon2 (13)"               \
    }

static bool read_number(const char *text, uint32_t most, uint32_t *out)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != 0 || value == 0 || value > most)
        return false;
    *out = (uint32_t)value;
    return true;
}

/* False after options_wrong. */
static bool make_protection(struct options *options, const struct protect *protect,
                            ss_span passphrase, struct ss_key_protection *out)
{
    memset(out, 0, sizeof *out);
    out->passphrase = passphrase;
    out->cipher = protect->cipher;
    if (protect->rounds != NULL &&
        !read_number(protect->rounds, SS_PBKDF2_ROUNDS_MAX, &out->rounds)) {
        (void)options_wrong(options, "--rounds %s: write a number from 1 to %d", protect->rounds,
                            SS_PBKDF2_ROUNDS_MAX);
        return false;
    }
    out->passes = out->rounds;
    return true;
}

static ss_err write_key(const struct ss_key *key, enum ss_key_format format,
                        const struct ss_key_protection *protection, struct ss_buf *out)
{
    switch (format) {
    case SS_KEY_FORMAT_PEM:
        return ss_key_write_pem(key, protection, out);
    case SS_KEY_FORMAT_PKCS8:
        return ss_key_write_pkcs8(key, protection, out);
    case SS_KEY_FORMAT_PPK2:
    case SS_KEY_FORMAT_PPK3:
        return ss_key_write_ppk(key, format, protection, out);
    case SS_KEY_FORMAT_LINE:
        return ss_key_write_line(key, out);
    case SS_KEY_FORMAT_RFC4716:
        return ss_key_write_rfc4716(key, out);
    case SS_KEY_FORMAT_SPKI:
        return ss_key_write_spki(key, out);
    case SS_KEY_FORMAT_OPENSSH:
        return ss_key_write_openssh(&key, 1, protection, out);
    case SS_KEY_FORMAT_NONE:
    case SS_KEY_FORMAT_PKCS1:
        break;
    }
    return SS_E_unsupported;
}

static bool is_private_format(enum ss_key_format format)
{
    return format >= SS_KEY_FORMAT_OPENSSH && format <= SS_KEY_FORMAT_PPK3;
}

/* Null: openssh. False after options_wrong. */
static bool choose_format(struct options *options, const char *name, enum ss_key_format *out)
{
    static const char *const names[] = {"openssh", "pem",     "pkcs8", "ppk2", "ppk3",
                                        "line",    "rfc4716", "spki",  NULL};
    const char *close;
    size_t i;

    for (i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0) {
            *out = ss_key_format_of(ss_span_of(name));
            return true;
        }
    close = ss_suggest(ss_span_of(name), names);
    (void)options_wrong(options,
                        "--format %s: no such format%s%s%s; there are openssh, pem, pkcs8, "
                        "ppk2, ppk3, line, rfc4716 and spki",
                        name, close != NULL ? ", did you mean " : "", close != NULL ? close : "",
                        close != NULL ? "?" : "");
    return false;
}

static int refuse_write(const struct ss_key *key, const char *format, ss_err err)
{
    const char *why = ss_err_text(err);

    if (err == SS_E_unsupported)
        why = "the format has no place for this kind of key; openssh has one for each, pkcs8 for "
              "most";
    else if (err == SS_E_usage)
        why = "only the public half is here; line, rfc4716 and spki are formats for it";
    else if (err == SS_E_bad_argument)
        why = "a cipher, passphrase or number of rounds that the format does not know; `ssh -Q "
              "cipher` lists ciphers, and bcrypt takes at most 2048 rounds";
    else if (err == SS_E_bad_text)
        why = "the key's comment has a line end, or is too long for the format";
    (void)fprintf(stderr, "sshspec key: %s as %s: %s\n", ss_key_type(key), format, why);
    return err == SS_E_no_memory ? EXIT_ENVIRONMENT : EXIT_NOT_AS_EXPECTED;
}

/* ---- generate ---- */

static const struct {
    const char *name;
    enum ss_key_kind kind;
    unsigned bits; /* without --bits */
} kinds[] = {
    {"ed25519", SS_KEY_ED25519, 0},
    {"ecdsa", SS_KEY_ECDSA_P256, 0},
    {"ecdsa-384", SS_KEY_ECDSA_P384, 0},
    {"ecdsa-521", SS_KEY_ECDSA_P521, 0},
    {"rsa", SS_KEY_RSA, 3072},
    {"ed448", SS_KEY_ED448, 0},
    {"mldsa44-ed25519", SS_KEY_MLDSA44_ED25519, 0},
    {"ed25519-sk", SS_KEY_SK_ED25519, 0},
    {"ecdsa-sk", SS_KEY_SK_ECDSA_P256, 0},
    {"dsa", SS_KEY_DSA, 1024},
};

struct generate {
    struct key_passphrase passphrase;
    struct protect protect;
    const char *type, *bits, *comment, *format, *out;
};

static int write_pair(const struct generate *generate, const struct ss_key *key,
                      enum ss_key_format format, const struct ss_key_protection *protection)
{
    struct ss_buf text, path;
    int status = EXIT_ENVIRONMENT;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), KEY_TOOL_FILE_MAX);
    ss_buf_init(&path, ss_system_env(), 8192);
    err = write_key(key, format, protection, &text);
    status = err == SS_OK ? key_tool_write(generate->out, ss_buf_span(&text), true)
                          : refuse_write(key, ss_key_format_name(format), err);
    if (status == EXIT_AS_EXPECTED) {
        ss_buf_clear(&text);
        err = ss_key_write_line(key, &text);
        if (err == SS_OK)
            err = ss_buf_printf(&path, "%s.pub%c", generate->out, 0);
        status = err == SS_OK
                     ? key_tool_write((const char *)ss_buf_at(&path), ss_buf_span(&text), false)
                     : refuse_write(key, "line", err);
    }
    ss_buf_fini(&path);
    ss_buf_fini(&text);
    return status;
}

static int tell_made(const struct generate *generate, const struct ss_key *key)
{
    struct ss_buf out;
    int status;
    ss_err err;

    ss_buf_init(&out, ss_system_env(), 4096);
    err = ss_buf_printf(&out, "%s and %s.pub: ", generate->out, generate->out);
    if (err == SS_OK)
        err = ss_fingerprint(ss_key_blob(key), SS_FINGERPRINT_SHA256, &out);
    if (err == SS_OK)
        err = ss_buf_printf(&out, " (%s)\n", ss_key_family(key));
    status = err == SS_OK ? key_tool_print(&out) : EXIT_ENVIRONMENT;
    ss_buf_fini(&out);
    return status;
}

static int generate_key(struct options *options, struct generate *generate)
{
    const char *type = generate->type != NULL ? generate->type : kinds[0].name;
    struct ss_key_protection protection;
    enum ss_key_format format;
    struct ss_key *key = NULL;
    uint32_t bits = 0;
    size_t i = 0;
    int status;

    while (i < SS_COUNT(kinds) && strcmp(kinds[i].name, type) != 0)
        i++;
    if (i == SS_COUNT(kinds))
        return options_wrong(options, "--type %s: no such kind of key; --help lists them", type);
    if (generate->bits != NULL && !read_number(generate->bits, 16384, &bits))
        return options_wrong(options, "--bits %s: write a number up to 16384", generate->bits);
    if (!choose_format(options, generate->format != NULL ? generate->format : "openssh", &format) ||
        !make_protection(options, &generate->protect, generate->passphrase.text, &protection))
        return options->status;
    if (!is_private_format(format))
        return options_wrong(options, "--format %s: has no place for a private key",
                             generate->format);
    if (ss_key_generate(ss_system_env(), kinds[i].kind, bits > 0 ? bits : kinds[i].bits,
                        ss_span_of(generate->comment), &key) != SS_OK)
        return options_wrong(options,
                             "--type %s --bits %s: no such size; RSA has 1024 to 16384, a multiple "
                             "of 16",
                             type, generate->bits != NULL ? generate->bits : "");
    status = write_pair(generate, key, format, &protection);
    if (status == EXIT_AS_EXPECTED)
        status = tell_made(generate, key);
    ss_key_free(&key);
    return status;
}

int key_generate(int argc, char **argv)
{
    struct generate generate = {.type = NULL};
    const struct option table[] = {
        {"type", OPTION_TEXT, &generate.type, "NAME",
         "ed25519 (when not given), ecdsa, ecdsa-384, ecdsa-521, rsa, ed448,\nmldsa44-ed25519, "
         "dsa; "
         "ed25519-sk, ecdsa-sk: keys of a security key in\nsoftware, for tests"},
        {"bits", OPTION_TEXT, &generate.bits, "N", "of an RSA key; 3072"},
        {"comment", OPTION_TEXT, &generate.comment, "TEXT", "stands in the key and in the .pub"},
        {"format", OPTION_TEXT, &generate.format, "NAME",
         "openssh (when not given), pem, pkcs8, ppk2, ppk3"},
        KEY_PASSPHRASE_OPTIONS("passphrase", &generate.passphrase, "of the new key; none without"),
        PROTECT_OPTIONS(&generate.protect),
        {"out", OPTION_TEXT, &generate.out, "FILE",
         "where the key goes; its public half: FILE.pub"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct options options;
    const char *word;
    size_t count;
    int status;

    options_init(&options, table, argc, argv);
    options.verb = "key generate";
    options.usage = "[OPTION...] --out FILE";
    options.about = "Makes a new key, for its owner's eyes only. Nothing is written over.\n"
                    "Exit status: 0, 2 for a kind or size that is none, 3 when nothing can be "
                    "written.";
    options.example = "  sshspec key generate --type rsa --bits 4096 --format ppk3 --out id.ppk\n";
    if (!key_tool_words(&options, &word, 0, &count))
        return options.status;
    if (generate.out == NULL)
        return options_wrong(&options, "where to? --out FILE");
    status = key_passphrase_read(&generate.passphrase);
    if (status == EXIT_AS_EXPECTED)
        status = generate_key(&options, &generate);
    key_passphrase_fini(&generate.passphrase);
    return status;
}

/* ---- convert ---- */

struct convert {
    struct key_passphrase old, fresh;
    struct protect protect;
    bool plain;
    const char *format, *out;
};

static ss_err write_all(const struct ss_key_file *file, enum ss_key_format format,
                        const struct ss_key_protection *protection, struct ss_buf *out)
{
    size_t i;

    if (format == SS_KEY_FORMAT_OPENSSH)
        return ss_key_write_openssh((const struct ss_key *const *)file->keys, file->count,
                                    protection, out);
    for (i = 0; i < file->count; i++)
        SS_TRY(write_key(file->keys[i], format, protection, out));
    return SS_OK;
}

/* What was encrypted does not come out in the clear because an option was forgotten. */
static ss_span fresh_passphrase(const struct convert *convert, bool encrypted)
{
    if (convert->plain)
        return ss_span_make(NULL, 0);
    if (convert->fresh.text.data != NULL)
        return convert->fresh.text;
    return encrypted ? convert->old.text : ss_span_make(NULL, 0);
}

static int convert_file(struct options *options, const struct convert *convert, const char *path)
{
    struct ss_key_protection protection;
    enum ss_key_format format;
    struct ss_key_file file;
    struct ss_buf out;
    bool several;
    int status;
    ss_err err;

    if (!choose_format(options, convert->format, &format))
        return options->status;
    status = is_private_format(format) ? key_tool_open(path, convert->old.text, &file)
                                       : key_tool_open_public(path, convert->old.text, &file);
    if (status != EXIT_AS_EXPECTED)
        return status;
    several = format == SS_KEY_FORMAT_OPENSSH || format == SS_KEY_FORMAT_LINE;
    ss_buf_init(&out, ss_system_env(), KEY_TOOL_FILE_MAX);
    if (file.count > 1 && !several) {
        (void)fprintf(stderr,
                      "sshspec key: %s: has %zu keys, and %s has place for one; openssh and line "
                      "have it for more\n",
                      path, file.count, convert->format);
        status = EXIT_NOT_AS_EXPECTED;
    } else if (!make_protection(options, &convert->protect,
                                fresh_passphrase(convert, file.encrypted), &protection)) {
        status = options->status;
    } else {
        err = write_all(&file, format, &protection, &out);
        status = err == SS_OK
                     ? key_tool_write(convert->out, ss_buf_span(&out), is_private_format(format))
                     : refuse_write(file.keys[0], convert->format, err);
    }
    ss_buf_fini(&out);
    ss_key_file_fini(&file);
    return status;
}

int key_convert(int argc, char **argv)
{
    struct convert convert = {.format = NULL};
    const struct option table[] = {
        {"format", OPTION_TEXT, &convert.format, "NAME",
         "private keys: openssh, pem (PKCS#1, SEC 1), pkcs8, ppk2, ppk3;\n"
         "public keys: line (.pub), rfc4716, spki (PUBLIC KEY)"},
        KEY_PASSPHRASE_OPTIONS("passphrase", &convert.old, "of FILE"),
        KEY_PASSPHRASE_OPTIONS("new-passphrase", &convert.fresh,
                               "of the result;\nwhen not given, what was encrypted keeps its own"),
        {"no-passphrase", OPTION_FLAG, &convert.plain, NULL, "the result is not encrypted"},
        PROTECT_OPTIONS(&convert.protect),
        {"out", OPTION_TEXT, &convert.out, "FILE",
         "where it goes, for its owner's eyes only; standard output when not given"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct options options;
    const char *file;
    size_t count;
    int status;

    options_init(&options, table, argc, argv);
    options.verb = "key convert";
    options.usage = "[OPTION...] --format NAME FILE";
    options.about =
        "Reads a key of any format and writes it in another, or with another passphrase. Formats\n"
        "without a place for the comment (pem, pkcs8, spki) lose it. Exit status: 0, 1 when the "
        "file\n"
        "is refused or the format has no place for it, 3 when it cannot be read or written.";
    options.example = "  sshspec key convert --format ppk3 --passphrase-file secret id_rsa\n";
    if (!key_tool_words(&options, &file, 1, &count))
        return options.status;
    if (count == 0 || convert.format == NULL)
        return options_wrong(&options, count == 0 ? "which file?" : "into which? --format NAME");
    status = key_passphrase_read(&convert.old);
    if (status == EXIT_AS_EXPECTED)
        status = key_passphrase_read(&convert.fresh);
    if (status == EXIT_AS_EXPECTED)
        status = convert_file(&options, &convert, file);
    key_passphrase_fini(&convert.old);
    key_passphrase_fini(&convert.fresh);
    return status;
}

/* ---- the verb ---- */

static void usage(FILE *out)
{
    size_t i;

    (void)fputs("usage: sshspec key SUBCOMMAND [OPTION...]\n"
                "       sshspec key SUBCOMMAND --help\n\n",
                out);
    for (i = 0; i < SS_COUNT(subcommands); i++)
        (void)fprintf(out, "  %-12s %s\n", subcommands[i].name, subcommands[i].help);
}

int cmd_key(int argc, char **argv)
{
    const char *names[SS_COUNT(subcommands) + 1] = {NULL};
    const char *close;
    size_t i;

    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return fflush(stdout) != 0 ? EXIT_ENVIRONMENT : EXIT_AS_EXPECTED;
    }
    for (i = 0; i < SS_COUNT(subcommands); i++) {
        names[i] = subcommands[i].name;
        if (strcmp(argv[1], names[i]) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    }
    close = ss_suggest(ss_span_of(argv[1]), names);
    (void)fprintf(stderr,
                  "sshspec key: no subcommand \"%s\"%s%s%s; sshspec key --help lists them\n",
                  argv[1], close != NULL ? ", did you mean " : "", close != NULL ? close : "",
                  close != NULL ? "?" : "");
    return EXIT_USAGE;
}
