/* SPDX-License-Identifier: Apache-2.0 */
/* wire_form.h - what an input of fuzz_wire looks like.
 *
 * Owns: the numbers of the field types.
 * Called by: fuzz_wire.c, and the program that writes its seeds.
 *
 * Form: a byte n (low 5 bits), up to n bytes that name field types (modulo FUZZ_FIELDS), then the
 * bytes to decode. */
#ifndef FUZZ_WIRE_FORM_H
#define FUZZ_WIRE_FORM_H

enum fuzz_field {
    FUZZ_BYTE,
    FUZZ_BOOLEAN,
    FUZZ_U32,
    FUZZ_U64,
    FUZZ_STRING,
    FUZZ_MPINT,
    FUZZ_BYTES3,
    FUZZ_INSIDE, /* a string that holds a uint32 and any rest */
    FUZZ_REST,
    FUZZ_NAMES, /* a string that holds a name-list */
    FUZZ_TEXT,  /* a string that may hold UTF-8 */
    FUZZ_FIELDS
};
enum { FUZZ_FIELDS_MOST = 31 };

#endif
