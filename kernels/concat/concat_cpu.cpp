#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/parallel.h"
#include "kernels/concat/concat.h"
#include "kernels/concat/concat_segments.h"

namespace salix::kernels::cpu {
namespace {

struct Segment {
  std::byte* data;  // nullptr: skip it
  std::int64_t bytes;
};

// Walks the bytes of all rows in pieces of one segment each and calls
// move(segment's bytes, row's bytes, count). Cut by bytes, not by rows: a concat along
// axis 0 is one long row, and a channel concat is very many short ones.
template <typename Move>
void for_each_piece(const std::vector<Segment>& segments, std::byte* whole, std::int64_t rows,
                    std::int64_t bytes_per_row, const Move& move) {
  constexpr std::int64_t kGrainBytes = 128 * 1024;
  parallel_for(rows * bytes_per_row, kGrainBytes, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t row = begin / bytes_per_row, offset = begin % bytes_per_row;
    std::size_t k = 0;
    while (offset >= segments[k].bytes) offset -= segments[k++].bytes;
    while (begin < end) {
      const Segment& segment = segments[k];
      const std::int64_t count = std::min(segment.bytes - offset, end - begin);
      if (segment.data != nullptr && count > 0) {
        move(segment.data + row * segment.bytes + offset, whole + begin,
             static_cast<std::size_t>(count));
      }
      begin += count;
      offset = 0;
      if (++k == segments.size()) k = 0, ++row;
    }
  });
}

}  // namespace

void concat(Exec&, std::span<const ConstView> inputs, View y, int axis) {
  std::vector<Segment> segments;
  for (const ConstView& input : inputs) {
    // Only read below, through a const pointer.
    auto* data = static_cast<std::byte*>(const_cast<void*>(input.data));
    segments.push_back({data, row_bytes(input, axis)});
  }
  for_each_piece(segments, static_cast<std::byte*>(y.data), row_count(y, axis), row_bytes(y, axis),
                 [](const std::byte* segment, std::byte* whole, std::size_t count) {
                   std::memcpy(whole, segment, count);
                 });
}

void concat_backward(Exec&, ConstView dy, std::span<const View> dinputs, int axis) {
  std::vector<Segment> segments;
  for (const View& dinput : dinputs) {
    segments.push_back({static_cast<std::byte*>(dinput.data), row_bytes(dinput, axis)});
  }
  auto* whole = static_cast<std::byte*>(const_cast<void*>(dy.data));  // only read, as above
  for_each_piece(segments, whole, row_count(dy, axis), row_bytes(dy, axis),
                 [](std::byte* segment, const std::byte* from, std::size_t count) {
                   std::memcpy(segment, from, count);
                 });
}

}  // namespace salix::kernels::cpu
