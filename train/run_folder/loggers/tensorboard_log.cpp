#include "train/run_folder/loggers/tensorboard_log.h"

#include <unistd.h>

#include <event.pb.h>  // made from event.proto
#include <chrono>

#include "data/image/image_io.h"
#include "engine/io/append_file.h"
#include "engine/io/file.h"
#include "train/run_folder/loggers/tfrecord.h"

namespace salix {
namespace fs = std::filesystem;
namespace {

using tensorboard::Event;

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string record_of(Event& event) {
  event.set_wall_time(seconds_since_1970());
  return tfrecord(event.SerializeAsString());
}

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "host";
}

// The name sorts by time, as TensorBoard wants it.
fs::path new_event_file(const fs::path& folder) {
  return folder / str("events.out.tfevents.", static_cast<long long>(seconds_since_1970()), ".",
                      host_name(), ".", ::getpid(), ".0");
}

fs::path newest_event_file(const fs::path& folder) {
  fs::path newest;
  if (!fs::is_directory(folder)) return newest;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const bool is_one = entry.path().filename().string().starts_with("events.out.tfevents.");
    if (is_one && entry.path() > newest) newest = entry.path();
  }
  return newest;
}

std::size_t end_of_steps(io::ByteSpan bytes, std::int64_t last_step) {
  std::size_t end = 0;
  while (const auto payload = next_tfrecord(bytes.subspan(end))) {
    Event event;
    const bool readable = event.ParseFromArray(payload->data(), static_cast<int>(payload->size()));
    if (!readable || event.step() > last_step) break;
    end += kTfrecordFrame + payload->size();
  }
  return end;
}

}  // namespace

TensorBoardLog::TensorBoardLog(const fs::path& folder, std::int64_t last_step) {
  const fs::path existing = newest_event_file(folder);
  std::size_t end = 0;
  if (!existing.empty() && fs::file_size(existing) > 0) {
    end = end_of_steps(io::MappedFile(existing).bytes(), last_step);
  }
  file_ = std::make_unique<io::AppendFile>(existing.empty() ? new_event_file(folder) : existing);
  file_->truncate(end);
  if (end > 0) return;
  Event first;
  first.set_file_version("brain.Event:2");
  file_->append(record_of(first));
}

TensorBoardLog::~TensorBoardLog() = default;

void TensorBoardLog::write(std::int64_t step,
                           const std::vector<std::pair<std::string, double>>& scalars) {
  Event event;
  event.set_step(step);
  for (const auto& [tag, value] : scalars) {
    tensorboard::Summary::Value& point = *event.mutable_summary()->add_value();
    point.set_tag(tag);
    point.set_simple_value(static_cast<float>(value));
  }
  file_->append(record_of(event));
}

void TensorBoardLog::write(std::int64_t step, const std::string& tag, const data::Image& picture) {
  const std::vector<std::uint8_t> png = data::encode_png(picture);
  Event event;
  event.set_step(step);
  tensorboard::Summary::Value& value = *event.mutable_summary()->add_value();
  value.set_tag(tag);
  tensorboard::Summary::Image& image = *value.mutable_image();
  image.set_height(picture.height);
  image.set_width(picture.width);
  image.set_colorspace(picture.channels);
  image.set_encoded_image_string(std::string(png.begin(), png.end()));
  file_->append(record_of(event));
}

}  // namespace salix
