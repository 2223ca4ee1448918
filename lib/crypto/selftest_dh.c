/* SPDX-License-Identifier: Apache-2.0 */
/* selftest_dh.c - known answers: key exchange modulo a prime.
 *
 * Owns: nothing.
 * Not here: how a row is run, and group 14 with SHA-256 (selftest_key.c).
 * Called by: selftest.c.
 * Follows: the answers were computed apart from any library, from the formulas of RFC 2409 and RFC
 *   3526 with the digits of pi. Nobody publishes such answers for exponents as short as ours. */
#include "crypto/selftest.h"

/* The highest bit of an exponent is set before use. */
#define EXPONENT_40                                                                                \
    "69d1cc7aba80b1bcf4d90dd3bd7ad14ad9ff298de30963ea730228ddc0fd49d335387cf279465e91"
#define EXPONENT_63 EXPONENT_40 "0648fdcaf4a28f4d07c3f4c260f3d4454538acdfe17e01"
#define EXPONENT_128                                                                               \
    EXPONENT_63 "fae9e1df69f223fd15a817275c44e8399dfd8c73b4fb0029a15d2189bbd2a4577bfe924370bfef85" \
                "082cfe06bcc2d4785eb14253bfd6787cbbc136c83741415cc3"
#define PEER "24e5ca92551e75da0d525cc3e9e9dd224e95406db4bcb540b9313440d173d2f8"
/* A safe prime of 512 bits. */
#define PRIME                                                                                      \
    "9ac0abc118fde71d996785b343ad5df8ff85346098b761b1efa893346afb05f61d2a612e7cc55f778eef416cd4f4" \
    "2f4d85ccd051bdfc6ed993f4f979700c0ee3"

static const struct ss_selftest_kex rows[] = {
    {
        .alg = &ss_kex_dh_group1_sha1,
        .random = EXPONENT_40,
        .peer = PEER,
        .ours = "7022211976942757e7fa9202d4468530042827b9f636a41e7200715893c4f58a",
        .shared = "d6fee6651a5fee009c8cbfbdc58479ed056876ebd8e97e4ed6225a86dd829802",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_group14_sha1,
        .random = EXPONENT_40,
        .peer = PEER,
        .ours = "a5bc390ea31030e92551c2c18d837e7289b28ca4ef712f0c7ffe3a339cc3cc6e",
        .shared = "3bb4d76062a98ce0bc37a2fc9a6bab735f40d79f57bfb5e968dda6992b12b43b",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_group15_sha512,
        .random = EXPONENT_128,
        .peer = PEER,
        .ours = "af603fb52b0f16d458edcd02775b1606fb25cf0a34864b353507ed274bac77f4",
        .shared = "17b9418a619bc41d7866d389a0cb99b2db10060f214495ade8b1ec62ec14082d",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_group16_sha512,
        .random = EXPONENT_128,
        .peer = PEER,
        .ours = "1b527a5d879bd55a0458547e848f58646ec4da43fa97f0d18ea515954bef6a60",
        .shared = "86fbbbf91a3eef1bd3f8c9d1093d8f765d5bc8b332f7050402d5050b20a2a95c",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_group17_sha512,
        .random = EXPONENT_128,
        .peer = PEER,
        .ours = "33f788031baef7b89a18c5b9101e6742b5329dcc40a6ae2251e8146cee934bd9",
        .shared = "c2a89bcff20267201aac82127273ff314b969e41f661436ed1fd79f0fe9ce006",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_group18_sha512,
        .random = EXPONENT_128,
        .peer = PEER,
        .ours = "8185d6edc8ce17694a08d340ec230e44735a73ddb6cb6d32461989c75c2cd4a0",
        .shared = "e83492c27a9022b9310d2d7aa3450e21b8b9d93df5c054a09a565e035a70fb5d",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_gex_sha1,
        .prime = PRIME,
        .generator = "02",
        .random = EXPONENT_40,
        .peer = PEER,
        .ours = "fdd6e3d20fbd19551a630ce0664591ca376e4c7e69926be2038867da9211251d",
        .shared = "43a67741655f8d349fe770b164a613a26818401bf1933a0c66abd1d9af551fe8",
        .digests = true,
    },
    {
        .alg = &ss_kex_dh_gex_sha256,
        .prime = PRIME,
        .generator = "05",
        .random = EXPONENT_63,
        .peer = PEER,
        .ours = "99450e99e8a90e5ea633e63c44fd213988a9617a777957f5163d5fb1b4d55906",
        .shared = "62359b3f304ab5e85523eb4f02ab4d356387b01ad6cd4a0552c6f65e653b60d9",
        .digests = true,
    },
};

ss_err ss_selftest_dh(const struct ss_env *env, const char **out_name)
{
    ss_err err = SS_OK;
    size_t i;

    for (i = 0; err == SS_OK && i < SS_COUNT(rows); i++) {
        *out_name = rows[i].alg->name;
        err = ss_selftest_kex(env, &rows[i]);
    }
    return err;
}

const void *ss_selftest_dh_alg(size_t i)
{
    return i < SS_COUNT(rows) ? rows[i].alg : NULL;
}
