# The repository keeps its word: a link for every tool, a page that tells what --help tells, no library that is not named.
. "$here/lib.sh"
# An entry a line.
tr '\n' ' ' < "$root/Package.swift" | sed 's/  *tool( *"/\n  tool("/g' > "$tmp/entries"
tools=$(sed -n 's/^  tool("\([^"]*\)".*/\1/p' "$tmp/entries")
[ -n "$tools" ] || fail "Package.swift names tools"

for tool in $tools; do
  assert_equal "$(readlink "$root/bin/$tool")" "../.build/release/$tool"
done
assert_equal "$(ls "$root/bin" | sort | tr '\n' ' ')" "$(echo "$tools" | sort | tr '\n' ' ')"

# The data path needs no linear algebra.
for tool in $tools; do
  ! grep -q "tool(\"$tool\", *uses: \[[^]]*\"\(Checkpoints\|Kernels\|Learning\|Networks\)\"" "$tmp/entries" || continue
  ! ldd "$root/bin/$tool" | grep -q openblas || fail "$tool without OpenBLAS"
  held
done

try "'$root/docs/make-tools-page' --check"
assert_status 0

# Related tools that a page names exist.
for tool in $tools; do
  for other in $("$tool" --help | sed -n '/^See also:/,$p' | tail -n +2 | tr ',' ' '); do
    case " $(echo "$tools" | tr '\n' ' ') " in *" $other "*) held ;; *) fail "$tool names $other, which does not exist" ;; esac
  done
done
finish
