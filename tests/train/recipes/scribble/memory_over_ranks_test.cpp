// The memory bank on two ranks: the same on both, with what both saw.
#include "engine/comm/communicator.h"
#include "layers/functional/slice.h"
#include "tests/support/thread_ranks.h"
#include "tests/train/recipes/scribble/small_case.h"
#include "train/recipes/scribble/region_contrast.h"

namespace salix::testing {
namespace {

using Floats = std::vector<float>;

// After a step on image `first`, or on both.
Floats remembered(Exec& exec, std::int64_t first, std::int64_t count) {
  const SmallLabels labels = small_labels(exec);
  const auto part = [&](const Tensor& map) { return slice(map, 0, first, count); };
  RegionContrast contrast(exec, {.clusters = 3});
  contrast.losses(part(small_embedding(exec, "emb", DType::kFloat32)),
                  part(small_embedding(exec, "aug", DType::kFloat32)), part(labels.semantic),
                  part(labels.instance));
  contrast.remember(Tensor::zeros(exec, Shape{}));
  Floats rows = contrast.bank().prototypes().to_vector<float>();
  rows.resize(static_cast<std::size_t>(contrast.bank().size() * kSmallChannels));
  return rows;
}

// Plain of rank 0, of rank 1, aug of rank 0, of rank 1: as one process on both images.
TEST(MemoryOverRanks, AllRememberWhatOneProcessWould) {
  Exec exec;
  const Floats whole = remembered(exec, 0, 2);
  std::vector<Floats> found(2);
  ThreadRanks(2).run([&](Exec& own, Communicator& comm) {
    own.extension<Ranks>().communicator = &comm;
    found[static_cast<std::size_t>(comm.rank())] = remembered(own, comm.rank(), 1);
  });
  EXPECT_EQ(whole.size(), 100u * kSmallChannels);
  EXPECT_EQ(found[0], whole);
  EXPECT_EQ(found[1], whole);
}

}  // namespace
}  // namespace salix::testing
