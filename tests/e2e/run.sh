#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh - `sshspec run` from outside: verdicts, exit statuses, reports, interruption, left-overs.
#
# Peers are our own endpoints (self), small scripts of this file, and OpenSSH where it is there.
# Prints "ok NAME" or "not ok NAME"; exit status 0, 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder.
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail the check
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
failed=0

skip() {
    echo "run.sh: skipped: $1" >&2
    exit 77
}
[ -x "$SSHSPEC" ] || skip "no $SSHSPEC: build it first, or set SSHSPEC"
[ -x /usr/bin/python3 ] || skip "no /usr/bin/python3"

dir=$(mktemp -d "${TMPDIR:-/tmp}/run-e2e.XXXXXX") || exit 3
cleanup() {
    [ "${KEEP:-0}" = 1 ] && echo "kept $dir" || rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 3' INT TERM HUP
cd "$dir" || exit 3
mkdir tmp
TMPDIR=$dir/tmp
export TMPDIR

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

# ---- a catalogue and peers of our own ----
mkdir -p cat/area/ cat/fragments interop/peers interop/divergences
cp "$top/scenarios/requirements.tsv" cat/
cp "$top/interop/ns-user" interop/
SSHSPEC_INTEROP=$dir/interop
export SSHSPEC_INTEROP
req=RFC4253-7.3-newkeys-early

cat > cat/area/good.scn << SCN
scenario "a server lets a known key in"
proves   $req
against  server

client {
    login
}
SCN
cat > cat/area/three.scn << SCN
scenario "three cases"
proves   $req
against  server
each     n in [1, 2, 3]

client {
    kex
    check n < 3, "n is below three"
}
SCN
list=$(awk 'BEGIN { for (i = 1; i < 100; i++) printf "%d, ", i; print 100 }')
cat > cat/area/many.scn << SCN
scenario "a hundred cases"
proves   $req
against  server
each     n in [$list]

client {
    kex
    check n < 1, "n is below one"
}
SCN
cat > cat/area/client.scn << SCN
scenario "a client that runs a command"
proves   $req
against  client
action   exec "true"

server {
    serve
}
peer     expect exit 0
SCN

# peer NAME SERVER CLIENT - scripts without their first line.
peer() {
    mkdir "interop/peers/$1"
    cat > "interop/peers/$1/recipe" << RECIPE
name = $1
title = $1
roles = server client
packages = $1-package
detect = echo version-1.5
version_after = version-
server_command = server
client_command = client
server_features = exec
client_features = exec key
start_within = 2s
RECIPE
    printf '#!/bin/sh\n%s\n' "$2" > "interop/peers/$1/server"
    printf '#!/bin/sh\n%s\n' "$3" > "interop/peers/$1/client"
    chmod +x "interop/peers/$1/server" "interop/peers/$1/client"
}

# python_peer NAME BODY - a server that does BODY with each connection c.
python_peer() {
    peer "$1" "exec /usr/bin/python3 $dir/interop/peers/$1/server.py" "exit 0"
    cat > "interop/peers/$1/server.py" << PY
import os, socket, time
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(8)
print("PORT %d" % listener.getsockname()[1], flush=True)
while True:
    c, _ = listener.accept()
    $2
PY
}
python_peer mute 'keep = globals().setdefault("keep", []); keep.append(c)'
python_peer shut 'c.close()'
python_peer half 'c.sendall(b"SSH-2.0-half\r\n"); c.recv(1000); c.close()'
python_peer flood 'os.fork() or [c.sendall(b"x" * 60000) for _ in range(100000)]'
python_peer crash 'os.abort()'
mark=$((1000000 + $$)) # seconds that no other process on the machine sleeps
peer never "sleep $mark" "sleep $mark"
# Children that left its group and its session, orphans, and a server of ours.
# shellcheck disable=SC2016 # the peer expands it
peer brood 'setsid sh -c "trap \"\" TERM HUP; sleep '$mark' & exec sleep '$mark'" &
setsid sh -c "setsid sleep '$mark' & exit" &
"$SSHSPEC" server --user me --password-file '"$dir"'/password > ours &
sleep '$mark "exit 0"
peer gone "exit 5" "exit 5"

run() {
    "$SSHSPEC" run --scenarios cat --store run.db "$@"
}

# expect STATUS COMMAND...
expect() {
    want=$1
    shift
    "$@"
    got=$?
    [ "$got" = "$want" ] || {
        echo "exit status $got instead of $want"
        return 1
    }
}

nothing_left() {
    left=$(find "$TMPDIR" -mindepth 1 -maxdepth 1 | head -3)
    [ -z "$left" ] || {
        echo "left in TMPDIR: $left"
        return 1
    }
    none_runs || {
        echo "processes are left"
        return 1
    }
}
# No worker, peer or child of a peer within ten seconds.
none_runs() {
    end=$(($(date +%s) + 10))
    while pgrep -f "$dir|sleep $mark" > /dev/null; do
        [ "$(date +%s)" -lt "$end" ] || {
            pgrep -af "$dir|sleep $mark"
            return 1
        }
    done
}

# ---- verdicts and exit statuses ----
all_pass() {
    expect 0 run area/good area/client --peer self
}
one_fails() {
    expect 1 run area/three --peer self --json out.json &&
        [ "$(grep -c '"verdict":"PASS"' out.json)" = 2 ] &&
        grep -q '"case":"3",.*"verdict":"FAIL","expected":false' out.json
}
one_case() {
    expect 0 run 'area/three[2]' --peer self --json - > out.json 2> said && grep -q PASS said &&
        [ "$(wc -l < out.json)" = 3 ]
}
usage() {
    expect 2 run --peer nobody && expect 2 run area/god --peer self && expect 2 run --shard 4/3 &&
        expect 2 run --jobs 0 && expect 2 run --server 10.1.2.3:22 --user x --key y &&
        expect 2 run --json - --junit - && expect 2 run --user x
}
bad_scenario() {
    printf 'scenario "x"\nagainst nobody\n' > cat/area/bad.scn
    expect 2 run area/good --peer self
    status=$?
    rm cat/area/bad.scn
    return "$status"
}
nothing_selected() {
    expect 4 run 'tag:no-such-tag' --peer self && expect 4 run area/client --peer self --role server
}
same_seed() {
    run area/three --peer self --seed 7 --json a.json > /dev/null
    run area/three --peer self --seed 7 --jobs 1 --json b.json > /dev/null
    grep result a.json > a && grep result b.json > b && cmp a b
}
shards_join() {
    for i in 1 2 3; do run --peer self --shard "$i/3" --json "shard$i.json" > /dev/null; done
    run --peer self --json whole.json > /dev/null
    cat shard?.json | grep '"type":"result"' | cut -d, -f2,3 | sort > parts
    grep '"type":"result"' whole.json | cut -d, -f2,3 | sort > whole
    diff parts whole && [ "$(wc -l < whole)" = 105 ]
}
divergences() {
    echo "area/three[3] server FAIL .. 2999-01-01 \"known\" here" > interop/divergences/self
    expect 0 run area/three --peer self --json out.json && grep -q XFAIL out.json || return 1
    echo "area/three[2] server FAIL .. 2999-01-01 \"known\" here" > interop/divergences/self
    expect 1 run area/three --peer self --json out.json && grep -q XPASS out.json || return 1
    echo "area/three[2] server FAIL" > interop/divergences/self
    expect 2 run area/three --peer self || return 1
    rm interop/divergences/self
    expect 1 run area/three --peer self --propose-divergences proposed
    grep '^area/three\[3\] server FAIL' proposed
}
all_sinks() {
    run area/three --peer self --json s.json --junit s.xml --html s.html --markdown s.md
    [ -s s.json ] && [ -s s.xml ] && [ -s s.html ] && [ -s s.md ] || return 1
    ! command -v xmllint > /dev/null || xmllint --noout s.xml || return 1
    "$SSHSPEC" report jsonl --store run.db > stored.json && cmp s.json stored.json &&
        "$SSHSPEC" report text --store run.db --scenarios cat | grep -q 'below three' &&
        "$SSHSPEC" report runs --store run.db | grep -q '3 results, 1 not as expected' &&
        expect 0 "$SSHSPEC" diff last last --store run.db &&
        expect 2 "$SSHSPEC" report html --run nonsense --store run.db
}
last_failed() {
    run area/three --peer self
    expect 1 run last-failed --peer self | tail -3 | grep -q '^3 results'
}
store_breaks() {
    (
        ulimit -f 100 # far less than 100 results take, however they are grouped
        trap '' XFSZ
        run area/many --peer self --store full.db
        echo "status $?"
    ) 2>&1 | grep -E 'goes on|results|^status' > said
    cat said
    grep -q 'status 3' said && [ "$(grep -c 'goes on without it' said)" = 1 ] &&
        grep -q '^100 results' said || return 1
    "$SSHSPEC" report runs --store full.db
}

# ---- peers that misbehave ----
verdict_of() {
    run area/good --peer "$1" --json out.json
    grep -o '"verdict":"[A-Z]*"' out.json | head -1 | grep -q "$2" && cat out.json &&
        grep -q "$3" out.json
}

# Waits for a line in a file that a background process writes.
await() {
    tries=0
    until grep -q "$1" "$2" 2> /dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 3000 ] || return 1
    done
}

# ---- ends ----
# start_run PEER... - a run in the background; its pid is in the file pid.
start_run() {
    rm -f pid
    # shellcheck disable=SC2016 # the inner shell expands
    setsid sh -c 'echo $$ > pid; exec "$0" run area/good "$@" --scenarios cat --no-store' \
        "$SSHSPEC" "$@" > said 2>&1 &
    until [ -s pid ]; do :; done
}
# The supervisor is killed while peers run; everything ends with it.
killed() {
    echo secret > password
    start_run --peer never --peer mute --peer brood --jobs 3
    until [ "$(pgrep -cf "sleep $mark")" -ge 5 ] && pgrep -f "server --user.*$dir" > /dev/null &&
        pgrep -f "$dir/interop/peers/mute" > /dev/null; do :; done
    kill -KILL "$(cat pid)"
    wait
    none_runs || return 1
    run area/good --peer self > /dev/null
    nothing_left
}
# At whatever moment: a worker may just have been started, or a peer.
killed_early() {
    for pause in 0 0.01 0.02 0.05 0.1 0.2 0.4; do
        start_run --peer never --peer brood --jobs 2
        sleep "$pause"
        kill -KILL "$(cat pid)"
        wait
        none_runs || return 1
    done
    run area/good --peer self > /dev/null
    nothing_left
}
# Started from a shell by a recipe: the shell dies with the worker, and our program with the shell.
dies_with_recipe() {
    echo secret > password
    # shellcheck disable=SC2016 # the inner shell expands
    PEER_KEYS=$dir sh -c '"$0" server --user me --password-file "$1"/password & echo $! > pid; wait' \
        "$SSHSPEC" "$dir" > said 2>&1 &
    shell=$!
    await 127.0.0.1 said || return 1
    kill -KILL "$shell"
    wait "$shell"
    none_runs
}
# shellcheck disable=SC2016 # the inner shell expands it
interrupted() {
    rm -f pid
    # shellcheck disable=SC2016 # the inner shell expands
    setsid sh -c 'echo $$ > pid; exec "$0" run area/three --repeat 100000 --peer self \
        --scenarios cat --store run.db --json int.json' "$SSHSPEC" > said 2>&1 &
    job=$!
    until [ -s pid ] && pgrep -f "worker .*$dir" > /dev/null; do :; done
    kill -INT "$(cat pid)"
    wait "$job"
    [ $? = 3 ] && grep -q interrupted said && grep -q '"type":"summary"' int.json && nothing_left
}

check "all as expected is 0" all_pass
check "a failure is 1 and told by case" one_fails
check "one case by name, JSON on standard output" one_case
check "mistakes on the command line are 2" usage
check "a scenario that is wrong stops everything" bad_scenario
check "nothing selected is 4" nothing_selected
check "one seed, one result, whatever the jobs" same_seed
check "shards join to the whole" shards_join
check "divergences: XFAIL, XPASS, proposals" divergences
check "every report, and the store says the same" all_sinks
check "last-failed chooses from the store" last_failed
check "a full disk costs the store and not the run" store_breaks
check "a server that says nothing" verdict_of mute 'FAIL\|INCONCLUSIVE' '"type":"summary"'
check "a server that closes at once" verdict_of shut 'FAIL\|INCONCLUSIVE' '"type":"summary"'
check "a server that dies half-way" verdict_of half 'FAIL\|INCONCLUSIVE' '"type":"summary"'
check "a server that floods" verdict_of flood 'FAIL\|INCONCLUSIVE' '"type":"summary"'
check "a server that crashes" verdict_of crash CRASH 'signal 6'
check "a server that never listens" verdict_of never ERROR 'did not say PORT within 2000 ms'
check "a server that ends at once" verdict_of gone ERROR 'ended with status 5'
check "nothing is left of all that" nothing_left
check "a killed run leaves nothing" killed
check "whenever it is killed" killed_early
check "a program of ours dies with the recipe that started it" dies_with_recipe
check "an interrupted run writes what it has" interrupted

# ---- somebody else's server, and clients by hand ----
our_server() {
    echo secret > password
    "$SSHSPEC" server --seconds 60 --user me --password-file password > server.out 2>&1 &
    server=$!
    await '127.0.0.1' server.out
    port=$(grep -oE '(port |127\.0\.0\.1[: ]|\]:)[0-9]{4,5}' server.out | grep -oE '[0-9]+$' | tail -1)
    expect 0 run area/good --server "127.0.0.1:$port" --user me --password-file password --json out.json
    status=$?
    kill "$server"
    wait "$server"
    grep -q "\"peer\":\"127.0.0.1:$port\"" out.json && return "$status"
}
by_hand() {
    "$SSHSPEC" serve area/client --scenarios cat > serve.out 2>&1 &
    serve=$!
    await '^known hosts' serve.out
    port=$(grep -oE '^ *[0-9]+' serve.out)
    key=$(grep -oE '/[^ ]*user_ed25519' serve.out)
    known=$(sed -n 's/^known hosts //p' serve.out)
    "$SSHSPEC" client --key "$key" --known-hosts "$known" "tester@127.0.0.1:$port" exec true
    await '^PASS .*area/client' serve.out
    status=$?
    cat serve.out
    kill -INT "$serve"
    wait "$serve"
    return "$status"
}
missing() {
    sed -i 's/^detect.*/&\nserver_programs = no-such-program\nclient_programs = no-such-program/' \
        interop/peers/gone/recipe
    expect 77 run area/good --peer gone 2> said && grep -q 'apt-get install gone-package' said &&
        expect 3 run area/good --peer gone --peer self
}
budget() {
    expect 3 run area/three --repeat 1000 --budget 1 --peer self > said 2>&1 &&
        grep -q 'budget is used up' said
}
check "our server as somebody else's" our_server
check "a visitor gets a verdict" by_hand
check "a peer that is missing is named" missing
check "a budget ends a run" budget
check "nothing is left of that either" nothing_left

# ---- real peers ----
SSHSPEC_INTEROP=$top/interop
if "$SSHSPEC" peers --json | grep -q '"openssh".*"installed":true'; then
    real() {
        run area/good area/client --peer openssh --json out.json
        status=$?
        [ "$status" = 0 ] || [ "$status" = 77 ] || return 1
        nothing_left
    }
    outside() {
        expect 0 run area/client --json out.json --client 'ssh -F none -T -o BatchMode=yes
            -o IdentitiesOnly=yes -o IdentityAgent=none -o UserKnownHostsFile={known_hosts}
            -o StrictHostKeyChecking=yes -i {key} -p {port} {user}@{host} {command}'
    }
    check "OpenSSH in both roles" real
    check "a client by a command of one's own" outside
fi
exit $failed
