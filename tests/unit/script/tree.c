/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c - a folder of scenarios that lives for one test.
 *
 * Owns: the folder below TMPDIR.
 * Not here: assertions about scenarios.
 * Called by: test_catalogue.c, test_select.c, test_ledger.c, test_folder.c. */
#include "tests/unit/script/tree.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "interop/system.h"
#include "tests/support/support.h"

static char root[256];

void tree_make(void)
{
    const char *base = getenv("TMPDIR");

    (void)snprintf(root, sizeof root, "%.200s/script-XXXXXX", base != NULL ? base : "/tmp");
    cr_assert(mkdtemp(root) != NULL);
}

void tree_remove(void)
{
    system_remove_tree(root);
    test_counted_check();
}

const char *tree_root(void)
{
    return root;
}

const char *tree_path(const char *name)
{
    static char paths[8][512];
    static size_t next;
    char *path = paths[next++ % SS_COUNT(paths)];

    (void)snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

void tree_put(const char *name, const char *text)
{
    char path[512];
    FILE *file;
    char *slash;

    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    for (slash = strchr(path + strlen(root) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    file = fopen(path, "w");
    cr_assert(file != NULL, "%s", path);
    cr_assert(fwrite(text, 1, strlen(text), file) == strlen(text));
    cr_assert(fclose(file) == 0);
}

void tree_put_scenario(const char *name, const char *title, const char *proves, const char *head)
{
    char text[1024];

    (void)snprintf(text, sizeof text,
                   "scenario \"%s\"\n"
                   "proves   %s\n"
                   "against  server\n"
                   "%s\n"
                   "client {\n"
                   "    login\n"
                   "}\n",
                   title, proves, head);
    tree_put(name, text);
}

void tree_put_ledger(void)
{
    tree_put("requirements.tsv",
             "id\tsource\tsection\tlevel\tsubject\tarea\trequirement\ttest\tobservable\n"
             "RFC1-1-must\tRFC1\t1\tMUST\tserver\tkex\tA server answers.\tAsk.\tyes\n"
             "RFC1-2-should\tRFC1\t2\tSHOULD\tclient\tkex\tA client asks.\tListen.\tyes\n"
             "RFC1-3-may\tRFC1\t3\tMAY\tboth\tauth\tEither may hum.\tListen.\tno\n"
             "RFC1-4-must-not\tRFC1\t4\tMUST-NOT\treceiver\tauth\tNobody falls over.\tPush.\tyes\n"
             "RFC1-5-ext\tRFC1\t5\tEXT\tsender\tauth\tA song is in tune.\tListen.\tyes\n");
}

void tree_why(struct ss_buf *why)
{
    ss_buf_init(why, &test_counted()->env, 1 << 20);
}

bool tree_says(const struct ss_buf *why, const char *part)
{
    return ss_buf_size(why) > 0 &&
           memmem(ss_buf_at(why), ss_buf_size(why), part, strlen(part)) != NULL;
}
