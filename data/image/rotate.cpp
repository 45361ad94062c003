#include "data/image/rotate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numbers>

#include "engine/error.h"

namespace salix::data {
namespace {

// Python's round(value, 15): by way of the decimal digits.
double rounded(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::fixed, 15)
                       .ptr;
  double result = 0;
  std::from_chars(digits.data(), end, result);
  return result;
}

// Where a point (x, y) of the output lies in the source: u = a x + b y + c, v = d x + e y + f, in
// pixels. The order of the operations is Pillow's.
struct Turn {
  double a, b, c, d, e, f;

  Turn(const Image& image, int degrees) {
    const double turns = ((degrees % 360) + 360) % 360;
    const double angle = -(turns * (std::numbers::pi / 180.0));
    a = rounded(std::cos(angle));
    b = rounded(std::sin(angle));
    d = rounded(-std::sin(angle));
    e = rounded(std::cos(angle));
    const double x = image.width / 2.0, y = image.height / 2.0;
    c = a * -x + b * -y + x;
    f = d * -x + e * -y + y;
  }
};

void check_request(const char* op, const Image& image) {
  SALIX_CHECK(!image.empty(), op, ": the image has no pixels");
}

double cubic(double v1, double v2, double v3, double v4, double t) {
  const double linear = -v1 + v3;
  const double square = 2 * (v1 - v2) + v3 - v4;
  const double cube = -v1 + v2 - v3 + v4;
  return v2 + t * (linear + t * (square + t * cube));
}

std::uint8_t truncated(double value) {
  if (value <= 0.0) return 0;
  return value >= 255.0 ? 255 : static_cast<std::uint8_t>(value);
}

// The four neighbours of a position along an axis, clamped to it, and how far it is from the
// second to the third.
struct Taps {
  int at[4];
  double fraction;

  Taps(double position, int size) {
    const double below = std::floor(position);
    fraction = position - below;
    for (int k = 0; k < 4; ++k) at[k] = std::clamp(static_cast<int>(below) - 1 + k, 0, size - 1);
  }
};

void interpolate(const Image& image, double u, double v, std::uint8_t* out) {
  const Taps columns(u - 0.5, image.width), rows(v - 0.5, image.height);
  const std::uint8_t* pixel[4][4];
  for (int k = 0; k < 4; ++k)
    for (int l = 0; l < 4; ++l) pixel[k][l] = image.at(rows.at[k], columns.at[l]);
  for (int channel = 0; channel < image.channels; ++channel) {
    double value[4];
    for (int k = 0; k < 4; ++k) {
      const auto level = [&](int l) { return static_cast<double>(pixel[k][l][channel]); };
      value[k] = cubic(level(0), level(1), level(2), level(3), columns.fraction);
    }
    out[channel] = truncated(cubic(value[0], value[1], value[2], value[3], rows.fraction));
  }
}

}  // namespace

Image rotate_bicubic(const Image& image, int degrees) {
  check_request("rotate_bicubic", image);
  if (degrees % 360 == 0) return image;
  const Turn turn(image, degrees);
  Image out(image.height, image.width, image.channels);
  for (int i = 0; i < image.height; ++i) {
    for (int j = 0; j < image.width; ++j) {
      const double x = j + 0.5, y = i + 0.5;
      const double u = turn.a * x + turn.b * y + turn.c, v = turn.d * x + turn.e * y + turn.f;
      if (u >= 0 && u < image.width && v >= 0 && v < image.height)
        interpolate(image, u, v, out.at(i, j));
    }
  }
  return out;
}

Image rotate_nearest(const Image& image, int degrees, std::uint8_t outside) {
  check_request("rotate_nearest", image);
  if (degrees % 360 == 0) return image;
  const Turn turn(image, degrees);
  const auto fixed = [](double v) {
    return static_cast<std::int64_t>(std::floor(v * 65536 + 0.5));
  };
  const std::int64_t a = fixed(turn.a), b = fixed(turn.b), d = fixed(turn.d), e = fixed(turn.e);
  const std::int64_t c = fixed(turn.c + turn.a * 0.5 + turn.b * 0.5);
  const std::int64_t f = fixed(turn.f + turn.d * 0.5 + turn.e * 0.5);
  Image out(image.height, image.width, image.channels, outside);
  for (int i = 0; i < image.height; ++i) {
    for (int j = 0; j < image.width; ++j) {
      const std::int64_t u = (c + b * i + a * j) >> 16, v = (f + e * i + d * j) >> 16;
      if (u >= 0 && u < image.width && v >= 0 && v < image.height)
        std::memcpy(out.at(i, j), image.at(static_cast<int>(v), static_cast<int>(u)),
                    static_cast<std::size_t>(image.channels));
    }
  }
  return out;
}

}  // namespace salix::data
