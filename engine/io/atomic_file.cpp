#include "engine/io/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

namespace salix::io {
namespace fs = std::filesystem;
namespace {

// Write calls are cut here: Linux moves at most 2 GiB per call.
constexpr std::size_t kLargestWrite = std::size_t{1} << 30;

fs::path followed(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path resolved = fs::weakly_canonical(path, error);
  return error ? path : resolved;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// A name that no other writer, in this process or another, uses at the same time.
fs::path temporary_beside(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  return folder_of(target) /
         str(".", target.filename().string(), ".", ::getpid(), "-", counter.fetch_add(1), ".tmp");
}

// The rename is durable when the folder is; file systems that cannot say so are let be.
void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path)
    : target_(followed(path)), temporary_(temporary_beside(target_)) {
  std::error_code error;
  const fs::file_status status = fs::status(target_, error);
  existed_ = fs::exists(status);
  if (fs::is_directory(status)) {
    throw IoError(str(path.string(), ": is a folder; a file name is needed to write to"));
  }
  if (existed_ && !fs::is_regular_file(status)) {
    throw IoError(str(path.string(), ": is not a regular file and is not replaced"));
  }
  if (!fs::is_directory(folder_of(target_), error)) {
    throw IoError(str(path.string(), ": cannot be written: there is no folder '",
                      folder_of(target_).string(), "'"));
  }
  // 0666 less the user's umask, as any program's output.
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("creating a file in its folder", errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(ByteSpan bytes) {
  SALIX_ASSERT(descriptor_ >= 0);
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kLargestWrite));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("writing", errno);
    written_ += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AtomicFile::commit() {
  SALIX_ASSERT(descriptor_ >= 0);
  if (::fsync(descriptor_) != 0) fail("flushing to the disk", errno);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail("renaming", errno);
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(folder_of(target_));
}

void AtomicFile::fail(const char* step, int error) const {
  const char* hint = error == ENOSPC || error == EDQUOT  ? " (the disk is full)"
                     : error == EACCES || error == EROFS ? " (may you write to this folder?)"
                                                         : "";
  throw IoError(str(target_.string(), ": cannot be written: ", step, " failed after ", written_,
                    " bytes: ", std::generic_category().message(error), hint,
                    existed_ ? "; the old file is unchanged" : "; no file was left behind"));
}

void write_file_atomically(const fs::path& path, ByteSpan bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace salix::io
