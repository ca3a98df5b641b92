# However writes are cut, and however slowly they come: the same stream. With --flush a row is seen downstream at once.
. "$here/lib.sh"
needs_python
small=$data/wiki_small_f16.npz
export small
npz-read "$small" --only 0-3 >chunks.nvs
seq-build --ctx 5 <chunks.nvs >windows.nvs
relay="python3 '$here/relay.py'"

try "$relay trickle <chunks.nvs | seq-build --ctx 5"
assert_status 0
assert_equal_files out windows.nvs
try "seq-build --ctx 5 <chunks.nvs | $relay trickle | stream-cat | stream-info"
assert_status 0
assert_equal "$(digests_of_info <out)" "$(digests windows.nvs)"
for seed in 1 2 3; do
  try "npz-read \"\$small\" | $relay pieces $seed | seq-build --ctx 5 | $relay pieces 4$seed | narrative-delta"
  assert_status 1
  [ -e right ] || npz-read "$small" | seq-build --ctx 5 | narrative-delta >right
  assert_equal_files out right
done
# An .npz byte by byte.
npz-read "$small" --only 0-3 | npz-write few.npz
try "$relay trickle <few.npz | npz-read | seq-build --ctx 5 | stream-info"
assert_equal "$(digests_of_info <out)" "$(digests windows.nvs)"
# A slow writer.
try '{ head -c 1000; sleep 0.3; head -c 5; sleep 0.3; cat; } <chunks.nvs | seq-build --ctx 5'
assert_status 0
assert_equal_files out windows.nvs
# Descriptors that someone left non-blocking.
try "python3 -c '
import os, subprocess, sys
r, w = os.pipe(); r2, w2 = os.pipe()
for end in (r, w, r2, w2): os.set_blocking(end, False)
a = subprocess.Popen([\"npz-read\", os.environ[\"small\"]], stdout=w)
b = subprocess.Popen([\"seq-build\", \"--ctx\", \"5\"], stdin=r, stdout=w2)
c = subprocess.Popen([\"narrative-delta\"], stdin=r2)
for end in (r, w, r2, w2): os.close(end)
sys.exit(max(a.wait(), b.wait(), c.wait()))'"
assert_status 1
assert_equal_files out right

# Interactive: a line sent down is a line seen, long before the end.
text-write <chunks.nvs >chunks.jsonl
mkfifo down up
grep '"vector"' chunks.jsonl | head -n 5 >rows
text-read --flush <down 2>err-1 | article-select --flush --exclude 999 2>err-2 | seq-build --ctx 1 --flush 2>err-3 | text-write >up 2>err-4 &
command='text-read --flush | article-select --flush | seq-build --flush | text-write'
exec 3>down 4<up
while read -r line; do
  printf '%s\n' "$line" >&3
  timeout 5 sh -c 'while read -r line; do case $line in *vector*) exit 0 ;; esac; done; exit 1' <&4 || fail "a row is seen while the writer is still at work"
  held
done <rows
exec 3>&-
timeout 5 cat <&4 >rest || fail "the end comes after the last row"
grep -q '"end"' rest || fail "the text has its end: $(cat err-*)"
held
finish
