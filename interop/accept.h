/* SPDX-License-Identifier: Apache-2.0 */
/* accept.h - `sshspec accept -- CMD ARG...`: a small inetd for peers that serve one connection.
 *
 * Concept: sshd and dropbear can serve a connection on their standard input and output. Started
 *   like that they need no port of their own, keep no list of recent offenders and limit no
 *   start-ups, and the port can be chosen by the system. This program is the listener in front.
 *
 *   call                   does
 *   interop_accept_main    listens on 127.0.0.1, says `PORT N` on standard output, runs CMD once
 *                          a connection until SIGTERM, SIGINT, SIGHUP or the parent's end
 *
 * Owns: the listening socket and every process that descends from it. It leads a process group
 *   (the one it was started in when it is the leader of that, else one of its own), all sessions
 *   join it, and those that leave it or lose their parent come back as children (subreaper).
 *   A session that died of a signal that tells of a crash is named on standard error
 *   (`sshspec accept: a session died of signal 11 (...)`).
 * Errors: standard error says what failed; the exit status is 2 for a wrong command line and 3
 *   when the system refuses a socket or CMD is not a program. After `PORT` it is 0, or 3 when a
 *   process survived SIGKILL.
 * Example: sshspec accept -- /usr/sbin/sshd -i -e -f /tmp/sshd_config */
#ifndef SSHSPEC_INTEROP_ACCEPT_H
#define SSHSPEC_INTEROP_ACCEPT_H

/* Run the acceptor; argv[0] is the verb (`accept`), an optional "--" and CMD follow. Returns the
 * exit status of the process. */
int interop_accept_main(int argc, char **argv);

#endif
