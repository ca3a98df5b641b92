# A write that is lost, doubled, swapped or zeroed between two stages, as a faulty file system or relay may do it.
. "$here/lib.sh"
needs_python
small=$data/wiki_small_f16.npz
export small
blocks=$(($(npz-read "$small" | wc -c) / 65536))
[ "$blocks" -ge 20 ] || fail "a stream of many blocks: $blocks"

for mode in drop repeat swap zero; do
  for block in 0 1 7 8 $((blocks / 2)) $((blocks - 1)); do
    try "npz-read \"\$small\" | python3 '$here/relay.py' $mode $block | seq-build --ctx 5 | narrative-delta"
    assert_status 65
    assert_no_output
  done
done
for size in 4096 64 1048576; do
  try "npz-read \"\$small\" | seq-build --ctx 5 | python3 '$here/relay.py' drop 1 $size | narrative-delta"
  assert_status 65
  assert_no_output
done
# Whole records, whose checksums are right wherever they stand.
npz-read "$small" | seq-build --ctx 5 >windows.nvs
records=$(grep -abo -e 'NVSFRAME' -e 'NVSEND' windows.nvs | wc -l)
[ "$records" -ge 4 ] || fail "several records: $records"
for mode in drop-record repeat-record; do
  for record in $(seq 0 "$records"); do
    try "python3 '$here/relay.py' $mode $record <windows.nvs | narrative-delta"
    assert_status 65
    assert_no_output
  done
done
for record in $(seq 0 $((records - 1))); do
  try "python3 '$here/relay.py' swap-records $record <windows.nvs | narrative-delta"
  assert_status 65
  assert_no_output
done
# A file that is changed, cut or replaced while its vectors are on their way: the pipe may still refer to it.
npz-read "$small" | seq-build --ctx 5 | narrative-delta >right.json
for change in 'dd if=/dev/zero of=changing.npz bs=4096 seek=100 count=300 conv=notrunc' ': >changing.npz' 'cp "$small" changing.npz'; do
  for pause in 0 0.1; do
    npz-read "$small" | npz-write changing.npz
    try "npz-read changing.npz 2>/dev/null | { sleep $pause; $change 2>/dev/null; seq-build --ctx 5; } | narrative-delta"
    if [ "$status" -eq 1 ]; then
      assert_same_figures right.json out 0
    else
      assert_status 65
      assert_no_output
    fi
  done
done
# Nothing lost, nothing found.
try "npz-read \"\$small\" | python3 '$here/relay.py' pieces 17 | seq-build --ctx 5 | narrative-delta"
assert_status 1
finish
