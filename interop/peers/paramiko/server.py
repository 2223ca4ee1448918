#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""server.py KEYS DIR - Paramiko as an SSH and SFTP server on a free port of 127.0.0.1.

Reads the host keys from KEYS and the account from DIR (authorized_keys, password, home), becomes
the user `tester` when it was root, says PORT N, and serves each connection in a thread. exec and
shell run /bin/sh in DIR/home; SFTP paths are relative to it. Called by: server, beside this file.
"""
import ctypes
import errno
import fcntl
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading

import paramiko
from paramiko.ssh_exception import SSHException

USER = "tester"
UID = 20001
PATIENCE = 120  # seconds; the library's own limits would look like a verdict
SHELL = "/bin/sh"
COMPRESSION = ("none", "zlib@openssh.com", "zlib")  # all of them; the default is the first alone
# Commands end with us. setpriv is in util-linux, as is unshare, without which we would not run.
PREFIX = ["setpriv", "--pdeathsig", "KILL"]


class Account:
    """What a login must match."""

    def __init__(self, folder):
        with open(os.path.join(folder, "authorized_keys"), encoding="ascii") as lines:
            self.keys = {tuple(line.split()[:2]) for line in lines if line.strip()}
        with open(os.path.join(folder, "password"), encoding="utf-8") as secret:
            self.password = secret.read().rstrip("\n")
        self.home = os.path.join(folder, "home")


class Policy(paramiko.ServerInterface):
    """Answers of one connection."""

    def __init__(self, account):
        super().__init__()
        self.account = account
        self.terminals = {}
        self.variables = {}

    def get_allowed_auths(self, username):
        return "publickey,password,keyboard-interactive"

    def check_auth_publickey(self, username, key):
        known = (key.get_name(), key.get_base64()) in self.account.keys
        return self._verdict(known and username == USER)

    def check_auth_password(self, username, password):
        return self._verdict(username == USER and password == self.account.password)

    def check_auth_interactive(self, username, submethods):
        if username != USER:
            return paramiko.AUTH_FAILED
        query = paramiko.InteractiveQuery("", "")
        query.add_prompt("Password: ", False)
        return query

    def check_auth_interactive_response(self, responses):
        return self._verdict(list(responses) == [self.account.password])

    @staticmethod
    def _verdict(good):
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        if kind == "session":
            return paramiko.OPEN_SUCCEEDED
        return paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_env_request(self, channel, name, value):
        self.variables[os.fsdecode(name)] = os.fsdecode(value)
        return True

    def check_channel_pty_request(
        self, channel, term, width, height, pixelwidth, pixelheight, modes
    ):
        self.terminals[channel.get_id()] = (os.fsdecode(term), height, width)
        return True

    def check_channel_exec_request(self, channel, command):
        return self._run(channel, [SHELL, "-c", os.fsdecode(command)])

    def check_channel_shell_request(self, channel):
        return self._run(channel, [SHELL])

    def _run(self, channel, words):
        environment = {
            "HOME": self.account.home,
            "USER": USER,
            "LOGNAME": USER,
            "SHELL": SHELL,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
        }
        for name, value in self.variables.items():
            if name.startswith("SSHSPEC_") or name == "LANG":
                environment[name] = value
        command = Command(channel, words, self.account.home, environment)
        terminal = self.terminals.get(channel.get_id())
        threading.Thread(target=command.run, args=(terminal,), daemon=True).start()
        return True


class Command:
    """One program on one channel."""

    def __init__(self, channel, words, folder, environment):
        self.channel = channel
        self.words = PREFIX + words
        self.options = {"cwd": folder, "env": environment, "start_new_session": True}

    def run(self, terminal):
        """Until it has ended and its status is sent."""
        try:
            status = self._on_terminal(terminal) if terminal else self._on_pipes()
            if status < 0:
                self._send_signal(-status)
            else:
                self.channel.send_exit_status(status)
            self.channel.close()
        except (OSError, EOFError, SSHException) as error:
            print("channel: %s" % error, file=sys.stderr)

    def _on_pipes(self):
        pipe = subprocess.PIPE
        with subprocess.Popen(
            self.words, stdin=pipe, stdout=pipe, stderr=pipe, **self.options
        ) as child:
            threading.Thread(target=self._feed, args=(child.stdin,), daemon=True).start()
            errors = threading.Thread(
                target=self._drain, args=(child.stderr.fileno(), self.channel.sendall_stderr)
            )
            errors.start()
            self._drain(child.stdout.fileno(), self.channel.sendall)
            errors.join()
            return child.wait()

    def _on_terminal(self, terminal):
        name, rows, columns = terminal
        ours, theirs = pty.openpty()
        size = struct.pack("HHHH", rows & 0xFFFF, columns & 0xFFFF, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        self.options["env"]["TERM"] = name
        # setsid -c makes the terminal the new session's own.
        self.options["start_new_session"] = False
        words = ["setsid", "-c", "-w"] + self.words
        with subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, **self.options
        ) as child:
            os.close(theirs)
            with os.fdopen(os.dup(ours), "wb", buffering=0) as keys:
                threading.Thread(target=self._feed, args=(keys,), daemon=True).start()
                self._drain(ours, self.channel.sendall)
                status = child.wait()
        os.close(ours)
        return status

    def _feed(self, stream):
        try:
            while True:
                data = self.channel.recv(32768)
                if not data:
                    break
                stream.write(data)
                stream.flush()
            stream.close()
        except (OSError, ValueError, EOFError):
            pass  # the program does not read any more

    @staticmethod
    def _drain(descriptor, send):
        try:
            while True:
                data = os.read(descriptor, 32768)
                if not data:
                    return
                send(data)
        except OSError:
            pass  # end of a terminal, or a channel that is gone

    def _send_signal(self, number):
        message = paramiko.Message()
        message.add_byte(b"\x62")  # SSH_MSG_CHANNEL_REQUEST
        message.add_int(self.channel.remote_chanid)
        message.add_string("exit-signal")
        message.add_boolean(False)
        message.add_string({1: "HUP", 2: "INT", 9: "KILL", 13: "PIPE", 15: "TERM"}.get(number, "ABRT"))
        message.add_boolean(False)
        message.add_string("")
        message.add_string("")
        self.channel.transport._send_user_message(message)


def status_of(call):
    """An SFTP method whose OSError becomes a status."""

    def method(*arguments):
        try:
            result = call(*arguments)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or errno.EIO)
        return paramiko.SFTP_OK if result is None else result

    return method


def apply(path, attributes):
    """SETSTAT and FSETSTAT."""
    flags = attributes._flags
    if flags & attributes.FLAG_SIZE:
        os.truncate(path, attributes.st_size)
    if flags & attributes.FLAG_UIDGID:
        os.chown(path, attributes.st_uid, attributes.st_gid)
    if flags & attributes.FLAG_PERMISSIONS:
        os.chmod(path, attributes.st_mode & 0o7777)
    if flags & attributes.FLAG_AMTIME:
        os.utime(path, (attributes.st_atime, attributes.st_mtime))


class Handle(paramiko.SFTPHandle):
    """An open file."""

    def __init__(self, stream, path, flags):
        super().__init__(flags)
        self.readfile = self.writefile = stream
        self.path = path

    @status_of
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    @status_of
    def chattr(self, attributes):
        apply(self.path, attributes)


class Files(paramiko.SFTPServerInterface):
    """The account's home."""

    home = "/"

    def _at(self, path):
        return os.path.join(self.home, path)

    def canonicalize(self, path):
        return os.path.normpath(self._at(path))

    @status_of
    def list_folder(self, path):
        found = []
        for name in sorted(os.listdir(self._at(path))):
            about = os.lstat(os.path.join(self._at(path), name))
            found.append(paramiko.SFTPAttributes.from_stat(about, name))
        return found

    @status_of
    def stat(self, path):
        return paramiko.SFTPAttributes.from_stat(os.stat(self._at(path)))

    @status_of
    def lstat(self, path):
        return paramiko.SFTPAttributes.from_stat(os.lstat(self._at(path)))

    @status_of
    def open(self, path, flags, attributes):
        mode = attributes.st_mode if attributes.st_mode is not None else 0o666
        descriptor = os.open(self._at(path), flags | os.O_CLOEXEC, mode & 0o7777)
        if flags & os.O_APPEND:
            way = "a+b" if flags & os.O_RDWR else "ab"
        elif flags & os.O_RDWR:
            way = "r+b"
        else:
            way = "wb" if flags & os.O_WRONLY else "rb"
        return Handle(os.fdopen(descriptor, way), self._at(path), flags)

    @status_of
    def remove(self, path):
        os.remove(self._at(path))

    @status_of
    def rename(self, oldpath, newpath):
        if os.path.lexists(self._at(newpath)):
            return paramiko.SFTP_FAILURE
        return os.rename(self._at(oldpath), self._at(newpath))

    @status_of
    def posix_rename(self, oldpath, newpath):
        os.replace(self._at(oldpath), self._at(newpath))

    @status_of
    def mkdir(self, path, attributes):
        mode = attributes.st_mode if attributes.st_mode is not None else 0o777
        os.mkdir(self._at(path), mode & 0o7777)

    @status_of
    def rmdir(self, path):
        os.rmdir(self._at(path))

    @status_of
    def chattr(self, path, attributes):
        apply(self._at(path), attributes)

    @status_of
    def symlink(self, target_path, path):
        os.symlink(target_path, self._at(path))

    @status_of
    def readlink(self, path):
        return os.readlink(self._at(path))


def serve(connection, keys, account):
    """One connection, to its end."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    transport = paramiko.Transport(connection)
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = PATIENCE
    for key in keys:
        transport.add_server_key(key)
    transport.get_security_options().compression = COMPRESSION
    transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
    ended = threading.Event()
    try:
        transport.start_server(event=ended, server=Policy(account))
        kept = []  # a channel that nobody refers to closes itself
        while transport.is_active():
            kept.append(transport.accept(1))
            kept = [channel for channel in kept if channel is not None and not channel.closed]
    except (SSHException, EOFError, OSError) as error:
        print("connection: %s" % error, file=sys.stderr)
    transport.close()


def become_tester():
    """Nothing here runs as root; the death signal, lost with the identity, is asked for again."""
    parent = os.getppid()
    os.setgroups([])
    os.setgid(UID)
    os.setuid(UID)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(3)


def main(keys_folder, folder):
    """Never returns."""
    account = Account(folder)
    paramiko.Transport.load_server_moduli()  # without the system's there is no group exchange
    kinds = (
        ("ed25519", paramiko.Ed25519Key),
        ("ecdsa", paramiko.ECDSAKey),
        ("rsa", paramiko.RSAKey),
        ("p384", paramiko.ECDSAKey),
        ("p521", paramiko.ECDSAKey),
    )
    keys = [kind(filename=os.path.join(keys_folder, "host_a_" + name)) for name, kind in kinds]
    if hasattr(paramiko, "DSSKey"):  # gone in release 4
        keys.append(paramiko.DSSKey(filename=os.path.join(keys_folder, "host_a_dsa")))
    if os.getuid() == 0:
        # Seen by its bind mount: the folders above DIR are closed to the account.
        account.home = "/run/tester"
        become_tester()
    os.chdir(account.home)
    Files.home = account.home
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print("PORT %d" % listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, keys, account), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1], os.path.abspath(sys.argv[2]))
