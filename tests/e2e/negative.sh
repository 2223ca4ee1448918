#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# negative.sh - scenarios fail when they should: our own endpoint is broken on purpose, one rule at a time.
#
# negative.tsv says for each deviation which scenarios notice it, and how. They have to PASS against the honest
# endpoint, to have that verdict against the broken one, and to prove a rule that the deviation says it breaks.
# Prints "ok NAME" or "not ok NAME"; exit status 0 or 1, or 77 with a reason when it cannot run here.
# Environment: SSHSPEC (the program, build/bin/sshspec), KEEP=1 keeps the folder, ONLY='PATTERN' chooses
# deviations by name, ALL=1 plays the whole catalogue against each and says which other scenarios fail ("# NAME: ...").
# shellcheck disable=SC2317 # the functions are called through check
# shellcheck disable=SC2015 # both sides of these && || may fail
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
SSHSPEC=${SSHSPEC:-$top/build/bin/sshspec}
table=$top/tests/e2e/negative.tsv
SSHSPEC_INTEROP=$top/interop # the program may lie anywhere
export SSHSPEC_INTEROP
failed=0

[ -x "$SSHSPEC" ] || {
    echo "negative.sh: skipped: no $SSHSPEC: build it first, or set SSHSPEC" >&2
    exit 77
}
dir=$(mktemp -d "${TMPDIR:-/tmp}/negative-e2e.XXXXXX") || exit 3
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
        echo "not ok $name"
        sed 's/^/    /' check.out | cut -c1-300 | tail -25
        failed=1
    fi
}

tab=$(printf '\t')
# run JSON SELECTOR... - lines "SCENARIO <tab> CASE <tab> VERDICT <tab> PEER" of a run, in the file results.
run() {
    json=$1
    shift
    "$SSHSPEC" run --scenarios "$top/scenarios" --peer self --no-store --seed 7 --json "$json" "$@" > said 2>&1
    status=$?
    # A case is text or null, and may hold what JSON writes with a backslash.
    sed -n "s/^{\"type\":\"result\",\"scenario\":\"\([^\"]*\)\",\"case\":\(null\|\"\(\([^\"\\\\]\|\\\\.\)*\)\"\),\"peer\":\"\([^\"]*\)\".*\"verdict\":\"\([A-Z]*\)\".*/\1$tab\3$tab\6$tab\5/p" \
        "$json" > results
    return "$status"
}

"$SSHSPEC" list --breaks --json > breaks.json || exit 3
"$SSHSPEC" list --scenarios "$top/scenarios" --json > catalogue.json || exit 3
sed -n 's/^{"name":"\([^"]*\)".*/\1/p' breaks.json > names
grep -v '^#' "$table" > rows
: > fell

# ---- the table ----
# Each deviation has a row, and each row a deviation.
complete() {
    cut -f1 rows | sort -u > named
    sort names | diff - named
}
# Lines "NAME <tab> ID" of requirements in JSON lines with that key for the name.
requirements() {
    sed -n "s/^{\"$1\":\"\([^\"]*\)\".*\"requirements\":\[\([^]]*\)\].*/\1 \2/p" "$2" | tr -d '"' |
        awk -v OFS='\t' '{ n = split($2, ids, ","); for (i = 1; i <= n; i++) print $1, ids[i] }'
}
# A scenario that stands in a row proves a rule that the deviation breaks; and the ledger knows the rules.
about_the_rule() {
    requirements name breaks.json > broken
    requirements id catalogue.json > proven
    cut -f2 broken | sort -u > rules
    cut -f1 "$top/scenarios/requirements.tsv" | sort -u | comm -23 rules - > unknown
    awk -F '\t' '
        FILENAME == "broken" { breaks[$1, $2] = 1; next }
        FILENAME == "proven" { proves[$1] = proves[$1] " " $2; next }
        { id = $2; sub(/\[.*/, "", id); n = split(proves[id], ids, " "); found = 0
          for (i = 1; i <= n; i++) if (($1, ids[i]) in breaks) found = 1
          if (!found) print $1 " and " id " have no rule in common" }' broken proven rows > astray
    cat unknown astray
    [ -s broken ] && [ -s proven ] && [ ! -s unknown ] && [ ! -s astray ]
}
honest() {
    # shellcheck disable=SC2046 # a list of ids
    run honest.json $(cut -f2 rows | sed 's/\[.*//' | sort -u) || { tail -3 said; return 1; }
    ! grep -v "${tab}PASS${tab}self\$" results && [ -s results ]
}
check "every deviation has its scenarios" complete
check "they prove a rule that it breaks" about_the_rule
check "the honest endpoint passes them all" honest

# ---- the deviations ----
# The rows of one deviation against the results: prints what is not as it should be.
compare() {
    awk -F '\t' -v name="$1" '
        FILENAME == "results" {
            if ($4 != "self-broken:" name) print "the peer is called " $4
            verdicts[$1] = verdicts[$1] " " $3; verdicts[$1 "[" $2 "]"] = " " $3; next }
        $1 == name {
            n = split(verdicts[$2], came, " ")
            if (n == 0) print $2 ": was not run"
            for (i = 1; i <= n; i++) if (came[i] != $3) print $2 ": " came[i] ", not " $3 }' results rows
}
broken() {
    # shellcheck disable=SC2046 # a list of ids
    run broken.json --break "$1" $(awk -F '\t' -v name="$1" '$1 == name { sub(/\[.*/, "", $2); print $2 }' rows | sort -u)
    [ "$(awk -F '\t' -v name="$1" '$1 == name && $3 == "FAIL"' rows | wc -l)" = 0 ] || [ "$status" = 1 ] || {
        echo "exit status $status"
        tail -3 said
        return 1
    }
    compare "$1" > wrong
    cat wrong
    [ -s results ] && [ ! -s wrong ] && grep -q 'broken on purpose' said || return 1
    awk -F '\t' -v name="$1" '$1 == name && $3 == "FAIL" { sub(/\[.*/, "", $2); print $2 }' rows >> fell
}
others() {
    run all.json --break "$1"
    awk -F '\t' -v name="$1" '
        FILENAME == "rows" { if ($1 == name) { sub(/\[.*/, "", $2); named[$2] = 1 } next }
        ($3 == "FAIL" || $3 == "ERROR" || $3 == "CRASH") && !($1 in named) && !seen[$1]++ { list = list " " $1 ($3 == "FAIL" ? "" : "=" $3) }
        END { if (list != "") print "# " name ":" list }' rows results
}
while read -r name; do
    # shellcheck disable=SC2254 # a pattern is wanted
    case $name in
    ${ONLY:-*}) ;;
    *) continue ;;
    esac
    check "$name" broken "$name"
    [ "${ALL:-0}" = 0 ] || others "$name"
done < names
[ -z "${ONLY:-}" ] || exit $failed

# ---- what was shown ----
enough() {
    n=$(sort -u fell | wc -l)
    areas=$(sed 's,/.*,,' fell | sort -u | wc -l)
    echo "$n scenarios of $areas areas were seen to fail"
    [ "$n" -ge 150 ] && [ "$areas" -ge 12 ]
}
usage() {
    "$SSHSPEC" run --break newkeys-early-ignore --peer self kex/newkeys-early 2> said
    [ $? = 2 ] && grep -q 'did you mean "newkeys-early-ignored"' said || return 1
    for peers in '' '--peer openssh' '--peer self --peer openssh' '--peer all' '--server 127.0.0.1:1 --user x --key x'; do
        # shellcheck disable=SC2086 # words
        "$SSHSPEC" run --break newkeys-early-ignored $peers kex/newkeys-early 2> said
        [ $? = 2 ] && grep -q 'give --peer self and no other peer' said || return 1
    done
    "$SSHSPEC" run --break newkeys-early-ignored --peer self --role client 2> said
    [ $? = 2 ] && grep -q 'which --role leaves out' said
}
# A deviation of the server leaves nothing to do for scenarios against a client.
other_role() {
    "$SSHSPEC" run --scenarios "$top/scenarios" --no-store --break newkeys-early-ignored --peer self version/prelines 2> said
    [ $? = 4 ]
}
# Every report says so, and what runs it again breaks it again.
told() {
    "$SSHSPEC" run --scenarios "$top/scenarios" --no-store --break disconnect-ignored --peer self packet/disconnect \
        --json told.json --junit told.xml --html told.html --markdown told.md > said
    for report in said told.json told.xml told.html told.md; do
        grep -q 'self-broken.*disconnect-ignored' "$report" || { echo "$report"; return 1; }
    done
    grep -q '"self.breaks":"disconnect-ignored"' told.json && grep -q -- '--peer self --break disconnect-ignored' said
}
check "150 scenarios of 12 areas were seen to fail" enough
check "mistakes on the command line are 2" usage
check "a deviation has one role" other_role
check "every report says that it was broken on purpose" told
exit $failed
