/* SPDX-License-Identifier: Apache-2.0 */
/* jail.h - a directory to serve, with something beside it that must stay as it is.
 *
 * base/canary, base/outside/secret, base/outside/victim, and base/root, which is served:
 *   root/file, root/d/e/f, root/up -> .., root/d/up2 -> ../.., root/abs -> base/canary,
 *   root/absdir -> base/outside, root/rel -> ../canary, root/chain -> rel, root/loop -> loop,
 *   root/in -> d/e, root/gone -> ../nothing, root/fifo.
 *
 * Called by: tests/unit/net/test_posix_*.c. */
#ifndef TESTS_NET_JAIL_H
#define TESTS_NET_JAIL_H

#include "sshspec/posix_fs.h"
#include "tests/support/support.h"

struct jail {
    char base[160], root[176];
    struct ss_posix_fs *dir;
    struct ss_fs *fs;
};

/* Fails the test where a directory cannot be served. */
void jail_open(struct jail *jail);
void jail_close(struct jail *jail);
/* Makes root what it was at first. */
void jail_reset(struct jail *jail);
/* What is beside root is as it was. */
bool jail_holds(const struct jail *jail);
/* base + what, good until the next call. */
const char *jail_path(const struct jail *jail, const char *what);

#endif
