#include "data/sets/list_file.h"

#include <map>
#include <sstream>

#include "data/sets/exclusions.h"
#include "data/sets/sample_files.h"
#include "engine/error.h"
#include "engine/io/file.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char letter : line) {
    if (letter == ' ') {
      fields.emplace_back();
    } else {
      fields.back() += letter;
    }
  }
  return fields;
}

bool mentions_depth(const std::string& line) {
  return line.find("depth") != std::string::npos || line.find("Depth") != std::string::npos;
}

ListedFiles files_of(const std::string& line, const fs::path& root, const std::string& where) {
  const std::vector<std::string> fields = fields_of(line);
  SALIX_CHECK(fields.size() <= 5, where, " has ", fields.size(),
              " fields; a line is an image and perhaps depth, truth, instances and contours, with "
              "one space between them and none in a path");
  for (std::size_t k = 0; k < fields.size(); ++k) {
    SALIX_CHECK(!fields[k].empty(), where, ": field ", k + 1,
                " is empty; put one space between two paths, and none before or behind them");
  }
  const bool has_depth = fields.size() > 3 || (fields.size() == 3 && mentions_depth(line));
  ListedFiles files;
  std::vector<fs::path*> places{&files.image};
  if (has_depth) places.push_back(&files.depth);
  for (fs::path* place : {&files.labels, &files.instances, &files.contours})
    places.push_back(place);
  for (std::size_t k = 0; k < fields.size(); ++k) *places[k] = root / fields[k];
  return files;
}

std::string place_of(const fs::path& list, int line) {
  return str("list '", list.string(), "', line ", line);
}

bool is_there(const fs::path& file) {
  std::error_code ignored;
  return !file.empty() && fs::exists(file, ignored);
}

// "FILE" or "NAME=FILE".
struct List {
  fs::path file;
  std::string set;
  std::vector<ListedFiles> lines;

  List(const std::string& text, const fs::path& root) {
    const std::size_t equals = text.find('=');
    const bool named = equals != std::string::npos && text.find('/') > equals;
    file = named ? text.substr(equals + 1) : text;
    set = named ? text.substr(0, equals) : file.stem().string();
    lines = read_list_file(file, root);
    std::map<std::string, int> line_of;
    for (const ListedFiles& line : lines) {
      const auto [first, is_new] = line_of.emplace(line.image.stem().string(), line.line);
      SALIX_CHECK(is_new, place_of(file, line.line), ": the image is called '", first->first,
                  "' as that of line ", first->second, "; results would overwrite each other");
    }
  }
};

SampleFiles begun(const List& list, const ListedFiles& line, const DatasetOptions& options) {
  SampleFiles sample;
  sample.set = list.set;
  sample.name = line.image.stem().string();
  sample.reading = options.reading;
  return sample;
}

// All fields that training from scribbles needs, in every line.
void check_fields(const List& list) {
  const ListedFiles& first = list.lines.front();
  for (const ListedFiles& line : list.lines) {
    const std::string where = place_of(list.file, line.line);
    const char* lacks = line.depth.empty()       ? "depth"
                        : line.labels.empty()    ? "scribbles"
                        : line.instances.empty() ? "regions"
                                                 : nullptr;
    SALIX_CHECK(lacks == nullptr, where, " has no ", lacks,
                "; to learn from scribbles a line is 'image depth scribbles regions contours', or "
                "the first four of these in all lines; `salix scribble` writes such lists");
    SALIX_CHECK(line.contours.empty() == first.contours.empty(), where, " has ",
                line.contours.empty() ? "no contours, and line " : "contours, and line ",
                first.line, line.contours.empty() ? " has" : " has none",
                "; give them in all lines or in none");
  }
}

// The file, if it is there; else a note in `missing` of one that is needed.
fs::path found(const fs::path& file, bool needed, const char* what, const std::string& where,
               detail::Missing& missing) {
  if (is_there(file)) return file;
  if (needed && file.empty()) {
    missing.add(str(where, ": it has no ", what));
  } else if (needed) {
    missing.add(str(where, ": '", file.string(), "'"));
  }
  return {};
}

}  // namespace

std::vector<ListedFiles> read_list_file(const fs::path& file, const fs::path& root) {
  std::istringstream text(io::read_text_file(file));
  std::vector<ListedFiles> all;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    all.push_back(files_of(line, root, place_of(file, number)));
    all.back().line = number;
  }
  SALIX_CHECK(!all.empty(), "list '", file.string(), "': it has no line");
  return all;
}

SampleList listed_samples(const std::string& text, const DatasetOptions& options) {
  const List lines(text, options.root);
  SampleList list;
  for (const ListedFiles& line : lines.lines)
    if (!line.depth.empty()) list.task = Task::kDepth;
  list.name = str(letter_of(list.task), '_', lines.set);
  const bool needs_depth = options.modality_required && list.task == Task::kDepth;
  detail::Missing missing;
  std::vector<std::string> names;
  for (const ListedFiles& line : lines.lines) {
    const std::string where = place_of(lines.file, line.line);
    SampleFiles& sample = list.samples.emplace_back(begun(lines, line, options));
    sample.task = list.task;
    sample.image = found(line.image, /*needed=*/true, "image", where, missing);
    sample.modality = found(line.depth, needs_depth, "depth", where, missing);
    sample.mask = found(line.labels, options.masks_required, "ground truth", where, missing);
    names.push_back(sample.name);
  }
  missing.report(str("list '", lines.file.string(), "'"));
  const std::set<std::string> out = names_left_out(lines.set, names, options);
  std::erase_if(list.samples, [&](const SampleFiles& sample) { return out.contains(sample.name); });
  return list;
}

std::vector<SampleFiles> listed_training_samples(const std::string& text,
                                                 const DatasetOptions& options) {
  const List list(text, options.root);
  check_fields(list);
  detail::Missing missing;
  std::vector<SampleFiles> samples;
  for (const ListedFiles& line : list.lines) {
    const std::string where = place_of(list.file, line.line);
    SampleFiles& sample = samples.emplace_back(begun(list, line, options));
    sample.task = Task::kDepth;
    sample.has_truth = false;
    sample.image = found(line.image, /*needed=*/true, "image", where, missing);
    sample.modality = found(line.depth, /*needed=*/true, "depth", where, missing);
    sample.mask = found(line.labels, /*needed=*/true, "scribbles", where, missing);
    sample.regions = found(line.instances, /*needed=*/true, "regions", where, missing);
    sample.contours = found(line.contours, !line.contours.empty(), "contours", where, missing);
  }
  missing.report(str("list '", list.file.string(), "'"));
  return samples;
}

}  // namespace salix::data
