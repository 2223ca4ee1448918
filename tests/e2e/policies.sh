#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# policies.sh - what our endpoints offer under a policy named after an OpenSSH release is what the
# installed OpenSSH of that release offers, name for name; and the verbs that list algorithms.
#
# The offers are those that ssh -vv and sshd's debug output tell, of both sides of a connection.
# Prints "ok NAME" or "not ok NAME", and "skip NAME reason"; exit status 0, 1, or 77 with a reason
# when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# Needs: ssh, ssh-keygen; for the server half sshd and what interop/ns-user needs.
# shellcheck disable=SC2317 # the functions are called through check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
SSHSPEC_INTEROP=$top/interop
export SSHSPEC_INTEROP
failed=0
pids=

skip_all() {
    echo "policies.sh: skipped: $1" >&2
    exit 77
}
for tool in ssh ssh-keygen timeout; do
    command -v $tool > /dev/null || skip_all "no $tool"
done
[ -x "$SSHSPEC" ] || skip_all "no $SSHSPEC: build it first, or set SSHSPEC"

# shellcheck source=tests/support/e2e.sh
. "$top/tests/support/e2e.sh"
enter policies
chmod 755 "$dir"

# ---- offers, out of debug output ----

# proposal WHOSE LABEL FILE - the list that follows "WHOSE KEXINIT proposal" under that label.
proposal() {
    tr -d '\r' < "$3" | awk -v whose="$1 KEXINIT proposal" -v label="$2: " '
        index($0, "KEXINIT proposal") { on = index($0, whose) > 0 }
        on && (at = index($0, label)) {
            list = substr($0, at + length(label)); sub(/ \[preauth\]$/, "", list); print list; exit
        }'
}

# known KIND LIST - the names that we have, without markers and what the distribution added.
known() {
    echo "$2" | tr , '\n' | while read -r algorithm; do
        case $1/$algorithm in
        # Debian's 9.2 and some of its later ones have the final name beside the older one.
        kex/sntrup761x25519-sha512) [ "$added" = yes ] || echo "$algorithm" ;;
        *) grep -qxF "$1 $algorithm" ours.names && echo "$algorithm" ;;
        esac
    done
}

# same FILE WHOSE THEIRS - both offers of a connection, compared list by list.
same() {
    bad=0
    for row in "kex:KEX algorithms" "hostkey:host key algorithms" "cipher:ciphers ctos" \
        "cipher:ciphers stoc" "mac:MACs ctos" "mac:MACs stoc" "compression:compression ctos" \
        "compression:compression stoc"; do
        kind=${row%%:*} label=${row#*:}
        # A server's host keys are those it has keys for, in the order of its configuration.
        if [ "$kind" = hostkey ] && [ "$4" = server ]; then continue; fi
        theirs=$(proposal "$3" "$label" "$1")
        ours=$(proposal "$2" "$label" "$1")
        known "$kind" "$theirs" > theirs.list
        known "$kind" "$ours" > ours.list
        [ -s theirs.list ] || { echo "$label: nothing found"; bad=1; }
        if ! cmp -s theirs.list ours.list; then
            echo "$label: theirs $theirs"
            echo "$label: ours   $ours"
            bad=1
        fi
    done
    return "$bad"
}

# ---- both ways round ----

start_ours() { # start_ours OPTION... ; sets port
    : > ours.out
    "$SSHSPEC" server --seconds 300 --user tester --authorized-keys user.pub "$@" > ours.out \
        2> ours.log &
    ours=$!
    pids="$pids $ours"
    wait_line '^port ' ours.out || { cat ours.log; return 1; }
    port=$(sed -n 's/^port //p' ours.out)
}
stop_ours() {
    kill "$ours" 2> /dev/null
    wait "$ours" 2> /dev/null
}
by_ssh() { # by_ssh OPTION...
    timeout 60 ssh -F none -o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null \
        -o StrictHostKeyChecking=no -o BatchMode=yes -o IdentitiesOnly=yes -i user -p "$port" "$@" \
        tester@127.0.0.1 true
}
server_as_sshd() { # what our server offers, and what ssh does
    by_ssh -vv 2> ssh.debug
}
start_sshd() {
    mkdir sshd peer
    for type in ed25519 ecdsa rsa; do
        ssh-keygen -q -t $type -N '' -f sshd/host_$type || return 1
    done
    cp user.pub peer/authorized_keys
    echo "no password" > peer/password
    {
        for type in ed25519 ecdsa rsa; do echo "HostKey $dir/sshd/host_$type"; done
        echo "AuthorizedKeysFile /run/tester-keys/authorized_keys"
        echo "LogLevel DEBUG2"
        echo "PidFile none"
        echo "StrictModes no"
        echo "UsePAM no"
    } > sshd/config
    chmod 755 peer
    chmod 644 peer/authorized_keys
    "$SSHSPEC_INTEROP/ns-user" "$dir/peer" "$SSHSPEC" accept -- /usr/sbin/sshd -i -e \
        -f "$dir/sshd/config" > sshd.out 2> sshd.log &
    pids="$pids $!"
    wait_line '^PORT ' sshd.out || return 1
    port=$(sed -n 's/^PORT //p' sshd.out)
}
by_ours() { # by_ours OPTION...
    timeout 60 "$SSHSPEC" client --quiet --accept-any-host-key --key user "$@" \
        "tester@127.0.0.1:$port" exec true
}
status_is() { # status_is N COMMAND...
    want=$1
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || { echo "status $got, not $want"; return 1; }
}

# The row of the release that is installed: the newest that is not newer.
row_of() {
    {
        "$SSHSPEC" algorithms --policies | sed -n 's/^openssh-\([0-9.]*\) .*/\1/p'
        echo "$1 installed"
    } | sort -V | sed -n '/installed/q;p' | tail -1
}

# ---- the verbs ----
lists_agree() { # the three forms tell the same names
    "$SSHSPEC" algorithms | sed 1d | awk '{ print $1, $2 }' > table.names
    # shellcheck disable=SC2016 # the quotes are Markdown's
    sed -n 's/^| `\([^`]*\)`.*/\1/p' markdown | sort > markdown.names
    cut -d ' ' -f 2 table.names | sort | cmp - markdown.names && cmp table.names ours.names
}
asked() { # asked PATTERN FILE
    grep -q -- "$1" "$2" || { cat "$2"; return 1; }
}
verbs() {
    "$SSHSPEC" algorithms --markdown > markdown
    check algorithms-forms-agree lists_agree
    check algorithms-have-sources sh -c "! $SSHSPEC algorithms --json | grep '\"source\":\"\"'"
    check algorithms-one-form-only status_is 2 "$SSHSPEC" algorithms --json --markdown
    check policies-unknown status_is 2 "$SSHSPEC" server --set policy=opensh-9.0
    check policies-suggestion asked 'did you mean openssh-9.0?' check.out.kept
    timeout 120 "$SSHSPEC" peers --algorithms openssh > peer.out 2> peer.log
    check peers-algorithms-server asked '^openssh .* as server, SSH-2.0-OpenSSH' peer.out
    check peers-algorithms-client asked '^openssh .* as client, SSH-2.0-OpenSSH' peer.out
    check peers-algorithms-advice asked 'diffie-hellman-group14-sha256 *MUST (RFC 9142 section 4)$' \
        peer.out
    check peers-algorithms-unknown status_is 2 "$SSHSPEC" peers --algorithms opensh
}

# A policy decides what is agreed on, not only what is listed.
effects() {
    start_ours --set policy=openssh-10.0 || return
    timeout 60 "$SSHSPEC" peers --algorithms "127.0.0.1:$port" > ten.out
    check policy-10.0-server-without-groups sh -c '! grep diffie-hellman ten.out'
    check policy-10.0-refuses-groups status_is 255 by_ssh \
        -o KexAlgorithms=diffie-hellman-group14-sha256
    stop_ours
    start_ours --set policy=openssh-9.9 || return
    check policy-9.9-takes-groups by_ssh -o KexAlgorithms=diffie-hellman-group14-sha256
    check policy-9.9-refuses-cbc status_is 255 by_ssh -o Ciphers=aes128-cbc
    stop_ours
    start_ours --set policy=legacy || return
    check policy-legacy-takes-cbc by_ssh -o Ciphers=aes128-cbc
    stop_ours
}

umask 077
ssh-keygen -q -t ed25519 -N '' -f user || exit 3
"$SSHSPEC" algorithms --json | sed -n 's/.*"kind":"\([a-z]*\)","name":"\([^"]*\)".*/\1 \2/p' \
    > ours.names
"$SSHSPEC" server --set policy=opensh-9.0 > check.out.kept 2>&1
verbs
effects

version=$(ssh -V 2>&1 | sed -n 's/^OpenSSH_\([0-9]*\.[0-9]*\).*/\1/p')
row=$(row_of "$version")
if [ -z "$row" ]; then
    echo "skip policies-as-installed there is no row for OpenSSH $version"
    exit $failed
fi
added=no
[ "$(printf '%s\n9.9\n' "$row" | sort -V | head -1)" = 9.9 ] || added=yes
start_ours --set "policy=openssh-$row" || exit 1
check "ssh-$version-logs-in" server_as_sshd
check "server-openssh-$row-is-reached" test -s ssh.debug
cp ssh.debug kept.debug
stop_ours
if start_sshd; then
    check "client-openssh-$row-logs-in" by_ours --set "policy=openssh-$row"
    # sshd's debug output: it is the local server, we are the peer client. ssh's: it is the local
    # client, we are the peer server.
    tr -d '\r' < sshd.log > sshd.debug
    sed 's/peer server/OURS server/; s/local client/THEIRS client/' kept.debug > client.debug
    sed 's/peer client/OURS client/; s/local server/THEIRS server/' sshd.debug > server.debug
    cat client.debug server.debug > both.debug
    check "client-offers-what-ssh-$version-does" same both.debug "OURS client" "THEIRS client" client
    check "server-offers-what-sshd-$version-does" same both.debug "OURS server" "THEIRS server" server
else
    echo "skip client-offers-what-ssh-$version-does no sshd here: $(tail -1 sshd.log)"
fi
exit $failed
