/* SPDX-License-Identifier: Apache-2.0 */
/* mem_pages.c - the bytes of one file in memory, with holes.
 *
 * Owns: which pages exist. A page that does not reads as zeros, so a write far behind the end
 *   costs a page and not the gap.
 * Not here: names and attributes (mem_node.c).
 * Called by: mem_node.c, mem_fs.c.
 * Follows: SFTP02-6.4-write-beyond-eof.
 *
 * Bytes of a page behind the end of the file are zero at all times: cut sees to it. */
#include "mem_pages.h"

void *ss_mem_take(struct ss_mem_budget *budget, size_t size)
{
    return ss_mem_resize(budget, NULL, 0, size);
}

void *ss_mem_resize(struct ss_mem_budget *budget, void *p, size_t old_size, size_t size)
{
    void *fresh;

    if (size == 0 || size - old_size > budget->most - budget->used)
        return NULL;
    fresh = p == NULL ? ss_alloc(budget->env, size) : ss_resize(budget->env, p, old_size, size);
    if (fresh != NULL)
        budget->used += size - old_size;
    return fresh;
}

void ss_mem_give(struct ss_mem_budget *budget, void *p, size_t size)
{
    if (p == NULL)
        return;
    ss_free(budget->env, p, size);
    budget->used -= size;
}

/* Where the page of index is, or would be. */
static size_t place(const struct ss_mem_pages *pages, uint64_t index)
{
    size_t low = 0, high = pages->count;

    if (high > 0 && pages->list[high - 1].index < index)
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (pages->list[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint8_t *page_at(const struct ss_mem_pages *pages, uint64_t index)
{
    size_t at = place(pages, index);

    if (at == pages->count || pages->list[at].index != index)
        return NULL;
    return pages->list[at].bytes;
}

static bool add_page(struct ss_mem_budget *budget, struct ss_mem_pages *pages, uint64_t index)
{
    size_t at = place(pages, index);
    uint8_t *bytes;

    if (pages->count == pages->room) {
        size_t room = pages->room == 0 ? 1 : pages->room * 2;
        void *grown = ss_mem_resize(budget, pages->list, pages->room * sizeof *pages->list,
                                    room * sizeof *pages->list);

        if (grown == NULL)
            return false;
        pages->list = grown;
        pages->room = room;
    }
    bytes = ss_mem_take(budget, SS_MEM_PAGE);
    if (bytes == NULL)
        return false;
    memmove(pages->list + at + 1, pages->list + at, (pages->count - at) * sizeof *pages->list);
    pages->list[at] = (struct ss_mem_page){index, bytes};
    pages->count++;
    return true;
}

static size_t within(uint64_t offset, size_t left)
{
    size_t room = SS_MEM_PAGE - (size_t)(offset % SS_MEM_PAGE);

    return left < room ? left : room;
}

void ss_mem_pages_read(const struct ss_mem_pages *pages, uint64_t offset, uint8_t *out, size_t n)
{
    while (n > 0) {
        const uint8_t *page = page_at(pages, offset / SS_MEM_PAGE);
        size_t part = within(offset, n);

        if (page != NULL)
            memcpy(out, page + offset % SS_MEM_PAGE, part);
        else
            memset(out, 0, part);
        out += part;
        offset += part;
        n -= part;
    }
}

/* Pages that were added before the budget ended stay: they are zero, as the hole was. */
static bool fill(struct ss_mem_budget *budget, struct ss_mem_pages *pages, uint64_t offset,
                 size_t n)
{
    uint64_t index;

    for (index = offset / SS_MEM_PAGE; index <= (offset + n - 1) / SS_MEM_PAGE; index++) {
        if (page_at(pages, index) == NULL && !add_page(budget, pages, index))
            return false;
    }
    return true;
}

bool ss_mem_pages_write(struct ss_mem_budget *budget, struct ss_mem_pages *pages, uint64_t offset,
                        ss_span data)
{
    if (offset > INT64_MAX || data.size > (uint64_t)INT64_MAX - offset)
        return false;
    if (data.size == 0)
        return true;
    if (!fill(budget, pages, offset, data.size)) {
        ss_mem_pages_cut(budget, pages, pages->size);
        return false;
    }
    while (data.size > 0) {
        size_t part = within(offset, data.size);

        memcpy(page_at(pages, offset / SS_MEM_PAGE) + offset % SS_MEM_PAGE, data.data, part);
        offset += part;
        data = ss_span_part(data, part, SIZE_MAX);
    }
    if (offset > pages->size)
        pages->size = offset;
    return true;
}

void ss_mem_pages_cut(struct ss_mem_budget *budget, struct ss_mem_pages *pages, uint64_t size)
{
    uint64_t keep = size / SS_MEM_PAGE + (size % SS_MEM_PAGE != 0);
    uint8_t *last = size % SS_MEM_PAGE != 0 ? page_at(pages, size / SS_MEM_PAGE) : NULL;

    while (pages->count > 0 && pages->list[pages->count - 1].index >= keep)
        ss_mem_give(budget, pages->list[--pages->count].bytes, SS_MEM_PAGE);
    if (last != NULL && size < pages->size)
        memset(last + size % SS_MEM_PAGE, 0, SS_MEM_PAGE - (size_t)(size % SS_MEM_PAGE));
    if (pages->count == 0) {
        ss_mem_give(budget, pages->list, pages->room * sizeof *pages->list);
        pages->list = NULL;
        pages->room = 0;
    }
    pages->size = size;
}
