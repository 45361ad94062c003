// Checkpoints that PyTorch wrote, in both formats, give equal bits.
#include "engine/io/pth.h"

#include "engine/io/file.h"
#include "engine/io/safetensors.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;
using testing::ScratchFolder;

NamedArrays expected(const std::string& name) {
  return read_safetensors(golden(name + ".safetensors")).tensors;
}

// Transposed, sliced, overlapping, expanded, shared, permuted, 0-d and empty tensors, all
// types, a Parameter, a `_metadata` attribute: make_io.py lists them.
TEST(Pth, ReadsEveryKindOfTensorInBothFormats) {
  for (const char* name : {"state_dict_zip.pth", "state_dict_legacy.pth", "protocol4_zip.pth",
                           "protocol4_legacy.pth"}) {
    SCOPED_TRACE(name);
    const Checkpoint checkpoint = read_checkpoint(golden(name));
    testing::expect_same_arrays(checkpoint.tensors, expected("state_dict"));
    EXPECT_EQ(checkpoint.tensors[0].name, "0.weight");  // the state dict's own order
    EXPECT_EQ(checkpoint.tensors[checkpoint.tensors.size() - 1].name,
              "n\xc3\xa4m\xc3\xa9/ with.dots");
  }
}

TEST(Pth, NamesTheFormat) {
  EXPECT_EQ(read_checkpoint(golden("state_dict_zip.pth")).format, "pth (zip)");
  EXPECT_EQ(read_checkpoint(golden("state_dict_legacy.pth")).format, "pth (legacy)");
}

TEST(Pth, FindsTheStateDictInsideATrainingCheckpoint) {
  for (const char* name : {"training_zip.pth", "training_legacy.pth", "training_deflated.pth"}) {
    SCOPED_TRACE(name);
    const Checkpoint checkpoint = read_checkpoint(golden(name));
    testing::expect_same_arrays(checkpoint.tensors, expected("training"));
    EXPECT_EQ(checkpoint.tensors[0].name, "module.encoder_q.weight");
    EXPECT_EQ(
        checkpoint.metadata,
        (Metadata{{"epoch", "200"}, {"arch", "resnet50"}, {"best", "1.5"}, {"flag", "true"}}));
    EXPECT_EQ(checkpoint.ignored, (std::vector<std::string>{"optimizer", "size", "none"}));
  }
}

TEST(Pth, ReadsAFileOfOneTensor) {
  for (const char* name : {"one_tensor_zip.pth", "one_tensor_legacy.pth"}) {
    const NamedArrays tensors = read_checkpoint(golden(name)).tensors;
    ASSERT_EQ(tensors.size(), 1u);
    EXPECT_EQ(tensors.at("tensor"), Array::from<float>({4}, {0, 1, 2, 3}));
  }
}

TEST(Pth, RefusesTypesItHasNoDtypeFor) {
  for (const char* name : {"int16_zip.pth", "int16_legacy.pth"}) {
    EXPECT_THAT(message_of<NotSupported>([&] { read_checkpoint(golden(name)); }),
                HasSubstr("tensor 'a': element type torch.ShortStorage is not supported"));
  }
}

TEST(Pth, RefusesAPickledModuleAndSaysWhatToDo) {
  EXPECT_THAT(message_of([] { read_checkpoint(golden("whole_module_zip.pth")); }),
              HasSubstr("must hold a state dict; it is a whole Python object, a "
                        "torch.nn.modules.linear.Linear, and no code is ever run to make one"));
}

TEST(Pth, RoundTripsEveryTypeInBothFormats) {
  const ScratchFolder folder;
  const NamedArrays arrays = testing::every_dtype();
  for (const PthFormat format : {PthFormat::kZip, PthFormat::kLegacy}) {
    write_pth(folder / "a.pth", arrays, format);
    const Checkpoint read = read_checkpoint(folder / "a.pth");
    EXPECT_EQ(read.format, format == PthFormat::kZip ? "pth (zip)" : "pth (legacy)");
    testing::expect_same_arrays(read.tensors, arrays);
    for (std::size_t i = 0; i < arrays.size(); ++i) EXPECT_EQ(read.tensors[i].name, arrays[i].name);
  }
}

TEST(Pth, WritesAStateDictInsideAContainer) {
  const ScratchFolder folder;
  const NamedArrays arrays = testing::every_dtype();
  for (const PthFormat format : {PthFormat::kZip, PthFormat::kLegacy}) {
    write_pth(folder / "a.pth", arrays, format, "embedding_model");
    const Checkpoint read = read_checkpoint(folder / "a.pth");
    EXPECT_EQ(read.container, "embedding_model");
    testing::expect_same_arrays(read.tensors, arrays);
  }
}

TEST(Pth, WritesTheSameBytesTwice) {
  const ScratchFolder folder;
  write_pth(folder / "a.pth", testing::every_dtype());
  write_pth(folder / "b.pth", testing::every_dtype());
  EXPECT_EQ(read_text_file(folder / "a.pth"), read_text_file(folder / "b.pth"));
}

}  // namespace
}  // namespace salix::io
