/* SPDX-License-Identifier: Apache-2.0 */
/* test_posix_file.c - open files and attributes of a host directory. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "jail.h"

TestSuite(posix_file, .fini = test_counted_check, .timeout = 30);

static const struct ss_attrs none;

static ss_span s(const char *text)
{
    return ss_span_of(text);
}

static void *opened(struct jail *jail, const char *path, uint32_t pflags)
{
    void *file = NULL;

    cr_assert(jail->fs->ops->open(jail->fs, s(path), pflags, &none, &file) == SS_FX_OK, "%s", path);
    return file;
}

static mode_t mode_of(struct jail *jail, const char *what)
{
    struct stat st;

    cr_assert(lstat(jail_path(jail, what), &st) == 0);
    return st.st_mode & 07777;
}

Test(posix_file, reading_writing_and_appending)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_SIZE, .size = 2};
    uint8_t got[10];
    struct jail jail;
    struct ss_fs *fs;
    void *file, *reader;
    size_t n = 0;

    jail_open(&jail);
    fs = jail.fs;
    file = opened(&jail, "new", SS_FXF_READ | SS_FXF_WRITE | SS_FXF_CREAT | SS_FXF_EXCL);
    cr_expect(fs->ops->pwrite(fs, file, 2, s("cd")) == SS_FX_OK);
    cr_expect(fs->ops->pwrite(fs, file, 0, s("ab")) == SS_FX_OK);
    cr_expect(fs->ops->pwrite(fs, file, UINT64_MAX, s("x")) == SS_FX_FAILURE);
    cr_expect(fs->ops->pread(fs, file, 1, got, sizeof got, &n) == SS_FX_OK && n == 3);
    cr_expect(memcmp(got, "bcd", 3) == 0);
    cr_expect(fs->ops->pread(fs, file, 4, got, sizeof got, &n) == SS_FX_EOF);
    cr_expect(fs->ops->pread(fs, file, UINT64_MAX, got, sizeof got, &n) == SS_FX_EOF);
    cr_expect(fs->ops->fsync(fs, file) == SS_FX_OK);
    reader = opened(&jail, "new", SS_FXF_READ);
    cr_expect(fs->ops->same(fs, file, reader));
    cr_expect(fs->ops->pwrite(fs, reader, 0, s("x")) == SS_FX_PERMISSION_DENIED);
    cr_expect(fs->ops->fsetstat(fs, reader, &attrs) == SS_FX_PERMISSION_DENIED);
    cr_expect(fs->ops->fsetstat(fs, file, &attrs) == SS_FX_OK);
    cr_expect(fs->ops->fstat(fs, reader, &attrs) == SS_FX_OK && attrs.size == 2);
    cr_expect(fs->ops->close(fs, reader) == SS_FX_OK);
    reader = opened(&jail, "file", SS_FXF_READ);
    cr_expect(!fs->ops->same(fs, file, reader));
    cr_expect(fs->ops->close(fs, reader) == SS_FX_OK);
    cr_expect(fs->ops->close(fs, file) == SS_FX_OK);
    file = opened(&jail, "new", SS_FXF_WRITE | SS_FXF_APPEND);
    cr_expect(fs->ops->pwrite(fs, file, 0, s("ef")) == SS_FX_OK);
    cr_expect(fs->ops->pread(fs, file, 0, got, 1, &n) == SS_FX_PERMISSION_DENIED);
    cr_expect(fs->ops->fstat(fs, file, &attrs) == SS_FX_OK && attrs.size == 4);
    cr_expect(fs->ops->close(fs, file) == SS_FX_OK);
    jail_close(&jail);
}

/* To open one would hang, or act. */
Test(posix_file, fifos_sockets_and_devices_are_not_opened)
{
    static const uint32_t flags[] = {SS_FXF_READ, SS_FXF_WRITE, SS_FXF_READ | SS_FXF_WRITE,
                                     SS_FXF_WRITE | SS_FXF_CREAT, SS_FXF_WRITE | SS_FXF_TRUNC};
    static const char *const names[] = {"fifo", "socket", "null"};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ss_attrs size = {.flags = SS_ATTR_SIZE};
    struct ss_attrs mode = {.flags = SS_ATTR_PERMISSIONS};
    struct jail jail;
    int fd;

    jail_open(&jail);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && strlen(jail.root) + 8 < sizeof address.sun_path);
    (void)strcat(strcpy(address.sun_path, jail.root), "/socket");
    cr_assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    for (size_t n = 0; n < SS_COUNT(names); n++) {
        void *file;

        if (n == 2 && mknod(jail_path(&jail, "root/null"), S_IFCHR | 0600, makedev(1, 3)) != 0)
            break; /* only root makes devices */
        for (size_t i = 0; i < SS_COUNT(flags); i++)
            cr_expect(jail.fs->ops->open(jail.fs, s(names[n]), flags[i], &none, &file) ==
                          SS_FX_FAILURE,
                      "%s %u", names[n], flags[i]);
        cr_expect(jail.fs->ops->setstat(jail.fs, s(names[n]), &size) == SS_FX_FAILURE);
        cr_expect(jail.fs->ops->setstat(jail.fs, s(names[n]), &mode) == SS_FX_FAILURE);
    }
    (void)close(fd);
    jail_close(&jail);
}

/* A reader that opens a fifo, if only for a moment, wakes whoever waits to write. */
Test(posix_file, a_fifo_is_not_opened_even_for_a_moment)
{
    char events[512];
    struct jail jail;
    void *file;
    int watch;

    jail_open(&jail);
    watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    cr_assert(watch >= 0);
    cr_assert(inotify_add_watch(watch, jail_path(&jail, "root/fifo"), IN_OPEN) >= 0);
    cr_expect(jail.fs->ops->open(jail.fs, s("fifo"), SS_FXF_READ, &none, &file) == SS_FX_FAILURE);
    cr_expect(read(watch, events, sizeof events) < 0, "it was opened");
    (void)close(watch);
    jail_close(&jail);
}

Test(posix_file, setuid_and_setgid_are_not_a_peers_to_give)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_PERMISSIONS, .permissions = 07755};
    struct jail jail;
    struct ss_fs *fs;
    void *file;

    jail_open(&jail);
    fs = jail.fs;
    cr_assert(fs->ops->open(fs, s("new"), SS_FXF_WRITE | SS_FXF_CREAT, &attrs, &file) == SS_FX_OK);
    cr_expect((mode_of(&jail, "root/new") & 06777) == 0755);
    cr_expect(fs->ops->fsetstat(fs, file, &attrs) == SS_FX_OK);
    cr_expect((mode_of(&jail, "root/new") & 06777) == 0755);
    cr_expect(fs->ops->close(fs, file) == SS_FX_OK);
    cr_expect(fs->ops->setstat(fs, s("file"), &attrs) == SS_FX_OK);
    cr_expect((mode_of(&jail, "root/file") & 06777) == 0755);
    cr_expect(fs->ops->mkdir(fs, s("dir"), &attrs) == SS_FX_OK);
    cr_expect((mode_of(&jail, "root/dir") & 06777) == 0755);
    cr_expect(fs->ops->lsetstat(fs, s("dir"), &attrs) == SS_FX_OK);
    cr_expect((mode_of(&jail, "root/dir") & 06777) == 0755);
    jail_close(&jail);
}

Test(posix_file, attributes_by_path)
{
    struct ss_attrs attrs = {.flags = SS_ATTR_SIZE | SS_ATTR_UIDGID | SS_ATTR_PERMISSIONS |
                                      SS_ATTR_ACMODTIME,
                             .size = 9,
                             .uid = getuid(),
                             .gid = getgid(),
                             .permissions = 0640,
                             .atime = 7,
                             .mtime = 8};
    struct ss_attrs got;
    struct jail jail;
    struct ss_fs *fs;

    jail_open(&jail);
    fs = jail.fs;
    cr_expect(fs->ops->setstat(fs, s("in/f"), &attrs) == SS_FX_OK);
    cr_expect(fs->ops->stat(fs, s("d/e/f"), &got) == SS_FX_OK);
    cr_expect(got.flags == attrs.flags && got.size == 9 && got.permissions == 0100640);
    cr_expect(got.atime == 7 && got.mtime == 8 && got.uid == getuid() && got.gid == getgid());
    cr_expect(fs->ops->setstat(fs, s("d"), &attrs) == SS_FX_FAILURE, "a directory has no size");
    attrs.size = UINT64_MAX;
    cr_expect(fs->ops->setstat(fs, s("file"), &attrs) == SS_FX_FAILURE);
    cr_expect(fs->ops->lsetstat(fs, s("in"), &attrs) == SS_FX_FAILURE);
    attrs.flags = SS_ATTR_PERMISSIONS;
    cr_expect(fs->ops->lsetstat(fs, s("in"), &attrs) == SS_FX_FAILURE, "links have no mode");
    attrs.flags = SS_ATTR_ACMODTIME | SS_ATTR_UIDGID;
    cr_expect(fs->ops->lsetstat(fs, s("in/"), &attrs) == SS_FX_OK, "the link, slash or not");
    cr_expect(fs->ops->lstat(fs, s("in/"), &got) == SS_FX_OK && got.mtime == 8);
    cr_expect((got.permissions & SS_MODE_TYPE) == SS_MODE_LINK);
    cr_expect(fs->ops->stat(fs, s("in"), &got) == SS_FX_OK && got.mtime != 8);
    cr_expect(fs->ops->lsetstat(fs, s("abs"), &attrs) == SS_FX_OK && jail_holds(&jail));
    jail_close(&jail);
}

/* Each allocation fails once; no descriptor may be lost then either. */
Test(posix_file, without_memory_nothing_stays_open)
{
    struct ss_counted *counted = test_counted();
    struct ss_posix_fs *dir;
    struct jail jail;
    int before, after;
    void *thing;

    jail_open(&jail);
    before = dup(0);
    (void)close(before);
    counted->fail_after = true;
    counted->fail_at = 1;
    counted->calls = 0;
    cr_expect(jail.fs->ops->open(jail.fs, s("file"), SS_FXF_READ, &none, &thing) == SS_FX_FAILURE);
    cr_expect(jail.fs->ops->opendir(jail.fs, s("d"), &thing) == SS_FX_FAILURE);
    cr_expect(ss_posix_fs_new(&counted->env, jail.root, &dir) == SS_E_no_memory);
    counted->fail_at = 0;
    counted->fail_after = false;
    after = dup(0);
    (void)close(after);
    cr_expect(before == after);
    jail_close(&jail);
}
