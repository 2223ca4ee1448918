/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_key_sign.c - `sshspec key sign`, `verify` and `krl`: signatures of files, and which keys are
 * good no more.
 *
 * Owns: these subcommands.
 * Not here: formats (sshspec/sshsig.h, sshspec/krl.h).
 * Called by: cmd_key.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sshspec/fingerprint.h"
#include "sshspec/krl.h"
#include "sshspec/sshsig.h"
#include "sshspec/text.h"
#include "testserver/key_tool.h"

enum { FILES_MAX = 64 };

/* ---- sign ---- */

struct sign {
    struct key_passphrase passphrase;
    const char *key, *name_space, *hash, *out;
};

static int sign_with(const struct sign *sign, const struct ss_key *key, ss_span message,
                     struct ss_buf *out)
{
    const struct ss_hash_alg *hash =
        sign->hash != NULL && strcmp(sign->hash, "sha256") == 0 ? &ss_hash_sha256 : &ss_hash_sha512;
    ss_err err = ss_sshsig_sign(key, ss_system_env(), ss_registry_standard(),
                                ss_span_of(sign->name_space), hash, message, out);

    if (err == SS_OK)
        return EXIT_AS_EXPECTED;
    (void)fprintf(stderr, "sshspec key sign: %s: %s\n", sign->key,
                  err == SS_E_usage ? "only the public half is here; a private key signs"
                                    : ss_err_text(err));
    return EXIT_NOT_AS_EXPECTED;
}

static int sign_file(const struct sign *sign, const char *path)
{
    struct ss_buf message, text, name;
    struct ss_key_file file;
    int status = key_tool_open(sign->key, sign->passphrase.text, &file);
    ss_err err;

    if (status != EXIT_AS_EXPECTED)
        return status;
    ss_buf_init(&message, ss_system_env(), KEY_TOOL_MESSAGE_MAX);
    ss_buf_init(&text, ss_system_env(), KEY_TOOL_OUTPUT_MAX);
    ss_buf_init(&name, ss_system_env(), 8192);
    status = key_tool_read(path, KEY_TOOL_MESSAGE_MAX, &message);
    if (status == EXIT_AS_EXPECTED)
        status = sign_with(sign, file.keys[0], ss_buf_span(&message), &text);
    err = ss_buf_printf(&name, "%s.sig%c", path, 0);
    if (status == EXIT_AS_EXPECTED && err != SS_OK)
        status = EXIT_ENVIRONMENT;
    if (status == EXIT_AS_EXPECTED && sign->out != NULL && strcmp(sign->out, "-") == 0)
        status = key_tool_print(&text);
    else if (status == EXIT_AS_EXPECTED)
        status = key_tool_write(sign->out != NULL ? sign->out : (const char *)ss_buf_at(&name),
                                ss_buf_span(&text), false);
    ss_buf_fini(&name);
    ss_buf_fini(&text);
    ss_buf_fini(&message);
    ss_key_file_fini(&file);
    return status;
}

int key_sign(int argc, char **argv)
{
    struct sign sign = {.name_space = "file"};
    const struct option table[] = {
        {"key", OPTION_TEXT, &sign.key, "KEY", "private key, of any format"},
        KEY_PASSPHRASE_OPTIONS("passphrase", &sign.passphrase, "of KEY"),
        {"namespace", OPTION_TEXT, &sign.name_space, "NAME",
         "what the signature is for: file (when not given), git, NAME@DOMAIN"},
        {"hash", OPTION_TEXT, &sign.hash, "NAME", "sha512 (when not given) or sha256"},
        {"out", OPTION_TEXT, &sign.out, "SIG", "FILE.sig when not given; - is standard output"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct options options;
    const char *file;
    size_t count;
    int status;

    options_init(&options, table, argc, argv);
    options.verb = "key sign";
    options.usage = "[OPTION...] --key KEY FILE";
    options.about = "Signs a file, as `ssh-keygen -Y sign` does. Nothing is written over.\n"
                    "Exit status: 0, 1 when the key cannot sign, 3 for files.";
    options.example = "  sshspec key sign --key id_ed25519 --namespace release notes.txt\n";
    if (!key_tool_words(&options, &file, 1, &count))
        return options.status;
    if (count == 0 || sign.key == NULL)
        return options_wrong(&options, count == 0 ? "which file?" : "by which key? --key KEY");
    if (sign.name_space[0] == 0 || strlen(sign.name_space) > SS_SSHSIG_NAMESPACE_MAX)
        return options_wrong(&options, "--namespace: write a name");
    if (sign.hash != NULL && strcmp(sign.hash, "sha256") != 0 && strcmp(sign.hash, "sha512") != 0)
        return options_wrong(&options, "--hash %s: write sha512 or sha256", sign.hash);
    status = key_passphrase_read(&sign.passphrase);
    if (status == EXIT_AS_EXPECTED)
        status = sign_file(&sign, file);
    key_passphrase_fini(&sign.passphrase);
    return status;
}

/* ---- verify ---- */

struct verify {
    const char *signature, *name_space;
    struct option_list keys;
};

static int is_known(const struct verify *verify, const struct ss_key *signer, bool *out_known)
{
    size_t i, k;

    *out_known = verify->keys.count == 0;
    for (i = 0; i < verify->keys.count; i++) {
        struct ss_key_file file;
        int status = key_tool_open_public(verify->keys.items[i], ss_span_make(NULL, 0), &file);

        if (status != EXIT_AS_EXPECTED)
            return status;
        for (k = 0; k < file.count; k++)
            *out_known = *out_known || ss_key_equal(file.keys[k], signer);
        ss_key_file_fini(&file);
    }
    return EXIT_AS_EXPECTED;
}

static int tell(const struct verify *verify, const struct ss_sshsig *sig, const char *path,
                const char *verdict)
{
    struct ss_buf out;
    int status;
    ss_err err;

    ss_buf_init(&out, ss_system_env(), 65536);
    err = ss_buf_printf(&out, "%s: %s: ", path, verdict);
    if (err == SS_OK)
        err = ss_fingerprint(ss_key_blob(sig->key), SS_FINGERPRINT_SHA256, &out);
    if (err == SS_OK)
        err = ss_buf_printf(&out, " (%s), namespace ", ss_key_family(sig->key));
    if (err == SS_OK)
        err = ss_escape(&out, sig->name_space);
    if (err == SS_OK)
        err = ss_buf_printf(&out, ", %s%s\n", sig->hash->name,
                            verify->keys.count == 0 ? "; no --key says who may sign" : "");
    status = err == SS_OK ? key_tool_print(&out) : EXIT_ENVIRONMENT;
    ss_buf_fini(&out);
    return status;
}

static int verify_read(const struct verify *verify, const struct ss_sshsig *sig, const char *path)
{
    struct ss_buf message;
    bool known = false;
    int status, told;
    ss_err err;

    ss_buf_init(&message, ss_system_env(), KEY_TOOL_MESSAGE_MAX);
    status = key_tool_read(path, KEY_TOOL_MESSAGE_MAX, &message);
    if (status == EXIT_AS_EXPECTED)
        status = is_known(verify, sig->key, &known);
    if (status == EXIT_AS_EXPECTED) {
        err = ss_sshsig_verify(sig, ss_registry_standard(), ss_span_of(verify->name_space),
                               ss_buf_span(&message));
        status = err == SS_OK && known ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
        told = tell(verify, sig, path,
                    !ss_span_is(sig->name_space, verify->name_space) ? "made for something else"
                    : err != SS_OK                                   ? "signature does not verify"
                    : !known ? "valid, but by none of the keys given"
                             : "valid signature");
        status = told != EXIT_AS_EXPECTED ? told : status;
    }
    ss_buf_fini(&message);
    return status;
}

static int verify_file(const struct verify *verify, const char *path)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_sshsig sig;
    struct ss_buf text;
    int status;
    ss_err err;

    ss_buf_init(&text, ss_system_env(), (size_t)2 * KEY_TOOL_FILE_MAX);
    status = key_tool_read(verify->signature, KEY_TOOL_FILE_MAX, &text);
    if (status == EXIT_AS_EXPECTED) {
        err = ss_sshsig_read(ss_system_env(), ss_buf_span(&text), &sig, &error);
        if (err != SS_OK) {
            status = key_tool_refuse(verify->signature, err, &error);
        } else {
            status = verify_read(verify, &sig, path);
            ss_sshsig_fini(&sig);
        }
    }
    ss_buf_fini(&text);
    return status;
}

int key_verify(int argc, char **argv)
{
    struct verify verify = {.name_space = "file"};
    const struct option table[] = {
        {"signature", OPTION_TEXT, &verify.signature, "SIG", "the signature of FILE"},
        {"namespace", OPTION_TEXT, &verify.name_space, "NAME",
         "what it is to be for; file when not given"},
        {"key", OPTION_LIST, &verify.keys, "KEY",
         "who may have signed: a file with keys, of any format.\nWithout one, any valid signature "
         "will do"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    struct options options;
    const char *file;
    size_t count;

    options_init(&options, table, argc, argv);
    options.verb = "key verify";
    options.usage = "[OPTION...] --signature SIG FILE";
    options.about = "Verifies a signature of `sshspec key sign` or `ssh-keygen -Y sign`.\n"
                    "Exit status: 0 valid, 1 not valid or by another key, 3 for files.";
    options.example = "  sshspec key verify --signature notes.txt.sig --key id.pub notes.txt\n";
    if (!key_tool_words(&options, &file, 1, &count))
        return options.status;
    if (count == 0 || verify.signature == NULL)
        return options_wrong(&options,
                             count == 0 ? "which file?" : "which signature? --signature SIG");
    return verify_file(&verify, file);
}

/* ---- krl ---- */

struct krl {
    const char *ca, *serial, *key_id;
    uint64_t number;
    struct ss_krl *list;
};

static int read_list(const char *path, struct ss_krl **out)
{
    struct ss_key_error error = {0, 0, NULL};
    struct ss_buf bytes;
    int status;
    ss_err err;

    ss_buf_init(&bytes, ss_system_env(), (size_t)2 * SS_KRL_MAX);
    status = key_tool_read(path, SS_KRL_MAX, &bytes);
    if (status == EXIT_AS_EXPECTED) {
        err = ss_krl_read(ss_system_env(), ss_buf_span(&bytes), out, &error);
        if (err == SS_E_unsupported)
            (void)fprintf(stderr,
                          "sshspec key krl: %s: %s, byte %zu: not known here, so that nothing can "
                          "be called good by this list\n",
                          path, error.field, error.offset);
        else if (err != SS_OK)
            (void)fprintf(stderr, "sshspec key krl: %s: no key revocation list: %s, byte %zu\n",
                          path, error.field, error.offset);
        status = err == SS_OK ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
    }
    ss_buf_fini(&bytes);
    return status;
}

static ss_err put_ca(struct ss_buf *out, ss_span ca)
{
    if (ca.size == 0)
        return ss_buf_puts(out, " of any authority\n");
    SS_TRY(ss_buf_puts(out, " of authority "));
    SS_TRY(ss_fingerprint(ca, SS_FINGERPRINT_SHA256, out));
    return ss_buf_puts(out, "\n");
}

static ss_err put_entry(struct ss_buf *out, const struct ss_krl_entry *entry)
{
    switch (entry->kind) {
    case SS_KRL_KEY:
        SS_TRY(ss_buf_puts(out, "key "));
        SS_TRY(ss_fingerprint(entry->bytes, SS_FINGERPRINT_SHA256, out));
        return ss_buf_puts(out, "\n");
    case SS_KRL_SHA1:
    case SS_KRL_SHA256:
        SS_TRY(ss_buf_puts(out, entry->kind == SS_KRL_SHA1 ? "sha1 " : "sha256 "));
        SS_TRY(ss_hex_encode(out, entry->bytes));
        return ss_buf_puts(out, "\n");
    case SS_KRL_SERIAL:
        SS_TRY(ss_buf_printf(out, "serial %llu", (unsigned long long)entry->low));
        if (entry->high != entry->low)
            SS_TRY(ss_buf_printf(out, "-%llu", (unsigned long long)entry->high));
        return put_ca(out, entry->ca);
    case SS_KRL_KEY_ID:
        SS_TRY(ss_buf_puts(out, "id \""));
        SS_TRY(ss_escape(out, entry->bytes));
        SS_TRY(ss_buf_puts(out, "\""));
        return put_ca(out, entry->ca);
    case SS_KRL_NOTHING:
        break;
    }
    return SS_OK;
}

static ss_err put_list(struct ss_buf *out, const struct ss_krl *krl)
{
    struct ss_krl_walk walk = {0};
    struct ss_krl_entry entry;
    struct ss_krl_head head;

    ss_krl_head(krl, &head);
    SS_TRY(ss_buf_printf(out, "# version %llu, generated %llu, %zu signatures",
                         (unsigned long long)head.version, (unsigned long long)head.generated,
                         head.signatures));
    SS_TRY(ss_buf_puts(out, head.comment.size > 0 ? ": " : "\n"));
    SS_TRY(ss_escape(out, head.comment));
    if (head.comment.size > 0)
        SS_TRY(ss_buf_puts(out, "\n"));
    while (ss_krl_next(krl, &walk, &entry))
        SS_TRY(put_entry(out, &entry));
    return SS_OK;
}

static int list_krl(const struct krl *krl)
{
    struct ss_buf out;
    int status;
    ss_err err;

    ss_buf_init(&out, ss_system_env(), KEY_TOOL_MESSAGE_MAX);
    err = put_list(&out, krl->list);
    status = err == SS_OK ? key_tool_print(&out) : EXIT_ENVIRONMENT;
    ss_buf_fini(&out);
    return status;
}

static int check_key(const struct krl *krl, const struct ss_key *key, ss_span ca, const char *path)
{
    const struct ss_krl_subject subject = {ss_key_blob(key), ca, krl->number,
                                           ss_span_of(krl->key_id)};
    struct ss_krl_entry entry;
    bool authority = false;
    struct ss_buf out;
    ss_err err = ca.size > 0 ? ss_krl_check(krl->list, &subject, &entry, &authority)
                             : ss_krl_check_key(krl->list, key, &entry, &authority);
    int status;

    ss_buf_init(&out, ss_system_env(), 65536);
    if (err == SS_OK && entry.kind == SS_KRL_NOTHING)
        err = ss_buf_printf(&out, "%s: not revoked\n", path);
    else if (err == SS_OK)
        err = ss_buf_printf(&out, "%s: REVOKED%s by ", path,
                            authority ? ", with its authority," : "");
    if (err == SS_OK)
        err = put_entry(&out, &entry);
    status = err == SS_OK ? key_tool_print(&out) : EXIT_ENVIRONMENT;
    ss_buf_fini(&out);
    if (status == EXIT_AS_EXPECTED && entry.kind != SS_KRL_NOTHING)
        status = EXIT_NOT_AS_EXPECTED;
    return status;
}

static int check_file(const struct krl *krl, ss_span ca, const char *path)
{
    struct ss_key_file file;
    int status = key_tool_open_public(path, ss_span_make(NULL, 0), &file);
    size_t i;

    if (status != EXIT_AS_EXPECTED)
        return status;
    for (i = 0; i < file.count; i++) {
        int one = check_key(krl, file.keys[i], ca, path);

        status = one != EXIT_AS_EXPECTED ? one : status;
    }
    ss_key_file_fini(&file);
    return status;
}

static int check_files(const struct krl *krl, const char *const *files, size_t count)
{
    struct ss_key_file ca = {.count = 0};
    int status = krl->ca != NULL ? key_tool_open_public(krl->ca, ss_span_make(NULL, 0), &ca)
                                 : EXIT_AS_EXPECTED;
    size_t i;

    for (i = 0; i < count && (status == EXIT_AS_EXPECTED || status == EXIT_NOT_AS_EXPECTED); i++) {
        int one = check_file(krl, ca.count > 0 ? ss_key_blob(ca.keys[0]) : ss_span_make(NULL, 0),
                             files[i]);

        status = one != EXIT_AS_EXPECTED ? one : status;
    }
    ss_key_file_fini(&ca);
    return status;
}

static bool read_serial(struct options *options, struct krl *krl)
{
    char *end = NULL;

    if (krl->serial == NULL)
        return true;
    krl->number = strtoull(krl->serial, &end, 10);
    if (krl->serial[0] >= '0' && krl->serial[0] <= '9' && *end == 0)
        return true;
    (void)options_wrong(options, "--serial %s: write a number", krl->serial);
    return false;
}

int key_krl(int argc, char **argv)
{
    struct krl krl = {.ca = NULL};
    const struct option table[] = {
        {"ca", OPTION_TEXT, &krl.ca, "KEY",
         "check: the keys are certified by this one, with --serial and --id; a\ncertificate says "
         "so by itself"},
        {"serial", OPTION_TEXT, &krl.serial, "N", "check: of the certificate"},
        {"id", OPTION_TEXT, &krl.key_id, "TEXT", "check: key id of the certificate"},
        {NULL, OPTION_FLAG, NULL, NULL, NULL},
    };
    const char *words[FILES_MAX];
    struct options options;
    size_t count;
    bool list;
    int status;

    options_init(&options, table, argc, argv);
    options.verb = "key krl";
    options.usage = "list LIST\n       sshspec key krl check [OPTION...] LIST KEY...";
    options.about = "Lists what a key revocation list of `ssh-keygen -k` revokes, or checks keys "
                    "against it.\nExit status: 0, 1 when a key is revoked or a file is refused, 3 "
                    "for files.";
    options.example = "  sshspec key krl check --ca ca.pub --serial 7 revoked id.pub\n";
    if (!key_tool_words(&options, words, FILES_MAX, &count))
        return options.status;
    list = count > 0 && strcmp(words[0], "list") == 0;
    if (!list && (count == 0 || strcmp(words[0], "check") != 0))
        return options_wrong(&options, "write list or check, and a key revocation list");
    if (list ? count != 2 : count < 3)
        return options_wrong(&options,
                             list ? "list takes one list" : "check takes a list and keys");
    if ((krl.serial != NULL || krl.key_id != NULL) && krl.ca == NULL)
        return options_wrong(&options,
                             "--serial and --id are of a certificate; --ca says of whose");
    if (!read_serial(&options, &krl))
        return options.status;
    status = read_list(words[1], &krl.list);
    if (status == EXIT_AS_EXPECTED)
        status = list ? list_krl(&krl) : check_files(&krl, words + 2, count - 2);
    ss_krl_free(&krl.list);
    return status;
}
