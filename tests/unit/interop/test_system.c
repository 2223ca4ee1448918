/* SPDX-License-Identifier: Apache-2.0 */
/* test_system.c - files and folders, and the links that a peer could plant among them. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interop/system.h"
#include "tests/unit/interop/kit.h"

TestSuite(files, .fini = kit_fini);

Test(files, a_file_is_replaced_whole_and_has_its_mode)
{
    struct stat about;
    struct ss_buf text;

    ss_buf_init(&text, kit_env(), 100);
    kit_write("a", "first and longer", 0600);
    kit_write("a", "second", 0644);
    cr_assert(system_read_file(kit_path("a"), &text) == SS_OK);
    cr_expect_str_eq(kit_text(&text), "second");
    cr_assert(stat(kit_path("a"), &about) == 0);
    cr_expect((about.st_mode & 0777) == 0644);
    cr_expect(system_write_file(kit_path("no/such/a"), ss_span_of("x"), 0600) == SS_E_io);
    ss_buf_fini(&text);
}

Test(files, reading_respects_ceilings_parts_and_kinds)
{
    struct ss_buf text;

    ss_buf_init(&text, kit_env(), 4);
    kit_write("a", "0123456789", 0600);
    cr_expect(system_read_file(kit_path("a"), &text) == SS_E_ceiling);
    cr_expect(system_read_file(kit_path("b"), &text) == SS_E_not_found);
    cr_expect(system_read_part(kit_path("a"), 8, 4, &text) == SS_OK);
    cr_expect_str_eq(kit_text(&text), "89");
    cr_expect(system_read_file("/dev/zero", &text) == SS_E_io, "a device never ends");
    cr_assert(mkfifo(kit_path("pipe"), 0600) == 0);
    cr_expect(system_read_file(kit_path("pipe"), &text) == SS_E_io, "a pipe would wait");
    ss_buf_fini(&text);
}

Test(files, a_link_is_not_read_where_a_peer_could_have_made_it)
{
    struct ss_buf text;

    ss_buf_init(&text, kit_env(), 4096);
    kit_write("secret", "root's own", 0600);
    cr_assert(symlink(kit_path("secret"), kit_path("link")) == 0);
    cr_expect(system_read_part(kit_path("link"), 0, 100, &text) == SS_E_io);
    cr_expect(system_read_file(kit_path("link"), &text) == SS_OK);
    ss_buf_fini(&text);
}

Test(files, removing_a_tree_never_follows_a_link_out_of_it)
{
    cr_assert(system_make_folder(kit_path("out"), 0700) == SS_OK);
    kit_write("out/kept", "x", 0600);
    cr_assert(system_make_folder(kit_path("tree"), 0700) == SS_OK);
    cr_expect(system_make_folder(kit_path("tree"), 0700) == SS_E_exists);
    cr_assert(system_make_folder(kit_path("tree/shut"), 0700) == SS_OK);
    kit_write("tree/shut/a", "x", 0400);
    cr_assert(chmod(kit_path("tree/shut"), 0) == 0);
    cr_assert(symlink(kit_path("out"), kit_path("tree/link")) == 0);
    system_remove_tree(kit_path("tree"));
    cr_expect(access(kit_path("tree"), F_OK) != 0);
    cr_expect(access(kit_path("out/kept"), F_OK) == 0);
    system_remove_tree(kit_path("tree"));
}

Test(files, data_is_found_by_variable_first)
{
    char path[SYSTEM_PATH_MAX];

    setenv("SSHSPEC_TEST_DATA", kit_path("."), 1);
    cr_expect(system_find_data("interop", "SSHSPEC_TEST_DATA", path) == SS_OK);
    setenv("SSHSPEC_TEST_DATA", "/nonexistent", 1);
    cr_expect(system_find_data("interop", "SSHSPEC_TEST_DATA", path) == SS_E_not_found);
    cr_expect(system_find_data("no-such-folder-anywhere", NULL, path) == SS_E_not_found);
    cr_expect(system_self(path) == SS_OK && path[0] == '/');
}
