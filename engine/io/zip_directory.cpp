#include "engine/io/zip_directory.h"

#include <algorithm>
#include <unordered_set>

namespace salix::io {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryEntry = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::size_t kEntryBytes = 46;
constexpr std::uint32_t kIn64 = 0xffffffff;  // the real value is in a 64-bit field
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint64_t kMostDeflateRatio = 1032;  // 258 bytes cost two bits at least

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

void expect_signature(ByteReader& in, std::uint32_t signature, const char* what) {
  if (in.number<std::uint32_t>(what) != signature) in.fail("expected ", what, " of a zip archive");
}

// The end record is the last thing in the file, followed only by a comment.
std::size_t find_end(ByteSpan archive, const std::string& source) {
  for (std::size_t comment = 0; comment <= 0xffff; ++comment) {
    if (archive.size() < kEndBytes + comment) break;
    const std::byte* record = archive.data() + archive.size() - kEndBytes - comment;
    if (little_endian<std::uint32_t>(record) == kEnd &&
        little_endian<std::uint16_t>(record + 20) == comment) {
      return archive.size() - kEndBytes - comment;
    }
  }
  throw IoError(source +
                ": a zip archive must end with its directory; none was found (is the "
                "file cut off?)");
}

Directory read_end64(ByteReader& in, std::size_t end) {
  if (end < kLocatorBytes) in.fail("a 64-bit zip archive must have a directory locator");
  in.seek(end - kLocatorBytes, "the directory locator");
  expect_signature(in, kEnd64Locator, "the 64-bit directory locator");
  in.take(4, "the disk number");
  in.seek(in.number<std::uint64_t>("the 64-bit end record's offset"), "the 64-bit end record");
  expect_signature(in, kEnd64, "the 64-bit end record");
  in.take(20, "the 64-bit end record");
  Directory directory;
  in.take(8, "the entry count of this disk");
  directory.entries = in.number<std::uint64_t>("the entry count");
  directory.bytes = in.number<std::uint64_t>("the directory size");
  directory.offset = in.number<std::uint64_t>("the directory offset");
  return directory;
}

Directory read_end(ByteSpan archive, const std::string& source) {
  const std::size_t end = find_end(archive, source);
  ByteReader in(archive, source);
  in.seek(end + 8, "the end record");
  in.take(2, "the entry count of this disk");
  Directory directory;
  directory.entries = in.number<std::uint16_t>("the entry count");
  directory.bytes = in.number<std::uint32_t>("the directory size");
  directory.offset = in.number<std::uint32_t>("the directory offset");
  if (directory.entries == 0xffff || directory.bytes == kIn64 || directory.offset == kIn64) {
    directory = read_end64(in, end);
  }
  if (directory.offset > end || directory.bytes > end - directory.offset ||
      directory.entries > directory.bytes / kEntryBytes) {
    in.fail("the zip directory must lie inside the file; found offset ", directory.offset,
            ", size ", directory.bytes, ", ", directory.entries, " entries");
  }
  return directory;
}

// Values too large for their 32-bit field stand in this extra field, in this order.
void read_zip64_extra(ByteSpan extra, ZipMember& member, const std::string& source) {
  ByteReader in(extra, source);
  while (in.remaining() >= 4) {
    const auto id = in.number<std::uint16_t>("an extra field");
    const auto length = in.number<std::uint16_t>("an extra field");
    ByteReader field(in.take(length, "an extra field"), source);
    if (id != kZip64Extra) continue;
    for (std::uint64_t* value : {&member.bytes, &member.packed_bytes, &member.header_offset}) {
      if (*value == kIn64) *value = field.number<std::uint64_t>("a 64-bit size");
    }
  }
}

void check_name(const ByteReader& in, std::string_view name) {
  bool good = !name.empty() && name.front() != '/' && is_utf8(name) &&
              name.find('\\') == std::string_view::npos &&
              name.find('\0') == std::string_view::npos;
  for (std::string_view rest = name; good && !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    good = part != "..";
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  if (!good) {
    in.fail("member names must be relative UTF-8 paths without '..'; found '", printable(name),
            "'");
  }
}

ZipMember read_entry(ByteReader& in) {
  expect_signature(in, kDirectoryEntry, "a directory entry");
  in.take(4, "the versions");
  const auto flags = in.number<std::uint16_t>("the flags");
  const auto method = in.number<std::uint16_t>("the method");
  in.take(4, "the time");
  ZipMember member;
  member.crc = in.number<std::uint32_t>("the checksum");
  member.packed_bytes = in.number<std::uint32_t>("the packed size");
  member.bytes = in.number<std::uint32_t>("the size");
  const auto name_bytes = in.number<std::uint16_t>("the name's length");
  const auto extra_bytes = in.number<std::uint16_t>("the extra fields' length");
  const auto comment_bytes = in.number<std::uint16_t>("the comment's length");
  in.take(8, "the attributes");
  member.header_offset = in.number<std::uint32_t>("the header offset");
  member.name = text_of(in.take(name_bytes, "a member name"));
  check_name(in, member.name);
  read_zip64_extra(in.take(extra_bytes, "the extra fields"), member, in.source());
  in.take(comment_bytes, "the member comment");

  const std::string where = str(in.source(), ": zip member '", printable(member.name), "'");
  if ((flags & 1) != 0) throw NotSupported(where + " is encrypted");
  if (method != 0 && method != 8) {
    throw NotSupported(
        str(where, " must be stored or deflated; found compression method ", method));
  }
  member.deflated = method == 8;
  if (!member.deflated && member.bytes != member.packed_bytes) {
    throw IoError(str(where, " is stored, so both its sizes must agree; found ", member.bytes,
                      " and ", member.packed_bytes));
  }
  if (member.deflated && member.bytes / kMostDeflateRatio > member.packed_bytes) {
    throw IoError(str(where, " says that ", member.packed_bytes, " bytes inflate to ", member.bytes,
                      ", which deflate cannot do"));
  }
  return member;
}

// The data follows the local header, whose extra fields differ from the directory's.
void locate_data(ByteReader& in, ZipMember& member, std::uint64_t end) {
  in.seek(member.header_offset, "a member's local header");
  expect_signature(in, kLocalHeader, "a local header");
  in.take(22, "a local header");
  const auto name_bytes = in.number<std::uint16_t>("the name's length");
  const auto extra_bytes = in.number<std::uint16_t>("the extra fields' length");
  if (text_of(in.take(name_bytes, "a member name")) != member.name) {
    in.fail("the local header must name the member '", printable(member.name),
            "' as the directory does");
  }
  in.take(extra_bytes, "the extra fields");
  member.data_offset = in.offset();
  if (member.data_offset > end || member.packed_bytes > end - member.data_offset) {
    in.fail("zip member '", printable(member.name),
            "' must end before the directory; it says it has ", member.packed_bytes, " bytes");
  }
}

void check_no_overlap(const std::vector<ZipMember>& members, const std::string& source) {
  std::vector<const ZipMember*> by_offset;
  for (const ZipMember& member : members) by_offset.push_back(&member);
  std::sort(by_offset.begin(), by_offset.end(), [](const ZipMember* a, const ZipMember* b) {
    return a->header_offset < b->header_offset;
  });
  for (std::size_t i = 1; i < by_offset.size(); ++i) {
    const ZipMember& before = *by_offset[i - 1];
    if (by_offset[i]->header_offset < before.data_offset + before.packed_bytes) {
      throw IoError(str(source, ": zip members must not overlap; '", printable(before.name),
                        "' and '", printable(by_offset[i]->name), "' do"));
    }
  }
}

}  // namespace

bool looks_like_zip(ByteSpan bytes) {
  return bytes.size() >= 4 && little_endian<std::uint32_t>(bytes.data()) == kLocalHeader;
}

std::vector<ZipMember> read_zip_directory(ByteSpan archive, const std::string& source) {
  const Directory directory = read_end(archive, source);
  ByteReader in(archive.first(static_cast<std::size_t>(directory.offset + directory.bytes)),
                source);
  in.seek(directory.offset, "the directory");

  std::vector<ZipMember> members;
  std::unordered_set<std::string> names;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    members.push_back(read_entry(in));
    if (!names.insert(members.back().name).second) {
      in.fail("zip member names must differ; '", printable(members.back().name), "' comes twice");
    }
  }
  // A count that says too little would hide members that no reader misses.
  if (in.remaining() != 0) {
    in.fail("the zip directory must end after its ", directory.entries, " entries; ",
            in.remaining(), " bytes follow");
  }
  for (ZipMember& member : members) locate_data(in, member, directory.offset);
  check_no_overlap(members, source);
  return members;
}

}  // namespace salix::io
