/* SPDX-License-Identifier: Apache-2.0 */
/* mem_node.h - the objects of a tree in memory and the names they have.
 *
 * Owns: nodes; a node lives as long as it has a name or is open.
 * Not here: paths (mem_fs.c).
 * Called by: mem_fs.c. */
#ifndef SSHSPEC_SFTP_MEM_NODE_H
#define SSHSPEC_SFTP_MEM_NODE_H

#include "mem_pages.h"
#include "sshspec/fs.h"

struct ss_mem_node;
struct ss_mem_entry {
    char *name;
    size_t size;
    uint64_t serial; /* grows with each name made in a directory */
    struct ss_mem_node *node;
};

struct ss_mem_node {
    struct ss_attrs attrs;      /* all but size, which contents tell */
    uint32_t names;             /* entries that lead here; 1 for a root */
    uint32_t opens;             /* handles that hold it */
    struct ss_mem_node *parent; /* directories: the one that holds it; a root is its own */
    struct ss_mem_pages pages;  /* regular files */
    ss_span target;             /* links; owned */
    struct ss_mem_entry *entries;
    size_t count, room;
    uint64_t serial;
};

struct ss_mem_node *ss_mem_node_new(struct ss_mem_budget *budget, uint32_t mode);
/* Frees it when nothing holds it any more. */
void ss_mem_node_settle(struct ss_mem_budget *budget, struct ss_mem_node *node);
/* Frees it and all below, whatever holds them. */
void ss_mem_node_fell(struct ss_mem_budget *budget, struct ss_mem_node *root);
bool ss_mem_node_is(const struct ss_mem_node *node, enum ss_mode type);
uint32_t ss_mem_node_links(const struct ss_mem_node *node);

/* The entry of a name, or null. */
struct ss_mem_entry *ss_mem_entry_find(struct ss_mem_node *dir, ss_span name);
/* The entry that leads to node, or null. */
struct ss_mem_entry *ss_mem_entry_of(struct ss_mem_node *dir, const struct ss_mem_node *node);
/* A new name for node; false when memory or the budget is exhausted. The name is new. */
bool ss_mem_entry_add(struct ss_mem_budget *budget, struct ss_mem_node *dir, ss_span name,
                      struct ss_mem_node *node, enum ss_mem_order order);
/* Drops the name, and the node with it when that was all that held it. */
void ss_mem_entry_drop(struct ss_mem_budget *budget, struct ss_mem_node *dir,
                       struct ss_mem_entry *entry);

#endif
