// metrics.jsonl and TensorBoard's event files: exact, never torn, no step twice.
#include <event.pb.h>
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/io/file.h"
#include "tests/support/file_limit.h"
#include "tests/support/scratch.h"
#include "tests/support/tensors.h"
#include "train/run_folder/loggers/metrics_log.h"
#include "train/run_folder/loggers/tensorboard_log.h"
#include "train/run_folder/loggers/tfrecord.h"

namespace salix::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

std::vector<std::int64_t> steps_in(const std::string& path) {
  std::vector<std::int64_t> steps;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) steps.push_back(Json::parse(line)["step"]);
  return steps;
}

void write_steps(MetricsLog&& log, std::initializer_list<std::int64_t> steps) {
  for (const std::int64_t step : steps) log.write(step, {{"loss", 0.5}});
}

TEST(MetricsLog, GivesTheSameBitsBack) {
  const ScratchFolder folder;
  const double values[] = {0.1, 1.0 / 3, 1e-308, static_cast<double>(0.1f), 123456789.123456789};
  MetricsLog log(folder / "metrics.jsonl", 0);
  for (const double value : values) log.write(1, {{"loss", value}});
  std::ifstream file(folder / "metrics.jsonl");
  for (const double value : values) {
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(Json::parse(line)["loss"].get<double>(), value);
  }
}

TEST(MetricsLog, WritesOneLinePerStepInTheOrderGiven) {
  const ScratchFolder folder;
  MetricsLog(folder / "m", 0)
      .write(3, {{"split", "val \"ce\""}, {"epoch", std::int64_t{2}}, {"mae", NAN}});
  EXPECT_EQ(io::read_text_file(folder / "m"),
            "{\"step\":3,\"split\":\"val \\\"ce\\\"\",\"epoch\":2,\"mae\":\"NaN\"}\n");
}

TEST(MetricsLog, ResumedNoStepStandsTwice) {
  const ScratchFolder folder;
  write_steps(MetricsLog(folder / "m", 0), {1, 2, 3, 4});
  write_steps(MetricsLog(folder / "m", 2), {3, 4, 5});
  EXPECT_THAT(steps_in(folder / "m"), ElementsAre(1, 2, 3, 4, 5));
}

TEST(MetricsLog, RepairsALineTornByAKilledProcess) {
  const ScratchFolder folder;
  write_steps(MetricsLog(folder / "m", 0), {1, 2});
  std::ofstream(folder / "m", std::ios::app) << "{\"step\":3,\"lo";
  write_steps(MetricsLog(folder / "m", 5), {3});
  EXPECT_THAT(steps_in(folder / "m"), ElementsAre(1, 2, 3));
}

TEST(MetricsLog, LosesNothingOnAFullDisk) {
  const ScratchFolder folder;
  MetricsLog log(folder / "m", 0);
  log.write(1, {{"loss", 0.5}});
  {
    const FileSizeLimit limit(fs::file_size(folder / "m") + 5);
    EXPECT_THAT(error_of([&] { log.write(2, {{"loss", 0.5}}); }), HasSubstr("cannot be written"));
  }
  log.write(2, {{"loss", 0.5}});
  EXPECT_THAT(steps_in(folder / "m"), ElementsAre(1, 2));
}

// The first record of every event file, as TensorFlow's and PyTorch's writers frame it, but
// for the time (set to 1.0 s): made by tensorboard's RecordWriter 2.21.
TEST(Tfrecord, HasTheBytesOfTensorBoardsOwnWriter) {
  tensorboard::Event event;
  event.set_wall_time(1.0);
  event.set_file_version("brain.Event:2");
  const std::string record = tfrecord(event.SerializeAsString());
  std::string hex;
  for (const char byte : record) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    hex += two;
  }
  EXPECT_EQ(hex,
            "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a");
  EXPECT_EQ(io::text_of(*next_tfrecord(io::bytes_of(record))), event.SerializeAsString());
}

TEST(Tfrecord, RefusesACutOrDamagedRecord) {
  std::string record = tfrecord("payload");
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(next_tfrecord(io::bytes_of(record.substr(0, size)))) << size;
  }
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string damaged = record;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    EXPECT_FALSE(next_tfrecord(io::bytes_of(damaged))) << i;
  }
}

std::string event_file(const ScratchFolder& folder) {
  std::string found;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    EXPECT_TRUE(found.empty()) << "more than one event file";
    found = entry.path().string();
  }
  return found;
}

std::vector<tensorboard::Event> events_in(const std::string& path) {
  const std::string bytes = io::read_text_file(path);
  std::vector<tensorboard::Event> events;
  io::ByteSpan rest = io::bytes_of(bytes);
  while (const auto payload = next_tfrecord(rest)) {
    events.emplace_back().ParseFromArray(payload->data(), static_cast<int>(payload->size()));
    rest = rest.subspan(kTfrecordFrame + payload->size());
  }
  EXPECT_TRUE(rest.empty()) << "a torn record";
  return events;
}

TEST(TensorBoardLog, StartsWithTheVersionAndHoldsScalars) {
  const ScratchFolder folder;
  TensorBoardLog(folder.path(), 0).write(7, {{"loss/total", 0.25}, {"rate/encoder", 0.0}});
  const auto events = events_in(event_file(folder));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].file_version(), "brain.Event:2");
  EXPECT_EQ(events[1].step(), 7);
  ASSERT_EQ(events[1].summary().value_size(), 2);
  EXPECT_EQ(events[1].summary().value(0).tag(), "loss/total");
  EXPECT_EQ(events[1].summary().value(0).simple_value(), 0.25f);
  // A rate of 0 is a point of its curve, not a missing one.
  EXPECT_TRUE(events[1].summary().value(1).has_simple_value());
}

TEST(TensorBoardLog, ResumedItGoesOnInTheSameFileWithoutTornRecordsOrRepeatedSteps) {
  const ScratchFolder folder;
  {
    TensorBoardLog log(folder.path(), 0);
    for (const std::int64_t step : {1, 2, 3}) log.write(step, {{"loss", 1.0}});
  }
  std::ofstream(event_file(folder), std::ios::app) << "torn";
  TensorBoardLog(folder.path(), 2).write(3, {{"loss", 2.0}});
  std::vector<std::int64_t> steps;
  for (const auto& event : events_in(event_file(folder))) steps.push_back(event.step());
  EXPECT_THAT(steps, ElementsAre(0, 1, 2, 3));
}

}  // namespace
}  // namespace salix::testing
