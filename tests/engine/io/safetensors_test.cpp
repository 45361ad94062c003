#include "engine/io/safetensors.h"

#include "engine/io/file.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;
using testing::ScratchFolder;

std::string file_with(const std::string& header, std::size_t data_bytes) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header +
         std::string(data_bytes, '\1');
}

std::string refusal(const std::string& header, std::size_t data_bytes) {
  const std::string file = file_with(header, data_bytes);
  return message_of<Error>([&] { parse_safetensors(bytes_of(file), "x.safetensors"); });
}

constexpr const char* kGood =
    R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}})";

TEST(Safetensors, ReadsWhatTheReferenceImplementationWrites) {
  const Safetensors file = read_safetensors(golden("arrays.safetensors"));
  EXPECT_EQ(file.tensors.size(), 13u);
  EXPECT_EQ(file.tensors.at("one_axis"), Array::from<std::int64_t>({5}, {0, 1, 2, 3, 4}));
  EXPECT_EQ(file.tensors.at("scalar"), Array::from<float>({}, {3.5f}));
  EXPECT_EQ(file.tensors.at("empty").shape, Shape({0, 3}));
  ASSERT_EQ(file.metadata.size(), 2u);
  EXPECT_THAT(file.metadata,
              ::testing::Contains(std::pair<std::string, std::string>("made by", "make_io.py")));
}

TEST(Safetensors, RoundTripsEveryTypeInOrder) {
  const ScratchFolder folder;
  const NamedArrays arrays = testing::every_dtype();
  const Metadata metadata{{"format", "pt"}, {"quote \" and \\ and \xc3\xa4", "line\nbreak"}};
  write_safetensors(folder / "a.safetensors", arrays, metadata);
  const Safetensors read = read_safetensors(folder / "a.safetensors");
  testing::expect_same_arrays(read.tensors, arrays);
  for (std::size_t i = 0; i < arrays.size(); ++i) EXPECT_EQ(read.tensors[i].name, arrays[i].name);
  EXPECT_EQ(read.metadata, metadata);
}

TEST(Safetensors, WritesEachTensorAtAMultipleOfItsElement) {
  const ScratchFolder folder;
  write_safetensors(folder / "a.safetensors", testing::every_dtype());
  const std::string file = read_text_file(folder / "a.safetensors");
  const auto header_bytes = little_endian<std::uint64_t>(bytes_of(file).data());
  EXPECT_EQ(header_bytes % 8, 0u);
  // The first data are the 8-byte types in their order: float64, then int64.
  EXPECT_EQ(little_endian<double>(bytes_of(file).data() + 8 + header_bytes), 1.0 / 3.0);
}

TEST(Safetensors, RefusesNamesItCannotWrite) {
  const ScratchFolder folder;
  NamedArrays arrays;
  arrays.add("\xff", Array::zeros(DType::kUInt8, {1}));
  EXPECT_THAT(
      message_of<InvalidInput>([&] { write_safetensors(folder / "a.safetensors", arrays); }),
      HasSubstr("names must be UTF-8 and not '__metadata__'; got '\\xff'"));
}

TEST(Safetensors, RefusesWrongHeaders) {
  const std::string good = file_with(kGood, 9);
  EXPECT_EQ(parse_safetensors(bytes_of(good), "x").tensors.size(), 2u);
  EXPECT_THAT(refusal(kGood, 8),
              HasSubstr("the header describes 9 bytes of data; the file has 8 (is the file cut"));
  EXPECT_THAT(refusal(kGood, 10),
              HasSubstr("the header describes 9 bytes of data; the file has 10"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4),
              HasSubstr("tensor 'a': shape [2] of float32 needs 8 bytes; data_offsets give 4"));
  EXPECT_THAT(
      refusal(
          R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
          3),
      HasSubstr("without gap or overlap; 'b' is at 1 to 3, expected at 2"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", 3),
              HasSubstr("expected at 0"));
  EXPECT_THAT(
      refusal(
          R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
          4),
      HasSubstr("at 'a': the name comes twice"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[2]}})", 2),
              HasSubstr("needs dtype, shape and data_offsets"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}})", 2),
              HasSubstr("not be negative"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}})", 2),
              HasSubstr("must be whole"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}})", 2),
              HasSubstr("found 'F8_E4M3'"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"extra":1}})", 2),
              HasSubstr("no field 'extra'"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"a":1}})", 0), HasSubstr("at '__metadata__'"));
  EXPECT_THAT(refusal(R"({"a":)", 0), HasSubstr("the header must be JSON"));
  EXPECT_THAT(refusal(R"([])", 0), HasSubstr("must start with '{'"));
}

TEST(Safetensors, RefusesHugeDeclaredSizesAtOnce) {
  const std::string length("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
  EXPECT_THAT(message_of([&] { parse_safetensors(bytes_of(length), "x"); }),
              HasSubstr("must be at most 100 MB"));
  EXPECT_THAT(
      refusal(R"({"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", 8),
      HasSubstr("more elements than 64 bits can count"));
  EXPECT_THAT(
      refusal(R"({"a":{"dtype":"F64","shape":[1152921504606846976],"data_offsets":[0,8]}})", 8),
      HasSubstr("more elements than 64 bits can count"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F64","shape":[1,1,1,1,1,1,1],"data_offsets":[0,8]}})", 8),
              HasSubstr("at most 6 axes are supported; found 7"));
}

// A parser that builds a tree would use its stack or 50 MB here.
TEST(Safetensors, RefusesDeepNestingAtOnce) {
  EXPECT_THAT(refusal(std::string("{\"a\":") + std::string(1 << 20, '['), 0),
              HasSubstr("no list is allowed here"));
  std::string objects = "{";
  for (int i = 0; i < 100000; ++i) objects += "\"a\":{";
  EXPECT_THAT(refusal(objects, 0), HasSubstr("no field 'a'"));
}

TEST(Safetensors, RefusesEveryTruncation) {
  testing::expect_every_truncation_refused(read_text_file(golden("training.safetensors")),
                                           [](ByteSpan bytes) { parse_safetensors(bytes, "x"); });
}

TEST(Safetensors, SurvivesEveryBitFlip) {
  EXPECT_GT(testing::refused_bit_flips(read_text_file(golden("training.safetensors")),
                                       [](ByteSpan bytes) { parse_safetensors(bytes, "x"); }),
            200);
}

}  // namespace
}  // namespace salix::io
