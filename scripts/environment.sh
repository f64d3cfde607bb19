#!/bin/sh
# The environment in .venv: the pinned packages, checked by hash, and this project.
# With the word "dev", what the tests need as well. Does nothing when all of it is there already.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$@" >&2; }

wanted=requirements.txt
if [ "${1:-}" = dev ]; then wanted="requirements.txt requirements-dev.txt"; fi

python=
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    say "Cần Python 3.11 trở lên. Hãy cài Python mới hơn, hoặc chỉ đường dẫn: PYTHON=/đường/dẫn/python3.12 make site" \
        "Python 3.11 or newer is needed. Install a newer Python, or name one: PYTHON=/path/to/python3.12 make site"
    exit 1
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    say "Python trên máy này thiếu phần venv. Hãy cài (Debian, Ubuntu: apt-get install python3-venv) rồi chạy lại." \
        "This machine's Python lacks venv. Install it (Debian, Ubuntu: apt-get install python3-venv), then run this again."
    exit 1
fi

# Each list is copied into .venv once it is installed: the copy tells whether anything changed since.
current=yes
.venv/bin/python -c 'import publisher' 2>/dev/null || current=no
for list in $wanted; do
    cmp -s "$list" ".venv/$list" || current=no
done
[ $current = no ] || exit 0

say "Đang cài môi trường vào .venv (lần đầu mất vài phút) · Installing the environment into .venv (minutes, the first time)"
.venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
for list in $wanted; do
    if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$list"; then
        say "Không cài được các thư viện trong $list. Hãy xem dòng lỗi ở trên; thường là máy chưa có mạng." \
            "The packages of $list could not be installed. See the error above; often the network is missing."
        exit 1
    fi
done
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
for list in $wanted; do
    cp "$list" ".venv/$list"
done
