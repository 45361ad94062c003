#include "models/weights/localvit_weights.h"

#include <array>
#include <set>
#include <vector>

#include "models/weights/finite_check.h"
#include "models/weights/prefix_search.h"

namespace salix {
namespace {

const std::string kStem = "patch_embed.proj.weight";

struct Rule {
  std::string sfnet, localvit;  // what names begin with
};

const std::array<Rule, 7> kRules{{
    {"sfnet.rgb_swin.", ""},
    {"sfnet.depth_swin.", ""},
    {"sfnet.fuse_swin.cpab.layers.0.w_attn.", "layers.1.blocks.0."},
    {"sfnet.fuse_swin.cpab.layers.1.w_attn.", "layers.1.blocks.1."},
    {"sfnet.fuse_swin.pmab.patch_merging.", "layers.1.downsample."},
    {"sfnet.fuse_swin.pmab.layers.0.w_attn.", "layers.2.blocks.0."},
    {"sfnet.fuse_swin.pmab.layers.1.w_attn.", "layers.2.blocks.1."},
}};

bool is_optional(const std::string& name) {
  return is_swin_constant(name) || name.ends_with("num_batches_tracked");
}

// Where the file has the encoder: beside the stem there must be the last stage that is used.
std::string swin_prefix(const io::NamedArrays& arrays) {
  for (const std::string& prefix : prefixes_of(arrays, kStem)) {
    if (arrays.contains(prefix + "layers.2.blocks.5.conv.conv.0.weight")) return prefix;
  }
  throw InvalidInput(
      str("import: found no LocalViT-Swin-T: no array is named '", kStem,
          "' with 'layers.2.blocks.5.conv.conv.0.weight' beside it, nor that behind a prefix. The "
          "file's names are ",
          arrays.empty() ? "none" : quote_some(arrays)));
}

}  // namespace

std::string localvit_name(const std::string& sfnet_name) {
  for (const Rule& rule : kRules) {
    if (sfnet_name.starts_with(rule.sfnet)) {
      return rule.localvit + sfnet_name.substr(rule.sfnet.size());
    }
  }
  return "";
}

bool is_swin_constant(const std::string& name) {
  return name.ends_with(".attn_mask") || name.ends_with(".relative_position_index");
}

void check_swin_constants(const Module& module, const io::NamedArrays& arrays,
                          const std::string& prefix) {
  for (const StateEntry& entry : module.state()) {
    if (!is_swin_constant(entry.name)) continue;
    const io::Array* array = arrays.find(prefix + entry.name);
    if (array == nullptr) continue;
    const Tensor theirs = from_array(entry.tensor->exec(), *array, entry.layout);
    SALIX_CHECK(theirs.shape() == entry.tensor->shape() &&
                    theirs.to_vector<double>() == entry.tensor->to_vector<double>(),
                "import: '", prefix, entry.name,
                "' is another table than windows of 7 x 7 tokens, shifted by 3, give; is this a "
                "file of another Swin transformer?");
  }
}

LoadSummary import_localvit(Module& sfnet, const io::NamedArrays& arrays, bool allow_partial) {
  const std::string prefix = swin_prefix(arrays);
  io::NamedArrays renamed;
  std::set<std::string> used, absent_names;
  for (const StateEntry& entry : sfnet.state()) {
    const std::string source = localvit_name(entry.name);
    if (source.empty()) continue;
    const std::string name = prefix + source;
    if (const io::Array* array = arrays.find(name)) {
      renamed.add(entry.name, *array);
      used.insert(name);
    } else if (!is_optional(name)) {
      absent_names.insert(name);
    }
  }
  const std::vector<std::string> needed(used.begin(), used.end());
  const std::vector<std::string> absent(absent_names.begin(), absent_names.end());
  SALIX_CHECK(absent.empty() || allow_partial, "import: the file lacks ", absent.size(),
              " of the LocalViT-Swin-T's tensors (", quote_some(absent),
              "); pass --allow-partial to keep initial values for them");
  check_finite(arrays, needed);
  check_swin_constants(sfnet, renamed, "");
  load_state_dict(sfnet, renamed);

  LoadSummary report{.loaded = needed, .missing = absent, .ignored = {}};
  for (const io::NamedArray& named : arrays) {
    if (!used.contains(named.name)) report.ignored.push_back(named.name);
  }
  return report;
}

}  // namespace salix
