/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - the growing byte buffer with a ceiling and a head.
 *
 * Owns: when live bytes move and when the block grows.
 * Not here: field encoding (wire/writer.c).
 * Called by: everything that keeps bytes.
 *
 * Cost. Live bytes move down only when at least half as many bytes were consumed since the last
 * move, so a move is paid for by what was consumed; otherwise the block doubles. The block may
 * reach one and a half times the ceiling: there, a full tail implies a head large enough for
 * the cheap move. So any mix of appends and consumes costs a constant per byte. */
#include "sshspec/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "sshspec/secret.h"

#define LEAST_BLOCK 64

void ss_buf_init(struct ss_buf *buf, const struct ss_env *env, size_t ceiling)
{
    memset(buf, 0, sizeof *buf);
    buf->env = env;
    buf->ceiling = ceiling;
}

void ss_buf_fini(struct ss_buf *buf)
{
    if (buf->data != NULL) {
        if (buf->secret)
            ss_wipe(buf->data, buf->cap);
        ss_free(buf->env, buf->data, buf->cap);
    }
    buf->data = NULL;
    buf->head = buf->tail = buf->cap = 0;
}

size_t ss_buf_size(const struct ss_buf *buf)
{
    return buf->tail - buf->head;
}

uint8_t *ss_buf_at(const struct ss_buf *buf)
{
    return buf->data != NULL ? buf->data + buf->head : NULL;
}

ss_span ss_buf_span(const struct ss_buf *buf)
{
    return ss_span_make(ss_buf_at(buf), ss_buf_size(buf));
}

static void move_down(struct ss_buf *buf)
{
    size_t size = ss_buf_size(buf);
    size_t old_tail = buf->tail;

    if (buf->head == 0)
        return;
    memmove(buf->data, buf->data + buf->head, size);
    buf->head = 0;
    buf->tail = size;
    if (buf->secret)
        ss_wipe(buf->data + size, old_tail - size);
}

/* The largest block: see the head comment. One more byte for the zero that printf writes. */
static size_t largest_block(const struct ss_buf *buf)
{
    size_t half = buf->ceiling / 2 + LEAST_BLOCK + 1;

    return buf->ceiling < SIZE_MAX - half ? buf->ceiling + half : SIZE_MAX;
}

static size_t next_block(const struct ss_buf *buf, size_t need)
{
    size_t limit = largest_block(buf);
    size_t cap = buf->cap < LEAST_BLOCK ? LEAST_BLOCK : buf->cap;

    if (buf->cap > 0)
        cap = cap > limit / 2 ? limit : cap * 2;
    return cap > need ? cap : need;
}

/* The block for cap bytes; a secret's old block is wiped, so realloc will not do for it. */
static ss_err grow(struct ss_buf *buf, size_t cap)
{
    uint8_t *fresh;

    if (!buf->secret) {
        fresh = ss_resize(buf->env, buf->data, buf->cap, cap);
        if (fresh == NULL)
            return SS_E_no_memory;
    } else {
        fresh = ss_alloc(buf->env, cap);
        if (fresh == NULL)
            return SS_E_no_memory;
        if (buf->tail > 0)
            memcpy(fresh, buf->data, buf->tail);
        if (buf->data != NULL)
            ss_wipe(buf->data, buf->cap);
        ss_free(buf->env, buf->data, buf->cap);
    }
    buf->data = fresh;
    buf->cap = cap;
    return SS_OK;
}

/* Makes cap - tail at least n; n fits under the ceiling, give or take the zero of printf. */
static ss_err make_room(struct ss_buf *buf, size_t n)
{
    size_t size = ss_buf_size(buf);
    size_t cap;

    if (n <= buf->cap - buf->tail)
        return SS_OK;
    if (n > SIZE_MAX - size)
        return SS_E_ceiling;
    if (size + n <= buf->cap && buf->head >= size / 2) {
        move_down(buf);
        return SS_OK;
    }
    cap = next_block(buf, size + n);
    move_down(buf);
    if (cap > buf->cap && grow(buf, cap) == SS_OK)
        return SS_OK;
    /* Memory for doubling may be lacking where the move alone, or a smaller step, will do. */
    if (size + n <= buf->cap)
        return SS_OK;
    return cap > size + n ? grow(buf, size + n) : SS_E_no_memory;
}

static bool fits(const struct ss_buf *buf, size_t n)
{
    size_t size = ss_buf_size(buf);

    return size <= buf->ceiling && n <= buf->ceiling - size;
}

ss_err ss_buf_reserve(struct ss_buf *buf, size_t n)
{
    if (!fits(buf, n))
        return SS_E_ceiling;
    return make_room(buf, n);
}

ss_err ss_buf_extend(struct ss_buf *buf, size_t n, uint8_t **out_bytes)
{
    SS_TRY(ss_buf_reserve(buf, n));
    *out_bytes = n > 0 ? buf->data + buf->tail : buf->data;
    buf->tail += n;
    return SS_OK;
}

ss_err ss_buf_put(struct ss_buf *buf, ss_span bytes)
{
    uint8_t *to;

    if (bytes.size == 0)
        return SS_OK;
    SS_TRY(ss_buf_extend(buf, bytes.size, &to));
    memcpy(to, bytes.data, bytes.size);
    return SS_OK;
}

ss_err ss_buf_puts(struct ss_buf *buf, const char *text)
{
    return ss_buf_put(buf, ss_span_of(text));
}

/* Formats behind the tail; when the room there is too short, makes it and formats again. */
ss_err ss_buf_printf(struct ss_buf *buf, const char *format, ...)
{
    size_t room = buf->cap - buf->tail;
    va_list args;
    int wanted;

    va_start(args, format);
    wanted = vsnprintf(room > 0 ? (char *)buf->data + buf->tail : NULL, room, format, args);
    va_end(args);
    if (wanted < 0)
        return SS_E_bad_argument;
    if (!fits(buf, (size_t)wanted))
        return SS_E_ceiling;
    if ((size_t)wanted >= room) {
        SS_TRY(make_room(buf, (size_t)wanted + 1));
        va_start(args, format);
        (void)vsnprintf((char *)buf->data + buf->tail, (size_t)wanted + 1, format, args);
        va_end(args);
    }
    buf->tail += (size_t)wanted;
    return SS_OK;
}

void ss_buf_consume(struct ss_buf *buf, size_t n)
{
    if (n > ss_buf_size(buf))
        n = ss_buf_size(buf);
    if (buf->secret && n > 0)
        ss_wipe(buf->data + buf->head, n);
    buf->head += n;
    if (buf->head == buf->tail)
        buf->head = buf->tail = 0;
}

void ss_buf_truncate(struct ss_buf *buf, size_t n)
{
    if (n >= ss_buf_size(buf))
        return;
    if (buf->secret)
        ss_wipe(buf->data + buf->head + n, ss_buf_size(buf) - n);
    buf->tail = buf->head + n;
    if (n == 0)
        buf->head = buf->tail = 0;
}

void ss_buf_clear(struct ss_buf *buf)
{
    ss_buf_truncate(buf, 0);
}
