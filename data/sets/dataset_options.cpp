#include "data/sets/dataset_options.h"

#include <fstream>
#include <sstream>

#include "engine/error.h"

namespace salix::data {

void add_sets(const std::string& text, SetNames& sets) {
  SALIX_CHECK(text.size() > 2 && text[1] == '=',
              "data sets: write LETTER=SET[,SET...], as in c=ECSSD,PASCAL-S; got '", text, "'");
  std::vector<std::string>& names = sets[task_of(text[0])];
  std::istringstream parts(text.substr(2));
  for (std::string name; std::getline(parts, name, ',');) {
    SALIX_CHECK(!name.empty(), "data sets: a name is empty in '", text, "'");
    names.push_back(name);
  }
}

std::set<std::string> read_name_list(const std::filesystem::path& path, int column) {
  SALIX_CHECK(column >= 1, "name list: columns count from 1; got ", column);
  std::ifstream file(path);
  if (!file) throw IoError(str("name list: cannot open '", path.string(), "'; check the path"));
  std::set<std::string> names;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    std::string word;
    int seen = 0;
    while (seen < column && words >> word) ++seen;
    if (seen == column)
      names.insert(word);
    else if (seen > 0)
      throw IoError(str("name list: line ", number, " of '", path.string(), "' has ", seen,
                        " words; column ", column, " was asked for"));
  }
  if (file.bad()) throw IoError(str("name list: cannot read '", path.string(), "'"));
  return names;
}

void add_exclusion(const std::string& text,
                   std::map<std::string, std::set<std::string>>& excluded) {
  const std::size_t equals = text.find('=');
  SALIX_CHECK(equals != std::string::npos && equals > 0 && equals + 1 < text.size(),
              "exclusion: write SET=FILE or SET=FILE:COLUMN; got '", text, "'");
  std::string file = text.substr(equals + 1);
  int column = 1;
  const std::size_t colon = file.rfind(':');
  if (colon != std::string::npos && colon + 2 == file.size() && file.back() >= '1' &&
      file.back() <= '9') {
    column = file.back() - '0';
    file.resize(colon);
  }
  excluded[text.substr(0, equals)].merge(read_name_list(file, column));
}

}  // namespace salix::data
