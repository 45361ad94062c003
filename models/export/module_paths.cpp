#include "models/export/module_paths.h"

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

namespace salix {
namespace {

using Path = std::vector<std::string>;

// "encoder.layer1.0.conv1.weight" -> encoder, layer1.0, conv1.
Path module_of(const std::string& parameter) {
  Path path;
  std::istringstream parts(parameter);
  for (std::string part; std::getline(parts, part, '.');) {
    const bool is_number = part.find_first_not_of("0123456789") == std::string::npos;
    if (is_number && !path.empty()) {
      path.back() += "." + part;
    } else {
      path.push_back(part);
    }
  }
  path.pop_back();
  return path;
}

// `path` becomes what it and `other` begin with.
void keep_common(std::optional<Path>& path, const Path& other) {
  if (!path) {
    path = other;
  } else {
    path->resize(static_cast<std::size_t>(std::ranges::mismatch(*path, other).in1 - path->begin()));
  }
}

// Per op the ops that read its result. A reshape shares its input's memory, not its shape.
std::vector<std::vector<std::size_t>> readers(const std::vector<TracedOp>& ops) {
  const auto key = [](const Tensor& tensor) {
    return std::pair{tensor.view().data, tensor.shape().to_string()};
  };
  std::map<std::pair<const void*, std::string>, std::size_t> maker;
  std::vector<std::vector<std::size_t>> result(ops.size());
  for (std::size_t i = 0; i < ops.size(); ++i) {
    for (const Tensor& input : ops[i].inputs) {
      if (!input.defined()) continue;
      const auto made = maker.find(key(input));
      if (made != maker.end()) result[made->second].push_back(i);
    }
    maker[key(ops[i].output)] = i;
  }
  return result;
}

std::vector<std::optional<Path>> paths_by_parameters(const TracedNetwork& traced) {
  std::map<const void*, Path> modules;
  for (const StateEntry& entry : traced.state) {
    if (entry.is_parameter) modules[entry.tensor->view().data] = module_of(entry.name);
  }
  std::vector<std::optional<Path>> paths(traced.ops.size());
  for (std::size_t i = 0; i < traced.ops.size(); ++i) {
    for (const Tensor& input : traced.ops[i].inputs) {
      const auto own = input.defined() ? modules.find(input.view().data) : modules.end();
      if (own != modules.end()) keep_common(paths[i], own->second);
    }
  }
  return paths;
}

std::string joined(const Path& path, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t i = first; i < std::min(last, path.size()); ++i) {
    text += (text.empty() ? "" : ".") + path[i];
  }
  return text;
}

}  // namespace

std::vector<std::string> module_paths(const TracedNetwork& traced, int depth) {
  std::vector<std::optional<Path>> paths = paths_by_parameters(traced);
  std::optional<Path> shared;
  for (const auto& path : paths) {
    if (path) keep_common(shared, *path);
  }
  const auto read_by = readers(traced.ops);
  for (std::size_t i = paths.size(); i-- > 0;) {
    if (paths[i]) continue;
    for (const std::size_t reader : read_by[i]) keep_common(paths[i], *paths[reader]);
    if (!paths[i]) paths[i].emplace();
  }
  const std::size_t first = shared ? shared->size() : 0;
  std::vector<std::string> names;
  for (const auto& path : paths) {
    names.push_back(joined(*path, first, first + static_cast<std::size_t>(depth)));
  }
  return names;
}

}  // namespace salix
