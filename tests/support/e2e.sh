# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# e2e.sh - what scripts of tests/e2e that start servers share: a folder, its end, checks, waiting.
#
# A script sets failed=0 and pids= (of what it starts), sources this, and calls enter NAME.
# Environment: KEEP=1 keeps the folder.

leave() {
    for pid in $pids; do kill "$pid" 2> /dev/null; done
    wait
    if [ "${KEEP:-0}" = 1 ]; then echo "kept $dir"; else rm -rf "$dir"; fi
}

# enter NAME - into a folder of its own, which is home; nothing of the user's is in the way.
enter() {
    dir=$(mktemp -d "${TMPDIR:-/tmp}/$1-e2e.XXXXXX") || exit 3
    trap leave EXIT
    trap 'exit 3' INT TERM HUP
    cd "$dir" || exit 3
    HOME=$dir
    export HOME
    unset SSH_AUTH_SOCK SSH_ASKPASS DISPLAY
}

# check NAME COMMAND... - the command's output goes to a file, shown when it fails.
check() {
    checked=$1
    shift
    if "$@" > check.out 2>&1 < /dev/null; then
        echo "ok $checked"
    else
        echo "not ok $checked (status $?)"
        sed 's/^/    /' check.out | tail -20
        # shellcheck disable=SC2034 # the script's exit status is made of it
        failed=1
    fi
}

# wait_line PATTERN FILE - until a line matches, at most 20 seconds; no polling of a port.
wait_line() {
    # shellcheck disable=SC2016 # the inner shell expands it
    timeout 20 sh -c 'tail -n +1 -F "$1" 2> /dev/null | grep -q -m 1 "$0"' "$1" "$2"
}
