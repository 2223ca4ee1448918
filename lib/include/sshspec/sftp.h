/* SPDX-License-Identifier: Apache-2.0 */
/* sftp.h - SFTP version 3, both sides, over any byte pipe.
 *
 * Owns: frames, the server's answers and handles, the client's tickets, whole-file transfers.
 * Not here: message layouts (msg.h), file systems (fs.h), the channel or pipe below.
 * Called by: client, server, the sftp-server program, scenarios.
 * Follows: draft-ietf-secsh-filexfer-02; OpenSSH PROTOCOL section 4 for extensions and the order
 *   of SYMLINK's arguments.
 *
 * Nothing here reads, writes or waits. Bytes that came from the pipe are fed, whole messages are
 * taken out; what is to be sent stands in a buffer.
 *
 * | call                     | does                                                        |
 * |--------------------------|-------------------------------------------------------------|
 * | ss_sftp_frames_feed/next | bytes in any pieces to whole message payloads               |
 * | ss_sftp_decode           | a payload to a typed message                                |
 * | ss_sftp_frame_put        | a typed message, with lies, to a frame                      |
 * | ss_sftp_server_take      | one request payload in, one reply frame out                 |
 * | ss_sftp_server_answer    | the same from a decoded request                             |
 * | ss_sftp_client_*         | send a request, get its ticket                              |
 * | ss_sftp_client_poll      | the next answer, with the ticket it belongs to              |
 * | ss_sftp_get_start        | a whole file from the server, pipelined                     |
 * | ss_sftp_put_start        | a whole file to the server, pipelined                       |
 *
 * A server feeds its frames and takes each payload: posix_fs.h has a whole one as its example. An
 * owner that wants a request for itself decodes it, answers with ss_sftp_frame_put, and gives the
 * others to ss_sftp_server_answer.
 *
 * A client: ss_sftp_client_start, then feed and poll until SS_SFTP_READY; then any number of
 * calls at once. A reply that does not fit its request ends the session: poll returns the error
 * from then on, and ss_sftp_client_fault says more.
 *
 * Ownership: payloads and events are borrowed until the next call on what gave them; the file
 * system, the env and the client of a transfer must outlive what uses them.
 *
 * Example: PATH. Reads a file of the server that writes to descriptor 3 and reads from 4, into
 * standard output, which has to be a file: pieces come in any order.
 *
 *     #include <unistd.h>
 *
 *     #include "sshspec/net.h"
 *     #include "sshspec/sftp.h"
 *
 *     enum { FROM_SERVER = 3, TO_SERVER = 4 };
 *
 *     static ss_err keep(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes)
 *     {
 *         (void)sink;
 *         return pwrite(STDOUT_FILENO, bytes.data, bytes.size, (off_t)offset) ==
 *                        (ssize_t)bytes.size
 *                    ? SS_OK
 *                    : SS_E_io;
 *     }
 *
 *     static ss_err move_bytes(struct ss_sftp_client *client)
 *     {
 *         ss_span out = ss_sftp_client_output(client);
 *         uint8_t bytes[32768];
 *         ssize_t n;
 *
 *         if (out.size > 0) {
 *             n = write(TO_SERVER, out.data, out.size);
 *             ss_sftp_client_sent(client, n > 0 ? (size_t)n : 0);
 *             return n > 0 ? SS_OK : SS_E_io;
 *         }
 *         n = read(FROM_SERVER, bytes, sizeof bytes);
 *         return n > 0 ? ss_sftp_client_feed(client, ss_span_make(bytes, (size_t)n)) : SS_E_closed;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         struct ss_sftp_sink sink = {keep};
 *         struct ss_sftp_transfer get = {0};
 *         struct ss_sftp_client client;
 *         struct ss_sftp_event event;
 *         ss_err err = ss_sftp_client_init(&client, ss_system_env(), NULL);
 *
 *         if (err == SS_OK)
 *             err = argc == 2 ? ss_sftp_client_start(&client) : SS_E_usage;
 *         while (err == SS_OK && get.state != SS_SFTP_DONE) {
 *             err = move_bytes(&client);
 *             while (err == SS_OK && (err = ss_sftp_client_poll(&client, &event)) == SS_OK) {
 *                 if (event.kind == SS_SFTP_READY)
 *                     err = ss_sftp_get_start(&get, &client, ss_span_of(argv[1]), &sink, NULL);
 *                 else
 *                     (void)ss_sftp_transfer_take(&get, &event);
 *             }
 *             if (err == SS_E_more_input)
 *                 err = SS_OK;
 *         }
 *         if (err == SS_OK)
 *             err = get.err;
 *         ss_sftp_transfer_fini(&get);
 *         ss_sftp_client_fini(&client);
 *         return err == SS_OK ? 0 : 1;
 *     } */
#ifndef SSHSPEC_SFTP_H
#define SSHSPEC_SFTP_H

#include "sshspec/fs.h"
#include "sshspec/msg.h"

enum {
    SS_SFTP_VERSION = 3,
    SS_SFTP_FRAME_MOST = 256 * 1024, /* bytes of a payload, when nothing else is said */
    SS_SFTP_HANDLE_MOST = 256        /* bytes of a handle */
};

/* ---- frames ---- */
struct ss_sftp_frames {
    struct ss_buf buf;
    size_t most;  /* of one payload */
    size_t given; /* bytes of the frame that was given last */
    ss_err err;   /* the first error; it stays */
};

/* most: 0 for SS_SFTP_FRAME_MOST. */
void ss_sftp_frames_init(struct ss_sftp_frames *frames, const struct ss_env *env, size_t most);
void ss_sftp_frames_fini(struct ss_sftp_frames *frames);
/* Copies bytes in. Room is kept for a frame of `most` and as much again; SS_E_ceiling when the
 * owner feeds more than that without taking frames out, nothing is taken in then. */
SS_MUST_USE ss_err ss_sftp_frames_feed(struct ss_sftp_frames *frames, ss_span bytes);
/* The next payload, message number first. SS_E_more_input; SS_E_bad_length for length 0;
 * SS_E_packet_too_long as soon as the length is there. The last two stay. */
SS_MUST_USE ss_err ss_sftp_frames_next(struct ss_sftp_frames *frames, ss_span *out_payload);
/* The pipe has ended: SS_E_truncated when it did so inside a frame. */
SS_MUST_USE ss_err ss_sftp_frames_end(const struct ss_sftp_frames *frames);

/* Appends one frame. Lies of the field seam, and PACKET_LENGTH (the length says n), CUT (only the
 * first n bytes of the frame are there), DROP and DUPLICATE (n more times); any other is
 * SS_E_bad_argument. */
SS_MUST_USE ss_err ss_sftp_frame_put(struct ss_buf *out, const struct ss_msg *msg,
                                     const struct ss_lie *lies, size_t lie_count);

/* What a peer did that is not as written, and yet clear. */
enum ss_sftp_odd {
    SS_SFTP_ODD_EXCESS = 1,      /* bytes behind the last field were ignored */
    SS_SFTP_ODD_SHORT_STATUS = 2 /* a STATUS ended behind its code, or behind its message */
};
/* As ss_msg_decode, with the definition found by number and the oddities above let pass.
 * out_odd may be null. */
SS_MUST_USE ss_err ss_sftp_decode(struct ss_arena *arena, ss_span payload, struct ss_msg *out_msg,
                                  unsigned *out_odd, struct ss_decode_error *out_error);

/* ---- attributes and names ---- */
void ss_sftp_attrs_to_wire(const struct ss_attrs *attrs, struct ss_grp_attrs_v3 *out_wire);
/* Extended pairs are left out. */
void ss_sftp_attrs_from_wire(const struct ss_grp_attrs_v3 *wire, struct ss_attrs *out_attrs);
/* Appends a line like that of ls -l. now: seconds since 1970, 0 when not known; dates of the half
 * year before it show the time instead of the year. */
SS_MUST_USE ss_err ss_sftp_longname(struct ss_buf *out, const struct ss_fs_entry *entry,
                                    uint32_t now);
/* May a name that a server sent be used as a name of ours: not empty, not "." or "..", without
 * "/" and without a zero byte? */
bool ss_sftp_name_safe(ss_span name);

/* ---- server ---- */
struct ss_sftp_server_options { /* all zero: the defaults */
    bool read_only;             /* whatever writes is answered PERMISSION_DENIED */
    bool no_extensions;         /* none announced, none answered */
    uint32_t read_most;         /* bytes of one DATA; 0: 255 KiB */
    uint32_t packet_most;       /* announced by limits; 0: SS_SFTP_FRAME_MOST */
    uint32_t handles_most;      /* open at once; 0: 256 */
    uint32_t names_most;        /* of one reply to READDIR; 0: 100 */
    uint64_t copy_most;         /* bytes of one copy-data; 0: 1 GiB */
};

struct ss_sftp_handle;
struct ss_sftp_server {
    struct ss_fs *fs;
    struct ss_sftp_server_options options;
    struct ss_arena decoded, scratch;
    const struct ss_env *env;
    struct ss_sftp_handle *handles; /* options.handles_most of them */
    uint32_t open_handles;
    uint32_t version; /* agreed; meaningful when started */
    bool started;     /* INIT came */
    uint32_t now;
};

/* options may be null. Handles carry a number drawn from env, so that one session's are worth
 * nothing in another. */
SS_MUST_USE ss_err ss_sftp_server_init(struct ss_sftp_server *server, const struct ss_env *env,
                                       struct ss_fs *fs,
                                       const struct ss_sftp_server_options *options);
/* Closes what is open. */
void ss_sftp_server_fini(struct ss_sftp_server *server);
/* Seconds since 1970, for long names. */
void ss_sftp_server_now(struct ss_sftp_server *server, uint32_t seconds);
/* Appends exactly one reply frame to out. An error means that no answer is possible and the
 * session should end: a payload without an id (SS_E_truncated), a second INIT
 * (SS_E_unexpected_message), memory. Nothing is appended then. */
SS_MUST_USE ss_err ss_sftp_server_take(struct ss_sftp_server *server, ss_span payload,
                                       struct ss_buf *out);
SS_MUST_USE ss_err ss_sftp_server_answer(struct ss_sftp_server *server,
                                         const struct ss_msg *request, struct ss_buf *out);
/* Appends STATUS with this code and its standard text. */
SS_MUST_USE ss_err ss_sftp_status_put(struct ss_buf *out, uint32_t id, enum ss_fx code);

/* ---- client ---- */
enum ss_sftp_extension { /* bits of ss_sftp_client.extensions */
                         SS_SFTP_EXT_POSIX_RENAME = 1,
                         SS_SFTP_EXT_STATVFS = 2,
                         SS_SFTP_EXT_FSTATVFS = 4,
                         SS_SFTP_EXT_HARDLINK = 8,
                         SS_SFTP_EXT_FSYNC = 16,
                         SS_SFTP_EXT_LSETSTAT = 32,
                         SS_SFTP_EXT_LIMITS = 64,
                         SS_SFTP_EXT_EXPAND_PATH = 128,
                         SS_SFTP_EXT_COPY_DATA = 256
};

struct ss_sftp_client_options { /* all zero: the defaults */
    uint32_t outstanding_most;  /* requests in flight; 0: 256; rounded up to a power of two */
    uint32_t first_ticket;
    size_t output_most; /* bytes waiting to be sent; 0: 4 MiB */
    size_t frame_most;  /* of one reply; 0: SS_SFTP_FRAME_MOST */
};

struct ss_sftp_limits { /* limits@openssh.com; 0: not said */
    uint64_t packet, read, write, handles;
};

struct ss_sftp_pending;
struct ss_sftp_client {
    const struct ss_env *env;
    struct ss_sftp_frames in;
    struct ss_buf out;
    struct ss_arena arena;
    struct ss_sftp_pending *pending; /* slot: ticket modulo room */
    uint32_t room, outstanding;
    uint32_t next_ticket;
    uint32_t version;
    unsigned extensions; /* that the server announced in the version we know */
    struct ss_sftp_limits limits;
    bool asked, ready; /* INIT was sent, VERSION came */
    bool ended;        /* the pipe is closed */
    struct ss_fault fault;
};

enum ss_sftp_event_kind {
    SS_SFTP_READY, /* VERSION came; no ticket */
    SS_SFTP_STATUS,
    SS_SFTP_HANDLE,
    SS_SFTP_DATA,
    SS_SFTP_NAMES,
    SS_SFTP_ATTRS,
    SS_SFTP_LIMITS,
    SS_SFTP_SPACE,
    SS_SFTP_REPLY /* EXTENDED_REPLY of a request we have no name for */
};

struct ss_sftp_name {
    ss_span filename, longname;
    struct ss_attrs attrs;
    bool safe; /* ss_sftp_name_safe(filename) */
};

struct ss_sftp_event {
    enum ss_sftp_event_kind kind;
    uint32_t ticket;
    enum ss_msgid request; /* what it answers: SS_FXP_open ..., or the tail's id of an extension */
    uint32_t code;         /* STATUS: as sent; whatever is not OK or EOF is a failure */
    ss_span text;          /* STATUS: the server's words; not to be trusted */
    ss_span bytes;         /* HANDLE, DATA, REPLY */
    const struct ss_sftp_name *names; /* NAMES */
    size_t name_count;
    struct ss_attrs attrs; /* ATTRS */
    struct ss_sftp_limits limits;
    struct ss_fs_space space;
    unsigned odd; /* bits of ss_sftp_odd */
};

/* options may be null. */
SS_MUST_USE ss_err ss_sftp_client_init(struct ss_sftp_client *client, const struct ss_env *env,
                                       const struct ss_sftp_client_options *options);
void ss_sftp_client_fini(struct ss_sftp_client *client);
/* Queues INIT. */
SS_MUST_USE ss_err ss_sftp_client_start(struct ss_sftp_client *client);
SS_MUST_USE ss_err ss_sftp_client_feed(struct ss_sftp_client *client, ss_span bytes);
/* The pipe has ended. What is buffered can still be polled; then poll says SS_E_closed, or
 * SS_E_truncated. */
void ss_sftp_client_end(struct ss_sftp_client *client);
/* SS_E_more_input: nothing now. Any other error is final: SS_E_unknown_id,
 * SS_E_unexpected_message (the wrong kind of reply), SS_E_bad_value, SS_E_unsupported (the
 * server's version), the errors of frames and of decoding. */
SS_MUST_USE ss_err ss_sftp_client_poll(struct ss_sftp_client *client,
                                       struct ss_sftp_event *out_event);
/* What is to be sent; borrowed until the next call. */
ss_span ss_sftp_client_output(const struct ss_sftp_client *client);
void ss_sftp_client_sent(struct ss_sftp_client *client, size_t n);
/* Its err is SS_OK as long as all is well. */
const struct ss_fault *ss_sftp_client_fault(const struct ss_sftp_client *client);

/* Every call queues one request and gives its ticket. SS_E_would_block: too many in flight, or
 * the output is full; SS_E_usage: before SS_SFTP_READY; SS_E_unsupported: an extension that the
 * server did not announce. attrs may be null where they are sent along. */
SS_MUST_USE ss_err ss_sftp_client_open(struct ss_sftp_client *c, ss_span path, uint32_t pflags,
                                       const struct ss_attrs *attrs, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_close(struct ss_sftp_client *c, ss_span handle,
                                        uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_read(struct ss_sftp_client *c, ss_span handle, uint64_t offset,
                                       uint32_t length, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_write(struct ss_sftp_client *c, ss_span handle, uint64_t offset,
                                        ss_span data, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_stat(struct ss_sftp_client *c, ss_span path,
                                       uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_lstat(struct ss_sftp_client *c, ss_span path,
                                        uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_fstat(struct ss_sftp_client *c, ss_span handle,
                                        uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_setstat(struct ss_sftp_client *c, ss_span path,
                                          const struct ss_attrs *attrs, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_fsetstat(struct ss_sftp_client *c, ss_span handle,
                                           const struct ss_attrs *attrs, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_opendir(struct ss_sftp_client *c, ss_span path,
                                          uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_readdir(struct ss_sftp_client *c, ss_span handle,
                                          uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_mkdir(struct ss_sftp_client *c, ss_span path,
                                        const struct ss_attrs *attrs, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_rmdir(struct ss_sftp_client *c, ss_span path,
                                        uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_remove(struct ss_sftp_client *c, ss_span path,
                                         uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_rename(struct ss_sftp_client *c, ss_span old_path,
                                         ss_span new_path, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_realpath(struct ss_sftp_client *c, ss_span path,
                                           uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_readlink(struct ss_sftp_client *c, ss_span path,
                                           uint32_t *out_ticket);
/* The target goes first on the wire, as deployed servers take it. */
SS_MUST_USE ss_err ss_sftp_client_symlink(struct ss_sftp_client *c, ss_span target,
                                          ss_span link_path, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_posix_rename(struct ss_sftp_client *c, ss_span old_path,
                                               ss_span new_path, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_hardlink(struct ss_sftp_client *c, ss_span old_path,
                                           ss_span new_path, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_fsync(struct ss_sftp_client *c, ss_span handle,
                                        uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_lsetstat(struct ss_sftp_client *c, ss_span path,
                                           const struct ss_attrs *attrs, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_statvfs(struct ss_sftp_client *c, ss_span path,
                                          uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_fstatvfs(struct ss_sftp_client *c, ss_span handle,
                                           uint32_t *out_ticket);
/* What the server says is kept in client->limits, and transfers stay below it. */
SS_MUST_USE ss_err ss_sftp_client_limits(struct ss_sftp_client *c, uint32_t *out_ticket);
SS_MUST_USE ss_err ss_sftp_client_expand_path(struct ss_sftp_client *c, ss_span path,
                                              uint32_t *out_ticket);
/* length 0: to the end. */
SS_MUST_USE ss_err ss_sftp_client_copy_data(struct ss_sftp_client *c, ss_span from,
                                            uint64_t from_offset, uint64_t length, ss_span to,
                                            uint64_t to_offset, uint32_t *out_ticket);
/* Any request, with lies. Its id field is set to the ticket. */
SS_MUST_USE ss_err ss_sftp_client_send(struct ss_sftp_client *c, const struct ss_msg *msg,
                                       const struct ss_lie *lies, size_t lie_count,
                                       uint32_t *out_ticket);

/* A WRITE that is filled in place: n bytes at *out_bytes, then commit how many are meant (0: the
 * request is taken back, no ticket). Nothing else may be called in between. */
struct ss_sftp_slab {
    struct ss_buf *out;
    size_t start;   /* of the frame, in live bytes of out */
    size_t data_at; /* of the data's length field */
    size_t room;    /* bytes of data there is room for */
};
SS_MUST_USE ss_err ss_sftp_client_write_open(struct ss_sftp_client *c, ss_span handle,
                                             uint64_t offset, size_t n, struct ss_sftp_slab *slab,
                                             uint8_t **out_bytes);
SS_MUST_USE ss_err ss_sftp_client_write_commit(struct ss_sftp_client *c,
                                               const struct ss_sftp_slab *slab, size_t n,
                                               uint32_t *out_ticket);

/* ---- whole files ---- */
struct ss_sftp_sink { /* embed it; recover your object with SS_CONTAINER_OF */
    /* Pieces come in any order of offsets; none overlaps another. */
    ss_err (*write)(struct ss_sftp_sink *sink, uint64_t offset, ss_span bytes);
};
struct ss_sftp_source {
    /* Up to n bytes from offset on; 0 at the end. Offsets are asked for in order. */
    ss_err (*read)(struct ss_sftp_source *source, uint64_t offset, uint8_t *out, size_t n,
                   size_t *out_got);
};

struct ss_sftp_transfer_options { /* all zero: the defaults */
    uint32_t window;              /* requests in flight; 0: 64 */
    uint32_t block;               /* bytes of one request; 0: 32 KiB; the server's limits win */
    uint64_t size_most;           /* bytes; more is SS_E_ceiling; 0: no limit */
    uint32_t permissions;         /* put: of a new file; 0: the server's default */
};

enum ss_sftp_transfer_state {
    SS_SFTP_OPENING,
    SS_SFTP_SIZING,
    SS_SFTP_MOVING,
    SS_SFTP_CONFIRMING,
    SS_SFTP_CLOSING,
    SS_SFTP_DONE
};

struct ss_sftp_piece;
struct ss_sftp_transfer {
    struct ss_sftp_client *client;
    struct ss_sftp_sink *sink;     /* get */
    struct ss_sftp_source *source; /* put */
    struct ss_sftp_transfer_options options;
    char *path;
    size_t path_size;
    struct ss_sftp_piece *pieces; /* options.window of them */
    enum ss_sftp_transfer_state state;
    ss_err err;      /* of the whole; SS_OK at the end means every byte is there */
    uint32_t status; /* SFTP code behind err SS_E_sftp_status */
    uint64_t bytes;  /* moved so far */
    uint64_t size;   /* get: that the server told; 0: unknown */
    uint64_t next;   /* offset of the next new request */
    uint64_t end;    /* where the file ends, once known; UINT64_MAX before */
    uint64_t high;   /* end of the furthest piece */
    uint64_t hole;   /* lowest offset known to be missing; UINT64_MAX: none */
    uint8_t handle[SS_SFTP_HANDLE_MOST];
    size_t handle_size;
    bool asked; /* ticket is a request outside of the pieces */
    uint32_t ticket;
};

/* Both need a client that is ready. The transfer is done when state is SS_SFTP_DONE; an error
 * after the file was opened is followed by CLOSE first. */
SS_MUST_USE ss_err ss_sftp_get_start(struct ss_sftp_transfer *transfer,
                                     struct ss_sftp_client *client, ss_span path,
                                     struct ss_sftp_sink *sink,
                                     const struct ss_sftp_transfer_options *options);
SS_MUST_USE ss_err ss_sftp_put_start(struct ss_sftp_transfer *transfer,
                                     struct ss_sftp_client *client, ss_span path,
                                     struct ss_sftp_source *source,
                                     const struct ss_sftp_transfer_options *options);
void ss_sftp_transfer_fini(struct ss_sftp_transfer *transfer);
/* Takes an event; false when it belongs to somebody else. */
bool ss_sftp_transfer_take(struct ss_sftp_transfer *transfer, const struct ss_sftp_event *event);
/* Queues what there is room for; for an owner whose output was full. */
void ss_sftp_transfer_pump(struct ss_sftp_transfer *transfer);
/* The session has ended under it. */
void ss_sftp_transfer_abort(struct ss_sftp_transfer *transfer, ss_err err);
/* Bytes from the start on that are all there: what may be kept of a transfer that failed. */
uint64_t ss_sftp_transfer_prefix(const struct ss_sftp_transfer *transfer);

#endif
