# shellcheck shell=sh
# lib.sh
# What ./demo, ./check and with-plugin share: installing what is missing, building, and running
# tshark with the plugin just built. To be sourced with ROOT set to the top of the checkout.
#
# SPDX-License-Identifier: GPL-2.0-or-later

BUILD=$ROOT/build
NOBODY=65534
SCRATCH=                        # temporary directory, once there is one
NO_SERVICES=                    # Debian's "start no services" file, while it is ours
REFRESHED=                      # apt's lists are new

umask 022

say()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die()
{
    say "$@"
    exit 1
}

is_root()
{
    [ "$(id -u)" -eq 0 ]
}

# ---- leaving nothing behind ----

clean_up()
{
    [ -z "$SCRATCH" ] || rm -rf "$SCRATCH"
    [ -z "$NO_SERVICES" ] || rm -f "$NO_SERVICES"
}

trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Makes SCRATCH, where an unprivileged tshark may read. Root's own TMPDIR may be closed to it.
make_scratch()
{
    [ -z "$SCRATCH" ] || return 0
    if is_root; then
        unset TMPDIR
    fi
    SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/interference-${0##*/}.XXXXXX")
    chmod 755 "$SCRATCH"
}

# ---- what this machine has ----

# is_there PROOF NAME: see tests/env/needs.
is_there()
{
    case $1 in
    command)   has_one_of "$2" ;;
    header)    echo "#include <$2>" | cc -E - >/dev/null 2>&1 ;;
    module)    pkg-config --exists "$2" 2>/dev/null ;;
    python)    has_python_module "$2" ;;
    wireshark) has_wireshark_development ;;
    *)         die "tests/env/needs: unknown proof '$1'" ;;
    esac
}

has_one_of()
{
    for one in $(echo "$1" | tr ',' ' '); do
        if command -v "$one" >/dev/null; then
            return 0
        fi
    done
    return 1
}

has_python_module()
{
    /usr/bin/python3 -c "import importlib.util as u, sys; sys.exit(not u.find_spec('$1'))" \
        </dev/null >/dev/null 2>&1
}

# CMake finds Wireshark by these files, or where the user says.
has_wireshark_development()
{
    if [ -n "${Wireshark_DIR-}${CMAKE_PREFIX_PATH-}" ]; then
        return 0
    fi
    pkg-config --exists wireshark 2>/dev/null || return 1
    libraries=$(pkg-config --variable=libdir wireshark)
    [ -e "$libraries/wireshark/cmake/WiresharkConfig.cmake" ] ||
        [ -e "$libraries/cmake/wireshark/WiresharkConfig.cmake" ]
}

# missing GROUP: the rows of this group in tests/env/needs that are not there.
missing()
{
    while read -r group proof name packages; do
        if [ "$group" = "$1" ] && ! is_there "$proof" "$name"; then
            echo "$group $proof $name $packages"
        fi
    done <"$ROOT/tests/env/needs"
}

packages_of()
{
    cut -d ' ' -f 4- | tr ' ' '\n' | sort -u | tr '\n' ' '
}

# ---- installing ----

as_root()
{
    if is_root; then
        "$@"
    else
        sudo "$@"
    fi
}

# sudo drops the proxy's variables, and apt may need them.
apt()
{
    as_root env DEBIAN_FRONTEND=noninteractive ${http_proxy:+"http_proxy=$http_proxy"} \
        ${https_proxy:+"https_proxy=$https_proxy"} apt-get -qq -o DPkg::Lock::Timeout=300 \
        -o Dpkg::Use-Pty=0 "$@" </dev/null
}

can_install()
{
    command -v apt-get >/dev/null && { is_root || command -v sudo >/dev/null; }
}

# A mirror that is no longer kept up to date still has everything, but its lists have expired.
refresh_lists()
{
    [ -z "$REFRESHED" ] || return 0
    REFRESHED=yes
    apt update && return 0
    say "apt-get update failed; once more, whether or not the mirror's lists have expired"
    apt -o Acquire::Check-Valid-Until=false update ||
        say "apt-get update failed again; going on with the lists that are there"
}

# install PACKAGE...: with apt; its chatter is shown only where it fails.
install()
{
    make_scratch
    say "installing with apt-get (a minute or two): $*"
    if ! as_root true; then         # asks for the password once, before anything else
        say "not permitted to install packages"
        return 0
    fi
    refresh_lists >"$SCRATCH/apt.log"
    if ! apt --no-install-recommends install "$@" >>"$SCRATCH/apt.log" 2>&1; then
        tail -n 30 "$SCRATCH/apt.log" >&2
        say "apt-get could not install everything"
    fi
}

# provide GROUP: installs what is missing of a group. False if something still is.
provide()
{
    rows=$(missing "$1")
    if [ -n "$rows" ] && can_install; then
        # shellcheck disable=SC2046    # a list of words
        install $(echo "$rows" | packages_of)
        rows=$(missing "$1")
    fi
    [ -n "$rows" ] || return 0
    say "missing for '$1':"
    echo "$rows" | while read -r _ proof name packages; do
        say "    $proof $name    (Debian: $packages)"
    done
    return 1
}

# ---- building ----

# A cache that was made elsewhere came along with a copied directory.
forget_foreign_cache()
{
    [ -e "$BUILD/CMakeCache.txt" ] || return 0
    if ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$BUILD/CMakeCache.txt"; then
        rm -rf "$BUILD/CMakeCache.txt" "$BUILD/CMakeFiles"
    fi
}

# Make is what CMake takes unasked, so that ./demo and a plain `cmake -S . -B build` agree.
configure()
{
    forget_foreign_cache
    set -- -S "$ROOT" -B "$BUILD" "$@"
    if [ ! -e "$BUILD/CMakeCache.txt" ] && ! command -v make >/dev/null; then
        set -- -G Ninja "$@"
    fi
    cmake "$@"
}

processors()
{
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2
}

# build TARGET: configures and compiles; the compiler's words are shown only where it fails.
build()
{
    make_scratch
    say "building into ${BUILD#"$PWD/"}"
    if ! { configure -DINTERFERENCE_SANITIZE=OFF -DINTERFERENCE_PLUGIN=ON &&
           cmake --build "$BUILD" --parallel "$(processors)" --target "$1"; } \
           >"$SCRATCH/build.log" 2>&1; then
        tail -n 60 "$SCRATCH/build.log" >&2
        die "the build failed"
    fi
    grep -E 'warning:' "$SCRATCH/build.log" >&2 || :
}

# ---- running tshark with the plugin ----

# As root Wireshark ignores plugins that are not the system's, so it has to run as somebody else.
unprivileged()
{
    if is_root; then
        setpriv --reuid="$NOBODY" --regid="$NOBODY" --clear-groups "$@"
    else
        "$@"
    fi
}

can_give_up_privileges()
{
    unprivileged true 2>/dev/null
}

# stage_plugin PLUGIN: from here on tshark finds this plugin, and nobody's preferences.
stage_plugin()
{
    can_give_up_privileges ||
        die "run as a user, or install setpriv (util-linux): root's tshark ignores the plugin"
    make_scratch
    folder=$(tshark -G folders 2>/dev/null | sed -n 's/^Personal Plugins:[[:space:]]*//p')
    mkdir -p "$SCRATCH/home" "$SCRATCH/plugins/${folder##*/}/epan"
    cp "$1" "$SCRATCH/plugins/${folder##*/}/epan/interference.so"
    chmod -R a+rX "$SCRATCH"
    unset XDG_CONFIG_HOME
    export HOME="$SCRATCH/home" WIRESHARK_PLUGIN_DIR="$SCRATCH/plugins" LC_ALL=C.UTF-8
}

# Where an unprivileged tshark can read the checkout: here, or in a copy if this directory is
# closed to others, as root's home is.
readable_checkout()
{
    # shellcheck disable=SC2016        # for the inner shell
    if unprivileged sh -c 'test -r "$1/tests/env/needs" && cd "$1"' - "$ROOT" 2>/dev/null; then
        echo "$ROOT"
        return
    fi
    mkdir -p "$SCRATCH/checkout"
    for one in "$ROOT"/*; do
        case ${one##*/} in
        build*) ;;
        *)      cp -R "$one" "$SCRATCH/checkout/" ;;
        esac
    done
    chmod -R a+rX "$SCRATCH/checkout"
    echo "$SCRATCH/checkout"
}
