-- SPDX-License-Identifier: GPL-2.0-or-later
-- Rows belong to a capture by sha256, plugin and options: what was judged, by which version of the
-- plugin, and with which options for tshark. Statements end with a semicolon, and only they.

-- where captures are; several files may be one capture
CREATE TABLE IF NOT EXISTS input (
    path TEXT PRIMARY KEY, size INTEGER, changed INTEGER, sha256 TEXT, packets INTEGER,
    encapsulation TEXT);

CREATE TABLE IF NOT EXISTS capture (
    sha256 TEXT NOT NULL, plugin TEXT NOT NULL, options TEXT NOT NULL, name TEXT,
    status TEXT NOT NULL CHECK (status IN ('done', 'partial', 'failed')),
    reason TEXT, frames INTEGER, tcp INTEGER, udp INTEGER, connections INTEGER,
    dns_transactions INTEGER, PRIMARY KEY (sha256, plugin, options));

-- one row per frame
CREATE TABLE IF NOT EXISTS finding (
    sha256 TEXT NOT NULL, plugin TEXT NOT NULL, options TEXT NOT NULL,
    frame INTEGER NOT NULL, time TEXT, protocol TEXT,
    source TEXT, source_port INTEGER, destination TEXT, destination_port INTEGER,
    server TEXT, server_port INTEGER, client TEXT, ttl INTEGER,
    verdict TEXT, class TEXT, confidence INTEGER, level TEXT, trigger TEXT,
    trigger_frame INTEGER, forged_frame INTEGER, genuine_frame INTEGER,
    injector TEXT, hops_to_injector INTEGER, vantage TEXT, explanation TEXT, json TEXT,
    PRIMARY KEY (sha256, plugin, options, frame));

CREATE TABLE IF NOT EXISTS evidence (
    sha256 TEXT NOT NULL, plugin TEXT NOT NULL, options TEXT NOT NULL,
    frame INTEGER NOT NULL, signature TEXT NOT NULL, family TEXT, tier TEXT, evidence TEXT,
    PRIMARY KEY (sha256, plugin, options, frame, signature));

-- what could not be judged, limits that were reached
CREATE TABLE IF NOT EXISTS notice (
    sha256 TEXT NOT NULL, plugin TEXT NOT NULL, options TEXT NOT NULL,
    reason TEXT NOT NULL, text TEXT NOT NULL, count INTEGER, frame INTEGER,
    PRIMARY KEY (sha256, plugin, options, reason, text));

CREATE TABLE IF NOT EXISTS merged (job TEXT PRIMARY KEY);

-- of each piece; differs from run to run
CREATE TABLE IF NOT EXISTS cost (
    sha256 TEXT NOT NULL, plugin TEXT NOT NULL, options TEXT NOT NULL,
    shard INTEGER, shards INTEGER, seconds REAL, cpu REAL, memory INTEGER, packets INTEGER,
    PRIMARY KEY (sha256, plugin, options, shard, shards));

-- Views are made anew where a database is of an earlier version.

DROP VIEW IF EXISTS forged;

-- What a report tells of, and in which order. Who is only suspect is accused of nothing, so a view
-- over this has the verdict in each of its rows, or a column for each verdict.
DROP VIEW IF EXISTS reported;
CREATE VIEW reported AS
    SELECT *, CASE verdict WHEN 'forged' THEN 1 WHEN 'silenced' THEN 2 ELSE 3 END AS rank
    FROM finding WHERE verdict IN ('forged', 'silenced', 'suspect');

DROP VIEW IF EXISTS per_capture;
CREATE VIEW per_capture AS
    SELECT c.name, c.sha256, c.plugin, c.options, c.status, c.reason, c.frames, c.connections,
        c.dns_transactions,
        count(f.frame) FILTER (WHERE f.verdict = 'forged') AS forged,
        count(f.frame) FILTER (WHERE f.verdict = 'silenced') AS silenced,
        count(f.frame) FILTER (WHERE f.verdict = 'suspect') AS suspect
    FROM capture c LEFT JOIN finding f USING (sha256, plugin, options)
    GROUP BY c.sha256, c.plugin, c.options
    ORDER BY forged DESC, silenced DESC, suspect DESC, c.name, c.sha256;

DROP VIEW IF EXISTS per_server;
CREATE VIEW per_server AS
    SELECT server, server_port, protocol, class, verdict, count(*) AS frames,
        count(DISTINCT sha256) AS captures, count(DISTINCT client) AS clients,
        min(time) AS first, max(time) AS last
    FROM reported GROUP BY server, server_port, protocol, class, verdict
    ORDER BY rank, frames DESC, server, class;

DROP VIEW IF EXISTS per_trigger;
CREATE VIEW per_trigger AS
    SELECT trigger, class, verdict, count(*) AS frames, count(DISTINCT sha256) AS captures,
        count(DISTINCT server) AS servers
    FROM reported WHERE trigger IS NOT NULL GROUP BY trigger, class, verdict
    ORDER BY rank, frames DESC, trigger, class;

DROP VIEW IF EXISTS per_injector;
CREATE VIEW per_injector AS
    SELECT coalesce(injector, 'unknown') AS injector, class, count(*) AS frames,
        count(DISTINCT sha256) AS captures, min(hops_to_injector) AS nearest,
        max(hops_to_injector) AS farthest, round(avg(confidence)) AS confidence
    FROM finding WHERE verdict = 'forged' GROUP BY 1, class ORDER BY frames DESC, 1, class;

-- What looks like the work of one device: forged packets of one class that are consistent with the
-- same published injector or, with none, come from the same distance. In vain: the receiver of a
-- reset went on, or the genuine answer came first.
DROP VIEW IF EXISTS devices;
CREATE VIEW devices AS
    SELECT coalesce(injector, 'unknown') AS injector, class, count(*) AS frames,
        count(DISTINCT exchange) AS exchanges,
        count(DISTINCT exchange) FILTER (WHERE in_vain) AS in_vain,
        count(DISTINCT sha256) AS captures, count(DISTINCT server) AS servers,
        min(hops_to_injector) AS nearest, max(hops_to_injector) AS farthest,
        min(time) AS first, max(time) AS last
    FROM (SELECT *, sha256 || plugin || options || coalesce(json_extract(json, '$.incident'), frame)
              AS exchange,
              json_extract(json, '$.facts."reset.ignored"') IS NOT NULL
              OR json_extract(json, '$.facts."dns.first"') = genuine_frame AS in_vain
          FROM finding WHERE verdict = 'forged')
    GROUP BY 1, class, CASE WHEN injector IS NULL THEN hops_to_injector END
    ORDER BY exchanges DESC, 1, class;

-- By what each name was kept from being reached: what the words of the trigger do not say of the
-- protocol, the port says. Of forged and silenced packets only.
DROP VIEW IF EXISTS names_kept_away;
CREATE VIEW names_kept_away AS
    SELECT CASE WHEN instr(trigger, ' ') = 0 AND instr(trigger, '/') > 1
                THEN substr(trigger, 1, instr(trigger, '/') - 1)
                ELSE replace(trigger, ' (with ECH)', '') END AS name,
        CASE WHEN class = 'dns-answer' OR 53 IN (source_port, destination_port) THEN 'DNS'
             WHEN protocol = 'udp' THEN 'QUIC'
             WHEN instr(trigger, 'data (') THEN 'TCP'
             WHEN instr(trigger, '/') OR trigger GLOB 'HTTP *' THEN 'HTTP'
             WHEN 443 IN (source_port, destination_port) OR trigger GLOB 'TLS *'
                  OR trigger GLOB '* (with ECH)' THEN 'TLS'
             ELSE 'HTTP' END AS means,
        CASE WHEN max(verdict = 'forged' AND level = 'high') THEN 'confirmed' ELSE 'likely' END AS sureness,
        count(DISTINCT sha256 || plugin || options || coalesce(json_extract(json, '$.incident'), frame))
            AS exchanges,
        count(DISTINCT sha256) AS captures, count(DISTINCT server) AS servers,
        min(time) AS first, max(time) AS last
    FROM finding WHERE verdict IN ('forged', 'silenced') AND trigger IS NOT NULL
    GROUP BY 1, 2 ORDER BY exchanges DESC, 1, 2;

DROP VIEW IF EXISTS per_signature;
CREATE VIEW per_signature AS
    SELECT e.signature, e.tier,
        count(*) FILTER (WHERE f.verdict = 'forged') AS forged,
        count(*) FILTER (WHERE f.verdict = 'silenced') AS silenced,
        count(*) FILTER (WHERE f.verdict = 'suspect') AS suspect,
        count(DISTINCT e.sha256) AS captures
    FROM evidence e JOIN reported f USING (sha256, plugin, options, frame)
    GROUP BY e.signature, e.tier
    ORDER BY forged DESC, silenced DESC, suspect DESC, e.signature;

DROP VIEW IF EXISTS per_day;
CREATE VIEW per_day AS
    SELECT substr(time, 1, 10) AS day, class,
        count(*) FILTER (WHERE verdict = 'forged') AS forged,
        count(*) FILTER (WHERE verdict = 'silenced') AS silenced,
        count(*) FILTER (WHERE verdict = 'suspect') AS suspect,
        count(DISTINCT sha256) AS captures
    FROM reported WHERE time IS NOT NULL GROUP BY 1, class ORDER BY 1, class;
