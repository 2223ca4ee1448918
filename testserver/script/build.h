/* SPDX-License-Identifier: Apache-2.0 */
/* build.h - fields and lies of a scenario put into a message.
 *
 * Owns: nothing; what a message points to is made in the evaluator's scratch arena.
 * Not here: the honest defaults (ss_engine_compose), sending.
 * Called by: the actors for send, reply, kexinit, inject, alter.
 * Errors: as of eval.h: SS_E_bad_value with the mistake told. */
#ifndef SSHSPEC_SCRIPT_BUILD_H
#define SSHSPEC_SCRIPT_BUILD_H

#include "testserver/script/eval.h"

/* Sets the named fields, in order. Setting a field that a flag announces sets the flag. */
SS_MUST_USE ss_err scn_build_fields(struct scn_eval *eval, const struct scn_fields *fields,
                                    struct ss_msg *msg);
/* Sets one field. */
SS_MUST_USE ss_err scn_build_field(struct scn_eval *eval, struct scn_pos at, struct ss_msg *msg,
                                   ss_span path, const struct scn_value *value);
/* Lies as the library takes them; their fields are looked up in msg (def null: none has one). */
SS_MUST_USE ss_err scn_build_lies(struct scn_eval *eval, const struct scn_lie *lies, size_t count,
                                  const struct ss_msg *msg, struct ss_lie **out);

#endif
