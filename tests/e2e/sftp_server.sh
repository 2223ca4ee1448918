#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# sftp_server.sh - the sftp program of the distribution against sshspec-sftp-server, over a pipe.
#
# usage: sftp_server.sh [BIN]   BIN: the folder of our programs; build/bin when not given
# Prints a line "ok N what" or "not ok N what" for each check. Exit status: 0 all is well, 1 not,
# 77 skipped.
# shellcheck disable=SC2317 # functions below are called by way of check
set -u
bin=${1:-build/bin}
server=$bin/sshspec-sftp-server

if ! command -v sftp > /dev/null 2>&1; then
    echo "1..0 # skipped: no sftp program here"
    exit 77
fi
if [ ! -x "$server" ]; then
    echo "1..0 # skipped: $server is not built"
    exit 77
fi
server=$(cd "$(dirname "$server")" && pwd)/sshspec-sftp-server
dir=$(mktemp -d) || exit 3
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$dir/root" "$dir/here"
cd "$dir/here" || exit 3

count=0
failed=0
check() { # what, then a command that tells
    what=$1
    shift
    count=$((count + 1))
    if "$@" > "$dir/said" 2>&1; then
        echo "ok $count $what"
    else
        echo "not ok $count $what"
        sed 's/^/# /' "$dir/said"
        failed=1
    fi
}
# Commands on standard input; the first that fails ends it, unless "-" stands before it.
batch() {
    sftp -q -b - -D "$server --root $dir/root ${flags:-}" > "$dir/out" 2> "$dir/err"
}
do_batch() {
    if printf '%s\n' "$@" | batch; then
        return 0
    fi
    cat "$dir/out" "$dir/err"
    return 1
}
refused() {
    if printf '%s\n' "$@" | batch; then
        cat "$dir/out"
        return 1
    fi
    return 0
}
says() {
    grep -q -- "$1" "$dir/out" "$dir/err" || { cat "$dir/out" "$dir/err"; return 1; }
}
no() {
    ! "$@"
}

head -c 3000000 /dev/urandom > big
printf 'line\r\nnext\n\000\032end' > odd
: > empty
flags=--writable

check "put a large, an odd and an empty file" do_batch "put big" "put odd" "put empty"
check "the large file has its bytes" cmp big "$dir/root/big"
check "no byte of the odd file was translated" cmp odd "$dir/root/odd"
check "the empty file is empty" cmp empty "$dir/root/empty"
check "get them back" do_batch "get big big.back" "get odd odd.back" "get empty empty.back"
check "the large file came back" cmp big big.back
check "the odd file came back" cmp odd odd.back
check "the empty file came back" cmp empty empty.back

check "ls -l lists them" do_batch "ls -l"
check "with a long name as ls makes it" says '^-rw.* 3000000 .* big$'
check "mkdir, put into it, list it" do_batch "mkdir sub" "put odd sub/odd" "ls -l sub"
check "the file is there" says 'sub/odd$\|odd$'
check "cd and pwd" do_batch "cd sub" "pwd"
check "pwd tells the path below the root only" says '^Remote working directory: /sub$'
check "mkdir of what is there is refused" refused "mkdir sub"
check "rmdir of what is not empty is refused" refused "rmdir sub"

check "rename a file" do_batch "rename odd moved"
check "the old name is gone" test ! -e "$dir/root/odd"
check "the new name has the bytes" cmp odd "$dir/root/moved"
check "symlink, then get through it" do_batch "ln -s moved link" "get link link.back"
check "the link has the text that was meant" test "$(readlink "$dir/root/link")" = moved
check "what it leads to came" cmp odd link.back
check "hard link" do_batch "ln moved hard"
check "it is the same file" test "$dir/root/hard" -ef "$dir/root/moved"
check "chmod" do_batch "chmod 640 moved"
check "the mode is set" test "$(stat -c %a "$dir/root/moved")" = 640
check "chmod does not set setuid" do_batch "chmod 4755 moved"
check "the bit was masked" test "$(stat -c %a "$dir/root/moved")" = 755
check "the first bytes of the large file are here" sh -c 'head -c 1000 big > part'
check "reget" do_batch "reget big part"
check "the whole is there" cmp big part
check "df asks for the space" do_batch "df"
check "a tree to send" sh -c 'mkdir -p tree/a/b && cp odd tree/a/b/odd && cp odd tree/odd'
check "put -r" do_batch "put -r tree"
check "get -r" do_batch "get -r tree tree.back"
check "the trees are the same" diff -r tree tree.back
check "preserving times and modes" do_batch "put -p odd times"
check "the time is that of the file" test "$(stat -c %Y odd)" = "$(stat -c %Y "$dir/root/times")"
check "rm and rmdir" do_batch "rm sub/odd" "rmdir sub"
check "they are gone" test ! -e "$dir/root/sub"
check "rm of what is not there is refused" refused "rm sub"

echo outside > "$dir/canary"
ln -s ../canary "$dir/root/out"
ln -s "$dir/canary" "$dir/root/out2"
check "a link that leads out is not followed" refused "get out stolen"
check "nor is an absolute one" refused "get out2 stolen"
check "nor dots" refused "get ../canary stolen"
check "nor written through" refused "put odd out"
check "nothing came" test ! -e stolen
check "the canary is as it was" test "$(cat "$dir/canary")" = outside
mkfifo "$dir/root/fifo"
check "a fifo is refused, not waited for" refused "get fifo stolen"

flags=
check "read only: get" do_batch "get big again"
check "the bytes" cmp big again
for line in "put odd new" "mkdir new" "rm big" "rename big new" "ln -s big new" "ln big new" \
    "chmod 600 big" "rmdir tree"; do
    check "read only: $line is refused" refused "$line"
    check "as not permitted" says 'ermission denied'
done
check "nothing new is there" test ! -e "$dir/root/new"
check "nothing is gone" cmp big "$dir/root/big"

check "a folder that is not there is told" no "$server" --root "$dir/nowhere" < /dev/null
check "a wrong flag is told" no "$server" --nonsense < /dev/null
check "garbage ends it" sh -c "printf '\\000\\000\\000\\000' | '$server' --root '$dir/root'; test \$? = 1"

echo "1..$count"
exit "$failed"
