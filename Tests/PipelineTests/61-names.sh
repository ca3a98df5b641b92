# Articles that have names: the same article in every file, and shown by its name.
. "$here/lib.sh"
needs_numpy
python3 - <<'P' || fail 'files'
import numpy as np
r = np.random.default_rng(1)
V = r.normal(size=(480, 16)).astype(np.float32)
A, C = np.repeat(np.arange(40), 12), np.tile(np.arange(12), 40)
N = np.array([f"doc{a:02d}" for a in A])
def save(name, a, rows=slice(None)):
    np.savez(name, vectors=V[rows], article_indices=a[rows], chunk_indices=C[rows])
last = slice(240, None)
save("named", N), save("named_val", N, last), save("numbered", A), save("numbered_val", A, last)
save("digits", A.astype(str)), save("bytes", N.astype("S")), save("strings", N.astype(object)), save("integers", A.astype(object))
save("large", A.astype(np.uint64) + np.uint64(2**63 + 5))
save("odd", np.array(["a,b", "3-5", 'q"\n', "", "ü", "07", "x" * 300, "12"], dtype=object)[A % 8], slice(0, 96))
save("mixed", np.array([1.5, "a"] * 240, dtype=object))
P

# A prediction made on one file and scored against another: the figures of the numbered twins.
for kind in named numbered; do
  npz-read ${kind}_val.npz | seq-build --quiet | model-predict --model context-mean -o $kind.nvs
  for tool in offset-sweep retrieval-rank rollout-eval; do
    try "$tool --articles $kind.npz $kind.nvs"
    assert_status 0
    # Intervals are drawn by article, in the order of their numbers.
    jq 'del(.ci95)' out >$kind.$tool.json
  done
done
for tool in offset-sweep retrieval-rank rollout-eval; do assert_same_figures numbered.$tool.json named.$tool.json 1e-12; done
for pair in 'named numbered' 'numbered named'; do
  try "offset-sweep --articles ${pair#* }.npz ${pair% *}.nvs"
  assert_status 65
  assert_one_error 'which has no such chunk'
  grep -qF 'hint: one of the two names its articles and the other numbers them' err || fail 'the hint says why'
done

# Every way to write names, and numbers in disguise.
npz-read named.npz >named.stream
npz-read numbered.npz >numbered.stream
for file in bytes strings; do
  try "npz-read $file.npz | stream-diff - named.stream"
  assert_status 0
done
for file in digits integers; do
  try "npz-read $file.npz | stream-diff - numbered.stream"
  assert_status 0
done
# jq would round it.
try 'npz-read large.npz | text-write | grep -m 1 -o "^{.article.:[0-9]*"'
assert_equal "$(cat out)" '{"article":9223372036854775813'
try 'npz-read mixed.npz'
assert_status 65
assert_one_error "row 0: expected a name or a whole number from 0"

# Chosen by name.
try 'npz-read named.npz --only doc01,doc07 | text-write'
assert_equal "$(jq -r 'select(.article).article' out | sort -u | tr '\n' ' ')" 'doc01 doc07 '
try 'article-select --exclude doc01 named.stream | stream-info'
assert_equal "$(jq .rows out)" 468
# shellcheck disable=SC2016 # try expands it.
try 'npz-read odd.npz --only "a\,b,3\-5,12,ü" | text-write'
assert_equal "$(jq -c 'select(.article).article' out | sort -u | tr '\n' ' ')" '"3-5" "a,b" "ü" 12 '
for word in 9-3 '1,,2' '' ','; do
  try "article-select --only '$word' named.stream"
  assert_status 64
done

# Through every filter, the names go with their articles; text and arrays come back the same.
npz-read odd.npz >odd.stream
for stream in named odd; do
  names=$(text-write <$stream.stream | jq -c 'select(.article).article' | sort -u)
  cat >lines <<'T'
stream-cat
text-write | text-read
seq-build --quiet --ctx 2 | seq-shuffle
seq-build --quiet --ctx 2 | model-predict --model copy-last
article-select --split a=1 --take a
npz-write again.npz && npz-read again.npz
T
  while read -r line; do
    try "<$stream.stream $line | text-write"
    assert_status 0
    assert_equal "$(jq -c 'select(.article).article' out | sort -u)" "$names" "$line"
  done <lines
  try "stream-split --shards 3 --out part- <$stream.stream && stream-cat part-* | stream-diff - $stream.stream"
  assert_status 0
  try "npz-read again.npz | stream-diff - $stream.stream"
  assert_status 0
  rm part-*
done
try "python3 '$root/examples/python/stream_tool.py' copy <odd.stream | cmp - odd.stream"
assert_status 0
python3 -c 'import numpy as np, sys
z = np.load("again.npz")
sys.exit(0 if set(z["article_indices"]) == {"a,b", "3-5", "q\"\n", "", "ü", "07", "x" * 300, "12"} else 1)' || fail 'NumPy finds the names'

# Messages.
try 'stream-cat named.stream named.stream | seq-build --quiet'
assert_status 65
grep -q 'article doc' err || fail 'an article is called by its name'

# Damage to the names.
cat >damage <<'P'
import struct, sys, zlib
stream = open("named.stream", "rb").read()
at = stream.index(b"NVSNAMES")
head, length = bytearray(stream[at:at + 64]), struct.unpack("<Q", stream[at + 24:at + 32])[0]
body = stream[at + 64:at + 64 + length]
how = sys.argv[1]
if how == "flip":
    body = bytes([body[0] ^ 1]) + body[1:]
else:
    body = {"number": b'{"names":["12"]}', "empty": b'{"names":[]}', "other": b'{"name":["a"]}', "type": b'{"names":[12]}', "long": b'{"names":["' + b"x" * 4097 + b'"]}'}[how]
    body += b" " * (-len(body) % 64)
    head[24:32], head[56:60] = struct.pack("<Q", len(body)), struct.pack("<I", zlib.crc32(body))
    head[60:64] = struct.pack("<I", zlib.crc32(bytes(head[:60])))
sys.stdout.buffer.write(stream[:at] + head + body + stream[at + 64 + length:])
P
for how in flip number empty other type long; do
  try "python3 damage $how | stream-check"
  assert_status 65
  assert_one_error ''
done
finish
