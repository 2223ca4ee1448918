#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ciphers_paramiko.py list | client PORT CIPHER MAC COMP FILE | server KEY CIPHER MAC COMP

Paramiko with one cipher, one MAC and compression or none, as an echo from either side. list: what
it has, a line each. client: sends FILE to "cat" and compares what comes back. server: says PORT N,
lets user "tester" with password "correct horse" in once, and sends back what comes, until its input
ends. Both ask for new keys after a MiB. Prints what was agreed on. Called by: ciphers.sh.
"""
import logging
import socket
import sys
import threading

import paramiko

REKEY = 1 << 20
PATIENCE = 60


def limit(transport, cipher, mac, comp):
    """Offers these and nothing else; a packetizer of one's own is the way to earlier rekeys."""
    options = transport.get_security_options()
    options.ciphers = (cipher,)
    if mac != "-":
        options.digests = (mac,)
    options.compression = (comp,)
    transport.packetizer.REKEY_BYTES = REKEY


def agreed(transport):
    print(
        "agreed",
        transport.remote_cipher,
        transport.local_cipher,
        transport.remote_mac,
        transport.remote_compression,
        flush=True,
    )


def client(port, cipher, mac, comp, path):
    with open(path, "rb") as source:
        data = source.read()
    transport = paramiko.Transport(("127.0.0.1", int(port)))
    limit(transport, cipher, mac, comp)
    transport.start_client(timeout=PATIENCE)
    transport.auth_password("tester", "correct horse")
    agreed(transport)
    channel = transport.open_session(timeout=PATIENCE)
    channel.settimeout(PATIENCE)
    channel.exec_command("cat")
    writer = threading.Thread(target=lambda: (channel.sendall(data), channel.shutdown_write()))
    writer.start()
    got = bytearray()
    while True:
        piece = channel.recv(65536)
        if not piece:
            break
        got += piece
    writer.join()
    status = channel.recv_exit_status()
    transport.close()
    same = bytes(got) == data
    print("bytes", len(got), "status", status, "same", same)
    return 0 if same and status == 0 else 1


class Policy(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        good = username == "tester" and password == "correct horse"
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username):
        return "password"

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        threading.Thread(target=echo, args=(channel,), daemon=True).start()
        return True


def echo(channel):
    channel.settimeout(PATIENCE)
    while True:
        piece = channel.recv(65536)
        if not piece:
            break
        channel.sendall(piece)
    channel.send_exit_status(0)
    channel.close()


def server(key, cipher, mac, comp):
    listener = socket.create_server(("127.0.0.1", 0))
    print("PORT", listener.getsockname()[1], flush=True)
    visitor, _ = listener.accept()
    transport = paramiko.Transport(visitor)
    limit(transport, cipher, mac, comp)
    transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(key))
    transport.start_server(server=Policy())
    channel = transport.accept(PATIENCE)  # held: what nobody holds is closed
    agreed(transport)
    transport.join(PATIENCE)
    return 0 if channel is not None else 1


def main(words):
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    verb, rest = words[0], words[1:]
    if verb == "list":
        for kind in ("ciphers", "macs"):
            for name in getattr(paramiko.Transport, "_preferred_" + kind):
                print(kind, name)
        return 0
    return {"client": client, "server": server}[verb](*rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
