# The report of scripts/bench as Markdown.

# Three significant digits, or all before the point with a space between thousands.
def number:
  if . == 0 then "0"
  elif (fabs >= 100) then (round | tostring | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(" "))
  else (. as $v | pow(10; 2 - (fabs | log10 | floor)) as $scale | ($v * $scale | round) / $scale | tostring)
  end;
def cell: if type == "number" then number else tostring end | gsub("\\|"; "\\|") | gsub("\n"; " ");
def row: "| " + (map(cell) | join(" | ")) + " |";
def heading: gsub("_"; " ");

def held: if .bar == null then "" elif .holds then "yes" else "**NO**" end;
def figures($name):
  [.figures[] | select(.workload == $name)]
  | (["figure", "value", "unit", "bar", "held", "note"] | row),
    (["---", "---:", "---", "---", "---", "---"] | row),
    (.[] | [.label, .value, .unit, (.bar // ""), held, (.note // "")] | row);

def listings($name):
  .[$name] | to_entries[] | select(.value | type == "array" and length > 0)
  | "",
    (.value[0] | keys_unsorted | (map(heading) | row), (map("---") | row)),
    (.value[] | [.[]] | row);

"# What was measured",
"",
"\(.date), commit \(.commit), \(.preset) build. \(.machine.cores) cores of \(.machine.processor);",
"before it began \(.machine.cores_busy_before) of them were busy with something else (load \(.machine.load_before)).",
"Postgres, workers, ingress and load ran on this one machine.",
(if .arguments != "" then "", "Arguments: `\(.arguments)`." else empty end),
"",
(if .honest then "Commits were durable:" else "**NOT DURABLE, compare nothing with this:**" end)
+ " " + ([.machine.postgres | to_entries[] | "\(.key) \(.value)"] | join(", ")) + ".",
"",
"![charts](report.svg)",
([.figures[].workload] | reduce .[] as $w ([]; if index($w) then . else . + [$w] end)) as $names
| ($names[] as $name | "", "## \($name)", "", figures($name), listings($name)),
([.figures[] | select(.holds == false) | "\(.workload) \(.name)"] as $missed
 | if $missed == [] then empty else "", "Missed: " + ($missed | join(", ")) + "." end)
