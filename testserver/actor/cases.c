/* SPDX-License-Identifier: Apache-2.0 */
/* cases.c - the cases of a scenario: how many, and what each is called.
 *
 * Owns: the text of a case.
 * Not here: running one (run.c).
 * Called by: the runner, to list and to select; run.c.
 * Follows: SCENARIOS rule 9. */
#include "sshspec/text.h"
#include "testserver/actor/scene.h"

/* Nothing is known of a peer here: only what the file itself says can be counted. */
static ss_err values(struct scn_eval *eval, const struct ss_env *env, const struct scn_file *file,
                     struct scn_value *out)
{
    ss_err err = scn_eval_init(eval, env, env, file, NULL);

    if (err != SS_OK)
        return err;
    err = scn_eval(eval, file->each, out);
    if (err == SS_OK && out->type != SCN_LIST)
        err = SS_E_bad_value;
    if (err != SS_OK)
        scn_eval_free(eval);
    return err;
}

ss_err act_case_count(const struct ss_env *env, const struct scn_file *file, uint32_t *out_count)
{
    struct scn_eval eval;
    struct scn_value list;

    if (file->each == NULL) {
        *out_count = 1;
        return SS_OK;
    }
    SS_TRY(values(&eval, env, file, &list));
    *out_count = (uint32_t)list.count;
    scn_eval_free(&eval);
    return SS_OK;
}

/* Names as they are; what would not read well on one line as it would be written. */
static ss_err put_name(const struct scn_value *value, struct ss_buf *out)
{
    bool plain = value->type == SCN_BYTES && value->bytes.size > 0 && value->bytes.size <= 64;

    for (size_t i = 0; plain && i < value->bytes.size; i++)
        plain = value->bytes.data[i] > 0x20 && value->bytes.data[i] < 0x7f;
    if (plain)
        return ss_buf_put(out, value->bytes);
    return scn_value_print(out, value);
}

ss_err act_case_name(const struct ss_env *env, const struct scn_file *file, uint32_t case_index,
                     struct ss_buf *out)
{
    struct scn_eval eval;
    struct scn_value list;
    ss_err err = SS_E_not_found;

    if (file->each == NULL)
        return SS_OK;
    SS_TRY(values(&eval, env, file, &list));
    if (case_index < list.count)
        err = put_name(&list.items[case_index], out);
    scn_eval_free(&eval);
    return err;
}
