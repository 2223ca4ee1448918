/* SPDX-License-Identifier: Apache-2.0 */
/* test_mem_node.c - nodes, and the names that hold them. */
#include <criterion/criterion.h>

#include "sftp/mem_node.h"
#include "tests/support/support.h"

TestSuite(mem_node, .fini = test_counted_check);

static struct ss_mem_budget some_budget(void)
{
    return (struct ss_mem_budget){.env = &test_counted()->env, .most = 1 << 20};
}

static struct ss_mem_node *make(struct ss_mem_budget *budget, enum ss_mode mode)
{
    struct ss_mem_node *node = ss_mem_node_new(budget, (uint32_t)mode | 0644);

    cr_assert(node != NULL);
    return node;
}

static struct ss_mem_node *make_root(struct ss_mem_budget *budget)
{
    struct ss_mem_node *root = make(budget, SS_MODE_DIRECTORY);

    root->names = 1;
    root->parent = root;
    return root;
}

Test(mem_node, a_node_lives_as_long_as_something_holds_it)
{
    struct ss_mem_budget budget = some_budget();
    struct ss_mem_node *root = make_root(&budget);
    struct ss_mem_node *file = make(&budget, SS_MODE_REGULAR);
    uint64_t used = budget.used;

    cr_assert(ss_mem_entry_add(&budget, root, ss_span_of("a"), file, SS_MEM_AS_MADE));
    cr_assert(ss_mem_entry_add(&budget, root, ss_span_of("b"), file, SS_MEM_AS_MADE));
    cr_expect(ss_mem_node_links(file) == 2);
    file->opens = 1;
    ss_mem_entry_drop(&budget, root, ss_mem_entry_find(root, ss_span_of("a")));
    ss_mem_entry_drop(&budget, root, ss_mem_entry_find(root, ss_span_of("b")));
    cr_expect(ss_mem_node_links(file) == 0 && budget.used > used - sizeof *file);
    file->opens = 0;
    ss_mem_node_settle(&budget, file);
    ss_mem_node_fell(&budget, root);
    cr_expect(budget.used == 0);
}

Test(mem_node, names_are_kept_as_made_or_by_name)
{
    static const char *const names[] = {"m", "a", "zz", "z", "ab", "B"};
    static const char *const sorted[] = {"B", "a", "ab", "m", "z", "zz"};

    for (int order = SS_MEM_AS_MADE; order <= SS_MEM_BY_NAME; order++) {
        struct ss_mem_budget budget = some_budget();
        struct ss_mem_node *root = make_root(&budget);

        for (size_t i = 0; i < SS_COUNT(names); i++)
            cr_assert(ss_mem_entry_add(&budget, root, ss_span_of(names[i]),
                                       make(&budget, SS_MODE_REGULAR), (enum ss_mem_order)order));
        for (size_t i = 0; i < SS_COUNT(names); i++) {
            const char *want = order == SS_MEM_AS_MADE ? names[i] : sorted[i];

            cr_expect(ss_span_is(ss_span_make(root->entries[i].name, root->entries[i].size), want));
        }
        cr_expect(ss_mem_entry_find(root, ss_span_of("q")) == NULL);
        cr_expect(ss_mem_entry_of(root, root) == NULL);
        cr_expect(ss_mem_entry_of(root, root->entries[3].node) == &root->entries[3]);
        ss_mem_node_fell(&budget, root);
        cr_expect(budget.used == 0);
    }
}

/* A thousand directories inside each other are freed without a thousand frames of stack. */
Test(mem_node, a_deep_tree_is_felled)
{
    struct ss_mem_budget budget = some_budget();
    struct ss_mem_node *root = make_root(&budget), *dir = root;

    for (int depth = 0; depth < 1000; depth++) {
        struct ss_mem_node *below = make(&budget, SS_MODE_DIRECTORY);

        cr_assert(ss_mem_entry_add(&budget, dir, ss_span_of("f"), make(&budget, SS_MODE_REGULAR),
                                   SS_MEM_AS_MADE));
        cr_assert(ss_mem_entry_add(&budget, dir, ss_span_of("d"), below, SS_MEM_BY_NAME));
        cr_expect(below->parent == dir && ss_mem_node_links(dir) == 3);
        dir = below;
    }
    ss_mem_node_fell(&budget, root);
    cr_expect(budget.used == 0);
}

Test(mem_node, a_name_that_the_budget_does_not_allow_is_not_made)
{
    struct ss_mem_budget budget = some_budget();
    struct ss_mem_node *root = make_root(&budget);
    struct ss_mem_node *file = make(&budget, SS_MODE_REGULAR);
    uint64_t used = budget.used;

    budget.most = used + 10;
    cr_expect(!ss_mem_entry_add(&budget, root, ss_span_of("a"), file, SS_MEM_AS_MADE));
    budget.most = used + 4 * sizeof(struct ss_mem_entry);
    cr_expect(!ss_mem_entry_add(&budget, root, ss_span_of("a"), file, SS_MEM_AS_MADE));
    cr_expect(root->count == 0 && file->names == 0);
    cr_expect(ss_mem_node_new(&budget, SS_MODE_REGULAR) == NULL);
    ss_mem_node_settle(&budget, file);
    ss_mem_node_fell(&budget, root);
    cr_expect(budget.used == 0);
}
