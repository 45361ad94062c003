#include "engine/io/zip_reader.h"

#include "engine/io/file.h"
#include "engine/io/npy.h"
#include "engine/io/zip_writer.h"
#include "tests/engine/io/files.h"
#include "tests/engine/io/raw_zip.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;
using testing::RawEntry;
using testing::RawZip;
using testing::ScratchFolder;

// Opens the archive and reads all members, joined.
std::string contents(const std::string& archive, const UnpackLimits& limits = {}) {
  const std::string source = "x.zip";
  UnpackBudget budget(archive.size(), limits);
  ZipReader zip(bytes_of(archive), source, budget);
  std::string all;
  for (const ZipMember& member : zip.members()) {
    std::vector<std::byte> unpacked;
    all += text_of(zip.read(member, unpacked));
  }
  return all;
}

// What is said about an archive of two members whose second entry was changed.
std::string refusal(const std::function<void(RawEntry&)>& change) {
  RawZip zip;
  const RawEntry first = zip.local("a", "one");
  RawEntry second = zip.local("b", "three");
  change(second);
  zip.entry(first);
  zip.entry(second);
  const std::string archive = zip.finish();
  return message_of<Error>([&] { contents(archive); });
}

TEST(Crc32, MatchesThePublishedCheckValue) {
  EXPECT_EQ(crc32(0, bytes_of("123456789")), 0xcbf43926u);
  EXPECT_EQ(crc32(crc32(0, bytes_of("1234")), bytes_of("56789")), 0xcbf43926u);
  EXPECT_EQ(crc32(0, bytes_of("The quick brown fox jumps over the lazy dog")), 0x414fa339u);
}

TEST(Zip, ReadsAHandmadeArchiveAlsoWith64BitFields) {
  for (const bool in_64_bits : {false, true}) {
    RawZip zip;
    RawEntry first = zip.local("a", "one");
    RawEntry second = zip.local("b", "three");
    first.in_64_bits = second.in_64_bits = in_64_bits;
    zip.entry(first);
    zip.entry(second);
    EXPECT_EQ(contents(zip.finish(in_64_bits)), "onethree");
  }
}

TEST(Zip, WritesMembersAtMultiplesOf64) {
  const ScratchFolder folder;
  AtomicFile file(folder / "a.zip");
  ZipWriter writer(file);
  writer.add("a", {bytes_of("on"), bytes_of("e")});
  writer.add("a longer name", {bytes_of("three")});
  writer.add("empty", {});
  writer.finish();
  file.commit();
  const std::string archive = read_text_file(folder / "a.zip");
  EXPECT_EQ(contents(archive), "onethree");
  for (const ZipMember& member : read_zip_directory(bytes_of(archive), "a.zip"))
    EXPECT_EQ(member.data_offset % 64, 0u);
}

// The second member's header lies in the first one's data, as in bombs that unpack one
// kernel many times.
TEST(Zip, RefusesOverlappingMembers) {
  RawZip inner;
  inner.local("b", "kernel");
  std::string inner_bytes = inner.finish();
  RawZip zip;
  const RawEntry outer = zip.local("a", inner_bytes);
  const RawEntry inside{.name = "b",
                        .header_offset = 31,
                        .packed_bytes = 6,
                        .bytes = 6,
                        .crc = crc32(0, bytes_of("kernel"))};
  zip.entry(outer);
  zip.entry(inside);
  const std::string archive = zip.finish();
  EXPECT_EQ(message_of([&] { contents(archive); }),
            "x.zip: zip members must not overlap; 'a' and 'b' do");
}

TEST(Zip, RefusesDirectoriesThatLie) {
  EXPECT_THAT(refusal([](RawEntry& e) { e.header_offset = 0; }),
              HasSubstr("must name the member 'b' as the directory does"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.header_offset = 1; }),
              HasSubstr("expected a local header of a zip archive"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.header_offset = 0xfffffff0; }),
              HasSubstr("must lie inside the file"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.bytes = e.packed_bytes = 6; }),
              HasSubstr("must end before the directory"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.bytes = 4; }),
              HasSubstr("both its sizes must agree; found 4 and 5"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.crc ^= 1; }),
              HasSubstr("'b' does not match its checksum (damaged file?)"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.flags = 1; }), HasSubstr("is encrypted"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.method = 12; }),
              HasSubstr("found compression method 12"));
  EXPECT_THAT(refusal([](RawEntry& e) { e.name = "a"; }), HasSubstr("'a' comes twice"));
}

TEST(Zip, RefusesPathsThatLeaveTheArchive) {
  for (const char* name : {"../b", "x/../../b", "/etc/passwd", "x\\..\\b", "..", ""}) {
    EXPECT_THAT(refusal([&](RawEntry& e) { e.name = name; }),
                HasSubstr("relative UTF-8 paths without '..'"))
        << name;
  }
}

TEST(Zip, RefusesDecompressionBombs) {
  const std::string archive = read_text_file(golden("zeros_4mb.npz"));
  EXPECT_EQ(contents(archive).size(), (1u << 22) + 128);
  EXPECT_THAT(message_of([&] { contents(archive, {.floor_bytes = 1 << 20, .per_file_byte = 64}); }),
              HasSubstr("zip member 'zeros.npy': would unpack to more than"));
  // Told apart before any memory is asked for: deflate packs at most 1032 to 1.
  EXPECT_THAT(refusal([](RawEntry& e) { e.method = 8, e.bytes = 0xfffffff0; }),
              HasSubstr("5 bytes inflate to 4294967280, which deflate cannot do"));
}

TEST(Zip, RefusesDamagedDeflatedData) {
  EXPECT_THAT(refusal([](RawEntry& e) { e.method = 8; }),
              HasSubstr("'b' must inflate to 5 bytes with the stored checksum"));
  std::string archive = read_text_file(golden("zeros_4mb.npz"));
  const ZipMember member = read_zip_directory(bytes_of(archive), "x")[0];
  archive[member.data_offset + member.packed_bytes / 2] ^= 0x10;
  EXPECT_THAT(message_of([&] { contents(archive); }), HasSubstr("'zeros.npy' must inflate to"));
}

TEST(Zip, RefusesEveryTruncation) {
  RawZip zip;
  zip.entry(zip.local("a", "one"));
  testing::expect_every_truncation_refused(
      zip.finish(), [](ByteSpan bytes) { contents(std::string(text_of(bytes))); });
  EXPECT_THAT(message_of([] { contents("PK"); }),
              HasSubstr("must end with its directory; none was found (is the file cut"));
}

}  // namespace
}  // namespace salix::io
