#!/usr/bin/env bash
# Installs the packages that salix needs on Debian 12 or Ubuntu 24.04; does nothing when
# they are there. Usage: scripts/setup.sh build|dev|video
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache git python3
  libdnnl-dev libstb-dev libboost-context-dev libzip-dev nlohmann-json3-dev libcli11-dev
  libxxhash-dev zlib1g-dev libprotobuf-dev protobuf-compiler libonnx-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  libopenmpi-dev openmpi-bin  # optional: training on several ranks
)
if [[ ${1:-build} == dev ]]; then
  packages+=(clang clang-format clang-tidy libomp-dev)
fi
if [[ ${1:-build} == video ]]; then  # for `salix flow`; 220 MB with what it needs, so not for all
  packages+=(libopencv-video-dev)
fi

installed() { dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "installed" {print $2}'; }

# Prints those of the packages that are not there; a tool on PATH from elsewhere is there.
missing() {
  local have package
  have=$(installed "$@" || true)
  for package in "$@"; do
    grep -qx "$package" <<<"$have" && continue
    case $package in
      g++ | cmake | ccache | git | python3 | clang | clang-format | clang-tidy)
        command -v "$package" >/dev/null || echo "$package" ;;
      ninja-build) command -v ninja >/dev/null || echo "$package" ;;
      *) echo "$package" ;;
    esac
  done
}

updated=
install() {
  [[ $# -eq 0 ]] && return
  if ! command -v apt-get >/dev/null; then
    echo "setup: this is not Debian or Ubuntu; please install: $*" >&2
    exit 1
  fi
  local sudo=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || { echo "setup: run as root, or install: $*" >&2; exit 1; }
    sudo=(sudo)
  fi
  echo "setup: installing $*"
  [[ -n $updated ]] || "${sudo[@]}" apt-get update -qq
  updated=yes
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

mapfile -t wanted < <(missing "${packages[@]}")
install "${wanted[@]}"
if [[ ${1:-build} == dev ]]; then
  # libFuzzer's and the sanitizers' run-time libraries come in a package named by clang's
  # version, which is known only once clang is there. Some versions have them in another.
  runtime=libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev
  if [[ -z $(installed "$runtime" || true) ]] && apt-cache show "$runtime" >/dev/null 2>&1; then
    install "$runtime"
  fi
fi
