#include "engine/io/npy.h"

#include "engine/io/file.h"
#include "engine/io/safetensors.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;
using testing::ScratchFolder;

// A version 1.0 file with this header text and `data_bytes` zero bytes.
std::string npy_with(const std::string& header, std::size_t data_bytes) {
  std::string file = "\x93NUMPY";
  file += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
           static_cast<char>(header.size() >> 8)};
  return file + header + std::string(data_bytes, '\0');
}

std::string refusal(const std::string& header, std::size_t data_bytes) {
  const std::string file = npy_with(header, data_bytes);
  return message_of<Error>([&] { parse_npy(bytes_of(file), "x.npy"); });
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const NamedArrays expected = read_safetensors(golden("arrays.safetensors")).tensors;
  testing::expect_same_arrays(read_npz(golden("arrays.npz")), expected);
  testing::expect_same_arrays(read_npz(golden("arrays_deflated.npz")), expected);
  EXPECT_EQ(read_npz(golden("arrays.npz"))[0].name, "f4");
}

TEST(Npy, ReadsAllThreeHeaderVersions) {
  const Array expected = read_safetensors(golden("arrays.safetensors")).tensors.at("f4");
  EXPECT_EQ(read_npy(golden("one.npy")), expected);
  EXPECT_EQ(read_npy(golden("version2.npy")), expected);
  EXPECT_EQ(read_npy(golden("version3.npy")), expected);
}

TEST(Npy, WritesTheBytesThatNumpyWrites) {
  const ScratchFolder folder;
  write_npy(folder / "one.npy", read_npy(golden("one.npy")));
  EXPECT_EQ(read_text_file(folder / "one.npy"), read_text_file(golden("one.npy")));
}

TEST(Npy, RoundTripsEveryTypeButBfloat16) {
  const ScratchFolder folder;
  NamedArrays kept;
  for (const auto& [name, array] : testing::every_dtype()) {
    if (array.dtype == DType::kBFloat16) {
      EXPECT_THAT(
          message_of<NotSupported>([&, &refused = array] { write_npy(folder / "a.npy", refused); }),
          HasSubstr("numpy has no bfloat16; convert the array to float32 first"));
      continue;
    }
    write_npy(folder / "a.npy", array);
    EXPECT_EQ(read_npy(folder / "a.npy"), array) << name;
    kept.add(name, array);
  }
  write_npz(folder / "a.npz", kept);
  testing::expect_same_arrays(read_npz(folder / "a.npz"), kept);
}

TEST(Npy, RefusesOtherElementTypesByName) {
  EXPECT_THAT(message_of<NotSupported>([] { read_npy(golden("int16.npy")); }),
              HasSubstr("found '<i2'"));
  EXPECT_THAT(message_of<NotSupported>([] { read_npy(golden("records.npy")); }),
              HasSubstr("structured dtypes"));
}

TEST(Npy, RefusesMalformedHeaders) {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  EXPECT_NO_THROW(parse_npy(bytes_of(npy_with(good, 24)), "x.npy"));
  EXPECT_EQ(refusal(good, 23),
            "x.npy: shape [2, 3] of float32 needs 24 bytes of data; the file has 23");
  EXPECT_THAT(refusal(good, 25), HasSubstr("needs 24 bytes of data; the file has 25"));
  EXPECT_THAT(refusal("{'descr': '<f4', 'shape': (2,), }", 8),
              HasSubstr("must be one dict with descr"));
  EXPECT_THAT(refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8),
              HasSubstr("not negative"));
  EXPECT_THAT(
      refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8),
      HasSubstr("64 bits"));
  EXPECT_THAT(refusal("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", 8),
              HasSubstr("True or False"));
  EXPECT_THAT(refusal("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8),
              HasSubstr("one dict"));
  EXPECT_THAT(refusal("__import__('os').system('true')", 8),
              HasSubstr("the header must have '{' here"));
}

// 2^40 elements in 10 bytes of header: the size is compared before memory is asked for.
TEST(Npy, RefusesHugeDeclaredShapesAtOnce) {
  EXPECT_THAT(refusal("{'descr': '<f8', 'fortran_order': True, 'shape': (1048576, 1048576), }", 8),
              HasSubstr("needs 8796093022208 bytes of data; the file has 8"));
  EXPECT_THAT(
      refusal("{'descr': '<f8', 'fortran_order': True, 'shape': (4294967296, 4294967296, 4), }", 8),
      HasSubstr("more elements than 64 bits can count"));
  EXPECT_THAT(
      refusal("{'descr': '<f8', 'fortran_order': True, 'shape': (1, 1, 1, 1, 1, 1, 1), }", 8),
      HasSubstr("at most 6 axes are supported; found 7"));
}

TEST(Npy, RefusesEveryTruncation) {
  testing::expect_every_truncation_refused(read_text_file(golden("one.npy")),
                                           [](ByteSpan bytes) { parse_npy(bytes, "x.npy"); });
}

TEST(Npy, SurvivesEveryBitFlip) {
  EXPECT_GT(testing::refused_bit_flips(read_text_file(golden("one.npy")),
                                       [](ByteSpan bytes) { parse_npy(bytes, "x.npy"); }),
            200);
}

TEST(Npz, RefusesEveryTruncation) {
  for (const char* name : {"arrays.npz", "arrays_deflated.npz"}) {
    testing::expect_every_truncation_refused(read_text_file(golden(name)),
                                             [](ByteSpan bytes) { parse_npz(bytes, "x.npz"); });
  }
}

// Most bytes are under a checksum or checked; what remains are times, attributes and versions.
TEST(Npz, DetectsMostBitFlips) {
  const std::string file = read_text_file(golden("arrays_deflated.npz"));
  const int refused = testing::refused_bit_flips(
      file, [](ByteSpan bytes) { parse_npz(bytes, "x.npz", {.floor_bytes = 1 << 16}); },
      /*step=*/5);
  EXPECT_GT(refused, static_cast<int>(file.size() * 8 / 5 / 2));
}

}  // namespace
}  // namespace salix::io
