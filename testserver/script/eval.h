/* SPDX-License-Identifier: Apache-2.0 */
/* eval.h - expressions of a scenario, evaluated.
 *
 * Concept: an evaluator has variables, a scratch arena for results, and a host that knows the
 *   connection: facts, channels, keys. Without a connection (headers of a file) the host answers
 *   SS_E_not_found.
 *
 * | call           | does                                                       |
 * |----------------|------------------------------------------------------------|
 * | scn_eval       | one expression to a value, in the scratch arena            |
 * | scn_eval_bind  | a variable gets a value of its own, however long it lives  |
 * | scn_eval_free  | all memory of variables and scratch                        |
 *
 * Errors: SS_E_bad_value for a mistake of the scenario that shows only now (a field that is not
 *   there, an index out of range, a type that does not fit); at and text say what and where.
 *   SS_E_no_memory and SS_E_ceiling are as ever. Nothing a scenario does crashes.
 * Owns: variables (an arena each) and the scratch arena. Results live until scn_eval_reset. */
#ifndef SSHSPEC_SCRIPT_EVAL_H
#define SSHSPEC_SCRIPT_EVAL_H

#include "testserver/script/value.h"

struct scn_host { /* embed it; recover your object with SS_CONTAINER_OF */
    /* peer.x, kex.x, auth.x. SS_E_not_found: not known (yet). */
    ss_err (*fact)(struct scn_host *self, struct ss_arena *arena, ss_span path,
                   struct scn_value *out);
    /* A key or secret behind @name; lists of algorithms are the evaluator's own. */
    ss_err (*at_name)(struct scn_host *self, ss_span name, struct scn_value *out);
    /* A member of a channel. */
    ss_err (*channel)(struct scn_host *self, struct ss_arena *arena, uint32_t ours, ss_span member,
                      struct scn_value *out);
};

struct scn_binding {
    struct scn_value value;
    struct ss_arena arena;
};

struct scn_eval {
    const struct ss_env *env;
    const struct ss_env *random; /* for random(n): repeats itself with the seed */
    struct scn_host *host;
    struct ss_arena scratch;
    struct scn_binding *variables;
    size_t count;
    const ss_span *names; /* of the variables, for texts; may be null */
    /* the mistake */
    struct scn_pos at;
    char text[200];
    bool absent; /* it is a field that a message of the peer does not have */
};

enum { SCN_EVAL_BYTES_MAX = 16 * 1024 * 1024 }; /* of one value */

SS_MUST_USE ss_err scn_eval_init(struct scn_eval *eval, const struct ss_env *env,
                                 const struct ss_env *random, const struct scn_file *file,
                                 struct scn_host *host);
void scn_eval_free(struct scn_eval *eval);
void scn_eval_reset(struct scn_eval *eval); /* the scratch arena; variables stay */
SS_MUST_USE ss_err scn_eval(struct scn_eval *eval, const struct scn_expr *expr,
                            struct scn_value *out);
SS_MUST_USE ss_err scn_eval_bind(struct scn_eval *eval, uint32_t slot,
                                 const struct scn_value *value);
/* The value as one type, or the mistake. */
SS_MUST_USE ss_err scn_eval_bool(struct scn_eval *eval, const struct scn_expr *expr, bool *out);
SS_MUST_USE ss_err scn_eval_number(struct scn_eval *eval, const struct scn_expr *expr,
                                   uint64_t *out);
/* Bytes; a list gives its name-list, a key its blob. In the scratch arena. */
SS_MUST_USE ss_err scn_eval_bytes(struct scn_eval *eval, const struct scn_expr *expr, ss_span *out);
/* Bytes of a value, in the scratch arena; the mistake is told as of at. */
SS_MUST_USE ss_err scn_eval_as_bytes(struct scn_eval *eval, struct scn_pos at,
                                     const struct scn_value *value, ss_span *out);
/* Records a mistake and gives SS_E_bad_value. */
SS_MUST_USE ss_err scn_eval_mistake(struct scn_eval *eval, struct scn_pos at, const char *format,
                                    ...) SS_PRINTF(3, 4);

/* expr_text.c: appends an expression as it might have been written. */
SS_MUST_USE ss_err scn_expr_write(struct ss_buf *out, const struct scn_eval *eval,
                                  const struct scn_expr *expr);

/* functions.c: items are evaluated, their number is right. */
SS_MUST_USE ss_err scn_function_call(struct scn_eval *eval, const struct scn_expr *call,
                                     const struct scn_value *items, struct scn_value *out);

#endif
