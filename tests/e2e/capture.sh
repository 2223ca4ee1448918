#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# capture.sh - key logs and captures as another program reads them.
#
# A scenario with a login, a command and a second key exchange is run against our own server, and
# against OpenSSH's where it is installed, with --keylog and --pcap; tshark decrypts each capture
# with the key log. Every packet that has a message has to have the number that our comment gives
# it, and the checksums that were made up have to be right. The same is done with `sshspec client`.
# What tshark cannot follow is left out aloud: versions that do not read the KEXINIT of a second
# exchange are asked for what comes before it alone. So is strict key exchange: it is not offered.
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# Needs: tshark, ssh-keygen.
# shellcheck disable=SC2317 # the functions are called through check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
failed=0
server=

skip() {
    echo "capture.sh: skipped: $1" >&2
    exit 77
}
for tool in tshark ssh-keygen timeout awk; do
    command -v $tool > /dev/null || skip "no $tool"
done
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"

dir=$(mktemp -d "${TMPDIR:-/tmp}/capture-e2e.XXXXXX") || exit 3
cleanup() {
    [ -n "$server" ] && kill "$server" 2> /dev/null && wait "$server" 2> /dev/null
    if [ "${KEEP:-0}" = 1 ]; then echo "kept $dir"; else rm -rf "$dir"; fi
}
trap cleanup EXIT
trap 'exit 3' INT TERM HUP
cd "$dir" || exit 3
HOME=$dir
export HOME

# check NAME COMMAND... - the command's output goes to a file, shown when it fails.
check() {
    name=$1
    shift
    if "$@" > check.out 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name (status $?)"
        sed 's/^/    /' check.out | tail -20
        failed=1
    fi
}
left_out() { # left_out WHAT WHY
    echo "# left out: $1: $2"
}

# scenario CIPHER FILE
scenario() {
    cat > "$2" << END
scenario "a login, a command and a second key exchange"
against  server

client {
    kexinit {
        kex_algorithms = ["curve25519-sha256"],
        encryption_algorithms_client_to_server = ["$1"],
        encryption_algorithms_server_to_client = ["$1"],
        mac_algorithms_client_to_server = ["hmac-sha2-256"],
        mac_algorithms_server_to_client = ["hmac-sha2-256"]
    }
    kex
    login
    session as first
    exec first "echo before"
    drain first
    rekey {
        kex_algorithms = ["curve25519-sha256"],
        encryption_algorithms_client_to_server = ["$1"],
        encryption_algorithms_server_to_client = ["$1"],
        mac_algorithms_client_to_server = ["hmac-sha2-256"],
        mac_algorithms_server_to_client = ["hmac-sha2-256"]
    }
    session as second
    exec second "echo after"
    drain second
}
END
}

# Checksums are looked at, too: 1 is good.
read_capture() { # read_capture KEYLOG CAPTURE - lines: message codes, TCP and IP checksum, comment
    timeout 120 tshark -o "ssh.keylog_file:$1" -o tcp.check_checksum:TRUE \
        -o ip.check_checksum:TRUE -r "$2" -T fields -E separator='|' -e ssh.message_code \
        -e tcp.checksum.status -e ip.checksum.status -e frame.comment 2> tshark.err
}
# A comment reads "kexinit (20), epoch 0, step line 5". What is behind the first message of a second
# exchange counts when tshark gives that one its number; else it goes on with keys of the first.
compare() { # compare FILE - of read_capture's lines
    awk -F '|' '
        { number = "" }
        $2 != 1 || $3 != 1 { print "packet " NR ": checksums " $2 " " $3; bad = 1 }
        match($4, /\([0-9]+\)/) { number = substr($4, RSTART + 1, RLENGTH - 2) }
        number == "" { next }
        number == 20 && $4 ~ /epoch 1/ { late = 1 }
        late { behind++; if (number == 20 && $1 == 20) followed = 1 }
        { total++; want[total] = number; got[total] = $1; is_late[total] = late; note[total] = $4 }
        END {
            for (i = 1; i <= total; i++) {
                if (is_late[i] && !followed)
                    continue
                seen++
                if (want[i] != got[i]) {
                    print "message " i ": tshark says \"" got[i] "\", the comment: " note[i]
                    bad = 1
                }
            }
            if (seen < 15) { print "only " seen + 0 " messages were compared"; bad = 1 }
            if (behind == 0) { print "no second key exchange"; bad = 1 }
            if (!bad) print seen " of " total " messages"
            exit bad
        }' "$1"
}
# A wrong key has to make a difference, or nothing was decrypted.
blind() { # blind CAPTURE
    : > empty
    read_capture empty "$1" > without || return 1
    if compare without > /dev/null; then
        echo "the same was read without a key log"
        return 1
    fi
}

# tshark 4.0 takes K as 32 bytes even where the first are zero; such an exchange it cannot follow.
short_secret() { # short_secret KEYLOG
    awk '$2 == "SHARED_SECRET" && length($3) < 64 { found = 1 } END { exit !found }' "$1"
}
run_one() { # run_one PEER CIPHER - against a server
    for seed in 1 2 3 4; do
        rm -rf keys caps
        timeout 120 "$SSHSPEC" run file:one.scn --peer "$1" --role server --no-store \
            --seed "$seed" --keylog keys --pcap caps || return 1
        short_secret keys || break
    done
    [ "$(ls caps)" = "one-$1-server.pcapng" ] || return 1
    [ "$(stat -c %a keys)" = 600 ] || return 1
    [ "$(awk '$2 == "SHARED_SECRET"' keys | sort -u | wc -l)" -ge 2 ] || return 1
    read_capture keys "caps/one-$1-server.pcapng" > "read.$1"
    compare "read.$1" && blind "caps/one-$1-server.pcapng" && return
    cat tshark.err
    return 1
}

wait_line() { # wait_line PATTERN FILE
    # shellcheck disable=SC2016 # the inner shell expands it
    timeout 20 sh -c 'tail -n +1 -F "$1" 2> /dev/null | grep -q -m 1 "$0"' "$1" "$2"
}
start_server() {
    umask 077
    ssh-keygen -q -t ed25519 -N '' -f id || return 1
    "$SSHSPEC" server --user tester --authorized-keys id.pub --quiet --keylog server.keys \
        > server.out 2> server.err &
    server=$!
    wait_line '^port ' server.out || return 1
    port=$(sed -n 's/^port //p' server.out)
    [ -n "$port" ]
}
client() { # client OPTION...
    timeout 60 "$SSHSPEC" client --key id --accept-any-host-key --set strict_kex=no \
        --set kex_algorithms=curve25519-sha256 \
        --set encryption_algorithms_client_to_server=aes256-ctr \
        --set encryption_algorithms_server_to_client=aes256-ctr \
        --set mac_algorithms_client_to_server=hmac-sha2-256 \
        --set mac_algorithms_server_to_client=hmac-sha2-256 "$@" \
        "tester@127.0.0.1:$port" exec echo hello
}
# compare_all FILE - every message, of a connection with one exchange
compare_all() {
    awk -F '|' 'match($4, /\([0-9]+\)/) {
            n++; if (substr($4, RSTART + 1, RLENGTH - 2) != $1) { print; bad = 1 } }
        END { if (n < 15) bad = 1; print n " messages"; exit bad }' "$1"
}
of_client() {
    for _ in 1 2 3 4; do
        rm -f keys
        client --keylog keys --pcap one.pcapng || return 1
        short_secret keys || break
    done
    read_capture keys one.pcapng > read.client || return 1
    compare_all read.client
}
# The other side's secrets open the same packets.
of_server() {
    [ "$(stat -c %a server.keys)" = 600 ] || return 1
    read_capture server.keys one.pcapng > read.server || return 1
    compare_all read.server
}
# The work is done all the same, and it is said.
on_full_disk() {
    client --keylog /dev/full --pcap one.pcapng > full.out 2> full.err &&
        [ "$(cat full.out)" = hello ] && grep -q 'not complete: No space left' full.err &&
        timeout 60 "$SSHSPEC" run file:one.scn --peer self --role server --no-store \
            --keylog /dev/full > full.out 2> full.err &&
        grep -q 'not complete: No space left.*the run goes on' full.err
}

echo "# $(tshark --version 2> /dev/null | head -1)"
for cipher in chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com aes256-ctr; do
    scenario $cipher one.scn
    check "self-$cipher" run_one self $cipher
    if command -v /usr/sbin/sshd > /dev/null; then
        check "openssh-$cipher" run_one openssh $cipher
    else
        left_out "openssh-$cipher" "no sshd"
    fi
done
if grep -q '|1|1|kexinit (20), epoch 1' read.self && ! grep -q '^20|1|1|kexinit (20), epoch 1' read.self; then
    left_out "behind the second key exchange" "this tshark does not read its KEXINIT"
fi
check server start_server
check client of_client
check server-key-log of_server
check full-disk on_full_disk
exit $failed
