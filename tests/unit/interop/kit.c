/* SPDX-License-Identifier: Apache-2.0 */
/* kit.c - a folder of the test's own, with peers that are small scripts.
 *
 * Owns: the folder.
 * Called by: the tests beside it. */
#include "tests/unit/interop/kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/support/support.h"

static char folder[64];

const struct ss_env *kit_env(void)
{
    return &test_counted()->env;
}

const char *kit_path(const char *name)
{
    static char paths[8][SYSTEM_PATH_MAX];
    static size_t next;
    char *path = paths[next++ % SS_COUNT(paths)];

    if (folder[0] == '\0') {
        strcpy(folder, "/tmp/sshspec-interop-XXXXXX");
        cr_assert(mkdtemp(folder) != NULL);
    }
    cr_assert(system_join(path, folder, name) == SS_OK);
    return path;
}

void kit_write(const char *name, const char *text, mode_t mode)
{
    cr_assert(system_write_file(kit_path(name), ss_span_of(text), mode) == SS_OK, "%s", name);
}

static void write_script(const char *peer, const char *name, const char *body)
{
    char path[256], text[4096];

    snprintf(path, sizeof path, "interop/peers/%s/%s", peer, name);
    snprintf(text, sizeof text, "#!/bin/sh\n%s\n", body);
    kit_write(path, text, 0755);
}

void kit_peer(const char *name, const char *server, const char *client)
{
    char path[256], text[1024];

    (void)!system_make_folder(kit_path("interop"), 0755);
    (void)!system_make_folder(kit_path("interop/peers"), 0755);
    snprintf(path, sizeof path, "interop/peers/%s", name);
    cr_assert(system_make_folder(kit_path(path), 0755) == SS_OK);
    snprintf(text, sizeof text,
             "name = %s\ntitle = %s\nroles = server client\npackages = %s-package\n"
             "detect = echo version-7.5\nversion_after = version-\nserver_command = server\n"
             "client_command = client\nclient_features = exec key sftp password\n"
             "start_within = 1500ms\ncrash_text = \"Guru Meditation\"\n",
             name, name, name);
    snprintf(path, sizeof path, "interop/peers/%s/recipe", name);
    kit_write(path, text, 0644);
    write_script(name, "server", server);
    write_script(name, "client", client);
}

const char *kit_text(struct ss_buf *buf)
{
    cr_assert(ss_buf_put(buf, ss_span_make("", 1)) == SS_OK);
    ss_buf_truncate(buf, ss_buf_size(buf) - 1);
    return buf->data != NULL ? (const char *)ss_buf_at(buf) : "";
}

void kit_fini(void)
{
    if (folder[0] != '\0')
        system_remove_tree(folder);
    test_counted_check();
}
