/* SPDX-License-Identifier: Apache-2.0 */
/* print_read.h - a printed message read back and compared with the message.
 *
 * Owns: nothing.
 * Called by: fuzz_message.c. */
#ifndef FUZZ_PRINT_READ_H
#define FUZZ_PRINT_READ_H

#include "sshspec/msg.h"

/* line: of ss_msg_print with flags. msg must come from a decode: a key that is not set would be
 * filled in. Ends the program where a field's name, place or value is not what the message has. */
void fuzz_print_read(const struct ss_msg *msg, ss_span line, unsigned flags);

#endif
