#include "engine/io/weights.h"

#include "engine/io/file.h"
#include "engine/io/npy.h"
#include "engine/io/safetensors.h"
#include "tests/engine/io/files.h"
#include "tests/engine/io/raw_zip.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;
using testing::ScratchFolder;

TEST(Weights, PicksTheReaderByContentNotByName) {
  const ScratchFolder folder;
  const std::vector<std::pair<const char*, const char*>> files{
      {"training_zip.pth", "pth (zip)"},        {"training_legacy.pth", "pth (legacy)"},
      {"protocol4_legacy.pth", "pth (legacy)"}, {"arrays.npz", "npz"},
      {"arrays.safetensors", "safetensors"},    {"one.npy", "npy"}};
  for (const auto& [name, format] : files) {
    std::filesystem::copy_file(golden(name), folder / "weights.bin",
                               std::filesystem::copy_options::overwrite_existing);
    const Weights weights = read_weights(folder / "weights.bin");
    EXPECT_EQ(weights.format, format);
    EXPECT_FALSE(weights.arrays.empty());
  }
  EXPECT_EQ(read_weights(golden("one.npy")).arrays.at("array"), read_npy(golden("one.npy")));
  EXPECT_EQ(read_weights(golden("training_zip.pth")).metadata[1].second, "resnet50");
}

TEST(Weights, WritesEveryFormatByExtension) {
  const ScratchFolder folder;
  NamedArrays arrays;
  for (const auto& [name, array] : testing::every_dtype()) {
    if (array.dtype != DType::kBFloat16) arrays.add(name, array);
  }
  for (const char* name : {"w.safetensors", "w.pth", "w.pt", "w.pth.tar", "w.npz"}) {
    write_weights(folder / name, arrays, {{"epoch", "3"}});
    testing::expect_same_arrays(read_weights(folder / name).arrays, arrays);
  }
  EXPECT_EQ(read_weights(folder / "w.safetensors").metadata, (Metadata{{"epoch", "3"}}));
  EXPECT_EQ(read_weights(folder / "w.pth.tar").format, "pth (zip)");
  EXPECT_THAT(message_of<InvalidInput>([&] { write_weights(folder / "w.onnx", arrays); }),
              HasSubstr("the name must end in .safetensors, .pth"));
  EXPECT_THAT(message_of<InvalidInput>([&] { write_weights(folder / "w.npy", arrays); }),
              HasSubstr("holds one array"));
}

TEST(Weights, SaysWhatAnUnknownFileLooksLike) {
  const auto message = [](std::string_view content) {
    return message_of([&] { parse_weights(bytes_of(content), "w.pth"); });
  };
  EXPECT_EQ(message("<!DOCTYPE html><html>"),
            "w.pth: the file must be .safetensors, .pth (zip or legacy), .npz or .npy; it "
            "looks like a web page: the download failed or asks for a confirmation in the browser");
  EXPECT_THAT(message("\n <html>"), HasSubstr("looks like a web page"));
  EXPECT_THAT(message("{\"metadata\":{},\"weight_map\":{\"a\":\"b.safetensors\"}}"),
              HasSubstr("the index of a model in several .safetensors files"));
  EXPECT_THAT(message("\x89HDF\r\n"), HasSubstr("HDF5"));
  EXPECT_THAT(message(""), HasSubstr("it is empty"));
  EXPECT_THAT(message("version https://git-lfs.github.com/spec/v1\n"),
              HasSubstr("run `git lfs pull`"));
  EXPECT_THAT(message("\x1f\x8b..."), HasSubstr("gzip"));
  EXPECT_THAT(message("\x80\x02K\x01."),
              HasSubstr("a Python pickle, but not one that torch.save wrote"));
  EXPECT_THAT(message(std::string(257, '\0') + "ustar"), HasSubstr("tar archive"));
  EXPECT_THAT(message("\x01\x02hello"), HasSubstr("it starts with '\\x01\\x02hello'"));
}

TEST(Arrays, ConvertToFloat) {
  const Array halves = Array::from<float16>({2}, {float16(1.5f), float16(-0.25f)});
  EXPECT_EQ(halves.to_float32(), Array::from<float>({2}, {1.5f, -0.25f}));
  EXPECT_EQ(Array::from<std::int64_t>({1}, {-7}).to_float64(), Array::from<double>({1}, {-7.0}));
  EXPECT_EQ(Array::from<double>({1}, {1.0 + 0x1p-24}).to_float32(),
            Array::from<float>({1}, {1.0f}));  // ties to even
}

TEST(Arrays, RefuseTheWrongTypeAndTakenNames) {
  EXPECT_EQ(message_of<InvalidInput>([] { Array::zeros(DType::kInt32, {1}).as<float>(); }),
            "Array: holds int32; it was asked for as float32");
  EXPECT_THAT(message_of<InvalidInput>([] { Array::from<float>({3}, {1.0f}); }),
              HasSubstr("shape [3] needs 3 values; got 1"));
  NamedArrays arrays;
  arrays.add("a", Array::zeros(DType::kInt32, {1}));
  EXPECT_THAT(message_of<InvalidInput>([&] { arrays.add("a", Array{}); }),
              HasSubstr("'a' comes twice"));
  EXPECT_THAT(message_of<InvalidInput>([&] { arrays.at("b"); }),
              HasSubstr("there is no array 'b' among the 1, the first of which is 'a'"));
  EXPECT_EQ(arrays.find("b"), nullptr);
}

}  // namespace
}  // namespace salix::io
