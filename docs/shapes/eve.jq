# SPDX-License-Identifier: GPL-2.0-or-later
# JSON lines of interference as alerts in the shape of Suricata's EVE; see ../programs.md.
# interference-scan -z json FILE | jq -cf docs/shapes/eve.jq

def number: {"reset": 1, "dns-answer": 2, "data": 3, "fin": 4, "syn-ack": 5, "ack": 6, "ttl": 7, "silence": 8}[.] // 99;
def severity: if .verdict != "forged" then 3 elif .level == "high" then 1 else 2 end;
def proto: {"tcp": "TCP", "udp": "UDP", "icmp": "ICMP", "icmpv6": "IPv6-ICMP"}[.];

select(.type == "finding" and .time and (.verdict | IN("forged", "suspect", "silenced")))
| {
    timestamp: (.time | sub("[0-9]{3}Z$"; "+0000")),
    event_type: "alert",
    src_ip: .source.address, src_port: .source.port,
    dest_ip: .destination.address, dest_port: .destination.port,
    proto: (.protocol | proto), community_id, pcap_cnt: .frame, pcap_filename: .capture,
    alert: {
      action: "allowed", gid: 1171, signature_id: (.class | number), rev: .schema,
      signature: ("interference: " + .verdict + " " + .class), category: "Interference", severity: severity,
      metadata: ({verdict: [.verdict], confidence: [.confidence | tostring], signature: [.signatures[].id],
                  injector: [.injectors[].name]} | with_entries(select(.value != []))),
      context: ({trigger, trigger_frame, genuine_frame, incident, evidence: [.signatures[].evidence], explanation,
                 hops_to_injector, where, vantage} | with_entries(select(.value != null)))
    }
  }
| with_entries(select(.value != null))
