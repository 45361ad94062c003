// Reading an exported file back with protobuf, and what every such file must satisfy.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "models/export/onnx_proto.h"

namespace salix::testing {

inline onnx::ModelProto read_onnx(const std::filesystem::path& path) {
  onnx::ModelProto model;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(model.ParseFromIstream(&file)) << path;
  return model;
}

// Every name is defined once, before it is read; what is defined is read or an output.
inline void expect_well_formed(const onnx::GraphProto& graph) {
  std::set<std::string> defined, read;
  const auto define = [&](const std::string& name) {
    EXPECT_TRUE(defined.insert(name).second) << name << " is defined twice";
  };
  for (const auto& input : graph.input()) define(input.name());
  for (const auto& initializer : graph.initializer()) define(initializer.name());
  for (const auto& node : graph.node()) {
    for (const std::string& input : node.input()) {
      EXPECT_TRUE(input.empty() || defined.contains(input)) << node.name() << " reads " << input;
      read.insert(input);
    }
    for (const std::string& output : node.output()) define(output);
  }
  for (const auto& output : graph.output()) {
    EXPECT_TRUE(defined.contains(output.name())) << output.name();
    read.insert(output.name());
  }
  for (const std::string& name : defined) EXPECT_TRUE(read.contains(name)) << name << " is unused";
}

}  // namespace salix::testing
