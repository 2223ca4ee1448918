/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys.c - the keys of a run, in one process and in another. */
#include <criterion/criterion.h>
#include <sys/stat.h>

#include "interop/keys.h"
#include "tests/support/support.h"
#include "tests/unit/interop/kit.h"

TestSuite(keys, .fini = kit_fini);

Test(keys, another_process_reads_what_was_made)
{
    struct key_ring made, read;
    struct stat about;
    struct ss_buf known;
    size_t i;

    cr_assert(system_make_folder(kit_path("keys"), 0700) == SS_OK);
    cr_assert(key_ring_make(kit_env(), kit_path("keys"), &made) == SS_OK);
    cr_assert(key_ring_load(kit_env(), kit_path("keys"), &read) == SS_OK);
    for (i = 0; i < 3; i++) {
        cr_expect(ss_key_equal(made.user[i], read.user[i]) && ss_key_is_private(read.user[i]));
        cr_expect(ss_key_equal(made.host_b[i], read.host_b[i]));
        cr_expect(!ss_key_equal(made.host_a[i], made.host_b[i]));
    }
    for (i = 0; i < KEY_RING_HOST_KEYS; i++)
        cr_expect(ss_key_equal(made.host_a[i], read.host_a[i]) &&
                  ss_key_is_private(read.host_a[i]));
    cr_expect(ss_key_equal(made.host_ca, read.host_ca));
    cr_expect(ss_span_eq(ss_buf_span(&made.password), ss_buf_span(&read.password)));
    cr_expect(ss_buf_size(&made.password) == 24);
    cr_assert(stat(kit_path("keys/user_ed25519"), &about) == 0);
    cr_expect((about.st_mode & 0777) == 0600);
    ss_buf_init(&known, kit_env(), 65536);
    cr_assert(key_ring_known(&read, 2222, &known) == SS_OK);
    cr_expect(strncmp(kit_text(&known), "[127.0.0.1]:2222 ssh-ed25519 AAAA", 33) == 0);
    cr_expect(strstr(kit_text(&known), "\n[127.0.0.1]:2222 ssh-dss AAAA") != NULL);
    cr_expect(strstr(kit_text(&known), "\n@cert-authority [127.0.0.1]:2222 ssh-ed25519 AAAA") !=
              NULL);
    ss_buf_fini(&known);
    key_ring_fini(&made);
    key_ring_fini(&read);
}

static bool is_host_ca(void *ctx, const struct ss_key *ca)
{
    return ss_key_equal(ctx, ca);
}

/* Each algorithm of the registry has a host key that can be used under it. */
Test(keys, there_is_a_host_key_for_every_algorithm)
{
    const struct ss_registry *all = ss_registry_standard();
    struct key_ring ring;
    size_t i, k;

    cr_assert(system_make_folder(kit_path("keys"), 0700) == SS_OK);
    cr_assert(key_ring_make(kit_env(), kit_path("keys"), &ring) == SS_OK);
    for (i = 0; all->sign[i] != NULL; i++) {
        for (k = 0; k < KEY_RING_HOST_KEYS; k++) {
            if (ss_key_fits(ring.host_a[k], all->sign[i]) ||
                (ring.host_certs[k] != NULL && ss_key_fits(ring.host_certs[k], all->sign[i])))
                break;
        }
        cr_expect(k < KEY_RING_HOST_KEYS, "%s", all->sign[i]->name);
    }
    key_ring_fini(&ring);
}

Test(keys, the_authority_certifies_host_keys_for_where_servers_are)
{
    struct key_ring made, read;
    struct ss_cert_policy policy = {.type = SS_CERT_HOST, .is_ca = is_host_ca};
    struct ss_cert_answer answer;
    size_t i, certified = 0;

    cr_assert(system_make_folder(kit_path("keys"), 0700) == SS_OK);
    cr_assert(key_ring_make(kit_env(), kit_path("keys"), &made) == SS_OK);
    cr_assert(key_ring_load(kit_env(), kit_path("keys"), &read) == SS_OK);
    policy.ctx = made.host_ca;
    for (i = 0; i < KEY_RING_HOST_KEYS; i++) {
        if (made.host_certs[i] == NULL)
            continue;
        certified++;
        cr_expect(ss_key_equal(made.host_certs[i], read.host_certs[i]));
        cr_expect(ss_key_is_private(read.host_certs[i]));
        cr_expect(ss_key_equal(ss_key_plain(read.host_certs[i]), made.host_a[i]));
        policy.principal = ss_span_of("127.0.0.1");
        cr_expect(ss_cert_check(read.host_certs[i], &policy, &answer) == SS_OK);
        policy.principal = ss_span_of("example.org");
        cr_expect(ss_cert_check(read.host_certs[i], &policy, &answer) == SS_E_bad_certificate);
    }
    cr_expect(certified == KEY_RING_HOST_KEYS - 1);
    key_ring_fini(&made);
    key_ring_fini(&read);
}

Test(keys, a_seed_makes_the_same_keys_again)
{
    struct ss_seeded a, b;
    struct key_ring first, second;
    size_t i;

    ss_seeded_init(&a, 7);
    ss_seeded_init(&b, 7);
    cr_assert(system_make_folder(kit_path("a"), 0700) == SS_OK);
    cr_assert(system_make_folder(kit_path("b"), 0700) == SS_OK);
    cr_assert(key_ring_make(&a.env, kit_path("a"), &first) == SS_OK);
    cr_assert(key_ring_make(&b.env, kit_path("b"), &second) == SS_OK);
    for (i = 0; i < 3; i++)
        cr_expect(ss_key_equal(first.host_b[i], second.host_b[i]), "%zu", i);
    cr_expect(ss_span_eq(ss_buf_span(&first.password), ss_buf_span(&second.password)));
    key_ring_fini(&first);
    key_ring_fini(&second);
}

Test(keys, a_folder_that_is_not_there_or_not_whole_gives_nothing)
{
    struct key_ring ring;

    cr_expect(key_ring_make(kit_env(), kit_path("none"), &ring) == SS_E_io);
    cr_expect(key_ring_load(kit_env(), kit_path("none"), &ring) == SS_E_not_found);
    cr_assert(system_make_folder(kit_path("keys"), 0700) == SS_OK);
    kit_write("keys/host_a_ed25519", "no key at all", 0600);
    cr_expect(key_ring_load(kit_env(), kit_path("keys"), &ring) != SS_OK);
}
