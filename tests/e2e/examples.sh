#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples.sh - the examples of the public headers, run against one another and against OpenSSH.
#
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 when nothing can run here.
# Argument: the folder of sshspec (build/bin); the programs are made anew by ci/check-examples, which
# lint may be doing at the same time. Environment: KEEP=1 keeps the folder.
# shellcheck disable=SC2317 # the functions are called through check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "${1:-$top/build/bin}" && pwd) || exit 3
failed=0
for tool in timeout mkfifo ssh-keygen cmp; do
    command -v $tool > /dev/null || { echo "examples.sh: skipped: no $tool" >&2; exit 77; }
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/examples-e2e.XXXXXX") || exit 3
pids=
cleanup() {
    for pid in $pids; do kill "$pid" 2> /dev/null; done
    wait
    if [ "${KEEP:-0}" = 1 ]; then echo "kept $dir"; else rm -rf "$dir"; fi
}
trap cleanup EXIT
trap 'exit 3' INT TERM HUP
examples=$dir/examples
"$top/ci/check-examples" "$(dirname "$bin")" "$examples" || { echo "not ok examples-build"; exit 1; }
cd "$dir" || exit 3
HOME=$dir
export HOME
unset SSH_AUTH_SOCK SSH_ASKPASS DISPLAY

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" > check.out 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name (status $?)"
        sed 's/^/    /' check.out | tail -n 20
        failed=1
    fi
}

# The server of server.h, for one visitor; sets port, and the files server.pub and known.
start_server() {
    : > server.out
    timeout 60 "$examples/server" > server.out &
    pids="$pids $!"
    # shellcheck disable=SC2016 # the inner shell expands it
    timeout 10 sh -c 'tail -n +1 -F "$1" 2> /dev/null | grep -q -m 1 "$0"' ssh-ed25519 server.out || return 1
    port=$(cut -d ' ' -f 1 server.out)
    cut -d ' ' -f 2- server.out > server.pub
    echo "[127.0.0.1]:$port $(cat server.pub)" > known
}
client() { timeout 30 "$examples/client" "$port" "$@"; }

client_and_server() {
    start_server && [ "$(client known 'echo hello')" = hello ]
}
status_comes_back() {
    start_server || return 1
    client known 'exit 42'
    [ $? = 42 ]
}
other_key_is_refused() {
    start_server || return 1
    ssh-keygen -q -t ed25519 -N '' -f other && echo "[127.0.0.1]:$port $(cat other.pub)" > wrong
    client wrong true
    [ $? = 255 ]
}
# The server is there for one visitor, and its end is a success.
server_ends() {
    start_server && last=$! && client known true && wait "$last"
}
by_ssh() { # by_ssh OPTION... COMMAND
    printf '#!/bin/sh\necho secret\n' > askpass
    chmod 700 askpass
    SSH_ASKPASS=$dir/askpass SSH_ASKPASS_REQUIRE=force timeout 30 setsid -w ssh -F none -o GlobalKnownHostsFile=/dev/null -o LogLevel=ERROR \
        -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 -p "$port" me@127.0.0.1 -o "$@"
}
ssh_and_server() {
    start_server && [ "$(by_ssh UserKnownHostsFile=known echo hello < /dev/null)" = hello ]
}
# serving.h wants the socket as inetd gives it.
ssh_and_serving() {
    : > accept.out
    timeout 60 "$bin/sshspec" accept -- "$examples/serving" > accept.out &
    pids="$pids $!"
    # shellcheck disable=SC2016 # the inner shell expands it
    timeout 10 sh -c 'tail -n +1 -F "$1" 2> /dev/null | grep -q -m 1 "$0"' '^PORT ' accept.out || return 1
    port=$(sed -n 's/^PORT //p' accept.out)
    [ "$(by_ssh StrictHostKeyChecking=no echo hello < /dev/null)" = hello ]
}
engine_shows_the_key() {
    start_server || return 1
    timeout 30 "$examples/engine" 127.0.0.1 "$port" > seen || return 1
    [ "$(cut -d ' ' -f 2 seen)" = "$(ssh-keygen -lf server.pub | cut -d ' ' -f 2)" ]
}
key_and_known_hosts() {
    ssh-keygen -q -t ed25519 -N '' -C comment -f id && echo "host $(cat id.pub)" > hosts || return 1
    "$examples/key" id hosts host > seen || return 1
    [ "$(sed -n 1p seen)" = "$(ssh-keygen -lf id.pub | cut -d ' ' -f 1-3)" ] && [ "$(sed -n 2p seen)" = "line 1 of hosts" ]
}
# fetch SERVER...: the client of sftp.h reads a file of 3 MB from an SFTP server.
fetch() {
    mkdir -p served
    head -c 3000001 /dev/urandom > served/file
    rm -f up down got
    mkfifo up down || return 1
    timeout 60 "$@" < up > down &
    server=$!
    pids="$pids $server"
    timeout 60 "$examples/sftp" "$file" 4> up 3< down > got &
    reader=$!
    pids="$pids $reader"
    wait "$reader" && cmp served/file got && wait "$server"
}
sftp_and_posix_fs() {
    file=/file
    fetch "$examples/posix_fs" "$dir/served"
}
sftp_and_openssh() {
    file=$dir/served/file
    fetch /usr/lib/openssh/sftp-server
}

check client-and-server client_and_server
check exit-status-comes-back status_comes_back
check other-host-key-is-refused other_key_is_refused
check server-ends-after-its-visitor server_ends
check engine-shows-the-key engine_shows_the_key
check key-and-known-hosts key_and_known_hosts
check sftp-and-posix-fs sftp_and_posix_fs
if command -v ssh > /dev/null && command -v setsid > /dev/null; then
    check ssh-and-server ssh_and_server
    check ssh-and-serving ssh_and_serving
else
    echo "ok ssh-and-server # SKIP no ssh"
fi
if [ -x /usr/lib/openssh/sftp-server ]; then
    check sftp-and-openssh sftp_and_openssh
else
    echo "ok sftp-and-openssh # SKIP no sftp-server"
fi
exit $failed
