#!/usr/bin/env bash
# Runs all tests on this machine's devices, cuda included where there is one.
# Usage: run_tests.sh [--fast]     ($SALIX_PYTHON: a Python with PyTorch, for the parity tests)
set -euo pipefail
source "$(dirname "$0")/environment.sh"
exec "$here/scripts/run_tests.sh" "$here/build" "$@"
