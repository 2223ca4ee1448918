#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""client.py PORT exec COMMAND | get REMOTE LOCAL | put LOCAL REMOTE | ls REMOTE

Paramiko towards 127.0.0.1:PORT. Exit status: the command's, or 101 host key refused, 102 login
refused, 103 connection lost, 104 no common algorithm, 105 SFTP error. The host key is compared
before anything secret is sent. Environment: PEER_USER, PEER_KEYS, PEER_AUTH (key, password),
PEER_PASSWORD_FILE, PEER_KNOWN_HOSTS; PEER_KEX, PEER_HOSTKEY, PEER_CIPHER, PEER_MAC narrow what is
offered. Called by: client, beside this file.
"""
import os
import socket
import sys
import threading

import paramiko
from paramiko.ssh_exception import AuthenticationException, SSHException

HOST_KEY, LOGIN, LOST, NO_COMMON, SFTP = 101, 102, 103, 104, 105
LISTS = {
    "PEER_KEX": "kex",
    "PEER_HOSTKEY": "key_types",
    "PEER_CIPHER": "ciphers",
    "PEER_MAC": "digests",
}
RSA_KINDS = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")


class Stop(Exception):
    """Ends the program with a status and a reason."""

    def __init__(self, status, reason):
        super().__init__(reason)
        self.status = status


def known_keys(port):
    """(type, blob) of every key known for the host."""
    name = "[127.0.0.1]:%d" % port if port != 22 else "127.0.0.1"
    keys = set()
    with open(os.environ["PEER_KNOWN_HOSTS"], encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if len(words) >= 3 and name in words[0].split(","):
                keys.add((words[1], words[2]))
    return keys


def narrow(transport, known):
    """Offers only what is asked for, and host keys that could be recognised first."""
    options = transport.get_security_options()
    options.compression = ("none", "zlib@openssh.com", "zlib")  # the default is the first alone
    kinds = {kind for kind, _ in known}
    wanted = [
        name
        for name in options.key_types
        if name in kinds or (name in RSA_KINDS and "ssh-rsa" in kinds)
    ]
    if wanted:
        options.key_types = wanted
    for variable, attribute in LISTS.items():
        names = os.environ.get(variable)
        if not names:
            continue
        try:
            setattr(options, attribute, names.split(","))
        except ValueError as error:
            raise Stop(NO_COMMON, "%s: %s" % (variable, error)) from error


def connect(port):
    """A transport whose host key has been recognised."""
    known = known_keys(port)
    try:
        transport = paramiko.Transport(socket.create_connection(("127.0.0.1", port), 15))
        narrow(transport, known)
        transport.start_client(timeout=30)
    except SSHException as error:
        text = str(error).lower()
        no_common = "incompatible" in text or "no acceptable" in text
        raise Stop(NO_COMMON if no_common else LOST, error) from error
    except (EOFError, OSError, ValueError) as error:
        raise Stop(LOST, error) from error
    key = transport.get_remote_server_key()
    if (key.get_name(), key.get_base64()) not in known:
        raise Stop(HOST_KEY, "the host key %s is not the one that is known" % key.get_name())
    return transport


def login(transport):
    """One attempt, by the method that was asked for."""
    user = os.environ["PEER_USER"]
    try:
        if os.environ["PEER_AUTH"] == "password":
            with open(os.environ["PEER_PASSWORD_FILE"], encoding="utf-8") as secret:
                left = transport.auth_password(user, secret.read().rstrip("\n"), fallback=False)
        else:
            path = os.path.join(os.environ["PEER_KEYS"], "user_ed25519")
            left = transport.auth_publickey(user, paramiko.Ed25519Key(filename=path))
    except AuthenticationException as error:
        raise Stop(LOGIN, error) from error
    except (SSHException, EOFError, OSError) as error:
        raise Stop(LOST, error) from error
    if left:
        raise Stop(LOGIN, "more is asked for: %s" % ",".join(left))


def send_input(channel):
    """Standard input to the channel, and its end."""
    try:
        while True:
            data = sys.stdin.buffer.read1(32768)
            if not data:
                break
            channel.sendall(data)
        channel.shutdown_write()
    except (OSError, EOFError, SSHException):
        pass  # the main thread sees how it ended


def copy_out(receive, stream):
    """What a channel says, until it has ended."""
    while True:
        data = receive(32768)
        if not data:
            return
        stream.write(data)
        stream.flush()


def execute(transport, command):
    """The command's exit status."""
    channel = transport.open_session()
    channel.exec_command(command)
    threading.Thread(target=send_input, args=(channel,), daemon=True).start()
    errors = threading.Thread(
        target=copy_out, args=(channel.recv_stderr, sys.stderr.buffer), daemon=True
    )
    errors.start()
    copy_out(channel.recv, sys.stdout.buffer)
    errors.join(30)
    status = channel.recv_exit_status()
    if status < 0:
        raise Stop(LOST, "no exit status came")
    return status


def transfer(transport, verb, arguments):
    """One SFTP action."""
    try:
        sftp = paramiko.SFTPClient.from_transport(transport)
        if verb == "get":
            sftp.get(arguments[0], arguments[1])
        elif verb == "put":
            sftp.put(arguments[0], arguments[1])
        else:
            for name in sorted(sftp.listdir(arguments[0])):
                print(name)
    except (OSError, paramiko.SFTPError) as error:
        raise Stop(SFTP if transport.is_active() else LOST, error) from error


def main(arguments):
    """The exit status."""
    port, verb = int(arguments[0]), arguments[1]
    if verb not in ("exec", "get", "put", "ls"):
        raise Stop(2, "cannot " + verb)
    transport = connect(port)
    login(transport)
    try:
        if verb == "exec":
            status = execute(transport, arguments[2])
        else:
            status = 0
            transfer(transport, verb, arguments[2:])
        transport.close()
    except (SSHException, EOFError, OSError) as error:
        raise Stop(LOST, error) from error
    return status


if __name__ == "__main__":
    try:
        CODE = main(sys.argv[1:])
    except Stop as stop:
        print("paramiko: %s" % stop, file=sys.stderr)
        CODE = stop.status
    except Exception as error:  # whatever the library lets through: the connection is of no use
        print("paramiko: %s: %s" % (type(error).__name__, error), file=sys.stderr)
        CODE = LOST
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        pass
    os._exit(CODE)  # no thread of a broken connection holds it up
