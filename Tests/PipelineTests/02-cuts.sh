# A stream that is cut, at whatever byte, is refused by every tool that reads one: no answer, no whole stream, no file.
. "$here/lib.sh"
needs_python

cuts() { # cuts SAMPLES STREAM -- TOOL…: every byte where SAMPLES is "all"
  samples=
  [ "$1" = all ] || samples="--samples $1"
  shift
  # shellcheck disable=SC2086
  count=$(python3 "$here/damage.py" cuts $samples "$@") || fail "every cut of $1 is refused: $count"
  held "$count"
}
chunks=$golden/chunks-v1.nvs windows=$golden/sequences-v1.nvs
cuts all "$chunks" -- seq-build --quiet --ctx 2 -- article-select --exclude 99 -- npz-write result
cuts all "$windows" -- direction-diagnose --no-gate -- narrative-delta
cuts 60 "$chunks" -- seq-build --quiet --ctx 1 --negatives 1 -- stream-cat -- stream-cat -o result -- stream-head -n 1000 -- stream-info \
  -- stream-check -- text-write -- stream-split --shards 2 --out result -- stream-split --shard 0/2 -- stream-diff - "$chunks"
cuts 60 "$windows" -- seq-gate --quiet -- seq-gate --quiet --top 0.5 -- seq-ablate --mode reverse
vec-synth --articles 3 --chunks 6 --dim 3 | seq-build --ctx 2 >three.nvs
cuts 60 "$tmp/three.nvs" -- seq-ablate --mode cross-article
cuts 60 "$windows" -- stream-cat -- stream-check -- stream-diff "$windows" - -- direction-diagnose --limit 1 -o result -- text-write -o result \
  -- npz-write result
# The text twin: all but its last line end, without which nothing is missing.
text-write "$windows" | head -c -1 >windows.jsonl
cuts 150 "$tmp/windows.jsonl" -- text-read

# A larger stream, through a pipeline of three, cut around each record's borders and in between.
npz-read "$data/wiki_small_f16.npz" >chunks.nvs
size=$(wc -c <chunks.nvs)
end=$((size - $(tail -c 1024 chunks.nvs | grep -abo 'NVSEND' | head -n 1 | cut -d: -f1 | { read -r at; echo $((1024 - at)); })))
borders=$(grep -abo -e 'NVSFRAME' -e 'NVSEND' chunks.nvs | cut -d: -f1)
[ "$(echo "$borders" | wc -l)" -ge 4 ] || fail "a stream of several frames: $borders"
cuts="0 1 63 64 $((size - 1)) $((size - 64)) $end"
for border in $borders; do cuts="$cuts $((border - 1)) $border $((border + 1)) $((border + 63)) $((border + 64)) $((border + 100000))"; done
for cut in $cuts; do
  [ "$cut" -lt "$size" ] || continue
  try "head -c $cut chunks.nvs | seq-build --ctx 5 | article-select --exclude 999 | direction-diagnose --no-gate"
  assert_status 65
  assert_no_output
done
# The same, cut between the second and the third stage.
npz-read "$data/wiki_small_f16.npz" | seq-build --ctx 5 >windows.nvs
# shellcheck disable=SC2013 # Each line is one number.
for cut in $(grep -abo -e 'NVSFRAME' -e 'NVSEND' windows.nvs | cut -d: -f1) $(($(wc -c <windows.nvs) - 1)); do
  try "seq-build --ctx 5 <chunks.nvs | head -c $cut | narrative-delta"
  assert_status 65
  assert_no_output
  try "head -c $cut windows.nvs | narrative-delta -o result"
  assert_status 65
  assert_absent result
done
# Uncut, all is well.
try 'cat chunks.nvs | seq-build --ctx 5 | article-select --exclude 999 | direction-diagnose --no-gate'
assert_status 0

# Members: what one stage writes is whole only at its very end, even where shards out of order make it begin another member.
npz-read "$data/wiki_small_f16.npz" --only 0-9 -o first.nvs
npz-read "$data/wiki_small_f16.npz" --only 10-19 -o second.nvs
cat second.nvs first.nvs | seq-build --ctx 5 >both.nvs
try 'stream-check both.nvs'
assert_status 0
# shellcheck disable=SC2013 # Each line is one number.
for cut in $(grep -abo 'NVSEND' both.nvs | cut -d: -f1); do
  length=$(od -An -tu8 -j $((cut + 24)) -N 8 both.nvs)
  cut=$((cut + 64 + length))
  [ "$cut" -lt "$(wc -c <both.nvs)" ] || continue
  try "head -c $cut both.nvs | narrative-delta"
  assert_status 65
done

# An .npz cut anywhere.
# shellcheck disable=SC2043 # Another file may join it.
for file in wiki_small_f16.npz; do
  size=$(wc -c <"$data/$file")
  for cut in 0 1 30 1000 100000 $((size / 2)) $((size - 100)) $((size - 22)) $((size - 1)); do
    for way in "cat short.npz | npz-read" "npz-read <short.npz" "npz-read short.npz"; do
      head -c "$cut" "$data/$file" >short.npz
      try "$way | seq-build --ctx 5 | direction-diagnose --no-gate"
      assert_status 65
      assert_no_output
    done
  done
done
finish
