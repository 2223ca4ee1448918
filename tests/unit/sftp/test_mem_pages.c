/* SPDX-License-Identifier: Apache-2.0 */
/* test_mem_pages.c - contents with holes, against a plain array. */
#include <criterion/criterion.h>

#include "sftp/mem_pages.h"
#include "tests/support/support.h"

TestSuite(mem_pages, .fini = test_counted_check);

enum { MODEL = 40000 };

static uint32_t next(uint32_t *state)
{
    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    return *state >> 8;
}

/* Writes and cuts at random; after each the file reads as the array does, whole. */
Test(mem_pages, any_writes_and_cuts_read_like_an_array)
{
    static uint8_t model[MODEL], bytes[9000], got[MODEL];
    struct ss_mem_budget budget = {.env = &test_counted()->env, .most = 1 << 20};
    struct ss_mem_pages pages = {0};
    uint64_t size = 0;
    uint32_t state = 1;

    for (int turn = 0; turn < 2000; turn++) {
        uint64_t offset = next(&state) % (MODEL - sizeof bytes);
        size_t n = next(&state) % sizeof bytes;

        if (next(&state) % 4 == 0) {
            ss_mem_pages_cut(&budget, &pages, offset);
            if (offset < size)
                memset(model + offset, 0, size - offset);
            size = offset;
        } else {
            memset(bytes, turn % 255 + 1, n);
            cr_assert(ss_mem_pages_write(&budget, &pages, offset, ss_span_make(bytes, n)));
            memcpy(model + offset, bytes, n);
            if (n > 0 && offset + n > size)
                size = offset + n;
        }
        cr_assert(pages.size == size, "turn %d", turn);
        ss_mem_pages_read(&pages, 0, got, size);
        cr_assert(memcmp(got, model, size) == 0, "turn %d", turn);
    }
    ss_mem_pages_cut(&budget, &pages, 0);
    cr_expect(budget.used == 0);
}

/* rule: SFTP02-6.4-write-beyond-eof */
Test(mem_pages, a_hole_costs_nothing)
{
    struct ss_mem_budget budget = {.env = &test_counted()->env, .most = 20000};
    struct ss_mem_pages pages = {0};
    const uint64_t far = UINT64_C(5) << 32;
    uint8_t got[3] = {9, 9, 9};

    cr_assert(ss_mem_pages_write(&budget, &pages, far, ss_span_of("x")));
    cr_expect(pages.size == far + 1 && budget.used < 10000);
    ss_mem_pages_read(&pages, far - 2, got, 3);
    cr_expect(got[0] == 0 && got[1] == 0 && got[2] == 'x');
    ss_mem_pages_cut(&budget, &pages, 0);
}

Test(mem_pages, a_write_over_the_budget_changes_nothing)
{
    static const uint8_t bytes[3 * SS_MEM_PAGE] = {1};
    struct ss_mem_budget budget = {.env = &test_counted()->env, .most = 2 * SS_MEM_PAGE + 100};
    struct ss_mem_pages pages = {0};
    uint64_t used;

    cr_assert(ss_mem_pages_write(&budget, &pages, 0, ss_span_of("keep")));
    used = budget.used;
    cr_expect(!ss_mem_pages_write(&budget, &pages, 0, ss_span_make(bytes, sizeof bytes)));
    cr_expect(pages.size == 4 && pages.count == 1);
    cr_expect(budget.used < used + 100);
    ss_mem_pages_cut(&budget, &pages, 0);
    cr_expect(budget.used == 0);
}

Test(mem_pages, offsets_that_do_not_fit_are_refused)
{
    struct ss_mem_budget budget = {.env = &test_counted()->env, .most = 1 << 20};
    struct ss_mem_pages pages = {0};

    cr_expect(!ss_mem_pages_write(&budget, &pages, UINT64_MAX, ss_span_of("x")));
    cr_expect(!ss_mem_pages_write(&budget, &pages, (uint64_t)INT64_MAX + 1, ss_span_of("")));
    cr_expect(!ss_mem_pages_write(&budget, &pages, INT64_MAX, ss_span_of("x")));
    cr_expect(pages.size == 0 && budget.used == 0);
    cr_expect(ss_mem_take(&budget, 0) == NULL);
}
