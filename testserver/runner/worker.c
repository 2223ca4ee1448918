/* SPDX-License-Identifier: Apache-2.0 */
/* worker.c - the frame in which a result travels from a worker to its supervisor.
 *
 * Owns: four bytes of length.
 * Not here: running the case (cmd_worker.c), the record itself (result.c).
 * Called by: cmd_worker.c, supervisor.c.
 * Follows: worker.h. */
#include "testserver/runner/worker.h"

#include "sshspec/wire.h"

ss_err worker_frame_put(const struct result *result, struct ss_buf *out)
{
    struct ss_writer writer;
    size_t mark;

    ss_writer_init(&writer, out);
    mark = ss_writer_open(&writer);
    if (writer.err == SS_OK)
        writer.err = result_write(result, out);
    ss_writer_close(&writer, mark);
    return ss_writer_done(&writer);
}

ss_err worker_frame_take(ss_span bytes, struct result *out)
{
    uint32_t size;

    if (bytes.size < 4)
        return SS_E_more_input;
    size = ss_load_u32(bytes.data);
    if (size > WORKER_FRAME_MAX)
        return SS_E_ceiling;
    if (bytes.size - 4 < size)
        return SS_E_more_input;
    if (bytes.size - 4 > size)
        return SS_E_trailing;
    return result_read(out, ss_span_part(bytes, 4, size));
}
