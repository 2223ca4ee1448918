#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# openssh.sh - `sshspec server` and `sshspec client` against the OpenSSH of the distribution.
#
# Both ways round: login by key and by password, a command with its streams and exit status, and a
# file there and back that compares equal while keys are exchanged anew every 8 MiB.
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), SIZE_MB (16), KEEP=1 keeps the folder.
# Needs: ssh, sftp, ssh-keygen; for the server half sshd and what interop/ns-user needs.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
SIZE_MB=${SIZE_MB:-16}
failed=0
pids=

skip() {
    echo "openssh.sh: skipped: $1" >&2
    exit 77
}
for tool in ssh sftp ssh-keygen timeout cmp setsid; do
    command -v $tool > /dev/null || skip "no $tool"
done
[ -x /usr/sbin/sshd ] || skip "no /usr/sbin/sshd"
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"

# shellcheck source=tests/support/e2e.sh
. "$top/tests/support/e2e.sh"
enter openssh

setup() {
    umask 077
    echo "correct horse" > password
    echo "wrong" > wrong
    for type in ed25519 ecdsa rsa; do
        ssh-keygen -q -t $type -N '' -f id_$type || exit 3
    done
    ssh-keygen -q -t ed25519 -N '' -f id_other || exit 3
    cat id_ed25519.pub id_ecdsa.pub id_rsa.pub > authorized_keys
    head -c $((SIZE_MB * 1048576 + 12345)) /dev/urandom > big
    printf '#!/bin/sh\ncat "%s/password"\n' "$dir" > askpass
    chmod 700 askpass
}

# ---- the distribution's clients against our server ----

start_server() { # start_server NAME OPTION... ; sets port, known
    name=$1
    shift
    : > "$name.out"
    "$SSHSPEC" server --seconds 600 --user tester --password-file password \
        --authorized-keys authorized_keys "$@" > "$name.out" 2> "$name.log" &
    pids="$pids $!"
    if ! wait_line '^port ' "$name.out"; then
        echo "not ok $name starts"
        cat "$name.log"
        exit 1
    fi
    port=$(sed -n 's/^port //p' "$name.out")
    known=$dir/$name.known
    sed -n 's/^known-hosts //p' "$name.out" > "$known"
}

common() { # options of ssh and sftp; the terminal is not there
    echo "-F none -o UserKnownHostsFile=$known -o GlobalKnownHostsFile=/dev/null" \
        "-o StrictHostKeyChecking=yes -o IdentitiesOnly=yes -o LogLevel=ERROR"
}
by_key() { # by_key KEY COMMAND...
    key=$1
    shift
    # shellcheck disable=SC2046 # words are wanted
    timeout 60 setsid -w ssh $(common) -o BatchMode=yes -i "$key" -p "$port" tester@127.0.0.1 "$@"
}
by_password() {
    # shellcheck disable=SC2046 # words are wanted
    SSH_ASKPASS=$dir/askpass SSH_ASKPASS_REQUIRE=force timeout 60 setsid -w ssh $(common) \
        -o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 -p "$port" tester@127.0.0.1 "$@"
}
by_sftp() { # by_sftp OPTION... < batch
    # shellcheck disable=SC2046 # words are wanted
    timeout 300 setsid -w sftp $(common) -o BatchMode=yes -i id_ed25519 -P "$port" "$@" -b - \
        tester@127.0.0.1
}
status_is() { # status_is N COMMAND...
    want=$1
    shift
    "$@" < /dev/null
    got=$?
    [ "$got" = "$want" ] || {
        echo "status $got, not $want"
        return 1
    }
}
says() { # says TEXT COMMAND...
    want=$1
    shift
    got=$("$@" < /dev/null) && [ "$got" = "$want" ] || {
        echo "said: $got"
        return 1
    }
}
through_cat() {
    by_key id_ed25519 cat < big > cat.out && cmp big cat.out
}
put_and_get() {
    rm -f got
    printf 'put big /up\nget /up got\nls -l /\nrm /up\n' | by_sftp "$@" && cmp big got
}
rekeyed() { # as ssh's own debug output tells
    # shellcheck disable=SC2046 # words are wanted
    timeout 300 setsid -w ssh -o LogLevel=DEBUG1 $(common) -o BatchMode=yes -i id_ed25519 \
        -p "$port" tester@127.0.0.1 cat < big 2> debug.out > cat.out || return 1
    n=$(grep -c 'SSH2_MSG_NEWKEYS received' debug.out)
    echo "$n exchanges"
    cmp big cat.out && [ "$n" -ge "$((1 + SIZE_MB / 8))" ]
}
many_at_once() {
    list=
    for i in 1 2 3 4 5 6; do
        by_key id_ed25519 cat < big > "many.$i" &
        list="$list $!"
    done
    for pid in $list; do wait "$pid" || return 1; done
    for i in 1 2 3 4 5 6; do cmp big "many.$i" && rm "many.$i" || return 1; done
}
our_server() {
    start_server server --memory $((SIZE_MB * 3 + 64)) --set rekey_bytes=8M
    for type in ed25519 ecdsa rsa; do
        check "ssh-key-$type" says hello by_key id_$type echo hello
    done
    check ssh-wrong-key status_is 255 by_key id_other true
    check ssh-password says hello by_password echo hello
    cp password password.kept && cp wrong password
    check ssh-wrong-password status_is 255 by_password true
    mv password.kept password
    check ssh-exit-status status_is 42 by_key id_ed25519 exit 42
    check ssh-unknown-command status_is 127 by_key id_ed25519 no-such-command
    check ssh-stdin-stdout through_cat
    check ssh-rekey rekeyed
    check ssh-many-at-once many_at_once
    check sftp-put-get put_and_get
    for cipher in aes128-ctr aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com \
        chacha20-poly1305@openssh.com; do
        check "sftp-put-get-$cipher" put_and_get -c $cipher
    done
    for kex in curve25519-sha256 ecdh-sha2-nistp256 diffie-hellman-group14-sha256; do
        check "sftp-put-get-$kex" put_and_get -o KexAlgorithms=$kex
    done
}
# ssh knows one of two keys, is told of both, has them proved and learns the other.
learns_host_keys() {
    grep ed25519 "$known" > one.known || return 1
    known=$dir/one.known
    by_key id_ed25519 -o UpdateHostKeys=yes true || return 1
    grep -c . one.known
    [ "$(grep -c . one.known)" = 2 ] && grep -q "$(cut -d ' ' -f 2 rsa_host.pub)" one.known
}
host_keys() {
    ssh-keygen -q -t ed25519 -N '' -f ed25519_host && ssh-keygen -q -t rsa -N '' -f rsa_host || exit 3
    start_server rotating --host-key ed25519_host --host-key rsa_host --set hostkeys=yes
    check ssh-learns-host-keys learns_host_keys
}
# The method with which ssh signs, as its debug output tells.
signs_with() { # signs_with METHOD
    # shellcheck disable=SC2046 # words are wanted
    timeout 60 setsid -w ssh -o LogLevel=DEBUG3 $(common) -o BatchMode=yes -i id_ed25519 \
        -p "$port" tester@127.0.0.1 true 2> debug.out || return 1
    sed -n 's/.*sign_and_send_pubkey: using \([^ ]*\) with.*/\1/p' debug.out | tee methods
    [ "$(cat methods)" = "$1" ]
}
bound_to_host() {
    check ssh-hostbound signs_with publickey-hostbound-v00@openssh.com
    start_server unbound --set hostbound=no
    check ssh-hostbound-not-announced signs_with publickey
}
our_server_folder() {
    mkdir served outside
    echo secret > outside/secret
    ln -s ../outside served/way-out
    if [ "$(id -u)" = 0 ]; then
        check server-folder-as-root-refused status_is 2 "$SSHSPEC" server --root served
    fi
    start_server folder --root served --writable --as-root
    check sftp-folder put_and_get
    printf 'get /way-out/secret stolen\n' | by_sftp > batch.out 2>&1
    check sftp-folder-is-not-left test ! -e stolen
    start_server readonly --root served --as-root
    printf 'put password /new\n' | by_sftp > batch.out 2>&1
    check sftp-read-only test ! -e served/new
}

# ---- our client against the distribution's server ----

start_sshd() {
    mkdir sshd peer
    for type in ed25519 ecdsa rsa; do
        ssh-keygen -q -t $type -N '' -f sshd/host_$type || exit 3
    done
    cp password authorized_keys peer/
    {
        for type in ed25519 ecdsa rsa; do echo "HostKey $dir/sshd/host_$type"; done
        echo "AuthorizedKeysFile /run/tester-keys/authorized_keys"
        echo "KbdInteractiveAuthentication no"
        echo "LogLevel DEBUG1"
        echo "PidFile none"
        echo "RekeyLimit 8M none"
        echo "StrictModes no"
        echo "Subsystem sftp internal-sftp"
        echo "UseDNS no"
        echo "UsePAM no"
    } > sshd/config
    chmod 755 "$dir" peer
    chmod 644 peer/authorized_keys
    "$top/interop/ns-user" "$dir/peer" "$SSHSPEC" accept -- /usr/sbin/sshd -i -e \
        -f "$dir/sshd/config" > sshd.out 2> sshd.log &
    pids="$pids $!"
    if ! wait_line '^PORT ' sshd.out; then
        echo "openssh.sh: no sshd here: $(tail -1 sshd.log)" >&2
        return 1
    fi
    port=$(sed -n 's/^PORT //p' sshd.out)
    known=$dir/sshd.known
    for type in ed25519 ecdsa rsa; do
        printf '[127.0.0.1]:%s ' "$port"
        cut -d ' ' -f 1,2 sshd/host_$type.pub
    done > "$known"
}
client() { # client OPTION... -- WORD... ; options before the place, words behind it
    options=
    while [ "$1" != -- ]; do
        options="$options $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # words are wanted
    timeout 300 "$SSHSPEC" client --quiet --known-hosts "$known" --timeout 120 $options \
        "tester@127.0.0.1:$port" "$@"
}
client_cat() {
    client --key id_ed25519 "$@" -- exec cat < big > cat.out && cmp big cat.out
}
client_rekeyed() { # as our client tells
    client_cat --verbose --set rekey_bytes=2M 2> verbose.out || return 1
    n=$(sed -n 's/.*, \([0-9]*\) key exchanges.*/\1/p' verbose.out)
    echo "$n exchanges"
    [ "$n" -ge "$((1 + SIZE_MB / 2))" ]
}
client_put_and_get() {
    rm -f got
    client --key id_ed25519 "$@" -- put big up && client --key id_ed25519 "$@" -- get up got &&
        cmp big got
}
client_unknown_host() {
    : > none.known
    known=none.known status_is 101 client --key id_ed25519 -- exec true
}
client_changed_host() {
    echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 id_other.pub)" > changed.known
    known=changed.known status_is 101 client --key id_ed25519 --accept-new -- exec true
}
client_accepts_new() {
    rm -f new.known
    known=new.known status_is 0 client --key id_ed25519 --accept-new -- exec true &&
        known=new.known status_is 0 client --key id_ed25519 -- exec true
}
# Our client knows one of three keys of sshd's, has the others proved and learns them.
client_learns() {
    grep ed25519 "$known" > learn.known || return 1
    known=learn.known says hello client --key id_ed25519 -- exec echo hello || return 1
    grep -c . learn.known
    [ "$(grep -c . learn.known)" = 3 ]
}
# The method of our client's request, as sshd's debug output tells.
client_signs_with() { # client_signs_with METHOD OPTION...
    want=$1
    shift
    seen=$(($(wc -l < sshd.log) + 1))
    client --key id_ed25519 "$@" -- exec true || return 1
    tail -n +"$seen" sshd.log | sed -n 's/.*userauth-request .* method \(publickey[^ ]*\).*/\1/p' |
        sort -u | tee methods
    [ "$(cat methods)" = "$want" ]
}
our_client() {
    start_sshd || return
    check client-hostbound client_signs_with publickey-hostbound-v00@openssh.com
    check client-hostbound-off client_signs_with publickey --set hostbound=no
    check client-learns-host-keys client_learns
    for type in ed25519 ecdsa rsa; do
        check "client-key-$type" says hello client --key id_$type -- exec echo hello
    done
    check client-password says hello client --password-file password -- exec echo hello
    check client-key-then-key says hello client --key id_other --key id_rsa -- exec echo hello
    check client-wrong-password status_is 102 client --password-file wrong -- exec true
    check client-wrong-key status_is 102 client --key id_other -- exec true
    check client-exit-status status_is 42 client --key id_ed25519 -- exec exit 42
    # shellcheck disable=SC2016 # the other side expands it
    check client-exit-signal status_is 143 client --key id_ed25519 -- exec 'kill -TERM $$'
    check client-host-unknown client_unknown_host
    check client-host-changed client_changed_host
    check client-host-new client_accepts_new
    check client-stdin-stdout client_cat
    check client-rekey client_rekeyed
    check client-put-get client_put_and_get --set rekey_bytes=8M
    check client-get-missing status_is 105 client --key id_ed25519 -- get no-such-file got
    for cipher in aes128-ctr aes256-ctr aes128-gcm@openssh.com aes256-gcm@openssh.com \
        chacha20-poly1305@openssh.com; do
        check "client-put-get-$cipher" client_put_and_get \
            --set encryption_algorithms_client_to_server=$cipher \
            --set encryption_algorithms_server_to_client=$cipher
    done
    for kex in curve25519-sha256 ecdh-sha2-nistp256 diffie-hellman-group14-sha256; do
        check "client-put-get-$kex" client_put_and_get --set kex_algorithms=$kex
    done
}

setup
our_server
host_keys
bound_to_host
our_server_folder
our_client
exit $failed
