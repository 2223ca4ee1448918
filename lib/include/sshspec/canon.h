/* SPDX-License-Identifier: Apache-2.0 */
/* canon.h - what was odd about a message that decoded all the same.
 *
 * Owns: nothing.
 * Not here: what is refused (msg.h); what may be sent when.
 * Called by: the engine for notes in the trace, scenarios and reports about a peer's habits.
 *
 * Told of: booleans other than 0 and 1 (RFC 4251 section 5), empty, overlong or non-printable
 * names in name-lists and protocol names (RFC 4251 sections 5 and 6), non-ASCII in ascii fields,
 * text that is not UTF-8, flag bits that no field answers to. */
#ifndef SSHSPEC_CANON_H
#define SSHSPEC_CANON_H

#include "sshspec/msg.h"

/* Appends a line for each oddity, "want_reply: boolean byte is 255\n", path first; nothing when
 * the message is canonical. msg must come from ss_msg_decode and have kept its payload:
 * SS_E_bad_argument otherwise. A message without definition has no oddities. */
SS_MUST_USE ss_err ss_msg_canon(const struct ss_msg *msg, struct ss_buf *out_notes);

#endif
