#!/usr/bin/env bash
# Installs what the tests need beyond Python: a browser, fonts for Japanese and emoji, a server for the bus, PostgreSQL.
# From Debian where we may use apt-get, else (the browser) Playwright's own. Without them their tests skip and say so;
# in CI that is an error, because a test that nobody runs protects nobody.
set -eu
cd "$(dirname "$0")/.."

database() { .venv/bin/python -m tests.postgres >/dev/null; }
bus() { .venv/bin/python -m tests.redis >/dev/null; }
found() { .venv/bin/python -m tests.chromium >/dev/null; }
shown() { ! command -v fc-list >/dev/null || [ -n "$(fc-list ":lang=$1" family)" ]; }
fonts() { shown ja && shown und-zsye; }

if ! bus; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing a Redis server for the tests of the bus"
    # RUNLEVEL keeps the package from starting a server of its own: the tests start theirs.
    { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      redis-server; } >/dev/null || echo "apt-get could not install it" >&2
  fi
  if ! bus; then
    echo "No Valkey or Redis server: the tests of the bus skip. Install the package redis-server." >&2
    [ "${CI:-}" != true ] || exit 1
  fi
fi

if ! database; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing PostgreSQL for the tests of stores"
    { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      postgresql; } >/dev/null || echo "apt-get could not install it" >&2
  fi
  if ! database; then
    echo "No PostgreSQL: the tests on it skip. Install the package postgresql." >&2
    [ "${CI:-}" != true ] || exit 1
  fi
fi

if found && fonts; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium and its fonts for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fonts-noto-color-emoji; } >/dev/null ||
    echo "apt-get could not install them" >&2
elif ! found; then
  echo "Installing Playwright's Chromium for the browser tests"
  .venv/bin/python -m playwright install chromium || echo "Playwright could not install its browser" >&2
fi

if ! found; then
  echo "No Chromium: the browser tests skip. Install the package chromium, or name one in CHROMIUM." >&2
  [ "${CI:-}" != true ]
fi
