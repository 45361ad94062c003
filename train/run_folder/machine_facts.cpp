#include "train/run_folder/machine_facts.h"

#include <xxhash.h>

#include <google/protobuf/stubs/common.h>
#include <fstream>
#include <thread>

#include "engine/error.h"
#include "kernels/onednn/version.h"
#ifdef SALIX_WITH_CUDA
#include "kernels/cudnn/version.h"
#endif

namespace salix {
namespace {

// The first "key : value" of /proc/cpuinfo; "" where there is no such file.
std::string cpu_fact(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with(key) && colon != std::string::npos && colon + 2 <= line.size()) {
      return line.substr(colon + 2);
    }
  }
  return "";
}

}  // namespace

CpuFacts cpu_facts() {
  CpuFacts facts{cpu_fact("model name"), static_cast<int>(std::thread::hardware_concurrency()), {}};
  const std::string flags = " " + cpu_fact("flags") + " ";
  for (const char* name : {"avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16"}) {
    if (flags.find(str(" ", name, " ")) != std::string::npos) {
      facts.instruction_sets.emplace_back(name);
    }
  }
  return facts;
}

std::vector<std::pair<std::string, std::string>> library_versions() {
  const unsigned xxhash = XXH_versionNumber();
  return {{"oneDNN", kernels::onednn_version()},
#ifdef SALIX_WITH_CUDA
          {"cuDNN", kernels::cudnn_version()},
#endif
          {"protobuf", google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION)},
          {"xxHash", str(xxhash / 10000, ".", xxhash % 10000 / 100, ".", xxhash % 100)}};
}

}  // namespace salix
