#include "models/sfnet/sfnet.h"

#include "layers/functional/autocast.h"
#include "layers/functional/concat.h"
#include "layers/functional/resize_bilinear.h"
#include "layers/functional/unary.h"
#include "models/weights/localvit_weights.h"
#include "models/weights/pretrained.h"

namespace salix {
namespace {

constexpr Conv2dOptions k1x1{.kernel = 1};

// The probability that block `place` of the fuse block and decoder, counted as published (from 2 in
// each), is skipped.
double drop_path(int place) { return SwinEncoder::kDropPath * place / 11; }

const MaskedBlocks kFuseCpab{192, 28, 6, {drop_path(2), drop_path(3)}};
const MaskedBlocks kFusePmab{384, 14, 12, {drop_path(4), drop_path(5)}};
const std::vector<double> kFourBlocks{drop_path(2), drop_path(3), drop_path(4), drop_path(5)};
const MaskedBlocks kDiv8{128, 28, 8, kFourBlocks};
const MaskedBlocks kDiv4{64, 56, 8, kFourBlocks};
const MaskedBlocks kDiv2{32, 112, 1, {}};  // cross padding alone

// The probability map of logits at the size of the grid that it is to mask. By way of the image's
// size, as published: each of its pixels is the mean of four of the large map's.
Tensor saliency_for(const Tensor& logits, int grid) {
  return resize_bilinear(sigmoid(Sfnet::enlarged(logits)), grid, grid);
}

}  // namespace

Sfnet::Sfnet(Exec& exec)
    : Network(describe()),
      rgb_swin_(exec, SwinEncoder::tiny(3), SwinEncoder::kDropPath),
      depth_swin_(exec, SwinEncoder::tiny(3), SwinEncoder::kDropPath),
      fuse_cpab_(exec, kFuseCpab),
      fuse_pmab_(exec, kFusePmab),
      enc_div16_trans_(exec, 2 * 384, 256, k1x1),
      enc_div8_trans_(exec, 2 * 192, 128, k1x1),
      enc_div4_trans_(exec, 2 * 96, 64, k1x1),
      div16_trans_(exec, 384, 256, k1x1),
      dec_div8_merging_(exec, kDiv8),
      dec_div4_merging_(exec, kDiv4),
      dec_div2_merging_(exec, kDiv2),
      upsample_head_(exec, 32, 32),
      contour_upsample_head1_(exec, 64, 32),
      contour_upsample_head2_(exec, 32, 32),
      classifier_before_fuse_div16_(exec, 256, 1, k1x1),
      classifier_contour_div1_(exec, 32, 1, k1x1),
      classifier_div16_(exec, 256, 1, k1x1),
      classifier_div8_(exec, 128, 1, k1x1),
      classifier_div4_(exec, 64, 1, k1x1),
      classifier_div2_(exec, 32, 1, k1x1),
      classifier_div1_(exec, 32, 1, k1x1) {
  const auto add = [this](const char* name, Module& part) {
    add_module(str("sfnet.", name), part);
  };
  add("rgb_swin", rgb_swin_);
  add("depth_swin", depth_swin_);
  add("fuse_swin.cpab", fuse_cpab_);
  add("fuse_swin.pmab", fuse_pmab_);
  add("enc_div16_trans", enc_div16_trans_);
  add("enc_div8_trans", enc_div8_trans_);
  add("enc_div4_trans", enc_div4_trans_);
  add("div16_trans", div16_trans_);
  add("dec_div8_merging", dec_div8_merging_);
  add("dec_div4_merging", dec_div4_merging_);
  add("dec_div2_merging", dec_div2_merging_);
  add("upsample_head", upsample_head_);
  add("contour_upsample_head1", contour_upsample_head1_);
  add("contour_upsample_head2", contour_upsample_head2_);
  add("classifier_before_fuse_div16", classifier_before_fuse_div16_);
  add("classifier_contour_div1", classifier_contour_div1_);
  add("classifier_div16", classifier_div16_);
  add("classifier_div8", classifier_div8_);
  add("classifier_div4", classifier_div4_);
  add("classifier_div2", classifier_div2_);
  add("classifier_div1", classifier_div1_);
}

Sfnet::Output Sfnet::operator()(const Tensor& image, const Tensor& depth) {
  SALIX_CHECK(depth.defined(), "sfnet: needs a depth map beside the image; got none");
  SALIX_CHECK(depth.shape() == image.shape(), "sfnet: depth must have the image's shape; got ",
              depth.shape(), " and ", image.shape());
  const std::vector<Tensor> rgb = rgb_swin_(image), deep = depth_swin_(depth);
  const Tensor e4 = enc_div4_trans_(concat({rgb[0], deep[0]}, 3));
  const Tensor e8 = enc_div8_trans_(concat({rgb[1], deep[1]}, 3));
  const Tensor e16 = enc_div16_trans_(concat({rgb[2], deep[2]}, 3));

  Output out;
  out.before_fuse_div16 = classifier_before_fuse_div16_(e16);
  const Tensor seen = saliency_for(out.before_fuse_div16, kFuseCpab.grid);
  const Tensor fused = fuse_pmab_(fuse_cpab_(rgb[2], deep[2], seen), seen);
  const Tensor d16 = div16_trans_(fused);
  out.div16 = classifier_div16_(d16);
  const Tensor d8 = dec_div8_merging_(e16, d16, saliency_for(out.div16, kDiv8.grid));
  out.div8 = classifier_div8_(d8);
  const Tensor d4 = dec_div4_merging_(e8, d8, saliency_for(out.div8, kDiv4.grid));
  out.div4 = classifier_div4_(d4);
  const Tensor d2 = dec_div2_merging_(e4, d4);
  out.div2 = classifier_div2_(d2);
  out.div1 = classifier_div1_(upsample_head_(d2));
  out.contour_div1 = classifier_contour_div1_(contour_upsample_head2_(contour_upsample_head1_(d4)));
  out.embedding = d4;
  return out;
}

Tensor Sfnet::enlarged(const Tensor& logits) {
  return logits.dim(1) == kSize ? logits : resize_bilinear(logits, kSize, kSize);
}

std::vector<NamedOutput> Sfnet::outputs(const Tensor& image, const Tensor& depth) {
  const Output out = (*this)(image, depth);
  return {{"classifier_div1", autocast_up(out.div1)},
          {"classifier_div2", autocast_up(out.div2)},
          {"classifier_div4", autocast_up(out.div4)},
          {"classifier_div8", autocast_up(out.div8)},
          {"classifier_div16", autocast_up(out.div16)},
          {"classifier_before_fuse_div16", autocast_up(out.before_fuse_div16)},
          {"classifier_contour_div1", autocast_up(out.contour_div1), OutputKind::kContour},
          {"embedding", autocast_up(out.embedding), OutputKind::kFeatures}};
}

NetworkFacts Sfnet::describe() {
  return {.name = "sfnet",
          .inputs = {"image", "modality"},
          .fixed_size = kSize,
          .input_filter = InputFilter::kNearest,
          .grey_modality = true,
          .gives_embedding = true,
          .default_recipe = "scribble",
          .default_task = 'd',
          .head = "sfnet.",
          .signature = "sfnet."};
}

std::vector<ParameterGroup> Sfnet::parameter_groups() {
  return encoder_and_decoder({"sfnet.rgb_swin.", "sfnet.depth_swin."});
}

LoadSummary Sfnet::import_weights(const io::NamedArrays& arrays, bool allow_partial) {
  if (holds_whole_network(arrays, facts())) return import_network(*this, arrays);
  return import_localvit(*this, arrays, allow_partial);
}

}  // namespace salix
