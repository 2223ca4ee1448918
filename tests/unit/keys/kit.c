/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - keys for tests, and ssh-keygen in a folder of its own.
 *
 * Owns: the temporary folder.
 * Called by: the tests of lib/keys. */
#include "tests/unit/keys/kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const struct kit_vector kit_ed25519[3] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
};

#define CERT "-cert-v01@openssh.com"

const struct kit_type kit_types[KIT_TYPES] = {
    {SS_KEY_ED25519, "ssh-ed25519", "ssh-ed25519" CERT, "-t ed25519", true, 256},
    {SS_KEY_ECDSA_P256, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" CERT, "-t ecdsa -b 256", true,
     256},
    {SS_KEY_RSA, "ssh-rsa", "ssh-rsa" CERT, "-t rsa -b 2048", true, 1024},
    {SS_KEY_ECDSA_P384, "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" CERT, "-t ecdsa -b 384", true,
     384},
    {SS_KEY_ECDSA_P521, "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" CERT, "-t ecdsa -b 521", true,
     521},
    {SS_KEY_DSA, "ssh-dss", "ssh-dss" CERT, "-t dsa", true, 1024},
    {SS_KEY_ED448, "ssh-ed448", NULL, NULL, false, 448},
    {SS_KEY_MLDSA44_ED25519, "ssh-mldsa44-ed25519@openssh.com", "ssh-mldsa44-ed25519" CERT, NULL,
     false, 256},
    {SS_KEY_SK_ED25519, "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519" CERT, NULL, true, 256},
    {SS_KEY_SK_ECDSA_P256, "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256" CERT,
     NULL, true, 256},
};

static char folder[128];

struct ss_key *kit_key(enum ss_key_kind kind, const char *comment)
{
    struct ss_key *key = NULL;
    const struct ss_env *env = &test_counted()->env;

    cr_assert(ss_key_generate(env, kind, 1024, ss_span_of(comment), &key) == SS_OK);
    return key;
}

struct ss_key *kit_public(const struct ss_key *key)
{
    struct ss_key *half = NULL;

    cr_assert(ss_key_from_blob(&test_counted()->env, ss_key_blob(key), &half) == SS_OK);
    return half;
}

void kit_scarce(size_t n)
{
    struct ss_counted *counted = test_counted();

    counted->fail_at = n > 0 ? counted->calls + n : 0;
    counted->fail_after = n > 0;
}

void kit_need_keygen(void)
{
    if (access("/usr/bin/ssh-keygen", X_OK) != 0)
        cr_skip_test("no /usr/bin/ssh-keygen");
}

static const char *in_folder(const char *name)
{
    static char path[512];

    if (folder[0] == 0) {
        const char *base = getenv("TMPDIR");

        (void)snprintf(folder, sizeof folder, "%.100s/keys-XXXXXX", base != NULL ? base : "/tmp");
        cr_assert(mkdtemp(folder) != NULL, "mkdtemp");
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

bool kit_shell(const char *command, ss_span *out_text)
{
    static char text[65536];
    char line[2048];
    size_t n;
    FILE *pipe;

    (void)in_folder("");
    (void)snprintf(line, sizeof line, "cd '%s' && { %s ; } 2>&1 </dev/null", folder, command);
    pipe = popen(line, "r");
    cr_assert(pipe != NULL, "popen");
    n = fread(text, 1, sizeof text, pipe);
    if (out_text != NULL)
        *out_text = ss_span_make(text, n);
    return pclose(pipe) == 0;
}

void kit_write_file(const char *name, ss_span bytes)
{
    FILE *file = fopen(in_folder(name), "wb");

    cr_assert(file != NULL, "%s", name);
    cr_assert(fwrite(bytes.data, 1, bytes.size, file) == bytes.size);
    cr_assert(fclose(file) == 0);
    (void)chmod(in_folder(name), 0600);
}

ss_span kit_read_file(const char *name, unsigned slot)
{
    static char text[2][65536];
    FILE *file = fopen(in_folder(name), "rb");
    size_t n;

    cr_assert(file != NULL, "%s", name);
    n = fread(text[slot], 1, sizeof text[slot], file);
    (void)fclose(file);
    return ss_span_make(text[slot], n);
}

void kit_folder_remove(void)
{
    char command[256];

    test_counted_check();
    if (folder[0] == 0)
        return;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        (void)fprintf(stderr, "could not remove %s\n", folder);
    folder[0] = 0;
}
