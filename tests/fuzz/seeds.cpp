// Writes the seed corpora: seeds GOLDEN_FOLDER CORPUS_FOLDER. Each target gets the golden
// files of its format, and what our own writers make.
#include <cstdio>
#include <map>

#include "engine/io/atomic_file.h"
#include "engine/io/file.h"
#include "engine/io/pth_containers.h"
#include "engine/io/weights.h"

namespace {

namespace fs = std::filesystem;
using namespace salix::io;

// By the golden files' extensions.
const std::map<std::string, std::vector<std::string>> kTargets{
    {".npy", {"fuzz_npy"}},
    {".npz", {"fuzz_npz"}},
    {".safetensors", {"fuzz_safetensors"}},
    {".pth", {"fuzz_pth", "fuzz_npz"}},
    {".pkl", {"fuzz_pickle"}}};

void add(const fs::path& corpus, const std::string& target, const std::string& name,
         ByteSpan bytes) {
  fs::create_directories(corpus / target);
  write_file_atomically(corpus / target / name, bytes);
}

// The pickle inside a zip checkpoint is a seed of its own.
void add_inner_pickle(const fs::path& corpus, const std::string& name, const MappedFile& file) {
  if (!looks_like_zip(file.bytes())) return;
  UnpackBudget budget(file.bytes().size(), {});
  ZipReader zip(file.bytes(), file.name(), budget);
  std::vector<std::byte> unpacked;
  const ByteSpan pickle = zip.read(*find_checkpoint_pickle(zip), unpacked);
  add(corpus, "fuzz_pickle", name + ".pkl", pickle);
  add(corpus, "fuzz_pth", name + ".pkl", pickle);
}

// A minimal file of each format: small seeds mutate best.
void add_small(const fs::path& corpus) {
  NamedArrays arrays;
  arrays.add("a", Array::from<float>({2, 2}, {1, 2, 3, 4}));
  for (const auto& [extension, targets] : kTargets) {
    if (extension == ".pkl") continue;
    const fs::path file = corpus / ("small" + extension);
    write_weights(file, arrays);
    const MappedFile mapped(file);
    for (const std::string& target : targets)
      add(corpus, target, "small" + extension, mapped.bytes());
    if (extension == ".pth") add_inner_pickle(corpus, "small", mapped);
    fs::remove(file);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: seeds GOLDEN_FOLDER CORPUS_FOLDER\n");
    return 2;
  }
  const fs::path corpus = argv[2];
  fs::create_directories(corpus);
  for (const fs::directory_entry& golden : fs::directory_iterator(argv[1])) {
    const auto found = kTargets.find(golden.path().extension().string());
    if (found == kTargets.end()) continue;
    const MappedFile file(golden.path());
    const std::string name = golden.path().filename().string();
    for (const std::string& target : found->second) add(corpus, target, name, file.bytes());
    if (golden.path().extension() == ".pth") add_inner_pickle(corpus, name, file);
  }
  add_small(corpus);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "seeds: %s\n", error.what());
  return 1;
}
