# No flipped bit goes unseen.
. "$here/lib.sh"
needs_python

flips() {
  count=$(python3 "$here/damage.py" flips "$@") || fail "every flipped bit of $1 is found: $count"
  held "$count"
}
flips "$golden/chunks-v1.nvs" -- stream-check
flips "$golden/sequences-v1.nvs" --samples 300 -- stream-check
flips "$golden/two-members-v1.nvs" --samples 100 -- stream-cat -- stream-info
flips "$golden/sequences-v1.nvs" --samples 100 -- direction-diagnose -- narrative-delta -- article-select --exclude 99 -- text-write \
  -- npz-write result

# A larger stream through a pipeline of three.
npz-read "$data/wiki_small_f16.npz" >chunks.nvs
printf '%s\n' '#!/bin/sh' 'seq-build --ctx 5 | article-select --exclude 999 | direction-diagnose --no-gate' >direction-diagnose-pipe
chmod +x direction-diagnose-pipe
python3 - "$tmp" <<'P' || fail "flips through a pipeline"
import os, random, subprocess, sys
data = open("chunks.nvs", "rb").read()
draw = random.Random(17)
for _ in range(40):
    bit = draw.randrange(8 * len(data))
    bad = bytearray(data)
    bad[bit // 8] ^= 1 << bit % 8
    done = subprocess.run(["./direction-diagnose-pipe"], input=bad, capture_output=True)
    if done.returncode != 65 or done.stdout or done.stderr.count(b": error: ") not in (1, 2):
        sys.exit(f"bit {bit}: exit {done.returncode}, {done.stdout[:60]!r}, {done.stderr!r}")
P
held 40

# A flipped bit in the .npz is refused, or changes nothing: zip leaves some fields (dates, versions) without a check.
python3 - "$data/wiki_small_f16.npz" <<'P' || fail "flips in an .npz"
import json, random, subprocess, sys, zipfile
data = open(sys.argv[1], "rb").read()
draw = random.Random(17)
def digest(bytes_):
    open("bad.npz", "wb").write(bytes_)
    done = subprocess.run("npz-read bad.npz | stream-info", shell=True, capture_output=True)
    return done.returncode, done.stdout and [json.loads(done.stdout)[key] for key in ("rows", "row_digest")]
whole = digest(data)
assert whole[0] == 0, whole
with zipfile.ZipFile(sys.argv[1]) as archive:
    heads = [range(entry.header_offset, entry.header_offset + 60) for entry in archive.infolist()]
    directory = range(archive.start_dir, len(data))
places = [draw.randrange(8 * len(data)) for _ in range(50)]
for part in [*heads, directory]:
    bits = range(8 * part.start, 8 * part.stop)
    places += draw.sample(bits, min(len(bits), 40))
for bit in places:
    bad = bytearray(data)
    bad[bit // 8] ^= 1 << bit % 8
    status, found = digest(bad)
    if status == 0 and found != whole[1] or status not in (0, 65):
        sys.exit(f"bit {bit} (byte {bit // 8}): exit {status}, {found}")
P
held 1
finish
