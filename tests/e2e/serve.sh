#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# serve.sh - `sshspec serve` visited by clients that somebody starts: OpenSSH's, Dropbear's, and one that is no client.
#
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# Needs: ssh, sftp, dbclient, dropbearconvert, /usr/bin/python3.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
failed=0
serve=

skip() {
    echo "serve.sh: skipped: $1" >&2
    exit 77
}
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"
for tool in ssh sftp dbclient dropbearconvert timeout pgrep; do
    command -v $tool > /dev/null || skip "no $tool"
done
[ -x /usr/bin/python3 ] || skip "no /usr/bin/python3"

dir=$(mktemp -d "${TMPDIR:-/tmp}/serve-e2e.XXXXXX") || exit 3
cleanup() {
    [ -z "$serve" ] || kill "$serve" 2> /dev/null
    wait
    [ "${KEEP:-0}" = 1 ] && echo "kept $dir" || rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 3' INT TERM HUP
cd "$dir" || exit 3
HOME=$dir
mkdir tmp
TMPDIR=$dir/tmp
export HOME TMPDIR
unset SSH_AUTH_SOCK SSH_ASKPASS DISPLAY

check() {
    name=$1
    shift
    if "$@" > check.out 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name (status $?)"
        sed 's/^/    /' check.out | cut -c1-300 | tail -25
        failed=1
    fi
}
# await PATTERN FILE [N] - N lines that another process writes, within 20 seconds.
await() {
    # shellcheck disable=SC2016 # the inner shell expands it
    timeout 20 sh -c 'tail -n +1 -F "$1" 2> /dev/null | grep -m "$2" -e "$0" | tail -n "+$2" | grep -q .' \
        "$1" "$2" "${3:-1}" || {
        echo "not ${3:-1} lines like: $1"
        tail -5 "$2"
        return 1
    }
}
status_is() {
    want=$1
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || {
        echo "exit status $got instead of $want"
        return 1
    }
}

# ---- the server of scenarios ----
# start FILE OPTION... - its table, and what has to be known of it, are read from the file.
start() {
    out=$1
    shift
    "$SSHSPEC" serve --scenarios "$top/scenarios" "$@" > "$out" 2>&1 &
    serve=$!
    await '^known hosts ' "$out" || return 1
    key=$(sed -n 's/^user tester, key \(.*\), password in .*/\1/p' "$out")
    known=$(sed -n 's/^known hosts //p' "$out")
    [ -s "$key" ] && [ -s "$known" ] && dropbearconvert openssh dropbear "$key" dropbear.key > /dev/null 2>&1
}
port_of() {
    sed -n "s,^ *\([0-9]*\)  $1  .*,\1,p" "$out"
}
# stop SIGNAL - it has to end well by it, and to leave nothing.
stop() {
    kill "-$1" "$serve"
    wait "$serve"
    status=$?
    serve=
    [ "$status" = 0 ] && [ -z "$(ls "$TMPDIR")" ] || {
        echo "exit status $status, in TMPDIR: $(ls "$TMPDIR")"
        return 1
    }
}

# ---- clients ----
ssh_to() { # ssh_to SCENARIO COMMAND
    timeout 30 ssh -F none -T -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none \
        -o UserKnownHostsFile="$known" -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes \
        -i "$key" -p "$(port_of "$1")" tester@127.0.0.1 "$2" < /dev/null
}
dbclient_to() {
    timeout 30 dbclient -T -y -y -i dropbear.key -p "$(port_of "$1")" tester@127.0.0.1 "$2" < /dev/null
}
sftp_from() { # sftp_from SCENARIO REMOTE LOCAL
    timeout 30 sftp -q -F none -o BatchMode=yes -o IdentitiesOnly=yes -o IdentityAgent=none \
        -o UserKnownHostsFile="$known" -o GlobalKnownHostsFile=none -o StrictHostKeyChecking=yes \
        -i "$key" -P "$(port_of "$1")" "tester@127.0.0.1:$2" "$3"
}
# stranger SCENARIO BYTES - says something, says "there" when it has got something, and reads to the end.
stranger() {
    timeout 30 /usr/bin/python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(sys.argv[2].encode().decode("unicode_escape").encode("latin-1"))
try:
    print("there" if s.recv(1) else "", flush=True)
    while s.recv(65536): pass
except ConnectionError: pass' "$(port_of "$1")" "$2"
}
# said VERDICT SCENARIO N - so many lines of that verdict, for a visitor.
said() {
    await "^$1  *$2  *visitor " "$out" "$3" && [ "$(grep -c "^$1  *$2  *visitor " "$out")" = "$3" ]
}

# ---- visits ----
table() {
    start serve.out version/prelines auth/banner packet/ignore-debug-client sftp/client-get \
        rekey/client hostkey/bad-signature session/client-exec version/client-line || return 1
    [ "$(grep -cE '^ *[0-9]+  [a-z]+/' "$out")" = 8 ] && [ "$(port_of sftp/client-get)" -gt 0 ] &&
        [ "$(grep -oE '^ *[0-9]+' "$out" | sort -u | wc -l)" = 8 ] &&
        grep -A1 'sftp/client-get' "$out" | grep -q '^ *get /f$'
}
openssh_echo() {
    [ "$(ssh_to packet/ignore-debug-client 'echo hello')" = hello ] && said PASS packet/ignore-debug-client 1
}
openssh_prelines() {
    ssh_to version/prelines true && said PASS version/prelines 1
}
openssh_banner() {
    ssh_to auth/banner true 2> banner && grep -q 'Authorised use only' banner && said PASS auth/banner 1
}
openssh_rekey() {
    [ "$(ssh_to rekey/client 'echo after the rekey')" = "after the rekey" ] && said PASS rekey/client 1
}
openssh_sftp() {
    sftp_from sftp/client-get /f got && [ "$(wc -c < got)" = 65536 ] && [ -z "$(tr -d A < got)" ] &&
        said PASS sftp/client-get 1
}
dropbear_echo() {
    [ "$(dbclient_to packet/ignore-debug-client 'echo hello')" = hello ] && said PASS packet/ignore-debug-client 2
}
dropbear_rekey() {
    [ "$(dbclient_to rekey/client 'echo after the rekey')" = "after the rekey" ] && said PASS rekey/client 2
}
# The server lies: the client has to hang up, is asked to come once more, and serves as its own twin.
lie() { # lie CLIENT N
    ! "$1" hostkey/bad-signature true 2> lied || return 1
    cat lied
    await 'hostkey/bad-signature: please visit once more' "$out" "$2" || return 1
    "$1" hostkey/bad-signature true
    said "\(PASS\|WEAK\)" hostkey/bad-signature "$2"
}
# dbclient asks for no reply to its command, which is WEAK; told by name, with the requirement.
dropbear_weak() {
    dbclient_to session/client-exec 'echo as it was written'
    said WEAK session/client-exec 1
}
# Another command than the scenario expects.
openssh_weak() {
    ssh_to session/client-exec 'echo something else'
    said WEAK session/client-exec 2
}
no_client() {
    stranger version/client-line 'SSH-2.0-\r\n'
    said FAIL version/client-line 1 && grep -q '^ *why .*software is named' "$out" &&
        grep -q '^ *required .*RFC4253-4.2-version-format' "$out"
}
# One that says nothing more does not keep others from its port for ever, nor from other ports at all.
side_by_side() {
    stranger auth/banner 'SSH-2.0-slow\r\n' &
    slow=$!
    ssh_to version/prelines true && said PASS version/prelines 2
    status=$?
    kill "$slow"
    wait "$slow"
    said 'WEAK' auth/banner 1 || said FAIL auth/banner 1 || return 1
    return "$status"
}
interrupted() {
    stop INT
}
check "a table of ports" table
check "OpenSSH: a command" openssh_echo
check "OpenSSH: lines before the identification" openssh_prelines
check "OpenSSH: a banner" openssh_banner
check "OpenSSH: a rekey" openssh_rekey
check "OpenSSH: a file by SFTP" openssh_sftp
check "Dropbear: a command" dropbear_echo
check "Dropbear: a rekey" dropbear_rekey
check "OpenSSH is lied to" lie ssh_to 1
check "Dropbear is lied to" lie dbclient_to 2
check "Dropbear: weak" dropbear_weak
check "OpenSSH: another command" openssh_weak
check "no client: FAIL, and why" no_client
check "visits to two ports at once" side_by_side
check "an interrupt ends it" interrupted

# ---- ports, options, ends ----
# Somebody else on the machine may take a port that was free a moment ago.
ports_in_order() {
    for first in 23517 24517 25517 26517 27517; do
        start fixed.out --port "$first" version/prelines auth/banner || continue
        [ "$(port_of auth/banner)" = "$first" ] && [ "$(port_of version/prelines)" = "$((first + 1))" ]
        return
    done
    return 1
}
port_taken() {
    status_is 3 "$SSHSPEC" serve --scenarios "$top/scenarios" --port "$first" version/prelines 2> taken || return 1
    cat taken
    grep -q "$first" taken && grep -qi 'in use' taken && [ "$(find "$TMPDIR" -mindepth 1 -maxdepth 1 | wc -l)" = 1 ]
}
# The one that was there serves on.
still_there() {
    ssh_to auth/banner true && said PASS auth/banner 1
}
# At most ten seconds; one whose new parent has not looked for it yet has ended too.
have_ended() {
    end=$(($(date +%s) + 10))
    [ $# -ge 1 ] || return 1
    for pid; do
        while grep -q '^State:[[:space:]]*[^ZX]' "/proc/$pid/status" 2> /dev/null; do
            [ "$(date +%s)" -lt "$end" ] || return 1
        done
    done
}
# A visit goes on while it is interrupted: the visitor is let go, and nothing stays.
interrupted_in_visit() {
    stranger version/prelines 'SSH-2.0-slow\r\n' > slow &
    slow=$!
    await there slow || return 1
    visits=$(pgrep -P "$serve")
    stop INT || return 1
    wait "$slow" || return 1
    # shellcheck disable=SC2086 # numbers
    have_ended $visits
}
killed_in_visit() {
    start killed.out version/prelines || return 1
    stranger version/prelines 'SSH-2.0-slow\r\n' > slow &
    slow=$!
    await there slow || return 1
    visits=$(pgrep -P "$serve")
    kill -KILL "$serve"
    wait "$serve"
    serve=
    wait "$slow" || return 1
    # shellcheck disable=SC2086 # numbers
    have_ended $visits || return 1
    # What it left in TMPDIR goes with the next.
    start again.out version/prelines && stop INT
}
usage() {
    for wrong in '--port x' '--port 70000' '--port -1' '--port 0' '--seed x' '--prt 1' '--port' 'no/such-scenario'; do
        # shellcheck disable=SC2086 # words
        status_is 2 "$SSHSPEC" serve --scenarios "$top/scenarios" $wrong > said 2>&1 || {
            echo "$wrong"
            cat said
            return 1
        }
    done
    "$SSHSPEC" serve --prt 1 2>&1 | grep -q 'did you mean --port'
}
nothing_for_clients() {
    status_is 4 "$SSHSPEC" serve --scenarios "$top/scenarios" kex/newkeys-early > said 2>&1 &&
        grep -q '0 cases against a client were chosen' said
}
check "ports from a first one on" ports_in_order
check "a port that is taken" port_taken
check "and whose it was goes on" still_there
check "an interrupt while somebody is there" interrupted_in_visit
check "killed while somebody is there" killed_in_visit
check "mistakes on the command line are 2" usage
check "scenarios against a server only" nothing_for_clients
exit $failed
