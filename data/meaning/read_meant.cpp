#include "data/meaning/read_meant.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "data/image/image_io.h"
#include "data/image/orientation.h"
#include "data/image/stored_values.h"
#include "data/meaning/levels.h"
#include "engine/error.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

constexpr int kFixedThreshold = 128;

// A file's bytes, and what they hold beside the 8-bit colours: asked for only where it matters, as
// it is one more pass over a JPEG.
struct File {
  File(const fs::path& where, bool with_form)
      : path(where),
        bytes(read_file_bytes(where)),
        form(with_form ? stored_form(bytes) : StoredForm{}) {}
  std::string name() const { return path.string(); }
  [[noreturn]] void refuse(const char* what) const {
    throw IoError(str("read_image: the ", what, " of '", name(),
                      "' cannot be read apart; save the file anew, or read it without the option"));
  }
  bool is_deep_grey() const { return form.deep && form.channels == 1; }

  const fs::path& path;
  std::vector<std::uint8_t> bytes;
  StoredForm form;
};

template <typename Value>
std::pair<double, double> ends_of(const std::vector<Value>& values) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  return {*lowest, *highest};
}

template <typename Value>
void scale(const std::vector<Value>& values, const ValueRange& range, Image& grey) {
  double black = range.black, white = range.white;
  if (range.of_each_file) std::tie(black, white) = ends_of(values);
  const double width = white - black;
  std::transform(values.begin(), values.end(), grey.pixels.begin(), [=](Value value) {
    if (width == 0) return std::uint8_t{0};
    const double share = std::clamp((value - black) / width, 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255 * share));
  });
}

// Asks about the values of a grey file that nobody has said how to scale.
void question_range(const File& file, const Image& grey, Role role, Questions& questions) {
  constexpr int kDarkest = 25, kBrightest = 230;  // a tenth of the range at either end
  if (file.is_deep_grey()) {
    const std::vector<std::uint16_t> values = decode_deep_grey(file.bytes);
    if (values.empty()) return;
    const auto [low, high] = ends_of(values);
    // Clipping changes nothing in an image of 0 and 65535.
    const double highest = high;
    if (high > 255 && std::any_of(values.begin(), values.end(),
                                  [=](std::uint16_t v) { return v != 0 && v != highest; }))
      questions.ask(role, Doubt::kClipped, file.path, str(low, "..", high));
  } else if (role == Role::kModality) {
    const auto [low, high] = ends_of(grey.pixels);
    if (low < high && (high <= kDarkest || low >= kBrightest))
      questions.ask(role, Doubt::kDark, file.path, str(low, "..", high));
  }
}

// A grey file (decoded as `grey`) with the range asked for.
void apply_range(const File& file, const std::optional<ValueRange>& range, Role role, Image& grey,
                 Questions* questions) {
  if (file.form.channels != 1) return;
  if (!range) {
    if (questions != nullptr) question_range(file, grey, role, *questions);
  } else if (file.is_deep_grey()) {
    const std::vector<std::uint16_t> values = decode_deep_grey(file.bytes);
    if (values.size() != grey.pixels.size()) file.refuse("16-bit values");
    scale(values, *range, grey);
  } else {
    const std::vector<std::uint8_t> values = grey.pixels;
    scale(values, *range, grey);
  }
}

// Whether two grey images tell inside from outside alike, but for the pixels of a soft border.
bool same_shape(const Image& a, const Image& b) {
  constexpr double kBorder = 0.02;
  const auto inside = [](const Image& grey) {
    const auto [low, high] = ends_of(grey.pixels);
    return low + (high - low) / 2;
  };
  const double above_a = inside(a), above_b = inside(b);
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    different += (a.pixels[i] > above_a) != (b.pixels[i] > above_b) ? 1 : 0;
  return static_cast<double>(different) <= kBorder * static_cast<double>(a.pixels.size());
}

// Takes an alpha channel that varies for the file's content, or asks about it.
void apply_alpha(const File& file, const Reading& reading, Role role, Image& grey,
                 Questions* questions) {
  if (!file.form.has_alpha() || (!reading.alpha && questions == nullptr)) return;
  Image alpha = decode_alpha(file.bytes);
  if (alpha.pixels.size() != grey.pixels.size()) {
    if (reading.alpha) file.refuse("alpha channel");
    return;
  }
  const auto [low, high] = ends_of(alpha.pixels);
  if (low == high) return;
  if (reading.alpha) {
    grey = std::move(alpha);
  } else if (!same_shape(grey, alpha)) {
    questions->ask(role, Doubt::kAlpha, file.path, str("alpha ", low, "..", high));
  }
}

// `height` and `width` are those that are read.
void question_turn(const File& file, int height, int width, const Reading& reading,
                   Questions& questions, const DrawnOnIt* drawn) {
  const int orientation = file.form.orientation;
  const bool transposes = orientation > 4 && height != width;
  const bool exchanged =
      drawn != nullptr && sides_exchanged(height, width, drawn->height, drawn->width);
  const bool is_marked = orientation != 1 && !reading.upright;
  // A mask of the stored size was drawn on the stored rows: it fits.
  if (is_marked && (exchanged || drawn == nullptr || !transposes)) {
    questions.ask(Role::kPhotograph, Doubt::kStoredTurned, file.path,
                  str("orientation ", orientation));
  } else if (exchanged) {
    questions.ask(drawn->role, Doubt::kTurned, drawn->file,
                  str(drawn->height, " x ", drawn->width));
  }
}

void question_photograph(const File& file, int height, int width, const Reading& reading,
                         Questions& questions, const DrawnOnIt* drawn) {
  questions.looked_at(Role::kPhotograph);
  if (file.is_deep_grey()) question_range(file, {}, Role::kPhotograph, questions);
  question_turn(file, height, width, reading, questions, drawn);
}

}  // namespace

bool sides_exchanged(int height, int width, int other_height, int other_width) {
  return height != width && height == other_width && width == other_height;
}

Image read_photograph(const fs::path& path, const Reading& reading, Questions* questions,
                      const DrawnOnIt* drawn_on_it) {
  const File file(path, reading.upright || questions != nullptr);
  Image image = decode_rgb(file.bytes, file.name());
  if (reading.upright) image = upright(image, file.form.orientation);
  if (questions != nullptr)
    question_photograph(file, image.height, image.width, reading, *questions, drawn_on_it);
  return image;
}

void question_photograph(const fs::path& path, const Reading& reading, Questions& questions,
                         const DrawnOnIt* drawn_on_it) {
  const File file(path, true);
  // Its pixels are looked at: an image that is not to be decoded is refused first.
  if (file.is_deep_grey()) decode_grey(file.bytes, file.name());
  int height = file.form.height, width = file.form.width;
  if (reading.upright && file.form.orientation > 4) std::swap(height, width);
  question_photograph(file, height, width, reading, questions, drawn_on_it);
}

Image read_modality(const fs::path& path, const Reading& reading, Questions* questions) {
  const File file(path, reading.modality_range || questions != nullptr);
  if (questions != nullptr) questions->looked_at(Role::kModality);
  if (file.form.channels != 1)
    return reading.grey_modality ? to_rgb(decode_grey(file.bytes, file.name()))
                                 : decode_rgb(file.bytes, file.name());
  Image grey = decode_grey(file.bytes, file.name());
  apply_range(file, reading.modality_range, Role::kModality, grey, questions);
  return to_rgb(grey);
}

Image read_mask(const fs::path& path, const Reading& reading, Questions* questions) {
  const File file(path, reading.alpha || questions != nullptr);
  Image grey = decode_grey(file.bytes, file.name());
  if (questions != nullptr) questions->looked_at(Role::kMask);
  apply_alpha(file, reading, Role::kMask, grey, questions);
  if (reading.foreground_above) {
    for (std::uint8_t& level : grey.pixels) level = level > *reading.foreground_above ? 255 : 0;
  } else if (questions != nullptr) {
    if (file.is_deep_grey()) question_range(file, grey, Role::kMask, *questions);
    if (has_indices(grey))
      questions->ask(Role::kMask, Doubt::kLevels, path, text_of_levels(levels_of(grey, 255)));
  }
  return grey;
}

Image read_map(const fs::path& path, const Reading& reading, Questions* questions) {
  const File file(path, reading.alpha || reading.map_range || questions != nullptr);
  Image grey = decode_grey(file.bytes, file.name());
  if (questions != nullptr) questions->looked_at(Role::kMap);
  apply_alpha(file, reading, Role::kMap, grey, questions);
  apply_range(file, reading.map_range, Role::kMap, grey, questions);
  return grey;
}

void question_fixed_threshold(const Image& grey, Role role, const fs::path& path,
                              Questions& questions) {
  const auto [low, high] = ends_of(grey.pixels);
  if (high > 0 && high <= kFixedThreshold)
    questions.ask(role, Doubt::kDark, path, str(low, "..", high));
}

}  // namespace salix::data
