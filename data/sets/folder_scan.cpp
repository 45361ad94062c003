#include "data/sets/folder_scan.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <system_error>

#include "engine/error.h"
#include "engine/text.h"

namespace salix::data::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 3;

// Of pictures that no decoder here reads; whoever sees the folder counts them as its pictures.
constexpr std::array<std::string_view, 29> kOtherPictures = {
    ".webp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif", ".jp2", ".j2k", ".jxl",
    ".svg",  ".raw", ".dng",  ".cr2", ".cr3",  ".nef",  ".arw",  ".orf", ".rw2", ".raf",
    ".psd",  ".tga", ".pgm",  ".ppm", ".pbm",  ".pnm",  ".exr",  ".hdr", ".ico"};

bool is_other_picture(const fs::path& path) {
  return std::find(kOtherPictures.begin(), kOtherPictures.end(), lower_extension(path)) !=
         kOtherPictures.end();
}

// Whether a link leads to a folder that it lies in: its neighbours there, the masks perhaps, are
// not meant.
bool leads_up(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::canonical(link, error);
  const fs::path place = fs::canonical(link.parent_path(), error);
  if (error) return false;
  return std::mismatch(target.begin(), target.end(), place.begin(), place.end()).first ==
         target.end();
}

class Scanner {
 public:
  Scanner(const fs::path& folder, bool recursive) : recursive_(recursive) {
    scan_.folder = folder;
    is_new(folder);
    read(folder);
    // Links last: a folder that has its own path below `folder` is found under that.
    for (; !links_.empty(); links_.pop_front()) {
      const fs::path link = links_.front();
      if (leads_up(link) || !is_new(link)) {
        scan_.not_followed.push_back(link);
      } else {
        read(link);
      }
    }
    for (auto* paths :
         {&scan_.images, &scan_.other_pictures, &scan_.dangling, &scan_.not_followed}) {
      std::sort(paths->begin(), paths->end());
    }
  }
  FolderScan take() { return std::move(scan_); }

 private:
  bool is_new(const fs::path& folder) {
    struct stat facts {};
    // What cannot be examined is refused when it is read.
    if (::stat(folder.c_str(), &facts) != 0) return true;
    return seen_.emplace(facts.st_dev, facts.st_ino).second;
  }

  void read(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> folders, links;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->path().filename().string().starts_with('.')) continue;
      sort_in(*entry, folders, links);
    }
    if (error) {
      throw IoError(
          str("list_images: cannot read '", folder.string(), "' (", error.message(), ")"));
    }
    std::sort(folders.begin(), folders.end());
    std::sort(links.begin(), links.end());
    for (const fs::path& inner : folders)
      if (is_new(inner)) read(inner);
    links_.insert(links_.end(), links.begin(), links.end());
  }

  void sort_in(const fs::directory_entry& entry, std::vector<fs::path>& folders,
               std::vector<fs::path>& links) {
    std::error_code ignored;
    const bool is_link = entry.is_symlink(ignored);
    const fs::path& path = entry.path();
    if (is_link && !entry.exists(ignored)) {
      scan_.dangling.push_back(path);
    } else if (entry.is_directory(ignored)) {
      if (recursive_) (is_link ? links : folders).push_back(path);
    } else if (entry.is_regular_file(ignored)) {
      if (has_image_extension(path)) scan_.images.push_back(path);
      if (is_other_picture(path)) scan_.other_pictures.push_back(path);
    }
  }

  const bool recursive_;
  FolderScan scan_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::deque<fs::path> links_;  // to folders, still to be followed
};

std::string extensions_of(const std::vector<fs::path>& paths) {
  std::set<std::string> all;
  for (const fs::path& path : paths) all.insert(lower_extension(path));
  std::string text;
  for (const std::string& extension : all) text += (text.empty() ? "" : ", ") + extension;
  return text;
}

}  // namespace

std::string named_below(const std::vector<fs::path>& paths, const fs::path& folder) {
  std::string text;
  for (std::size_t k = 0; k < std::min(paths.size(), kNamed); ++k) {
    text += str(k == 0 ? "'" : ", '", paths[k].lexically_relative(folder).string(), "'");
  }
  return paths.size() > kNamed ? str(text, " and ", paths.size() - kNamed, " more") : text;
}

void FolderScan::tell(const Warn& warn) const {
  if (!warn) return;
  const std::string where = str("'", folder.string(), "': ");
  if (const std::size_t count = other_pictures.size(); count > 0) {
    warn(str(where, count, count == 1 ? " picture is" : " pictures are", " left out (",
             extensions_of(other_pictures), " is not read): ", named_below(other_pictures, folder),
             "; convert to PNG or JPEG to have them read"));
  }
  if (const std::size_t count = dangling.size(); count > 0) {
    warn(str(where, count, count == 1 ? " link leads" : " links lead",
             " nowhere: ", named_below(dangling, folder)));
  }
  if (!not_followed.empty()) {
    warn(str(where, not_followed.size() == 1 ? "a link is" : "links are",
             " not followed: ", named_below(not_followed, folder),
             "; what lies behind is read already, or a folder above"));
  }
}

std::string FolderScan::without_images() const {
  std::string text =
      str("folder '", folder.string(), "' holds no ", image_extensions(), " image; ");
  if (other_pictures.empty()) return text + "name the folder that does";
  return str(text, "it holds ", other_pictures.size(), " of kinds that are not read (",
             extensions_of(other_pictures), "): ", named_below(other_pictures, folder),
             "; convert them to PNG or JPEG");
}

FolderScan scan_folder(const fs::path& folder, bool recursive) {
  return Scanner(folder, recursive).take();
}

}  // namespace salix::data::detail
