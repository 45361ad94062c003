#include "data/scribbles/scribble_list.h"

#include "engine/error.h"
#include "engine/io/atomic_file.h"

namespace salix::data {
namespace {

namespace fs = std::filesystem;

bool leads_out(const fs::path& relative) { return relative.empty() || *relative.begin() == ".."; }

}  // namespace

std::string scribble_list_name(char letter, const std::string& set) {
  return str(letter, '_', set, "_scribble.txt");
}

std::string listed_path(const fs::path& file, const fs::path& root) {
  // As it is called, where that says it; through links, where it does not.
  fs::path below = fs::absolute(file).lexically_normal().lexically_relative(
      (fs::absolute(root) / "").lexically_normal());
  if (leads_out(below)) below = fs::relative(file, root);
  std::string text = below.generic_string();
  SALIX_CHECK(text.find_first_of(" \n\r") == std::string::npos,
              "scribble list: spaces separate the fields of a line, so no path may have one; got '",
              text, "'; rename the file or folder");
  return text;
}

std::string scribble_list_line(const ScribbleFiles& files, const fs::path& root) {
  std::string line;
  for (const fs::path* file :
       {&files.image, &files.depth, &files.scribbles, &files.regions, &files.contours}) {
    if (!line.empty()) line += ' ';
    line += listed_path(*file, root);
  }
  return line;
}

void write_scribble_list(const fs::path& file, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  io::write_file_atomically(file, io::bytes_of(text));
}

}  // namespace salix::data
