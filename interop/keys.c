/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c - making, writing and reading the keys of a run.
 *
 * Owns: the names of the files, and which keys there are.
 * Not here: the keys' forms (lib/keys), peers' own forms (peers/NAME/prepare).
 * Called by: the run when it starts, each worker.
 * Follows: keys.h. */
#include "interop/keys.h"

#include <stdio.h>

#include "sshspec/text.h"

#define RSA_BITS 2048
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

static ss_err generate(const struct ss_env *env, struct key_ring *ring)
{
    size_t i;

    for (i = 0; i < SS_COUNT(slots); i++)
        SS_TRY(ss_key_generate(env, slots[i].kind, RSA_BITS, ss_span_of(slots[i].name),
                               at(ring, &slots[i])));
    return make_password(env, &ring->password);
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

    for (i = 0; i < SS_COUNT(slots); i++)
        SS_TRY(write_key(ring, &slots[i], *at(ring, &slots[i])));
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

ss_err key_ring_load(const struct ss_env *env, const char *folder, struct key_ring *out)
{
    struct key_ring ring;
    ss_err err;
    size_t i;

    empty(env, &ring);
    err = keep_folder(&ring, folder);
    for (i = 0; err == SS_OK && i < SS_COUNT(slots); i++)
        err = read_key(&ring, &slots[i]);
    if (err == SS_OK)
        err = read_in(&ring, "password", &ring.password);
    return give(&ring, err, out);
}

/* ---- known_hosts ---- */

ss_err key_ring_known(const struct key_ring *ring, uint16_t port, struct ss_buf *out)
{
    size_t i;

    for (i = 0; i < SS_COUNT(ring->host_a); i++) {
        SS_TRY(ss_hostkeys_name(ss_span_of("127.0.0.1"), port, out));
        SS_TRY(ss_buf_puts(out, " "));
        SS_TRY(ss_key_write_line(ring->host_a[i], out));
    }
    return SS_OK;
}
