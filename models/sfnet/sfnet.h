// sfnet, the network of DHFR ("Deep Hypersphere Feature Regularization for Weakly Supervised RGB-D
// Salient Object Detection", IEEE TIP 2023): an encoder each for image and depth, a fuse block, and
// a decoder in which every map masks the attention of the next.
#pragma once

#include "models/network.h"
#include "models/sfnet/cross_padding.h"
#include "models/sfnet/upsample_head.h"
#include "models/swin/swin_encoder.h"

namespace salix {

class Sfnet : public Network {
 public:
  static constexpr int kSize = SwinEncoder::kImageSize;
  explicit Sfnet(Exec& exec);
  static NetworkFacts describe();

  // Logits, each at the size of its features, [N,h,w,1]; the published map is the sigmoid of it
  // enlarged. The paper's P1 to P5 are div1, div4, div8, div16 and before_fuse_div16.
  struct Output {
    Tensor before_fuse_div16, div16, div8, div4, div2, div1;  // h = 14, 14, 28, 56, 112, 224
    Tensor contour_div1;                                      // 224
    Tensor embedding;                                         // [N,56,56,64], not normalised
  };
  // image [N,224,224,3], normalised with the ImageNet mean and deviation; depth [N,224,224,3] in
  // 0..1, three equal channels. Errors    InvalidInput for other sizes or without depth.
  Output operator()(const Tensor& image, const Tensor& depth);

  // Logits at the image's size, [N,224,224,1].
  static Tensor enlarged(const Tensor& logits);

  std::vector<NamedOutput> outputs(const Tensor& image, const Tensor& depth) override;
  std::vector<ParameterGroup> parameter_groups() override;
  LoadSummary import_weights(const io::NamedArrays& arrays, bool allow_partial) override;

 private:
  SwinEncoder rgb_swin_, depth_swin_;
  CrossPaddingAttention fuse_cpab_;
  PatchMergingAttention fuse_pmab_;
  Conv2d enc_div16_trans_, enc_div8_trans_, enc_div4_trans_, div16_trans_;
  CrossPaddingAttention dec_div8_merging_, dec_div4_merging_, dec_div2_merging_;
  UpsampleHead upsample_head_, contour_upsample_head1_, contour_upsample_head2_;
  Conv2d classifier_before_fuse_div16_, classifier_contour_div1_;
  Conv2d classifier_div16_, classifier_div8_, classifier_div4_, classifier_div2_, classifier_div1_;
};

}  // namespace salix
