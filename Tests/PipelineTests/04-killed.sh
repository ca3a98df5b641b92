# A stage that is killed, or fails, under plain sh: the last one knows, and says so.
. "$here/lib.sh"
wiki=$data/wiki_example_f16.npz
export wiki

npz-read "$wiki" >chunks.nvs
seq-build --ctx 5 <chunks.nvs >windows.nvs
end_of() { # the byte at which the end record begins
  grep -abo 'NVSEND' "$1" | tail -n 1 | cut -d: -f1
}

# Killed before its header, as the first stage and as one in the middle.
try 'sh -c "kill -9 \$\$" | seq-build --ctx 5 | direction-diagnose'
assert_status 65
assert_no_output
assert_named_once seq-build 'stdin: is empty' direction-diagnose
try 'npz-read "$wiki" | sh -c "kill -9 \$\$" | direction-diagnose'
assert_status 65
assert_no_output
assert_one_error 'stdin: is empty'
try 'npz-read "$wiki" | seq-build --ctx 5 | sh -c "kill -9 \$\$" | direction-diagnose'
assert_status 65
assert_no_output
try 'no-such-tool | seq-build --ctx 5 | direction-diagnose'
assert_status 65
assert_no_output

# Killed in the middle. The stage after it takes its time, so that the victim stands in a write to a full pipe when the signal comes.
after='until [ -s pid ]; do sleep 0.02; done; sleep 0.2; kill -9 "$(cat pid)"; exec'
victim='echo $$ >pid; exec'
# Vectors of a stored array go into the pipe by reference, those of a deflated one are copied.
npz-read "$wiki" | npz-write stored.npz

for file in "$wiki" stored.npz; do
  export file
  try "rm -f pid; sh -c '$victim npz-read \"\$file\"' | sh -c '$after seq-build --ctx 5' | direction-diagnose"
  assert_status 65
  assert_no_output
  assert_named_once seq-build 'stdin: the stream is truncated' direction-diagnose
  try "rm -f pid; npz-read \"\$file\" | sh -c '$victim seq-build --ctx 5' | sh -c '$after direction-diagnose'"
  assert_status 65
  assert_no_output
  assert_one_error 'the stream is truncated'
  try "rm -f pid; npz-read \"\$file\" | sh -c '$victim seq-build --ctx 5' | sh -c '$after article-select --exclude 999' | narrative-delta -o verdict"
  assert_status 65
  assert_absent verdict .verdict*
  assert_named_once article-select 'stdin: the stream is truncated' narrative-delta
done

# Killed after its last frame, before its end, and within it.
for at in $(end_of chunks.nvs) $(($(end_of chunks.nvs) + 64)) $(($(wc -c <chunks.nvs) - 1)); do
  try "sh -c 'head -c $at chunks.nvs; kill -9 \$\$' | seq-build --ctx 5 | direction-diagnose"
  assert_status 65
  assert_no_output
done
for at in $(end_of windows.nvs) $(($(end_of windows.nvs) + 64)) $(($(wc -c <windows.nvs) - 1)); do
  try "npz-read \"\$wiki\" | sh -c 'head -c $at windows.nvs; kill -9 \$\$' | direction-diagnose"
  assert_status 65
  assert_no_output
done

# Whatever the moment: a signal at some time, eight times over. Either all was done, or the last stage says no.
npz-read "$wiki" | seq-build --ctx 5 | narrative-delta >right.json
for pause in 0.001 0.003 0.005 0.008 0.012 0.016 0.02 0.03; do
  for stage in 1 2; do
    first='npz-read "$wiki"' second='seq-build --ctx 5'
    [ $stage = 1 ] && first="sh -c '$victim npz-read \"\$wiki\"'" || second="sh -c '$victim seq-build --ctx 5'"
    try "rm -f pid; { until [ -s pid ]; do :; done; sleep $pause; kill -9 \"\$(cat pid)\"; } 2>/dev/null & $first | $second | narrative-delta"
    if [ "$status" -eq 1 ]; then assert_same_figures right.json out 0; else assert_status 65 && assert_no_output; fi
  done
done

# A stage that finds a fault: it says so, the last one names it, and those between hold their tongue.
head -c 1000000 "$wiki" >bad.npz
try 'npz-read bad.npz | seq-build --ctx 5 | article-select --exclude 999 | direction-diagnose'
assert_status 65
assert_no_output
assert_named_once npz-read 'bad.npz: ' direction-diagnose
try 'npz-read missing.npz | seq-build --ctx 5 | direction-diagnose'
assert_status 65
assert_named_once npz-read 'missing.npz: ' direction-diagnose
try 'npz-read "$wiki" | seq-build --ctx 5 | seq-build --ctx 5 | direction-diagnose'
assert_status 65
assert_no_output
assert_named_once seq-build 'stdin: ' direction-diagnose
# A fault after megabytes of good frames.
head -c 3000000 chunks.nvs >half.nvs
try 'stream-cat half.nvs | seq-build --ctx 5 | direction-diagnose'
assert_status 65
assert_no_output
assert_named_once stream-cat 'half.nvs: ' direction-diagnose
# What a stage wrote before it failed stays refused, however often it is passed on.
try 'seq-build --ctx 5 <half.nvs >aborted.nvs'
assert_status 65
try 'cat aborted.nvs | stream-cat | article-select --exclude 999 | narrative-delta'
assert_status 65
assert_no_output
assert_one_error 'upstream seq-build failed (65)'
# A wrong flag speaks for itself, and the stages after it fail too.
try 'npz-read "$wiki" | seq-build --contxt 5 | direction-diagnose'
assert_fails
assert_no_output
grep -q '^seq-build: error: ' err || fail "the flag is named by its own tool"
held
finish
