# What the numbered tests share. Each is run by `run`, in an empty folder ($tmp), with the tools on PATH, and begins with
#
#     . "$here/lib.sh"
#
# and ends with `finish`. The first check that does not hold ends the test.

root=${root:?} here=${here:?} tools=${tools:?} tmp=${tmp:?}
data=$root/examples/data
golden=$root/Tests/Reference/streams
checks=0

fail() {
  echo "not so: $*"
  [ -z "${command-}" ] || echo "command: $command"
  [ ! -s "$tmp/err" ] || sed 's/^/stderr: /' "$tmp/err" | head -n 5
  exit 1
}

# Every test ends with this: without it, one that stopped half-way could pass for whole.
finish() {
  [ "$checks" -gt 0 ] || fail "nothing was checked"
  echo "ran to the end: $checks checks"
  exit 0
}

held() { checks=$((checks + ${1:-1})); }

needs_python() {
  command -v python3 >/dev/null 2>&1 || { echo "needs python3"; exit 77; }
}

needs_numpy() {
  needs_python
  python3 -c 'import numpy' 2>/dev/null || { echo "needs numpy"; exit 77; }
}

# try COMMAND: a command line as plain sh runs it, without pipefail. Leaves $status, and what it printed in $tmp/out and $tmp/err.
try() {
  command=$1
  status=0
  timeout 30 sh -c "$command" >"$tmp/out" 2>"$tmp/err" || status=$?
  [ $status -ne 124 ] || fail "it hangs"
}

assert_status() {
  [ "$status" -eq "$1" ] || fail "exit status $1; it is $status"
  held
}

assert_fails() {
  [ "$status" -ne 0 ] || fail "exit status other than 0"
  held
}

assert_no_output() {
  [ ! -s "$tmp/out" ] || fail "nothing on standard output; it holds $(wc -c <"$tmp/out") bytes"
  held
}

assert_no_errors() {
  [ ! -s "$tmp/err" ] || fail "nothing on standard error"
  held
}

# assert_one_error TEXT: exactly one line of error, with TEXT in it.
assert_one_error() {
  [ "$(grep -c ': error: ' "$tmp/err")" -eq 1 ] || fail "one line of error"
  grep ': error: ' "$tmp/err" | grep -qF -- "$1" || fail "an error that says: $1"
  held
}

# assert_named_once ORIGIN WORDS LAST: a fault in a pipeline shows as its origin's own line and as the last stage's, that names it; the stages
# in between hold their tongue.
assert_named_once() {
  [ "$(grep -c ': error: ' "$tmp/err")" -eq 2 ] || fail "two lines of error"
  grep -qF "$1: error: $2" "$tmp/err" || fail "the origin's own line: $1: error: $2"
  grep -q "^$3: error: upstream $1 failed ([0-9]*): " "$tmp/err" || fail "the last stage, $3, names $1"
  grep "^$3: error: " "$tmp/err" | grep -qF -- "$2" || fail "the last stage repeats: $2"
  held
}

assert_equal() {
  [ "$1" = "$2" ] || fail "${3:-equal}: '$1' and '$2'"
  held
}

assert_equal_files() {
  cmp -s "$1" "$2" || fail "the same bytes in $1 and $2"
  held
}

assert_lines() {
  [ "$(wc -l <"$2")" -eq "$1" ] || fail "$1 lines in $2; it has $(wc -l <"$2")"
  held
}

assert_exists() {
  [ -e "$1" ] || fail "there is $1"
  held
}

# assert_absent PATH…: nothing of these names; a pattern without a match counts as absent.
assert_absent() {
  for path; do
    [ ! -e "$path" ] || fail "there is no $path"
  done
  held
}

# assert_same_figures FILE FILE TOLERANCE: two reports of one JSON object each agree in every figure; provenance and names may differ.
assert_same_figures() {
  jq -n -r --slurpfile a "$1" --slurpfile b "$2" --argjson tolerance "$3" -f "$here/same-figures.jq" >"$tmp/differences" ||
    fail "$1 and $2 are reports"
  [ ! -s "$tmp/differences" ] || fail "the same figures in $1 and $2: $(head -n 3 "$tmp/differences")"
  held
}

# digests [FILE…]: what the stream holds, whatever its order and cut.
digests() {
  stream-info "$@" | digests_of_info
}

digests_of_info() {
  jq -c '[.kind, .dim, .rows, .windows, .row_digest, .window_digest]'
}
