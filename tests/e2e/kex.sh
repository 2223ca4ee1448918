#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kex.sh - every key exchange method of ours with every peer that has it, in both roles.
#
# Peers: OpenSSH, Dropbear and Paramiko as interop/peers runs them, PuTTY's plink, and AsyncSSH; what
# they keep switched off is switched on. One login and one command for each method; and the groups
# of a moduli file.
# Prints "ok NAME" or "not ok NAME", and "skip NAME reason"; exit status 0, 1, or 77 with a reason
# when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# Needs: ssh-keygen, and for the servers what interop/ns-user needs.
# shellcheck disable=SC2317 # the functions are called through check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
SSHSPEC_INTEROP=$top/interop
export SSHSPEC SSHSPEC_INTEROP
methods="curve25519-sha256 curve25519-sha256@libssh.org curve448-sha512
    ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521
    diffie-hellman-group-exchange-sha256 diffie-hellman-group-exchange-sha1
    diffie-hellman-group14-sha256 diffie-hellman-group15-sha512 diffie-hellman-group16-sha512
    diffie-hellman-group17-sha512 diffie-hellman-group18-sha512
    diffie-hellman-group14-sha1 diffie-hellman-group1-sha1"
failed=0
pids=

skip_all() {
    echo "kex.sh: skipped: $1" >&2
    exit 77
}
[ -x "$SSHSPEC" ] || skip_all "no $SSHSPEC: build it first, or set SSHSPEC"
command -v ssh-keygen > /dev/null || skip_all "no ssh-keygen"

# shellcheck source=tests/support/e2e.sh
. "$top/tests/support/e2e.sh"
enter kex
chmod 755 "$dir"

make_keys() {
    umask 077
    mkdir keys
    echo "correct horse" > keys/password
    for type in ed25519 ecdsa rsa; do
        ssh-keygen -q -t $type -N '' -f keys/host_a_$type -C host || exit 3
        ssh-keygen -q -t $type -N '' -f keys/user_$type -C user || exit 3
    done
    PEER_KEYS=$dir/keys PEER_USER=tester PEER_AUTH=key PEER_PASSWORD_FILE=$dir/keys/password
    export PEER_KEYS PEER_USER PEER_AUTH PEER_PASSWORD_FILE
}

python() {
    /usr/bin/python3 -sB -W ignore "$@"
}

# offers PEER METHOD - does the peer have the method at all?
offers() {
    case $1 in
    openssh) ssh -Q kex | grep -qxF "$2" ;;
    # Of two names one may be the beginning of the other.
    dropbear) grep -aqF "$2" /usr/sbin/dropbear ;;
    putty) grep -aqF "$2" "$(command -v plink)" ;;
    asyncssh) python -c 'from asyncssh.kex import get_kex_algs as algs
import sys
sys.exit(sys.argv[1].encode() not in algs())' "$2" ;;
    paramiko) /usr/bin/python3 -sEB -c \
        'import paramiko, sys; sys.exit(sys.argv[1] not in paramiko.Transport._kex_info)' "$2" ;;
    esac
}

present() { # present PEER
    case $1 in
    openssh) command -v ssh > /dev/null && [ -x /usr/sbin/sshd ] ;;
    dropbear) command -v dbclient > /dev/null && [ -x /usr/sbin/dropbear ] ;;
    paramiko) /usr/bin/python3 -sEB -c 'import paramiko' 2> /dev/null ;;
    putty) plink 2>&1 | grep -q -e -pwfile ;;
    esac
}

# ---- their clients, our server ----

# One server for each method: not every client can be told which one to use.
start_ours() { # start_ours OPTION... ; sets port
    : > ours.out
    "$SSHSPEC" server --seconds 120 --user tester --authorized-keys keys/user_ed25519.pub \
        --password-file keys/password --host-key keys/host_a_ed25519 "$@" > ours.out 2> ours.log &
    ours=$!
    pids="$pids $ours"
    wait_line '^port ' ours.out || return 1
    port=$(sed -n 's/^port //p' ours.out)
    sed -n 's/^known-hosts //p' ours.out > known
}
stop_ours() {
    kill "$ours" 2> /dev/null
    wait "$ours" 2> /dev/null
}
asyncssh_client() {
    HOME=$dir/home timeout 60 /usr/bin/python3 -sB -W ignore -c 'import asyncio, asyncssh, os, sys
async def main():
    async with asyncssh.connect("127.0.0.1", int(sys.argv[1]), username="tester", config=None,
            known_hosts="known", client_keys=["keys/user_ed25519"],
            kex_algs=[os.environ["PEER_KEX"]]) as connection:
        print((await connection.run("echo hello")).stdout, end="")
asyncio.run(main())' "$port"
}
says_hello() { # says_hello PEER
    rm -rf home
    mkdir -m 700 home
    if [ "$1" = asyncssh ]; then
        said=$(asyncssh_client)
        [ "$said" = hello ]
        return
    fi
    if [ "$1" = putty ]; then
        # Nothing below the mark from which on it would ask.
        mkdir -p home/.putty/sessions
        echo "KEX=ecdh,dh-gex-sha1,dh-group18-sha512,dh-group17-sha512,dh-group16-sha512,dh-group15-sha512,dh-group14-sha1,dh-group1-sha1,WARN" > home/.putty/sessions/all
        said=$(HOME=$dir/home timeout 60 setsid -w plink -load all -batch -pwfile keys/password \
            -hostkey "$(sed -n 's/^host-key [^ ]* //p' ours.out)" -P "$port" \
            tester@127.0.0.1 "echo hello")
        [ "$said" = hello ]
        return
    fi
    said=$(HOME=$dir/home PEER_KNOWN_HOSTS=$dir/known timeout 60 setsid -w \
        "$top/interop/peers/$1/client" "$port" exec "echo hello") || return
    [ "$said" = hello ]
}
their_client() { # their_client PEER METHOD
    start_ours --set "kex_algorithms=$2" || return 1
    PEER_KEX=$2 says_hello "$1"
    status=$?
    stop_ours
    return "$status"
}

# ---- our client, their servers ----

start_asyncssh() { # with every method that it knows
    /usr/bin/python3 -sB -W ignore -c 'import asyncio, asyncssh
from asyncssh.kex import get_kex_algs
def answer(process):
    process.stdout.write("hello\n")
    process.exit(0)
async def main():
    names = [name.decode() for name in get_kex_algs() if not name.startswith(b"gss-")]
    listener = await asyncssh.listen("127.0.0.1", 0, config=None, kex_algs=names,
        server_host_keys=["keys/host_a_ed25519"], authorized_client_keys="keys/user_ed25519.pub",
        process_factory=answer)
    print("PORT %d" % listener.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(300)
asyncio.run(main())' > theirs.asyncssh 2> theirs.asyncssh.log &
}
start_theirs() { # start_theirs PEER ; sets port
    if [ "$1" = asyncssh ]; then
        start_asyncssh
    else
        start_recipe "$1" || return 1
    fi
    pids="$pids $!"
    wait_line '^PORT ' "theirs.$1" || return 1
    port=$(sed -n 's/^PORT //p' "theirs.$1")
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 keys/host_a_ed25519.pub)" > known
}
start_recipe() { # start_recipe PEER
    mkdir -p "peer.$1"
    cp keys/password "peer.$1/password"
    cp keys/user_ed25519.pub "peer.$1/authorized_keys"
    chmod 755 "peer.$1"
    chmod 644 "peer.$1/authorized_keys"
    "$top/interop/peers/$1/prepare" "$dir/keys" > "prepare.$1" 2>&1 || return 1
    cp keys/password.hash "peer.$1/password.hash"
    if [ "$1" = openssh ]; then
        echo "KexAlgorithms $(ssh -Q kex | paste -sd, -)" >> keys/openssh/sshd_config
    fi
    setsid "$top/interop/peers/$1/server" "$dir/peer.$1" > "theirs.$1" 2> "theirs.$1.log" &
}
our_client() { # our_client METHOD OPTION...
    method=$1
    shift
    said=$(timeout 60 "$SSHSPEC" client --quiet --known-hosts known --timeout 50 \
        --key keys/user_ed25519 --set "kex_algorithms=$method" "$@" \
        "tester@127.0.0.1:$port" exec "echo hello") || return
    [ "$said" = hello ]
}

# ---- groups of a moduli file ----

gex=diffie-hellman-group-exchange-sha256
group_of_the_file() { # the only group there is has 2048 bits; ssh tells what it was given
    start_ours --moduli one || return 1
    rm -rf home
    mkdir -m 700 home
    HOME=$dir/home timeout 60 setsid -w ssh -vv -F none -o UserKnownHostsFile=known \
        -o BatchMode=yes -o IdentitiesOnly=yes -i keys/user_ed25519 -o KexAlgorithms="$gex" \
        -p "$port" tester@127.0.0.1 true 2> words
    status=$?
    stop_ours
    grep -E 'bits set|REQUEST' words
    [ "$status" = 0 ] && grep -q 'bits set: [0-9]*/2048' words
}
no_group_no_method() {
    start_ours --moduli /dev/null --set "kex_algorithms=$gex" || return 1
    PEER_KEX=$gex says_hello openssh
    status=$?
    stop_ours
    echo "status $status"
    [ "$status" = 104 ]
}
moduli() {
    awk '!/^#/ && $5 == 2047 { print; exit }' /etc/ssh/moduli > one 2> /dev/null
    if [ -s one ] && present openssh; then
        check "server-openssh-moduli-file" group_of_the_file
    else
        echo "skip server-openssh-moduli-file no /etc/ssh/moduli with a group of 2048 bits"
    fi
    present openssh && check "server-openssh-no-moduli" no_group_no_method
}

make_keys
for peer in openssh dropbear paramiko putty asyncssh; do
    if ! present $peer; then
        echo "skip $peer not installed"
        continue
    fi
    theirs=yes
    if [ $peer = putty ]; then
        theirs=no # has none
    elif ! start_theirs $peer; then
        echo "skip client-$peer no server here: $(cat prepare.$peer theirs.$peer.log 2> /dev/null | tail -1)"
        theirs=no
    fi
    their_port=$port
    cp known known.$peer
    for method in $methods; do
        offers $peer "$method" || continue
        check "server-$peer-$method" their_client $peer "$method"
        [ $theirs = yes ] || continue
        case $peer-$method in
        paramiko-*group-exchange*)
            # Its server has no groups of its own.
            [ -s /etc/ssh/moduli ] || continue
            ;;
        esac
        port=$their_port
        cp known.$peer known
        check "client-$peer-$method" our_client "$method"
        case $method in
        *group-exchange*)
            check "client-$peer-$method-2048" our_client "$method" --set gex_n=2048 --set gex_max=2048
            ;;
        esac
    done
done
moduli
exit $failed
