# gate-verdict says deploy where it must, and nowhere else: every combination of the five gates, every threshold at its bound, every way in which
# reports can be wrong.
. "$here/lib.sh"

# reports [FILTER]: ten report lines of a predictor that passes all gates, strictly too, changed by a jq filter over each line.
reports() { jq -c "${1-.}" passing; }
jq -cn '
  def line($tool; $l; $fields): {schema: "\($tool)/1", tool: $tool, "label": $l, source: [], windows: 100} + $fields;
  ("VAL", "OOD") as $l
  | line("offset-sweep"; $l; {margin: 0.2, ci95: [0.15, 0.25], skipped: {}, offsets: {"-3": 0.3, "-2": 0.3, "-1": 0.3, "0": 0.4, "1": 0.6, "2": 0.3, "3": 0.3}}),
    line("retrieval-rank"; $l; {r_at_1: 0.7, r_at_5: 0.97, mrr: 0.85}),
    line("ablation-eval"; $l; {base_cos: 0.6, deltas: {shuffle: -0.2, reverse: -0.2, "drop-one": -0.1, "repeat-last": 0, "cross-article": -0.1}}),
    line("rollout-eval"; $l; {horizon: 5, per_step: [0.6, 0.5, 0.5, 0.5, 0.4], mean_cos: 0.5}),
    line("bins-eval"; $l; {low: {windows: 0, mean_cos: null}, normal: {windows: 60, mean_cos: 0.55, ci95: [0.5, 0.6]}, high: {windows: 40, mean_cos: 0.6}})' >passing

# judge STATUS FILTER [OPTION…]: the verdict on changed reports has this exit status.
judge() {
  expected=$1
  reports "$2" >lines
  shift 2
  try "gate-verdict --quiet $* <lines"
  command="$command, lines changed by '$filter'"
  assert_status "$expected"
}
filter=

# fault TEXT FILTER [OPTION…]: changed reports are an error that says TEXT.
fault() {
  text=$1
  shift
  judge 65 "$@"
  assert_no_output
  assert_one_error "$text"
}

# How each gate fails, on one of the two splits.
fail_A='(select(.tool == "offset-sweep" and .label == "OOD") | .margin) = 0.0999'
fail_B='(select(.tool == "retrieval-rank" and .label == "VAL") | .r_at_5) = 0.9499'
fail_C='(select(.tool == "ablation-eval" and .label == "OOD") | .deltas.shuffle) = -0.1499'
fail_D='(select(.tool == "rollout-eval" and .label == "VAL") | .mean_cos) = 0.4499'
fail_E='(select(.tool == "bins-eval" and .label == "OOD") | .normal.mean_cos) = 0.4999'

for a in true false; do for b in true false; do for c in true false; do for d in true false; do for e in true false; do
  filter=. passed=5
  for gate in A$a B$b C$c D$d E$e; do
    case $gate in *false) passed=$((passed - 1)); eval "filter=\"\$filter | \$fail_${gate%false}\"" ;; esac
  done
  verdict=do-not-deploy status=1
  [ $passed -lt 3 ] || { verdict=deploy status=0; }
  judge $status "$filter"
  assert_lines 1 out
  assert_equal "$(jq -c '[[.gates[].pass], .passed, .verdict, .margin]' out)" "[[$a,$b,$c,$d,$e],$passed,\"$verdict\",0.2]"
  # A margin that is not positive overrides them all; it fails gate A as well.
  for margin in -0.01 $([ $a$e = truetrue ] && echo 0); do
    judge 1 "$filter | (select(.tool == \"offset-sweep\" and .label == \"VAL\") | .margin) = $margin"
    assert_equal "$(jq -c '[.verdict, .gates.A.pass, .gates.B.pass]' out)" "[\"do-not-deploy\",false,$b]"
  done
done; done; done; done; done

# The fields.
judge 0 .
assert_equal "$(jq -c '[.schema, .tool, .label, .min_gates, .strict]' out)" '["gate-verdict/1","gate-verdict",null,3,false]'
assert_equal "$(jq -c '[.gates[] | [.val, .ood, .measurable]]' out)" \
  '[[0.2,0.2,true],[{"r_at_1":0.7,"r_at_5":0.97},{"r_at_1":0.7,"r_at_5":0.97},true],[-0.2,-0.2,true],[0.5,0.5,true],[0.55,0.55,true]]'
assert_equal "$(jq -c '.gates.A.thresholds' out)" \
  '[{"at_least":{"ood":0.1,"val":0.12},"ci95":{"ood":[0.15,0.25],"val":[0.15,0.25]},"figure":"margin","ood":0.2,"pass":true,"val":0.2}]'
assert_equal "$(jq -c '[.gates[].thresholds | length]' out)" '[1,2,1,1,1]'
judge 0 . --strict
assert_equal "$(jq -c '[.gates[].thresholds | length]' out)" '[2,3,5,1,1]'

# A bound passes; what lies beyond it does not. TOOL PATH SPLIT BOUND BEYOND GATE [OPTION]
while read -r tool path split bound beyond gate option; do
  for value in $bound $beyond; do
    filter="(select(.tool == \"$tool\" and .label == \"$split\") | .$path) = $value"
    [ "$path" != r_at_1 ] && [ "$path" != mrr ] || filter="$filter | select(.tool == \"$tool\").r_at_5 = 0.97"
    judge 0 "$filter" $option
    assert_equal "$(jq -c ".gates.$gate.pass" out)" "$([ "$value" = "$bound" ] && echo true || echo false)" "$path of $split $value"
    assert_equal "$(jq -c '.passed' out)" "$([ "$value" = "$bound" ] && echo 5 || echo 4)"
  done
done <<'T'
offset-sweep margin VAL 0.12 0.1199999 A
offset-sweep margin OOD 0.10 0.0999999 A
retrieval-rank r_at_1 VAL 0.60 0.5999999 B
retrieval-rank r_at_1 OOD 0.55 0.5499999 B
retrieval-rank r_at_5 VAL 0.95 0.9499999 B
retrieval-rank r_at_5 OOD 0.92 0.9199999 B
ablation-eval deltas.shuffle VAL -0.15 -0.1499999 C
ablation-eval deltas.shuffle OOD -0.15 -0.1499999 C
rollout-eval mean_cos VAL 0.45 0.4499999 D
rollout-eval mean_cos OOD 0.42 0.4199999 D
bins-eval normal.mean_cos VAL 0.50 0.4999999 E
bins-eval normal.mean_cos VAL 0.60 0.6000001 E
bins-eval normal.mean_cos OOD 0.50 0.4999999 E
offset-sweep offsets["1"] VAL 0.50 0.4999999 A --strict
offset-sweep offsets["1"] OOD 0.48 0.4799999 A --strict
retrieval-rank mrr VAL 0.80 0.7999999 B --strict
retrieval-rank mrr OOD 0.75 0.7499999 B --strict
ablation-eval deltas.reverse VAL -0.10 -0.0999999 C --strict
ablation-eval deltas.reverse OOD -0.10 -0.0999999 C --strict
ablation-eval deltas["drop-one"] VAL -0.08 -0.0799999 C --strict
ablation-eval deltas["drop-one"] OOD -0.08 -0.0799999 C --strict
ablation-eval deltas["repeat-last"] VAL 0.05 0.0500001 C --strict
ablation-eval deltas["repeat-last"] OOD 0.05 0.0500001 C --strict
ablation-eval deltas["cross-article"] VAL 0.05 0.0500001 C --strict
ablation-eval deltas["cross-article"] OOD 0.05 0.0500001 C --strict
T
filter=
# Counted from the target, the target's own cosine stands at 0.
judge 0 '(select(.tool == "offset-sweep") | .origin) = "target" | (select(.tool == "offset-sweep" and .label == "VAL") | .offsets["0"]) = 0.51' --strict
assert_equal "$(jq -c '[.gates.A.pass, .gates.A.thresholds[1].val, .gates.A.thresholds[1].ood]' out)" '[false,0.51,0.4]'

# As many gates as asked for.
for least in 1 2 3 4 5; do
  judge "$([ $least -le 3 ] && echo 0 || echo 1)" "$fail_B | $fail_D" --min-gates $least
  assert_equal "$(jq -c '[.passed, .min_gates]' out)" "[3,$least]"
done

# An empty bin measures nothing, and does not pass.
for split in VAL OOD; do
  judge 0 "(select(.tool == \"bins-eval\" and .label == \"$split\") | .normal) = {windows: 0, mean_cos: null}"
  assert_equal "$(jq -c '[.gates.E.pass, .gates.E.measurable, .gates.E.difference, .passed]' out)" '[false,false,null,4]'
  judge 1 "(select(.tool == \"bins-eval\" and .label == \"$split\") | .normal) = {windows: 0, mean_cos: null} | $fail_B | $fail_C"
done

# Each line missing, and each twice.
reports >whole
for number in 1 2 3 4 5 6 7 8 9 10; do
  sed "${number}d" whole >lines
  tool=$(sed -n "${number}p" whole | jq -r .tool) label=$(sed -n "${number}p" whole | jq -r .label)
  try "gate-verdict <lines"
  assert_status 65
  assert_no_output
  assert_one_error "there is no report of $tool with the label $label"
  { cat whole; sed -n "${number}p" whole; } >lines
  try "gate-verdict <lines"
  assert_status 65
  assert_one_error "line 11: $tool of $label: expected one report, found a second"
done
try "gate-verdict </dev/null"
assert_status 65
assert_one_error 'there is no report of'

# Unknown labels, tools and schemas, and malformed lines.
for label in '"val"' '"Val"' '"TEST"' '" VAL"' null '""' 3; do
  fault 'expected the label VAL or OOD' "(select(.tool == \"rollout-eval\" and .label == \"OOD\") | .label) = $label"
done
fault 'expected the label VAL or OOD, found none' 'if .tool == "rollout-eval" then del(.label) else . end'
fault 'found gate-verdict' '(select(.tool == "rollout-eval") | .tool) = "gate-verdict"'
fault 'found no tool' 'if .tool == "rollout-eval" then del(.tool) else . end'
fault 'expected the schema rollout-eval/1, found rollout-eval/2' '(select(.tool == "rollout-eval") | .schema) = "rollout-eval/2"'
for line in '{' '[]' '7' 'nonsense' '{"tool": "offset-sweep"' '{"a": NaN}'; do
  { cat whole; printf '%s\n' "$line"; } >lines
  try "gate-verdict <lines"
  assert_status 65
  assert_one_error 'stdin: line 11: expected a report'
done

# Figures that are no numbers, or out of range.
while read -r tool path; do
  for value in NaN nan Infinity -Infinity 1e999; do
    # jq would write them as null or as a large number.
    reports "(select(.tool == \"$tool\" and .label == \"OOD\") | .$path) = \"@\"" | sed "s/\"@\"/$value/" >lines
    try "gate-verdict <lines"
    assert_status 65
    assert_no_output
  done
  for value in null '"0.5"' true '[0.5]' '{}' 2.1 -2.1 1e300; do
    fault "$tool of OOD: " "(select(.tool == \"$tool\" and .label == \"OOD\") | .$path) = $value"
  done
  fault "$tool of VAL: " "if .tool == \"$tool\" then del(.$path) else . end"
done <<'T'
offset-sweep margin
retrieval-rank r_at_1
retrieval-rank r_at_5
ablation-eval deltas.shuffle
rollout-eval mean_cos
bins-eval normal.mean_cos
T
for value in 1.01 -0.01; do
  fault "r_at_1: expected a number from 0 to 1, found $value" "(select(.tool == \"retrieval-rank\" and .label == \"VAL\") | .r_at_1) = $value"
  fault "mrr: expected a number from 0 to 1, found $value" "(select(.tool == \"retrieval-rank\" and .label == \"VAL\") | .mrr) = $value" --strict
done
for value in 1.01 -1.01; do
  fault "mean_cos: expected a number from -1 to 1, found $value" "(select(.tool == \"rollout-eval\" and .label == \"VAL\") | .mean_cos) = $value"
  fault "normal.mean_cos: expected a number from -1 to 1, found $value" "(select(.tool == \"bins-eval\" and .label == \"OOD\") | .normal.mean_cos) = $value"
done
fault 'r_at_5: expected at least r_at_1, which is 0.7, found 0.69' '(select(.tool == "retrieval-rank" and .label == "VAL") | .r_at_5) = 0.69'
for tool in offset-sweep retrieval-rank ablation-eval rollout-eval; do
  for value in 0 -1 null 1.5 '"100"'; do
    fault "$tool of VAL: windows: expected a whole number of at least 1" "(select(.tool == \"$tool\") | .windows) = $value"
  done
done
fault 'over no windows' '(select(.tool == "bins-eval") | .normal.windows) = 0'
fault 'normal.windows: expected' 'if .tool == "bins-eval" then del(.normal.windows) else . end'
fault 'normal.mean_cos: expected a number' '(select(.tool == "bins-eval") | .normal.mean_cos) = null'

# The strict figures are needed only with --strict.
for path in 'deltas.reverse' 'deltas["drop-one"]' 'deltas["repeat-last"]' 'deltas["cross-article"]'; do
  judge 0 "if .tool == \"ablation-eval\" then del(.$path) else . end"
  fault 'expected a number, found nothing' "if .tool == \"ablation-eval\" then del(.$path) else . end" --strict
done
fault 'expected a number, found nothing' 'if .tool == "offset-sweep" then del(.offsets) else . end' --strict

# Lines in any order and in several files; the table; the note of another horizon.
sort -r whole >turned
try "gate-verdict <turned"
assert_status 0
head -n 4 turned >one
tail -n 6 turned >two
try "gate-verdict one two && cat two | gate-verdict one - && gate-verdict --label wiki --format table one two"
assert_status 0
assert_equal "$(sed -n 3p out)" 'gate-verdict: wiki'
grep -qE '^verdict +deploy$' out || fail 'the verdict in the table'
held
try "gate-verdict one two one"
assert_status 65
reports '(select(.tool == "rollout-eval") | .horizon) = 3' >lines
try "gate-verdict lines"
assert_status 0
grep -qF 'has a horizon of 3' err || fail 'a note of the horizon'
for words in '--min-gates 0' '--min-gates 6' '--strictly' '--calibration='; do
  try "gate-verdict $words whole"
  assert_status 64
done
try "gate-verdict --calibration - <whole"
assert_status 64
try "gate-verdict absent"
assert_status 66
try "gate-verdict --calibration absent whole"
assert_status 66

# Beside other predictors: B is passed by a trivial one, A by the oracle alone, D by ridge, C by none, E by all.
calibration() {
  for predictor in copy-last context-mean linear-extrapolation oracle; do
    passes_B="(select(.tool == \"retrieval-rank\") | .r_at_5) = 0.8"
    [ $predictor != context-mean ] || passes_B=.
    loses="$fail_A | $fail_D | $passes_B"
    [ $predictor != oracle ] || loses=.
    reports "$loses | $fail_C | .predictor = \"$predictor\""
  done
  reports "$fail_A | $fail_B | $fail_C | .predictor = \"ridge\""
}
calibration >calibration.jsonl
try "gate-verdict --calibration calibration.jsonl whole"
assert_status 0
assert_equal "$(jq -c .calibration.marks out)" \
  '{"A":["no_mean_predictor_passes"],"B":["trivial_passes"],"C":["oracle_fails"],"D":[],"E":["trivial_passes"]}'
assert_equal "$(jq -c '.calibration.predictors | map_values(.passed)' out)" \
  '{"context-mean":2,"copy-last":1,"linear-extrapolation":1,"oracle":4,"ridge":2}'
assert_equal "$(jq -c '.calibration.predictors.ridge.gates.D.pass' out)" true
try "gate-verdict --calibration calibration.jsonl --format table whole"
assert_status 0
assert_equal "$(grep -c '^  linear-extrapolation ' out)" 6
grep -qE '^  A +offset sweep +the oracle passes, but no predictor of a mean does$' out || fail 'a mark in the table'
# The verdict is the model's own, whatever stands beside it.
try "gate-verdict --calibration whole calibration.jsonl"
assert_status 65
reports "$fail_B | $fail_C | $fail_D" >lines
try "gate-verdict --calibration calibration.jsonl lines"
assert_status 1
sed 7d calibration.jsonl >part.jsonl
try "gate-verdict --calibration part.jsonl whole"
assert_status 65
assert_no_output
assert_one_error 'part.jsonl: copy-last: there is no report of'
: >empty.jsonl
for bad in empty.jsonl whole; do
  try "gate-verdict --calibration $bad whole"
  assert_status 65
  assert_no_output
done

# Skill: the difference from the best predictor without training, article by article. `with CALL` gives sums to each report: of 20 articles with 5 windows,
# the base cosine c(a) and the shuffled one s(a) of article a.
with() {
  jq -c --argjson shift "$1" --argjson noise "$2" --argjson shuffle "$3" '
    def articles(f): {figures: f[0], articles: ([range(20) | {key: "a\(.)", value: {windows: 5, sums: (. as $a | f[1] | map(. * 5 + ($a % 5) * 0.2 + f[2] * (($a % 2) * 2 - 1)))}}] | from_entries)};
    if .tool == "ablation-eval" then .by_article = articles([["base", "shuffle"], [0.4 + $shift, 0.4 + $shift + $shuffle], $noise])
    elif .tool == "offset-sweep" then .by_article = articles([["0", "1", "2"], [0.3, 0.2 + $shift, 0.1], 0])
    elif .tool == "rollout-eval" then .by_article = articles([["1", "2"], [0.5, 0.4], 0])
    elif .tool == "retrieval-rank" then .by_article = articles([["r_at_1", "r_at_5", "mrr"], [0.1 + $shift, 0.3, 0.2], 0]) | .without_context = {by_article: .by_article}
    else . end' passing
}
with 0.1 0 0 >model
{ with 0 0 -0.1 | jq -c '{predictor: "constant"} + .'; with 0.05 0.1 -0.1 | jq -c '{predictor: "ridge"} + .'; with 0.9 0 0 | jq -c '{predictor: "oracle"} + .'
  with 0.5 0 0 | jq -c '{predictor: "another"} + .'; } >calibration.jsonl
try 'gate-verdict --calibration calibration.jsonl model'
assert_no_errors
# Every article adds 0.1 - 0.05 but for noise of 0.02 in the mean, which leaves the difference of the means: 0.05.
assert_equal "$(jq -c '.skill.VAL.cosine | [.best_baseline, (.value * 100 | round), (.best_baseline_value * 100 | round), (.difference * 1000 | round), .better]' out)" \
  '["ridge",58,53,50,"yes"]'
assert_equal "$(jq -c '.skill.VAL.cosine.ci95 | [(.[0] > 0.03 and .[0] < 0.05), (.[1] < 0.07 and .[1] > 0.05)]' out)" '[true,true]'
# Between windows of the same articles, what makes articles differ does not count: the difference from the constant is exact.
assert_equal "$(jq -c '.skill.OOD | [.rollout.best_baseline, .rollout.difference, .rollout.ci95, .rollout.better]' out)" '["constant",0,[0,0],"unclear"]'
assert_equal "$(jq -c '.skill.VAL.margin | [(.value * 100 | round), (.constant * 100 | round), .best_at_cosine]' out)" '[0,-10,null]'
assert_equal "$(jq -c '[.blind_to_order, (.skill.VAL | keys | length)]' out)" '[true,8]'
try 'gate-verdict --calibration calibration.jsonl --format table model'
grep -qE '^Better than ridge, the best without training\? Cosine 0\.0500 \[0\.0[34][0-9]*, 0\.0[56][0-9]*\]: yes$' out || fail 'the headline'
grep -q '^C .*pass$' out || fail 'a gate that passes is not said to be blind'
held 2
jq -c '(select(.tool == "ablation-eval") | .deltas.shuffle) = -0.1' model >blind
try 'gate-verdict --format table blind'
grep -q '^C .*FAIL: blind to order$' out || fail 'a gate that it cannot pass by construction is said to be so'
with -0.2 0 -0.1 >model
try 'gate-verdict --calibration calibration.jsonl model'
assert_equal "$(jq -c '[.skill.VAL.cosine.better, .blind_to_order]' out)" '["no",false]'
# Of other windows: a note, and no skill. Without sums: no skill.
jq -c '(select(.tool == "ablation-eval") | .by_article.articles.a3.windows) = 6' model >others
try 'gate-verdict --calibration calibration.jsonl others'
grep -qF 'note: ablation-eval of VAL: the calibration is of other windows' err || fail 'a note'
assert_equal "$(jq -c .skill out)" null
jq -c 'del(.by_article, .without_context)' model >bare
try 'gate-verdict --calibration calibration.jsonl bare'
assert_no_errors
assert_equal "$(jq -c '[.skill, has("blind_to_order")]' out)" '[null,false]'
# Sums that are malformed are an error.
for change in '.articles.a3.sums = [1]' '.articles.a3.windows = 0' '.articles.a3.sums[0] = null' '.figures = 3' '.articles = []' '.articles.a3.windows = 1e30'; do
  jq -c "(select(.tool == \"ablation-eval\") | .by_article) |= ($change)" model >malformed
  try 'gate-verdict --calibration calibration.jsonl malformed'
  assert_status 65
  assert_no_output
  assert_one_error 'by_article: expected figures, and windows and sums of articles'
done
finish
