#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# key_files.sh - `sshspec key` against ssh-keygen, openssl and puttygen: every format both ways,
# wrong passphrases, damaged and hostile files, signatures, revocation lists.
#
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder. Without puttygen,
# its checks are left out and say so.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
failed=0

skip() {
    echo "key_files.sh: skipped: $1" >&2
    exit 77
}
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"
command -v ssh-keygen > /dev/null || skip "no ssh-keygen"
command -v openssl > /dev/null || skip "no openssl"

dir=$(mktemp -d "${TMPDIR:-/tmp}/key-e2e.XXXXXX") || exit 3
cleanup() {
    [ "${KEEP:-0}" = 1 ] && echo "kept $dir" || rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 3' INT TERM HUP
cd "$dir" || exit 3

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

echo secret > pass
echo wrong > wrong
WORD=secret
export WORD

key() { timeout 60 "$SSHSPEC" key "$@" < /dev/null; }
# line FILE [OPTION...] - type and base64 of the public half.
line() {
    file=$1
    shift
    key convert --format line "$@" "$file" | cut -d' ' -f1,2
}
same() { # same WANT GOT
    [ -n "$1" ] && [ "$1" = "$2" ] && return 0
    echo "want: $1"
    echo "got:  $2"
    return 1
}
# refused STATUS TEXT COMMAND... - ends with that status and says that, without output.
refused() {
    want=$1
    text=$2
    shift 2
    rm -f refused.out
    "$@" > refused.out 2> refused.err
    status=$?
    [ "$status" = "$want" ] && [ ! -s refused.out ] && grep -q -- "$text" refused.err && return 0
    echo "status $status, wanted $want and: $text"
    cat refused.err
    return 1
}

# ---- keys of ssh-keygen ----
ssh-keygen -q -t ed25519 -N '' -C 'ed comment' -f ed25519
ssh-keygen -q -t ecdsa -b 256 -N '' -C 'ec comment' -f ecdsa
ssh-keygen -q -t rsa -b 2048 -N '' -C 'rsa comment' -f rsa
TYPES="ed25519 ecdsa rsa"
# More kinds when the library speaks them.
for more in ecdsa384:ecdsa:384 ecdsa521:ecdsa:521 dsa:dsa:1024; do
    name=${more%%:*}
    rest=${more#*:}
    ssh-keygen -q -t "${rest%:*}" -b "${rest#*:}" -N '' -C "$name comment" -f "$name" 2> /dev/null || continue
    key show "$name" > /dev/null 2>&1 && TYPES="$TYPES $name"
done
for t in $TYPES; do cut -d' ' -f1,2 "$t.pub" > "$t.want"; done
want() { cat "$1.want"; }

openssh_read() {
    same "$(want "$1")" "$(line "$1")" &&
        key show --art --babble "$1" > shown && grep -q "openssh$" shown &&
        grep -qF "$(ssh-keygen -lf "$1" | cut -d' ' -f2)" shown &&
        grep -qF "$(ssh-keygen -l -E md5 -f "$1" | cut -d' ' -f2)" shown &&
        grep -qF "$(ssh-keygen -Bf "$1" | cut -d' ' -f2)" shown &&
        ssh-keygen -lvf "$1" | sed 1d > art && [ "$(tail -n 11 shown)" = "$(cat art)" ]
}
for t in $TYPES; do check "openssh-read-$t" openssh_read "$t"; done

openssh_cipher() {
    cp ed25519 k && chmod 600 k && ssh-keygen -q -p -Z "$1" -a 2 -N secret -f k &&
        same "$(want ed25519)" "$(line k)" &&
        same "$(want ed25519)" "$(line k --passphrase-file pass)" &&
        refused 1 'passphrase does not open' key convert --format openssh --passphrase-file wrong k &&
        refused 1 'protected by a passphrase: cipher name, byte 15' key convert --format openssh k &&
        rm -f ours && key convert --format openssh --passphrase-env WORD --cipher "$1" --rounds 2 --out ours k &&
        same "$(want ed25519)" "$(ssh-keygen -y -P secret -f ours | cut -d' ' -f1,2)" &&
        ! ssh-keygen -y -P wrong -f ours
}
for c in $(ssh -Q cipher | grep -v rijndael); do check "openssh-cipher-$c" openssh_cipher "$c"; done

openssh_write() {
    rm -f ours plain
    key convert --format openssh --new-passphrase-file pass --out ours "$1" &&
        [ "$(stat -c %a ours)" = 600 ] &&
        same "$(cut -d' ' -f1-4 "$1.pub")" "$(ssh-keygen -y -P secret -f ours)" &&
        key convert --format openssh --passphrase-file pass --no-passphrase --out plain ours &&
        same "$(cut -d' ' -f1-4 "$1.pub")" "$(ssh-keygen -y -P '' -f plain)" &&
        refused 3 'there is one already' key convert --format openssh --out plain "$1"
}
for t in $TYPES; do check "openssh-write-$t" openssh_write "$t"; done

# ---- PEM and PKCS#8 with openssl ----
pem_of_keygen() { # ssh-keygen -m FORMAT
    for p in '' secret; do
        cp "$1" k && chmod 600 k && ssh-keygen -q -p -m "$2" -N "$p" -f k &&
            same "$(want "$1")" "$(line k ${p:+--passphrase-file pass})" || return 1
    done
    refused 1 'passphrase does not open' key convert --format line --passphrase-file wrong k &&
        refused 1 'protected by a passphrase' key convert --format line k
}
for t in $TYPES; do
    [ "$t" = ed25519 ] && continue
    check "pem-of-ssh-keygen-$t" pem_of_keygen "$t" PEM
    check "pkcs8-of-ssh-keygen-$t" pem_of_keygen "$t" PKCS8
done

pem_cipher() {
    cp rsa k && chmod 600 k && ssh-keygen -q -p -m PEM -N '' -f k &&
        openssl rsa -in k -traditional "-$1" -passout pass:secret -out k.enc 2> /dev/null &&
        grep -q DEK-Info k.enc && same "$(want rsa)" "$(line k.enc --passphrase-env WORD)" &&
        refused 1 'passphrase does not open' key convert --format line --passphrase-file wrong k.enc
}
for c in aes128 aes192 aes256 des3; do check "pem-cipher-$c" pem_cipher $c; done
check pem-cipher-camellia sh -c "openssl genrsa -traditional -camellia128 -passout pass:secret -out cam 1024 2> /dev/null &&
    ! '$SSHSPEC' key show --passphrase-file pass cam 2> err && grep -q 'not supported: DEK-Info, line 3' err"

pkcs8_scheme() { # name, openssl pkcs8 options
    shift
    cp ecdsa k && chmod 600 k && ssh-keygen -q -p -m PKCS8 -N '' -f k &&
        openssl pkcs8 -topk8 -in k -out k8 -passout pass:secret "$@" &&
        same "$(want ecdsa)" "$(line k8 --passphrase-file pass)" &&
        refused 1 'passphrase does not open' key show --passphrase-file wrong k8
}
check pkcs8-pbkdf2 pkcs8_scheme pbkdf2 -v2 aes-256-cbc
check pkcs8-aes128-sha1 pkcs8_scheme sha1 -v2 aes-128-cbc -v2prf hmacWithSHA1
check pkcs8-des3 pkcs8_scheme des3 -v2 des3
check pkcs8-sha512 pkcs8_scheme sha512 -v2 aes-256-cbc -v2prf hmacWithSHA512 -iter 5000
check pkcs8-scrypt pkcs8_scheme scrypt -scrypt
pkcs8_old() {
    openssl pkcs8 -topk8 -in k -out k8 -passout pass:secret -v1 PBE-SHA1-3DES &&
        refused 1 'not supported' key show --passphrase-file pass k8
}
check pkcs8-older-schemes-are-not-read pkcs8_old

pem_write() {
    for f in pem pkcs8; do
        for p in '' secret; do
            rm -f ours
            key convert --format "$f" ${p:+--new-passphrase-file pass} --out ours "$1" &&
                openssl pkey -in ours -passin "pass:$p" -noout -check 2> /dev/null &&
                same "$(want "$1")" "$(ssh-keygen -y -P "$p" -f ours | cut -d' ' -f1,2)" &&
                same "$(want "$1")" "$(line ours ${p:+--passphrase-file pass})" || return 1
        done
    done
}
for t in ecdsa rsa; do check "pem-write-$t" pem_write "$t"; done
ed_pkcs8() {
    for p in '' secret; do
        rm -f ours
        key convert --format pkcs8 ${p:+--new-passphrase-file pass} --out ours ed25519 &&
            openssl pkey -in ours -passin "pass:$p" -pubout -out ours.spki 2> /dev/null &&
            same "$(want ed25519)" "$(line ours.spki)" || return 1
    done
    openssl genpkey -algorithm ed25519 -out k8 && line k8 > a && openssl pkey -in k8 -pubout -out k8.pub && line k8.pub > b &&
        [ -s a ] && cmp a b && refused 1 'no place for this kind of key' key convert --format pem ed25519
}
check pkcs8-ed25519 ed_pkcs8
ec_parameters() {
    openssl ecparam -name prime256v1 -genkey -out k && grep -q 'EC PARAMETERS' k && openssl ec -in k -pubout -out k.spki 2> /dev/null &&
        same "$(line k.spki)" "$(line k)" &&
        openssl ecparam -name secp256k1 -genkey -out k 2> /dev/null && refused 1 'not supported' key show k
}
check sec1-with-parameters-and-other-curves ec_parameters
spki() {
    key convert --format spki "$1" > ours && openssl pkey -pubin -in ours -noout &&
        same "$(want "$1")" "$(ssh-keygen -i -m PKCS8 -f ours)" &&
        ssh-keygen -e -m PKCS8 -f "$1.pub" > theirs && same "$(want "$1")" "$(line theirs)"
}
for t in ecdsa rsa; do check "spki-$t" spki "$t"; done
rsa_public() { ssh-keygen -e -m PEM -f rsa.pub > p1 && grep -q 'RSA PUBLIC KEY' p1 && same "$(want rsa)" "$(line p1)"; }
check pkcs1-public rsa_public

# ---- RFC 4716 ----
rfc4716() {
    key convert --format rfc4716 "$1" > ours && same "$(want "$1")" "$(ssh-keygen -i -f ours)" &&
        same "$(want "$1")" "$(line ours)" && key show ours | grep -qF "$(cut -d' ' -f3- "$1.pub")" &&
        ssh-keygen -e -f "$1.pub" > theirs && same "$(want "$1")" "$(line theirs)"
}
for t in $TYPES; do check "rfc4716-$t" rfc4716 "$t"; done

# ---- PuTTY ----
ppk_from() {
    rm -f theirs.ppk
    puttygen "$1" -O private -o theirs.ppk --new-passphrase "$3" --ppk-param "$2" &&
        same "$(want "$1")" "$(line theirs.ppk)" || return 1
    [ "$3" = /dev/null ] && { same "$(want "$1")" "$(line theirs.ppk)" && key convert --format openssh theirs.ppk > k; return; }
    rm -f k
    key convert --format openssh --passphrase-file pass --no-passphrase --out k theirs.ppk &&
        same "$(want "$1")" "$(ssh-keygen -y -P '' -f k | cut -d' ' -f1,2)" &&
        refused 1 'passphrase does not open' key convert --format openssh --passphrase-file wrong theirs.ppk &&
        refused 1 'protected by a passphrase: Encryption, line 2' key convert --format openssh theirs.ppk
}
ppk_to() {
    rm -f ours.ppk back
    key convert --format "$2" ${3:+--new-passphrase-file pass} --rounds 2 --out ours.ppk "$1" &&
        same "$(cut -d' ' -f1-4 "$1.pub")" "$(puttygen ours.ppk -O public-openssh ${3:+--old-passphrase pass})" &&
        puttygen ours.ppk ${3:+--old-passphrase pass} -O private-openssh-new -o back --new-passphrase /dev/null &&
        same "$(cut -d' ' -f1-4 "$1.pub")" "$(ssh-keygen -y -P '' -f back)"
}
if command -v puttygen > /dev/null; then
    for t in $TYPES; do
        check "ppk2-read-$t" ppk_from "$t" version=2 pass
        check "ppk3-read-$t" ppk_from "$t" version=3,time=10 pass
        check "ppk3-read-plain-$t" ppk_from "$t" version=3 /dev/null
        for f in ppk2 ppk3; do
            check "$f-write-$t" ppk_to "$t" $f yes
            check "$f-write-plain-$t" ppk_to "$t" $f ''
        done
    done
    check ppk2-read-plain ppk_from ed25519 version=2 /dev/null
    check ppk3-read-argon2i ppk_from ed25519 version=3,kdf=argon2i,memory=1024,passes=2,parallelism=3 pass
    check ppk3-read-argon2d ppk_from ed25519 version=3,kdf=argon2d,memory=512,passes=1 pass
    ppk_costly() {
        puttygen ed25519 -O private -o big.ppk --new-passphrase pass --ppk-param memory=300000,passes=1 &&
            refused 1 'more of something than we accept: Argon2-Memory, line' key convert --format openssh --passphrase-file pass big.ppk
    }
    check ppk3-over-the-limit ppk_costly
else
    echo "ok puttygen # SKIP no puttygen"
fi

# ---- damaged and hostile files ----
cp ed25519 k && chmod 600 k && ssh-keygen -q -p -a 1 -N secret -f k > setup.out
rm -f all.*
key convert --format ppk3 --new-passphrase-file pass --rounds 1 --out all.ppk3 ed25519
key convert --format ppk2 --out all.ppk2 rsa
key convert --format pem --new-passphrase-file pass --out all.pem rsa
key convert --format pkcs8 --new-passphrase-file pass --rounds 100 --out all.pkcs8 ecdsa
key convert --format rfc4716 --out all.rfc4716 ed25519
key convert --format spki --out all.spki rsa
cp k all.openssh
# A file cut at any twentieth: refused with a field and a place, never a crash.
cut_everywhere() {
    size=$(stat -c %s "$1")
    n=0
    while [ "$n" -lt $((size - 1)) ]; do
        head -c "$n" "$1" > part
        timeout 60 "$SSHSPEC" key show --passphrase-file pass part > out 2> err < /dev/null
        status=$?
        [ "$status" = 1 ] && [ ! -s out ] && grep -Eq ': .*(byte [0-9]+|line [0-9]+)' err || { echo "$n bytes: status $status"; cat err; return 1; }
        n=$((n + size / 20 + 1))
    done
}
trailing() {
    for junk in x '-----BEGIN RSA PRIVATE KEY-----' '\0'; do
        { cat "$1"; printf '%b\n' "$junk"; } > junked
        refused 1 'end of file, line' key show --passphrase-file pass junked || return 1
    done
}
for f in openssh pem pkcs8 ppk2 ppk3 rfc4716 spki; do
    check "truncated-$f" cut_everywhere "all.$f"
    check "trailing-$f" trailing "all.$f"
done
oversized() {
    { cat ed25519; head -c 1100000 /dev/zero | tr '\0' '\n'; } > big && refused 3 'big' key show big &&
        { echo '-----BEGIN OPENSSH PRIVATE KEY-----'; head -c 900000 /dev/zero | tr '\0' A; echo; echo '-----END OPENSSH PRIVATE KEY-----'; } > big &&
        refused 1 'base64: data size, line 2' key show big &&
        { echo '-----BEGIN RSA PRIVATE KEY-----'; yes AAAA | head -n 100000; echo '-----END RSA PRIVATE KEY-----'; } > big &&
        refused 1 'base64: data size, line' key show big &&
        { echo 'PuTTY-User-Key-File-3: ssh-rsa'; echo 'Encryption: none'; echo 'Comment: '; echo 'Public-Lines: 99999999'; } > big &&
        refused 1 'Public-Lines, line 4' key show big
}
check oversized oversized
rounds() { # bcrypt rounds are the four bytes before the number of keys
    sed '1d;$d' k | base64 -d > k.bin &&
        { head -c 63 k.bin; printf '\377\377\377\377'; tail -c +68 k.bin; } > k.many &&
        { echo '-----BEGIN OPENSSH PRIVATE KEY-----'; base64 -w 70 k.many; echo '-----END OPENSSH PRIVATE KEY-----'; } > many &&
        refused 1 'more of something than we accept: kdf rounds' timeout 5 "$SSHSPEC" key show --passphrase-file pass many
}
check bcrypt-rounds-over-the-limit rounds
no_key() {
    : > empty && refused 1 'first line' key show empty && echo hello > text && refused 1 'first line, line 1' key show text &&
        openssl req -x509 -newkey rsa:1024 -nodes -keyout ck -subj /CN=x -out cert 2> /dev/null &&
        refused 1 'not supported: file format, line 1' key show cert && refused 3 'missing' key show missing &&
        openssl genpkey -algorithm x25519 -out x 2> /dev/null && refused 1 'not supported' key show x &&
        openssl rsa -in rsa -modulus -noout > /dev/null 2>&1
    head -c 3000 /dev/urandom > noise && refused 1 'byte' key show noise
}
check no-key-at-all no_key
non_canonical() { # indefinite length, long length, and a PKCS#8 whose inside is another kind
    { echo '-----BEGIN PRIVATE KEY-----'; printf '\060\200\002\001\000\000\000' | base64; echo '-----END PRIVATE KEY-----'; } > nc &&
        refused 1 'ASN.1, byte 0' key show nc &&
        { echo '-----BEGIN PRIVATE KEY-----'; printf '\060\201\003\002\001\000' | base64; echo '-----END PRIVATE KEY-----'; } > nc &&
        refused 1 'ASN.1, byte 0' key show nc &&
        key convert --format pem rsa | sed 's/RSA PRIVATE/EC PRIVATE/' > nc && refused 1 'key structure' key show nc &&
        key convert --format pkcs8 rsa | sed 's/BEGIN PRIVATE/BEGIN RSA PRIVATE/; s/END PRIVATE/END RSA PRIVATE/' > nc &&
        refused 1 'key structure' key show nc
}
check non-canonical non_canonical
windows_ends() {
    for f in openssh pem pkcs8 ppk2 rfc4716 spki; do
        sed 's/$/\r/' "all.$f" > crlf && same "$(line "all.$f" --passphrase-file pass)" "$(line crlf --passphrase-file pass)" || return 1
    done
}
check windows-line-ends windows_ends

# ---- generate ----
generated() {
    rm -f g g.pub
    key generate --type "$1" --format "$2" --passphrase-env WORD --rounds 2 --comment 'made here' --out g &&
        [ "$(stat -c %a g)" = 600 ] && [ "$(stat -c %a g.pub)" = 644 ] && grep -q 'made here' g.pub &&
        same "$(cut -d' ' -f1,2 g.pub)" "$(line g --passphrase-file pass)" && ssh-keygen -lf g.pub &&
        refused 3 'there is one already' key generate --out g
}
for t in ed25519 ecdsa rsa; do for f in openssh pkcs8 ppk3; do check "generate-$t-$f" generated $t $f; done; done
for t in ecdsa-384 ecdsa-521 ed25519-sk ecdsa-sk dsa; do check "generate-$t" generated $t openssh; done
unknown_to_keygen() {
    rm -f g g.pub
    key generate --type "$1" --passphrase-env WORD --rounds 2 --out g && same "$(cut -d' ' -f1,2 g.pub)" "$(line g --passphrase-file pass)" &&
        refused 1 'no place for this kind of key' key convert --format pem --passphrase-file pass g
}
for t in ed448 mldsa44-ed25519; do check "generate-$t" unknown_to_keygen $t; done
certified() {
    rm -f c c.pub c-cert.pub
    ssh-keygen -q -t ed25519 -N '' -f c && ssh-keygen -q -s rsa -I 'who is it' -z 7 c.pub && key show --art c-cert.pub > shown &&
        grep -q 'certificate  of a user, serial 7, id "who is it", by SHA256:' shown &&
        ssh-keygen -lvf c-cert.pub | sed 1d > art && [ "$(tail -n 11 shown)" = "$(cat art)" ] &&
        same "$(cut -d' ' -f1,2 c-cert.pub)" "$(line c-cert.pub)" &&
        same "$(line c)" "$(key convert --format spki c-cert.pub > s && line s)"
}
check show-certificate certified
check generate-rejects refused 2 'no such kind' key generate --type ed25518 --out x
check generate-bits refused 2 'no such size' key generate --type rsa --bits 1000 --out x
check generate-public-format refused 2 'no place for a private key' key generate --format spki --out x

# ---- signatures ----
echo message > m
{ printf 'me@example.org '; cat ed25519.pub; printf 'me@example.org '; cat ecdsa.pub; printf 'me@example.org '; cat rsa.pub; } > allowed
signed() {
    rm -f m.sig s.sig
    ssh-keygen -q -Y sign -f "$1" -n file m 2> /dev/null && key verify --signature m.sig --key "$1.pub" m &&
        key sign --key "$1" --hash sha256 --out s.sig m && ssh-keygen -Y verify -f allowed -I me@example.org -n file -s s.sig < m &&
        key verify --signature s.sig --key "$1" m | grep -q 'valid signature: SHA256:'
}
for t in ed25519 ecdsa rsa; do check "sign-$t" signed $t; done
not_signed() {
    rm -f s.sig
    key sign --key ed25519 --namespace git --out s.sig m || return 1
    for options in "--signature s.sig" "--signature s.sig --namespace git --key rsa.pub"; do
        # shellcheck disable=SC2086 # words
        key verify $options m && return 1
        [ $? = 1 ] || return 1
    done
    echo other > n
    key verify --signature s.sig --namespace git n | grep -q 'does not verify' &&
        key verify --signature s.sig --namespace git m | grep -q 'no --key says who may sign' &&
        { cat s.sig; echo x; } > bad && refused 1 'end of file, line' key verify --signature bad m &&
        refused 1 'BEGIN line, line 1' key verify --signature m m && refused 3 '' key verify --signature missing m &&
        refused 1 'only the public half' key sign --key rsa.pub --out q.sig m
}
check sign-refused not_signed

# ---- revocation lists ----
ssh-keygen -q -t ed25519 -N '' -f ca
{
    printf 'serial: 3\nserial: 100-200\nserial: 1001\nserial: 1003\nid: old laptop\n'
    printf 'key: '; cat rsa.pub
    printf 'sha1: '; cat ecdsa.pub
} > spec
ssh-keygen -q -k -s ca.pub -z 9 -f revoked spec 2> /dev/null
krl() {
    key krl list revoked > listed && grep -q 'version 9' listed && grep -q '^serial 100-200 of authority SHA256:' listed &&
        grep -q '^id "old laptop" of authority' listed && grep -q "^key $(ssh-keygen -lf rsa.pub | cut -d' ' -f2)" listed
}
check krl-list krl
krl_check() {
    key krl check revoked ed25519.pub ca.pub | grep -c 'not revoked' | grep -q 2 && ! key krl check revoked rsa.pub > out && grep -q REVOKED out &&
        ! key krl check revoked ed25519.pub ecdsa.pub > out && grep -q 'ecdsa.pub: REVOKED by sha1' out || return 1
    for n in 1 3 99 100 150 200 201 1001 1002 1003; do
        rm -f c c.pub c-cert.pub
        ssh-keygen -q -t ed25519 -N '' -f c && ssh-keygen -q -s ca -I someone -z "$n" c.pub 2> /dev/null
        ssh-keygen -Q -f revoked c-cert.pub > theirs
        theirs=$?
        key krl check --ca ca.pub --serial "$n" --id someone revoked c.pub > ours
        ours=$?
        [ "$theirs" = "$ours" ] || { echo "serial $n: $theirs, $ours"; cat theirs ours; return 1; }
        key krl check revoked c-cert.pub > ours
        ours=$?
        [ "$theirs" = "$ours" ] || { echo "certificate $n: $theirs, $ours"; cat theirs ours; return 1; }
    done
    ! key krl check --ca ca.pub --serial 5 --id 'old laptop' revoked c.pub
}
check krl-check-as-ssh-keygen krl_check
krl_bad() {
    head -c 60 revoked > part && refused 1 'no key revocation list: ' key krl list part &&
        { cat revoked; printf '\377\0\0\0\012\0\0\0\1x\1\0\0\0\0'; } > crit && refused 1 'nothing can be called good' key krl check crit ed25519.pub &&
        refused 2 'write list or check' key krl look revoked && refused 2 'ca says of whose' key krl check --serial 1 revoked rsa.pub
}
check krl-refused krl_bad

# ---- a server's key may have any format ----
server_key() {
    key convert --format "$1" rsa > hostkey && timeout 20 "$SSHSPEC" server --host-key hostkey --seconds 1 < /dev/null > served 2> err
    grep -qF "$(ssh-keygen -lf rsa | cut -d' ' -f2)" served || { cat served err; return 1; }
}
for f in pem pkcs8 ppk2 ppk3; do check "server-key-$f" server_key $f; done
server_refuses() {
    ! timeout 20 "$SSHSPEC" server --host-key rsa.pub --seconds 1 < /dev/null > served 2> err &&
        grep -q 'only the public half is here' err && timeout 20 "$SSHSPEC" server --host-key k --seconds 1 < /dev/null > served 2> err
    grep -q 'protected by a passphrase; make a copy' err
}
check server-key-refused server_refuses

# ---- the command line ----
check usage-subcommand refused 2 'did you mean show' key shwo
check usage-format refused 2 'did you mean ppk2' key convert --format ppk4 rsa
check usage-no-passphrase-on-argv refused 2 'no option --passphrase' key show --passphrase secret k
check usage-env-not-set refused 3 'NOT_SET: not set' key show --passphrase-env NOT_SET k
check usage-two-passphrases refused 2 'give one' key show --passphrase-env WORD --passphrase-file pass k
check usage-rounds refused 2 'write a number' key convert --format openssh --rounds 1x rsa
check usage-cipher refused 1 'a cipher, passphrase or number' key convert --format openssh --new-passphrase-file pass --cipher aes9 rsa
several() {
    cat ed25519.pub rsa.pub > two && key convert --format line two | wc -l | grep -q 2 && refused 1 'has 2 keys' key convert --format spki two &&
        refused 1 'only the public half' key convert --format openssh two
}
check several-keys several
help() { key --help | grep -q convert && key convert --help | grep -q ppk3 && "$SSHSPEC" --help | grep -q '  key '; }
check help help

exit $failed
