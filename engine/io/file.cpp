#include "engine/io/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace salix::io {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

// A descriptor of a regular file that is open for reading, and its size.
class OpenFile {
 public:
  explicit OpenFile(const std::string& name) {
    // O_NONBLOCK: opening a pipe that nobody writes must not wait for ever.
    descriptor_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) {
      const int error = errno;
      if (error == ENOENT) throw IoError(name + ": there is no such file");
      throw IoError(str(name, ": the file cannot be opened for reading: ", reason(error)));
    }
    try {
      examine(name);
    } catch (...) {
      ::close(descriptor_);
      throw;
    }
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int descriptor() const { return descriptor_; }
  std::size_t size() const { return size_; }

 private:
  void examine(const std::string& name) {
    struct stat facts {};
    if (::fstat(descriptor_, &facts) != 0) {
      throw IoError(str(name, ": the file cannot be examined: ", reason(errno)));
    }
    if (S_ISDIR(facts.st_mode)) throw IoError(name + ": is a folder; a file is needed");
    if (!S_ISREG(facts.st_mode)) {
      throw IoError(name + ": is not a regular file (a pipe or device?); copy it to a file first");
    }
    size_ = static_cast<std::size_t>(facts.st_size);
  }

  int descriptor_ = -1;
  std::size_t size_ = 0;
};

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path) : name_(path.string()) {
  const OpenFile file(name_);
  if (file.size() == 0) throw IoError(name_ + ": the file is empty");
  // Populated at once: every reader looks at all bytes, and one call is cheaper than a
  // page fault for every 64 KiB.
  void* mapped =
      ::mmap(nullptr, file.size(), PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.descriptor(), 0);
  if (mapped == MAP_FAILED) {
    throw IoError(str(name_, ": the file cannot be mapped: ", reason(errno)));
  }
  data_ = static_cast<const std::byte*>(mapped);
  size_ = file.size();
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : name_(std::move(other.name_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile::~MappedFile() {
  // munmap takes a plain pointer; the mapping itself was never writable.
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

std::string read_text_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const OpenFile file(name);
  std::string text(file.size(), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::read(file.descriptor(), text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw IoError(str(name, ": reading failed: ", reason(errno)));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

}  // namespace salix::io
