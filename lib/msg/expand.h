/* SPDX-License-Identifier: Apache-2.0 */
/* expand.h - the preprocessor's part of the message tables: a walk over field tuples.
 *
 * Owns: SS_EACH, and the two expansions of a tuple: struct member and field row.
 * Not here: the rows (*.def) and what is made of them (msg.h, table.c).
 * Called by: msg.h and table.c only.
 *
 * A tuple is (type, name [, extra [, condition]]). SS_EACH(M, c, tuples...) gives M(c, type, name,
 * extra, condition, ...) for each; an empty list gives nothing. */
#ifndef SSHSPEC_MSG_EXPAND_H
#define SSHSPEC_MSG_EXPAND_H

#include "sshspec/span.h"

#define SS_CAT(a, b) SS_CAT_(a, b)
#define SS_CAT_(a, b) a##b

/* 1 when x is a parenthesised tuple, 0 when it is empty. */
#define SS_SECOND(a, b, ...) b
#define SS_PROBE(...) SS_PROBED, 1
#define SS_IS_TUPLE(x) SS_IS_TUPLE_(SS_PROBE x, 0, 0)
#define SS_IS_TUPLE_(...) SS_SECOND(__VA_ARGS__)

#define SS_APPLY(m, c, x) SS_CAT(SS_APPLY_, SS_IS_TUPLE(x))(m, c, x)
#define SS_APPLY_0(m, c, x)
#define SS_APPLY_1(m, c, x) SS_APPLY_2(m, c, SS_UNWRAP x)
#define SS_APPLY_2(m, c, ...) m(c, __VA_ARGS__, none, ALWAYS, 0)
#define SS_UNWRAP(...) __VA_ARGS__

#define SS_EACH(m, c, ...)                                                                         \
    SS_EACH_N(__VA_ARGS__, SS_EACH_16, SS_EACH_15, SS_EACH_14, SS_EACH_13, SS_EACH_12, SS_EACH_11, \
              SS_EACH_10, SS_EACH_9, SS_EACH_8, SS_EACH_7, SS_EACH_6, SS_EACH_5, SS_EACH_4,        \
              SS_EACH_3, SS_EACH_2, SS_EACH_1, 0)                                                  \
    (m, c, __VA_ARGS__)
#define SS_EACH_N(a, b, d, e, f, g, h, i, j, k, l, o, p, q, r, s, NAME, ...) NAME
#define SS_EACH_1(m, c, x) SS_APPLY(m, c, x)
#define SS_EACH_2(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_1(m, c, __VA_ARGS__)
#define SS_EACH_3(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_2(m, c, __VA_ARGS__)
#define SS_EACH_4(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_3(m, c, __VA_ARGS__)
#define SS_EACH_5(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_4(m, c, __VA_ARGS__)
#define SS_EACH_6(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_5(m, c, __VA_ARGS__)
#define SS_EACH_7(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_6(m, c, __VA_ARGS__)
#define SS_EACH_8(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_7(m, c, __VA_ARGS__)
#define SS_EACH_9(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_8(m, c, __VA_ARGS__)
#define SS_EACH_10(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_9(m, c, __VA_ARGS__)
#define SS_EACH_11(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_10(m, c, __VA_ARGS__)
#define SS_EACH_12(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_11(m, c, __VA_ARGS__)
#define SS_EACH_13(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_12(m, c, __VA_ARGS__)
#define SS_EACH_14(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_13(m, c, __VA_ARGS__)
#define SS_EACH_15(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_14(m, c, __VA_ARGS__)
#define SS_EACH_16(m, c, x, ...) SS_APPLY(m, c, x) SS_EACH_15(m, c, __VA_ARGS__)

/* ---- a tuple as a struct member ---- */
#define SS_FIELD_STRUCT(c, type, name, extra, ...) SS_MEMBER_##type(name, extra)
#define SS_MEMBER_byte(name, extra) uint8_t name;
#define SS_MEMBER_boolean(name, extra) bool name;
#define SS_MEMBER_uint32(name, extra) uint32_t name;
#define SS_MEMBER_uint64(name, extra) uint64_t name;
#define SS_MEMBER_string(name, extra) ss_span name;
#define SS_MEMBER_utf8(name, extra) ss_span name;
#define SS_MEMBER_ascii(name, extra) ss_span name;
#define SS_MEMBER_secret(name, extra) ss_span name;
#define SS_MEMBER_mpint(name, extra) ss_span name;
#define SS_MEMBER_namelist(name, extra) ss_span name;
#define SS_MEMBER_fixed(name, extra) ss_span name;
#define SS_MEMBER_rest(name, extra) ss_span name;
#define SS_MEMBER_group(name, extra) struct ss_grp_##extra name;
#define SS_MEMBER_list(name, extra) struct ss_list name;
#define SS_MEMBER_many(name, extra) struct ss_list name;
#define SS_MEMBER_tail(name, extra) struct ss_tail name;

/* ---- a tuple as a field row; c is the struct type ---- */
#define SS_FIELD_ROW(c, type, name, extra, cond, ...)                                              \
    {#name, SS_TYPE_##type, offsetof(c, name), SS_EXTRA_##type(c, extra),                          \
     SS_WHEN(c, SS_WHEN_##cond)},
#define SS_EXTRA_byte(c, extra) 0, NULL, SS_NAMES_##extra, 0
#define SS_EXTRA_boolean(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_uint32(c, extra) 0, NULL, SS_NAMES_##extra, 0
#define SS_EXTRA_uint64(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_string(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_utf8(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_ascii(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_secret(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_mpint(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_namelist(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_fixed(c, extra) extra, NULL, NULL, 0
#define SS_EXTRA_rest(c, extra) 0, NULL, NULL, 0
#define SS_EXTRA_group(c, extra) 0, &groupdef_##extra, NULL, 0
#define SS_EXTRA_list(c, extra) 0, &groupdef_##extra, NULL, 0
#define SS_EXTRA_many(c, extra) 0, &groupdef_##extra, NULL, 0
#define SS_EXTRA_tail(c, extra) 0, NULL, NULL, offsetof(c, extra)
#define SS_NAMES_none NULL
#define SS_NAMES_disconnect_reason &names_disconnect_reason
#define SS_NAMES_open_failure_reason &names_open_failure_reason
#define SS_NAMES_extended_data_type &names_extended_data_type
#define SS_NAMES_sftp_status &names_sftp_status
/* A condition word becomes three: how, which field, which bits. */
#define SS_WHEN_ALWAYS SS_WHEN_0, 0, 0
#define SS_WHEN_none SS_WHEN_0, 0, 0
#define SS_WHEN_IF(flag) SS_WHEN_1, flag, 0
#define SS_WHEN_BIT(flags, mask) SS_WHEN_2, flags, mask
#define SS_WHEN(c, ...) SS_WHEN_(c, __VA_ARGS__)
#define SS_WHEN_(c, how, field, mask) how(c, field, mask)
#define SS_WHEN_0(c, field, mask) SS_COND_ALWAYS, 0, 0
#define SS_WHEN_1(c, field, mask) SS_COND_IF, offsetof(c, field), 0
#define SS_WHEN_2(c, field, mask) SS_COND_BIT, offsetof(c, field), mask

#endif
