# An output that cannot be written whole is an error of status 74, and no file of the final name.
. "$here/lib.sh"
small=$data/wiki_small_f16.npz
export small
npz-read "$small" >chunks.nvs
seq-build --ctx 5 <chunks.nvs >windows.nvs
text-write <chunks.nvs >text.jsonl

filters='npz-read "$small"
seq-build <chunks.nvs
article-select --exclude 99 <chunks.nvs
stream-cat <windows.nvs
stream-head -n 1 <windows.nvs
vec-synth --articles 2 --chunks 1000
text-read <text.jsonl'
texts='text-write <chunks.nvs'
reports='direction-diagnose --no-gate <windows.nvs
narrative-delta <windows.nvs
stream-info <windows.nvs'

each() { printf '%s\n' "$1"; }

# A full device.
{ each "$filters"; each "$texts"; each "$reports"; } >commands
while read -r line; do
  try "$line >/dev/full"
  assert_status 74
  assert_one_error 'standard output'
  grep -q 'No space left on device' err || fail "the system's reason"
  # A closed standard output.
  try "$line >&-"
  assert_status 74
  assert_one_error 'standard output'
  # The same as last stage of a pipeline, and with a table.
done <commands
for tool in npz-read stream-check direction-diagnose; do
  try "$tool --help >/dev/full"
  assert_status 74
  try "$tool --version >/dev/full"
  assert_status 74
done
try 'npz-read --list "$small" >/dev/full'
assert_status 74
try 'stream-info --provenance <windows.nvs >/dev/full'
assert_status 74
try 'direction-diagnose --format table --no-gate <windows.nvs >/dev/full'
assert_status 74
# A closed standard input is an input that cannot be read.
for tool in npz-read seq-build stream-check direction-diagnose; do
  try "$tool <&- >result"
  assert_fails
  assert_one_error 'std'
  ! grep -q 'stdin: stdin' err || fail "the input is named once"
done

# -o to a full device, and past the limit of a file's size, whether its signal is ignored or not.
while read -r line; do
  try "$line -o /dev/full"
  assert_status 74
done <commands
{ each "$filters"; each 'npz-write result <chunks.nvs'; } | sed -e '/npz-write/!s/$/ -o result/' -e '/head/d' >large
while read -r line; do
  echo old >result
  try "ulimit -f 64; trap '' XFSZ; $line"
  assert_status 74
  assert_equal "$(cat result)" old "the old file stays"
  try "ulimit -f 64; $line"
  assert_status 74
  assert_equal "$(cat result)" old "the old file stays"
  rm result
  try "ulimit -f 64; trap '' XFSZ; $line"
  assert_status 74
  assert_absent result .result*
done <large
try "ulimit -f 64; trap '' XFSZ; stream-split --shards 2 --out part- <chunks.nvs"
assert_status 74
assert_absent part-* .part-*

# A folder that is not there, or not to be written to.
try 'npz-read "$small" -o missing/result'
assert_status 73
try 'seq-build -o . <chunks.nvs'
assert_fails

# Ended from outside in the middle of -o: the old file, or none. SIGTERM also takes the unfinished one away; SIGKILL cannot.
for signal in TERM INT KILL; do
  for tool in 'stream-cat' 'npz-write' 'direction-diagnose --no-gate'; do
    echo old >old
    input=chunks.nvs
    [ "$tool" = "direction-diagnose --no-gate" ] && input=windows.nvs
    for result in old new; do
      case $tool in npz-write) words="npz-write $result" ;; *) words="$tool -o $result" ;; esac
      rm -f pid fifo
      mkfifo fifo
      command="$words, then SIG$signal"
      # dash has what runs in the background ignore SIGINT: env resets it where it can, else the tool honours that.
      sh -c 'echo $$ >pid; exec '"$words"' <fifo' 2>err >out &
      exec 4>fifo
      head -c 2000000 "$input" >&4
      kill -s $signal "$(cat pid)"
      exec 4>&-
      status=0
      wait $! || status=$?
      [ "$status" -ne 0 ] || fail "it was ended: $status"
      assert_absent new
      assert_equal "$(cat old)" old "the old file stays"
      [ $signal = KILL ] || assert_absent .old* .new*
      rm -f .old* .new*
    done
  done
done
finish
