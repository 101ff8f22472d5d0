// A store that breaks off: nothing is missed, nothing comes twice.
#include "trainer/training_set_client.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/mutex.h"
#include "runtime/rpc/channel.h"
#include "runtime/rpc/server_host.h"

namespace ebb::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Serves `chunks` chunks and a summary; a chunk's token is its number. The calls end early as `breaks` says, in turn:
// after so many messages, with this status.
class BreakingStore final : public v1::FeatureStore::Service {
 public:
  struct Break {
    int after;
    grpc::Status status;
  };
  explicit BreakingStore(int chunks, std::vector<Break> breaks) : chunks_(chunks), breaks_(std::move(breaks)) {
    host_ = *ServerHost::Start({}, {this});
  }
  ~BreakingStore() override { host_.reset(); }

  std::string address() const { return host_->address(); }
  std::vector<std::string> tokens() const {  // that were asked with
    MutexLock lock(&mutex_);
    return tokens_;
  }
  bool asked() const { return asked_; }

  grpc::Status ReadTrainingSet(grpc::ServerContext*, const v1::ReadTrainingSetRequest* request,
                               grpc::ServerWriter<v1::ReadTrainingSetResponse>* writer) override {
    const size_t call = Note(request->resume_token());
    asked_ = true;
    int begin = 0;
    if (!request->resume_token().empty()) {
      EXPECT_TRUE(absl::SimpleAtoi(request->resume_token(), &begin));
    }
    for (int i = begin; i <= chunks_; ++i) {
      if (call < breaks_.size() && i - begin == breaks_[call].after) return breaks_[call].status;
      v1::ReadTrainingSetResponse chunk;
      if (i == chunks_) {
        chunk.mutable_summary()->set_rows(chunks_);
      } else {
        chunk.set_rows(i);
        chunk.set_resume_token(absl::StrCat(i + 1));
      }
      writer->Write(chunk);
    }
    const bool breaks_behind = call < breaks_.size() && breaks_[call].after > chunks_ - begin;
    return breaks_behind ? breaks_[call].status : grpc::Status::OK;
  }

 private:
  // Returns how many calls there were before.
  size_t Note(const std::string& token) {
    MutexLock lock(&mutex_);
    tokens_.push_back(token);
    return tokens_.size() - 1;
  }

  const int chunks_;
  const std::vector<Break> breaks_;
  mutable Mutex mutex_;
  std::vector<std::string> tokens_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> asked_ = false;
  std::unique_ptr<ServerHost> host_;
};

struct Outcome {
  absl::Status status;
  std::vector<int64_t> chunks;
  bool summary = false;
};

Outcome ReadFrom(const BreakingStore& store, const CancelFn& cancelled = nullptr) {
  ChannelOptions to_store;
  to_store.address = store.address();
  TrainingSetClient client(*OpenChannel(to_store), absl::Seconds(60));
  Outcome outcome;
  outcome.status = client.Read({}, cancelled, [&](const v1::ReadTrainingSetResponse& chunk) {
    if (chunk.has_summary()) {
      outcome.summary = true;
    } else {
      outcome.chunks.push_back(chunk.rows());
    }
    return absl::OkStatus();
  });
  return outcome;
}

const grpc::Status kGone(grpc::StatusCode::UNAVAILABLE, "gone");

TEST(TrainingSetClient, GoesOnWhereTheStreamBrokeOff) {
  const BreakingStore store(4, {{2, kGone}, {0, kGone}, {1, kGone}, {1, kGone}});
  const Outcome outcome = ReadFrom(store);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(outcome.chunks, ElementsAre(0, 1, 2, 3));
  EXPECT_TRUE(outcome.summary);
  EXPECT_THAT(store.tokens(), ElementsAre("", "2", "2", "3", "4"));
}

TEST(TrainingSetClient, ABreakBehindTheSummaryLosesNothing) {
  const BreakingStore store(2, {{3, kGone}});
  const Outcome outcome = ReadFrom(store);
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(outcome.chunks, ElementsAre(0, 1));
  EXPECT_TRUE(outcome.summary);
  EXPECT_THAT(store.tokens(), ElementsAre(""));
}

TEST(TrainingSetClient, AStoreThatSendsNothingIsNotAskedAgain) {
  const BreakingStore store(4, {{0, kGone}});
  const Outcome outcome = ReadFrom(store);
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("gone"));
  EXPECT_THAT(store.tokens(), ElementsAre(""));
}

TEST(TrainingSetClient, ARefusalToGoOnIsTheEnd) {
  const BreakingStore store(
      4, {{2, kGone}, {0, grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "resume_token: a back-fill came")}});
  const Outcome outcome = ReadFrom(store);
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("a back-fill came"));
  EXPECT_FALSE(outcome.summary);
}

TEST(TrainingSetClient, CanBeCancelled) {
  const BreakingStore store(4, {{2, kGone}});
  EXPECT_EQ(ReadFrom(store, [&] { return store.asked(); }).status.code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace ebb::trainer
