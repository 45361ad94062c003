#!/usr/bin/env bash
# Installs the packages that salix needs on Debian 12 or Ubuntu 24.04; does nothing when
# they are there. Usage: scripts/setup.sh build|dev
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache git python3
  libdnnl-dev libstb-dev libboost-context-dev libzip-dev nlohmann-json3-dev libcli11-dev
  libxxhash-dev libprotobuf-dev protobuf-compiler
  libgtest-dev libgmock-dev libbenchmark-dev
)
if [[ ${1:-build} == dev ]]; then
  packages+=(clang clang-format clang-tidy libomp-dev)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
# A tool that is on PATH from elsewhere counts as installed.
wanted=()
for package in "${missing[@]}"; do
  case $package in
    g++ | cmake | ccache | git | python3 | clang | clang-format | clang-tidy)
      command -v "$package" >/dev/null || wanted+=("$package") ;;
    ninja-build) command -v ninja >/dev/null || wanted+=("$package") ;;
    *) wanted+=("$package") ;;
  esac
done
if [[ ${1:-build} == dev ]] && command -v clang++ >/dev/null; then
  # libFuzzer's and the sanitizers' run-time libraries come in a package named by version.
  major=$(clang++ -dumpversion | cut -d. -f1)
  for package in "libclang-rt-$major-dev"; do
    if apt-cache show "$package" >/dev/null 2>&1; then
      dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted+=("$package")
    fi
  done
fi
[[ ${#wanted[@]} -eq 0 ]] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "setup: this is not Debian or Ubuntu; please install: ${wanted[*]}" >&2
  exit 1
fi
sudo=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "setup: run as root, or install: ${wanted[*]}" >&2; exit 1; }
  sudo=(sudo)
fi
echo "setup: installing ${wanted[*]}"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
