# SPDX-License-Identifier: GPL-2.0-or-later
# What every script of findings begins with: a folder of its own that goes away again, and packages in it.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 2' INT TERM HUP

# pinned PACKAGE=VERSION...: unpacks these into $tmp/root and uses them from there. What they need
# and this machine lacks is unpacked too; nothing is installed. Status 2 when they cannot be had.
pinned() {
    mkdir -p "$tmp/deb/partial" "$tmp/root"
    apt-get -qq -y --no-install-recommends --reinstall --download-only --allow-downgrades \
        -o Dir::Cache::Archives="$tmp/deb" -o APT::Sandbox::User=root -o Debug::NoLocking=true \
        install "$@" </dev/null >"$tmp/apt.log" 2>&1 ||
        { tail -3 "$tmp/apt.log"; echo "CANNOT RUN: $* is not to be had (apt-get update?)"; exit 2; }
    for package in "$tmp"/deb/*.deb; do dpkg-deb -x "$package" "$tmp/root"; done
    PATH=$tmp/root/usr/bin:$tmp/root/usr/sbin:$PATH
    LD_LIBRARY_PATH=$(find "$tmp/root" -name '*.so.*' -exec dirname {} + | sort -u | tr '\n' ':')
    PYTHONPATH=$here/lib:$tmp/root/usr/lib/python3/dist-packages
    PYTHONDONTWRITEBYTECODE=1
    HOME=$tmp
    export PATH LD_LIBRARY_PATH PYTHONPATH PYTHONDONTWRITEBYTECODE HOME
    cd "$tmp"
}

# same WHAT SEEN RECORDED: the behaviour is still the one that was written down.
same() {
    [ "$2" = "$3" ] && { echo "as recorded: $1"; return; }
    printf 'CHANGED: %s\n--- seen\n%s\n--- recorded\n%s\n' "$1" "$2" "$3"
    exit 1
}
