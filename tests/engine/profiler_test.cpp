#include "engine/profiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/exec.h"

namespace salix {
namespace {

using ::testing::HasSubstr;

TEST(Profiler, ScopesRecordTheirOpAndNesting) {
  Exec exec;
  Profiler profiler;
  exec.set_profiler(&profiler);
  {
    const ProfileScope outer(exec, "block");
    const ProfileScope inner(exec, "conv2d");
  }
  exec.set_profiler(nullptr);
  const auto events = profiler.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].op, "conv2d");
  EXPECT_EQ(events[0].depth, 1);
  EXPECT_EQ(events[1].op, "block");
  EXPECT_EQ(events[1].depth, 0);
  EXPECT_GE(events[0].start_us, events[1].start_us);
  EXPECT_LE(events[0].duration_us, events[1].duration_us);
}

TEST(Profiler, RecordsNothingWithoutOne) {
  Exec exec;
  { const ProfileScope scope(exec, "conv2d"); }
  EXPECT_EQ(exec.profile_depth(), 0);
}

// A profiler may come or go while an op runs.
TEST(Profiler, KeepsItsDepthWhenItComesInTheMiddle) {
  Exec exec;
  Profiler profiler;
  {
    const ProfileScope scope(exec, "early");
    exec.set_profiler(&profiler);
  }
  EXPECT_EQ(exec.profile_depth(), 0);
  {
    const ProfileScope scope(exec, "late");
    exec.set_profiler(nullptr);
  }
  EXPECT_EQ(exec.profile_depth(), 0);
}

TEST(Profiler, TableSortsByTimeAndSharesTheOutermost) {
  Profiler profiler;
  profiler.add("relu", 0, 1000, 0);
  profiler.add("conv2d", 1000, 2000, 0);
  profiler.add("conv2d", 3000, 1000, 0);
  profiler.add("inner", 1000, 500, 1);
  std::ostringstream out;
  profiler.write_table(out);
  const std::string table = out.str();
  EXPECT_LT(table.find("conv2d"), table.find("relu"));
  EXPECT_LT(table.find("relu"), table.find("inner"));
  std::istringstream lines(table.substr(table.find("conv2d")));
  std::string op;
  double calls = 0, total_ms = 0, share = 0, mean_us = 0;
  lines >> op >> calls >> total_ms >> share >> mean_us;
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(total_ms, 3);
  EXPECT_EQ(share, 75);  // of 4 ms: the inner op is part of another
  EXPECT_EQ(mean_us, 1500);
}

TEST(Profiler, ChromeTraceIsJson) {
  Profiler profiler;
  profiler.add("relu", 0.5, 12.25, 0);
  profiler.add("conv2d", 13, 2e6, 1);
  std::ostringstream out;
  profiler.write_chrome_trace(out);
  const auto events = nlohmann::json::parse(out.str()).at("traceEvents");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].at("name"), "relu");
  EXPECT_EQ(events[0].at("ph"), "X");
  EXPECT_EQ(events[0].at("ts"), 0.5);
  EXPECT_EQ(events[0].at("dur"), 12.25);
  EXPECT_EQ(events[1].at("dur"), 2e6);
}

TEST(Profiler, EmptyTraceIsJsonToo) {
  std::ostringstream out;
  Profiler().write_chrome_trace(out);
  EXPECT_TRUE(nlohmann::json::parse(out.str()).at("traceEvents").empty());
}

}  // namespace
}  // namespace salix
