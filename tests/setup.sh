#!/usr/bin/env bash
# Installs what the tests need beyond Python: a browser, and fonts that can show Japanese and emoji.
# From Debian where we may use apt-get, else Playwright's own. Without either the browser tests skip and say so;
# in CI that is an error, because a test that nobody runs protects nobody.
set -eu
cd "$(dirname "$0")/.."

found() { .venv/bin/python -m tests.chromium >/dev/null; }
shown() { ! command -v fc-list >/dev/null || [ -n "$(fc-list ":lang=$1" family)" ]; }
fonts() { shown ja && shown und-zsye; }

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
