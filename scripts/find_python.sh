#!/bin/sh
# Prints a Python of 3.11 or newer that can make a virtual environment. POSIX sh: nothing else is sure to be there.
# PYTHON=/path/to/python overrides. 3.11 comes first because every dependency was measured on it.

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
candidates="${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 /usr/bin/python3 /opt/homebrew/bin/python3"
as_root=no
if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo -n"; fi

find_with() { # find_with CODE: the first candidate that is new enough and runs CODE
    for candidate in $candidates; do
        # A pyenv shim may stand in the path and yet refuse to run: only running it tells.
        if "$candidate" -c "$new_enough" >/dev/null 2>&1 && "$candidate" -c "$1" >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return 0
        fi
    done
    return 1
}

apt_install() {
    [ "$as_root" != no ] && command -v apt-get >/dev/null || return 1
    echo "installing $* ..." >&2
    log=$(mktemp)
    { $as_root apt-get -qq update && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null || tail -20 "$log" >&2
    rm -f "$log"
}

find_with 'import venv, ensurepip' && exit 0

if bare=$(find_with 'pass'); then # Debian packs venv and ensurepip apart from Python itself
    package="$("$bare" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    apt_install "$package" && find_with 'import venv, ensurepip' && exit 0
    echo "$bare cannot make virtual environments. Install what it lacks: sudo apt-get install $package" >&2
    exit 1
fi

apt_install python3 python3-venv && find_with 'import venv, ensurepip' && exit 0
echo "Zhiji needs Python 3.11 or newer, and none was found in the path." >&2
echo "  Debian 12, Ubuntu 24.04 or newer: sudo apt-get install python3 python3-venv" >&2
echo "  macOS:                            brew install python@3.13" >&2
echo "  elsewhere: install it, then name it:  make setup PYTHON=/path/to/python3" >&2
exit 1
