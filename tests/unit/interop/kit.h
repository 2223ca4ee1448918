/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - a folder of the test's own, with peers that are small scripts. */
#ifndef TESTS_UNIT_INTEROP_KIT_H
#define TESTS_UNIT_INTEROP_KIT_H

#include "interop/peer.h"

const struct ss_env *kit_env(void);
/* A path below the test's folder; good for the next eight calls. */
const char *kit_path(const char *name);
void kit_write(const char *name, const char *text, mode_t mode);
/* A peer whose server and client are these shell scripts (without the first line). */
void kit_peer(const char *name, const char *server, const char *client);
/* Zero-terminated. */
const char *kit_text(struct ss_buf *buf);
void kit_fini(void);

#endif
