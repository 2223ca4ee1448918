/* SPDX-License-Identifier: Apache-2.0 */
/* mem_pages.h - the bytes of one file in memory, with holes.
 *
 * Owns: the pages of a file.
 * Not here: names and attributes (mem_node.h).
 * Called by: mem_node.c, mem_fs.c. */
#ifndef SSHSPEC_SFTP_MEM_PAGES_H
#define SSHSPEC_SFTP_MEM_PAGES_H

#include "sshspec/env.h"

/* What a tree may use, and uses. Everything it allocates goes through here. */
struct ss_mem_budget {
    const struct ss_env *env;
    uint64_t used, most;
};
/* Zeroed; null when memory or the budget is exhausted. size 0 is null too. */
void *ss_mem_take(struct ss_mem_budget *budget, size_t size);
void *ss_mem_resize(struct ss_mem_budget *budget, void *p, size_t old_size, size_t size);
void ss_mem_give(struct ss_mem_budget *budget, void *p, size_t size);

enum { SS_MEM_PAGE = 4096 };

struct ss_mem_page {
    uint64_t index;
    uint8_t *bytes; /* SS_MEM_PAGE of them */
};
struct ss_mem_pages {         /* all zero is an empty file */
    struct ss_mem_page *list; /* by index, ascending */
    size_t count, room;
    uint64_t size;
};

void ss_mem_pages_read(const struct ss_mem_pages *pages, uint64_t offset, uint8_t *out, size_t n);
/* False when the budget does not allow it; the file is then as it was. */
bool ss_mem_pages_write(struct ss_mem_budget *budget, struct ss_mem_pages *pages, uint64_t offset,
                        ss_span data);
void ss_mem_pages_cut(struct ss_mem_budget *budget, struct ss_mem_pages *pages, uint64_t size);

#endif
