/* SPDX-License-Identifier: Apache-2.0 */
/* support.c - envs, hex and guarded copies for unit tests.
 *
 * Owns: static buffers; Criterion gives each test a process of its own, so nothing is shared.
 * Not here: anything about the protocol.
 * Called by: all of tests/unit. */
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#ifdef WITH_ASAN
#include <sanitizer/lsan_interface.h>
#endif

#define HEX_SLOTS 32
#define HEX_SIZE 4096
#define GUARD_SLOTS 16

static void *system_resize(void *ctx, void *p, size_t old_size, size_t size)
{
    (void)ctx;
    (void)old_size;
    if (size == 0) {
        free(p);
        return NULL;
    }
    return realloc(p, size);
}

static ss_err system_random(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    while (n > 0) {
        ssize_t got = getrandom(out, n, 0);

        if (got <= 0)
            return SS_E_no_random;
        out += got;
        n -= (size_t)got;
    }
    return SS_OK;
}

static const struct ss_env system_env = {system_resize, system_random, NULL, false};

const struct ss_env *test_env(void)
{
    return &system_env;
}

struct ss_counted *test_counted(void)
{
    static struct ss_counted counted;

    if (counted.inner == NULL)
        ss_counted_init(&counted, &system_env);
    return &counted;
}

/* A leak inside a test passes under AddressSanitizer unless it is asked for, because Criterion
 * ends the process before the check at exit. */
void test_counted_check(void)
{
    const struct ss_counted *counted = test_counted();

    cr_assert(counted->blocks == 0, "%zu blocks still live", counted->blocks);
    cr_assert(counted->bytes == 0, "%zu bytes off: a block was freed with another size",
              counted->bytes);
#ifdef WITH_ASAN
    cr_assert(__lsan_do_recoverable_leak_check() == 0, "memory leaked");
#endif
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

ss_span test_hex(const char *hex)
{
    static uint8_t slots[HEX_SLOTS][HEX_SIZE];
    static size_t next;
    uint8_t *slot = slots[next++ % HEX_SLOTS];
    size_t digits = 0;

    for (; *hex != 0; hex++) {
        int v = digit(*hex);

        if (*hex == ' ' || *hex == '\n' || *hex == '\t')
            continue;
        cr_assert(v >= 0, "'%c' is not a hex digit", *hex);
        cr_assert(digits < (size_t)2 * HEX_SIZE, "hex text too long");
        if (digits % 2 == 0)
            slot[digits / 2] = (uint8_t)(v << 4);
        else
            slot[digits / 2] = (uint8_t)(slot[digits / 2] | v);
        digits++;
    }
    cr_assert(digits % 2 == 0, "odd number of hex digits");
    return ss_span_make(slot, digits / 2);
}

ss_span test_text(const char *text)
{
    return ss_span_of(text);
}

ss_span test_guarded(ss_span bytes)
{
    static struct {
        void *map;
        size_t size;
    } slots[GUARD_SLOTS];
    static size_t next;
    size_t i = next++ % GUARD_SLOTS;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (bytes.size + page - 1) / page * page;
    uint8_t *map, *at;

    if (slots[i].map != NULL)
        (void)munmap(slots[i].map, slots[i].size);
    map = mmap(NULL, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(map != MAP_FAILED, "mmap");
    cr_assert(mprotect(map + readable, page, PROT_NONE) == 0, "mprotect");
    slots[i].map = map;
    slots[i].size = readable + page;
    at = map + readable - bytes.size;
    if (bytes.size > 0)
        memcpy(at, bytes.data, bytes.size);
    return ss_span_make(at, bytes.size);
}
