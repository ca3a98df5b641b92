# Killed processes and failing helper programs in a training whose second epoch begins a stage of a curriculum, with gates, and that has a 5CAT after every epoch.
. "$here/lib.sh"
. "$here/faults.sh"
. "$here/faults-train.sh"
cached 5cat
jq '.epochs = 2 | .stages = [{name: "A", top: 0.5, from: 1, gates: {margin: -1, rollout: -1}}, {name: "B", top: 1, from: 2}]' \
  "$root/pipelines/recipes/p5-curriculum.json" >stages.json
RECIPE=$tmp/stages.json CAT=3 HORIZON=2
export RECIPE CAT HORIZON
undisturbed
grep -q ' 2 5cat$' counts || fail 'a 5CAT after every epoch'
for program in seq-gate model-predict rollout-eval 5cat epoch-verdict; do
  for how in before after; do each_of "$program:1:$how"; done
done
each_of 5cat:2:output 5cat:1:parent rollout-eval:1:parent seq-gate:1:input model-predict:1:output $(each_helper_fails jq) $(each_helper_fails mv)
finish
