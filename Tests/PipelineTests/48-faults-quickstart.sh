# Killed processes and failing helper programs in the quickstart: it never runs through to exit status 0, and begun again, it ends as undisturbed.
. "$here/lib.sh"
. "$here/faults.sh"
vec-synth --process rotation --articles 20 --chunks 9 --dim 8 | npz-write synth.npz
FILE=$tmp/synth.npz ARCH=lstm MODEL='--hidden 8 --layers 1' EPOCHS=2 CTX=3 HORIZON=2 ABLATIONS=shuffle CAT=0 SPLIT=train=0.5,val=0.25,ood=0.25
export FILE ARCH MODEL EPOCHS CTX HORIZON ABLATIONS CAT SPLIT
scenario() { timeout 100 "$repo/pipelines/.quickstart" run; }
undisturbed
each_of train-step:2:before model-predict:5:after
cached train calibrate 5cat
undisturbed
each_of $(each_killed before after) $(each_killed output input tools) $(each_killed parent parent) $(each_helper_fails)
finish
