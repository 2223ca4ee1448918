/* SPDX-License-Identifier: Apache-2.0 */
/* test_posix_path.c - hostile paths in every call that takes one, with canaries outside.
 *
 * Follows: SFTP02-6.2-root-escape, SFTP02-6.2-nul-in-path. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jail.h"
#include "net/posix_path.h"

TestSuite(posix_path, .fini = test_counted_check, .timeout = 120);

static const struct ss_attrs none;

/* ---- every call that takes a path ---- */

typedef enum ss_fx path_call(struct ss_fs *fs, ss_span path);

static enum ss_fx open_with(struct ss_fs *fs, ss_span path, uint32_t pflags)
{
    void *file;
    enum ss_fx status = fs->ops->open(fs, path, pflags, &none, &file);

    return status == SS_FX_OK ? fs->ops->close(fs, file) : status;
}

static enum ss_fx do_open(struct ss_fs *fs, ss_span path)
{
    return open_with(fs, path, SS_FXF_READ);
}

static enum ss_fx do_write(struct ss_fs *fs, ss_span path)
{
    return ss_fs_put_file(fs, path, ss_span_of("overwritten"), 0666);
}

static enum ss_fx do_create(struct ss_fs *fs, ss_span path)
{
    return open_with(fs, path, SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_EXCL);
}

static enum ss_fx do_append(struct ss_fs *fs, ss_span path)
{
    return open_with(fs, path, SS_FXF_READ | SS_FXF_WRITE | SS_FXF_APPEND | SS_FXF_CREAT);
}

/* The size tells the canaries from whatever else. */
static enum ss_fx not_a_canary(enum ss_fx status, const struct ss_attrs *attrs)
{
    cr_expect(status != SS_FX_OK || attrs->size != 12345, "attributes of what is outside");
    return status;
}

static enum ss_fx do_stat(struct ss_fs *fs, ss_span path)
{
    struct ss_attrs attrs = {.flags = 0};
    enum ss_fx status = fs->ops->stat(fs, path, &attrs);

    return not_a_canary(status, &attrs);
}

static enum ss_fx do_lstat(struct ss_fs *fs, ss_span path)
{
    struct ss_attrs attrs = {.flags = 0};
    enum ss_fx status = fs->ops->lstat(fs, path, &attrs);

    return not_a_canary(status, &attrs);
}

static enum ss_fx do_setstat(struct ss_fs *fs, ss_span path)
{
    struct ss_attrs attrs = {
        .flags = SS_ATTR_PERMISSIONS | SS_ATTR_ACMODTIME, .permissions = 0777, .mtime = 5};

    return fs->ops->setstat(fs, path, &attrs);
}

static enum ss_fx do_size(struct ss_fs *fs, ss_span path)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_SIZE, .size = 1};

    return fs->ops->setstat(fs, path, &attrs);
}

static enum ss_fx do_lsetstat(struct ss_fs *fs, ss_span path)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_ACMODTIME, .mtime = 5};

    return fs->ops->lsetstat(fs, path, &attrs);
}

static enum ss_fx do_opendir(struct ss_fs *fs, ss_span path)
{
    struct ss_fs_entry entry;
    void *dir = NULL;
    enum ss_fx status = fs->ops->opendir(fs, path, &dir);

    if (status != SS_FX_OK)
        return status;
    while (fs->ops->readdir(fs, dir, &entry) == SS_FX_OK) {
        cr_expect(!ss_span_is(entry.name, "secret") && !ss_span_is(entry.name, "canary"));
        cr_expect(entry.attrs.size != 12345);
    }
    return fs->ops->closedir(fs, dir);
}

static enum ss_fx do_mkdir(struct ss_fs *fs, ss_span path)
{
    return fs->ops->mkdir(fs, path, &none);
}

static enum ss_fx do_rmdir(struct ss_fs *fs, ss_span path)
{
    return fs->ops->rmdir(fs, path);
}

static enum ss_fx do_remove(struct ss_fs *fs, ss_span path)
{
    return fs->ops->remove(fs, path);
}

static enum ss_fx do_rename_from(struct ss_fs *fs, ss_span path)
{
    return fs->ops->rename(fs, path, ss_span_of("stolen"));
}

static enum ss_fx do_rename_to(struct ss_fs *fs, ss_span path)
{
    return fs->ops->rename(fs, ss_span_of("file"), path);
}

static enum ss_fx do_posix_from(struct ss_fs *fs, ss_span path)
{
    return fs->ops->posix_rename(fs, path, ss_span_of("stolen"));
}

static enum ss_fx do_posix_to(struct ss_fs *fs, ss_span path)
{
    return fs->ops->posix_rename(fs, ss_span_of("file"), path);
}

static enum ss_fx do_link_from(struct ss_fs *fs, ss_span path)
{
    return fs->ops->hardlink(fs, path, ss_span_of("stolen"));
}

static enum ss_fx do_link_to(struct ss_fs *fs, ss_span path)
{
    return fs->ops->hardlink(fs, ss_span_of("file"), path);
}

static enum ss_fx do_symlink(struct ss_fs *fs, ss_span path)
{
    return fs->ops->symlink(fs, ss_span_of("file"), path);
}

static enum ss_fx do_readlink(struct ss_fs *fs, ss_span path)
{
    struct ss_buf out;
    enum ss_fx status;

    ss_buf_init(&out, &test_counted()->env, 10000);
    status = fs->ops->readlink(fs, path, &out);
    ss_buf_fini(&out);
    return status;
}

static enum ss_fx do_realpath(struct ss_fs *fs, ss_span path)
{
    struct ss_buf out;
    enum ss_fx status;

    ss_buf_init(&out, &test_counted()->env, 10000);
    status = fs->ops->realpath(fs, path, &out);
    if (status == SS_FX_OK) {
        cr_assert(ss_buf_puts(&out, "") == SS_OK && ss_buf_put(&out, ss_span_make("", 1)) == SS_OK);
        cr_expect(ss_buf_at(&out)[0] == '/');
        cr_expect(strstr((const char *)ss_buf_at(&out), "jail-") == NULL ||
                      memmem(path.data, path.size, "jail-", 5) != NULL,
                  "a path of the host: %s", (const char *)ss_buf_at(&out));
    }
    ss_buf_fini(&out);
    return status;
}

static enum ss_fx do_statvfs(struct ss_fs *fs, ss_span path)
{
    struct ss_fs_space space;

    return fs->ops->statvfs(fs, path, &space);
}

static const struct {
    const char *name;
    path_call *call;
    bool writes;
} calls[] = {
    {"open", do_open, false},
    {"write", do_write, true},
    {"create", do_create, true},
    {"append", do_append, true},
    {"stat", do_stat, false},
    {"lstat", do_lstat, false},
    {"setstat", do_setstat, true},
    {"size", do_size, true},
    {"lsetstat", do_lsetstat, true},
    {"opendir", do_opendir, false},
    {"mkdir", do_mkdir, true},
    {"rmdir", do_rmdir, true},
    {"remove", do_remove, true},
    {"rename from", do_rename_from, true},
    {"rename to", do_rename_to, true},
    {"posix_rename from", do_posix_from, true},
    {"posix_rename to", do_posix_to, true},
    {"hardlink from", do_link_from, true},
    {"hardlink to", do_link_to, true},
    {"symlink", do_symlink, true},
    {"readlink", do_readlink, false},
    {"realpath", do_realpath, false},
    {"statvfs", do_statvfs, false},
};

/* ---- hostile paths ---- */

static void try_path(struct jail *jail, ss_span path, const char *text)
{
    for (size_t i = 0; i < SS_COUNT(calls); i++) {
        enum ss_fx status = calls[i].call(jail->fs, path);

        cr_assert(jail_holds(jail), "%s '%s' (%d) changed what is outside", calls[i].name, text,
                  (int)status);
        if (calls[i].writes && status == SS_FX_OK)
            jail_reset(jail);
    }
}

Test(posix_path, ways_up_in_every_place_lead_nowhere)
{
    static const char *const before[] = {"",     "/",     "./",      "//",        "d/",
                                         "d/e/", "file/", "no/",     "up/",       "d/up2/",
                                         "in/",  "loop/", "absdir/", "d/./../d/", "fifo/"};
    static const char *const ups[] = {"..", "../..", "../../..", ".././..", "..//.."};
    static const char *const after[] = {"", "/", "/canary", "/outside/secret", "/new", "/root"};
    struct jail jail;
    size_t count = 0;

    jail_open(&jail);
    for (size_t b = 0; b < SS_COUNT(before); b++) {
        for (size_t u = 0; u < SS_COUNT(ups); u++) {
            for (size_t a = 0; a < SS_COUNT(after); a++) {
                char path[200];

                (void)snprintf(path, sizeof path, "%s%s%s", before[b], ups[u], after[a]);
                try_path(&jail, ss_span_of(path), path);
                count++;
            }
        }
    }
    cr_expect(count == 450);
    jail_close(&jail);
}

Test(posix_path, links_devices_and_odd_bytes_lead_nowhere)
{
    static const char *const paths[] = {
        "up",
        "up/canary",
        "up/outside",
        "up/outside/secret",
        "up/root/file",
        "d/up2/canary",
        "d/up2",
        "abs",
        "abs/",
        "absdir",
        "absdir/",
        "absdir/secret",
        "absdir/new",
        "rel",
        "rel/",
        "chain",
        "chain/x",
        "loop",
        "loop/",
        "gone",
        "gone/x",
        "in/../../up/canary",
        "in/../up2/canary",
        "fifo",
        "fifo/",
        "/etc/passwd",
        "//etc/passwd",
        "/proc/self/root",
        "/proc/self/root/etc/passwd",
        "/proc/self/cwd",
        "/proc/self/fd/0",
        "/proc/1/root",
        "/dev/null",
        "/dev/zero",
        "/dev/stdin",
        "/dev/fd/3",
        "~",
        "~root",
        "~/../canary",
        "\\..\\canary",
        "..\\canary",
        "..\\..\\",
        "C:\\windows",
        "%2e%2e/canary",
        "..%2fcanary",
        "..%00/canary",
        "\xff\xfe/..",
        "..\xc0\xaf/canary",
        "\xe2\x80\xae..",
        "..\n",
        "\n../canary",
        "...",
        ".../canary",
        "....//canary",
        ". .",
        ".. /canary",
        " ../canary",
        "../canary ",
        "*",
        "?",
        "[a-z]",
        "$(id)",
        "`id`",
        ";id",
        "|id",
        "-rf",
        "--",
        "%s%n",
        "a\tb",
        "\x1b[2J",
        "",
        ".",
        "/",
        "//",
        "/.",
        "/./",
        "////////",
        "./././.",
        "file/.",
        "file/..",
        "d/e/f/",
    };
    struct jail jail;

    jail_open(&jail);
    for (size_t i = 0; i < SS_COUNT(paths); i++)
        try_path(&jail, ss_span_of(paths[i]), paths[i]);
    try_path(&jail, ss_span_of(jail_path(&jail, "canary")), "the canary's own path");
    try_path(&jail, ss_span_of(jail_path(&jail, "root/file")), "a file's host path");
    try_path(&jail, ss_span_make("file\0/../../canary", 18), "zero byte");
    try_path(&jail, ss_span_make("\0", 1), "zero byte alone");
    try_path(&jail, ss_span_make("../canary\0", 10), "zero byte at the end");
    jail_close(&jail);
}

Test(posix_path, lengths_of_all_kinds_lead_nowhere)
{
    static const char *const units[] = {"../", "a/", "/", "./", "x", "d/../", "up/", "\xff"};
    static const size_t lengths[] = {254, 255, 256, 1023, 4000, 4094, 4095, 4096, 5000, 70000};
    static char path[70000];
    struct jail jail;

    jail_open(&jail);
    for (size_t u = 0; u < SS_COUNT(units); u++) {
        size_t size = strlen(units[u]);

        for (size_t i = 0; i < sizeof path; i++)
            path[i] = units[u][i % size];
        for (size_t l = 0; l < SS_COUNT(lengths); l++)
            try_path(&jail, ss_span_make(path, lengths[l]), units[u]);
    }
    jail_close(&jail);
}

/* Whether something is there outside or not, the answer is the same. */
Test(posix_path, outside_and_absent_cannot_be_told_apart)
{
    static const char *const pairs[][2] = {
        {"../canary", "../nothing"},          {"up/canary", "up/nothing"},
        {"../outside/secret", "../no/thing"}, {"absdir/secret", "absdir/nothing"},
        {"d/up2/canary", "d/up2/nothing"},    {"/../canary", "/nothing/x"},
        {"../outside/", "../nothing/"},       {"up/outside/victim", "nothing/x"},
    };
    struct jail jail;

    jail_open(&jail);
    for (size_t p = 0; p < SS_COUNT(pairs); p++) {
        for (size_t i = 0; i < SS_COUNT(calls); i++) {
            enum ss_fx there = calls[i].call(jail.fs, ss_span_of(pairs[p][0]));
            enum ss_fx absent = calls[i].call(jail.fs, ss_span_of(pairs[p][1]));

            cr_expect(there == absent && there == SS_FX_NO_SUCH_FILE, "%s '%s': %d, '%s': %d",
                      calls[i].name, pairs[p][0], (int)there, pairs[p][1], (int)absent);
        }
    }
    /* Links in last place, followed: to what is there, and to what is not. */
    for (size_t i = 0; i < SS_COUNT(calls); i++) {
        enum ss_fx there, absent;

        jail_reset(&jail);
        there = calls[i].call(jail.fs, ss_span_of("rel"));
        jail_reset(&jail);
        absent = calls[i].call(jail.fs, ss_span_of("gone"));
        cr_expect(there == absent, "%s: %d %d", calls[i].name, (int)there, (int)absent);
    }
    cr_expect(jail_holds(&jail));
    jail_close(&jail);
}

/* ---- what it stands on ---- */

/* From now on openat2 fails in this process with this error. */
static void forbid_openat2(int error)
{
    struct sock_filter rows[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {SS_COUNT(rows), rows};

    cr_assert(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
        cr_skip_test("no filter can be set here");
}

Test(posix_path, without_openat2_nothing_is_served)
{
    struct ss_posix_fs *dir = NULL;
    struct jail jail;

    jail_open(&jail);
    forbid_openat2(ENOSYS);
    cr_expect(ss_posix_fs_new(&test_counted()->env, jail.root, &dir) == SS_E_unsupported);
    cr_expect(dir == NULL);
    jail_close(&jail);
}

Test(posix_path, with_openat2_forbidden_nothing_is_served)
{
    struct ss_posix_fs *dir = NULL;
    struct jail jail;

    jail_open(&jail);
    forbid_openat2(EPERM);
    cr_expect(ss_posix_fs_new(&test_counted()->env, jail.root, &dir) == SS_E_unsupported);
    jail_close(&jail);
}

Test(posix_path, errors_become_statuses)
{
    static const struct {
        int error;
        enum ss_fx path, name;
    } rows[] = {
        {ENOENT, SS_FX_NO_SUCH_FILE, SS_FX_NO_SUCH_FILE},
        {ENOTDIR, SS_FX_NO_SUCH_FILE, SS_FX_FAILURE},
        {EXDEV, SS_FX_NO_SUCH_FILE, SS_FX_FAILURE},
        {ELOOP, SS_FX_NO_SUCH_FILE, SS_FX_FAILURE},
        {ENAMETOOLONG, SS_FX_NO_SUCH_FILE, SS_FX_NO_SUCH_FILE},
        {EACCES, SS_FX_PERMISSION_DENIED, SS_FX_PERMISSION_DENIED},
        {EPERM, SS_FX_PERMISSION_DENIED, SS_FX_PERMISSION_DENIED},
        {EROFS, SS_FX_PERMISSION_DENIED, SS_FX_PERMISSION_DENIED},
        {EEXIST, SS_FX_FAILURE, SS_FX_FAILURE},
        {ENOTEMPTY, SS_FX_FAILURE, SS_FX_FAILURE},
        {ENOSPC, SS_FX_FAILURE, SS_FX_FAILURE},
    };

    for (size_t i = 0; i < SS_COUNT(rows); i++) {
        cr_expect(ss_posix_path_status(rows[i].error) == rows[i].path, "row %zu", i);
        cr_expect(ss_posix_name_status(rows[i].error) == rows[i].name, "row %zu", i);
    }
}

Test(posix_path, the_way_of_a_descriptor_is_told_from_the_root_only)
{
    struct ss_buf out;
    struct jail jail;
    int root, inner, outer, top;

    jail_open(&jail);
    root = open(jail.root, O_PATH | O_CLOEXEC);
    inner = open(jail_path(&jail, "root/d/e"), O_PATH | O_CLOEXEC);
    outer = open(jail_path(&jail, "outside"), O_PATH | O_CLOEXEC);
    top = open("/", O_PATH | O_CLOEXEC);
    cr_assert(root >= 0 && inner >= 0 && outer >= 0 && top >= 0);
    ss_buf_init(&out, &test_counted()->env, 500);
    cr_expect(ss_posix_way(root, inner, &out) == SS_FX_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), "/d/e"));
    ss_buf_clear(&out);
    cr_expect(ss_posix_way(root, root, &out) == SS_FX_OK && ss_span_is(ss_buf_span(&out), "/"));
    cr_expect(ss_posix_way(root, outer, &out) == SS_FX_NO_SUCH_FILE);
    cr_expect(ss_posix_way(inner, root, &out) == SS_FX_NO_SUCH_FILE);
    ss_buf_clear(&out);
    cr_expect(ss_posix_way(top, outer, &out) == SS_FX_OK);
    cr_expect(ss_span_is(ss_buf_span(&out), jail_path(&jail, "outside")));
    ss_buf_fini(&out);
    (void)close(root);
    (void)close(inner);
    (void)close(outer);
    (void)close(top);
    jail_close(&jail);
}
