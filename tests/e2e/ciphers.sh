#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ciphers.sh - every cipher, MAC and compression that a peer of the distribution has, with it.
#
# OpenSSH both ways round, Dropbear and Paramiko where they are installed: each cipher, each MAC, and
# compression carry a few MiB there and back while keys are exchanged anew, and compare equal; that
# the name was really agreed on is read from what the peer logs. The legacy ones are switched on for
# this alone, on both sides.
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# Needs: ssh, ssh-keygen; for the other halves sshd, dropbear, dbclient, python3-paramiko, and what
# interop/ns-user needs.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
paramiko=$top/tests/e2e/ciphers_paramiko.py
failed=0
pids=

skip() {
    echo "ciphers.sh: skipped: $1" >&2
    exit 77
}
for tool in ssh ssh-keygen timeout cmp setsid; do
    command -v $tool > /dev/null || skip "no $tool"
done
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"

# shellcheck source=tests/support/e2e.sh
. "$top/tests/support/e2e.sh"
enter ciphers

left_out() { # left_out WHAT WHY
    echo "# left out: $1: $2"
}

list() { # lines to a name-list
    paste -sd, -
}

# Half of it does not compress, half does.
setup() {
    umask 077
    echo "correct horse" > password
    ssh-keygen -q -t ed25519 -N '' -f id && ssh-keygen -q -t ed25519 -N '' -f host || exit 3
    { head -c 1500000 /dev/urandom && seq 1 220000; } > big
    ciphers=$(ssh -Q cipher)
    macs=$(ssh -Q mac)
    all_ciphers=$(echo "$ciphers" | list)
    all_macs=$(echo "$macs" | list)
}
# both NAME LIST - options of ours that set a list both ways
both() {
    echo "--set ${1}_client_to_server=$2 --set ${1}_server_to_client=$2"
}

# ---- others' clients against our server ----

start_server() {
    # shellcheck disable=SC2046 # words are wanted
    "$SSHSPEC" server --seconds 900 --user tester --password-file password \
        --authorized-keys id.pub --host-key host --set rekey_bytes=700K \
        $(both encryption_algorithms "$all_ciphers") $(both mac_algorithms "$all_macs") \
        $(both compression_algorithms "none,zlib@openssh.com,zlib") > server.out 2> server.log &
    pids="$pids $!"
    if ! wait_line '^port ' server.out; then
        echo "not ok server starts"
        cat server.log
        exit 1
    fi
    port=$(sed -n 's/^port //p' server.out)
    sed -n 's/^known-hosts //p' server.out > known
}
# from_ssh CIPHER MAC COMPRESSION OPTION... - as ssh's own debug output tells
from_ssh() {
    cipher=$1 mac=$2 comp=$3
    shift 3
    timeout 60 setsid -w ssh -F none -o UserKnownHostsFile=known -o GlobalKnownHostsFile=/dev/null \
        -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=DEBUG1 \
        -i id -p "$port" -o Ciphers="$cipher" -o MACs="$mac" "$@" tester@127.0.0.1 cat \
        < big 2> debug.raw > cat.out || return 1
    tr -d "\r" < debug.raw > debug.out
    n=$(grep -c 'SSH2_MSG_NEWKEYS received' debug.out)
    echo "$n exchanges"
    grep -m 2 'kex: .* cipher: ' debug.out
    cmp big cat.out && [ "$n" -ge 3 ] || return 1
    [ "$(grep -c "kex: .* cipher: $cipher MAC: .* compression: $comp\$" debug.out)" -ge 6 ] ||
        return 1
    case $mac in *,*) ;; *) grep -q "MAC: $mac compression" debug.out ;; esac
}
ssh_clients() {
    for cipher in $ciphers; do
        check "ssh-$cipher" from_ssh "$cipher" "$all_macs" none
    done
    for mac in $macs; do
        check "ssh-$mac" from_ssh aes128-cbc "$mac" none
    done
    check ssh-zlib@openssh.com from_ssh aes128-ctr hmac-sha2-256 zlib@openssh.com -o Compression=yes
    check ssh-zlib@openssh.com-3des-cbc from_ssh 3des-cbc umac-64@openssh.com zlib@openssh.com \
        -o Compression=yes
}
dropbear_has() { # dropbear_has -c | -m
    dbclient "$1" help 2>&1 | sed -n 's/.*Available [a-zA-Z]*: *//p' | tr , ' '
}
# Dropbear's client offers zlib@openssh.com first.
from_dropbear() {
    timeout 60 setsid -w dbclient -T -y -y -i id.dropbear -p "$port" "$@" tester@127.0.0.1 cat \
        < big > cat.out && cmp big cat.out
}
dropbear_clients() {
    if ! command -v dbclient > /dev/null || ! command -v dropbearconvert > /dev/null; then
        left_out "Dropbear's client" "not installed"
        return
    fi
    dropbearconvert openssh dropbear id id.dropbear 2> dropbear.log || {
        cat dropbear.log
        failed=1
        return
    }
    for cipher in $(dropbear_has -c); do
        check "dbclient-$cipher" from_dropbear -c "$cipher"
    done
    for mac in $(dropbear_has -m); do
        check "dbclient-$mac" from_dropbear -c aes128-ctr -m "$mac"
    done
}
paramiko_has() { # paramiko_has ciphers | macs
    sed -n "s/^$1 //p" paramiko.list | tr '\n' ' '
}
from_paramiko() { # from_paramiko CIPHER MAC COMPRESSION
    timeout 90 /usr/bin/python3 -B "$paramiko" client "$port" "$@" big
}
paramiko_clients() {
    for cipher in $(paramiko_has ciphers); do
        check "paramiko-$cipher" from_paramiko "$cipher" - none
    done
    for mac in $(paramiko_has macs); do
        check "paramiko-$mac" from_paramiko aes256-cbc "$mac" none
    done
    for comp in zlib zlib@openssh.com; do
        check "paramiko-$comp" from_paramiko aes128-ctr hmac-sha1 $comp
    done
}

# ---- our client against others' servers ----

# to_peer CIPHER MAC COMPRESSION OPTION... ; known_here, port
to_peer() {
    cipher=$1 mac=$2 comp=$3
    shift 3
    # shellcheck disable=SC2046 # words are wanted
    timeout 90 "$SSHSPEC" client --verbose --known-hosts "$known_here" --timeout 60 \
        --set rekey_bytes=700K $(both encryption_algorithms "$cipher") \
        $(both mac_algorithms "$mac") $(both compression_algorithms "$comp") "$@" \
        "tester@127.0.0.1:$port" exec cat < big > cat.out 2> verbose.out || {
        cat verbose.out
        return 1
    }
    tail -1 verbose.out
    n=$(sed -n 's/.*, \([0-9]*\) key exchanges.*/\1/p' verbose.out)
    cmp big cat.out && [ "$n" -ge 3 ]
}
to_sshd() { # as sshd's log tells of it
    : > sshd.log
    to_peer "$@" --key id || return 1
    grep -m 2 'kex: .* cipher: ' sshd.log
    grep -q "kex: client->server cipher: $1 MAC: .* compression: $3" sshd.log || return 1
    case $2 in *,*) ;; *) grep -q "MAC: $2 compression" sshd.log ;; esac
}
start_sshd() {
    [ -x /usr/sbin/sshd ] || {
        left_out sshd "not installed"
        return 1
    }
    mkdir peer && cp id.pub peer/authorized_keys && cp password peer/
    {
        echo "HostKey $dir/host"
        echo "AuthorizedKeysFile /run/tester-keys/authorized_keys"
        echo "Ciphers $all_ciphers"
        echo "MACs $all_macs"
        echo "Compression yes"
        echo "KbdInteractiveAuthentication no"
        echo "LogLevel DEBUG1"
        echo "PidFile none"
        echo "StrictModes no"
        echo "UseDNS no"
        echo "UsePAM no"
    } > sshd.config
    chmod 755 "$dir" peer
    chmod 644 peer/authorized_keys
    "$top/interop/ns-user" "$dir/peer" "$SSHSPEC" accept -- /usr/sbin/sshd -i -e \
        -f "$dir/sshd.config" > sshd.out 2>> sshd.log &
    pids="$pids $!"
    if ! wait_line '^PORT ' sshd.out; then
        left_out sshd "$(tail -1 sshd.log)"
        return 1
    fi
    port=$(sed -n 's/^PORT //p' sshd.out)
    known_here=$dir/sshd.known
    echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 host.pub)" > "$known_here"
}
to_sshd_all() {
    start_sshd || return
    for cipher in $ciphers; do
        check "sshd-$cipher" to_sshd "$cipher" "$all_macs" none
    done
    for mac in $macs; do
        check "sshd-$mac" to_sshd aes192-cbc "$mac" none
    done
    check sshd-zlib@openssh.com to_sshd aes128-ctr umac-128-etm@openssh.com zlib@openssh.com
    check sshd-zlib@openssh.com-3des-cbc to_sshd 3des-cbc hmac-md5 zlib@openssh.com
}
start_dropbear() {
    if ! [ -x /usr/sbin/dropbear ] || ! command -v dropbearconvert > /dev/null; then
        left_out "Dropbear's server" "not installed"
        return 1
    fi
    mkdir -p drop/home/.ssh && cp id.pub drop/authorized_keys && cp password drop/ &&
        cp id.pub drop/home/.ssh/authorized_keys && dropbearconvert openssh dropbear host \
        host.dropbear 2> dropbear.log || return 1
    chmod 755 drop drop/home
    chmod 700 drop/home/.ssh
    "$top/interop/ns-user" "$dir/drop" "$SSHSPEC" accept -- /usr/sbin/dropbear -i -m \
        -r "$dir/host.dropbear" > dropbear.out 2> dropbear.log &
    pids="$pids $!"
    if ! wait_line '^PORT ' dropbear.out; then
        left_out "Dropbear's server" "$(tail -1 dropbear.log)"
        return 1
    fi
    port=$(sed -n 's/^PORT //p' dropbear.out)
    known_here=$dir/dropbear.known
    echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 host.pub)" > "$known_here"
}
to_dropbear_all() {
    start_dropbear || return
    for cipher in $(dropbear_has -c); do
        check "dropbear-$cipher" to_peer "$cipher" hmac-sha2-256 none --key id
    done
    for mac in $(dropbear_has -m); do
        check "dropbear-$mac" to_peer aes128-ctr "$mac" none --key id
    done
    check dropbear-zlib@openssh.com to_peer aes256-ctr hmac-sha1 zlib@openssh.com --key id
}
# A server for each: it is told what to have when it starts.
to_paramiko() { # to_paramiko CIPHER MAC COMPRESSION
    : > paramiko.out
    /usr/bin/python3 -B "$paramiko" server host "$@" > paramiko.out 2> paramiko.log &
    server=$!
    wait_line '^PORT ' paramiko.out || {
        cat paramiko.log
        kill "$server"
        return 1
    }
    port=$(sed -n 's/^PORT //p' paramiko.out)
    known_here=$dir/paramiko.known
    echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 host.pub)" > "$known_here"
    to_peer "$@" --password-file password
    status=$?
    kill "$server" 2> /dev/null
    wait "$server" 2> /dev/null
    cat paramiko.out paramiko.log
    [ "$status" = 0 ] && grep -q "^agreed $1 $1 .* $3\$" paramiko.out
}
to_paramiko_all() {
    for cipher in $(paramiko_has ciphers); do
        check "paramiko-server-$cipher" to_paramiko "$cipher" hmac-sha2-256 none
    done
    for mac in $(paramiko_has macs); do
        check "paramiko-server-$mac" to_paramiko aes128-cbc "$mac" none
    done
    for comp in zlib zlib@openssh.com; do
        check "paramiko-server-$comp" to_paramiko 3des-cbc hmac-sha1 $comp
    done
}

setup
start_server
ssh_clients
dropbear_clients
if /usr/bin/python3 -B "$paramiko" list > paramiko.list 2> paramiko.log; then
    paramiko_clients
    to_paramiko_all
else
    left_out Paramiko "$(tail -1 paramiko.log)"
fi
to_sshd_all
to_dropbear_all
exit $failed
