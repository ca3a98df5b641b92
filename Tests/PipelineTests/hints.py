"""Follows the hints of the tools: provokes each by a command that fails, does what it says, and sees it succeed.

    hints.py ROOT      in an empty folder, with the tools on PATH; needs NumPy

Every hint in the sources stands in CASES, or in EXPLAINED with the reason why there is nothing to run. A case is the hint,
a script of sh that fails with it, and one that succeeds. Where the second is `ADVICE`, it is the printed hint itself, FILE
and NAME being filled in. What needs a Python package that is not installed is counted, not followed.
"""
import os
import re
import subprocess
import sys

import hint_sources

SETUP = r"""
vec-synth --articles 8 --chunks 12 --dim 8 --process topic -q > c.nvs
npz-write c.npz < c.nvs
seq-build c.nvs -q > w.nvs
model-predict --model copy-last w.nvs > p.nvs
model-init --arch lstm --dim 8 --hidden 8 --layers 1 --out m.safetensors
train-step --model m.safetensors --recipe p1-baseline --max-steps 1 --val w.nvs --out t.safetensors w.nvs > t.jsonl
python3 - <<'P'
import json, pickle, struct, warnings, zipfile
import numpy as np
warnings.simplefilter("ignore")
c = dict(np.load("c.npz"))
vectors, articles, chunks = c["vectors"], c["article_ids"] if "article_ids" in c else c["article_indices"], np.tile(np.arange(12), 8)
def save(name, vectors=vectors, **more):
    np.savez(name, vectors=vectors, article_ids=articles, chunk_indices=chunks, **more)
save("good.npz")
bad = vectors.copy(); bad[20, 3] = np.nan; save("nan.npz", bad)
np.savez("emb.npz", emb=vectors, article_ids=articles)
np.savez("noids.npz", vectors=vectors)
np.savez("twice.npz", vectors=vectors, article_ids=articles, chunk_indices=chunks // 2)
column = np.empty(len(vectors), dtype=object); column[:] = list(vectors)
save("column.npz", column)
save("objects.npz", vectors.astype(object))
np.savez("named.npz", vectors=vectors, article_ids=np.array([f"doc{a}" for a in articles]), chunk_indices=chunks)
np.savez("object-ids.npz", vectors=vectors, article_ids=(articles + 0.5).astype(object), chunk_indices=chunks)
save("complex.npz", vectors + 0j)
save("dates.npz", vectors.astype("M8[s]"))
save("fields.npz", np.zeros((len(vectors), 2), [("a", "f4"), ("b", "f4")]))
save("long.npz", vectors.astype(np.longdouble))
save("text.npz", vectors.astype(str))
save("void.npz", vectors.astype(np.float16).view("V2"))
np.save("one.npy", vectors[0])
save("flat.npz", vectors[0])
header = open("one.npy", "rb").read(); open("cut.npy", "wb").write(header[:40])
open("cut.npz", "wb").write(open("good.npz", "rb").read()[:2000])
with zipfile.ZipFile("double.npz", "w") as z:
    for _ in range(2): z.writestr("vectors.npy", zipfile.ZipFile("good.npz").read("vectors.npy"))
with zipfile.ZipFile("lzma.npz", "w", zipfile.ZIP_LZMA) as z:
    for n in zipfile.ZipFile("good.npz").namelist(): z.writestr(n, zipfile.ZipFile("good.npz").read(n))
data = bytearray(open("good.npz", "rb").read()); place = data.find(b"PK\1\2"); data[place + 8] |= 1
open("locked.npz", "wb").write(data)
np.savetxt("rows.csv", vectors, delimiter=",")
pickle.dump(vectors, open("rows.pkl", "wb"))
open("parts.npz", "wb").write(b"PK\7\x08" + bytes(99))
windows = dict(contexts=np.stack([vectors[i:i + 5] for i in range(6)]), targets=vectors[5:11], article_ids=np.zeros(6, int))
np.savez("windows.npz", **windows, target_indices=np.arange(5, 11) - 4)
badw = windows["contexts"].copy(); badw[2, 1, 1] = np.inf
np.savez("nanw.npz", **{**windows, "contexts": badw})
class Odd:
    def __reduce__(self): return (print, ("hello",))
def metadata(name, entries): np.savez(name, **windows, metadata=np.array(entries, dtype=object))
metadata("odd.npz", [Odd()] * 6)
entries = np.array([{"article_index": Odd()}] * 6, dtype=object)
class Pickler(pickle.Pickler):
    def persistent_id(self, item): return "odd" if isinstance(item, Odd) else None
with zipfile.ZipFile("odd2.npz", "w") as z:
    for n, v in windows.items():
        with z.open(n + ".npy", "w") as f: np.lib.format.write_array(f, v)
    with z.open("metadata.npy", "w") as f:
        np.lib.format.write_array_header_1_0(f, np.lib.format.header_data_from_array_1_0(entries))
        Pickler(f, protocol=4).dump(entries)
metadata("struct.npz", [{"article_index": np.datetime64(0, "s")}] * 6)
metadata("plainm.npz", [{"article_index": 0, "target_chunk_index": 5 + i} for i in range(6)])
open("bytes.npz", "wb").write(open("plainm.npz", "rb").read())
def model(name, tensors, metadata=None):
    head, blob = {"__metadata__": metadata} if metadata else {}, b""
    for key, (dtype, array) in tensors.items():
        head[key] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(blob), len(blob) + array.nbytes]}
        blob += array.tobytes()
    text = json.dumps(head).encode()
    open(name, "wb").write(struct.pack("<Q", len(text)) + text + blob)
def tensors(path):
    raw = open(path, "rb").read(); n = struct.unpack("<Q", raw[:8])[0]; head = json.loads(raw[8:8 + n]); meta = head.pop("__metadata__", None)
    return {k: ("F32", np.frombuffer(raw[8 + n:], np.float32)[v["data_offsets"][0] // 4:v["data_offsets"][1] // 4].reshape(v["shape"])) for k, v in head.items()}, meta
own, meta = tensors("m.safetensors")
model("prefixed.safetensors", {"module." + k: v for k, v in own.items()})
model("other.safetensors", {"a": own["output_proj.bias"], "b": own["output_proj.bias"]})
model("whole.safetensors", {k: ("I32", v[1].astype(np.int32)) for k, v in own.items()})
model("newer.safetensors", own, {**meta, "nextvec.checkpoint": "2"})
model("odd-type.safetensors", {k: ("F9", v[1]) for k, v in own.items()})
names = list(own)
model("model-00001-of-00002.safetensors", {k: own[k] for k in names[:2]})
model("model-00002-of-00002.safetensors", {k: own[k] for k in names[2:]})
where = {k: f"model-0000{1 if k in names[:2] else 2}-of-00002.safetensors" for k in names}
json.dump({"metadata": {"total_size": 1}, "weight_map": where}, open("model.safetensors.index.json", "w"))
np.savez("weights.npz", **{k: v[1] for k, v in own.items()})
np.savez("big.npz", vectors=vectors * 1e20, article_ids=articles)
P
echo '<!DOCTYPE html><html>' > page.npz
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n' > pointer.npz
printf 'GGUF\003\0\0\0\0\0\0\0\0\0\0\0' > m.gguf
tar -cf c.tar c.npz
for program in gzip bzip2 xz zstd; do
  command -v $program >/dev/null || continue
  for file in c.npz c.nvs m.safetensors t.jsonl; do $program -c $file > $file.$program; done
done
recipe-info p1-baseline > r.json
sed 's/"term":"mse"/"term":"future-margin","margin":0.1/; s/"futures":0/"futures":2/' r.json > f.json
vec-synth --articles 1 --chunks 12 --dim 8 -q | seq-build --ctx 4 -q > w4.nvs
vec-synth --articles 2 --chunks 9 --dim 8 -q | text-write | grep vector | sed 's/"article":/"article":7/' | text-read -q > o2.nvs
"""

ADVICE = object()
MODEL = "m.safetensors"


def remade(expression, file="good.npz"):
    """A script that saves `v`, an expression of NumPy on the loaded arrays, and reads it."""
    return f"""python3 -c "import numpy; f = dict(numpy.load('{file}', allow_pickle=True)); v = f['vectors']
f['vectors'] = {expression}; numpy.savez('made.npz', **f)"; npz-read made.npz | stream-check"""


def advised(file, *, name=None, then="npz-read --one-article x.npz | stream-check"):
    """What the printed hint says, of a file, and then."""
    return (ADVICE, file, name, then)


LOADED = "model-predict --model m2 w.nvs | stream-check"
CASES = [
    ("npz-read --drop-nonfinite makes a stream without such rows", "offset-sweep --articles nan.npz p.nvs",
     "npz-read --drop-nonfinite nan.npz > n.nvs; seq-build n.nvs | model-predict --model copy-last "
     "| offset-sweep --articles n.nvs"),
    ("--articles takes what npz-read writes, or an .npz", "offset-sweep --articles w.nvs p.nvs",
     "offset-sweep --articles c.npz p.nvs && offset-sweep --articles c.nvs p.nvs"),
    ("npz-read has options for that; --articles takes the stream it makes", "offset-sweep --articles emb.npz p.nvs",
     "npz-read --vectors emb emb.npz > e.nvs; offset-sweep --articles e.nvs p.nvs"),
    ("save it as float32", "model-predict --model whole.safetensors w.nvs", "model-predict --model m.safetensors w.nvs"),
    ("save it as float32", "model-info odd-type.safetensors", "model-info m.safetensors"),
    ("model-init --arch NAME makes a model that fits; model-info --tensors lists its tensors",
     "model-info other.safetensors",
     "model-init --arch lstm --dim 8 --out n; model-info --tensors n; model-predict --model n w.nvs"),
    ("a model cannot be read from a pipe or a folder", "model-info .", "model-info m.safetensors"),
    ("the file may be truncated, or not in the safetensors format",
     "head -c 100 m.safetensors > cut; model-info cut", "model-info m.safetensors"),
    ("pipe it into another tool, such as stream-info or text-write",
     "python3 -c \"import pty, sys; sys.exit(pty.spawn(['npz-read', 'c.npz']) >> 8)\" >&2",
     "npz-read c.npz | stream-info && npz-read c.npz | text-write"),
    ("set TMPDIR to a folder with free space", "cat c.npz | TMPDIR=/nowhere/at/all npz-read",
     "cat c.npz | TMPDIR=$PWD npz-read"),
    ("take the file out of it first: tar -xf FILE", "npz-read c.tar", "mkdir d; cd d; tar -xf ../c.tar; npz-read c.npz"),
    *[("unpack it first: … -dc FILE | npz-read", f"npz-read c.npz.{p}", f"{p} -dc c.npz.{p} | npz-read", p)
      for p in ("gzip", "bzip2", "xz", "zstd")],
    *[("unpack it first: … -dc FILE | …", f"stream-info c.nvs.{p}", f"{p} -dc c.nvs.{p} | stream-info", p)
      for p in ("gzip", "bzip2", "xz", "zstd")],
    ("unpack it first: … -dc FILE | …", "report-table --view training t.jsonl.gzip", "gzip -dc t.jsonl.gzip | report-table --view training"),
    ("unpack it first: … -dc FILE > m.safetensors", "model-info m.safetensors.gzip",
     "gzip -dc m.safetensors.gzip > m2; model-info m2"),
    ("tools other than npz-read take it as it is", "npz-read c.nvs", "seq-build c.nvs && stream-info c.nvs"),
    ("import numpy; numpy.savez('x.npz', vectors=numpy.load('FILE', allow_pickle=True))", "npz-read rows.pkl",
     advised("rows.pkl")),
    ("import numpy, safetensors.numpy as s; numpy.savez('x.npz', **s.load_file('FILE'))", "npz-read m.safetensors",
     advised("m.safetensors", then="npz-read --list x.npz")),
    ("import numpy; numpy.savez('x.npz', vectors=numpy.loadtxt('FILE', numpy.float32, delimiter=','))",
     "npz-read rows.csv", advised("rows.csv")),
    ("text-read FILE reads what text-write wrote; save other vectors with numpy.savez",
     "text-write c.nvs > c.jsonl; npz-read c.jsonl", "text-read c.jsonl && npz-read good.npz"),
    ("read it with npz-read FILE | …", "seq-build c.npz", "npz-read c.npz | seq-build"),
    ("turn it into a stream with text-read", "text-write c.nvs > c.jsonl; seq-build c.jsonl", "text-read c.jsonl | seq-build"),
    ("something printed into the pipe", "(echo hello; cat c.nvs) | seq-build", "seq-build c.nvs"),
    ("--model takes a model; streams come from npz-read", "model-predict --model copy-last m.safetensors",
     "npz-read c.npz | seq-build | model-predict --model m.safetensors"),
    ("make an .npz of it for npz-read: …", "seq-build rows.pkl", advised("rows.pkl")),
    ("import numpy, safetensors.numpy as s; s.save_file(dict(numpy.load('FILE')), 'm.safetensors')",
     "model-info weights.npz", advised("weights.npz", then=LOADED)),
    ("import json, safetensors.numpy as s; s.save_file({n: t for f in set(json.load(open('FILE'))['weight_map'].values()) "
     "for n, t in s.load_file(f).items()}, 'm.safetensors')", "model-info model.safetensors.index.json",
     advised("model.safetensors.index.json", then=LOADED)),
    ("a stream is read from standard input; models come from model-init and train-step", "model-predict --model w.nvs < w.nvs",
     "model-predict --model m.safetensors < w.nvs"),
    ("recipes are named with --recipe; models come from model-init and train-step",
     "train-step --model r.json --out n w.nvs", "train-step --model m.safetensors --recipe ./r.json --out n w.nvs"),
    ("models come from model-init and train-step, or from PyTorch as docs/checkpoints.md shows", "model-info rows.csv",
     "model-info m.safetensors && model-info t.safetensors"),
    ("text-write FILE writes a stream as JSON Lines", "text-read c.nvs", "text-write c.nvs | text-read"),
    ("--model takes a model", "train-step --recipe ./m.safetensors --model m.safetensors --out n w.nvs",
     "train-step --recipe ./r.json --model m.safetensors --out n w.nvs"),
    ("import torch, safetensors.torch as s; s.save_file(torch.load('FILE', weights_only=True), 'm.safetensors')",
     r"python3 -c \"import zipfile; zipfile.ZipFile('m.pt', 'w').writestr('m/data.pkl', b'x')\"; model-info m.pt".replace(r'\"', '"'),
     ("torch", "python3 -c \"import torch, safetensors.torch as s; torch.save(s.load_file('m.safetensors'), 'm.pt')\"",
      "m.pt", LOADED)),
    ("give each chunk of an article a number of its own", "cat c.nvs c.nvs > cc.nvs; offset-sweep --articles cc.nvs p.nvs",
     "offset-sweep --articles c.nvs p.nvs"),
    ("--articles names the chunks that the windows were made from, with the same numbers",
     "article-select --only 0-1 c.nvs > s.nvs; offset-sweep --articles s.nvs p.nvs", "offset-sweep --articles c.nvs p.nvs"),
    ("one of the two names its articles and the other numbers them: make both from files with the same article ids",
     "offset-sweep --articles named.npz p.nvs",
     "npz-read named.npz | seq-build | model-predict --model copy-last | offset-sweep --articles named.npz"),
    ("save the article ids with .astype(numpy.int64) or .astype(str)", "npz-read object-ids.npz",
     remade("v; f['article_ids'] = f['article_ids'].astype(numpy.int64)", "object-ids.npz") + "\n"
     + remade("v; f['article_ids'] = f['article_ids'].astype(str)", "object-ids.npz")),
    ("seq-build --offset 1 makes such windows", "seq-build --offset 2 c.nvs | narrative-delta",
     "seq-build --offset 1 c.nvs | narrative-delta > o || [ $? -eq 1 ]"),
    ("seq-build --ctx 5 makes such windows", "seq-build --ctx 1 c.nvs | narrative-delta",
     "seq-build --ctx 5 c.nvs | narrative-delta > o || [ $? -eq 1 ]"),
    ("seq-build --ctx 5 makes such windows", "seq-build --ctx 1 c.nvs | seq-gate --by delta",
     "seq-build --ctx 5 c.nvs | seq-gate --by delta"),
    ("model-predict --horizon … makes them", "rollout-eval --horizon 3 --articles c.nvs p.nvs",
     "model-predict --horizon 3 --model copy-last w.nvs | rollout-eval --horizon 3 --articles c.nvs"),
    ("the predictions of a window are consecutive, from step 1 on, as model-predict writes them",
     "model-predict --horizon 2 --model copy-last w.nvs | text-write | grep vector | sed 1d | text-read "
     "| rollout-eval --articles c.nvs",
     "model-predict --horizon 2 --model copy-last w.nvs | rollout-eval --articles c.nvs"),
    ("name it with --articles KEY, or use --one-article if all rows are one text", "npz-read noids.npz",
     "npz-read --one-article noids.npz && npz-read --articles article_ids good.npz"),
    ("give each chunk its own number within its article", "npz-read twice.npz", "npz-read good.npz"),
    ("name it with --… KEY", "npz-read emb.npz", "npz-read --vectors emb emb.npz"),
    ("complex numbers are not read: save real and imaginary parts as arrays of their own", "npz-read complex.npz",
     remade("v.real", "complex.npz")),
    ("dates and time spans are not read: save them as integers, .astype(numpy.int64)", "npz-read dates.npz",
     remade("v.astype(numpy.int64)", "dates.npz")),
    ("structured arrays are not read: save each field as an array of its own", "npz-read fields.npz",
     remade("v['a']", "fields.npz")),
    ("if it holds bfloat16, save it as float32 instead", "npz-read void.npz",
     remade("v.view(numpy.float16).astype(numpy.float32)", "void.npz")),
    ("save it as float32: .astype(numpy.float32)", "npz-read long.npz", remade("v.astype(numpy.float32)", "long.npz")),
    ("objects are read only as metadata: save the vectors with .astype(numpy.float32)", "npz-read objects.npz",
     remade("v.astype(numpy.float32)", "objects.npz")),
    ("text is no number: save the vectors with .astype(numpy.float32)", "npz-read text.npz",
     remade("v.astype(numpy.float32)", "text.npz")),
    ("if each is a vector, save them with numpy.stack(list(column))", "npz-read column.npz",
     remade("numpy.stack(list(v))", "column.npz")),
    ("a single vector has the shape (1, dim): save it with .reshape(1, -1)", "npz-read --one-article one.npy",
     "python3 -c \"import numpy; numpy.save('r.npy', numpy.load('one.npy').reshape(1, -1))\"; npz-read --one-article r.npy"),
    ("did you mean '…'?", "npz-read --vectors vector good.npz", "npz-read --vectors vectors good.npz"),
    ("the file is cut short", "npz-read --one-article cut.npy", "npz-read good.npz"),
    ("the file is cut short, or was still being written", "npz-read cut.npz", "npz-read good.npz"),
    ("name a file, or redirect to one with >, neither to a pipe nor with >>", "npz-write /dev/stdout < c.nvs | cat",
     "npz-write n.npz < c.nvs"),
    ("save plain numbers and strings, without dtype=object where possible", "npz-read odd2.npz", "npz-read plainm.npz"),
    ("a pickle that names other things can run them when Python loads it", "npz-read odd.npz", "npz-read plainm.npz"),
    ("--offset says how far after the context the targets lie", "npz-read windows.npz",
     "npz-read --offset 1 plainm.npz"),
    ("write the file again with numpy.savez", "npz-read --one-article double.npz",
     "python3 -c \"import numpy; numpy.savez('s.npz', **numpy.load('good.npz'))\"; npz-read s.npz"),
    ("save it without a password", "npz-read locked.npz", "npz-read good.npz"),
    ("save it with numpy.savez or numpy.savez_compressed", "npz-read lzma.npz",
     "python3 -c \"import numpy; f = numpy.load('good.npz'); numpy.savez('s.npz', **f); numpy.savez_compressed('z.npz', **f)\"; "
     "npz-read s.npz && npz-read z.npz"),
    ("jq . FILE says where the fault is", "echo '{,' > bad.json; recipe-info ./bad.json",
     "! jq . bad.json && jq . r.json && recipe-info ./r.json"),
    ("NEXTVEC_RECIPES may name the folder of recipes", "mkdir -p none; NEXTVEC_RECIPES=$PWD/none recipe-info mine",
     "mkdir own; cp r.json own/mine.json; NEXTVEC_RECIPES=$PWD/own recipe-info mine"),
    ("expected a file, or one of …", "recipe-info nothing", "recipe-info p1-baseline && recipe-info ./r.json"),
    ("ridge-fit fits one", "ridge-fit --out ridge w.nvs; train-step --model ridge --recipe p1-baseline --out n w.nvs",
     "ridge-fit --out n w.nvs; model-predict --model n w.nvs"),
    ("an epoch is repeated from the checkpoint before it", "train-step --model t.safetensors --epoch 1 --out n w.nvs",
     "train-step --model m.safetensors --recipe p1-baseline --epoch 1 --out n w.nvs"),
    ("seq-build --futures … adds them", "train-step --model m.safetensors --recipe ./f.json --out n w.nvs",
     "seq-build --futures 2 c.nvs | train-step --model m.safetensors --recipe ./f.json --out n"),
    ("seq-build --ctx … makes windows that fit", "seq-build --ctx 4 c.nvs | train-step --model m.safetensors "
     "--recipe p1-baseline --out n",
     "seq-build --ctx 5 c.nvs | train-step --model m.safetensors --recipe p1-baseline --out n"),
    ("use more articles, or longer ones", "vec-synth --articles 2 --chunks 3 --dim 4 | arrow-test",
     "vec-synth --articles 60 --chunks 30 --dim 4 | arrow-test > o || [ $? -eq 1 ]"),
    ("with --penalty 0.01 there is a solution", "ridge-fit --penalty 0 --out n w4.nvs", "ridge-fit --penalty 0.01 --out n w4.nvs"),
    ("give every shard its own article numbers; npz-read sorts the chunks of one file", "cat c.nvs c.nvs | seq-build",
     "vec-synth --articles 2 --chunks 9 --dim 8 | text-write | grep vector | sed 's/\"article\":/\"article\":7/' | text-read > o.nvs; "
     "cat c.nvs o.nvs | seq-build"),
    ("seq-build makes windows of chunks", "direction-diagnose c.nvs", "seq-build c.nvs | direction-diagnose --no-gate"),
    ("model-predict makes predictions of windows", "offset-sweep --articles c.nvs w.nvs",
     "model-predict --model copy-last w.nvs | offset-sweep --articles c.nvs"),
    ("see ablation-eval --help", "ablation-eval --articles c.nvs --base p.nvs", "ablation-eval --help"),
    ("ablated predictions are made from the same windows, in the same order",
     "stream-head -n 3 w.nvs | model-predict --model copy-last > s.nvs; ablation-eval --articles c.nvs --ablated shuffle=s.nvs --base p.nvs",
     "seq-ablate --mode shuffle w.nvs | model-predict --model copy-last > s.nvs; "
     "ablation-eval --articles c.nvs --ablated shuffle=s.nvs --base p.nvs"),
    ("train-step writes it", "echo '{\"event\":\"step\"}' > s.jsonl; epoch-verdict s.jsonl",
     "train-step --model m.safetensors --recipe p1-baseline --out n w.nvs > s.jsonl; epoch-verdict s.jsonl"),
    ("… --label VAL sets it", "offset-sweep --articles c.nvs p.nvs > r; gate-verdict r",
     "offset-sweep --label VAL --articles c.nvs p.nvs | grep VAL"),
    ("the tool may have failed; its own message then says why",
     "offset-sweep --label VAL --articles c.nvs p.nvs > r; gate-verdict r", "offset-sweep --label VAL --articles c.nvs p.nvs"),
    ("seq-build --ctx … makes such windows", "seq-build --ctx 4 c.nvs | model-predict --model m.safetensors",
     "seq-build --ctx 5 c.nvs | model-predict --model m.safetensors"),
    ("the model was trained on vectors of another embedding",
     "vec-synth --dim 4 --articles 2 | seq-build | model-predict --model m.safetensors", "model-predict --model m.safetensors w.nvs"),
    ("--articles FILE looks them up, or seq-build --futures … adds them",
     "model-predict --model oracle --horizon 3 w.nvs",
     "model-predict --model oracle --horizon 3 --articles c.nvs w.nvs && seq-build --futures 2 c.nvs "
     "| model-predict --model oracle --horizon 3"),
    ("expected a checkpoint's file, or one of …", "model-predict --model copylast w.nvs",
     "model-predict --model copy-last w.nvs && model-predict --model m.safetensors w.nvs"),
    ("the model may have diverged, or the vectors may be far from unit length",
     "model-init --arch transformer --dim 8 --width 8 --heads 2 --layers 1 --out tr; npz-read big.npz | seq-build "
     "| model-predict --model tr", "npz-read --normalize big.npz | seq-build | model-predict --model tr"),
    ("--drop-nonfinite leaves such rows out and counts them", "npz-read nan.npz", "npz-read --drop-nonfinite nan.npz"),
    ("--drop-nonfinite leaves such windows out and counts them", "npz-read nanw.npz", "npz-read --drop-nonfinite nanw.npz"),
    ("gate-verdict --calibration FILE adds it", "echo '{\"tool\":\"gate-verdict\"}' | report-table --view calibration", None),
    ("give a number: --penalty 1", "article-select --only 0 c.nvs | seq-build | ridge-fit --penalty auto --out n",
     "article-select --only 0 c.nvs | seq-build | ridge-fit --penalty 1 --out n"),
    ("build windows with a smaller --ctx",
     "vec-synth --dim 4096 --articles 2 --chunks 70 | seq-build --ctx 64 | ridge-fit --out n",
     "vec-synth --dim 4 --articles 2 --chunks 70 | seq-build --ctx 4 | ridge-fit --out n"),
    ("the vectors are up to … long: normalize them (npz-read --normalize)",
     "model-init --arch transformer --dim 8 --width 8 --heads 2 --layers 1 --out tr; npz-read big.npz | seq-build "
     "| train-step --model tr --recipe p1-baseline --out n",
     "npz-read --normalize big.npz | seq-build | train-step --model tr --recipe p1-baseline --out n"),
    ("the stage before may have failed to start; its own message says why", "nosuchtool | seq-build",
     "nosuchtool 2>&1 | grep nosuchtool && seq-build c.nvs"),
    ("write one file per writer, then cat them", "stream-check \"$ROOT/Tests/Reference/streams/bad/interleaved.nvs\"",
     "cat c.nvs c.nvs | stream-check"),
    ("the stage before it was killed, or its output was cut", "head -c 900 c.nvs | stream-check", "stream-check c.nvs"),
    ("a writer may have been killed before its first byte", "stream-cat --members 2 c.nvs", "stream-cat --members 2 c.nvs o2.nvs"),
]

# What a hint only explains, or what cannot be done here.
EXPLAINED = {
    "take the file out of it first: 7z x FILE": "needs 7-Zip",
    "a newer nextvec wrote it": "there is no newer nextvec",
    "a newer nextvec reads it": "there is no newer nextvec",
    "run git lfs pull: it puts the file in the pointer's place": "needs a repository with Git LFS",
    "download the file itself: this is a page about it, or a server's error": "needs the server",
    "it holds a language model, which nextvec has not": "there is nothing to do",
    "import numpy, torch; numpy.savez('x.npz', vectors=torch.load('FILE', weights_only=True).numpy())": "needs PyTorch",
    "import h5py, numpy; numpy.savez('x.npz', vectors=h5py.File('FILE')['NAME'][:])": "needs h5py",
    "import numpy, pandas as p; numpy.savez('x.npz', vectors=numpy.stack(list(p.…('FILE')['NAME'])))": "needs pandas",
    'python3 -c "…"': "the frame of the programs above",
    "save it as float32 or int64": "for types that NumPy has yet to introduce",
    "rename one of the articles": "needs two names of one hash",
    "raise the limit on memory (ulimit -v)": "the tests of narrow surroundings limit and raise it",
    "join its parts first": "needs an archive in several parts",
    "give less with --memory, or split the stream": "needs a machine that is short of memory",
    "pipelines/calibrate makes such reports": "28-calibrate.sh runs it, and gate-verdict on what it makes",
    "split the stream with stream-split and shuffle its parts": "needs more than four thousand million rows",
    "no checkpoint is written; a lower --lr or another recipe may hold": "Tests/LearningTests make trainings diverge",
}


def printed(script, folder):
    """Runs a script that fails, and gives the hints that it printed."""
    run = subprocess.run(["sh", "-c", script], cwd=folder, capture_output=True, text=True, errors="replace", timeout=60)
    return re.findall(r"^\S+: hint: (.*?)\r?$", run.stderr, re.M), run.stderr


def follows(case, hint, folder):
    """Why what a hint says does not succeed; nil where it does, and the name of a package that it lacks."""
    script = case[2]
    if isinstance(script, tuple):
        if script[0] is ADVICE:
            _, file, name, then = script
            before = ""
        else:
            package, before, file, then = script
            name = None
            if subprocess.run([sys.executable, "-c", f"import {package}, safetensors"], capture_output=True).returncode:
                return None, package
        program = re.search(r"python3 -c .*", hint).group().replace("FILE", file).replace("NAME", name or "")
        if "safetensors" in program and subprocess.run([sys.executable, "-c", "import safetensors"]
                                                       , capture_output=True).returncode:
            return None, "safetensors"
        # What the advice makes keeps its name; the tests' own model must not be lost.
        script = f"{before}\n{program.replace(chr(39) + 'm.safetensors' + chr(39), chr(39) + 'm2' + chr(39))}\n{then}"
    run = subprocess.run(["sh", "-ec", script], cwd=folder, capture_output=True, text=True, errors="replace", timeout=120)
    # Without pipefail, a failure inside a pipeline shows in what is said.
    said = [line for line in run.stderr.splitlines() if ": error: " in line]
    return (run.stderr or f"status {run.returncode}") if run.returncode or said else None, None


def main(root):
    hints = hint_sources.hints(root)
    problems = [f"{name}: no case follows the hint: {text}" for text, name in hints.items()
                if text not in EXPLAINED and not any(case[0] == text for case in CASES)]
    problems += [f"no source has the hint: {text}" for text in [*EXPLAINED, *(case[0] for case in CASES)] if text not in hints]
    folder = os.getcwd()
    os.environ["ROOT"] = os.path.abspath(root)
    subprocess.run(["sh", "-ec", SETUP], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    followed, lacking = 0, {}
    for case in CASES:
        if len(case) == 4 and subprocess.run(["sh", "-c", f"command -v {case[3]}"], capture_output=True).returncode:
            lacking[case[3]] = lacking.get(case[3], 0) + 1
            continue
        found, errors = printed(case[1], folder)
        pattern = ".*".join(re.escape(part) for part in case[0].split("…"))
        hint = next((text for text in found if re.search(pattern, text)), None)
        if hint is None:
            problems.append(f"{case[1]}: expected the hint {case[0]}, found {errors.strip()[:300] or 'no error'}")
            continue
        if case[2] is None:
            continue
        problem, package = follows(case, hint, folder)
        if package:
            lacking[package] = lacking.get(package, 0) + 1
        elif problem:
            problems.append(f"{case[1]}: the hint '{hint}' does not help: {problem.strip()[:400]}")
        else:
            followed += 1
    for problem in problems:
        print("not so:", problem)
    missing = ", ".join(f"{count} need {name}" for name, count in lacking.items())
    print(f"{len(hints)} hints in the sources, {len(EXPLAINED)} only explain; {followed} cases followed{', ' * bool(missing)}{missing}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
