# The repository is consistent: a link for every tool, a page that says what --help says, no undeclared library, no broken link in a document.
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

if python3 -c '' 2>/dev/null; then
  try "'$root/docs/check-links'"
  assert_status 0
  # It finds what is broken.
  mkdir docs
  cp "$root/docs/check-links" docs/
  git init -q .
  printf '# A heading\n\n[a](docs/none.md) [b](#no-heading) [c](#a-heading) [d](https://example.org/) `[e](none)`\n' >page.md
  try docs/check-links
  assert_status 1
  assert_equal "$(grep -c '^check-links: error: page.md:3: ' err)" 2
fi

# Related tools that a page names exist.
for tool in $tools; do
  for other in $("$tool" --help | sed -n '/^See also:/,$p' | tail -n +2 | tr ',' ' '); do
    case " $(echo "$tools" | tr '\n' ' ') " in *" $other "*) held ;; *) fail "$tool names $other, which does not exist" ;; esac
  done
done
finish
