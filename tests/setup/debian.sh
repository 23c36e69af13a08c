#!/usr/bin/env bash
# Installs the Debian packages that the tests need and that are missing. Names what to run when it may not.
set -euo pipefail
missing=()
while read -r package file; do [ -e "$file" ] || missing+=("$package"); done < "$(dirname "$0")/debian-packages.txt"
[ ${#missing[@]} -gt 0 ] || exit 0
install="apt-get install -y --no-install-recommends ${missing[*]}"
[ "$(id -u)" -eq 0 ] || { echo "缺少系统软件包 / missing system packages, run: sudo $install" >&2; exit 2; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
$install -qq > /dev/null
