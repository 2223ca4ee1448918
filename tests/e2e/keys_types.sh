#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# keys_types.sh - keys and certificates of every type against OpenSSH's programs, and Dropbear's.
#
# ssh-keygen's keys and certificates are read by us and ours by it; logins with each type and with
# user and host certificates, both ways round; ssh-rsa and ssh-dss with what still takes them.
# keys_types.c beside this script is our half; it is built here against the static library.
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (build/bin/sshspec; the library is found from it), CC (cc), KEEP=1 keeps the
# folder. Needs: ssh, ssh-keygen, a C compiler; for our client sshd and what interop/ns-user needs;
# for the legacy half dbclient and dropbear, each left out with a word when missing.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
lib=$(dirname "$SSHSPEC")/../lib/libsshspec.a
failed=0
pids=
cert=-cert-v01@openssh.com

skip() {
    echo "keys_types.sh: skipped: $1" >&2
    exit 77
}
for tool in ssh ssh-keygen timeout setsid "${CC:-cc}"; do
    command -v "$tool" > /dev/null || skip "no $tool"
done
[ -e "$lib" ] || skip "no $lib: build it first, or set SSHSPEC"

# shellcheck source=tests/support/e2e.sh
. "$top/tests/support/e2e.sh"
enter keys
# What the library needs stands in its pkg-config file, if there is a pkg-config to read it.
needs=$(PKG_CONFIG_PATH=$(dirname "$lib") pkg-config --static --libs-only-l sshspec 2> /dev/null |
    sed 's/-lsshspec//') || needs=
# shellcheck disable=SC2086 # words are wanted
"${CC:-cc}" -std=c11 -D_GNU_SOURCE -I"$top/lib/include" -I"$top/lib" -o "$dir/ours" \
    "$top/tests/e2e/keys_types.c" "$lib" ${needs:--lcrypto} || exit 3
umask 077

refuses() { # the command has to fail, and not for want of time
    "$@"
    status=$?
    [ "$status" != 0 ] && [ "$status" != 124 ]
}
ours() { timeout 60 "$dir/ours" "$@"; }

# ---- keys at rest ----

# name, ssh-keygen's options, type
types='ed25519|-t ed25519|ssh-ed25519
ecdsa256|-t ecdsa -b 256|ecdsa-sha2-nistp256
ecdsa384|-t ecdsa -b 384|ecdsa-sha2-nistp384
ecdsa521|-t ecdsa -b 521|ecdsa-sha2-nistp521
rsa|-t rsa -b 3072|ssh-rsa
dsa|-t dsa|ssh-dss'
names=$(echo "$types" | cut -d '|' -f 1)
field() { echo "$types" | grep "^$1|" | cut -d '|' -f "$2"; }

make_keys() {
    for n in $names; do
        # shellcheck disable=SC2046 # words are wanted
        ssh-keygen -q $(field "$n" 2) -N '' -C "$n key" -f "id_$n" || exit 3
    done
    ssh-keygen -q -t ed25519 -N '' -f ca_user && ssh-keygen -q -t rsa -b 3072 -N '' -f ca_host &&
        ssh-keygen -q -t ed25519 -N '' -f ca_other && ssh-keygen -q -t ecdsa -N '' -f id_plain &&
        ssh-keygen -q -t ed25519 -N '' -f host_ed25519 || exit 3
    for n in $names; do cat "id_$n.pub"; done > authorized
}

same_print() { # same_print FILE TYPE: as ssh-keygen tells its size and fingerprint
    ours read "$1" | {
        read -r type bits kind print rest
        set -- "$2" "$(ssh-keygen -lf "$1")"
        echo "$type $bits $kind $print $rest; $2"
        [ "$type" = "$1" ] && [ "$bits $print" = "$(echo "$2" | cut -d ' ' -f 1,2)" ]
    }
}
ours_is_read() { # a key of ours is the same to ssh-keygen
    ours make "$1" made && ssh-keygen -y -f made | cut -d ' ' -f 1,2 > back &&
        cut -d ' ' -f 1,2 made.pub | cmp - back
}
user_cert() { # user_cert NAME OUT OPTION...: for tester
    n=$1
    out=$2
    shift 2
    cp "id_$n.pub" "$out.pub" && ssh-keygen -q -s ca_user -I "id of $n" -n tester,other -z 5 "$@" \
        "$out.pub"
}
shows_cert() { # a certificate of ssh-keygen, read by us
    user_cert "$1" shown -O no-pty -O force-command=/bin/true &&
        ours read shown-cert.pub | grep "^$(field "$1" 3)$cert .* user 5 id of $1\$"
}
our_cert_is_shown() { # of any type for any type
    ours issue "id_$1" "id_$2.pub" user tester issued-cert.pub && ssh-keygen -L -f issued-cert.pub \
        > shown && grep -q "Type: $(field "$2" 3)$cert user certificate" shown &&
        grep -q 'Principals:' shown && grep -q ' tester$' shown && grep -q 'permit-pty' shown
}
keys_at_rest() {
    make_keys
    for n in $names; do
        check "read-private-$n" same_print "id_$n" "$(field "$n" 3)"
        check "read-public-$n" same_print "id_$n.pub" "$(field "$n" 3)"
        check "read-certificate-$n" shows_cert "$n"
        check "keygen-reads-$n" ours_is_read "$(field "$n" 3)"
        check "keygen-shows-certificate-$n" our_cert_is_shown ed25519 "$n"
        check "keygen-shows-certificate-by-$n" our_cert_is_shown "$n" ecdsa384
    done
    for type in sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com; do
        check "keygen-reads-$type" ours_is_read $type
    done
}

# ---- ssh against our server ----

serve() { # serve NAME WORD...: words of ours serve behind the seconds; sets port
    name=$1
    shift
    : > "$name.out"
    "$dir/ours" serve 300 "$@" > "$name.out" 2> "$name.log" &
    pids="$pids $!"
    wait_line '^port ' "$name.out" || {
        echo "not ok $name starts"
        cat "$name.log"
        exit 1
    }
    port=$(sed -n 's/^port //p' "$name.out")
    {
        printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 "$1.pub")"
        printf '@cert-authority [127.0.0.1]:%s %s\n' "$port" "$(cut -d ' ' -f 1,2 ca_host.pub)"
    } > known
}
by_ssh() { # by_ssh OPTION...
    said=$(timeout 60 setsid -w ssh -F none -o UserKnownHostsFile="$dir/known" -o BatchMode=yes \
        -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes \
        -o LogLevel=ERROR "$@" -p "$port" tester@127.0.0.1 echo hello < /dev/null)
    status=$?
    echo "$said"
    [ "$status" = 0 ] && [ "$said" = hello ]
}
with_cert() { # with_cert NAME CERT OPTION...
    n=$1
    c=$2
    shift 2
    by_ssh -i "id_$n" -o CertificateFile="$dir/$c-cert.pub" "$@"
}
legacy="-o PubkeyAcceptedAlgorithms=+ssh-rsa,ssh-dss,ssh-dss$cert,ssh-rsa$cert"
ssh_to_us() {
    serve plain host_ed25519 - - authorized
    for n in $names; do
        # shellcheck disable=SC2086 # words are wanted
        check "ssh-key-$n" by_ssh -i "id_$n" $legacy
    done
    check ssh-key-rsa-with-sha1 by_ssh -i id_rsa -o PubkeyAcceptedAlgorithms=ssh-rsa
    check ssh-key-of-nobody refuses by_ssh -i id_plain
    for n in $names; do
        serve "host-$n" "id_$n" - - authorized
        check "ssh-host-key-$n" by_ssh -i id_ed25519 -o HostKeyAlgorithms="$(field "$n" 3)"
    done
    ours issue ca_host host_ed25519.pub host 127.0.0.1 host-cert.pub || exit 3
    serve certified host_ed25519 host-cert.pub ca_user.pub -
    for n in $names; do
        user_cert "$n" good
        # shellcheck disable=SC2086 # words are wanted
        check "ssh-user-certificate-$n" with_cert "$n" good $legacy
    done
    for alg in rsa-sha2-256 rsa-sha2-512 ssh-rsa; do
        user_cert rsa good
        check "ssh-user-certificate-$alg" with_cert rsa good \
            -o PubkeyAcceptedAlgorithms=$alg$cert,$alg
    done
    check ssh-host-certificate with_cert rsa good -o HostKeyAlgorithms=ssh-ed25519$cert
    user_cert ed25519 expired -V 20200101:20200201
    check ssh-certificate-expired refuses with_cert ed25519 expired
    user_cert ed25519 early -V 20900101:20900201
    check ssh-certificate-not-valid-yet refuses with_cert ed25519 early
    user_cert ed25519 from -O source-address=127.0.0.0/8
    check ssh-certificate-from-here with_cert ed25519 from
    user_cert ed25519 from -O source-address=192.0.2.0/24
    check ssh-certificate-from-elsewhere refuses with_cert ed25519 from
    user_cert ed25519 odd -O critical:odd@example.org=1
    check ssh-certificate-unknown-option refuses with_cert ed25519 odd
    user_cert ed25519 odd -O extension:odd@example.org=1
    check ssh-certificate-unknown-extension with_cert ed25519 odd
    cp id_ed25519.pub as_host.pub && ssh-keygen -q -s ca_user -I x -h -n tester as_host.pub
    check ssh-certificate-of-a-host refuses with_cert ed25519 as_host
    cp id_ed25519.pub nobody.pub && ssh-keygen -q -s ca_user -I x nobody.pub
    check ssh-certificate-for-nobody refuses with_cert ed25519 nobody
    cp id_ed25519.pub bob.pub && ssh-keygen -q -s ca_user -I x -n bob bob.pub
    check ssh-certificate-for-another refuses with_cert ed25519 bob
    cp id_ed25519.pub other.pub && ssh-keygen -q -s ca_other -I x -n tester other.pub
    check ssh-certificate-of-another-authority refuses with_cert ed25519 other
}

# ---- our client against sshd ----

start_sshd() {
    mkdir -p sshd peer
    for n in $names; do cp "id_$n" "sshd/host_$n" && cp "id_$n.pub" "sshd/host_$n.pub"; done
    for n in $names; do
        ssh-keygen -q -s ca_host -h -I host -n "host.example,*.test" "sshd/host_$n.pub" || exit 3
    done
    echo unused > peer/password
    cp authorized peer/authorized_keys
    cp ca_user.pub sshd/
    {
        for n in $names; do
            echo "HostKey $dir/sshd/host_$n"
            echo "HostCertificate $dir/sshd/host_$n-cert.pub"
        done
        echo "HostKeyAlgorithms +ssh-rsa,ssh-dss,ssh-rsa$cert,ssh-dss$cert"
        echo "PubkeyAcceptedAlgorithms +ssh-rsa,ssh-dss,ssh-rsa$cert,ssh-dss$cert,sk-ssh-ed25519@openssh.com"
        echo "TrustedUserCAKeys $dir/sshd/ca_user.pub"
        echo "AuthorizedKeysFile /run/tester-keys/authorized_keys"
        echo "KbdInteractiveAuthentication no"
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
    wait_line '^PORT ' sshd.out || {
        echo "keys_types.sh: no sshd here: $(tail -1 sshd.log)" >&2
        return 1
    }
    port=$(sed -n 's/^PORT //p' sshd.out)
}
login() { # login NAME KEY CERT|- CA|- ALGORITHMS|-
    said=$(ours login "$port" "$@" 'echo hello')
    status=$?
    echo "$said"
    [ "$status" = 0 ] && [ "$said" = hello ]
}
us_to_sshd() {
    for type in sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com; do
        ours make $type "id_$type" && cat "id_$type.pub" >> authorized || exit 3
    done
    start_sshd || return
    for n in $names; do
        check "client-key-$n" login x "id_$n" - - ssh-ed25519
        check "client-host-key-$n" login x id_ed25519 - - "$(field "$n" 3)"
        check "client-host-certificate-$n" login host.example id_ed25519 - ca_host.pub \
            "$(field "$n" 3)$cert"
        ours issue ca_user "id_$n.pub" user tester "our_$n-cert.pub" || exit 3
        check "client-user-certificate-$n" login a.test "id_$n" "our_$n-cert.pub" ca_host.pub \
            ssh-ed25519$cert
    done
    for alg in rsa-sha2-256 rsa-sha2-512; do
        check "client-host-key-$alg" login x id_ed25519 - - $alg
        check "client-host-certificate-$alg" login host.example id_ed25519 - ca_host.pub $alg$cert
    done
    for type in sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com; do
        check "client-key-$type" login x "id_$type" - - -
        ours issue ca_user "id_$type.pub" user tester "our_sk-cert.pub" || exit 3
        check "client-user-certificate-$type" login x "id_$type" our_sk-cert.pub - -
    done
    check client-host-certificate-for-another refuses login other.example id_ed25519 - ca_host.pub \
        ssh-ed25519$cert
    check client-host-certificate-of-another-authority refuses login host.example id_ed25519 - \
        ca_other.pub ssh-ed25519$cert
    check client-key-of-nobody refuses login x id_plain - - -
    ours issue ca_user id_ed25519.pub user nobody nobody-cert.pub || exit 3
    check client-user-certificate-for-another refuses login x id_ed25519 nobody-cert.pub - -
    ours issue ca_other id_ed25519.pub user tester other-cert.pub || exit 3
    check client-user-certificate-of-another-authority refuses login x id_ed25519 other-cert.pub \
        - -
    ours issue ca_user id_ed25519.pub host tester host-cert.pub || exit 3
    check client-user-certificate-of-a-host refuses login x id_ed25519 host-cert.pub - -
}

# ---- Dropbear, which still has ssh-rsa and may have ssh-dss ----

dropbear_key() { # dropbear_key TYPE FILE: made anew, its public line beside it
    dropbearkey -t "$1" -f "$2" 2> /dev/null | grep "^\(ssh\|ecdsa\)-" > "$2.pub" && [ -s "$2.pub" ]
}
by_dbclient() { # by_dbclient KEY
    said=$(timeout 60 setsid -w dbclient -y -y -i "$1" -p "$port" tester@127.0.0.1 echo hello \
        < /dev/null 2> dbclient.log)
    cat dbclient.log
    [ "$said" = hello ]
}
by_dropbear() { # our client, this host key algorithm
    login x id_rsa - - "$1"
}
# It reads ~/.ssh/authorized_keys only, and with -i it logs nowhere that can be read here.
start_dropbear() {
    mkdir -p drop/home/.ssh && echo unused > drop/password
    cp authorized drop/home/.ssh/authorized_keys && chmod 600 drop/home/.ssh/authorized_keys
    chmod 755 drop drop/home && chmod 700 drop/home/.ssh
    hosts=
    for file in drop_*.pub; do hosts="$hosts -r $dir/${file%.pub}"; done
    # shellcheck disable=SC2086 # words are wanted
    "$top/interop/ns-user" "$dir/drop" "$SSHSPEC" accept -- /usr/sbin/dropbear -i -m $hosts \
        > drop.out 2> drop.log &
    pids="$pids $!"
    wait_line '^PORT ' drop.out || {
        echo "keys_types.sh: no dropbear here: $(tail -1 drop.log)" >&2
        return 1
    }
    port=$(sed -n 's/^PORT //p' drop.out)
}
dropbears() {
    command -v dbclient > /dev/null && command -v dropbearkey > /dev/null || {
        echo "keys_types.sh: without dbclient: its half is left out" >&2
        return
    }
    for type in rsa ecdsa ed25519 dss; do
        dropbear_key $type drop_$type && cat drop_$type.pub >> authorized
    done
    serve for-dropbear id_rsa - - authorized
    for file in drop_*.pub; do
        check "dbclient-${file%.pub}" by_dbclient "${file%.pub}"
    done
    serve for-dropbear-dss id_dsa - - authorized
    if dbclient -V 2>&1 | grep -q . && [ -s drop_dss.pub ]; then
        check dbclient-host-key-dss by_dbclient drop_rsa
    fi
    [ -x /usr/sbin/dropbear ] && start_dropbear || return
    for file in drop_*.pub; do
        type=$(cut -d ' ' -f 1 "$file")
        check "dropbear-host-key-$type" by_dropbear "$type"
    done
    check dropbear-host-key-rsa-sha2-256 by_dropbear rsa-sha2-256
    check dropbear-key-ecdsa384 login x id_ecdsa384 - - -
}

keys_at_rest
ssh_to_us
us_to_sshd
dropbears
exit $failed
