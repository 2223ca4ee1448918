/* SPDX-License-Identifier: Apache-2.0 */
/* room.c - a private folder that is locked while its run lives.
 *
 * Owns: the names sshspec-run-XXXXXX below TMPDIR.
 * Not here: what lies in it.
 * Called by: run.c, `sshspec serve`, `sshspec peers --check`.
 * Follows: room.h; flock(2): the lock goes with its holder, so it cannot be stale. */
#include "testserver/runner/room.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "sshspec-run-"

static const char *parent_folder(void)
{
    const char *chosen = getenv("TMPDIR");

    return chosen != NULL && chosen[0] == '/' ? chosen : "/tmp";
}

/* The lock of a folder, taken; -1 when somebody has it, or it is not there. */
static int take_lock(const char *folder, int flags)
{
    char path[SYSTEM_PATH_MAX];
    int fd;

    if (system_join(path, folder, "lock") != SS_OK)
        return -1;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool is_ours(const char *path)
{
    struct stat about;

    return lstat(path, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == geteuid();
}

static void remove_left_over(const char *path)
{
    int lock;

    if (!is_ours(path))
        return;
    /* A run that is just starting has a folder and no lock yet: it is not taken for dead. */
    lock = take_lock(path, 0);
    if (lock < 0)
        return;
    system_remove_tree(path);
    close(lock);
}

static void sweep(const char *parent)
{
    DIR *folder = opendir(parent);
    const struct dirent *entry;
    char path[SYSTEM_PATH_MAX];

    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0 &&
            system_join(path, parent, entry->d_name) == SS_OK)
            remove_left_over(path);
    }
    closedir(folder);
}

static ss_err give_up(struct room *room, struct ss_buf *out_why)
{
    (void)!ss_buf_printf(out_why, "%s: %s", room->path, strerror(errno));
    return SS_E_io;
}

ss_err room_open(struct room *out, struct ss_buf *out_why)
{
    struct room room = ROOM_NONE;
    const char *parent = parent_folder();

    sweep(parent);
    SS_TRY(system_join(room.path, parent, PREFIX "XXXXXX"));
    if (mkdtemp(room.path) == NULL)
        return give_up(&room, out_why);
    room.lock = take_lock(room.path, O_CREAT | O_EXCL);
    if (room.lock < 0) {
        rmdir(room.path);
        return give_up(&room, out_why);
    }
    *out = room;
    return SS_OK;
}

ss_err room_folder(const struct room *room, const char *name, char out[SYSTEM_PATH_MAX])
{
    SS_TRY(system_join(out, room->path, name));
    return system_make_folder(out, 0700);
}

void room_close(struct room *room)
{
    if (room->lock < 0)
        return;
    system_remove_tree(room->path);
    close(room->lock);
    *room = ROOM_NONE;
}
