/* SPDX-License-Identifier: Apache-2.0 */
/* mem_fs.h - what the two halves of the tree in memory share: names and open files.
 *
 * Owns: the struct of a tree.
 * Not here: the public face (sshspec/fs.h).
 * Called by: mem_fs.c and mem_file.c. */
#ifndef SSHSPEC_SFTP_MEM_FS_H
#define SSHSPEC_SFTP_MEM_FS_H

#include "mem_node.h"

enum { SS_MEM_MODE = 07777 }; /* the bits of permissions that a call may set */

struct ss_mem_fs {
    struct ss_fs fs;
    struct ss_fs_ops ops;
    struct ss_mem_budget budget;
    enum ss_mem_order order;
    uint32_t uid, gid, now;
    struct ss_mem_node *root;
};

static inline struct ss_mem_fs *ss_mem_of(struct ss_fs *fs)
{
    return SS_CONTAINER_OF(fs, struct ss_mem_fs, fs);
}

/* mem_fs.c: the calls that take paths. */
extern const struct ss_fs_ops ss_mem_name_ops;
enum ss_fx ss_mem_find(struct ss_mem_fs *mem, ss_span path, struct ss_mem_node **out_node);
enum ss_fx ss_mem_find_or_make(struct ss_mem_fs *mem, ss_span path, uint32_t pflags,
                               const struct ss_attrs *attrs, struct ss_mem_node **out_node);
void ss_mem_attrs(const struct ss_mem_node *node, struct ss_attrs *out_attrs);
enum ss_fx ss_mem_change(struct ss_mem_fs *mem, struct ss_mem_node *node,
                         const struct ss_attrs *attrs);

#endif
