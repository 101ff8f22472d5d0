// A scorer whose disk takes no more: says so once, serves no longer, and can be stopped while it still fails.
#include <sys/resource.h>

#include <csignal>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/mutex.h"
#include "runtime/rpc/server_host.h"
#include "scorer/scorer_server.h"
#include "scorer/testing/scripted_feature_store_service.h"
#include "scorer/testing/scripted_trainer_service.h"
#include "scorer/testing/straight_line_model.h"
#include "tests/support/patience.h"
#include "tests/support/process.h"

namespace ebb::scorer {
namespace {

using ebb::testing::kPatience;

// While it lives, files of this process do not grow beyond `bytes`: writes fail as on a disk that is broken.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  void (*const handler_)(int);
  rlimit before_{};
};

// What a server tells whoever runs it.
class Failures {
 public:
  void Add(const absl::Status& status) {
    MutexLock lock(&mutex_);
    ++count_;
    last_ = status;
    changed_.SignalAll();
  }
  bool WaitForOne() {
    const absl::Time deadline = absl::Now() + kPatience;
    MutexLock lock(&mutex_);
    while (count_ == 0) {
      if (changed_.WaitWithDeadline(&mutex_, deadline)) break;
    }
    return count_ > 0;
  }
  int count() const {
    MutexLock lock(&mutex_);
    return count_;
  }
  absl::Status last() const {
    MutexLock lock(&mutex_);
    return last_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status last_ ABSL_GUARDED_BY(mutex_);
};

TEST(DiskFailureTest, IsToldOnceAndDoesNotCrashTheStop) {
  const ebb::testing::TemporaryFolder temporary;
  testing::ScriptedFeatureStoreService store(1);
  testing::ScriptedTrainerService trainer;
  const auto store_host = *ServerHost::Start({}, {&store});
  const auto trainer_host = *ServerHost::Start({}, {&trainer});
  store_host->OnDrain([&store] { store.Close(); });
  trainer_host->OnDrain([&trainer] { trainer.Close(); });
  trainer.Promote(1, testing::StraightLineModel(0));

  Options options;
  options.server.listen.port = 0;
  options.data_dir = temporary.path() + "/scorer";
  options.reconnect_wait = absl::Milliseconds(1);
  options.feature_store.port = static_cast<uint16_t>(store_host->port());
  options.trainer.port = static_cast<uint16_t>(trainer_host->port());
  const SystemClock clock;
  Failures failures;
  auto server = ScorerServer::Start(options, &clock, [&](const absl::Status& status) { failures.Add(status); });
  ASSERT_TRUE(server.ok()) << server.status();

  const FileSizeLimit limit(64 << 10);
  for (int i = 0; i < 2'000; ++i) store.Put(absl::StrCat("customer ", i), 1, 50);
  ASSERT_TRUE(failures.WaitForOne());
  EXPECT_EQ(failures.last().code(), absl::StatusCode::kInternal) << failures.last();

  // The follower comes back and fails again, also while the server stops.
  const int watches = store.watches();
  const absl::Time deadline = absl::Now() + kPatience;
  while (store.watches() < watches + 2 && absl::Now() < deadline) std::this_thread::yield();
  EXPECT_GE(store.watches(), watches + 2);
  server->reset();
  EXPECT_EQ(failures.count(), 1);
}

}  // namespace
}  // namespace ebb::scorer
