#include "engine/io/npy_header.h"

#include <array>
#include <charconv>
#include <utility>

namespace salix::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;
// numpy itself refuses more than 10000; a header needs about 120.
constexpr std::size_t kLargestHeader = 65536;
constexpr std::size_t kMostAxes = 32;  // numpy's own limit

constexpr std::array<std::pair<std::string_view, DType>, 7> kTypes{{{"f4", DType::kFloat32},
                                                                    {"f8", DType::kFloat64},
                                                                    {"f2", DType::kFloat16},
                                                                    {"i4", DType::kInt32},
                                                                    {"i8", DType::kInt64},
                                                                    {"u1", DType::kUInt8},
                                                                    {"b1", DType::kUInt8}}};

// Reads just the literals that occur: 'text', True, False, and tuples of whole numbers.
class LiteralParser {
 public:
  LiteralParser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  NpyHeader header() {
    NpyHeader header;
    unsigned seen = 0;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      seen |= entry(key, header);
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (seen != 7 || !text_.empty()) {
      fail("the header must be one dict with descr, fortran_order and shape");
    }
    return header;
  }

 private:
  unsigned entry(std::string_view key, NpyHeader& header) {
    if (key == "descr") {
      type(header);
      return 1;
    }
    if (key == "fortran_order") {
      header.fortran_order = boolean();
      return 2;
    }
    if (key == "shape") {
      header.shape = tuple();
      return 4;
    }
    fail(str("the header has an unknown entry '", printable(key), "'"));
  }

  void type(NpyHeader& header) {
    skip_space();
    if (!text_.empty() && text_.front() == '[') {
      throw NotSupported(source_ + ": arrays of records (structured dtypes) are not read");
    }
    const std::string_view descr = quoted();
    const bool prefixed =
        !descr.empty() && std::string_view("<>|=").find(descr.front()) != std::string_view::npos;
    header.big_endian = prefixed && descr.front() == '>';
    for (const auto& [code, dtype] : kTypes) {
      if (prefixed && descr.substr(1) == code) {
        header.dtype = dtype;
        return;
      }
    }
    throw NotSupported(str(source_,
                           ": element types read are f4, f8, f2, i4, i8, u1 and b1 (bool); found '",
                           printable(descr), "'"));
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> sizes;
    expect('(');
    while (!accept(')')) {
      if (sizes.size() == kMostAxes) fail("the shape has too many axes");
      sizes.push_back(number());
      accept('L');  // Python 2 wrote long integers so
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return sizes;
  }

  std::int64_t number() {
    skip_space();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0)
      fail("the shape must hold whole numbers of 64 bits, not negative");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return value;
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] :
         {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (text_.substr(0, word.size()) == word) {
        text_.remove_prefix(word.size());
        return value;
      }
    }
    fail("fortran_order must be True or False");
  }

  std::string_view quoted() {
    skip_space();
    const char quote = text_.empty() ? '\0' : text_.front();
    const std::size_t end =
        quote == '\'' || quote == '"' ? text_.find(quote, 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail("the header must have a quoted string here");
    const std::string_view inside = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return inside;
  }

  void skip_space() {
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(first == std::string_view::npos ? text_.size() : first);
  }
  bool accept(char wanted) {
    skip_space();
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) fail(str("the header must have '", wanted, "' here"));
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw IoError(str(source_, ": ", what, "; found '", printable(text_, 40), "'"));
  }

  std::string_view text_;
  const std::string& source_;
};

}  // namespace

NpyHeader read_npy_header(ByteReader& in) {
  if (text_of(in.take(kMagic.size(), "the .npy magic")) != kMagic) {
    throw IoError(in.source() + ": is not a .npy file (it must start with \\x93NUMPY)");
  }
  const int major = in.number<std::uint8_t>("the version");
  const int minor = in.number<std::uint8_t>("the version");
  if (major < 1 || major > 3 || minor != 0) {
    throw NotSupported(
        str(in.source(), ": .npy versions 1.0, 2.0 and 3.0 are read; found ", major, ".", minor));
  }
  const std::uint32_t bytes = major == 1 ? in.number<std::uint16_t>("the header's length")
                                         : in.number<std::uint32_t>("the header's length");
  if (bytes > kLargestHeader)
    in.fail("the header must be shorter than 64 KiB; found ", bytes, " bytes");
  return LiteralParser(text_of(in.take(bytes, "the header")), in.source()).header();
}

std::string make_npy_header(DType dtype, const std::vector<std::int64_t>& shape) {
  std::string descr;
  for (const auto& [code, candidate] : kTypes) {
    if (candidate == dtype && descr.empty()) descr = str(dtype == DType::kUInt8 ? '|' : '<', code);
  }
  if (descr.empty()) {
    throw NotSupported(
        str("npy: numpy has no ", name_of(dtype), "; convert the array to float32 first"));
  }
  std::string text = str("{'descr': '", descr, "', 'fortran_order': False, 'shape': (");
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    text += str(axis == 0 ? "" : ", ", shape[axis]);
  }
  text += shape.size() == 1 ? ",), }" : "), }";
  const std::size_t prefix = kMagic.size() + 4;
  const std::size_t unpadded = prefix + text.size() + 1;
  text.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  text += '\n';
  std::string header(kMagic);
  header +=
      {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

}  // namespace salix::io
