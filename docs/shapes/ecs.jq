# SPDX-License-Identifier: GPL-2.0-or-later
# JSON lines of interference in the shape of the Elastic Common Schema; see ../programs.md.
# interference-scan -z json FILE | jq -cf docs/shapes/ecs.jq

def known: with_entries(select(.value != null and .value != [] and .value != {}));
def endpoint: {ip: .address, port} | known;

select(.type == "finding" and .time and .verdict)
| {
    "@timestamp": .time,
    ecs: {version: "8.11.0"},
    message: (.verdict + " " + .class + ": " + (.signatures[0].evidence // "linked with a finding")),
    event: ({kind: (if .verdict == "forged" then "alert" else "event" end), category: ["network"], type: ["info"],
             module: "interference", dataset: "interference.finding", severity: .confidence,
             reason: .signatures[0].evidence} | known),
    source: (.source | endpoint), destination: (.destination | endpoint),
    network: ({transport: (if .protocol == "icmpv6" then "ipv6-icmp" else .protocol end), community_id,
               type: (if .source.address | contains(":") then "ipv6" else "ipv4" end)} | known),
    rule: ({name: [.signatures[].id], ruleset: (if .signatures == [] then null else "interference" end)} | known),
    log: ({file: ({path: .capture} | known)} | known),
    interference: ({verdict, class, confidence, frame, ttl, trigger, trigger_frame, forged_frame, genuine_frame,
                    incident, evidence: [.signatures[].evidence], explanation, injector: [.injectors[].name], hops_to_injector,
                    where, vantage, notices,
                    facts: (.facts | with_entries(.key |= gsub("[.]"; "_")))} | known)
  }
| known
