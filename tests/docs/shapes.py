#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings in other programs' shapes, docs/shapes: what the jq filters make of the sample lines beside captures.

  * EVE: what is forged, suspect or silenced is an alert, and nothing else is; members and their types are those of
    Suricata's own schema, which is asked, too, where the environment names it (EVE_SCHEMA=.../etc/schema.json).
  * ECS: types and allowed values are those of the published fields, which are asked, too, where the environment names
    them (ECS_FIELDS=.../generated/csv/fields.csv); nothing of a finding is lost.
  * The mapping for Elasticsearch has a type for all of it, and none of it is a value here and an object there.
"""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHAPES = ROOT / "docs" / "shapes"
SKIPPED = 77
ALERTS = {"forged", "suspect", "silenced"}
EVE = {"timestamp": str, "event_type": str, "src_ip": str, "src_port": int, "dest_ip": str, "dest_port": int,
       "proto": str, "community_id": str, "pcap_cnt": int, "pcap_filename": str, "alert": dict}
ALERT = {"action": str, "gid": int, "signature_id": int, "rev": int, "signature": str, "category": str,
         "severity": int, "metadata": dict, "context": dict}
TYPES = {int: {"long", "short", "byte", "integer"}, str: {"keyword", "text", "ip", "date_nanos"}}
ECS_NAMES = {"date": "date_nanos", "match_only_text": "text"}       # ours is finer; and both are text
KINDS = {"alert", "event"}


def shaped(name, lines):
    done = subprocess.run(["jq", "-c", "-f", SHAPES / name], input="\n".join(map(json.dumps, lines)),
                          capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def samples():
    """Lines beside captures, and what is not among them."""
    found = [json.loads(line) for path in sorted((ROOT / "captures" / "scripted").glob("*/*.jsonl"))
             for line in path.read_text().splitlines()]
    one = next(line for line in found if line.get("verdict") == "forged")
    icmp = {"protocol": "icmp", "community_id": None,
            "source": {**one["source"], "port": None}, "destination": {**one["destination"], "port": None}}
    return found + [{**one, "verdict": "silenced", "class": "silence", "injectors": []},
                    {**one, "verdict": "suspect", "capture": None, **icmp}, {**one, "time": None},
                    {**one, "verdict": None, "class": None}]


def of_types(what, value, types):
    """Complaints about one object."""
    return [f"{what}: {name} is {part!r}" for name, part in value.items()
            if not isinstance(part, types.get(name, ())) or isinstance(part, bool)]


def eve_complaints(lines):
    wanted = [line for line in lines if line.get("verdict") in ALERTS and line["time"]]
    events = shaped("eve.jq", lines)
    if [event["pcap_cnt"] for event in events] != [line["frame"] for line in wanted]:
        return ["EVE: not one alert for each finding"]
    complaints = []
    for event in events:
        complaints += of_types("EVE", event, EVE) + of_types("EVE alert", event["alert"], ALERT)
        complaints += [f"EVE metadata: {name} is no list of texts"
                       for name, values in event["alert"]["metadata"].items()
                       if not values or not all(isinstance(value, str) for value in values)]
    if "EVE_SCHEMA" in os.environ:
        import jsonschema
        schema = jsonschema.Draft202012Validator(json.loads(pathlib.Path(os.environ["EVE_SCHEMA"]).read_text()))
        complaints += [f"EVE schema: {error.message}" for event in events for error in schema.iter_errors(event)]
    return complaints


def leaves(value, name=""):
    """Dotted names and values, lists taken apart as Elasticsearch does."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part, name)
    else:
        yield name, value


def mapped(properties, name=""):
    """Dotted names and types of a mapping."""
    for key, part in properties.items():
        full = f"{name}.{key}" if name else key
        if "properties" in part:
            yield from mapped(part["properties"], full)
        else:
            yield full, part["type"]


def ecs_complaints(lines):
    documents = shaped("ecs.jq", lines)
    wanted = [line for line in lines if line.get("verdict") and line["time"]]
    if [one["interference"]["frame"] for one in documents] != [line["frame"] for line in wanted]:
        return ["ECS: not one document for each finding"]
    template = json.loads((SHAPES / "elasticsearch.json").read_text())
    types = dict(mapped(template["template"]["mappings"]["properties"]))
    complaints, values, facts = [], {}, set()
    for line, document in zip(wanted, documents):
        values.update(leaves(document))
        facts |= {name for name in document["interference"].get("facts", {})}
        if len(document["interference"].get("facts", {})) != len(line["facts"]):
            complaints.append(f"ECS: frame {line['frame']} has lost facts")
        if document["event"]["kind"] not in KINDS:
            complaints.append(f"ECS: {document['event']['kind']}")
    complaints += [f"ECS: {name} has a dot" for name in facts if "." in name]
    for name, value in values.items():
        if not name.startswith("interference.facts.") and types.get(name) not in TYPES[type(value)]:
            complaints.append(f"mapping: {name} is {types.get(name)}, the value {value!r}")
    complaints += [f"mapping: {name} is a value and an object" for name in values
                   if any(other.startswith(name + ".") for other in values)]
    complaints += [f"mapping: {name} is never written" for name in types.keys() - values.keys()
                   if name not in ("interference.facts", "interference.notices")]
    if "ECS_FIELDS" in os.environ:
        with open(os.environ["ECS_FIELDS"], newline="") as file:
            published = {row["Field"]: ECS_NAMES.get(row["Type"], row["Type"]) for row in csv.DictReader(file)}
        complaints += [f"ECS fields: {name} is {published.get(name)}, here {kind}" for name, kind in types.items()
                       if not name.startswith("interference.") and published.get(name) != kind]
    return complaints


def main():
    if not shutil.which("jq"):
        print("SKIPPED: there is no jq")
        return SKIPPED
    lines = samples()
    complaints = eve_complaints(lines) + ecs_complaints(lines)
    print("\n".join(complaints) or f"{len(lines)} lines in both shapes")
    return bool(complaints)


if __name__ == "__main__":
    sys.exit(main())
