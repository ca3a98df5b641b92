# seq-shuffle: the same windows in another order, the same bytes for the same seed, in bounded memory.
. "$here/lib.sh"
needs_python
peak="python3 '$here/peak.py'"
window_digest() { stream-info "$1" | jq -r '[.windows, .window_digest] | join(" ")'; }

try "vec-synth --articles 20 --chunks 100 --dim 384 | seq-build --ctx 5 --offset 2 -o windows.nvs"
assert_status 0
try "seq-shuffle windows.nvs -o one.nvs && stream-check one.nvs"
assert_status 0
assert_equal "$(window_digest one.nvs)" "$(window_digest windows.nvs)"
assert_equal "$(stream-info one.nvs | jq -c '[.ordered, .offset, .roles]')" \
  "$(stream-info windows.nvs | jq -c '[false, .offset, .roles]')"
cmp -s one.nvs windows.nvs && fail "another order"
held

# The seed decides, and nothing else does: not memory, not where it comes from and goes to, not how it is cut.
try "seq-shuffle --memory 1G windows.nvs -o explicit.nvs && seq-shuffle --memory 1M <windows.nvs | cat >small.nvs"
assert_status 0
try "seq-shuffle --seed 18 windows.nvs -o other.nvs && seq-shuffle --seed 18 --memory 1 windows.nvs -o spilled.nvs"
assert_status 0
assert_equal_files small.nvs explicit.nvs
assert_equal_files small.nvs one.nvs
assert_equal_files other.nvs spilled.nvs
cmp -s one.nvs other.nvs && fail "another seed, another order"
assert_equal "$(window_digest other.nvs)" "$(window_digest one.nvs)"
stream-info one.nvs >one.json
assert_equal "$(jq -c '[.. | objects | select(.tool? == "seq-shuffle") | .seed] | unique' one.json)" "[17]"

# Twice through the same members is the same again, and what has passed once can pass again.
try "cat windows.nvs windows.nvs | seq-shuffle | stream-info"
assert_status 0
assert_equal "$(jq .windows out)" "$((2 * $(stream-info windows.nvs | jq .windows)))"
try "seq-shuffle one.nvs | seq-shuffle --seed 3 | stream-info"
assert_status 0
assert_equal "$(jq -r .window_digest out)" "$(stream-info windows.nvs | jq -r .window_digest)"

# What no window names is left out and counted.
try "vec-synth --articles 3 --chunks 10 --dim 4 | seq-build --ctx 5 --stride 9 | seq-shuffle | stream-info"
assert_status 0
assert_equal "$(jq -c '[.rows, .windows, .counts["seq-shuffle:unused_rows"]]' out)" "[18,3,12]"
try "vec-synth --articles 3 --chunks 4 --dim 4 | seq-build --ctx 5 -q | seq-shuffle | stream-info"
assert_status 0
assert_equal "$(jq -c '[.rows, .windows]' out)" "[0,0]"

# What it refuses.
try "vec-synth --articles 1 --dim 4 | seq-shuffle -o absent.nvs"
assert_status 65
assert_one_error "expected windows, found chunks"
grep -q 'hint: .*seq-build' err || fail "a hint"
head -c 1000000 windows.nvs >cut.nvs
for memory in 1 1G; do
  try "seq-shuffle --memory $memory cut.nvs -o absent.nvs"
  assert_status 65
  assert_one_error truncated
  try "seq-shuffle --memory $memory <cut.nvs | stream-check"
  assert_status 65
done
try "TMPDIR='$tmp/nowhere' seq-shuffle --memory 1 windows.nvs -o absent.nvs"
assert_status 73
assert_one_error "$tmp/nowhere: cannot create a temporary file"
assert_absent absent.nvs*

# 150 MB of vectors through 20 MB.
try "vec-synth --articles 100 --chunks 1000 --dim 384 | seq-build --ctx 1 | $peak shuffle.peak seq-shuffle --memory 20M | stream-info"
assert_status 0
assert_equal "$(jq .windows out)" 99900
kib=$(cat shuffle.peak)
[ "$kib" -lt 80000 ] || fail "within 80 MB: $kib"
[ "$kib" -gt 1000 ] || fail "a measurement that can be believed: $kib"
held
finish
