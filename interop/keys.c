/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - making, writing and reading the keys of a run.
 *
 * Owns: the names of the files, which keys there are, and what their certificates say.
 * Not here: the keys' forms (lib/keys), peers' own forms (peers/NAME/prepare).
 * Called by: the run when it starts, each worker.
 * Follows: keys.h. */
#include "interop/keys.h"

#include <stdio.h>

#include "sshspec/text.h"

#define RSA_BITS 2048
#define DSA_BITS 1024 /* what there is room for in the signature of RFC 4253 section 6.6 */
#define FILE_CEILING 65536
#define PASSWORD_BYTES 12

struct slot {
    const char *name;
    enum ss_key_kind kind;
    size_t offset; /* in struct key_ring */
};

#define AT(member, index) (offsetof(struct key_ring, member) + (index) * sizeof(struct ss_key *))
static const struct slot slots[] = {
    {"host_a_ed25519", SS_KEY_ED25519, AT(host_a, 0)},
    {"host_a_ecdsa", SS_KEY_ECDSA_P256, AT(host_a, 1)},
    {"host_a_rsa", SS_KEY_RSA, AT(host_a, 2)},
    {"host_b_ed25519", SS_KEY_ED25519, AT(host_b, 0)},
    {"host_b_ecdsa", SS_KEY_ECDSA_P256, AT(host_b, 1)},
    {"host_b_rsa", SS_KEY_RSA, AT(host_b, 2)},
    {"user_ed25519", SS_KEY_ED25519, AT(user, 0)},
    {"user_ecdsa", SS_KEY_ECDSA_P256, AT(user, 1)},
    {"user_rsa", SS_KEY_RSA, AT(user, 2)},
    {"stranger", SS_KEY_ED25519, AT(stranger, 0)},
    {"host_a_p384", SS_KEY_ECDSA_P384, AT(host_a, 3)},
    {"host_a_p521", SS_KEY_ECDSA_P521, AT(host_a, 4)},
    {"host_a_ed448", SS_KEY_ED448, AT(host_a, 5)},
    {"host_a_mldsa", SS_KEY_MLDSA44_ED25519, AT(host_a, 6)},
    {"host_a_sk_ed25519", SS_KEY_SK_ED25519, AT(host_a, 7)},
    {"host_a_sk_ecdsa", SS_KEY_SK_ECDSA_P256, AT(host_a, 8)},
    {"host_a_dsa", SS_KEY_DSA, AT(host_a, 9)},
    {"host_ca", SS_KEY_ED25519, AT(host_ca, 0)},
};

static struct ss_key **at(struct key_ring *ring, const struct slot *slot)
{
    return (struct ss_key **)(void *)((char *)ring + slot->offset);
}

static void empty(const struct ss_env *env, struct key_ring *ring)
{
    memset(ring, 0, sizeof *ring);
    ss_buf_init(&ring->password, env, FILE_CEILING);
    ring->password.secret = true;
}

void key_ring_fini(struct key_ring *ring)
{
    size_t i;

    for (i = 0; i < SS_COUNT(slots); i++)
        ss_key_free(at(ring, &slots[i]));
    for (i = 0; i < SS_COUNT(ring->host_certs); i++)
        ss_key_free(&ring->host_certs[i]);
    ss_buf_fini(&ring->password);
}

/* ---- making ---- */

/* Hex: nothing that a prompt, a shell or a file could read in two ways. */
static ss_err make_password(const struct ss_env *env, struct ss_buf *out)
{
    uint8_t bytes[PASSWORD_BYTES];
    ss_err err = ss_random(env, bytes, sizeof bytes);

    if (err == SS_OK)
        err = ss_hex_encode(out, ss_span_make(bytes, sizeof bytes));
    ss_wipe(bytes, sizeof bytes);
    return err;
}

/* The host key that a slot is for; SS_COUNT(ring->host_certs) when it is for none of host_a, or
 * there are no certificates for its kind. */
static size_t certificate_of(const struct slot *slot)
{
    size_t i;

    for (i = 0; i < KEY_RING_HOST_KEYS; i++) {
        if (slot->offset == AT(host_a, i) && slot->kind != SS_KEY_ED448)
            return i;
    }
    return KEY_RING_HOST_KEYS;
}

/* By every name that a client may have for where our servers are; valid for ever, so that it does
 * not matter what the clock of a run says. */
static ss_err issue(const struct ss_env *env, struct key_ring *ring, size_t i)
{
    const ss_span names[] = {ss_span_of("127.0.0.1"), ss_span_of("localhost"),
                             ss_span_of("[127.0.0.1]")};
    const struct ss_cert_request request = {
        .type = SS_CERT_HOST,
        .serial = i + 1,
        .key_id = ss_span_of(ss_key_comment(ring->host_a[i])),
        .principals = names,
        .principal_count = SS_COUNT(names),
        .valid_before = SS_CERT_FOREVER,
    };

    return ss_cert_issue(env, ring->host_a[i], ring->host_ca, NULL, &request, &ring->host_certs[i]);
}

static ss_err generate(const struct ss_env *env, struct key_ring *ring)
{
    size_t i, n;

    for (i = 0; i < SS_COUNT(slots); i++)
        SS_TRY(ss_key_generate(env, slots[i].kind,
                               slots[i].kind == SS_KEY_DSA ? DSA_BITS : RSA_BITS,
                               ss_span_of(slots[i].name), at(ring, &slots[i])));
    SS_TRY(make_password(env, &ring->password));
    for (i = 0; i < SS_COUNT(slots); i++) {
        n = certificate_of(&slots[i]);
        if (n < KEY_RING_HOST_KEYS)
            SS_TRY(issue(env, ring, n));
    }
    return SS_OK;
}

/* ---- files ---- */

static ss_err write_in(const struct key_ring *ring, const char *name, ss_span bytes, mode_t mode)
{
    char path[SYSTEM_PATH_MAX];

    SS_TRY(system_join(path, ring->folder, name));
    return system_write_file(path, bytes, mode);
}

static ss_err write_key(const struct key_ring *ring, const struct slot *slot,
                        const struct ss_key *key)
{
    const struct ss_env *env = ring->password.env;
    struct ss_buf text;
    char name[64];
    ss_err err;

    ss_buf_init(&text, env, FILE_CEILING);
    text.secret = true;
    err = ss_key_write_private(key, &text);
    if (err == SS_OK)
        err = write_in(ring, slot->name, ss_buf_span(&text), 0600);
    ss_buf_clear(&text);
    if (err == SS_OK)
        err = ss_key_write_line(key, &text);
    (void)snprintf(name, sizeof name, "%s.pub", slot->name);
    if (err == SS_OK)
        err = write_in(ring, name, ss_buf_span(&text), 0644);
    ss_buf_fini(&text);
    return err;
}

/* Beside its key, where ssh-keygen would put it. */
static void certificate_name(const struct slot *slot, char *out, size_t size)
{
    (void)snprintf(out, size, "%s-cert.pub", slot->name);
}

static ss_err write_certificate(const struct key_ring *ring, const struct slot *slot)
{
    size_t i = certificate_of(slot);
    struct ss_buf text;
    char name[64];
    ss_err err;

    if (i == KEY_RING_HOST_KEYS)
        return SS_OK;
    certificate_name(slot, name, sizeof name);
    ss_buf_init(&text, ring->password.env, FILE_CEILING);
    err = ss_key_write_line(ring->host_certs[i], &text);
    if (err == SS_OK)
        err = write_in(ring, name, ss_buf_span(&text), 0644);
    ss_buf_fini(&text);
    return err;
}

static ss_err write_account(struct key_ring *ring)
{
    struct ss_buf text;
    ss_err err = SS_OK;
    size_t i;

    ss_buf_init(&text, ring->password.env, FILE_CEILING);
    for (i = 0; err == SS_OK && i < SS_COUNT(ring->user); i++)
        err = ss_key_write_line(ring->user[i], &text);
    if (err == SS_OK)
        err = write_in(ring, "authorized_keys", ss_buf_span(&text), 0644);
    ss_buf_fini(&text);
    return err == SS_OK ? write_in(ring, "password", ss_buf_span(&ring->password), 0600) : err;
}

static ss_err write_all(struct key_ring *ring)
{
    size_t i;

    for (i = 0; i < SS_COUNT(slots); i++) {
        SS_TRY(write_key(ring, &slots[i], *at(ring, &slots[i])));
        SS_TRY(write_certificate(ring, &slots[i]));
    }
    return write_account(ring);
}

static ss_err keep_folder(struct key_ring *ring, const char *folder)
{
    if (strlen(folder) >= sizeof ring->folder)
        return SS_E_ceiling;
    memcpy(ring->folder, folder, strlen(folder) + 1);
    return SS_OK;
}

static ss_err give(struct key_ring *ring, ss_err err, struct key_ring *out)
{
    if (err == SS_OK)
        *out = *ring;
    else
        key_ring_fini(ring);
    return err;
}

ss_err key_ring_make(const struct ss_env *env, const char *folder, struct key_ring *out)
{
    struct key_ring ring;
    ss_err err;

    empty(env, &ring);
    err = keep_folder(&ring, folder);
    if (err == SS_OK)
        err = generate(env, &ring);
    if (err == SS_OK)
        err = write_all(&ring);
    return give(&ring, err, out);
}

static ss_err read_in(const struct key_ring *ring, const char *name, struct ss_buf *out)
{
    char path[SYSTEM_PATH_MAX];

    SS_TRY(system_join(path, ring->folder, name));
    return system_read_file(path, out);
}

static ss_err read_key(struct key_ring *ring, const struct slot *slot)
{
    struct ss_key_error error;
    struct ss_buf text;
    ss_err err;

    ss_buf_init(&text, ring->password.env, FILE_CEILING);
    text.secret = true;
    err = read_in(ring, slot->name, &text);
    if (err == SS_OK)
        err = ss_key_read_private(ring->password.env, ss_buf_span(&text), at(ring, slot), &error);
    ss_buf_fini(&text);
    return err;
}

static ss_err read_certificate(struct key_ring *ring, const struct slot *slot)
{
    const struct ss_env *env = ring->password.env;
    size_t i = certificate_of(slot);
    struct ss_key *alone = NULL;
    struct ss_buf text;
    char name[64];
    ss_err err;

    if (i == KEY_RING_HOST_KEYS)
        return SS_OK;
    certificate_name(slot, name, sizeof name);
    ss_buf_init(&text, env, FILE_CEILING);
    err = read_in(ring, name, &text);
    if (err == SS_OK)
        err = ss_key_read_line(env, ss_buf_span(&text), &alone);
    if (err == SS_OK)
        err = ss_key_certify(ring->host_a[i], ss_key_blob(alone), &ring->host_certs[i], NULL);
    ss_key_free(&alone);
    ss_buf_fini(&text);
    return err;
}

ss_err key_ring_load(const struct ss_env *env, const char *folder, struct key_ring *out)
{
    struct key_ring ring;
    ss_err err;
    size_t i;

    empty(env, &ring);
    err = keep_folder(&ring, folder);
    for (i = 0; err == SS_OK && i < SS_COUNT(slots); i++)
        err = read_key(&ring, &slots[i]);
    for (i = 0; err == SS_OK && i < SS_COUNT(slots); i++)
        err = read_certificate(&ring, &slots[i]);
    if (err == SS_OK)
        err = read_in(&ring, "password", &ring.password);
    return give(&ring, err, out);
}

/* ---- known_hosts ---- */

static ss_err known_line(const char *marker, uint16_t port, const struct ss_key *key,
                         struct ss_buf *out)
{
    SS_TRY(ss_buf_puts(out, marker));
    SS_TRY(ss_hostkeys_name(ss_span_of("127.0.0.1"), port, out));
    SS_TRY(ss_buf_puts(out, " "));
    return ss_key_write_line(key, out);
}

ss_err key_ring_known(const struct key_ring *ring, uint16_t port, struct ss_buf *out)
{
    size_t i;

    for (i = 0; i < SS_COUNT(ring->host_a); i++)
        SS_TRY(known_line("", port, ring->host_a[i], out));
    return known_line("@cert-authority ", port, ring->host_ca, out);
}
