# What the tests of faults in a training share, after faults.sh: two epochs on data so small that the work is next to nothing.
# shellcheck disable=SC2154 # lib.sh and faults.sh set them.
vec-synth --process rotation --articles 20 --chunks 9 --dim 8 --quiet -o c.nvs
ARCH=lstm MODEL='--hidden 8 --layers 1' CTX=3 EPOCHS=2 CAT=0 SPLIT=train=0.5,val=0.25,ood=0.25
export ARCH MODEL CTX EPOCHS CAT SPLIT
scenario() { timeout 60 "$repo/pipelines/.train" "$tmp/c.nvs" run; }
