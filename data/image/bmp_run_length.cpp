#include "data/image/bmp_run_length.h"

#include <vector>

namespace salix::data::detail {
namespace {

// What follows a zero byte; 3 and more are that many literal pixels.
enum Escape : unsigned { kEndOfRow = 0, kEndOfPicture = 1, kSkip = 2 };

class Expander {
 public:
  Expander(const UntrustedFile& file, const BmpHeader& header)
      : file_(file),
        width_(static_cast<std::size_t>(header.width)),
        height_(static_cast<std::size_t>(header.height)),
        is_rle4_(header.coding == BmpCoding::kRunLength4),
        at_(header.pixel_offset),
        indices_(width_ * height_) {}

  // The rows end with the end mark, or with the last pixel: some writers leave the mark out.
  std::vector<std::uint8_t> run() {
    while (!(row_ == height_ || (row_ + 1 == height_ && column_ == width_))) {
      const unsigned count = next();
      if (count > 0) {
        repeat(count, next());
        continue;
      }
      const unsigned escape = next();
      if (escape == kEndOfPicture)
        file_.refuse("is cut short: its run lengths end in row ", row_ + 1, " of ", height_);
      if (escape == kEndOfRow) {
        ++row_;
        column_ = 0;
      } else if (escape == kSkip) {
        const std::size_t right = next(), rows = next();
        move(right, rows);
      } else {
        literal(escape);
      }
    }
    return std::move(indices_);
  }

 private:
  unsigned next() {
    if (at_ >= file_.size())
      file_.refuse("is cut short: its run lengths end in row ", row_ + 1, " of ", height_);
    return file_.bytes[at_++];
  }

  void move(std::size_t right, std::size_t rows) {
    if (right > width_ - column_ || rows >= height_ - row_) refuse_run(right);
    column_ += right;
    row_ += rows;
  }

  std::uint8_t* claim(std::size_t count) {
    if (count > width_ - column_) refuse_run(count);
    std::uint8_t* pixels = indices_.data() + row_ * width_ + column_;
    column_ += count;
    return pixels;
  }

  [[noreturn]] void refuse_run(std::size_t count) const {
    file_.refuse("is damaged: a run of ", count, " pixels at byte ", at_, " leaves its row of ",
                 width_, " or the picture");
  }

  // In RLE4 the two halves of the byte take turns.
  void repeat(unsigned count, unsigned byte) {
    std::uint8_t* pixels = claim(count);
    for (unsigned k = 0; k < count; ++k) {
      const unsigned half = k % 2 == 0 ? byte >> 4 : byte & 15;
      pixels[k] = static_cast<std::uint8_t>(is_rle4_ ? half : byte);
    }
  }

  // Padded to whole pairs of bytes.
  void literal(unsigned count) {
    std::uint8_t* pixels = claim(count);
    const unsigned bytes = is_rle4_ ? (count + 1) / 2 : count;
    for (unsigned k = 0; k < count; ++k) {
      if (!is_rle4_) {
        pixels[k] = static_cast<std::uint8_t>(next());
      } else {
        const unsigned byte = k % 2 == 0 ? next() : file_.bytes[at_ - 1];
        pixels[k] = static_cast<std::uint8_t>(k % 2 == 0 ? byte >> 4 : byte & 15);
      }
    }
    if (bytes % 2 != 0) next();
  }

  const UntrustedFile& file_;
  std::size_t width_, height_;
  bool is_rle4_;
  std::size_t at_;
  std::size_t row_ = 0, column_ = 0;
  std::vector<std::uint8_t> indices_;
};

}  // namespace

std::vector<std::uint8_t> expand_run_length(const UntrustedFile& file, const BmpHeader& header) {
  return Expander(file, header).run();
}

}  // namespace salix::data::detail
