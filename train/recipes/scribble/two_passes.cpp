#include "train/recipes/scribble/two_passes.h"

#include "layers/functional/resize_bilinear.h"

namespace salix {
namespace {

Tensor coarse(const Tensor& x) {
  const ResizeBilinearParams aligned{.align_corners = true};
  return resize_bilinear(resize_bilinear(x, x.dim(1) / 2, x.dim(2) / 2, aligned), x.dim(1),
                         x.dim(2), aligned);
}

Tensor at_size_of(const Tensor& image, const Tensor& logits) {
  const bool fits = logits.dim(1) == image.dim(1) && logits.dim(2) == image.dim(2);
  return fits ? logits : resize_bilinear(logits, image.dim(1), image.dim(2));
}

const Tensor& embedding_of(const std::vector<NamedOutput>& outputs) {
  for (const NamedOutput& output : outputs) {
    if (output.kind == OutputKind::kFeatures) return output.tensor;
  }
  throw InvalidInput("recipe scribble: the network must give an embedding; this one gives none");
}

}  // namespace

TwoPasses two_passes(Network& network, const Tensor& image, const Tensor& depth) {
  TwoPasses passes;
  const std::vector<NamedOutput> plain = network.outputs(image, depth);
  for (const NamedOutput& output : plain) {
    if (!is_map(output.kind)) continue;
    const Tensor map = at_size_of(image, output.tensor);
    if (output.kind == OutputKind::kMap) passes.maps.push_back(map);
    if (output.kind == OutputKind::kContour) passes.contour = map;
  }
  passes.embedding = embedding_of(plain);
  const std::vector<NamedOutput> again = network.outputs(coarse(image), coarse(depth));
  SALIX_CHECK(again.front().kind == OutputKind::kMap,
              "recipe scribble: the network's first output must be a saliency map");
  passes.map_aug = at_size_of(image, again.front().tensor);
  passes.embedding_aug = embedding_of(again);
  passes.outputs = plain;
  passes.outputs.push_back({again.front().name + "_aug", again.front().tensor});
  passes.outputs.push_back({"embedding_aug", passes.embedding_aug, OutputKind::kFeatures});
  return passes;
}

}  // namespace salix
