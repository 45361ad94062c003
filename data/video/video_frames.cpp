#include "data/video/video_frames.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "data/image/image_io.h"
#include "data/sets/sample_files.h"
#include "data/video/optical_flow.h"
#include "engine/error.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

bool is_digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

// The digits at `at` without leading zeros; moves `at` behind them.
std::string number_at(const std::string& text, std::size_t& at) {
  const std::size_t begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  const std::string digits = text.substr(begin, at - begin);
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

// Letter by letter, numbers by value (of fewer digits first, however long they are).
bool comes_before(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string left = number_at(a, i), right = number_at(b, j);
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
    } else if (a[i] != b[j]) {
      return a[i] < b[j];
    } else {
      ++i, ++j;
    }
  }
  const bool a_ended = i == a.size(), b_ended = j == b.size();
  return a_ended != b_ended ? a_ended : a < b;  // 01 and 1 are two names
}

}  // namespace

std::vector<Video> videos_below(const fs::path& folder, const Warn& warn) {
  std::map<std::string, std::vector<detail::NamedImage>> found;
  for (detail::NamedImage& image : detail::named_images(folder, warn))
    found[fs::path(image.name).parent_path().generic_string()].push_back(std::move(image));
  std::vector<Video> videos;
  for (auto& [name, images] : found) {
    std::sort(images.begin(), images.end(),
              [](const auto& a, const auto& b) { return comes_before(a.name, b.name); });
    Video& video = videos.emplace_back(Video{name, {}});
    for (const detail::NamedImage& image : images) video.frames.push_back(image.path);
  }
  return videos;
}

FlowField frame_flow(const Video& video, std::size_t k) {
  SALIX_CHECK(video.frames.size() > 1, "optical flow: a video must have two frames; got only '",
              video.frames.front().string(), "'");
  const bool is_last = k + 1 == video.frames.size();
  const fs::path& from = video.frames.at(k);
  const fs::path& to = video.frames.at(is_last ? k - 1 : k + 1);
  const Image first = read_rgb(from), second = read_rgb(to);
  SALIX_CHECK(first.height == second.height && first.width == second.width,
              "optical flow: the frames of a video must have one size; got ", first.height, " x ",
              first.width, " of '", from.string(), "' and ", second.height, " x ", second.width,
              " of '", to.string(), "'");
  FlowField flow = optical_flow(first, second);
  if (is_last) {
    for (float& right : flow.right) right = -right;
    for (float& down : flow.down) down = -down;
  }
  return flow;
}

}  // namespace salix::data
