/* SPDX-License-Identifier: Apache-2.0 */
/* seed_gen.c - seed_gen DIR: seeds of every harness, written from the message tables and from
 * conversations of our own engines.
 *
 * Owns: the folders DIR/NAME, the files DIR/NAME/NNN in them, the counts that are printed.
 * Not here: what the seeds are (seed_*.c).
 * Called by: ci/fuzz-smoke. The same program writes the same seeds.
 *
 * Exit status: 0; 1 when a file cannot be written. A seed that does not do what it is for ends the
 * program. */
#include "fuzz/seed.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PATH_MOST = 4096, SEED_MOST = 1 << 20 };

struct writer {
    const char *name;
    void (*write)(struct seeds *seeds);
};

static const struct writer writers[] = {
    {"wire", seed_wire},
    {"ident", seed_ident},
    {"packet", seed_packet},
    {"kexinit", seed_kexinit},
    {"message", seed_message},
    {"session", seed_session},
    {"session_real", seed_session_real},
    {"script", seed_script},
};

static bool failed;

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    perror(path);
    return false;
}

void seed_put(struct seeds *seeds)
{
    size_t size = ss_buf_size(&seeds->buf);
    char path[PATH_MOST];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%03zu", seeds->folder, seeds->count);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(ss_buf_at(&seeds->buf), 1, size, file) != size)
        failed = true;
    if (file != NULL && fclose(file) != 0)
        failed = true;
    if (failed)
        perror(path);
    seeds->count++;
    seeds->bytes += size;
    ss_buf_clear(&seeds->buf);
}

static void write_all(const struct writer *writer, const char *folder)
{
    struct fuzz_memory memory;
    struct seeds seeds = {.folder = folder, .memory = &memory};

    fuzz_memory_init(&memory);
    ss_buf_init(&seeds.buf, memory.env, SEED_MOST);
    writer->write(&seeds);
    ss_buf_fini(&seeds.buf);
    MUST(memory.counted.blocks == 0 && seeds.count > 0);
    (void)printf("%s: %zu seeds, %llu bytes\n", writer->name, seeds.count,
                 (unsigned long long)seeds.bytes);
    (void)fflush(stdout); /* before one that may end the program */
}

int main(int argc, char **argv)
{
    char path[PATH_MOST];

    if (argc != 2 || argv[1][0] == '-') {
        (void)fputs("usage: seed_gen DIR\n", stderr);
        return 2;
    }
    if (!make_folder(argv[1]))
        return 1;
    for (size_t i = 0; i < SS_COUNT(writers) && !failed; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", argv[1], writers[i].name);

        if (n < 0 || (size_t)n >= sizeof path || !make_folder(path))
            return 1;
        write_all(&writers[i], path);
    }
    return failed || fflush(stdout) != 0;
}
