#!/usr/bin/env bash
# Installs the Debian packages that are missing: install-deps.sh GROUP... with groups build, ui, test.
# Does nothing, quickly, when all are there. On another distribution it prints what is needed and stops.
set -euo pipefail

build=(g++ cmake ninja-build ccache pkg-config git ca-certificates python3 python3-pip
  nlohmann-json3-dev libcpp-httplib-dev libssl-dev libbrotli-dev zlib1g-dev libpcre2-dev libutf8proc-dev libhwy-dev
  libsqlitecpp-dev libsqlite3-dev libcli11-dev libspdlog-dev libfmt-dev libedit-dev libcurl4-openssl-dev)
ui=(qt6-base-dev qt6-declarative-dev qt6-declarative-dev-tools qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools
  qt6-l10n-tools qt6-translations-l10n qt6-wayland libgl-dev libegl-dev libxkbcommon-dev libmd4c-dev qtkeychain-qt6-dev
  qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript qml6-module-qtquick
  qml6-module-qtquick-controls qml6-module-qtquick-dialogs qml6-module-qtquick-layouts qml6-module-qtquick-shapes
  qml6-module-qtquick-templates qml6-module-qtquick-window qml6-module-qt-labs-qmlmodels
  qml6-module-qt-labs-folderlistmodel fonts-inter fonts-jetbrains-mono fonts-noto-cjk)
test=(libgtest-dev libgmock-dev libbenchmark-dev clang-format clang-tidy python3-venv qml6-module-qttest
  libqt6quicktest6 qt6-qmllint-plugins xvfb xdotool python3-gi gir1.2-atspi-2.0 at-spi2-core dbus-daemon)

groups=("$@")
[ ${#groups[@]} -gt 0 ] || groups=(build ui test)
wanted=()
for group in "${groups[@]}"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    ui) wanted+=("${ui[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    *) echo "install-deps.sh: unknown group '$group' (build, ui, test)" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "This is not a Debian or Ubuntu system. Hearth needs these (Debian names):" >&2
  printf '  %s\n' "${wanted[@]}" >&2
  echo "Install them with your package manager, then run cmake --preset release && cmake --build --preset release." >&2
  exit 1
fi

installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii  *//p')
missing=()
for package in "${wanted[@]}"; do
  grep -qx -- "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing ${#missing[@]} packages: ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Needs root or sudo: apt-get install ${missing[*]}" >&2; exit 1; }
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
