/* SPDX-License-Identifier: Apache-2.0 */
/* mem_fs.c - a tree in memory as a file system.
 *
 * Owns: how a path leads to a node, and what each call does to the tree.
 * Not here: nodes and names (mem_node.c), contents (mem_pages.c), open files (mem_file.c).
 * Called by: the SFTP server and tests, through the table of fs.h.
 * Follows: fs.h; where that is silent, what Linux does.
 *
 * Links are followed by walking into their text, at most forty in one path, so the recursion of
 * walk is forty deep at the most. */
#include "mem_fs.h"

#include "path.h"

enum { LINKS_MOST = 40 };

enum follow { FOLLOW_LAST, KEEP_LAST };

/* Where a path leads. */
struct spot {
    struct ss_mem_node *dir;  /* that holds name; meaningful when name is not empty */
    ss_span name;             /* empty for a root and behind dots */
    struct ss_mem_node *node; /* null: only the last name is missing */
    bool slash;               /* a slash follows the last name */
};

struct walk {
    struct ss_mem_fs *mem;
    unsigned links;
};

static enum ss_fx walk_from(struct walk *walk, struct ss_mem_node *dir, ss_span path,
                            enum follow follow, struct spot *spot);

static enum ss_fx step(struct walk *walk, ss_span name, enum follow follow, struct spot *spot)
{
    struct ss_mem_node *dir = spot->node;
    struct ss_mem_entry *entry;

    if (dir == NULL || !ss_mem_node_is(dir, SS_MODE_DIRECTORY) || name.size > SS_NAME_MOST)
        return SS_FX_NO_SUCH_FILE;
    spot->name = ss_span_part(name, 0, 0);
    if (ss_span_is(name, "."))
        return SS_FX_OK;
    if (ss_span_is(name, "..")) { /* rule: SFTP02-6.2-root-escape */
        spot->node = dir->parent;
        return dir == walk->mem->root ? SS_FX_NO_SUCH_FILE : SS_FX_OK;
    }
    entry = ss_mem_entry_find(dir, name);
    spot->dir = dir;
    spot->name = name;
    spot->node = entry != NULL ? entry->node : NULL;
    if (follow == KEEP_LAST || entry == NULL || !ss_mem_node_is(entry->node, SS_MODE_LINK))
        return SS_FX_OK;
    if (++walk->links > LINKS_MOST)
        return SS_FX_NO_SUCH_FILE;
    return walk_from(walk, dir, entry->node->target, FOLLOW_LAST, spot);
}

static enum ss_fx walk_from(struct walk *walk, struct ss_mem_node *dir, ss_span path,
                            enum follow follow, struct spot *spot)
{
    bool absolute = path.size > 0 && path.data[0] == '/';
    bool last;
    ss_span name;

    spot->node = absolute ? walk->mem->root : dir;
    spot->slash = path.size > 0 && path.data[path.size - 1] == '/';
    spot->name = ss_span_part(path, 0, 0);
    while (ss_path_next(&path, &name, &last)) {
        bool slash = spot->slash;
        enum ss_fx status = step(walk, name, last ? follow : FOLLOW_LAST, spot);

        if (status != SS_FX_OK)
            return status;
        spot->slash = slash || (last && spot->slash); /* the path's, or the last link's */
    }
    if (spot->slash && spot->node != NULL && !ss_mem_node_is(spot->node, SS_MODE_DIRECTORY))
        return SS_FX_NO_SUCH_FILE;
    return SS_FX_OK;
}

/* What the path leads to, links followed; spot->node may be null. */
static enum ss_fx lead(struct ss_mem_fs *mem, ss_span path, struct spot *spot)
{
    struct walk walk = {.mem = mem};

    if (!ss_path_usable(path))
        return SS_FX_NO_SUCH_FILE;
    return walk_from(&walk, mem->root, path, FOLLOW_LAST, spot);
}

static enum ss_fx lead_to_node(struct ss_mem_fs *mem, ss_span path, struct ss_mem_node **out)
{
    struct spot spot;
    enum ss_fx status = lead(mem, path, &spot);

    if (status == SS_FX_OK && spot.node == NULL)
        status = SS_FX_NO_SUCH_FILE;
    if (status == SS_FX_OK)
        *out = spot.node;
    return status;
}

/* The name itself: its directory, and its node or null. A name that is none is a FAILURE. */
static enum ss_fx name_in(struct ss_mem_fs *mem, ss_span path, struct spot *spot)
{
    struct ss_path parts = ss_path_split(path);
    struct ss_mem_entry *entry;
    enum ss_fx status;

    if (!ss_path_usable(path))
        return SS_FX_NO_SUCH_FILE;
    status = lead_to_node(mem, parts.parent, &spot->dir);
    if (status != SS_FX_OK)
        return status;
    if (!ss_mem_node_is(spot->dir, SS_MODE_DIRECTORY) || parts.name.size > SS_NAME_MOST)
        return SS_FX_NO_SUCH_FILE;
    if (!ss_path_is_name(parts.name))
        return SS_FX_FAILURE;
    entry = ss_mem_entry_find(spot->dir, parts.name);
    spot->name = parts.name;
    spot->node = entry != NULL ? entry->node : NULL;
    spot->slash = parts.slash;
    return SS_FX_OK;
}

static enum ss_fx name_that_is(struct ss_mem_fs *mem, ss_span path, struct spot *spot)
{
    enum ss_fx status = name_in(mem, path, spot);

    return status == SS_FX_OK && spot->node == NULL ? SS_FX_NO_SUCH_FILE : status;
}

static enum ss_fx name_that_is_not(struct ss_mem_fs *mem, ss_span path, struct spot *spot)
{
    enum ss_fx status = name_in(mem, path, spot);

    return status == SS_FX_OK && spot->node != NULL ? SS_FX_FAILURE : status;
}

/* ---- making and dropping names ---- */

static void touch(struct ss_mem_fs *mem, struct ss_mem_node *node)
{
    node->attrs.mtime = mem->now;
}

/* Gives a new node its name, or ends it. */
static enum ss_fx place(struct ss_mem_fs *mem, const struct spot *spot, struct ss_mem_node *node)
{
    if (!ss_mem_entry_add(&mem->budget, spot->dir, spot->name, node, mem->order)) {
        ss_mem_node_settle(&mem->budget, node);
        return SS_FX_FAILURE;
    }
    touch(mem, spot->dir);
    return SS_FX_OK;
}

static struct ss_mem_node *make(struct ss_mem_fs *mem, enum ss_mode type, uint32_t permissions)
{
    struct ss_mem_node *node =
        ss_mem_node_new(&mem->budget, (uint32_t)type | (permissions & SS_MEM_MODE));

    if (node == NULL)
        return NULL;
    node->attrs.uid = mem->uid;
    node->attrs.gid = mem->gid;
    node->attrs.atime = node->attrs.mtime = mem->now;
    return node;
}

static uint32_t mode_of(const struct ss_attrs *attrs, uint32_t otherwise)
{
    return (attrs->flags & SS_ATTR_PERMISSIONS) != 0 ? attrs->permissions : otherwise;
}

static void drop(struct ss_mem_fs *mem, const struct spot *spot)
{
    touch(mem, spot->dir);
    ss_mem_entry_drop(&mem->budget, spot->dir, ss_mem_entry_find(spot->dir, spot->name));
}

static enum ss_fx mem_mkdir(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct ss_mem_node *node;
    struct spot spot;
    enum ss_fx status = name_that_is_not(mem, path, &spot);

    if (status != SS_FX_OK)
        return status;
    node = make(mem, SS_MODE_DIRECTORY, mode_of(attrs, 0777));
    return node != NULL ? place(mem, &spot, node) : SS_FX_FAILURE;
}

static enum ss_fx mem_symlink(struct ss_fs *fs, ss_span target, ss_span link_path)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct ss_mem_node *node;
    struct spot spot;
    uint8_t *copy;
    enum ss_fx status;

    if (target.size == 0 || !ss_path_usable(target))
        return SS_FX_NO_SUCH_FILE;
    status = name_that_is_not(mem, link_path, &spot);
    if (status != SS_FX_OK)
        return status;
    node = make(mem, SS_MODE_LINK, 0777);
    if (node == NULL)
        return SS_FX_FAILURE;
    copy = ss_mem_take(&mem->budget, target.size);
    if (copy == NULL) {
        ss_mem_node_settle(&mem->budget, node);
        return SS_FX_FAILURE;
    }
    memcpy(copy, target.data, target.size);
    node->target = ss_span_make(copy, target.size);
    return place(mem, &spot, node);
}

static enum ss_fx mem_hardlink(struct ss_fs *fs, ss_span old_path, ss_span new_path)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct spot from, to;
    enum ss_fx status = name_that_is(mem, old_path, &from);

    if (status == SS_FX_OK)
        status = name_that_is_not(mem, new_path, &to);
    if (status != SS_FX_OK)
        return status;
    if (ss_mem_node_is(from.node, SS_MODE_DIRECTORY))
        return SS_FX_PERMISSION_DENIED;
    return place(mem, &to, from.node);
}

static enum ss_fx mem_rmdir(struct ss_fs *fs, ss_span path)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct spot spot;
    enum ss_fx status = name_that_is(mem, path, &spot);

    if (status != SS_FX_OK)
        return status;
    if (!ss_mem_node_is(spot.node, SS_MODE_DIRECTORY) || spot.node->count > 0)
        return SS_FX_FAILURE;
    drop(mem, &spot);
    return SS_FX_OK;
}

/* rule: SFTP02-6.5-remove-not-dir */
static enum ss_fx mem_remove(struct ss_fs *fs, ss_span path)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct spot spot;
    enum ss_fx status = name_that_is(mem, path, &spot);

    if (status != SS_FX_OK)
        return status;
    if (ss_mem_node_is(spot.node, SS_MODE_DIRECTORY))
        return SS_FX_FAILURE;
    drop(mem, &spot);
    return SS_FX_OK;
}

static bool is_within(const struct ss_mem_node *dir, const struct ss_mem_node *ancestor)
{
    while (dir != ancestor && dir->parent != dir)
        dir = dir->parent;
    return dir == ancestor;
}

/* May what is at `to` be replaced by what is at `from`? */
static bool replaceable(const struct spot *from, const struct spot *to)
{
    bool directory = ss_mem_node_is(from->node, SS_MODE_DIRECTORY);

    if (directory != ss_mem_node_is(to->node, SS_MODE_DIRECTORY))
        return false;
    return !directory || to->node->count == 0;
}

/* The new name is made, or taken over without an allocation, before the old one is dropped. */
static enum ss_fx move(struct ss_mem_fs *mem, const struct spot *from, const struct spot *to)
{
    struct ss_mem_entry *entry;
    struct ss_mem_node *replaced;

    if (ss_mem_node_is(from->node, SS_MODE_DIRECTORY) && is_within(to->dir, from->node))
        return SS_FX_FAILURE;
    if (to->node == NULL) {
        enum ss_fx status = place(mem, to, from->node);

        if (status == SS_FX_OK)
            drop(mem, from);
        return status;
    }
    if (to->node == from->node)
        return SS_FX_OK; /* two names of one file: rename(2) does nothing */
    if (!replaceable(from, to))
        return SS_FX_FAILURE;
    entry = ss_mem_entry_find(to->dir, to->name);
    replaced = to->node;
    entry->node = from->node;
    from->node->names++;
    if (ss_mem_node_is(from->node, SS_MODE_DIRECTORY)) {
        from->node->parent = to->dir;
        replaced->parent = replaced;
    }
    replaced->names--;
    ss_mem_node_settle(&mem->budget, replaced);
    touch(mem, to->dir);
    drop(mem, from);
    return SS_FX_OK;
}

/* rule: SFTP02-6.5-rename-existing-fails */
static enum ss_fx mem_rename(struct ss_fs *fs, ss_span old_path, ss_span new_path)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct spot from, to = {.node = NULL};
    enum ss_fx status = name_in(mem, old_path, &from);

    if (status == SS_FX_OK)
        status = name_in(mem, new_path, &to);
    if (status == SS_FX_OK && from.node == NULL)
        status = SS_FX_NO_SUCH_FILE;
    if (status == SS_FX_OK && to.node != NULL)
        status = SS_FX_FAILURE;
    return status == SS_FX_OK ? move(mem, &from, &to) : status;
}

static enum ss_fx mem_posix_rename(struct ss_fs *fs, ss_span old_path, ss_span new_path)
{
    struct ss_mem_fs *mem = ss_mem_of(fs);
    struct spot from, to;
    enum ss_fx status = name_in(mem, old_path, &from);

    if (status == SS_FX_OK)
        status = name_in(mem, new_path, &to);
    if (status == SS_FX_OK && from.node == NULL)
        status = SS_FX_NO_SUCH_FILE;
    return status == SS_FX_OK ? move(mem, &from, &to) : status;
}

/* ---- attributes ---- */

void ss_mem_attrs(const struct ss_mem_node *node, struct ss_attrs *out_attrs)
{
    *out_attrs = node->attrs;
    out_attrs->size = ss_mem_node_is(node, SS_MODE_LINK) ? node->target.size : node->pages.size;
}

enum ss_fx ss_mem_change(struct ss_mem_fs *mem, struct ss_mem_node *node,
                         const struct ss_attrs *attrs)
{
    if ((attrs->flags & SS_ATTR_SIZE) != 0) {
        if (!ss_mem_node_is(node, SS_MODE_REGULAR) || attrs->size > INT64_MAX)
            return SS_FX_FAILURE;
        ss_mem_pages_cut(&mem->budget, &node->pages, attrs->size);
        touch(mem, node);
    }
    if ((attrs->flags & SS_ATTR_PERMISSIONS) != 0) {
        if (ss_mem_node_is(node, SS_MODE_LINK))
            return SS_FX_FAILURE;
        node->attrs.permissions =
            (node->attrs.permissions & SS_MODE_TYPE) | (attrs->permissions & SS_MEM_MODE);
    }
    if ((attrs->flags & SS_ATTR_UIDGID) != 0) {
        node->attrs.uid = attrs->uid;
        node->attrs.gid = attrs->gid;
    }
    if ((attrs->flags & SS_ATTR_ACMODTIME) != 0) {
        node->attrs.atime = attrs->atime;
        node->attrs.mtime = attrs->mtime;
    }
    return SS_FX_OK;
}

static enum ss_fx node_kept(struct ss_mem_fs *mem, ss_span path, struct ss_mem_node **out)
{
    struct spot spot;
    enum ss_fx status;

    if (!ss_path_is_name(ss_path_split(path).name))
        return lead_to_node(mem, path, out);
    status = name_that_is(mem, path, &spot);
    if (status == SS_FX_OK)
        *out = spot.node;
    return status;
}

static enum ss_fx mem_stat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs)
{
    struct ss_mem_node *node;
    enum ss_fx status = lead_to_node(ss_mem_of(fs), path, &node);

    if (status == SS_FX_OK)
        ss_mem_attrs(node, out_attrs);
    return status;
}

static enum ss_fx mem_lstat(struct ss_fs *fs, ss_span path, struct ss_attrs *out_attrs)
{
    struct ss_mem_node *node;
    enum ss_fx status = node_kept(ss_mem_of(fs), path, &node);

    if (status == SS_FX_OK)
        ss_mem_attrs(node, out_attrs);
    return status;
}

static enum ss_fx mem_setstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_mem_node *node;
    enum ss_fx status = lead_to_node(ss_mem_of(fs), path, &node);

    return status == SS_FX_OK ? ss_mem_change(ss_mem_of(fs), node, attrs) : status;
}

static enum ss_fx mem_lsetstat(struct ss_fs *fs, ss_span path, const struct ss_attrs *attrs)
{
    struct ss_mem_node *node;
    enum ss_fx status = node_kept(ss_mem_of(fs), path, &node);

    return status == SS_FX_OK ? ss_mem_change(ss_mem_of(fs), node, attrs) : status;
}

/* ---- paths back from nodes ---- */

static enum ss_fx mem_readlink(struct ss_fs *fs, ss_span path, struct ss_buf *out)
{
    struct spot spot;
    enum ss_fx status = name_that_is(ss_mem_of(fs), path, &spot);

    if (status != SS_FX_OK)
        return status;
    if (!ss_mem_node_is(spot.node, SS_MODE_LINK))
        return SS_FX_FAILURE;
    return ss_buf_put(out, spot.node->target) == SS_OK ? SS_FX_OK : SS_FX_FAILURE;
}

static uint8_t *prepend(uint8_t *end, ss_span name)
{
    end -= name.size;
    memcpy(end, name.data, name.size);
    *--end = '/';
    return end;
}

/* Appends the way from the root to dir, then name, written from its end. */
static enum ss_fx way_to(const struct ss_mem_node *dir, ss_span name, struct ss_buf *out)
{
    size_t size = name.size > 0 ? name.size + 1 : 0;
    const struct ss_mem_node *node;
    uint8_t *to;

    for (node = dir; node->parent != node; node = node->parent)
        size += ss_mem_entry_of(node->parent, node)->size + 1;
    if (ss_buf_extend(out, size > 0 ? size : 1, &to) != SS_OK)
        return SS_FX_FAILURE;
    *to = '/';
    to += size;
    if (name.size > 0)
        to = prepend(to, name);
    for (node = dir; node->parent != node; node = node->parent) {
        const struct ss_mem_entry *entry = ss_mem_entry_of(node->parent, node);

        to = prepend(to, ss_span_make(entry->name, entry->size));
    }
    return SS_FX_OK;
}

/* rule: SFTP02-6.11-realpath-name. A last name that leads to nothing is a missing one; a link in
 * last place that leads to nothing is not. */
static enum ss_fx mem_realpath(struct ss_fs *fs, ss_span path, struct ss_buf *out)
{
    struct spot spot;
    enum ss_fx status = lead(ss_mem_of(fs), path, &spot);

    if (status != SS_FX_OK)
        return status;
    if (spot.node == NULL) {
        status = name_that_is_not(ss_mem_of(fs), path, &spot);
        if (status != SS_FX_OK)
            return SS_FX_NO_SUCH_FILE;
        return way_to(spot.dir, spot.name, out);
    }
    if (ss_mem_node_is(spot.node, SS_MODE_DIRECTORY))
        return way_to(spot.node, ss_span_part(path, 0, 0), out);
    return way_to(spot.dir, spot.name, out);
}

/* ---- what mem_file.c needs of paths ---- */

enum ss_fx ss_mem_find(struct ss_mem_fs *mem, ss_span path, struct ss_mem_node **out_node)
{
    return lead_to_node(mem, path, out_node);
}

/* Where CREAT would make a file: behind a link in last place, unless the file must be new. */
static enum ss_fx spot_to_make(struct ss_mem_fs *mem, ss_span path, uint32_t pflags,
                               struct spot *spot)
{
    if (!ss_path_is_name(ss_path_split(path).name))
        return lead(mem, path, spot);
    if ((pflags & SS_FXF_EXCL) != 0) /* rule: SFTP02-6.3-open-excl */
        return name_that_is_not(mem, path, spot);
    if (ss_path_split(path).slash) {
        enum ss_fx status = name_in(mem, path, spot);

        return status == SS_FX_OK ? SS_FX_FAILURE : status;
    }
    return lead(mem, path, spot);
}

enum ss_fx ss_mem_find_or_make(struct ss_mem_fs *mem, ss_span path, uint32_t pflags,
                               const struct ss_attrs *attrs, struct ss_mem_node **out_node)
{
    struct ss_mem_node *node;
    struct spot spot = {0};
    enum ss_fx status = spot_to_make(mem, path, pflags, &spot);

    if (status != SS_FX_OK)
        return status;
    if (spot.node != NULL) {
        *out_node = spot.node;
        return SS_FX_OK;
    }
    if (spot.slash || spot.dir == NULL)
        return SS_FX_FAILURE;
    node = make(mem, SS_MODE_REGULAR, mode_of(attrs, 0666));
    if (node == NULL)
        return SS_FX_FAILURE;
    status = place(mem, &spot, node);
    if (status == SS_FX_OK)
        *out_node = node;
    return status;
}

const struct ss_fs_ops ss_mem_name_ops = {
    .stat = mem_stat,
    .lstat = mem_lstat,
    .setstat = mem_setstat,
    .lsetstat = mem_lsetstat,
    .mkdir = mem_mkdir,
    .rmdir = mem_rmdir,
    .remove = mem_remove,
    .rename = mem_rename,
    .posix_rename = mem_posix_rename,
    .readlink = mem_readlink,
    .symlink = mem_symlink,
    .hardlink = mem_hardlink,
    .realpath = mem_realpath,
};
