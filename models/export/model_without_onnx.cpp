// What a build without libonnx-dev says.
#include "models/export/onnx_model.h"

namespace salix {

bool has_onnx() { return false; }

OnnxSummary export_onnx(Network&, int, const std::filesystem::path&) {
  throw NotSupported(
      "export: this build has no ONNX; install libonnx-dev and configure with cmake again");
}

}  // namespace salix
