/* SPDX-License-Identifier: Apache-2.0 */
/* mem_node.c - the objects of a tree in memory and the names they have.
 *
 * Owns: when a node ends, the order of a directory's names.
 * Not here: paths and the calls of a file system (mem_fs.c), contents (mem_pages.c).
 * Called by: mem_fs.c.
 *
 * The names of a directory are an array, kept as made or by name. Finding one is a walk: trees
 * here are small, and lengths are compared first. */
#include "mem_node.h"

struct ss_mem_node *ss_mem_node_new(struct ss_mem_budget *budget, uint32_t mode)
{
    struct ss_mem_node *node = ss_mem_take(budget, sizeof *node);

    if (node == NULL)
        return NULL;
    node->attrs.flags = SS_ATTR_SIZE | SS_ATTR_UIDGID | SS_ATTR_PERMISSIONS | SS_ATTR_ACMODTIME;
    node->attrs.permissions = mode;
    return node;
}

bool ss_mem_node_is(const struct ss_mem_node *node, enum ss_mode type)
{
    return (node->attrs.permissions & SS_MODE_TYPE) == (uint32_t)type;
}

/* A directory counts itself, its name, and the ".." of each directory in it. */
uint32_t ss_mem_node_links(const struct ss_mem_node *node)
{
    uint32_t links = 2;

    if (!ss_mem_node_is(node, SS_MODE_DIRECTORY))
        return node->names;
    for (size_t i = 0; i < node->count; i++)
        links += ss_mem_node_is(node->entries[i].node, SS_MODE_DIRECTORY);
    return links;
}

static void node_free(struct ss_mem_budget *budget, struct ss_mem_node *node)
{
    ss_mem_pages_cut(budget, &node->pages, 0);
    ss_mem_give(budget, (void *)(uintptr_t)node->target.data, node->target.size);
    ss_mem_give(budget, node->entries, node->room * sizeof *node->entries);
    ss_mem_give(budget, node, sizeof *node);
}

void ss_mem_node_settle(struct ss_mem_budget *budget, struct ss_mem_node *node)
{
    if (node->names == 0 && node->opens == 0)
        node_free(budget, node);
}

struct ss_mem_entry *ss_mem_entry_find(struct ss_mem_node *dir, ss_span name)
{
    for (size_t i = 0; i < dir->count; i++) {
        struct ss_mem_entry *entry = &dir->entries[i];

        if (ss_span_eq(ss_span_make(entry->name, entry->size), name))
            return entry;
    }
    return NULL;
}

struct ss_mem_entry *ss_mem_entry_of(struct ss_mem_node *dir, const struct ss_mem_node *node)
{
    for (size_t i = 0; i < dir->count; i++) {
        if (dir->entries[i].node == node)
            return &dir->entries[i];
    }
    return NULL;
}

static int compare(ss_span a, ss_span b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static size_t place(const struct ss_mem_node *dir, ss_span name, enum ss_mem_order order)
{
    size_t at = dir->count;

    if (order == SS_MEM_AS_MADE)
        return at;
    while (at > 0 &&
           compare(ss_span_make(dir->entries[at - 1].name, dir->entries[at - 1].size), name) > 0)
        at--;
    return at;
}

static bool make_room(struct ss_mem_budget *budget, struct ss_mem_node *dir)
{
    size_t room = dir->room == 0 ? 4 : dir->room * 2;
    void *grown;

    if (dir->count < dir->room)
        return true;
    grown = ss_mem_resize(budget, dir->entries, dir->room * sizeof *dir->entries,
                          room * sizeof *dir->entries);
    if (grown == NULL)
        return false;
    dir->entries = grown;
    dir->room = room;
    return true;
}

bool ss_mem_entry_add(struct ss_mem_budget *budget, struct ss_mem_node *dir, ss_span name,
                      struct ss_mem_node *node, enum ss_mem_order order)
{
    size_t at = place(dir, name, order);
    char *copy;

    if (!make_room(budget, dir))
        return false;
    copy = ss_mem_take(budget, name.size);
    if (copy == NULL)
        return false;
    memcpy(copy, name.data, name.size);
    memmove(dir->entries + at + 1, dir->entries + at, (dir->count - at) * sizeof *dir->entries);
    dir->entries[at] = (struct ss_mem_entry){copy, name.size, ++dir->serial, node};
    dir->count++;
    node->names++;
    if (ss_mem_node_is(node, SS_MODE_DIRECTORY))
        node->parent = dir;
    return true;
}

void ss_mem_entry_drop(struct ss_mem_budget *budget, struct ss_mem_node *dir,
                       struct ss_mem_entry *entry)
{
    size_t at = (size_t)(entry - dir->entries);
    struct ss_mem_node *node = entry->node;

    ss_mem_give(budget, entry->name, entry->size);
    memmove(dir->entries + at, dir->entries + at + 1, (dir->count - at - 1) * sizeof *dir->entries);
    dir->count--;
    node->names--;
    /* One that is open without a name must not point to a parent that may end before it. */
    if (node->names == 0 && ss_mem_node_is(node, SS_MODE_DIRECTORY))
        node->parent = node;
    ss_mem_node_settle(budget, node);
}

/* Depth first, without recursion: the deepest first entry is dropped until none is left. */
void ss_mem_node_fell(struct ss_mem_budget *budget, struct ss_mem_node *root)
{
    struct ss_mem_node *node = root;

    while (root->count > 0) {
        struct ss_mem_entry *last = &node->entries[node->count - 1];

        if (last->node->count > 0) {
            node = last->node;
            continue;
        }
        ss_mem_entry_drop(budget, node, last);
        if (node->count == 0)
            node = root;
    }
    node_free(budget, root);
}
