# SPDX-License-Identifier: GPL-2.0-or-later
# The summary for people, from what summary.jq says: the headline of check,
# a line for each gateway that is not proved, counts, what was decided end to end, what the proof assumes, and
# every diagnostic and problem with its place. The same for the same answers,
# whoever gave them.

def counted($n; $what): "\($n) \($what)\(if $n == 1 then "" else "s" end)";

def name_of: .verdict // "died";

def of_claims:
  ([.claims[] | select(.verdict != "proved")] | length) as $n
  | if $n == 0 then counted(.claims | length; "claim") + " proved"
    else "\($n) of \(counted(.claims | length; "claim")) not proved" end;

def line($width):
  "  \(name_of + " " * (10 - (name_of | length)))\(.gateway + " " * ($width - (.gateway | length)))  "
  + if .verdict == null then "nothing is known of it"
    else of_claims end;

def place: if .file then "  --> \(.file):\(.line)\(if .column then ":\(.column)" else "" end)" else empty end;

.answer as $a
| ($a.gateways // []) as $all
| [$all[] | select(.verdict == "proved")] as $proved
| [$all[] | select(.verdict != "proved")] as $others
| ([$others[].gateway | length] | max // 0) as $width
| "\($a.policy): \($a.verdict // "not proved")"
  + (if $all == [] then ""
     elif $a.verdict == "proved" then
       " at each of \(counted($all | length; "gateway"))\(if .linked then ", and end to end" else "" end)"
     else "\(if $others == [] and .linked then " end to end" else "" end), \($proved | length) of \(counted($all | length; "gateway")) proved" end),
  ($others[] | line($width)),
  (if $all == [] then "  nothing is known of its gateways"
   else ("proved", "refuted", "undecided", null)
     | . as $verdict | [$all[] | select(.verdict == $verdict)] | length
     | "  \(. | tostring | " " * (6 - length) + .) \($verdict // "without an answer")" end),
  (if .linked | not then empty
   elif .ends then "  end to end: " + ($a | of_claims)
   else "  end to end: nothing is known of it" end),
  ($a.assumptions | to_entries[] | (if .key == 0 then "  assuming " else "           " end) + .value),
  (.problems[] | "error: \(.)"),
  ($a.diagnostics[] | "\(.level)[\(.code)]: \(.message)", place,
   (.notes[] | "   = \(.kind): \(.message)"),
   (.help // empty | "   = help: \(.)"))
