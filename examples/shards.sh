#!/bin/sh
# Makes windows of a data set in parallel, shard by shard, and proves that nothing was lost on the way.
set -eu

usage() {
  cat <<'USAGE'
Usage: examples/shards.sh FILE.npz [MERGED.nvs]

Splits the chunks of FILE.npz into shards by article, makes windows of every shard in a process of
its own, and merges the shards in two ways: with cat, and with stream-cat. Both must have the
digests of the windows made in one piece. The digests do not depend on the order of rows and
windows: equal digests mean that nothing is missing, doubled or changed. With MERGED.nvs, the merged
stream is kept under that name.

  SHARDS  how many shards                  (default 4)
  JOBS    how many processes at a time     (default: the number of processors)
  CTX     context length                   (default 5)

Exit status: 0 the digests agree; 1 they do not; else a stage failed and has said why.

  examples/shards.sh examples/data/wiki_example_f16.npz
  SHARDS=16 JOBS=8 examples/shards.sh wiki.npz windows.nvs
USAGE
}

case ${1-} in
  -h | --help) usage; exit 0 ;;
  '' | -*) usage >&2; exit 64 ;;
esac
file=$1
PATH=$(cd "$(dirname "$0")/../bin" && pwd):$PATH
SHARDS=${SHARDS:-4} JOBS=${JOBS:-$(getconf _NPROCESSORS_ONLN)} CTX=${CTX:-5}
export CTX

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
merged=${2:-$work/merged.nvs}

# digests NAME: prints the totals and digests of the stream on standard input, and keeps them in NAME. No pipe here: its
# status would be the last command's alone.
digests() {
  stream-info --format table > "$work/info"
  sed -n -E 's/^(rows|windows|row_digest|window_digest) +/\1 /p' "$work/info" > "$work/$1"
  printf '%s\n' "$1:" && sed 's/^/  /' "$work/$1"
}

# In one piece.
npz-read "$file" | seq-build --ctx "$CTX" | digests whole

# In shards. A failure anywhere ends the pipe with a status other than 0, without pipefail; xargs passes it on.
npz-read "$file" | stream-split --shards "$SHARDS" --out "$work/chunks-"
for shard in "$work"/chunks-*.nvs; do printf '%s\0' "$shard"; done |
  xargs -0 -n 1 -P "$JOBS" sh -c 'exec seq-build --ctx "$CTX" "$1" --output "${1%.nvs}.windows"' seq-build

# Merged. cat is enough for the next stage; it counts members, since a member that is missing altogether leaves no trace.
cat "$work"/chunks-*.windows | stream-check --members "$SHARDS"
cat "$work"/chunks-*.windows | digests cat
stream-cat "$work"/chunks-*.windows --output "$merged"
digests stream-cat < "$merged"

for way in cat stream-cat; do
  cmp -s "$work/whole" "$work/$way" || { echo "shards.sh: the digests of $way differ from the whole's" >&2; exit 1; }
done
echo "The digests agree: nothing is missing, doubled or changed."
