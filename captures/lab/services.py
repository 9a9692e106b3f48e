# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs at the server's end: configurations and starting order.

nginx      HTTP on 80, TLS on 443, many names on the addresses 10, 20 and 66; `strict.example` is
           refused by TLS itself
unbound    a resolver at 53, which asks an authority on the loopback, and one at 54 that has its
           own idea of a few names
gtlsserver HTTP/3 on UDP 443 of address 10
The address 99 runs nothing at all.
"""
import os

from network import ADDRESSES, in_shell, sh

NGINX = """
daemon off; master_process off; user root;
pid {d}/nginx.pid; error_log {d}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off; server_tokens off; lingering_close on; default_type text/html;
  client_body_temp_path {d}/body; proxy_temp_path {d}/proxy; fastcgi_temp_path {d}/fcgi;
  uwsgi_temp_path {d}/uwsgi; scgi_temp_path {d}/scgi;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate {d}/cert.pem; ssl_certificate_key {d}/key.pem; keepalive_timeout 20;
  server {{
    listen 0.0.0.0:80 default_server; listen [::]:80 default_server;
    listen 0.0.0.0:443 ssl default_server; listen [::]:443 ssl default_server;
    root {d}/htdocs;
    location = /forbidden {{ return 403 "<html><body>Not for you.</body></html>"; }}
    location = /moved {{ return 301 https://allowed.example/; }}
    location = /elsewhere {{ return 302 http://other.example/; }}
    location = /slow {{ limit_rate 5k; alias {d}/htdocs/big; }}
    location = /upload {{ client_max_body_size 1m; return 204; }}
  }}
  server {{
    listen 0.0.0.0:443 ssl; listen [::]:443 ssl; server_name strict.example;
    ssl_reject_handshake on;
  }}
}}
"""

UNBOUND = """
server:
  directory: "{d}"
  username: ""
  chroot: ""
  pidfile: "{d}/unbound-{n}.pid"
  logfile: "{d}/unbound-{n}.log"
  use-syslog: no
  do-daemonize: no
  num-threads: 1
  module-config: "iterator"
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  do-not-query-localhost: no
  rrset-roundrobin: yes
  minimal-responses: yes
{more}
remote-control:
  control-enable: no
"""

# A resolver only forwards: that is what clears AA in its answers. It may know names of its own.
RESOLVER = """
  interface: {v4}
  interface: {v6}
{data}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@5300
"""

AUTHORITY = """
  interface: 127.0.0.1
  port: 5300
  local-zone: "example." static
  local-data: "example. 300 IN SOA ns.example. admin.example. 1 3600 900 86400 300"
  local-zone: "list.example." redirect
  local-data: "list.example. 300 IN A 127.0.0.2"
{data}
"""

RECORDS = {
    "authority": ["allowed.example. 300 A {s10}", "allowed.example. 300 AAAA {t10}",
           "allowed.example. 300 MX 10 mail.example.", "allowed.example. 300 TXT hello",
           "blocked.example. 300 A {s20}", "blocked.example. 300 AAAA {t20}",
           "blocked.example. 300 MX 10 mail.example.", "blocked.example. 300 TXT hello",
           "www.blocked.example. 300 A {s20}",
           "many.example. 300 A {s10}", "many.example. 300 A {s20}", "many.example. 300 A {s66}",
           "alias.example. 300 CNAME allowed.example.",
           "ads.example. 300 A 0.0.0.0", "ads.example. 300 AAAA ::",
           "intranet.example. 300 A 10.1.2.3", "home.example. 300 A 127.0.0.1",
           "both.example. 300 A {s10}"] +
          ["long.example. 300 TXT %s%02d" % ("x" * 200, i) for i in range(8)],
    "53": [],
    "54": ["both.example. 300 A {s20}"],
}


def prepare(directory):
    """Writes configurations, a certificate and the documents."""
    os.makedirs(directory + "/htdocs", exist_ok=True)
    documents = {"index.html": 300, "page": 3000, "middle": 24000, "big": 60000, "huge": 400000}
    for name, size in documents.items():
        with open("%s/htdocs/%s" % (directory, name), "w") as f:
            line = "<p>An ordinary line of %s.</p>\n" % name
            f.write((line * (size // len(line) + 1))[:size])
    names = "allowed.example blocked.example other.example"
    for host in ("s10", "t10", "s20"):
        with open("%s/hosts-%s" % (directory, host), "w") as f:
            f.write("%s %s\n" % (ADDRESSES[host], names))
    with open(directory + "/nginx.conf", "w") as f:
        f.write(NGINX.format(d=directory))
    for host, records in RECORDS.items():
        data = "\n".join('  local-data: "%s"' % r.format(**ADDRESSES) for r in records)
        more = AUTHORITY if host == "authority" else RESOLVER
        with open("%s/unbound-%s.conf" % (directory, host), "w") as f:
            f.write(UNBOUND.format(d=directory, n=host, more=more.format(
                data=data, v4=ADDRESSES.get("s" + host), v6=ADDRESSES.get("t" + host))))
    sh("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 "
       "-subj /CN=allowed.example -addext subjectAltName=DNS:allowed.example,DNS:*.example "
       "-keyout {d}/key.pem -out {d}/cert.pem".format(d=directory))


def start(network, directory, seconds):
    """Starts all of them and waits until each answers."""
    limit = "timeout %d " % seconds
    network.start("server", limit + "nginx -e {d}/nginx.log -c {d}/nginx.conf".format(d=directory))
    for host in RECORDS:
        network.start("server", limit + "unbound -c %s/unbound-%s.conf" % (directory, host))
    probe = "for i in $(seq 100); do curl -sko /dev/null https://127.0.0.1/ && " \
            "dig +short +time=1 +tries=1 @%s allowed.example | grep -q . && " \
            "dig +short +time=1 +tries=1 @%s allowed.example | grep -q . && exit 0; sleep 0.05; " \
            "done; exit 1" % (ADDRESSES["s53"], ADDRESSES["s54"])
    sh(in_shell("server", probe))


def start_quic(network, directory, seconds):
    """HTTP/3 servers. They go on speaking to clients that have left, so each scenario with QUIC
    has its own. Returns the processes."""
    processes = [network.start("server", "timeout {s} gtlsserver -q -d {d}/htdocs {a} 443 {d}/key.pem {d}/cert.pem"
                               .format(s=seconds, d=directory, a=address))
                 for address in (ADDRESSES["s10"], ADDRESSES["t10"])]
    sh(in_shell("server", "for i in $(seq 100); do test $(ss -Huln sport = 443 | wc -l) -ge 2 && "
                          "exit 0; sleep 0.02; done; exit 1"))
    return processes
