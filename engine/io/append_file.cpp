#include "engine/io/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace salix::io {

AppendFile::AppendFile(const std::filesystem::path& path)
    : path_(path),
      descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail("opening", errno);
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(ByteSpan bytes) {
  struct stat before {};
  if (::fstat(descriptor_, &before) != 0) fail("examining", errno);
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const int error = errno;
      // Nothing to take back on a device; the first error is the one to report.
      if (S_ISREG(before.st_mode) && ::ftruncate(descriptor_, before.st_size) != 0) {
        fail("writing (and taking back the part that came through)", error);
      }
      fail("writing", error);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void AppendFile::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) fail("shortening", errno);
}

void AppendFile::fail(const char* step, int error) const {
  const char* hint = error == ENOSPC || error == EDQUOT ? " (the disk is full)"
                     : error == EFBIG ? " (the process may not write larger files: ulimit -f)"
                     : error == EACCES || error == EROFS ? " (may you write to this folder?)"
                     : error == ENOENT                   ? " (is there such a folder?)"
                                                         : "";
  throw IoError(str(path_.string(), ": cannot be written: ", step,
                    " failed: ", std::generic_category().message(error), hint,
                    descriptor_ >= 0 ? "; what was written before is kept" : ""));
}

}  // namespace salix::io
