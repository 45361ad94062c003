// What salix writes, PyTorch, safetensors and numpy read, with equal bits.
#include <cstdio>
#include <cstdlib>

#include "engine/io/npy.h"
#include "engine/io/pth.h"
#include "engine/io/safetensors.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using testing::golden;
using testing::ScratchFolder;

// Exit status and output of a command.
std::pair<int, std::string> run(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, "cannot start"};
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) output += buffer;
  return {::pclose(pipe), output};
}

// A Python with torch and safetensors: $SALIX_PYTHON, else python3 when it has them.
std::string python_with_torch() {
  const char* chosen = std::getenv("SALIX_PYTHON");
  const std::string python = chosen != nullptr ? chosen : "python3";
  return run(python + " -c 'import torch, safetensors, numpy'").first == 0 ? python : "";
}

TEST(TorchReads, EveryFormatThatWeWrite) {
  const std::string python = python_with_torch();
  if (python.empty())
    GTEST_SKIP() << "no Python with torch and safetensors; set SALIX_PYTHON to one";

  const NamedArrays tensors = read_checkpoint(golden("state_dict_zip.pth")).tensors;
  NamedArrays without_bfloat16;
  for (const auto& [name, array] : tensors) {
    if (array.dtype != DType::kBFloat16) without_bfloat16.add(name, array);
  }

  const ScratchFolder folder;
  write_pth(folder / "w.pth", tensors);
  write_pth(folder / "w_legacy.pth", tensors, PthFormat::kLegacy);
  write_safetensors(folder / "w.safetensors", tensors, {{"made by", "salix \xc3\xa4 \"quoted\""}});
  write_npz(folder / "w.npz", without_bfloat16);
  const auto [status, output] =
      run(str(python, " ", salix::testing::source_folder().string(),
              "/tests/engine/io/check_with_torch.py ", folder.path().string(), " ",
              golden("state_dict.safetensors").string()));
  EXPECT_EQ(status, 0) << output;
  std::printf("%s", output.c_str());
}

}  // namespace
}  // namespace salix::io
