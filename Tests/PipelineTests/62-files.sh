# People's files: read wherever NumPy and the safetensors library read them; else named for what they are, with a way out that works.
. "$here/lib.sh"
needs_numpy
python3 - <<'P' || fail 'files'
import gzip, json, struct, zipfile
import numpy as np
r = np.random.default_rng(1)
V, A, C = r.normal(size=(60, 8)).astype(np.float32), np.repeat(np.arange(5), 12), np.tile(np.arange(12), 5)
def save(name, v=V, a=A, c=C, **more):
    np.savez(name, vectors=v, article_indices=a, chunk_indices=c, **more)
def put(name, data):
    open(name, "wb").write(data)
save("plain.npz")
whole = open("plain.npz", "rb").read()
end = whole.rfind(b"PK\5\6")
_, _, _, here, total, size, offset, _ = struct.unpack("<IHHHHIIH", whole[end:end + 22])
record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, here, total, size, offset)
put("zip64.npz", whole[:end] + record + struct.pack("<IIQI", 0x07064B50, 0, end, 1) + whole[end:])
put("trailing.npz", whole + b"\n" * 5000)
put("comment.npz", whole[:end + 20] + struct.pack("<H", 5) + b"notes")
with zipfile.ZipFile("plain.npz") as z, zipfile.ZipFile("bare.npz", "w") as bare, zipfile.ZipFile("crowded.npz", "w") as crowded:
    for name in z.namelist():
        bare.writestr(name.removesuffix(".npy"), z.read(name))
        crowded.writestr(name, z.read(name))
    crowded.writestr("README", "notes")
    crowded.writestr("broken.npy", b"\x93NUMPY\1\0")
    crowded.writestr("odd.npy", z.read(name), zipfile.ZIP_BZIP2)
    crowded.writestr("folder/", "")
save("objects.npz", extra=np.array([{1: 2}], dtype=object), dates=np.array(["2024-01-01"], "M8[D]"))
column = np.empty(len(V), dtype=object)
for i in range(len(V)):
    column[i] = V[i]
save("column.npz", v=column)
save("stacked.npz", v=np.stack(list(column)))
np.savez("flat.npz", vectors=V[0], article_indices=[0], chunk_indices=[0])
np.savez("row.npz", vectors=V[0].reshape(1, -1), article_indices=[0], chunk_indices=[0])
put("lfs", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 12345\n")
put("page", b"\n<!DOCTYPE html>\n<html><body>Sign in</body></html>")
put("gz", gzip.compress(whole))
put("json", b'{"error": "no such file"}')
put("index", json.dumps({"metadata": {"total_size": 9}, "weight_map": {"a": "b"}}).encode())
put("pickle", b"\x80\4\x95\x10\0\0\0\0\0\0\0")
put("parquet", b"PAR1" + bytes(100))
put("hdf", b"\x89HDF\r\n\x1a\n" + bytes(100))
put("gguf", b"GGUF\3\0\0\0" + bytes(100))
put("empty", b"")
put("csv", "1.0;2.0;Zürich\n".encode())
put("tar", b"a" + bytes(256) + b"ustar" + bytes(300))
with zipfile.ZipFile("torch.pt", "w") as z:
    z.writestr("archive/data.pkl", b"")
P

npz-read plain.npz >plain.stream
for file in zip64 trailing comment bare crowded objects stacked; do
  try "npz-read $file.npz | stream-diff - plain.stream"
  assert_status 0
  assert_no_errors
done
# What is asked for must be sound, and the reason is its own.
for case in 'broken:cut short' 'odd:method 12'; do
  try "npz-read crowded.npz --vectors ${case%%:*}"
  assert_status 65
  assert_one_error "array '${case%%:*}'"
  grep -qF "${case#*:}" err || fail "the reason: ${case#*:}"
done

# Advice that helps: what it says has been done in the other file, which is read.
try 'npz-read column.npz'
assert_status 65
grep -qF 'hint: if each is a vector, save them with numpy.stack(list(column))' err || fail 'advice'
try 'npz-read flat.npz'
assert_status 65
grep -qF 'hint: a single vector has the shape (1, dim): save it with .reshape(1, -1)' err || fail 'advice'
try 'npz-read row.npz | stream-check'
assert_status 0
try 'gunzip -c gz | npz-read | stream-diff - plain.stream'
assert_status 0

# Named for what they are, by every tool that reads files.
model-init --arch amn --hidden 8 --dim 8 --ctx 2 --out model.safetensors
seq-build --quiet --ctx 2 plain.stream >windows.stream
while IFS=: read -r file name hint; do
  for line in "npz-read $file" "stream-check $file" "model-info $file" "model-predict --model ./$file windows.stream" "offset-sweep --articles $file plain.stream"; do
    # Of what should be a stream only the first 64 bytes have been read.
    case $line in *tar*stream* | stream-check\ tar | offset-sweep\ *tar*) continue ;; esac
    case $line in *sweep*) line="model-predict --model copy-last windows.stream | offset-sweep --articles $file" ;; esac
    try "$line"
    assert_status 65
    assert_one_error "$file: "
    grep -qF "$name" err || fail "it is called $name"
    [ -z "$hint" ] || grep -qF "hint: $hint" err || fail "hint: $hint"
    [ "$(grep -c hint: err)" -le 1 ] || fail 'one hint'
  done
done <<'T'
lfs:a Git LFS pointer:run git lfs pull
page:an HTML page:download the file itself: this is a page about it, or a server's error
gz:gzip data:unpack it first
json:JSON text:
index:the index of a model in several safetensors files:
torch.pt:a PyTorch file:
pickle:a Python pickle:
parquet:a Parquet file:
hdf:an HDF5 file:
gguf:a GGUF file:
tar:a tar archive:take the file out of it first: tar -xf FILE
csv:text:
T
for line in 'npz-read empty' 'model-info empty' 'stream-check empty'; do
  try "$line"
  assert_status 65
  assert_one_error 'empty: '
done
try 'npz-read model.safetensors'
assert_one_error 'found a safetensors file'
try 'model-info plain.npz'
assert_one_error 'found a zip or .npz file'
try 'model-info plain.stream'
assert_one_error 'found a vector stream'

# safetensors: metadata that are null, and names with a wrapper's part before them.
python3 - <<'P' || fail 'safetensors'
import json, struct
data = open("model.safetensors", "rb").read()
length = struct.unpack("<Q", data[:8])[0]
header, body = json.loads(data[8:8 + length]), data[8 + length:]
metadata = header.pop("__metadata__")
def write(name, header):
    text = json.dumps(header).encode()
    open(name, "wb").write(struct.pack("<Q", len(text)) + text + body)
for key in ("context", "heads"):
    assert key not in header
write("plain.safetensors", header)
write("null.safetensors", {"__metadata__": None} | header)
write("wrapped.safetensors", {"_orig_mod.module." + key: value for key, value in header.items()})
write("half.safetensors", {("module." if i else "") + key: value for i, (key, value) in enumerate(header.items())})
P
seq-build --quiet --ctx 5 plain.stream >five.stream
model-predict --model ./plain.safetensors five.stream | text-write | grep -v header >expected
for file in null wrapped; do
  try "model-predict --model ./$file.safetensors five.stream | text-write | grep -v header"
  assert_status 0
  sed 's/"provenance":.*//' out >found
  sed 's/"provenance":.*//' expected >wanted
  cmp -s found wanted || fail "$file: the same predictions"
done
try 'model-info half.safetensors'
assert_status 65
assert_one_error 'expected the tensors of a known network'

# Figures of vectors of any length; training that cannot be, and why.
python3 - <<'P' || fail 'lengths'
import numpy as np
z = np.load("plain.npz")
for name, factor in ("tiny", 1e-9), ("huge", 1e20):
    np.savez(name, **(dict(z) | {"vectors": (z["vectors"].astype(float) * factor).astype(np.float32)}))
P
model-init --arch amn --hidden 8 --dim 8 --ctx 5 --out amn.safetensors
for file in plain tiny; do
  npz-read $file.npz | seq-build --quiet >$file.windows
  train-step --recipe p1-baseline --lr 0 --model amn.safetensors --out same.safetensors --val $file.windows $file.windows >lines
  model-predict --model ./same.safetensors $file.windows | offset-sweep --offsets 0:1 --articles $file.npz >sweep
  jq -n --slurpfile a lines --slurpfile b sweep '($a | last | .val.cos_next) - $b[0].mean_cos | . < 1e-6 and . > -1e-6' >equal
  assert_equal "$(cat equal)" true "$file: the cosine of train-step is that of offset-sweep"
done
npz-read huge.npz | seq-build --quiet >huge.windows
try 'train-step --recipe p1-baseline --model amn.safetensors --out diverged.safetensors huge.windows'
assert_status 65
assert_one_error 'training has diverged'
grep -q 'hint: the vectors are up to .* long: normalize them (npz-read --normalize)' err || fail 'the hint names the cause'
[ ! -e diverged.safetensors ] || fail 'no model'
# The hint helps.
try 'npz-read --normalize huge.npz | seq-build --quiet | train-step --recipe p1-baseline --model amn.safetensors --out fine.safetensors'
assert_status 0
try 'ridge-fit --out ridge.safetensors huge.windows'
assert_status 0
# As those of the vectors before they were scaled, but for the rounding of float32.
mv out huge.json
ridge-fit --out ridge.safetensors plain.windows >plain.json
jq -n --slurpfile a huge.json --slurpfile b plain.json '$a[0].mean_cos - $b[0].mean_cos | . < 1e-6 and . > -1e-6' >equal
assert_equal "$(cat equal)" true 'figures of long vectors'
finish
