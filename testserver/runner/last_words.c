/* SPDX-License-Identifier: Apache-2.0 */
/* last_words.c - a ring of trace lines in a mapped file.
 *
 * Owns: the file's layout.
 * Not here: what a line says (trace.h).
 * Called by: worker.c writes, supervisor.c reads when no result came.
 * Follows: last_words.h. A page that was written to belongs to the file, also after SIGKILL. */
#include "testserver/runner/last_words.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#define RING ((size_t)16 * 1024)

struct last_words {
    uint64_t written; /* bytes ever; the next goes to written % RING */
    uint8_t ring[RING];
};

ss_err last_words_make(const char *path, struct last_words **out)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    void *map = MAP_FAILED;

    if (fd < 0)
        return SS_E_io;
    /* Blocks are taken now: a full disk would be SIGBUS later. */
    if (posix_fallocate(fd, 0, sizeof(struct last_words)) == 0)
        map = mmap(NULL, sizeof(struct last_words), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return SS_E_io;
    *out = map;
    return SS_OK;
}

void last_words_put(struct last_words *words, ss_span line)
{
    size_t i;

    if (words == NULL || line.size > RING)
        return;
    for (i = 0; i < line.size; i++)
        words->ring[(words->written + i) % RING] = line.data[i];
    words->written += line.size;
}

void last_words_close(struct last_words **words)
{
    if (*words != NULL)
        munmap(*words, sizeof **words);
    *words = NULL;
}

static ss_err put_part(struct ss_buf *out, const struct last_words *words, uint64_t from)
{
    uint64_t at = from;

    /* A ring that has wrapped starts in the middle of a line. */
    if (from > 0) {
        while (at < words->written && words->ring[at % RING] != '\n')
            at++;
        at++;
    }
    for (; at < words->written; at++)
        SS_TRY(ss_buf_put(out, ss_span_make(&words->ring[at % RING], 1)));
    return SS_OK;
}

ss_err last_words_read(const char *path, struct ss_buf *out)
{
    const struct last_words *words;
    struct ss_buf bytes;
    ss_err err;

    ss_buf_init(&bytes, out->env, sizeof(struct last_words));
    err = system_read_part(path, 0, sizeof(struct last_words), &bytes);
    if (err == SS_OK && ss_buf_size(&bytes) == sizeof(struct last_words)) {
        words = (const struct last_words *)(const void *)ss_buf_at(&bytes);
        err = put_part(out, words, words->written > RING ? words->written - RING : 0);
    }
    ss_buf_fini(&bytes);
    return err;
}
