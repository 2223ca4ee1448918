/* SPDX-License-Identifier: Apache-2.0 */
/* vary.c - messages, changes and lies from a seed.
 *
 * Owns: the choice of values for each type of field.
 * Not here: checking what came of it (fuzz/, tests/).
 * Called by: fuzzers, property tests, scenarios.
 * Follows: the rows; splitmix64 for numbers. */
#include "sshspec/vary.h"
#include "walk.h"

struct mix { /* one run of filling or changing */
    struct ss_arena *arena;
    struct ss_vary *vary;
};

static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
static const char speech[] = "abcdefghij KLMNOPQRST .,:;!?/_-\"\\'\n\t0123456789";

static ss_err fill_fields(struct mix *mix, const struct ss_msgdef *def, void *base);

void ss_vary_init(struct ss_vary *vary, uint64_t seed)
{
    vary->state = seed;
}

uint64_t ss_vary_next(struct ss_vary *vary)
{
    uint64_t z = vary->state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

uint32_t ss_vary_below(struct ss_vary *vary, uint32_t bound)
{
    return (uint32_t)(((ss_vary_next(vary) >> 32) * bound) >> 32);
}

/* ---- values ---- */

/* Edges are where mistakes are; most numbers in the field are small. */
static uint64_t some_number(struct mix *mix, unsigned bits)
{
    uint64_t all = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;

    switch (ss_vary_below(mix->vary, 8)) {
    case 0:
        return 0;
    case 1:
        return all;
    case 2:
        return all >> 1;
    case 3:
        return (all >> 1) + 1;
    case 4:
        return ss_vary_next(mix->vary) & all;
    case 5:
        return ((uint64_t)1 << ss_vary_below(mix->vary, bits)) & all;
    default:
        return ss_vary_below(mix->vary, 256);
    }
}

static size_t some_size(struct mix *mix)
{
    switch (ss_vary_below(mix->vary, 16)) {
    case 0:
        return 0;
    case 1:
        return 64 + ss_vary_below(mix->vary, 512);
    default:
        return 1 + ss_vary_below(mix->vary, 24);
    }
}

static ss_err some_chars(struct mix *mix, const char *alphabet, size_t size, ss_span *out)
{
    uint32_t letters = (uint32_t)strlen(alphabet);
    uint8_t *p = (uint8_t *)ss_arena_alloc(mix->arena, size);

    if (p == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)alphabet[ss_vary_below(mix->vary, letters)];
    *out = ss_span_make(p, size);
    return SS_OK;
}

static ss_err some_bytes(struct mix *mix, size_t size, ss_span *out)
{
    uint8_t *p = (uint8_t *)ss_arena_alloc(mix->arena, size);

    if (p == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)ss_vary_next(mix->vary);
    *out = ss_span_make(p, size);
    return SS_OK;
}

/* Shortest form: the first byte is not zero. */
static ss_err some_magnitude(struct mix *mix, ss_span *out)
{
    size_t size = ss_vary_below(mix->vary, 34);
    uint8_t *p = (uint8_t *)ss_arena_alloc(mix->arena, size);

    if (p == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < size; i++)
        p[i] = (uint8_t)ss_vary_next(mix->vary);
    if (size > 0)
        p[0] |= (uint8_t)(1U << ss_vary_below(mix->vary, 8));
    *out = ss_span_make(p, size);
    return SS_OK;
}

/* Names of one to eight letters, parted by commas. */
static ss_err some_namelist(struct mix *mix, ss_span *out)
{
    size_t names = ss_vary_below(mix->vary, 5), size = 0;
    uint8_t *p = (uint8_t *)ss_arena_alloc(mix->arena, names * 9);

    if (p == NULL)
        return SS_E_no_memory;
    for (size_t i = 0; i < names; i++) {
        size_t letters = 1 + ss_vary_below(mix->vary, 8);

        if (i > 0)
            p[size++] = ',';
        while (letters-- > 0)
            p[size++] = (uint8_t)lower[ss_vary_below(mix->vary, sizeof lower - 1)];
    }
    *out = ss_span_make(p, size);
    return SS_OK;
}

static ss_err some_span(struct mix *mix, const struct ss_fielddef *field, ss_span *out)
{
    switch (field->type) {
    case SS_TYPE_ascii:
        return some_chars(mix, lower, some_size(mix), out);
    case SS_TYPE_utf8:
    case SS_TYPE_secret:
        return some_chars(mix, speech, some_size(mix), out);
    case SS_TYPE_mpint:
        return some_magnitude(mix, out);
    case SS_TYPE_namelist:
        return some_namelist(mix, out);
    case SS_TYPE_fixed:
        return some_bytes(mix, field->fixed, out);
    default:
        return some_bytes(mix, some_size(mix), out);
    }
}

/* ---- filling ---- */

/* A number with names is mostly one of them; flags that decide about fields are known ones. */
static uint32_t some_u32(struct mix *mix, const struct ss_msgdef *def,
                         const struct ss_fielddef *field)
{
    uint32_t known = 0;

    if (field->names != NULL && ss_vary_below(mix->vary, 4) > 0)
        return field->names->rows[ss_vary_below(mix->vary, (uint32_t)field->names->count)].number;
    for (size_t i = 0; i < def->field_count; i++) {
        if (def->fields[i].cond == SS_COND_BIT && def->fields[i].cond_offset == field->offset)
            known |= def->fields[i].cond_mask;
    }
    if (known != 0)
        return (uint32_t)ss_vary_next(mix->vary) & known;
    return (uint32_t)some_number(mix, 32);
}

static ss_err fill_list(struct mix *mix, const struct ss_msgdef *group, struct ss_list *list)
{
    size_t count = ss_vary_below(mix->vary, 4);

    list->items = ss_arena_alloc(mix->arena, count * group->size);
    if (list->items == NULL)
        return SS_E_no_memory;
    list->count = count;
    for (size_t i = 0; i < count; i++)
        SS_TRY(fill_fields(mix, group, ss_walk_item(list, group, i)));
    return SS_OK;
}

/* The n-th tail of parent, or null past the last. */
static const struct ss_msgdef *nth_tail(enum ss_msgid parent, size_t n)
{
    for (size_t id = 1; id < SS_MSGID_COUNT; id++) {
        if (ss_msgdefs[id].key != NULL && ss_msgdefs[id].parent == parent && n-- == 0)
            return &ss_msgdefs[id];
    }
    return NULL;
}

static ss_err fill_tail(struct mix *mix, const struct ss_msgdef *parent,
                        const struct ss_fielddef *field, void *base)
{
    ss_span *key = (ss_span *)ss_walk_at(base, field->key_offset);
    struct ss_tail *tail = ss_walk_tail(field, base);
    uint32_t count = 0;

    while (nth_tail(parent->id, count) != NULL)
        count++;
    tail->def = nth_tail(parent->id, ss_vary_below(mix->vary, count + 1));
    if (tail->def == NULL) {
        *key = ss_span_of("no-such-name@example.com");
        return some_bytes(mix, some_size(mix), &tail->raw);
    }
    *key = ss_span_of(tail->def->key);
    tail->value = ss_arena_alloc(mix->arena, tail->def->size);
    if (tail->value == NULL)
        return SS_E_no_memory;
    return fill_fields(mix, tail->def, tail->value);
}

static ss_err fill_field(struct mix *mix, const struct ss_msgdef *def,
                         const struct ss_fielddef *field, void *base)
{
    void *at = ss_walk_at(base, field->offset);

    switch (field->type) {
    case SS_TYPE_byte:
        *(uint8_t *)at = (uint8_t)some_number(mix, 8);
        return SS_OK;
    case SS_TYPE_boolean:
        *(bool *)at = (ss_vary_next(mix->vary) & 1) != 0;
        return SS_OK;
    case SS_TYPE_uint32:
        *(uint32_t *)at = some_u32(mix, def, field);
        return SS_OK;
    case SS_TYPE_uint64:
        *(uint64_t *)at = some_number(mix, 64);
        return SS_OK;
    case SS_TYPE_group:
        return fill_fields(mix, field->group, at);
    case SS_TYPE_list:
    case SS_TYPE_many:
        return fill_list(mix, field->group, (struct ss_list *)at);
    case SS_TYPE_tail:
        return fill_tail(mix, def, field, base);
    default:
        return some_span(mix, field, (ss_span *)at);
    }
}

static ss_err fill_fields(struct mix *mix, const struct ss_msgdef *def, void *base)
{
    for (size_t i = 0; i < def->field_count; i++) {
        if (ss_field_present(&def->fields[i], base))
            SS_TRY(fill_field(mix, def, &def->fields[i], base));
    }
    return SS_OK;
}

ss_err ss_msg_fill(struct ss_arena *arena, const struct ss_msgdef *def, struct ss_vary *vary,
                   struct ss_msg *out_msg)
{
    struct mix mix = {arena, vary};
    struct ss_msg msg;

    SS_TRY(ss_msg_new(arena, def, NULL, &msg));
    SS_TRY(fill_fields(&mix, def, msg.body));
    *out_msg = msg;
    return SS_OK;
}

/* ---- choosing a field of a message ---- */

enum want { WANT_ANY, WANT_LENGTH, WANT_LEAF };

struct pick { /* each candidate seen gets the same chance, without counting them first */
    struct ss_vary *vary;
    enum want want;
    uint32_t seen;
    const struct ss_fielddef *field;
    void *base;
};

static bool is_leaf(enum ss_type type)
{
    return type < SS_TYPE_group;
}

static bool wanted(enum want want, enum ss_type type)
{
    if (want == WANT_LEAF)
        return is_leaf(type);
    return want == WANT_ANY || ss_walk_has_length(type);
}

static void pick_fields(struct pick *pick, const struct ss_msgdef *def, void *base);

static void pick_inside(struct pick *pick, const struct ss_fielddef *field, void *base)
{
    const struct ss_tail *tail;
    const struct ss_list *list;

    switch (field->type) {
    case SS_TYPE_group:
        pick_fields(pick, field->group, ss_walk_at(base, field->offset));
        break;
    case SS_TYPE_list:
    case SS_TYPE_many:
        list = ss_walk_list(field, base);
        for (size_t i = 0; i < list->count; i++)
            pick_fields(pick, field->group, ss_walk_item(list, field->group, i));
        break;
    case SS_TYPE_tail:
        tail = ss_walk_tail(field, base);
        if (tail->def != NULL && tail->value != NULL)
            pick_fields(pick, tail->def, tail->value);
        break;
    default:
        break;
    }
}

static void pick_fields(struct pick *pick, const struct ss_msgdef *def, void *base)
{
    for (size_t i = 0; i < def->field_count; i++) {
        const struct ss_fielddef *field = &def->fields[i];

        if (!ss_field_present(field, base))
            continue;
        if (wanted(pick->want, field->type) && ss_vary_below(pick->vary, ++pick->seen) == 0) {
            pick->field = field;
            pick->base = base;
        }
        pick_inside(pick, field, base);
    }
}

static struct pick pick_field(struct ss_vary *vary, const struct ss_msg *msg, enum want want)
{
    struct pick pick = {.vary = vary, .want = want};

    if (msg->def != NULL && msg->body != NULL)
        pick_fields(&pick, msg->def, msg->body);
    return pick;
}

/* ---- changing ---- */

static ss_err flip_bit(struct mix *mix, ss_span *value)
{
    uint8_t *p = (uint8_t *)ss_arena_alloc(mix->arena, value->size);

    if (p == NULL)
        return SS_E_no_memory;
    memcpy(p, value->data, value->size);
    p[ss_vary_below(mix->vary, (uint32_t)value->size)] ^=
        (uint8_t)(1U << ss_vary_below(mix->vary, 8));
    *value = ss_span_make(p, value->size);
    return SS_OK;
}

static ss_err change_span(struct mix *mix, const struct ss_fielddef *field, ss_span *value)
{
    uint32_t way = ss_vary_below(mix->vary, 5);
    ss_span fresh;

    if (field->type == SS_TYPE_fixed || way == 0)
        return some_span(mix, field, value);
    if (way == 1) {
        *value = ss_span_make("", 0); /* present but empty: a null key would be filled in */
        return SS_OK;
    }
    if (way == 2 || value->size == 0) {
        SS_TRY(some_bytes(mix, some_size(mix), &fresh));
        *value = fresh;
        return SS_OK;
    }
    if (way == 3) {
        *value = ss_span_part(*value, 0, ss_vary_below(mix->vary, (uint32_t)value->size));
        return SS_OK;
    }
    return flip_bit(mix, value);
}

/* One element less, or the first one twice. */
static ss_err change_list(struct mix *mix, const struct ss_msgdef *group, struct ss_list *list)
{
    uint8_t *items;

    if (list->count == 0)
        return fill_list(mix, group, list);
    if ((ss_vary_next(mix->vary) & 1) != 0 || list->count >= SS_ELEMENTS_MAX) {
        list->count--;
        return SS_OK;
    }
    items = (uint8_t *)ss_arena_alloc(mix->arena, (list->count + 1) * group->size);
    if (items == NULL)
        return SS_E_no_memory;
    memcpy(items, list->items, list->count * group->size);
    memcpy(items + list->count * group->size, list->items, group->size);
    list->items = items;
    list->count++;
    return SS_OK;
}

/* Bytes of no known layout behind the old key. */
static ss_err change_tail(struct mix *mix, struct ss_tail *tail)
{
    SS_TRY(some_bytes(mix, some_size(mix), &tail->raw));
    tail->def = NULL;
    tail->value = NULL;
    return SS_OK;
}

static ss_err change_field(struct mix *mix, const struct ss_fielddef *field, void *base)
{
    void *at = ss_walk_at(base, field->offset);

    switch (field->type) {
    case SS_TYPE_byte:
        *(uint8_t *)at = (uint8_t)some_number(mix, 8);
        return SS_OK;
    case SS_TYPE_boolean:
        *(bool *)at = !*(bool *)at;
        return SS_OK;
    case SS_TYPE_uint32:
        *(uint32_t *)at = (uint32_t)some_number(mix, 32);
        return SS_OK;
    case SS_TYPE_uint64:
        *(uint64_t *)at = some_number(mix, 64);
        return SS_OK;
    case SS_TYPE_group: /* its fields are picked on their own too */
        return fill_fields(mix, field->group, at);
    case SS_TYPE_list:
    case SS_TYPE_many:
        return change_list(mix, field->group, (struct ss_list *)at);
    case SS_TYPE_tail:
        return change_tail(mix, (struct ss_tail *)at);
    default:
        return change_span(mix, field, (ss_span *)at);
    }
}

ss_err ss_msg_mutate(struct ss_arena *arena, struct ss_vary *vary, struct ss_msg *msg)
{
    struct mix mix = {arena, vary};
    struct pick pick = pick_field(vary, msg, WANT_ANY);

    if (pick.field == NULL)
        return SS_E_not_found;
    SS_TRY(change_field(&mix, pick.field, pick.base));
    msg->payload = ss_span_make(NULL, 0);
    return SS_OK;
}

/* ---- lies ---- */

static const enum ss_lie_kind lie_kinds[] = {SS_LIE_RAW,    SS_LIE_LENGTH,   SS_LIE_OMIT,
                                             SS_LIE_REPEAT, SS_LIE_TRUNCATE, SS_LIE_APPEND,
                                             SS_LIE_NUMBER};

static bool said_before(const struct ss_lie *lies, size_t count, const struct ss_lie *lie)
{
    for (size_t i = 0; i < count; i++) {
        if (lies[i].kind == lie->kind && lies[i].field == lie->field)
            return true;
    }
    return false;
}

static uint32_t some_length(struct mix *mix)
{
    static const uint32_t edges[] = {0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};

    if ((ss_vary_next(mix->vary) & 1) != 0)
        return edges[ss_vary_below(mix->vary, SS_COUNT(edges))];
    return ss_vary_below(mix->vary, 300);
}

/* SS_E_not_found when the message has no field for such a lie. RAW and OMIT take leaves only:
 * they would hide from another lie what is inside a group, a list or a tail. */
static ss_err some_lie(struct mix *mix, const struct ss_msg *msg, struct ss_lie *lie)
{
    memset(lie, 0, sizeof *lie);
    lie->kind = lie_kinds[ss_vary_below(mix->vary, SS_COUNT(lie_kinds))];
    switch (lie->kind) {
    case SS_LIE_RAW:
        lie->field = pick_field(mix->vary, msg, WANT_LEAF).field;
        SS_TRY(some_bytes(mix, some_size(mix), &lie->bytes));
        break;
    case SS_LIE_LENGTH:
        lie->field = pick_field(mix->vary, msg, WANT_LENGTH).field;
        lie->n = some_length(mix);
        break;
    case SS_LIE_OMIT:
        lie->field = pick_field(mix->vary, msg, WANT_LEAF).field;
        break;
    case SS_LIE_REPEAT:
        lie->field = pick_field(mix->vary, msg, WANT_ANY).field;
        lie->n = 1 + ss_vary_below(mix->vary, 3);
        break;
    case SS_LIE_TRUNCATE:
        lie->n = ss_vary_below(mix->vary, 64);
        return SS_OK;
    case SS_LIE_NUMBER:
        lie->n = ss_vary_below(mix->vary, 256);
        return ss_walk_has_number(msg->def) ? SS_OK : SS_E_not_found;
    default:
        return some_bytes(mix, 1 + some_size(mix), &lie->bytes);
    }
    return lie->field != NULL ? SS_OK : SS_E_not_found;
}

ss_err ss_msg_lies(struct ss_arena *arena, struct ss_vary *vary, const struct ss_msg *msg,
                   struct ss_lie *lies, size_t most, size_t *out_count)
{
    struct mix mix = {arena, vary};
    size_t count = 0;

    if (msg->def == NULL)
        return SS_E_bad_argument;
    for (size_t i = 0; i < most; i++) {
        ss_err err = some_lie(&mix, msg, &lies[count]);

        if (err == SS_E_no_memory)
            return err;
        if (err == SS_OK && !said_before(lies, count, &lies[count]))
            count++;
    }
    *out_count = count;
    return SS_OK;
}
