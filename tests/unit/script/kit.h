/* SPDX-License-Identifier: Apache-2.0 */
/* kit.h - what the tests of script/ share: parsing with fragments out of a table, and samples.
 *
 * Owns: the trees and texts of one test; kit_fini fails the test when memory is left.
 * Not here: anything under test. */
#ifndef SCRIPT_KIT_H
#define SCRIPT_KIT_H

#include "testserver/script/script.h"

struct kit_fragment {
    const char *name, *text; /* a null name ends a table */
};
struct kit {
    struct ss_seeded seeded;
    struct ss_counted counted;
    struct scn_loader loader;
    const struct kit_fragment *fragments;
    struct scn_file *file;            /* of the last kit_parse */
    struct scn_diagnostic diagnostic; /* of the last kit_parse that failed */
    struct ss_buf buf;
};

void kit_init(struct kit *kit);
void kit_fini(struct kit *kit);
/* Parses text as "test.scn"; the tree before is freed. */
ss_err kit_parse(struct kit *kit, const char *text);
ss_err kit_parse_span(struct kit *kit, ss_span text);
/* A scenario against a server around statements of its client seat; the others likewise. The text
 * is good until the next call. Statements begin in line 5, column 5. */
const char *kit_client(const char *statements);
const char *kit_server(const char *statements);
const char *kit_relay(const char *statements);
/* The n-th statement of the seat of the last tree. */
const struct scn_stmt *kit_stmt(const struct kit *kit, size_t n);
/* Formats; fails the test when that fails. Good until the next call. */
const char *kit_format(struct kit *kit, const char *text);

/* Every sample of this folder: texts that are right, and use all of the language. */
struct kit_sample {
    const char *name, *text;
};
extern const struct kit_sample kit_samples[]; /* a null name ends it */
extern const struct kit_fragment kit_fragments[];

#endif
