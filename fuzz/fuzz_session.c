/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_session.c - a server in front of a client that does anything, from any state of a session.
 *
 * Owns: the oracle that the same input leads to the same bytes, however it is cut; counts of how
 * far inputs got, printed at the end. Not here: what must hold at every moment (server.c), what a
 * message number may lead to (session_gate.c), real mathematics (fuzz_session_real.c), clients
 * under attack. Framing is in the clear and a key exchange costs nothing, so that an input gets
 * far.
 *
 * Input: see session.h. Link with -fsanitize=fuzzer. */
#include "fuzz/session_mutator.h"

#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MOST = 20000, SAMPLE = 8 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size); /* libFuzzer's */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_size, unsigned seed);

static struct {
    uint64_t inputs, framed, keys, channel, rekeyed;
} reached;

static void tell(void)
{
    if (reached.inputs > 0)
        (void)fprintf(
            stderr,
            "sessions: %llu; packets as they should be: %llu %%; with keys: %llu %%; with a "
            "channel: %llu %%; with later keys: %llu %%\n",
            (unsigned long long)reached.inputs,
            (unsigned long long)(reached.framed * 100 / reached.inputs),
            (unsigned long long)(reached.keys * 100 / reached.inputs),
            (unsigned long long)(reached.channel * 100 / reached.inputs),
            (unsigned long long)(reached.rekeyed * 100 / reached.inputs));
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return atexit(tell);
}

static void count(const struct fuzz_session_end *end)
{
    reached.inputs++;
    reached.framed += end->fault != SS_E_mac_mismatch && end->fault != SS_E_bad_length &&
                      end->fault != SS_E_bad_padding && end->fault != SS_E_packet_too_long &&
                      end->fault != SS_E_bad_version;
    reached.keys += end->epoch > 0;
    reached.channel += end->channel;
    reached.rekeyed += end->epoch > 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_span input = ss_span_make(data, size);
    struct fuzz_session_end once, twice;

    if (size > INPUT_MOST)
        return 0;
    once = fuzz_session_run(input, 0);
    count(&once);
    if (size % SAMPLE == 0) {
        twice = fuzz_session_run(input, 5);
        MUST(once.sum == twice.sum && once.messages == twice.messages);
        MUST(once.over == twice.over && once.fault == twice.fault);
    }
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return fuzz_session_mutate(data, size, max_size, seed, LLVMFuzzerMutate);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
    return fuzz_session_cross(ss_span_make(one, one_size), ss_span_make(other, other_size), out,
                              max_size, seed);
}
