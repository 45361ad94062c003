// Helpers of the file-format tests: golden files, scratch files, and assertions on errors.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/io/array.h"
#include "engine/io/bytes.h"
#include "tests/support/paths.h"

namespace salix::io::testing {

inline std::filesystem::path golden(const std::string& name) {
  return salix::testing::golden_folder() / "io" / name;
}

// A folder of its own, removed at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "salix-io-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Runs `action`, which must throw Expected, and gives the message.
template <typename Expected = IoError>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Expected& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "threw another kind of error: " << error.what();
    return error.what();
  }
  ADD_FAILURE() << "threw nothing";
  return "";
}

// Every file that can be made from `whole` by cutting it off must be refused with an Error:
// nothing else may be thrown, and nothing may be accepted.
inline void expect_every_truncation_refused(std::string_view whole,
                                            const std::function<void(ByteSpan)>& parse) {
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of its own, so that the address sanitizer sees a read past the cut.
    const std::string cut(whole.substr(0, length));
    EXPECT_THROW(parse(bytes_of(cut)), Error)
        << "cut to " << length << " of " << whole.size() << " bytes";
  }
}

// Single-bit changes, every `step`-th bit of the file (steps above 1 save time on
// larger files), must be read or refused with an Error. Gives how many were refused.
inline int refused_bit_flips(std::string whole, const std::function<void(ByteSpan)>& parse,
                             std::size_t step = 1) {
  int refused = 0;
  for (std::size_t bit = 0; bit < whole.size() * 8; bit += step) {
    const char mask = static_cast<char>(1 << (bit % 8));
    whole[bit / 8] = static_cast<char>(whole[bit / 8] ^ mask);
    try {
      parse(bytes_of(whole));
    } catch (const Error&) {
      ++refused;
    }
    whole[bit / 8] = static_cast<char>(whole[bit / 8] ^ mask);
  }
  return refused;
}

// Same names in the same order (or in any, for formats that sort) and equal bits.
inline void expect_same_arrays(const NamedArrays& actual, const NamedArrays& expected) {
  EXPECT_EQ(actual.size(), expected.size());
  for (const auto& [name, array] : expected) {
    const Array* found = actual.find(name);
    ASSERT_NE(found, nullptr) << name << " is missing";
    EXPECT_EQ(found->dtype, array.dtype) << name;
    EXPECT_EQ(found->shape, array.shape) << name;
    EXPECT_TRUE(found->data == array.data) << name << " has other bits";
  }
}

// One array of each type, with special values, odd sizes, no axes and no elements.
inline NamedArrays every_dtype() {
  NamedArrays arrays;
  arrays.add("z.float32", Array::from<float>({2, 3}, {1.5f, -0.0f, 1e-45f, 3e38f, -2.0f, 0.1f}));
  arrays.add("float64", Array::from<double>({1, 2, 1}, {1.0 / 3.0, -5e-324}));
  arrays.add("float16",
             Array::from<float16>({3}, {float16(1.5f), float16(-2.0f), float16(65504.0f)}));
  arrays.add("bfloat16", Array::from<bfloat16>({2}, {bfloat16(1.0f), bfloat16(-3e38f)}));
  arrays.add("int32", Array::from<std::int32_t>({2}, {-2147483647 - 1, 7}));
  arrays.add("int64", Array::from<std::int64_t>({1}, {std::int64_t{-1} << 62}));
  arrays.add("uint8", Array::from<std::uint8_t>({3}, {0, 127, 255}));
  arrays.add("scalar", Array::from<float>({}, {2.5f}));
  arrays.add("empty", Array::zeros(DType::kFloat32, {2, 0, 3}));
  arrays.add("six axes", Array::zeros(DType::kFloat32, {1, 2, 1, 2, 1, 3}));
  return arrays;
}

}  // namespace salix::io::testing
