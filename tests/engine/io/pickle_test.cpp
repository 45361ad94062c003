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
                 std::span<const std::string_view> known = checkpoint_globals()) {
  static const std::string source = "x.pkl";
  ByteReader in(bytes_of(bytes), source);
  return read_pickle(in, known);
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
  EXPECT_EQ(PickleValue(run(raw("U\x02") + "a\xff")).kind(), PickleKind::kBytes);
  EXPECT_EQ(PickleValue(run(raw("U\x02") + "ab")).kind(), PickleKind::kString);
  const PickleGraph graph = run(raw("ccollections\nOrderedDict\n(](](U\x01") +
                                "kK\x05"
                                "eetR");
  EXPECT_EQ(PickleValue(graph).find("k")->integer(), 5);
}

TEST(Pickle, RefusesGlobalsThatRunCodeByName) {
  EXPECT_EQ(
      refusal("cos\nsystem\n(X\x04" + std::string(3, '\0') + "echotR"),
      "x.pkl: at byte 13: the pickle asks for the Python object 'os.system', which no weights "
      "file needs: whoever loads this file with Python may be attacked. Nothing of it was "
      "run; do not use it");
  const std::string stack_global =
      "\x8c\x08"
      "builtins\x8c\x04"
      "eval\x93";
  EXPECT_THAT(refusal(stack_global), HasSubstr("'builtins.eval'"));
  EXPECT_THAT(refusal("ctorch\nload\n"), HasSubstr("'torch.load'"));
  EXPECT_THAT(refusal("ctorch._utils\n_rebuild_tensor_v2.__globals__\n"),
              HasSubstr("__globals__'"));
  EXPECT_THAT(refusal("ctorch\nserialization.os.system\n"), HasSubstr("os.system'"));
  EXPECT_THAT(refusal("cimportlib.util\nfind_spec\n"), HasSubstr("'importlib.util.find_spec'"));
  EXPECT_THAT(refusal("c__builtin__\ngetattr\n"), HasSubstr("'__builtin__.getattr'"));
  EXPECT_THAT(refusal("csubprocess\nPopen\n)\x81"), HasSubstr("'subprocess.Popen'"));
}

// Objects of classes that nobody here knows are looked past: NEWOBJ, NEWOBJ_EX, OBJ, REDUCE; their
// attributes (BUILD) are dropped, circles among them included.
TEST(Pickle, LooksPastObjects) {
  const auto object = [](const std::string& body) {
    const PickleGraph graph = run(body);
    const PickleValue root(graph);
    EXPECT_EQ(root.kind(), PickleKind::kObject) << body;
    return std::string(root.text());
  };
  EXPECT_EQ(object("cargparse\nNamespace\n)\x81}U\x01"
                   "aK\x01sb"),
            "argparse.Namespace");
  EXPECT_EQ(object("ca\nB\n)}\x92"), "a.B");
  EXPECT_EQ(object("(ca\nB\nK\x01oNb"), "a.B");
  EXPECT_EQ(object("cnumpy._core.multiarray\nscalar\nN\x85R"), "numpy._core.multiarray.scalar");
  EXPECT_EQ(object("ccode.networks\nNet\n)R"), "code.networks.Net");  // somebody's own folder
  EXPECT_EQ(object("ca\nB\n)R)R"), "a.B");                            // what an object returns
  EXPECT_EQ(object(raw("ca\nB\n)\x81q\0}U\x06parenth\0sb")), "a.B");  // its own parent
}

// A class that is filled like a dict or a list is one, whatever else it is.
TEST(Pickle, ReadsDictsAndListsOfOtherClasses) {
  for (const std::string start :
       {"ccollections\ndefaultdict\nc__builtin__\nlist\n\x85R", "ceasydict\nEasyDict\n)\x81"}) {
    const PickleGraph graph = run(start +
                                  "U\x01"
                                  "aK\x07s}b");
    EXPECT_EQ(PickleValue(graph).find("a")->integer(), 7) << start;
  }
  const PickleGraph counter =
      run("ccollections\nCounter\n}U\x01"
          "aK\x02s\x85R");
  EXPECT_EQ(PickleValue(counter).find("a")->integer(), 2);
  const PickleGraph queue =
      run("ccollections\ndeque\n)R(K\x01K\x02"
          "e");
  EXPECT_EQ(PickleValue(queue).item(1).integer(), 2);
}

TEST(Pickle, RefusesOtherInstructionsByName) {
  EXPECT_THAT(refusal("(ios\nsystem\n"), HasSubstr("the pickle instruction INST is not needed"));
  EXPECT_THAT(refusal("\x82\x01"), HasSubstr("instruction EXT1 "));
  EXPECT_THAT(refusal("I1\n"), HasSubstr("instruction INT "));
  EXPECT_THAT(refusal("\xff"), HasSubstr("byte 255 is no pickle instruction"));
}

// Calls are written down, never made; BUILD changes nothing that is read.
TEST(Pickle, RefusesCallsAndAttributesOnOtherValues) {
  EXPECT_THAT(refusal("K\x01)R"), HasSubstr("REDUCE must call a global; found an integer"));
  EXPECT_THAT(refusal("ctorch\nSize\nK\x01R"), HasSubstr("REDUCE must have a tuple of arguments"));
  EXPECT_THAT(refusal("K\x01}b"), HasSubstr("BUILD must act on an object; found an integer"));
  EXPECT_THAT(refusal("K\x01)\x81"), HasSubstr("a class must make an object; found an integer"));
  EXPECT_THAT(refusal("(o"), HasSubstr("OBJ must have a class"));
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
