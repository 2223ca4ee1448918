/* SPDX-License-Identifier: Apache-2.0 */
/* sign_memo.h - signatures that are remembered.
 *
 * Owns: the switch.
 * Called by: fuzz/server.c. */
#ifndef FUZZ_SIGN_MEMO_H
#define FUZZ_SIGN_MEMO_H

/* From now on a signature over the same bytes by the same key is made once. For programs whose
 * signing keys live as long as they do, and which repeat themselves. */
void fuzz_sign_memo(void);

#endif
