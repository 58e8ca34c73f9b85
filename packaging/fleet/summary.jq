# SPDX-License-Identifier: GPL-2.0-or-later
# The records of a fleet's shares as one answer of check, and what is wrong with
# them. Law: each gateway of the policy is in the answer once, one that nobody
# answered for without a verdict; nothing a record leaves out counts as proved.
#
# Input: { fleet, shares: [{ number, record, said }] }, where RECORD is the list
# of the JSON values in the record, null if there is none or it breaks off.
# Output: { answer, status, problems, machines, began, ended, seconds }.

# What a status says of the verdict; null: nothing.
def of_status: { "0": "proved", "1": "refuted", "3": "undecided" }[tostring];

# The verdict of several; null where one has none.
def together:
  if any(. == null) then null
  else . as $all | first(("refuted", "undecided", "proved") | select(. as $v | $all | index([$v]))) end;

# The one to leave with, of several: as zwinger does.
def worst: . as $all | first((70, 4, 2, 1, 3, 5, 0) | select(. as $s | $all | index([$s])));

def known: . as $s | [0, 1, 2, 3, 4, 5, 70] | index([$s]) != null;

# A share that had nothing to do: there are more of them than gateways.
def idle: .verdict == null and .gateways == [] and (.share.linked and .share.number == 1 | not);

# What is wrong with the record RECORD of the share NAME; null where it can be
# believed. Its last value is how zwinger ended, before it is the answer.
def doubt($name):
  (last // {}) as $tail | .[0] as $answer
  | if length > 2 or ($tail | type != "object" or (has("share") and has("status") | not)) then
      "it broke off before its end"
    elif $tail.share != $name then
      "the record is of share \($tail.share)"
    elif $tail.status > 128 then
      "zwinger was ended by signal \($tail.status - 128)"
    elif $tail.status | known | not then
      "zwinger could not be run, status \($tail.status)"
    elif length != 2 or ($answer | type) != "object" then
      "status \($tail.status), but no answer"
    elif $answer.share == null then
      if $tail.status | of_status then
        "status \($tail.status), but the answer is of no share"
      else null end
    elif "\($answer.share.number)/\($answer.share.of)" != $name then
      "the answer is of share \($answer.share.number)/\($answer.share.of)"
    elif $tail.status == 0 and ($answer | idle) then
      null
    elif ($tail.status | of_status) as $is | $is != null and $is != $answer.verdict then
      "status \($tail.status), but the verdict \($answer.verdict // "none")"
    else null end;

# { name, answer, problem, status, ending }: what to make of a share.
def judged($of):
  "\(.number)/\($of)" as $name
  | (if .record then (.record | doubt($name)) else "no record" end) as $problem
  | (.said // "" | split("\n") | map(select(length > 0)) | last) as $said
  | (.record // [] | last | if type == "object" and has("ended") then . else null end) as $tail
  | if $problem then
      { $name, answer: null, status: 4, ending: $tail,
        problem: ($problem + if $said then ": \($said)" else "" end) }
    else { $name, answer: .record[0], status: $tail.status, ending: $tail, problem: null } end;

# Not believed after all.
def refused($why; $status): .problem = $why | .status = $status | .answer = null;

# What all shares must have in common, or else they are of different things.
def family: .answer.share | { gateways, linked, sources, version };

# Only shares of the same files, by the same zwinger as the first, belong
# together.
def same_family:
  (map(select(.answer.share)) | first) as $first
  | map(if .answer.share == null or family == ($first | family) then .
        elif .answer.share.version != $first.answer.share.version then
          refused("made by zwinger \(.answer.share.version), and share \($first.name) by \($first.answer.share.version)"; 4)
        else refused("of other files than share \($first.name)"; 2) end);

def without_verdict: {
  gateway: ., verdict: null, families: [], digest: null, claims: [],
  assumptions: [], approximations: [], proxy: { from_dmz: [], to_internal: [] } };

# Each once, where it stands first.
def once: reduce .[] as $x ([]; if index([$x]) then . else . + [$x] end);

def diagnostic($message; $note): {
  code: "Z6070", level: "error", message: $message, file: null, line: null,
  labels: [], notes: [$note | select(. != null) | { kind: "note", message: . }], help: null };

# The gateway that a diagnostic of check names.
def gateway_of:
  [.message | capture("^at gateway '(?<name>[^']*)': "), capture("^gateway '(?<name>[^']*)' ")]
  | first.name;

# Is it about what goes over several?
def of_ends: .message | startswith("end to end: ") or startswith("what goes over several gateways ");

.fleet as $fleet
| [.shares[] | judged($fleet.shares)] | same_family | . as $shares
| map(select(.answer.share)) as $good
| ($good[0].answer.share.gateways // []) as $names
| [$good[].answer.gateways[]] as $given
| (reduce $given[] as $g ({}; .[$g.gateway] += [$g])) as $by_name
| [$names[] | ($by_name[.] // []) as $found
   | if ($found | length) == 1 then $found[0] else without_verdict end] as $gateways
| [$names[] | . as $name | ($by_name[$name] // [] | length) as $n
   | if $n == 0 then diagnostic("gateway '\($name)' was not checked"; "no share answered for it")
     elif $n > 1 then diagnostic("gateway '\($name)' is in \($n) shares"; null)
     else empty end] as $gaps
| ([$shares[] | select(.problem) | "share \(.name): \(.problem)"]) as $problems
| ([$shares[].status] + [4 | select($gaps != [] and ($problems == []))]
   + [4 | select($given | any(.gateway as $g | $names | index([$g]) | not))] | worst) as $status
| ([$shares[] | select(.answer) | .answer.diagnostics[]]) as $said
| ([$said[] | select(gateway_of == null)] | once) as $general
| ([$said[] | select(gateway_of != null)]) as $of_gateways
| (($shares | map(select(.answer)) | first | .answer) // {
     format: 1, policy: $fleet.policy, verdict: null, families: [], digest: null, claims: [],
     assumptions: [], approximations: [], proxy: { from_dmz: [], to_internal: [] } }) as $first
| ($first | del(.share))
| if $names != [] then
    .gateways = $gateways
    | .verdict = ([$shares[] | select(.answer | idle | not) | .answer.verdict]
        + [$gateways[].verdict] | together)
    | .families = [("ip", "ip6") | . as $f | select(all($gateways[]; .families | index($f)))]
    | .digest = ([$good[].answer.digest | select(. != null)] | first // null)
    | .claims = [$good[].answer.claims[]]
    | .assumptions = ([$gateways[].assumptions[]] + [$good[].answer.assumptions[]] | once)
  else .verdict = null end
| .diagnostics = ($general | map(select(of_ends | not)))
    + [$names[] as $name | $of_gateways[], $gaps[] | select(gateway_of == $name)]
    + ($general | map(select(of_ends)))
    + [$gaps[] | select(gateway_of == null)]
| . as $answer
| [$shares[].ending | select(. != null)] as $ends
| { $answer, $status, $problems,
    linked: ($good[0].answer.share.linked // false),
    ends: ([$good[] | select(.answer.share.number == 1) | .answer.digest] | first != null),
    machines: ([$ends[].host] | unique),
    began: ($fleet.began),
    ended: ([$ends[].ended] | max),
    seconds: ([$ends[] | .ended - .began] | add // 0),
    shares: $fleet.shares }
