# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# lib.sh - what the scripts of ci/ share: counting, stages, a line of progress.
#
# A stage is a command whose output goes to $LOGS/NAME.log. It counts as the tests it names in
# lines `ok NAME` and `not ok NAME`, in Criterion's closing lines, or as one test by its status.

passed=0
failed=0
skipped=0
broken=
lanes=

# tests in a log: prints "passed failed skipped"
count_log() {
    awk '
        /Synthesis: Tested:/ { gsub(/\033\[[0-9;]*m/, ""); for (i = 1; i <= NF; i++) {
            if ($i == "Passing:") p += $(i + 1); if ($i == "Failing:") f += $(i + 1); if ($i == "Crashing:") f += $(i + 1) } }
        /^ok / { if ($0 ~ /# [Ss][Kk][Ii][Pp]/) s++; else p++ }
        /^not ok / { f++ }
        END { print p + 0, f + 0, s + 0 }' "$1"
}

# play NAME COMMAND... - runs a stage; its end is told by a file. Counts nothing: see tell.
play() {
    name=$1
    shift
    rm -f "$LOGS/$name.end"
    begin=$(date +%s)
    "$@" > "$LOGS/$name.log" 2>&1 < /dev/null
    echo "$? $(($(date +%s) - begin))" > "$LOGS/$name.end.new"
    mv "$LOGS/$name.end.new" "$LOGS/$name.end"
}

any_alive() {
    for lane in $lanes; do kill -0 "$lane" 2> /dev/null && return 0; done
    return 1
}

# tell NAME - waits for a stage that was played, here or in a lane beside, counts and prints it.
tell() {
    name=$1
    [ -t 2 ] && printf '\r%-60s' "... $name" >&2
    while ! [ -e "$LOGS/$name.end" ]; do
        # Lanes that are gone tell nothing any more.
        if [ -n "$lanes" ] && ! any_alive && ! [ -e "$LOGS/$name.end" ]; then
            echo "$name was never run" > "$LOGS/$name.log"
            echo "1 0" > "$LOGS/$name.end"
        fi
        sleep 1
    done
    read -r status took < "$LOGS/$name.end"
    # shellcheck disable=SC2046 # three numbers
    set -- $(count_log "$LOGS/$name.log")
    p=$1
    f=$2
    s=$3
    if [ "$status" = 77 ]; then
        s=$((s + 1))
    elif [ $((p + f + s)) = 0 ]; then
        if [ "$status" = 0 ]; then p=1; else f=1; fi
    elif [ "$status" != 0 ] && [ "$f" = 0 ]; then
        f=1
    fi
    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
    [ -t 2 ] && printf '\r%-60s\r' '' >&2
    if [ "$f" = 0 ]; then
        printf '  %-24s %5d passed' "$name" "$p"
        [ "$s" = 0 ] || printf ', %d skipped' "$s"
        printf '  (%d s)\n' "$took"
    else
        broken="$broken $name"
        printf '  %-24s %5d passed, %d FAILED  (%d s): %s\n' "$name" "$p" "$f" "$took" "$LOGS/$name.log"
        grep -aE '^not ok |: error|FAIL|rror:|\[----\]|\[FAIL\]|ERROR: ' "$LOGS/$name.log" | tail -n 25 | cut -c1-300 | sed 's/^/      /'
        [ "$p" = 0 ] && tail -n 12 "$LOGS/$name.log" | cut -c1-300 | sed 's/^/      /'
    fi
}

# stage NAME COMMAND...
stage() {
    play "$@"
    tell "$1"
}
