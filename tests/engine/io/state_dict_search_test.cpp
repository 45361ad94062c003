// Which of a checkpoint's dictionaries is the network's.
#include "engine/io/state_dict_search.h"

#include <initializer_list>

#include "engine/io/pickle_writer.h"
#include "engine/io/torch_storage.h"
#include "tests/engine/io/files.h"

namespace salix::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;

// One entry of a dict: a tensor, a dict of so many tensors, or a nested dict.
struct Entry {
  const char* name;
  int tensors = -1;  // -1: a tensor of its own
  std::vector<Entry> inner = {};
};

void put_tensor(PickleWriter& pickle) {
  pickle.global("torch._utils._rebuild_tensor_v2").mark().integer(0).tuple().call();
}

void put_dict(PickleWriter& pickle, const std::vector<Entry>& entries) {
  pickle.empty_dict().mark();
  for (const Entry& entry : entries) {
    pickle.text(entry.name);
    if (!entry.inner.empty()) {
      put_dict(pickle, entry.inner);
    } else if (entry.tensors < 0) {
      put_tensor(pickle);
    } else {
      pickle.empty_dict().mark();
      for (int i = 0; i < entry.tensors; ++i) put_tensor(pickle.text(str("t", i)));
      pickle.set_items();
    }
  }
  pickle.set_items();
}

PickleGraph graph_of(const std::vector<Entry>& entries) {
  PickleWriter pickle;
  put_dict(pickle, entries);
  const std::string bytes = pickle.finish();
  static const std::string source = "x.pth";
  ByteReader in(bytes_of(bytes), source);
  return read_pickle(in, checkpoint_globals());
}

StateDictPlace place_in(const std::vector<Entry>& entries) {
  static std::deque<PickleGraph> graphs;  // a place's values refer to them
  graphs.push_back(graph_of(entries));
  return find_state_dict(PickleValue(graphs.back()), "x.pth").value();
}

TEST(StateDictSearch, TakesTheDictionaryNotTheLoneTensor) {
  EXPECT_EQ(place_in({{"best_acc1"}, {"state_dict", 3}}).container, "state_dict");
  EXPECT_EQ(place_in({{"queue"}, {"center"}, {"model", 3}, {"optimizer", 9}}).container, "model");
  EXPECT_EQ(place_in({{"a.weight"}, {"a.bias"}}).container, "");
  EXPECT_EQ(place_in({}).container, "");  // torch.save({}, path)
}

// A state dict with one odd dict in it (torch's _extra_state) stays whole.
TEST(StateDictSearch, StaysWhereMostTensorsAre) {
  EXPECT_EQ(place_in({{"a"}, {"b"}, {"c"}, {"model", 2}}).container, "");
}

TEST(StateDictSearch, GoesThroughSeveralContainers) {
  EXPECT_EQ(place_in({{"net", 0, {{"G", 3}}}}).container, "net.G");
  EXPECT_EQ(place_in({{"model", 0, {{"state_dict", 3}, {"opt", 2}}}}).container,
            "model.state_dict");
}

TEST(StateDictSearch, PrefersWhatPublishersEvaluate) {
  const StateDictPlace dino = place_in({{"student", 3}, {"teacher", 3}, {"dino_loss", 1}});
  EXPECT_EQ(dino.container, "teacher");
  EXPECT_THAT(dino.others, ElementsAre("student"));
  EXPECT_EQ(place_in({{"ema", 4}, {"model", 3}}).container, "model");
  EXPECT_EQ(place_in({{"model_ema", 4}, {"optimizer", 9}}).container, "model_ema");
  EXPECT_EQ(place_in({{"target_network", 3}, {"online_network", 3}}).container, "online_network");
}

TEST(StateDictSearch, TakesAnUnknownNameWhenItIsTheOnlyOne) {
  EXPECT_EQ(place_in({{"my_weights", 3}, {"optimizer", 9}, {"lr_scheduler", 2}}).container,
            "my_weights");
  EXPECT_THAT(place_in({{"my_weights", 3}, {"optimizer", 9}}).others, IsEmpty());
  EXPECT_THAT(message_of([] {
                place_in({{"one", 3}, {"two", 3}});
              }),
              HasSubstr("several dictionaries in the file hold tensors ('one', 'two'); save"));
}

TEST(StateDictSearch, FindsNothingInOptimizersAlone) {
  const PickleGraph graph = graph_of({{"optimizer", 5}});
  EXPECT_FALSE(find_state_dict(PickleValue(graph), "x.pth").has_value());
  EXPECT_EQ(describe_entries(PickleValue(graph)), "'optimizer'");
}

}  // namespace
}  // namespace salix::io
