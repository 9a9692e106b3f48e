#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of -z interference,html in a browser.

A sample in which the name that was asked for is markup is shown in headless Chromium. The page must
come out whole, the markup must stay text, and nothing may be asked for but the page itself. The page's own
script is run: a table has a field that filters it.
Skipped where there is no Chromium.
"""

import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

import tshark

NAME = b"www.forbidden.example"
HOSTILE = b"<img src=x onerror=1>"
SECONDS = 120


def browser():
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def hostile_sample(directory):
    """A sample whose forged resets were set off by markup."""
    bytes_ = tshark.sample("gfw-triplet").read_bytes()
    assert len(NAME) == len(HOSTILE) and NAME in bytes_
    path = directory / "hostile.pcap"
    path.write_bytes(bytes_.replace(NAME, HOSTILE))
    return path


def serve(page):
    """A server that has nothing but the page, and the list of what it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            found = self.path == "/page.html"
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if found:
                self.wfile.write(page)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, asked


def shown(program, directory, address):
    """The document as the browser understood it."""
    done = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--no-first-run",
         f"--user-data-dir={directory}/profile", "--dump-dom", address],
        env={**os.environ, "HOME": str(directory)}, timeout=SECONDS, capture_output=True, text=True,
        check=False)
    if done.returncode:
        raise tshark.TestFailure(f"{program}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def complaints(page, dom, asked):
    """What is wrong."""
    if HOSTILE.decode().replace("<", "&lt;").replace(">", "&gt;") not in page:
        yield "the name that was asked for is not on the page"
    if re.search(r"<(img|iframe|object|link)\b", dom) or dom.count("<script") != 1:
        yield "markup from a packet got into the document"
    if dom.count("<input") != page.count('<table class="data"') or "<input" in page:
        yield "the page's own script did not run"
    if dom.count("<svg") != page.count("<svg") or not dom.count("<svg"):
        yield "the drawings are not all there"
    if not dom.rstrip().endswith("</html>") or "All frames" not in dom:
        yield "the page is not whole"
    more = [path for path in asked if path not in ("/page.html", "/favicon.ico")]
    if more or "/page.html" not in asked:
        yield f"the browser asked for {asked}"


def test():
    options = tshark.arguments(__doc__)
    program = browser()
    if not program:
        print("SKIPPED: there is no Chromium")
        return tshark.SKIPPED
    wireshark = tshark.Tshark(options.tshark)
    wireshark.must_have_plugin()
    with tshark.working_directory() as name:
        os.chmod(name, 0o777)
        directory = pathlib.Path(name)
        wireshark.output(["-n", "-q", "-r", hostile_sample(directory),
                          "-z", f"interference,html,{directory}/page.html"])
        page = (directory / "page.html").read_text()
        server, asked = serve(page.encode())
        dom = shown(program, directory, f"http://127.0.0.1:{server.server_address[1]}/page.html")
        server.shutdown()
    wrong = list(complaints(page, dom, asked))
    print("".join(line + "\n" for line in wrong) or "the page is whole and harmless")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    tshark.main(test)
