# Several writers on one pipe: what comes through is all of it, or an error; never a part, never a mixture.
. "$here/lib.sh"
small=$data/wiki_small_f16.npz
mkdir shards tiny
for part in 0-7 8-15 16-23 24-31 32-39 40-47 48-59; do
  npz-read "$small" --only $part | npz-write shards/$part.npz || fail "shard $part"
done
for seed in 1 2 3 4 5 6 7 8; do
  vec-synth --articles 2 --chunks 20 --dim 8 --seed $seed -o tiny/$seed.raw || fail "vec-synth"
done
whole=$(npz-read "$small" | seq-build --ctx 5 | digests)

# race NAME ROUNDS COMMAND CHECK: each round either ends in 0 and holds to CHECK, or in 65 and prints nothing.
race() {
  good=0 bad=0
  for round in $(seq "$2"); do
    try "$3"
    if [ "$status" -eq 0 ]; then
      $4
      good=$((good + 1))
    else
      assert_status 65
      assert_no_output
      bad=$((bad + 1))
    fi
  done
  echo "$1: $good whole, $bad refused"
}

# shellcheck disable=SC2317 # race calls them.
holds_the_whole() { assert_equal "$(digests_of_info <out)" "$whole"; }
# shellcheck disable=SC2317
holds_eight_members() { assert_equal "$(jq -c '[.members, .rows]' out)" '[8,320]'; }

race 'large shards' 50 'ls shards/*.npz | xargs -P4 -n1 npz-read | seq-build --ctx 5 | stream-info' holds_the_whole
# One after the other is fine.
try 'ls shards/*.npz | xargs -P1 -n1 npz-read | seq-build --ctx 5 | stream-info'
assert_status 0
assert_equal "$(digests_of_info <out)" "$whole"

# Small streams, whose records may fall between each other whole.
race 'small streams' 30 'ls tiny/*.raw | xargs -P8 -n1 stream-cat | stream-info' holds_eight_members

# One of the writers fails: a shard that is damaged, or not there.
head -c 300000 shards/16-23.npz >shards/8-15.npz
try 'ls shards/*.npz | xargs -P1 -n1 npz-read | seq-build --ctx 5 | narrative-delta'
assert_status 65
assert_no_output
for round in 1 2 3 4 5; do
  try 'ls shards/*.npz | xargs -P4 -n1 npz-read | seq-build --ctx 5 | narrative-delta'
  assert_status 65
  assert_no_output
  try '{ ls shards/0-7.npz shards/4*.npz; echo shards/missing.npz; } | xargs -P4 -n1 npz-read | seq-build --ctx 5 | narrative-delta'
  assert_status 65
  assert_no_output
done
# One of them is killed in the middle.
for at in 1 64 100000 200000; do
  try "{ npz-read shards/0-7.npz | head -c $at; npz-read shards/16-23.npz; } | seq-build --ctx 5 | narrative-delta"
  assert_status 65
  assert_no_output
done
# A writer killed before its first byte leaves no trace in the pipe: the number of members tells, also in the middle of a pipeline.
killed='{ npz-read shards/0-7.npz; sh -c "kill -9 \$\$"; npz-read shards/16-23.npz; }'
try "$killed | stream-check --members 3"
assert_status 65
assert_one_error 'expected 3 members, found 2'
try "$killed | stream-cat --members 3 | seq-build --ctx 5 | narrative-delta"
assert_status 65
assert_no_output
assert_named_once stream-cat 'stdin: expected 3 members, found 2' narrative-delta
try "$killed | stream-cat --members 2 | seq-build --ctx 5 | narrative-delta"
assert_status 1
# Streams of windows under their early name go together with those of today.
early=$golden/sequences-v1.nvs today=$golden/windows-v1.nvs
try "stream-diff '$early' '$today'"
assert_status 0
try "cat '$early' '$today' | stream-info"
assert_status 0
assert_equal "$(jq -c '[.kind, .members, .windows]' out)" '["windows",2,10]'
try "stream-cat '$early' | stream-info | jq -r .kind"
assert_equal "$(cat out)" windows
finish
