# The pipelines that the README promises give their figures, however the file comes in and however the work is split.
. "$here/lib.sh"
wiki=$data/wiki_example_f16.npz
small=$data/wiki_small_f16.npz
export wiki small

# A file by name, on standard input, and through a pipe: the same windows, the same figures.
try 'npz-read "$wiki" | seq-build --ctx 5 | direction-diagnose'
assert_status 0
assert_no_errors
assert_lines 1 out
mv out by-name.json
assert_equal "$(jq -c '[.windows, .articles, .context, .offset, .dim, .pass, .delta]' by-name.json)" '[5055,100,5,1,384,true,null]'
for way in 'npz-read <"$wiki"' 'cat "$wiki" | npz-read' 'npz-read - <"$wiki"'; do
  try "$way | seq-build --ctx 5 | direction-diagnose"
  assert_status 0
  assert_same_figures by-name.json out 0
done

# An honest no: the figures are printed, and the status says that a gate failed.
try 'npz-read "$small" | seq-build --ctx 5 | direction-diagnose'
assert_status 1
assert_equal "$(jq -c '[.pass, .gates.coherence.pass, .gates.temporal_signal.pass, .gates.temporal_order.pass]' out)" '[false,true,false,true]'
try 'npz-read "$small" | seq-build --ctx 5 | direction-diagnose --no-gate'
assert_status 0

# A split by articles, then windows of offset 2.
try 'npz-read "$wiki" | article-select --split train=0.8,val=0.1,ood=0.1 --take val | seq-build --ctx 5 --offset 2 |
  direction-diagnose --no-gate --format json | jq .delta'
assert_status 0
assert_lines 1 out
assert_equal "$(jq '. < 0 and . > -0.2' out)" true

# The parts of a split are the whole, each row once.
for part in train val ood; do
  npz-read "$wiki" | article-select --split train=0.8,val=0.1,ood=0.1 --take $part -o $part.nvs || fail "part $part"
done
npz-read "$wiki" -o whole.nvs
assert_equal "$(cat val.nvs train.nvs ood.nvs | digests)" "$(digests whole.nvs)"
assert_equal "$(stream-info train.nvs val.nvs ood.nvs | jq .members)" 3

# Shards, side by side and put together again.
mkdir shards
for part in 0-14 15-29 30-44 45-59; do
  npz-read "$small" --only $part | npz-write "shards/wiki $part.npz" || fail "shard $part"
done
try 'npz-read "$small" | seq-build --ctx 5 | narrative-delta'
assert_status 1
mv out whole.json
try "ls shards/*.npz | tr '\n' '\0' | xargs -0 -P2 -I{} sh -c 'npz-read \"\$1\" >\"\$1.nvs\"' sh {} && cat shards/*.nvs | seq-build --ctx 5 | narrative-delta"
assert_status 1
assert_same_figures whole.json out 1e-9
# In whatever order they are put together.
try 'cat shards/*45-59*.nvs shards/*15-29*.nvs shards/*0-14*.nvs shards/*30-44*.nvs | seq-build --ctx 5 | narrative-delta'
assert_status 1
assert_same_figures whole.json out 1e-9
try 'cat shards/*45-59*.nvs shards/*0-14*.nvs shards/*30-44*.nvs shards/*15-29*.nvs | seq-build --ctx 5 | direction-diagnose --no-gate'
mv out shuffled.json
try 'npz-read "$small" | seq-build --ctx 5 | direction-diagnose --no-gate'
assert_same_figures out shuffled.json 1e-9
# A shard twice is no shard of this data: its keys stand twice.
try 'cat shards/*0-14*.nvs shards/*15-29*.nvs shards/*0-14*.nvs | seq-build --ctx 5 | narrative-delta'
assert_status 65
assert_no_output

# The figures of a report go to a file, whole.
try 'npz-read "$small" | seq-build --ctx 5 | narrative-delta -o report.json'
assert_status 1
assert_no_output
assert_same_figures whole.json report.json 0
finish
