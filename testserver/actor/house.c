/* SPDX-License-Identifier: Apache-2.0 */
/* house.c - the account and the tree of an honest server of ours.
 *
 * Owns: the content of the tree at the start.
 * Not here: answering (lib/server/serving.c).
 * Called by: seat.c, honest.c.
 * Follows: docs/scenario-language.md "The peer self". */
#include "testserver/actor/house.h"

enum { FILE_SIZE = 65536 };

static ss_err furnish(struct act_house *house, const struct ss_env *env)
{
    struct ss_buf content;
    uint8_t *bytes;
    ss_err err;

    SS_TRY(ss_mem_fs_new(env, &(struct ss_mem_options){.order = SS_MEM_BY_NAME}, &house->fs));
    ss_buf_init(&content, env, FILE_SIZE);
    err = ss_buf_extend(&content, FILE_SIZE, &bytes);
    if (err == SS_OK) {
        memset(bytes, 'A', FILE_SIZE);
        if (ss_fs_put_file(ss_mem_fs_fs(house->fs), ss_span_of("/f"), ss_buf_span(&content),
                           0644) != SS_FX_OK)
            err = SS_E_no_memory;
    }
    ss_buf_fini(&content);
    return err;
}

ss_err act_house_init(struct act_house *house, const struct ss_env *env, struct ss_engine *engine,
                      const struct act_keys *keys, struct ss_serving_hook *hook)
{
    struct ss_serving_config config = {.account_count = 1, .hook = hook};
    ss_err err;

    memset(house, 0, sizeof *house);
    house->keys[0] = keys->user_ed25519;
    house->keys[1] = keys->user_ecdsa;
    house->keys[2] = keys->user_rsa;
    house->account =
        (struct ss_account){.user = keys->user, .password = keys->password, .keys = house->keys};
    err = furnish(house, env);
    if (err == SS_OK) {
        config.accounts = &house->account;
        config.fs = ss_mem_fs_fs(house->fs);
        err = ss_serving_new(env, engine, &config, &house->serving);
    }
    if (err != SS_OK)
        act_house_fini(house);
    return err;
}

/* The serving closes its files first. */
void act_house_fini(struct act_house *house)
{
    ss_serving_free(&house->serving);
    if (house->fs != NULL)
        ss_mem_fs_free(&house->fs);
    memset(house, 0, sizeof *house);
}

ss_err act_house_file(struct act_house *house, ss_span name, struct ss_buf *out)
{
    switch (ss_fs_get_file(ss_mem_fs_fs(house->fs), name, out)) {
    case SS_FX_OK:
        return SS_OK;
    case SS_FX_NO_SUCH_FILE:
        return SS_E_not_found;
    default:
        return SS_E_io;
    }
}
