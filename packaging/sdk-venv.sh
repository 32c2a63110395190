#!/usr/bin/env bash
# Makes build/sdk-venv with the official OpenAI Python SDK for the server's tests. Without network the tests skip and say so.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/sdk-venv
[ -f "$venv/.ready" ] && exit 0
echo "Installing the OpenAI Python SDK into $venv for the server's tests"
rm -rf "$venv"
mkdir -p build
if python3 -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check openai; then
  touch "$venv/.ready"
else
  echo "The SDK could not be installed: the tests that need it will be skipped." >&2
fi
