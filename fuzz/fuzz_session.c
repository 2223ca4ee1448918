/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_session.c - a server in front of a client that does anything, from any state of a session.
 *
 * Owns: the oracle that the same input leads to the same bytes, however it is cut.
 * Not here: what must hold at every moment (server.c), what a message number may lead to
 *   (session_gate.c), real mathematics (fuzz_session_real.c), clients under attack.
 * Follows: RELIABILITY of the design, part 3 target 6: cleartext framing, stub mathematics.
 *
 * Input: see session.h. Link with -fsanitize=fuzzer. */
#include "fuzz/session.h"

enum { INPUT_MOST = 20000, SAMPLE = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ss_span input = ss_span_make(data, size);
    struct fuzz_session_end once, twice;

    if (size > INPUT_MOST)
        return 0;
    once = fuzz_session_run(input, 0);
    if (size % SAMPLE == 0) {
        twice = fuzz_session_run(input, 5);
        MUST(once.sum == twice.sum && once.messages == twice.messages);
        MUST(once.over == twice.over && once.fault == twice.fault);
    }
    return 0;
}
