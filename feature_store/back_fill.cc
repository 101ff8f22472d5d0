#include "feature_store/back_fill.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "feature_store/customer.h"
#include "feature_store/event_time.h"
#include "feature_store/served_declarations.h"
#include "runtime/log.h"

namespace ebb::feature_store {
namespace {

constexpr absl::Duration kWorkOfAStep = absl::Milliseconds(2);  // batches wait for no longer, but for a single customer
constexpr absl::Duration kToldEvery = absl::Seconds(30);

uint32_t Lacking(LiveState* live) {
  ReaderMutexLock lock(&live->mutex);
  return live->table.incomplete_customers();
}

}  // namespace

BackFill::BackFill(LiveState* live, BackFillReader* reader, std::function<void()> on_complete)
    : live_(live),
      reader_(reader),
      on_complete_(std::move(on_complete)),
      began_(absl::Now()),
      lacking_at_start_(Lacking(live)),
      told_(began_) {}

bool BackFill::IsOver() const {
  ReaderMutexLock lock(&live_->mutex);
  return live_->table.definitions().next == nullptr;
}

BackFill::Result BackFill::Step(LogTail* tail, Residency* residency) {
  bool complete, saved;
  {
    ReaderMutexLock lock(&live_->mutex);
    if (live_->table.definitions().next == nullptr) return {};
    complete = live_->table.incomplete_customers() == 0;
    saved = live_->next_saved;
  }
  if (!tail->CheckRoom(0).ok()) return {};
  if (saved) return {.switched = Switch(tail)};
  if (complete) {
    if (!std::exchange(asked_to_save_, true)) on_complete_();
    return {};
  }
  Result result;
  if (absl::Status folded = FoldSome(residency, &result.more); !folded.ok()) {
    tail->Fail(absl::InternalError(absl::StrCat("the back-fill cannot go on: ", folded.message())));
    return {};
  }
  Tell();
  return result;
}

absl::Status BackFill::FoldSome(Residency* residency, bool* more) {
  const absl::Time until = absl::Now() + kWorkOfAStep;
  RawCustomer raw;
  while ((*more = reader_->Take(&raw))) {
    if (absl::Status done = Complete(std::move(raw), residency); !done.ok()) return done;
    if (absl::Now() >= until) break;
  }
  *more |= Lacking(live_) == 0;  // so that it is saved
  return residency->MakeRoom();
}

// The writer's thread alone changes customers: nothing moves on between the two locks, and the fold needs none.
absl::Status BackFill::Complete(RawCustomer raw, Residency* residency) {
  if (absl::Status loaded = residency->Load({raw.id}); !loaded.ok()) return loaded;
  std::unique_ptr<NextState> next;
  const CompiledDeclarations* declarations;
  {
    MutexLock lock(&live_->mutex);
    next = live_->table.TakeNext(raw.id);
    declarations = live_->table.definitions().next;
  }
  if (next == nullptr) return absl::OkStatus();  // erased meanwhile
  for (const v1::Event& event : raw.events) {
    // The others were parked when the live store began to fold for both, which it did with them, too, or still will.
    if (ShowsFrom(event) <= next->lacks_until_us) next->state.Fold(*declarations, event);
  }
  MutexLock lock(&live_->mutex);
  live_->table.Complete(raw.id, std::move(next));
  return absl::OkStatus();
}

// One record makes it: before it is on the disk everything is as it was, afterwards a start serves the new ones.
bool BackFill::Switch(LogTail* tail) {
  const auto [next, unannounced_to] = [this] {
    ReaderMutexLock lock(&live_->mutex);
    return std::pair(live_->table.definitions().next, live_->table.change_sequence());
  }();
  WriteSet changes;
  AddServedDeclarations(*next, unannounced_to, &changes);
  if (!tail->Write(changes, Durability::kSynced).ok()) return false;
  {
    MutexLock lock(&live_->mutex);
    live_->table.Switch();
    SetUnannounced(unannounced_to, live_);
  }
  Log(Level::kInfo, "store", "serves the new declarations",
      {{"features", next->features().size()},
       {"back_filled_customers", lacking_at_start_},
       {"seconds", absl::ToDoubleSeconds(absl::Now() - began_)}});
  return true;
}

void BackFill::Tell() {
  const absl::Time now = absl::Now();
  if (now - told_ < kToldEvery) return;
  told_ = now;
  if (const std::optional<v1::BackFillProgress> progress = Progress()) {
    Log(Level::kInfo, "store", "back-filling the new declarations",
        {{"done", progress->customers_done()},
         {"customers", progress->customers()},
         {"per_second", progress->customers_per_second()}});
  }
}

std::optional<v1::BackFillProgress> BackFill::Progress() const {
  v1::BackFillProgress progress;
  uint32_t lacking;
  {
    ReaderMutexLock lock(&live_->mutex);
    if (live_->table.definitions().next == nullptr) return std::nullopt;
    lacking = live_->table.incomplete_customers();
    const int64_t customers = int64_t{live_->table.folded_customers()} - live_->table.erased_customers();
    progress.set_customers(customers);
    progress.set_customers_done(customers - lacking);
  }
  *progress.mutable_began() = ToTimestamp(began_);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began_);
  progress.set_customers_per_second(static_cast<double>(lacking_at_start_ - lacking) / std::max(seconds, 1e-3));
  return progress;
}

}  // namespace ebb::feature_store
