# The charts of scripts/bench as one SVG: horizontal bars, one panel a chart, readable on light and on dark.

def width: 860; def left: 330; def right: 90; def row: 24; def plot: width - left - right;

def number:
  if . == 0 then "0"
  elif (fabs >= 100) then (round | tostring | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(" "))
  else (. as $v | pow(10; 2 - (fabs | log10 | floor)) as $scale | ($v * $scale | round) / $scale | tostring)
  end;
# The next round number above.
def ceiling:
  if . <= 0 then 1
  else . as $v | pow(10; log10 | floor) as $unit
       | first([1, 1.5, 2, 3, 4, 5, 6, 8, 10][] * $unit | select(. >= $v * 0.9999))
  end;
def text($x; $y; $class): "<text x=\"\($x)\" y=\"\($y)\" class=\"\($class)\">\(. | @html)</text>";

# How often the bar fits into what was measured: 1 and more holds.
def against_bar:
  (.bar | startswith(">")) as $at_least
  | if $at_least then .value / .limit elif .value == 0 then 3 else .limit / .value end
  | if . > 3 then 3 else . end;
def bars_panel:
  {title: "Against the bars: 1 and more holds (cut at 3)", mark: 1,
   rows: [.figures[] | select(.bar != null and .limit > 0)
          | {label: "\(.workload): \(.label)", value: against_bar, shown: "\(.value | number) \(.unit)",
             class: (if .holds then "held" else "missed" end)}]};

def charts:
  .figures
  | ([.[] | .chart // empty] | reduce .[] as $c ([]; if index($c) then . else . + [$c] end)) as $titles
  | . as $figures
  | $titles[] as $title
  | {title: $title, mark: null,
     rows: [$figures[] | select(.chart == $title)
            | {label: "\(.workload): \(.label | sub(", workflows a second$"; ""))", value, shown: (.value | number),
               class: (if .label == "floor" then "floor" else "bar" end)}]};

def height: 64 + row * (.rows | length);
def panel($top):
  (([.rows[].value] | max) as $longest | [$longest, (.mark // 0)] | max | ceiling) as $most
  | left as $x0
  | (.rows | length * row) as $tall
  | ($top + 34) as $y0
  | (.title | text(16; $top + 18; "title")),
    ((0, 0.5, 1) as $part
     | ($x0 + $part * plot) as $x
     | "<line x1=\"\($x)\" y1=\"\($y0)\" x2=\"\($x)\" y2=\"\($y0 + $tall)\" class=\"grid\"/>",
       ($most * $part | number | text($x; $y0 + $tall + 16; "tick"))),
    (.rows | to_entries[] | .key as $i | .value
     | ($y0 + $i * row) as $y
     | (.label | text($x0 - 8; $y + 16; "label")),
       "<rect x=\"\($x0)\" y=\"\($y + 4)\" width=\"\([.value / $most * plot, 1] | max)\" height=\"\(row - 8)\""
         + " rx=\"2\" class=\"\(.class)\"/>",
       (.shown | text(width - 8; $y + 16; "value"))),
    (if .mark then ($x0 + .mark / $most * plot) as $x
       | "<line x1=\"\($x)\" y1=\"\($y0 - 4)\" x2=\"\($x)\" y2=\"\($y0 + $tall + 4)\" class=\"mark\"/>" else empty end);

. as $report
| [bars_panel, charts] | map(select(.rows | length > 0)) as $panels
| ($panels | map(height) | add // 0) as $sum
| ($sum + 40) as $all
| "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \($all)\" width=\"\(width)\" height=\"\($all)\" role=\"img\">",
  "<title>What callflex bench measured</title>",
  "<style>",
  "  text { font: 13px system-ui, sans-serif; fill: #1f2328 }",
  "  .title { font-weight: 600; font-size: 15px }",
  "  .label, .value { text-anchor: end }",
  "  .tick, .foot { font-size: 11px; fill: #59636e }",
  "  .tick { text-anchor: middle }",
  "  .paper { fill: #ffffff }",
  "  .grid { stroke: #d1d9e0 }",
  "  .mark { stroke: #1f2328; stroke-width: 2 }",
  "  .bar { fill: #2f6fde } .floor { fill: #9db8e8 } .held { fill: #2e8b57 } .missed { fill: #cf3a3a }",
  "  @media (prefers-color-scheme: dark) {",
  "    text { fill: #e6edf3 } .tick, .foot { fill: #9198a1 } .paper { fill: #0d1117 }",
  "    .grid { stroke: #3d444d } .mark { stroke: #e6edf3 }",
  "    .bar { fill: #5b96f5 } .floor { fill: #3a5588 } .held { fill: #46b37a } .missed { fill: #f06a6a }",
  "  }",
  "</style>",
  "<rect class=\"paper\" width=\"\(width)\" height=\"\($all)\"/>",
  (foreach $panels[] as $panel ({next: 10};
                                {top: .next, next: (.next + ($panel | height))};
                                .top as $top | $panel | panel($top))),
  ("\($report.date), commit \($report.commit), \($report.machine.cores) cores"
   + (if $report.honest then "" else ", NOT DURABLE" end)
   | text(16; $all - 12; "foot")),
  "</svg>"
