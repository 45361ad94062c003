// The encoder of LocalViT-Swin-T: patches, and stages of blocks with a merging between them. Its
// first three stages are DHFR's encoders.
#pragma once

#include <memory>
#include <vector>

#include "models/swin/patches.h"
#include "models/swin/swin_block.h"

namespace salix {

struct SwinStage {
  int grid;  // rows and columns of tokens
  std::int64_t channels;
  int heads;
  int blocks;
};

// State: patch_embed, layers.<s>.blocks.<b>, layers.<s>.downsample (after every stage but the
// last).
class SwinEncoder : public Module {
 public:
  static constexpr int kImageSize = 224;
  static constexpr double kDropPath = 0.1;  // of the published networks
  // The first `count` of the four stages of Swin-T.
  static std::vector<SwinStage> tiny(int count);
  // `drop_path`: of the last block; it grows from 0 at the first by equal steps.
  SwinEncoder(Exec& exec, const std::vector<SwinStage>& stages, double drop_path);

  // image [N,224,224,3] -> what each stage makes, before its merging, [N,grid,grid,channels].
  std::vector<Tensor> operator()(const Tensor& image);

 private:
  struct Stage {
    std::vector<std::unique_ptr<SwinBlock>> blocks;
    std::unique_ptr<PatchMerging> merging;  // none after the last
  };
  PatchEmbedding embedding_;
  std::vector<Stage> stages_;
};

}  // namespace salix
