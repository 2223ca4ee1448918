/* SPDX-License-Identifier: Apache-2.0 */
/* host_match.h - the host field of a known_hosts line.
 *
 * Owns: nothing.
 * Not here: lines and keys (known_hosts.c). */
#ifndef KEYS_HOST_MATCH_H
#define KEYS_HOST_MATCH_H

#include "keys/key_impl.h"

/* A hashed field is well formed and alone; a plain one is not empty. */
bool ss_host_field_valid(ss_span field);
/* Does the host belong to the field: by hash, or by its patterns with none of them negated? */
SS_MUST_USE ss_err ss_host_field_match(const struct ss_env *env, ss_span field, ss_span host,
                                       bool *out_match);
/* Appends "|1|salt|hash" with a fresh salt. */
SS_MUST_USE ss_err ss_host_field_hash(const struct ss_env *env, ss_span host, struct ss_buf *out);
SS_MUST_USE ss_err ss_host_field_lower(ss_span host, struct ss_buf *out);
/* Appends the field's names without host. out_held: host was among them, by name or hash; a
 * field with a negation is a pattern and holds nobody. */
SS_MUST_USE ss_err ss_host_field_without(const struct ss_env *env, ss_span field, ss_span host,
                                         struct ss_buf *out_names, bool *out_held);
/* One name: no list, no pattern, no blank, no marker. */
bool ss_host_name_plain(ss_span host);

#endif
