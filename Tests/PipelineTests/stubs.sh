# pipelines/5cat and pipelines/calibrate around tools that are told what to say: what 20-5cat.sh and 28-calibrate.sh share.
# shellcheck disable=SC2154 # lib.sh sets them.

mkdir bin pipelines scratch
for tool in "$tools"/*; do ln -s "$(readlink -f "$tool")" bin/; done
cp "$root/pipelines/5cat" "$root/pipelines/evaluate" "$root/pipelines/calibrate" "$root/pipelines/stages.sh" pipelines/

# stub NAME: a tool that writes its command line to calls, reads its input to the end, and says what it is told. It fails as FAIL says: `NAME
# STATUS`, or `NAME:WORD STATUS` for a command line with that word in it.
stub() {
  rm -f "bin/$1"
  cat >"bin/$1"
  chmod +x "bin/$1"
}
cat >preamble <<'SH'
#!/bin/sh
name=${0##*/}
echo "$OPENBLAS_NUM_THREADS $name $*" >>"$CALLS"
name_of_failure=${FAIL%% *} status=${FAIL##* }
word=
case $name_of_failure in *:*) word=${name_of_failure#*:} ;; esac
case $name:$* in "${name_of_failure%%:*}":*"$word"*)
  [ -z "$FAIL" ] || { case $status in KILL) kill -KILL $$ ;; HANG) cat >/dev/null; echo $$ >"$CALLS.hanging"; exec sleep 60 ;; *)
    echo "$name: error: told to" >&2; exit "$status" ;; esac; } ;;
esac
SH
# Ablations are the windows themselves.
{ cat preamble; cat <<'SH'
stream-cat >"$CALLS.$$" || exit 65
before=
for word; do
  [ "$before" != --ablate ] || cp "$CALLS.$$" "${word#*=}"
  before=$word
done
cat "$CALLS.$$"
rm -f "$CALLS.$$"
SH
} | stub model-predict
for tool in offset-sweep retrieval-rank ablation-eval rollout-eval bins-eval; do
  { cat preamble; cat <<'SH'
windows=$(stream-info | sed 's/.*"windows":\([0-9]*\).*/\1/') || exit 65
label= deltas='"base":0'
for word; do
  case $word in
    VAL | OOD) label=$word ;;
    shuffle=* | reverse=* | drop-one:*=* | repeat-last=* | cross-article=*)
      stream-check --quiet "${word#*=}" || exit 65
      mode=${word%%[:=]*} delta=-0.2
      [ "$mode" != repeat-last ] || delta=0
      case $deltas in *"$mode"*) ;; *) deltas=$deltas,\"$mode\":$delta ;; esac ;;
  esac
done
echo "{\"schema\":\"$name/1\",\"tool\":\"$name\",\"label\":\"$label\",\"source\":[],\"windows\":$windows,\"margin\":${MARGIN:-0.2},
  \"offsets\":{\"1\":0.6},\"r_at_1\":0.7,\"r_at_5\":0.97,\"mrr\":0.85,\"horizon\":5,\"mean_cos\":0.5,
  \"normal\":{\"windows\":5,\"mean_cos\":0.5},\"deltas\":{$deltas}}" | tr -d '\n '
echo
SH
  } | stub "$tool"
done
CALLS=$tmp/calls FAIL=
export CALLS FAIL
TMPDIR=$tmp/scratch
export TMPDIR

vec-synth --articles 12 --chunks 9 --dim 8 | stream-cat >all.nvs
article-select --only 0-5 all.nvs | seq-build --ctx 3 --quiet >val.nvs
article-select --only 6-11 all.nvs | seq-build --ctx 3 --quiet >ood.nvs
echo checkpoint >model

# five COMMAND: tries it, and looks that nothing stays behind.
five() {
  : >calls
  try "$1"
  assert_equal "$(ls scratch)" '' 'nothing is left'
}
calls() { sed 's/^[0-9]* //' calls | grep -c -- "$1" || :; }
