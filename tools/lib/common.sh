# For the scripts in tools/: where the repository is, how to speak, what to install. Sourced, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# What building needs, and what only the tests need besides.
BUILD_PACKAGES=(
  bazel-bootstrap bazel-platforms bazel-rules-java bazel-rules-proto bazel-skylib
  ca-certificates g++ git lld patchelf pkg-config protobuf-compiler protobuf-compiler-grpc
  libabsl-dev libbenchmark-dev libdnnl-dev libeigen3-dev libflatbuffers-dev libgrpc++-dev libgrpc-dev
  libgmock-dev libgtest-dev libjpeg62-turbo-dev libpng-dev libprotobuf-dev libre2-dev libsnappy-dev
  nlohmann-json3-dev zlib1g-dev
  python3 python3-dev python3-venv
)
DATA_PACKAGES=(dataset-fashion-mnist)
# What images for small devices are built with, and run in.
DEVICE_PACKAGES=(
  gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib make qemu-system-arm
)
TEST_PACKAGES=("${DEVICE_PACKAGES[@]}" clang clang-format cmake libclang-rt-14-dev)

if [ -t 1 ]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD='' PLAIN=''; fi

say() { printf '%s==> %s%s\n' "$BOLD" "$*" "$PLAIN"; }

# fail WHAT-HAPPENED WHAT-TO-DO
fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit 1
}

# The packages among the arguments that are not installed.
missing_packages() {
  local p
  for p in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
  done
}

# install_packages PACKAGE...: with apt-get, those that are missing.
install_packages() {
  command -v apt-get >/dev/null ||
    fail "this is not a Debian system (no apt-get)" "Install the equivalents of: $*"
  local missing sudo=()
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "packages are missing and there is no sudo" "As root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}"
  local log; log=$(mktemp)
  if ! { "${sudo[@]}" apt-get update -q &&
         DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -qy --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "apt-get failed (whole log: $log)" "Check the network and the package sources, then run this again."
  fi
  rm -f "$log"
}

# make_venv FOLDER REQUIREMENTS: a Python environment that has what the file lists; nothing is done when it has already.
make_venv() {
  local venv=$1 requirements=$2 stamp
  stamp=$(sha256sum <"$requirements" | cut -d' ' -f1)
  # One environment may serve several lists: each that is in has its line.
  ! grep -qxs "$stamp" "$venv/.requirements" || return 0
  say "Making the Python environment $(basename "$venv")"
  [ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv "$venv" ||
    fail "python3 could not make $venv" "Install python3-venv and run this again."
  "$venv/bin/pip" install -q --disable-pip-version-check -r "$requirements" ||
    fail "pip could not install what $requirements lists" "Check the network, then run this again."
  echo "$stamp" >>"$venv/.requirements"
}
