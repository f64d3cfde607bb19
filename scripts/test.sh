#!/bin/sh
# Everything: form, types, layers, and all tests with a real browser. Words after the command go to pytest.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$@" >&2; }

browser() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$name" ] && command -v "$name" 2>/dev/null; then return; fi
    done
}

missing() {
    [ -n "$(browser)" ] || echo chromium
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name 'NotoSans-Regular*' 2>/dev/null)" ] || echo fonts-noto-core
    [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || echo nginx-light
    command -v caddy >/dev/null || echo caddy
    [ -x /usr/sbin/apache2 ] || echo apache2-bin
    [ -e /etc/mime.types ] || echo media-types
    command -v openssl >/dev/null || echo openssl
    [ -n "$(find /usr/lib/postgresql -name initdb 2>/dev/null)" ] || echo postgresql
    [ -n "$(command -v soffice || command -v libreoffice)" ] || echo libreoffice-calc
}

# Only Debian's kin, and only its administrator, can install here; everybody else is told, and pytest counts what it skips.
packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Đang cài gói hệ thống · Installing system packages:" "$packages"
    # shellcheck disable=SC2086  # one word a package
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } \
        >/dev/null || true
    packages=$(missing)
fi
if [ -n "$packages" ]; then
    say "Thiếu gói hệ thống; các phép thử cần chúng sẽ bị bỏ qua và được đếm ở cuối. Hãy cài bằng apt-get:" \
        "System packages are missing; the tests that need them are skipped, and counted at the end. Install with apt-get:" \
        "$packages"
fi
CHROMIUM=$(browser)
export CHROMIUM

sh scripts/environment.sh dev
PATH="$PWD/.venv/bin:$PATH"
ruff check .
ruff format --check .
mypy
lint-imports --no-logo
# Files of tests run side by side, one process a core; `-n 0` runs them one after the other.
exec pytest -q -n auto --maxprocesses 4 --dist loadfile "$@"
