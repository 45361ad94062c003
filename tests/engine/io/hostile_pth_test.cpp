// Checkpoints that lie. What they say is wrong must be refused with a reason, in bounded
// time and memory; what they cannot do is run anything.
#include "engine/io/file.h"
#include "engine/io/pickle_writer.h"
#include "engine/io/pth.h"
#include "tests/engine/io/files.h"
#include "tests/engine/io/raw_zip.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;
using testing::RawZip;

// A zip checkpoint with this pickle and one storage "0" of `storage` bytes.
std::string checkpoint(const std::string& pickle, std::size_t storage_bytes = 16) {
  RawZip zip;
  const auto pickle_entry = zip.local("x/data.pkl", pickle);
  const auto storage_entry = zip.local("x/data/0", std::string(storage_bytes, '\1'));
  zip.entry(pickle_entry);
  zip.entry(storage_entry);
  return zip.finish();
}

struct TensorSpec {
  const char* storage_type = "torch.FloatStorage";
  const char* key = "0";
  std::int64_t numel = 4;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape{4};
  std::vector<std::int64_t> strides{1};
};

void put(PickleWriter& pickle, const TensorSpec& spec) {
  pickle.global("torch._utils._rebuild_tensor_v2").mark();
  pickle.mark()
      .text("storage")
      .global(spec.storage_type)
      .text(spec.key)
      .text("cuda:0")
      .integer(spec.numel)
      .tuple();
  pickle.persistent().integer(spec.offset).mark();
  for (const std::int64_t size : spec.shape) pickle.integer(size);
  pickle.tuple().mark();
  for (const std::int64_t stride : spec.strides) pickle.integer(stride);
  pickle.tuple().boolean(false).empty_ordered_dict().tuple().call();
}

std::string state_dict_of(const std::vector<TensorSpec>& specs) {
  PickleWriter pickle;
  pickle.empty_ordered_dict().mark();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    pickle.text(str("t", i));
    put(pickle, specs[i]);
  }
  return pickle.set_items().finish();
}

std::string refusal(const std::string& file, const UnpackLimits& limits = {}) {
  return message_of<Error>([&] { parse_checkpoint(bytes_of(file), "x.pth", limits); });
}
std::string view_refusal(const TensorSpec& spec, std::size_t storage_bytes = 16) {
  return refusal(checkpoint(state_dict_of({spec}), storage_bytes));
}

TEST(HostilePth, AcceptsTheHonestForm) {
  const std::string file = checkpoint(state_dict_of({{}, {.shape = {2, 2}, .strides = {2, 1}}}));
  EXPECT_EQ(parse_checkpoint(bytes_of(file), "x.pth").tensors.at("t1").shape, Shape({2, 2}));
}

TEST(HostilePth, RefusesViewsOutsideTheirStorage) {
  EXPECT_EQ(view_refusal({.offset = 1}),
            "x.pth: tensor 't0': shape [4] with its strides, from element 1 on, must lie inside "
            "the storage of 4 "
            "elements");
  EXPECT_THAT(view_refusal({.offset = -1}), HasSubstr("must lie inside the storage"));
  EXPECT_THAT(view_refusal({.offset = INT64_MAX}), HasSubstr("must lie inside the storage"));
  EXPECT_THAT(view_refusal({.strides = {2}}), HasSubstr("must lie inside the storage"));
  EXPECT_THAT(view_refusal({.strides = {-1}}), HasSubstr("must lie inside the storage"));
  EXPECT_THAT(view_refusal({.strides = {INT64_MAX}}), HasSubstr("must lie inside the storage"));
  EXPECT_THAT(view_refusal({.shape = {2, 2}, .strides = {INT64_MAX / 2, INT64_MAX / 2}}),
              HasSubstr("must lie inside"));
  EXPECT_THAT(view_refusal({.shape = {-4}}), HasSubstr("sizes must not be negative; found -4"));
  EXPECT_THAT(view_refusal({.shape = {2, 2}}), HasSubstr("must have as many strides; found 1"));
  EXPECT_THAT(view_refusal({.shape = {1, 1, 1, 1, 1, 1, 4}, .strides = {1, 1, 1, 1, 1, 1, 1}}),
              HasSubstr("at most 6 axes"));
}

// The stride of an axis of size 1 is never used, so any number will do.
TEST(HostilePth, IgnoresTheStridesOfSingleAxes) {
  const std::string file =
      checkpoint(state_dict_of({{.shape = {2, 1, 2}, .strides = {2, INT64_MAX, 1}},
                                {.shape = {0}, .strides = {INT64_MAX}}}));
  EXPECT_EQ(parse_checkpoint(bytes_of(file), "x.pth").tensors.at("t0").numel(), 4);
}

TEST(HostilePth, RefusesHugeDeclaredShapesAndStorages) {
  const std::int64_t huge = std::int64_t{1} << 40;
  EXPECT_THAT(view_refusal({.numel = huge, .shape = {huge}}),
              HasSubstr("storage '0' must have 4398046511104 bytes, as its tensors say; found 16"));
  EXPECT_THAT(view_refusal({.numel = INT64_MAX}),
              HasSubstr("a storage cannot have 9223372036854775807 elements"));
  EXPECT_THAT(view_refusal({.shape = {huge, huge}, .strides = {0, 0}}),
              HasSubstr("more elements than 64 bits can count"));
  // Stride 0 repeats one element: nothing is out of bounds, only far too much.
  EXPECT_THAT(view_refusal({.shape = {huge}, .strides = {0}}),
              HasSubstr("tensor 't0': would unpack to more than 268"));
}

// A thousand tensors that each expand one storage within the limit of one.
TEST(HostilePth, BoundsTheSumOfAllTensors) {
  const std::vector<TensorSpec> many(1000, TensorSpec{.shape = {10000}, .strides = {0}});
  EXPECT_THAT(
      refusal(checkpoint(state_dict_of(many)), {.floor_bytes = 1 << 20, .per_file_byte = 16}),
      HasSubstr("refused as a decompression bomb"));
}

TEST(HostilePth, RefusesStoragesThatDisagree) {
  EXPECT_THAT(view_refusal({.key = "1"}), HasSubstr("storage '1' is not in the archive"));
  EXPECT_THAT(view_refusal({.key = "../../etc/passwd"}), HasSubstr("is not in the archive"));
  EXPECT_THAT(view_refusal({}, 15),
              HasSubstr("storage '0' must have 16 bytes, as its tensors say; found 15"));
  EXPECT_THAT(view_refusal({.storage_type = "torch.Size"}),
              HasSubstr("expected a PyTorch storage type; found 'torch.Size'"));
  EXPECT_THAT(refusal(checkpoint(state_dict_of({{}, {.storage_type = "torch.IntStorage"}}))),
              HasSubstr("storage '0' must have one type and size; found 4 x torch.FloatStorage and "
                        "4 x torch.IntStorage"));
}

TEST(HostilePth, RefusesStateDictsThatContainThemselves) {
  // {"state_dict": <the same dict>}
  const std::string cyclic("\x80\x02}q\0X\x0a\0\0\0state_dicth\0s.", 24);
  EXPECT_THAT(refusal(checkpoint(cyclic)), HasSubstr("the pickle is cyclic"));
  PickleWriter deep;
  for (int i = 0; i < 5; ++i) deep.empty_dict().mark().text("state_dict");
  deep.integer(1);
  for (int i = 0; i < 5; ++i) deep.set_items();
  EXPECT_THAT(refusal(checkpoint(deep.finish())),
              HasSubstr("there must be a state dict in the file"));
}

TEST(HostilePth, RefusesFilesWithoutAStateDict) {
  PickleWriter pickle;
  pickle.empty_dict().mark().text("epoch").integer(3).text("weights").none();
  EXPECT_THAT(
      refusal(checkpoint(pickle.set_items().finish())),
      HasSubstr("there must be a state dict in the file; its entries are 'epoch', 'weights'"));
  EXPECT_THAT(refusal(checkpoint(PickleWriter().integer(3).finish())),
              HasSubstr("found an integer"));
  EXPECT_THAT(refusal(checkpoint(PickleWriter().global("os.system").finish())),
              HasSubstr("'os.system'"));
  EXPECT_THAT(refusal(checkpoint(PickleWriter().integer(3).finish() + "x")),
              HasSubstr("nothing must follow the pickle"));
  RawZip zip;
  zip.entry(zip.local("hello.txt", "hello"));
  EXPECT_THAT(refusal(zip.finish()), HasSubstr("has no data.pkl, so it is no checkpoint"));
}

TEST(HostilePth, RefusesTorchScriptAndBigEndianFiles) {
  RawZip script;
  const auto pickle = script.local("x/data.pkl", PickleWriter().none().finish());
  const auto constants = script.local("x/constants.pkl", "");
  script.entry(pickle);
  script.entry(constants);
  EXPECT_THAT(refusal(script.finish()), HasSubstr("is a TorchScript program"));
  RawZip big;
  const auto empty = big.local("x/data.pkl", PickleWriter().empty_dict().finish());
  const auto order = big.local("x/byteorder", "big");
  big.entry(empty);
  big.entry(order);
  EXPECT_THAT(refusal(big.finish()), HasSubstr("byte order must be little; found 'big'"));
}

TEST(HostilePth, RefusesLegacyFilesWithWrongStorages) {
  const std::string file = read_text_file(golden("one_tensor_legacy.pth"));
  EXPECT_THAT(refusal(file + "x"),
              HasSubstr("nothing must follow the last storage; found 1 bytes"));
  std::string wrong_count = file;
  wrong_count[file.size() - 24] = 5;  // int64 count before four floats
  EXPECT_THAT(refusal(wrong_count), HasSubstr("must have 4 elements, as its tensors say; found 5"));
  EXPECT_THAT(refusal(file.substr(0, file.size() - 1)),
              HasSubstr("a storage needs 16 bytes; only 15 are left (is the file cut off?)"));
}

TEST(HostilePth, RefusesNamesThatAreNotText) {
  PickleWriter pickle;
  pickle.empty_dict().mark().boolean(true);
  put(pickle, {});
  EXPECT_EQ(refusal(checkpoint(pickle.set_items().finish())),
            "x.pth: names in a checkpoint must be strings; found a bool");
  EXPECT_EQ(view_refusal({.storage_type = "torch.FloatStorage", .key = "\x01"}),
            "x.pth: storage '\\x01' is not in the archive");
}

TEST(HostilePth, RefusesEveryTruncation) {
  for (const char* name : {"training_zip.pth", "training_legacy.pth", "training_deflated.pth",
                           "one_tensor_legacy.pth"}) {
    SCOPED_TRACE(name);
    testing::expect_every_truncation_refused(
        read_text_file(golden(name)), [](ByteSpan bytes) { parse_checkpoint(bytes, "x.pth"); });
  }
}

TEST(HostilePth, SurvivesBitFlips) {
  for (const char* name : {"training_zip.pth", "training_legacy.pth"}) {
    SCOPED_TRACE(name);
    EXPECT_GT(
        testing::refused_bit_flips(
            read_text_file(golden(name)),
            [](ByteSpan bytes) { parse_checkpoint(bytes, "x.pth", {.floor_bytes = 1 << 16}); },
            /*step=*/3),
        1000);
  }
}

}  // namespace
}  // namespace salix::io
