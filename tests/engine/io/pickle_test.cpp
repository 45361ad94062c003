#include "engine/io/pickle.h"

#include "engine/io/file.h"
#include "engine/io/torch_storage.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using testing::golden;
using ::testing::HasSubstr;
using testing::message_of;

// The text of a literal, zero bytes included.
template <std::size_t N>
std::string raw(const char (&literal)[N]) {
  return {literal, N - 1};
}

PickleGraph read(std::string_view bytes,
                 std::span<const std::string_view> allowed = checkpoint_globals()) {
  static const std::string source = "x.pkl";
  ByteReader in(bytes_of(bytes), source);
  return read_pickle(in, allowed);
}

// `body` between PROTO 2 and STOP.
PickleGraph run(const std::string& body) { return read(std::string("\x80\x02") + body + "."); }
std::string refusal(const std::string& body) {
  return message_of([&] { run(body); });
}
std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Pickle, ReadsTheValuesOfProtocols2To5) {
  for (int protocol = 2; protocol <= 5; ++protocol) {
    SCOPED_TRACE(protocol);
    const PickleGraph graph =
        read(read_text_file(golden(str("values_protocol", protocol, ".pkl"))));
    const PickleValue root(graph);
    std::vector<std::int64_t> integers;
    const PickleValue list = *root.find("integers");
    for (std::size_t i = 0; i < list.size(); ++i) integers.push_back(list.item(i).integer());
    EXPECT_EQ(integers, (std::vector<std::int64_t>{0, 255, 256, 65535, 65536, -1, -2147483648LL,
                                                   std::int64_t{1} << 40, INT64_MIN, INT64_MAX}));
    EXPECT_EQ(root.find("beyond 64 bits")->text(), raw("\0\0\0\0\0\0\0\0\x40"));
    EXPECT_EQ(root.find("float")->real(), 1.5);
    EXPECT_EQ(root.find("text")->text(), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    EXPECT_EQ(root.find("long text")->text(), std::string(300, 'x'));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(root.find("tuples")->item(i).size(), i);
    EXPECT_EQ(root.find("tuples")->item(4).item(3).integer(), 4);
    EXPECT_EQ(root.find("singletons")->item(0).kind(), PickleKind::kNone);
    EXPECT_EQ(root.find("singletons")->item(1).integer(), 1);
    EXPECT_EQ(root.find("singletons")->item(2).integer(), 0);
    EXPECT_EQ(root.find("ordered")->key(0).text(), "b");
    EXPECT_EQ(root.find("ordered")->value(1).integer(), 2);
    EXPECT_EQ(root.find("shared")->item(0).id(), root.find("shared")->item(2).id());
    EXPECT_EQ(root.find("empty")->item(1).kind(), PickleKind::kDict);
    if (protocol >= 3) {
      EXPECT_EQ(root.find("bytes")->text(), raw("\0\xff"));
    }
    if (protocol >= 4) {
      EXPECT_EQ(root.find("frozenset")->item(0).integer(), 4);
    }
  }
}

TEST(Pickle, ReadsTheStringsAndOrderedDictsOfPython2) {
  EXPECT_EQ(PickleValue(run(raw("U\x02") + "ab")).kind(), PickleKind::kString);
  const PickleGraph graph = run(raw("ccollections\nOrderedDict\n(](](U\x01") +
                                "kK\x05"
                                "eetR");
  EXPECT_EQ(PickleValue(graph).find("k")->integer(), 5);
}

TEST(Pickle, RefusesGlobalsThatRunCodeByName) {
  EXPECT_EQ(refusal("cos\nsystem\n(X\x04" + std::string(3, '\0') + "echotR"),
            "x.pkl: at byte 13: the pickle asks for the Python object 'os.system'; only tensors "
            "and plain values are "
            "read, and no code is ever run. If you trust the file, save its state dict alone from "
            "Python: "
            "torch.save(model.state_dict(), path)");
  const std::string stack_global =
      "\x8c\x08"
      "builtins\x8c\x04"
      "eval\x93";
  EXPECT_THAT(refusal(stack_global), HasSubstr("'builtins.eval'"));
  EXPECT_THAT(refusal("ctorch\nload\n"), HasSubstr("'torch.load'"));
  EXPECT_THAT(refusal("ctorch._utils\n_rebuild_tensor_v2.__globals__\n"),
              HasSubstr("__globals__'"));
}

TEST(Pickle, RefusesOtherInstructionsByName) {
  EXPECT_THAT(refusal("(ios\nsystem\n"), HasSubstr("the pickle instruction INST is not needed"));
  EXPECT_THAT(refusal(")\x81"), HasSubstr("instruction NEWOBJ "));
  EXPECT_THAT(refusal("\x82\x01"), HasSubstr("instruction EXT1 "));
  EXPECT_THAT(refusal("I1\n"), HasSubstr("instruction INT "));
  EXPECT_THAT(refusal("\xff"), HasSubstr("byte 255 is no pickle instruction"));
}

// Calls are written down, never made; BUILD may not change anything but a dict's attributes.
TEST(Pickle, RefusesCallsAndAttributesOnOtherValues) {
  EXPECT_THAT(refusal("K\x01)R"), HasSubstr("REDUCE must call a global"));
  EXPECT_THAT(refusal("ctorch\nSize\nK\x01R"), HasSubstr("REDUCE must have a tuple of arguments"));
  EXPECT_THAT(refusal("]}b"), HasSubstr("BUILD must act on a dict; found a list"));
  EXPECT_THAT(refusal("]K\x01K\x02s"), HasSubstr("SETITEM must act on a dict; found a list"));
  EXPECT_THAT(refusal("}(K\x01u"), HasSubstr("SETITEMS must have pairs"));
}

TEST(Pickle, RefusesCyclesAndDepth) {
  EXPECT_EQ(refusal(raw("]q\0h\0a")), "x.pkl: the pickle is cyclic (a value contains itself)");
  EXPECT_THAT(refusal(raw("}q\0K\1]h\0as")), HasSubstr("cyclic"));
  EXPECT_NO_THROW(run(repeated("]", 64) + repeated("a", 63)));
  EXPECT_THAT(refusal(repeated("]", 65) + repeated("a", 64)), HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(refusal(repeated("]", 1 << 20) + repeated("a", (1 << 20) - 1)),
              HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(refusal(")" + repeated("\x85", 1 << 20)), HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(refusal(repeated("(", 1025)), HasSubstr("nests more than 1024 MARKs"));
}

// Depth is the longest path, also when a shallow visit of a shared value came first.
TEST(Pickle, MeasuresDepthThroughSharedValues) {
  const std::string chain_of_40 = ")" + repeated("\x85", 39);
  const std::string shared = chain_of_40 + raw("q\0");
  EXPECT_NO_THROW(run(shared + raw("h\0") + repeated("\x85", 23) + "\x86"));
  EXPECT_THAT(refusal(shared + raw("h\0") + repeated("\x85", 24) + "\x86"),
              HasSubstr("deeper than 64"));
}

// 10^40 leaves when written out as a tree; 400 references as a graph.
TEST(Pickle, ReadsExponentialSharingInLinearTime) {
  std::string body = raw("]q\0");
  for (char level = 1; level <= 40; ++level) {
    const char below = static_cast<char>(level - 1);
    body += "](" + repeated(std::string{'h', below}, 10) + "e" + std::string{'q', level};
  }
  // All levels stay on the stack: take them together.
  EXPECT_EQ(PickleValue(run("(" + body + "t")).size(), 41u);
}

TEST(Pickle, BoundsMemory) {
  EXPECT_THAT(refusal("X\xff\xff\xff\xff"),
              HasSubstr("a string of the pickle needs 4294967295 bytes; only 1 are left"));
  EXPECT_THAT(refusal("\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"),
              HasSubstr("needs 9223372036854775807 bytes"));
  EXPECT_THAT(refusal("\x95\xff\xff\xff\xff\xff\xff\xff\x7f"),
              HasSubstr("frame must end inside the file"));
  EXPECT_NO_THROW(run("Nr\xff\xff\xff\xff"));  // a far memo index costs nothing
  EXPECT_THAT(refusal(repeated("N0", (1 << 21) + 1)), HasSubstr("more than 2097152 values"));
  // Each call copies 4000 pairs for five bytes of pickle: quadratic but for the bound.
  const std::string pairs = raw("](") + repeated("]NaNa", 4000) + raw("e\x85q\0");
  const std::string calls = repeated(raw("ccollections\nOrderedDict\nh\0R0"), 3000);
  EXPECT_THAT(refusal(pairs + calls), HasSubstr("more than 16777216 references"));
}

TEST(Pickle, RefusesMalformedStacks) {
  EXPECT_THAT(message_of([] { read("\x80\x02."); }),
              HasSubstr("must leave one value; this one leaves 0"));
  EXPECT_THAT(refusal("NN"), HasSubstr("must leave one value; this one leaves 2"));
  EXPECT_THAT(refusal("0"), HasSubstr("stack is empty"));
  EXPECT_THAT(refusal("N(a"), HasSubstr("stack is empty"));  // nothing above the mark
  EXPECT_THAT(refusal("t"), HasSubstr("no MARK"));
  EXPECT_THAT(refusal("h\x07"), HasSubstr("recalls memo entry 7, which was never stored"));
  EXPECT_THAT(refusal("X\x01" + std::string(3, '\0') + "\xff"),
              HasSubstr("strings must be UTF-8; found '\\xff'"));
  EXPECT_THAT(message_of([] { read("(lp0\n."); }),
              HasSubstr("expected a pickle of protocol 2 to 5"));
}

TEST(Pickle, RefusesEveryTruncationAndSurvivesEveryBitFlip) {
  for (const char* name : {"values_protocol2.pkl", "values_protocol5.pkl"}) {
    const std::string file = read_text_file(golden(name));
    const auto parse = [](ByteSpan bytes) { read(text_of(bytes)); };
    testing::expect_every_truncation_refused(file, parse);
    EXPECT_GT(testing::refused_bit_flips(file, parse), 500);
  }
}

}  // namespace
}  // namespace salix::io
