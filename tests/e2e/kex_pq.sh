#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kex_pq.sh - key exchange with a post-quantum half: with the OpenSSH of the distribution both ways
# round, as far as it has the methods, and with ourselves.
#
# Each run exchanges keys many times, so that a secret with a leading zero is met now and then.
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# Needs: ssh, ssh-keygen; for our client sshd and what interop/ns-user needs.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
failed=0
pids=
theirs="sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com mlkem768x25519-sha256"
ours="mlkem768x25519-sha256 mlkem768nistp256-sha256 mlkem1024nistp384-sha384 sntrup761x25519-sha512"

skip() {
    echo "kex_pq.sh: skipped: $1" >&2
    exit 77
}
for tool in ssh ssh-keygen timeout cmp setsid; do
    command -v $tool > /dev/null || skip "no $tool"
done
[ -x /usr/sbin/sshd ] || skip "no /usr/sbin/sshd"
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"

# shellcheck source=tests/support/e2e.sh
. "$top/tests/support/e2e.sh"
enter kex-pq

has() { # has NAME - this OpenSSH knows the method
    ssh -Q kex | grep -qxF "$1"
}

setup() {
    umask 077
    echo "correct horse" > password
    ssh-keygen -q -t ed25519 -N '' -f id || exit 3
    cp id.pub authorized_keys
    head -c 2097152 /dev/urandom > data
}

start_server() { # sets port, known
    : > server.out
    "$SSHSPEC" server --seconds 300 --user tester --password-file password \
        --authorized-keys authorized_keys --set rekey_bytes=64K > server.out 2> server.log &
    pids="$pids $!"
    if ! wait_line '^port ' server.out; then
        echo "not ok server starts"
        cat server.log
        exit 1
    fi
    port=$(sed -n 's/^port //p' server.out)
    known=$dir/server.known
    sed -n 's/^known-hosts //p' server.out > "$known"
}
start_sshd() { # sets port, known
    mkdir sshd peer
    ssh-keygen -q -t ed25519 -N '' -f sshd/host || exit 3
    cp password authorized_keys peer/
    {
        echo "HostKey $dir/sshd/host"
        echo "AuthorizedKeysFile /run/tester-keys/authorized_keys"
        echo "KexAlgorithms $(ssh -Q kex | paste -s -d , -)"
        echo "PidFile none"
        echo "StrictModes no"
        echo "UseDNS no"
        echo "UsePAM no"
    } > sshd/config
    chmod 755 "$dir" peer
    chmod 644 peer/authorized_keys
    "$top/interop/ns-user" "$dir/peer" "$SSHSPEC" accept -- /usr/sbin/sshd -i -e \
        -f "$dir/sshd/config" > sshd.out 2> sshd.log &
    pids="$pids $!"
    if ! wait_line '^PORT ' sshd.out; then
        echo "kex_pq.sh: no sshd here: $(tail -1 sshd.log)" >&2
        return 1
    fi
    port=$(sed -n 's/^PORT //p' sshd.out)
    known=$dir/sshd.known
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 sshd/host.pub)" > "$known"
}

by_ssh() { # by_ssh OPTION... - through cat and back; the method and the exchanges as ssh tells
    timeout 120 setsid -w ssh -v -F none -o UserKnownHostsFile="$known" \
        -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes \
        -o BatchMode=yes -i id -p "$port" "$@" tester@127.0.0.1 cat < data > back 2> debug || {
        tail -5 debug
        return 1
    }
    cmp data back
}
ssh_uses() { # ssh_uses METHOD
    by_ssh -o KexAlgorithms="$1" || return 1
    n=$(grep -c 'SSH2_MSG_NEWKEYS received' debug)
    echo "$n exchanges"
    grep -qF "kex: algorithm: $1" debug && [ "$n" -ge 30 ]
}
client() { # client OPTION... - the same by our client
    timeout 120 "$SSHSPEC" client --known-hosts "$known" --timeout 100 --verbose --key id "$@" \
        "tester@127.0.0.1:$port" exec cat < data > back 2> debug || {
        tail -5 debug
        return 1
    }
    cmp data back
}
client_uses() { # client_uses METHOD OPTION...
    method=$1
    shift
    client --set rekey_bytes=64K "$@" || return 1
    n=$(sed -n 's/.*, \([0-9]*\) key exchanges.*/\1/p' debug)
    echo "$n exchanges"
    cat debug
    grep -qF "$method" debug && [ "$n" -ge 30 ]
}
client_asks() { # client_asks METHOD
    client_uses "$1" --set kex_algorithms="$1"
}

setup
start_server
for kex in $theirs; do
    if has "$kex"; then
        check "ssh-$kex" ssh_uses "$kex"
    else
        echo "ok ssh-$kex # SKIP this OpenSSH does not have it"
    fi
done
for kex in $ours; do
    check "self-$kex" client_asks "$kex"
done
check self-prefers-mlkem client_uses mlkem768x25519-sha256
if start_sshd; then
    for kex in $theirs; do
        if has "$kex"; then
            check "client-$kex" client_asks "$kex"
        else
            echo "ok client-$kex # SKIP this OpenSSH does not have it"
        fi
    done
    has mlkem768x25519-sha256 || check client-prefers-sntrup client_uses sntrup761x25519-sha512
fi
exit $failed
