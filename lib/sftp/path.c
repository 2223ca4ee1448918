/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - a path taken apart.
 *
 * Owns: what counts as a name and as a slash behind it.
 * Not here: links and dots, which only a file system can follow.
 * Called by: mem_fs.c, server.c, client.c, net/posix_fs.c.
 * Follows: draft-ietf-secsh-filexfer-02 section 6.2: slashes separate names. */
#include "path.h"

static size_t without_slashes(ss_span path)
{
    size_t n = path.size;

    while (n > 0 && path.data[n - 1] == '/')
        n--;
    return n;
}

struct ss_path ss_path_split(ss_span path)
{
    struct ss_path out = {.parent = ss_span_part(path, 0, 0)};
    size_t end = without_slashes(path);
    size_t start = end;

    while (start > 0 && path.data[start - 1] != '/')
        start--;
    out.parent = ss_span_part(path, 0, start);
    out.name = ss_span_part(path, start, end - start);
    out.slash = end > 0 && end < path.size;
    return out;
}

bool ss_path_next(ss_span *rest, ss_span *out_name, bool *out_last)
{
    size_t start = 0, end, next;

    while (start < rest->size && rest->data[start] == '/')
        start++;
    for (end = start; end < rest->size && rest->data[end] != '/';)
        end++;
    if (start == end)
        return false;
    for (next = end; next < rest->size && rest->data[next] == '/';)
        next++;
    *out_name = ss_span_part(*rest, start, end - start);
    *out_last = next == rest->size;
    *rest = ss_span_part(*rest, end, SIZE_MAX);
    return true;
}

bool ss_path_is_name(ss_span name)
{
    if (name.size == 0 || ss_span_is(name, ".") || ss_span_is(name, ".."))
        return false;
    return memchr(name.data, '/', name.size) == NULL && memchr(name.data, 0, name.size) == NULL;
}

/* rule: SFTP02-6.2-nul-in-path. Cut at the zero byte, the path would name another file. */
bool ss_path_usable(ss_span path)
{
    return path.size <= SS_PATH_MOST && (path.size == 0 || memchr(path.data, 0, path.size) == NULL);
}
