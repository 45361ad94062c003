#include "models/localvit_swin/localvit_swin.h"

#include "layers/functional/autocast.h"
#include "layers/functional/reduce.h"
#include "models/weights/pretrained.h"

namespace salix {
namespace {

constexpr std::int64_t kFeatures = 768;  // of the last stage

}  // namespace

LocalVitSwin::LocalVitSwin(Exec& exec)
    : Network(describe()),
      encoder_(exec, SwinEncoder::tiny(4), SwinEncoder::kDropPath),
      norm_(exec, kFeatures),
      head_(exec, kFeatures, kClasses) {
  add_module("", encoder_);
  add_module("norm", norm_);
  add_module("head", head_);
}

Tensor LocalVitSwin::operator()(const Tensor& image) {
  return head_(mean(norm_(encoder_(image).back()), {1, 2}));
}

std::vector<NamedOutput> LocalVitSwin::outputs(const Tensor& image, const Tensor&) {
  return {{"classes", autocast_up((*this)(image)), OutputKind::kClasses}};
}

NetworkFacts LocalVitSwin::describe() {
  return {.name = "localvit",
          .prediction = OutputKind::kClasses,
          .classes = kClasses,
          .fixed_size = SwinEncoder::kImageSize,
          .default_recipe = "",
          .head = "head.",
          .signature = "layers.3.blocks.0.conv.conv.0."};
}

std::vector<ParameterGroup> LocalVitSwin::parameter_groups() {
  return encoder_and_decoder({"patch_embed.", "layers."});
}

LoadSummary LocalVitSwin::import_weights(const io::NamedArrays& arrays, bool) {
  return import_network(*this, arrays);
}

}  // namespace salix
