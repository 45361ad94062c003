#include "train/loop/gradient_averager.h"

#include <utility>

#include "engine/autograd/tape.h"
#include "layers/functional/unary.h"

namespace salix {
namespace {

struct Bucket {
  std::vector<std::size_t> members;  // of the parameters, in the order of their bytes
  std::int64_t numel = 0;
  std::size_t missing = 0;  // members that have not come yet
  Tensor sum = {};          // [numel], while on its way
  std::unique_ptr<Communicator::Pending> pending = {};
};

}  // namespace

struct GradientAverager::Work {
  struct Parameter {
    StateEntry entry;
    int bucket = -1;  // -1: not expected to have a gradient
    std::int64_t offset = 0;
    bool arrived = false;
  };

  Exec& exec() const { return parameters.front().entry.tensor->exec(); }

  // New buckets of these parameters, behind those there are. `members` is in sending order.
  void add_buckets(const std::vector<std::size_t>& members) {
    std::size_t bytes = bucket_bytes;  // the first opens a bucket
    for (const std::size_t i : members) {
      Parameter& parameter = parameters[i];
      if (bytes >= bucket_bytes) {
        buckets.emplace_back();
        bytes = 0;
      }
      Bucket& bucket = buckets.back();
      parameter.bucket = static_cast<int>(buckets.size()) - 1;
      parameter.offset = bucket.numel;
      bucket.members.push_back(i);
      bucket.numel += parameter.entry.tensor->numel();
      bytes += parameter.entry.tensor->size_bytes();
    }
  }

  // In the order in which backward() finds them.
  template <typename Predicate>
  std::vector<std::size_t> last_first(const Predicate& wanted) const {
    std::vector<std::size_t> members;
    for (std::size_t i = parameters.size(); i-- > 0;) {
      if (wanted(i)) members.push_back(i);
    }
    return members;
  }

  void begin() {
    next = 0;
    for (Parameter& parameter : parameters) parameter.arrived = false;
    for (Bucket& bucket : buckets) bucket.missing = bucket.members.size();
    armed = true;
  }

  void* place_of(const Parameter& parameter) {
    Bucket& bucket = buckets[static_cast<std::size_t>(parameter.bucket)];
    const DType dtype = parameter.entry.tensor->dtype();
    if (!bucket.sum.defined()) bucket.sum = Tensor::empty(exec(), {bucket.numel}, dtype);
    return static_cast<std::byte*>(bucket.sum.mutable_view().data) +
           parameter.offset * static_cast<std::int64_t>(size_of(dtype));
  }

  // During backward(): `grad` is complete, but not yet added to what waits in grad().
  void arrive(std::size_t i, const Tensor& grad) {
    Parameter& parameter = parameters[i];
    if (!armed || parameter.bucket < 0) return;
    SALIX_CHECK(!parameter.arrived, "gradient averager: '", parameter.entry.name,
                "' got its gradient in two parts; a recomputed part of the network must hold all "
                "uses of its parameters");
    const Tensor before = parameter.entry.tensor->grad();
    void* place = place_of(parameter);
    exec().backend().copy(grad.view().data, place, grad.size_bytes());
    if (before.defined()) {
      exec().backend().accumulate(before.view().data, place, before.numel(), before.dtype());
    }
    check_in(parameter);
  }

  void check_in(Parameter& parameter) {
    parameter.arrived = true;
    --buckets[static_cast<std::size_t>(parameter.bucket)].missing;
    // In order, also where one rank's backward() finds gradients in another: ranks must agree.
    for (; next < buckets.size() && buckets[next].missing == 0; ++next) {
      buckets[next].pending = communicator.start_sum(buckets[next].sum.mutable_view());
    }
  }

  // After backward(): what no hook has brought.
  void complete_buckets() {
    for (Parameter& parameter : parameters) {
      if (parameter.bucket < 0 || parameter.arrived) continue;
      Tensor& tensor = *parameter.entry.tensor;
      const Tensor grad = tensor.grad();
      void* place = place_of(parameter);
      if (grad.defined()) {
        exec().backend().copy(grad.view().data, place, grad.size_bytes());
      } else {
        exec().backend().fill(place, tensor.numel(), tensor.dtype(), 0);
      }
      check_in(parameter);
    }
  }

  void finish() {
    armed = false;
    complete_buckets();
    std::vector<double> present;
    present.reserve(parameters.size());
    for (const Parameter& parameter : parameters) {
      present.push_back(parameter.entry.tensor->grad().defined() ? 1 : 0);
    }
    communicator.sum(present);

    const std::size_t expected = buckets.size();
    add_buckets(
        last_first([&](std::size_t i) { return present[i] > 0 && parameters[i].bucket < 0; }));
    for (std::size_t k = expected; k < buckets.size(); ++k) {
      buckets[k].missing = buckets[k].members.size();
    }
    complete_buckets();
    for (Bucket& bucket : buckets) hand_out(bucket, present);
    plan(present);
  }

  void hand_out(Bucket& bucket, const std::vector<double>& present) {
    bucket.pending->wait();
    bucket.pending.reset();
    const NoGrad no_grad(exec());
    const Tensor mean = affine(std::exchange(bucket.sum, {}), 1.0 / communicator.ranks(), 0);
    for (const std::size_t i : bucket.members) {
      if (present[i] == 0) continue;
      Tensor& tensor = *parameters[i].entry.tensor;
      Tensor grad = Tensor::empty(exec(), tensor.shape(), tensor.dtype());
      const std::int64_t offset =
          parameters[i].offset * static_cast<std::int64_t>(size_of(tensor.dtype()));
      exec().backend().copy(static_cast<const std::byte*>(mean.view().data) + offset,
                            grad.mutable_view().data, grad.size_bytes());
      tensor.set_grad(grad);
    }
  }

  // The buckets of the next time.
  template <typename Present>
  void plan(const Present& present) {
    buckets.clear();
    for (Parameter& parameter : parameters) parameter.bucket = -1;
    add_buckets(last_first([&](std::size_t i) { return present[i] != 0; }));
  }

  Communicator& communicator;
  std::size_t bucket_bytes;
  std::vector<Parameter> parameters = {};
  std::vector<Bucket> buckets = {};
  std::size_t next = 0;  // the first bucket that has not left
  bool armed = false;
};

GradientAverager::GradientAverager(Communicator& communicator, std::vector<StateEntry> parameters,
                                   std::size_t bucket_bytes)
    : work_(new Work{communicator, bucket_bytes}) {
  SALIX_CHECK(!parameters.empty(), "gradient averager: needs parameters");
  std::vector<double> expected;
  for (StateEntry& entry : parameters) {
    SALIX_CHECK(entry.tensor->dtype() == parameters.front().tensor->dtype(), "gradient averager: '",
                entry.name, "' must be ", parameters.front().tensor->dtype(),
                " as the others are; got ", entry.tensor->dtype());
    const std::size_t i = work_->parameters.size();
    expected.push_back(entry.tensor->requires_grad() ? 1 : 0);
    if (entry.tensor->requires_grad()) {
      register_hook(*entry.tensor, [work = std::weak_ptr(work_), i](const Tensor& grad) {
        if (const auto alive = work.lock()) alive->arrive(i, grad);
        return Tensor();
      });
    }
    work_->parameters.push_back({std::move(entry)});
  }
  work_->plan(expected);
}

GradientAverager::~GradientAverager() = default;

void GradientAverager::begin() { work_->begin(); }
void GradientAverager::finish() { work_->finish(); }

}  // namespace salix
