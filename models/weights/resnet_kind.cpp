#include "models/weights/resnet_kind.h"

#include <algorithm>
#include <array>

#include "models/weights/prefix_search.h"

namespace salix {
namespace {

constexpr std::array<int, 4> kBlocks{3, 4, 6, 3};

// How many blocks in a row "<prefix>layer<n>.<i>.conv1.weight" names.
int blocks_of(const io::NamedArrays& arrays, const std::string& prefix, int layer) {
  int count = 0;
  while (arrays.contains(str(prefix, "layer", layer, ".", count, ".conv1.weight"))) ++count;
  return count;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool names_a_block(const std::string& name) {
  for (std::size_t at = name.find("layer"); at != std::string::npos;
       at = name.find("layer", at + 1)) {
    if (at > 0 && name[at - 1] != '.') continue;
    std::size_t end = at + 5;
    if (end >= name.size() || !is_digit(name[end])) continue;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end + 1 < name.size() && name[end] == '.' && is_digit(name[end + 1])) return true;
  }
  return false;
}

void check_resnet50(const io::NamedArrays& arrays, const std::string& prefix,
                    const std::vector<std::string>& unknown) {
  std::array<int, 4> blocks{};
  for (int layer = 1; layer <= 4; ++layer)
    blocks[static_cast<std::size_t>(layer - 1)] = blocks_of(arrays, prefix, layer);
  const std::string where =
      prefix.empty() ? "the file's encoder" : str("the encoder behind '", prefix, "'");
  if (arrays.contains(prefix + "layer1.0.conv2.weight") &&
      !arrays.contains(prefix + "layer1.0.conv3.weight")) {
    throw InvalidInput(str("import: ", where, " must be a ResNet-50; it is a ResNet-",
                           blocks[2] > 2 ? 34 : 18,
                           " (layer1.0 has no conv3); use a file of ResNet-50"));
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i] <= kBlocks[i]) continue;
    const std::string deeper = blocks[1] > kBlocks[1] ? "152" : "101";
    throw InvalidInput(str("import: ", where,
                           " must be a ResNet-50; it is deeper than ResNet-50: has layer", i + 1,
                           ".", kBlocks[i], " to layer", i + 1, ".", blocks[i] - 1, " (a ResNet-",
                           deeper, "?); use a file of ResNet-50"));
  }
  std::vector<std::string> odd;
  std::copy_if(unknown.begin(), unknown.end(), std::back_inserter(odd), names_a_block);
  SALIX_CHECK(odd.empty(), "import: ", where, " must be a ResNet-50; it has ", odd.size(),
              " tensors that a ResNet-50 has not (", quote_some(odd),
              "): a variant of another architecture, which would be cut down in silence");
}

}  // namespace salix
