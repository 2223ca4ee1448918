/* SPDX-License-Identifier: Apache-2.0 */
/* mem_file.c - open files and directories of a tree in memory, and the tree's beginning and end.
 *
 * Owns: what a handle remembers: the node, how it was opened, how far a listing is.
 * Not here: paths (mem_fs.c).
 * Called by: the SFTP server and tests, through the table of fs.h.
 * Follows: fs.h.
 *
 * A listing remembers the last name it gave, not a place in the array: names may come and go
 * between two calls, and none that stays is given twice or left out. */
#include "mem_fs.h"

#include "path.h"

enum { BLOCK = 4096, DOTS = 2 };

static const uint64_t default_bytes = UINT64_C(64) << 20;

struct open_node {
    struct ss_mem_node *node;
    uint32_t pflags;
    /* directories */
    unsigned dots;              /* how many of "." and ".." were given */
    uint64_t serial;            /* of the last name given, when names are kept as made */
    uint8_t last[SS_NAME_MOST]; /* the last name, when they are kept by name */
    size_t last_size;
};

static enum ss_fx hold(struct ss_mem_fs *mem, struct ss_mem_node *node, uint32_t pflags, void **out)
{
    struct open_node *held = ss_mem_take(&mem->budget, sizeof *held);

    if (held == NULL)
        return SS_FX_FAILURE;
    held->node = node;
    held->pflags = pflags;
    node->opens++;
    *out = held;
    return SS_FX_OK;
}

static enum ss_fx mem_close(struct ss_fs *fs, void *file)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct open_node *held = file;

    held->node->opens--;
    ss_mem_node_settle(&mem->budget, held->node);
    ss_mem_give(&mem->budget, held, sizeof *held);
    return SS_FX_OK;
}

static enum ss_fx mem_open(struct ss_fs *fs, ss_span path, uint32_t pflags,
                           const struct ss_attrs *attrs, void **out_file)
{
    static const struct ss_attrs empty = {.flags = SS_ATTR_SIZE};
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct ss_mem_node *node;
    enum ss_fx status;

    if ((pflags & SS_FXF_CREAT) != 0)
        status = ss_mem_find_or_make(mem, path, pflags, attrs, &node);
    else
        status = ss_mem_find(mem, path, &node);
    if (status != SS_FX_OK)
        return status;
    if (!ss_mem_node_is(node, SS_MODE_REGULAR))
        return SS_FX_FAILURE;
    status = hold(mem, node, pflags, out_file);
    if (status == SS_FX_OK && (pflags & SS_FXF_TRUNC) != 0)
        status = ss_mem_change(mem, node, &empty);
    return status;
}

static enum ss_fx mem_pread(struct ss_fs *fs, void *file, uint64_t offset, uint8_t *out,
                            size_t size, size_t *out_got)
{
    const struct open_node *held = file;
    const struct ss_mem_pages *pages = &held->node->pages;

    (void)fs;
    if ((held->pflags & SS_FXF_READ) == 0)
        return SS_FX_PERMISSION_DENIED;
    if (offset >= pages->size)
        return SS_FX_EOF;
    if (size > pages->size - offset)
        size = (size_t)(pages->size - offset);
    ss_mem_pages_read(pages, offset, out, size);
    *out_got = size;
    return SS_FX_OK;
}

/* rule: SFTP02-6.3-open-append */
static enum ss_fx mem_pwrite(struct ss_fs *fs, void *file, uint64_t offset, ss_span data)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct open_node *held = file;
    struct ss_mem_pages *pages = &held->node->pages;

    if ((held->pflags & SS_FXF_WRITE) == 0)
        return SS_FX_PERMISSION_DENIED;
    if ((held->pflags & SS_FXF_APPEND) != 0)
        offset = pages->size;
    if (!ss_mem_pages_write(&mem->budget, pages, offset, data))
        return SS_FX_FAILURE;
    held->node->attrs.mtime = mem->now;
    return SS_FX_OK;
}

static enum ss_fx mem_fstat(struct ss_fs *fs, void *file, struct ss_attrs *out_attrs)
{
    (void)fs;
    ss_mem_attrs(((struct open_node *)file)->node, out_attrs);
    return SS_FX_OK;
}

static enum ss_fx mem_fsetstat(struct ss_fs *fs, void *file, const struct ss_attrs *attrs)
{
    struct open_node *held = file;

    if ((attrs->flags & SS_ATTR_SIZE) != 0 && (held->pflags & SS_FXF_WRITE) == 0)
        return SS_FX_PERMISSION_DENIED;
    return ss_mem_change(ss_mem_of(fs), held->node, attrs);
}

static enum ss_fx mem_fsync(struct ss_fs *fs, void *file)
{
    (void)fs;
    (void)file;
    return SS_FX_OK;
}

static bool mem_same(struct ss_fs *fs, const void *file, const void *other)
{
    (void)fs;
    return ((const struct open_node *)file)->node == ((const struct open_node *)other)->node;
}

/* ---- directories ---- */

static enum ss_fx mem_opendir(struct ss_fs *fs, ss_span path, void **out_dir)
{
    struct ss_mem_node *node;
    enum ss_fx status = ss_mem_find(ss_mem_of(fs), path, &node);

    if (status != SS_FX_OK)
        return status;
    if (!ss_mem_node_is(node, SS_MODE_DIRECTORY))
        return SS_FX_NO_SUCH_FILE;
    return hold(ss_mem_of(fs), node, SS_FXF_READ, out_dir);
}

/* Is the entry one that the listing has given already, or stands before such a one? */
static bool given(const struct ss_mem_fs *mem, const struct open_node *held,
                  const struct ss_mem_entry *entry)
{
    size_t shorter = entry->size < held->last_size ? entry->size : held->last_size;
    int order;

    if (mem->order == SS_MEM_AS_MADE)
        return entry->serial <= held->serial;
    order = memcmp(entry->name, held->last, shorter);
    return order < 0 || (order == 0 && entry->size <= held->last_size);
}

/* The first entry not given yet; both orders are ascending, so it is found by halving. */
static const struct ss_mem_entry *next_entry(const struct ss_mem_fs *mem,
                                             const struct open_node *held)
{
    size_t low = 0, high = held->node->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (given(mem, held, &held->node->entries[middle]))
            low = middle + 1;
        else
            high = middle;
    }
    return low < held->node->count ? &held->node->entries[low] : NULL;
}

static void fill(struct ss_fs_entry *out, ss_span name, const struct ss_mem_node *node)
{
    out->name = name;
    ss_mem_attrs(node, &out->attrs);
    out->links = ss_mem_node_links(node);
}

static enum ss_fx mem_readdir(struct ss_fs *fs, void *dir, struct ss_fs_entry *out_entry)
{
    struct open_node *held = dir;
    const struct ss_mem_entry *entry;

    if (held->dots < DOTS) {
        const struct ss_mem_node *node = held->dots == 0 ? held->node : held->node->parent;

        fill(out_entry, ss_span_of(held->dots == 0 ? "." : ".."), node);
        held->dots++;
        return SS_FX_OK;
    }
    entry = next_entry(ss_mem_of(fs), held);
    if (entry == NULL)
        return SS_FX_EOF;
    held->serial = entry->serial;
    held->last_size = entry->size;
    memcpy(held->last, entry->name, entry->size);
    fill(out_entry, ss_span_make(held->last, held->last_size), entry->node);
    return SS_FX_OK;
}

/* ---- space ---- */

static void space(const struct ss_mem_fs *mem, struct ss_fs_space *out)
{
    uint64_t blocks = mem->budget.most / BLOCK;
    uint64_t blocks_free = (mem->budget.most - mem->budget.used) / BLOCK;

    *out = (struct ss_fs_space){.block_size = BLOCK,
                                .fragment_size = BLOCK,
                                .blocks = blocks,
                                .blocks_free = blocks_free,
                                .blocks_available = blocks_free,
                                .name_most = SS_NAME_MOST};
}

static enum ss_fx mem_statvfs(struct ss_fs *fs, ss_span path, struct ss_fs_space *out_space)
{
    struct ss_mem_node *node;
    enum ss_fx status = ss_mem_find(ss_mem_of(fs), path, &node);

    if (status == SS_FX_OK)
        space(ss_mem_of(fs), out_space);
    return status;
}

static enum ss_fx mem_fstatvfs(struct ss_fs *fs, void *file, struct ss_fs_space *out_space)
{
    (void)file;
    space(ss_mem_of(fs), out_space);
    return SS_FX_OK;
}

/* ---- the tree ---- */

static void fill_ops(struct ss_fs_ops *ops)
{
    *ops = ss_mem_name_ops;
    ops->open = mem_open;
    ops->close = mem_close;
    ops->pread = mem_pread;
    ops->pwrite = mem_pwrite;
    ops->fstat = mem_fstat;
    ops->fsetstat = mem_fsetstat;
    ops->opendir = mem_opendir;
    ops->readdir = mem_readdir;
    ops->closedir = mem_close;
    ops->statvfs = mem_statvfs;
    ops->fstatvfs = mem_fstatvfs;
    ops->fsync = mem_fsync;
    ops->same = mem_same;
}

ss_err ss_mem_fs_new(const struct ss_env *env, const struct ss_mem_options *options,
                     struct ss_mem_fs **out_mem)
{
    static const struct ss_mem_options defaults;
    struct ss_mem_fs *mem = ss_alloc(env, sizeof *mem);

    if (mem == NULL)
        return SS_E_no_memory;
    if (options == NULL)
        options = &defaults;
    mem->budget.env = env;
    mem->budget.most = options->bytes_most != 0 ? options->bytes_most : default_bytes;
    mem->order = options->order;
    mem->uid = options->uid;
    mem->gid = options->gid;
    fill_ops(&mem->ops);
    mem->fs.ops = &mem->ops;
    mem->root = ss_mem_node_new(&mem->budget, (uint32_t)SS_MODE_DIRECTORY | 0755);
    if (mem->root == NULL) {
        ss_free(env, mem, sizeof *mem);
        return SS_E_no_memory;
    }
    mem->root->attrs.uid = mem->uid;
    mem->root->attrs.gid = mem->gid;
    mem->root->names = 1;
    mem->root->parent = mem->root;
    *out_mem = mem;
    return SS_OK;
}

void ss_mem_fs_free(struct ss_mem_fs **mem)
{
    if (*mem == NULL)
        return;
    ss_mem_node_fell(&(*mem)->budget, (*mem)->root);
    ss_free((*mem)->budget.env, *mem, sizeof **mem);
    *mem = NULL;
}

struct ss_fs *ss_mem_fs_fs(struct ss_mem_fs *mem)
{
    return &mem->fs;
}

void ss_mem_fs_now(struct ss_mem_fs *mem, uint32_t seconds)
{
    mem->now = seconds;
}

uint64_t ss_mem_fs_used(const struct ss_mem_fs *mem)
{
    return mem->budget.used;
}
