#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nginx ends a connection on which nothing was ever said with a FIN, although it is told to reset.
#
# Version     nginx 1.22.1-9+deb12u11 (Debian 12; the build is in nginx-light or nginx, both depend on this)
# Guess       with reset_timedout_connection on, a client that sends nothing until client_header_timeout is
#             reset, like one whose request is incomplete
# Seen        nothing said: FIN. Half a header said: reset. `return 444`: reset
# Why it matters  whether a server "resets idle clients" cannot be read off its configuration; a FIN after
#             a silent minute beside resets elsewhere looks like two machines.
. "$(dirname "$0")/lib/common.sh"
pinned nginx=1.22.1-9+deb12u11

cat > nginx.conf <<CONF
daemon off; master_process off; pid $tmp/pid; error_log $tmp/log;
events { worker_connections 16; }
http {
    access_log off; client_body_temp_path $tmp/1; proxy_temp_path $tmp/2; fastcgi_temp_path $tmp/3;
    uwsgi_temp_path $tmp/4; scgi_temp_path $tmp/5; client_header_timeout 1s; reset_timedout_connection on;
    server { listen 127.0.0.1:18444; return 444; }
}
CONF
nginx -e "$tmp/log" -c "$tmp/nginx.conf" &
server=$!
trap 'kill $server; wait $server 2>/dev/null; rm -rf "$tmp"' EXIT
seen=$(python3 - <<'PYTHON'
import socket, time
def ends(said):
    for _ in range(50):
        try:
            s = socket.create_connection(("127.0.0.1", 18444), 5)
            break
        except ConnectionRefusedError:
            time.sleep(0.1)
    s.sendall(said)
    try:
        return "FIN" if s.recv(100) == b"" else "data"
    except ConnectionResetError:
        return "reset"
print(ends(b""), ends(b"GET / HTTP/1.1\r\nHo"), ends(b"GET / HTTP/1.0\r\n\r\n"))
PYTHON
)
same "nothing, half a header, 444" "$seen" "FIN reset reset"
