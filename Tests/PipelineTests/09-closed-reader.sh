# A reader that has had enough ends the stages before it silently, by SIGPIPE, also where that signal was ignored or blocked on entry.
. "$here/lib.sh"
wiki=$data/wiki_example_f16.npz
export wiki
npz-read "$wiki" >chunks.nvs
npz-read "$wiki" --limit 1000 | text-write >chunks.jsonl

quiet() { # quiet COMMAND: it is ended by its reader, without a word
  for before in '' "trap '' PIPE;"; do
    try "rm -f status; { ( $before $1 ); echo \$? >status; } | head -c 100 >/dev/null; until [ -s status ]; do sleep 0.01; done"
    assert_no_errors
    assert_equal "$(cat status)" 141 "ended by SIGPIPE"
  done
}
quiet 'npz-read "$wiki"'
npz-read "$wiki" | npz-write stored.npz
quiet 'npz-read stored.npz'
quiet 'stream-split --shard 0/2 <chunks.nvs'
quiet 'text-read <chunks.jsonl'
quiet 'seq-build <chunks.nvs'
quiet 'seq-build --negatives 2 <chunks.nvs'
quiet 'article-select --exclude 999 <chunks.nvs'
quiet 'stream-cat chunks.nvs'
quiet 'text-write <chunks.nvs'
quiet 'vec-synth --articles 100 --chunks 100 --dim 384'
quiet 'nohup npz-read "$wiki"'

# All stages of a pipeline end when the last has what it wants.
try 'npz-read "$wiki" | seq-build --ctx 5 | stream-head -n 3 | stream-info'
assert_status 0
assert_no_errors
assert_equal "$(jq .windows out)" 3
try "trap '' PIPE; npz-read \"\$wiki\" | seq-build --ctx 5 | stream-head -n 3 | text-write | head -n 2"
assert_status 0
assert_no_errors
assert_lines 2 out

# The report of a stage whose reader is gone is no error worth a word either.
try "rm -f status; { npz-read \"\$wiki\" | seq-build | direction-diagnose; echo \$? >status; } | true; until [ -s status ]; do sleep 0.01; done"
assert_no_errors
finish
