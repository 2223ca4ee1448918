/* SPDX-License-Identifier: Apache-2.0 */
/* session_gate.c - a server's gate, written from the RFCs and not from the message tables.
 *
 * Owns: ranges of numbers for each phase.
 * Not here: what a message says.
 * Called by: fuzz/server.c.
 * Follows: RFC 4250 section 4.1.2 (ranges); RFC 4253 sections 7.1, 7.3, 10 and 11.4; RFC 4252
 *   sections 5.1 and 6; RFC 8308 sections 2.4 and 3.2; OpenSSH PROTOCOL 1.8 (ping);
 *   draft-ietf-sshm-strict-kex section 3.2.
 *
 * The first range that holds the number answers. What no row names is not assigned. */
#include "fuzz/session_gate.h"

struct range {
    uint8_t first, last;
    unsigned answer;
};

enum { EITHER_WAY = FUZZ_UNIMPLEMENTED | FUZZ_ENDS };

/* Before the client's KEXINIT. The methods of authentication have no names yet (60-79). */
static const struct range start[] = {
    {1, 1, FUZZ_ENDS},    {2, 4, FUZZ_TAKES},           {5, 8, FUZZ_ENDS},   {20, 20, FUZZ_TAKES},
    {21, 21, FUZZ_ENDS},  {30, 49, FUZZ_ENDS},          {50, 53, FUZZ_ENDS}, {60, 79, EITHER_WAY},
    {80, 255, FUZZ_ENDS}, {0, 255, FUZZ_UNIMPLEMENTED},
};

/* From the client's KEXINIT to its NEWKEYS. What a wrong guess sent is dropped unread, so any
 * number may come where 30 is due. */
static const struct range exchange[] = {
    {1, 1, FUZZ_ENDS},    {2, 4, FUZZ_TAKES},           {5, 8, FUZZ_ENDS},
    {20, 20, FUZZ_ENDS},  {21, 21, FUZZ_TAKES},         {30, 30, FUZZ_TAKES},
    {31, 49, FUZZ_ENDS},  {50, 53, FUZZ_ENDS},          {60, 79, EITHER_WAY},
    {80, 255, FUZZ_ENDS}, {0, 255, FUZZ_UNIMPLEMENTED},
};

/* The same under the strict rules: DISCONNECT and the exchange itself, nothing else. */
static const struct range strict_exchange[] = {
    {1, 1, FUZZ_ENDS},
    {21, 21, FUZZ_TAKES},
    {30, 30, FUZZ_TAKES},
    {0, 255, FUZZ_ENDS},
};

/* In a later exchange everything that is not of it must not come. */
static const struct range later_exchange[] = {
    {1, 1, FUZZ_ENDS},   {2, 4, FUZZ_TAKES},   {5, 8, FUZZ_ENDS},
    {20, 20, FUZZ_ENDS}, {21, 21, FUZZ_TAKES}, {30, 30, FUZZ_TAKES},
    {31, 49, FUZZ_ENDS}, {50, 255, FUZZ_ENDS}, {0, 255, FUZZ_UNIMPLEMENTED},
};

static const struct range service[] = {
    {1, 1, FUZZ_ENDS},      {2, 5, FUZZ_TAKES},   {6, 6, FUZZ_ENDS},
    {7, 8, FUZZ_TAKES},     {20, 20, FUZZ_TAKES}, {21, 21, FUZZ_ENDS},
    {30, 49, FUZZ_ENDS},    {50, 53, FUZZ_ENDS},  {60, 79, EITHER_WAY},
    {192, 193, FUZZ_TAKES}, {80, 255, FUZZ_ENDS}, {0, 255, FUZZ_UNIMPLEMENTED},
};

static const struct range authentication[] = {
    {1, 1, FUZZ_ENDS},
    {2, 5, FUZZ_TAKES},
    {6, 6, FUZZ_ENDS},
    {7, 8, FUZZ_TAKES},
    {20, 20, FUZZ_TAKES},
    {21, 21, FUZZ_ENDS},
    {30, 49, FUZZ_ENDS},
    {50, 50, FUZZ_TAKES},
    {51, 53, FUZZ_ENDS},
    {60, 79, EITHER_WAY | FUZZ_TAKES},
    {192, 193, FUZZ_TAKES},
    {80, 255, FUZZ_ENDS},
    {0, 255, FUZZ_UNIMPLEMENTED},
};

/* Requests for authentication that come late are ignored; the rest of 50-79 is the server's to say,
 * or of a method that is over (rule: RFC4252-6-client-sends-only-request leaves both answers). */
static const struct range connection[] = {
    {1, 1, FUZZ_ENDS},      {2, 4, FUZZ_TAKES},           {5, 6, FUZZ_ENDS},
    {7, 8, FUZZ_TAKES},     {20, 20, FUZZ_TAKES},         {21, 21, FUZZ_ENDS},
    {30, 49, FUZZ_ENDS},    {50, 50, FUZZ_IGNORES},       {51, 53, FUZZ_ENDS},
    {60, 79, EITHER_WAY},   {80, 82, FUZZ_TAKES},         {90, 100, FUZZ_TAKES},
    {192, 193, FUZZ_TAKES}, {0, 255, FUZZ_UNIMPLEMENTED},
};

static const struct range *table_of(enum ss_phase phase, bool strict, bool later)
{
    switch (phase) {
    case SS_PHASE_START:
        return start;
    case SS_PHASE_KEX:
        if (later)
            return later_exchange;
        return strict ? strict_exchange : exchange;
    case SS_PHASE_SERVICE:
        return service;
    case SS_PHASE_AUTH:
        return authentication;
    case SS_PHASE_CONNECTION:
        break;
    }
    return connection;
}

unsigned fuzz_gate(enum ss_phase phase, bool strict, bool later, uint8_t number)
{
    const struct range *range = table_of(phase, strict, later);

    while (number < range->first || number > range->last)
        range++;
    return range->answer;
}
