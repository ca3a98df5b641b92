# Where two reports differ, one line each: every number within $tolerance, everything else exactly. Intervals from a bootstrap may differ by a
# fifth of their width, since two implementations draw differently.
def names: ["schema", "tool", "version", "label", "source", "counts"];
def path_text: map(tostring) | join(".");
def is_interval: index("ci95") != null;
def leaves: [paths(type != "object" and type != "array")] | map(select(.[0] as $first | names | index($first) | not));
def near($x; $y; $allowed): ($x - $y) as $d | $d <= $allowed and -$d <= $allowed;
def width($report; $path): ($report | getpath($path[:-1])) as $interval | 0.2 * ($interval[1] - $interval[0]);

if ($a | length) != 1 or ($b | length) != 1 then "expected one report each" else
  $a[0] as $a | $b[0] as $b
  | (($a | leaves) + ($b | leaves) | unique)[] as $path
  | ($a | getpath($path)) as $x | ($b | getpath($path)) as $y
  | (if ($path | is_interval) and ($x | type) == "number" then $tolerance + width($a; $path) else $tolerance end) as $allowed
  | select(
      if ($x | type) == "number" and ($y | type) == "number" then near($x; $y; $allowed) | not
      else $x != $y or ($x | type) != ($y | type) end)
  | "\($path | path_text): \($x) and \($y)"
end
