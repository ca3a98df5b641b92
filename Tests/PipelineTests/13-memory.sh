# Each stage of a pipeline holds a few frames, whatever the length of the stream: at most 100 MB over 150 MB of vectors.
. "$here/lib.sh"
needs_python
limit=100000
peak="python3 '$here/peak.py'"

try "$peak synth.peak vec-synth --articles 100 --chunks 1000 --dim 384 | $peak npz-write.peak npz-write large.npz"
assert_status 0
[ "$(wc -c <large.npz)" -gt 150000000 ] || fail "a file of 150 MB"
try "$peak npz-read.peak npz-read large.npz | $peak article-select.peak article-select --exclude 3 | $peak seq-build.peak seq-build --ctx 5 |
  $peak direction-diagnose.peak direction-diagnose --no-gate"
assert_status 0
assert_equal "$(jq .windows out)" 98505
try "$peak spool.peak npz-read <large.npz | $peak negatives.peak seq-build --negatives 4 | $peak stream-cat.peak stream-cat | $peak narrative-delta.peak narrative-delta"
assert_fails
assert_equal "$(jq .windows out)" 99500
try "cat large.npz | $peak pipe.peak npz-read -o large.nvs && $peak stream-check.peak stream-check large.nvs && $peak from-file.peak seq-build large.nvs |
  $peak stream-info.peak stream-info"
assert_status 0
try "seq-build large.nvs | $peak gate.peak seq-gate --top 0.9 | $peak ablate.peak seq-ablate --mode cross-article |
  $peak predict.peak model-predict --model copy-last --horizon 3 | stream-info"
assert_status 0
for file in *.peak; do
  kib=$(cat "$file")
  [ "$kib" -lt $limit ] || fail "$(basename "$file" .peak) within $limit KiB: $kib"
  [ "$kib" -gt 1000 ] || fail "a measurement that can be believed: $file $kib"
  held
done
rm -f large.npz large.nvs
finish
