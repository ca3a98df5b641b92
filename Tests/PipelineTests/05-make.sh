# Under make, a recipe is a line of plain sh: a rule whose first stage fails must fail, and leave nothing that looks made.
. "$here/lib.sh"
ln -s "$data/wiki_small_f16.npz" good.npz
head -c 500000 "$data/wiki_small_f16.npz" >bad.npz
cat >Makefile <<'M'
%.nvs: %.npz
	npz-read $< | seq-build --ctx 5 > $@
%.whole: %.npz
	npz-read $< | seq-build --ctx 5 -o $@
.SECONDARY:
%.json: %.whole
	narrative-delta $< -o $@ || test $$? = 1
%.report: %.nvs
	direction-diagnose --no-gate < $< > $@
M

try 'make good.report good.json'
assert_status 0
assert_equal "$(jq .windows good.report)" 1490
assert_equal "$(jq -r .decision good.json)" abandon

# The last stage of the recipe fails, so make does.
try 'make bad.nvs'
assert_status 2
# Without .DELETE_ON_ERROR make keeps the target, and takes it for made next time: whoever reads it does not.
try 'make bad.report'
assert_status 2
assert_equal "$(wc -c <bad.report)" 0
# Written with -o there is no target, in either step.
try 'make bad.json'
assert_status 2
assert_absent bad.whole bad.json .bad*
# The old target stays as it was.
cp good.whole bad.whole
touch -d '2 days ago' bad.whole
try 'make bad.json'
assert_status 2
assert_equal_files good.whole bad.whole
assert_absent bad.json .bad*
# Make removes what > left behind, if it is told to.
rm -f bad.nvs bad.whole
echo '.DELETE_ON_ERROR:' >>Makefile
try 'make -j2 bad.nvs bad.whole'
assert_status 2
assert_absent bad.nvs bad.whole .bad*
finish
