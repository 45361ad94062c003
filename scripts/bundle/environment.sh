# Sourced by the scripts beside it: libraries and files come from this folder, CUDA's own
# libraries from the system or, where it has none, from the wheels that Python packages bring.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LD_LIBRARY_PATH="$here/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export SALIX_SOURCE_DIR="$here" SALIX_PROGRAM="$here/build/tools/salix"
missing() { ldd "$SALIX_PROGRAM" | awk '/not found/ {print $1}'; }
if [[ -n $(missing) ]]; then
  wheels=$(python3 -c 'import nvidia, glob; print(":".join(d for p in nvidia.__path__ for d in sorted(glob.glob(p + "/*/lib"))))' 2>/dev/null || true)
  export LD_LIBRARY_PATH="$LD_LIBRARY_PATH:/usr/local/cuda/lib64${wheels:+:$wheels}"
fi
if [[ -n $(missing) ]]; then
  echo "bundle: this machine lacks $(missing | tr '\n' ' ')(CUDA 13 and cuDNN 9)" >&2
  exit 1
fi
