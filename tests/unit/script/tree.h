/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h - a folder of scenarios that lives for one test.
 *
 * Owns: the folder; tree_remove takes it away.
 * Not here: what is put into it.
 * Called by: the suites that read scenarios from files, as .init and .fini. */
#ifndef TESTS_SCRIPT_TREE_H
#define TESTS_SCRIPT_TREE_H

#include "sshspec/buf.h"

/* A new empty folder. */
void tree_make(void);
/* Removes it, and fails the test when memory of test_counted() is still live. */
void tree_remove(void);
const char *tree_root(void);
/* root/name; good for the next 8 calls. */
const char *tree_path(const char *name);
/* Writes a file; folders on the way are made. */
void tree_put(const char *name, const char *text);
/* A scenario of one seat that says `login`. head: further header lines, each with its newline. */
void tree_put_scenario(const char *name, const char *title, const char *proves, const char *head);
/* A ledger with the rows RFC1-1-must (server), RFC1-2-should (client), RFC1-3-may (both),
 * RFC1-4-must-not (receiver), RFC1-5-ext (sender). */
void tree_put_ledger(void);
/* A buffer of test_counted() for what went wrong. */
void tree_why(struct ss_buf *why);
bool tree_says(const struct ss_buf *why, const char *part);

#endif
