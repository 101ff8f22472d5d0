// A feature store that acknowledges idempotently and drops streams at random: what a client must live with.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>

#include "absl/time/clock.h"
#include "ebb/v1/feature_store_service.grpc.pb.h"
#include "runtime/mutex.h"

namespace ebb {

class FlakyStore final : public v1::FeatureStore::CallbackService {
 public:
  using Identity = std::tuple<std::string, int64_t, std::string>;

  // Of `drop_one_in` batches one ends its stream: before it counts, or after it counts and before its acknowledgement.
  // 0: none. Events without a customer are refused; one whose time is missing too breaks two rules.
  FlakyStore(uint64_t seed, int drop_one_in,
             std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials())
      : drop_one_in_(drop_one_in), random_(seed) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FlakyStore() override { server_->Shutdown(std::chrono::system_clock::now()); }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Every stream that comes ends with this status at its first batch.
  void EndStreamsWith(grpc::Status status) {
    MutexLock lock(&mutex_);
    ended_with_ = std::move(status);
  }
  std::set<Identity> events() const {
    MutexLock lock(&mutex_);
    return events_;
  }
  // Whether so many different events have arrived, waiting for them if need be.
  bool WaitForEvents(size_t count, absl::Duration limit) const {
    const absl::Time deadline = absl::Now() + limit;
    MutexLock lock(&mutex_);
    while (events_.size() < count) {
      if (arrived_.WaitWithDeadline(&mutex_, deadline) && events_.size() < count) return false;
    }
    return true;
  }
  // Customers in the order in which their events first arrived.
  std::vector<std::string> arrivals() const {
    MutexLock lock(&mutex_);
    return arrivals_;
  }
  int64_t dropped() const {
    MutexLock lock(&mutex_);
    return dropped_;
  }

  grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>* Ingest(grpc::CallbackServerContext*) override {
    return new Stream(this);
  }

 private:
  enum class Fate { kKeep, kDropBefore, kDropAfter };

  class Stream : public grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse> {
   public:
    explicit Stream(FlakyStore* store) : store_(store) { StartRead(&request_); }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      const grpc::Status status = store_->Take(request_, &response_);
      if (!status.ok()) return Finish(status);
      StartWrite(&response_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      StartRead(&request_);
    }
    void OnDone() override { delete this; }

   private:
    FlakyStore* const store_;
    v1::IngestRequest request_;
    v1::IngestResponse response_;
  };

  grpc::Status Take(const v1::IngestRequest& request, v1::IngestResponse* response) {
    MutexLock lock(&mutex_);
    if (!ended_with_.ok()) return ended_with_;
    const Fate fate = drop_one_in_ == 0 || random_() % drop_one_in_ != 0 ? Fate::kKeep
                      : random_() % 2                                    ? Fate::kDropBefore
                                                                         : Fate::kDropAfter;
    if (fate != Fate::kKeep) ++dropped_;
    if (fate == Fate::kDropBefore) return {grpc::StatusCode::UNAVAILABLE, "dropped before the batch counted"};
    response->Clear();
    response->set_batch_id(request.batch_id());
    for (int i = 0; i < request.events_size(); ++i) Count(request.events(i), i, response);
    if (fate == Fate::kDropAfter) return {grpc::StatusCode::UNAVAILABLE, "dropped before the acknowledgement"};
    return grpc::Status::OK;
  }

  void Count(const v1::Event& event, int index, v1::IngestResponse* response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (event.customer_id().empty()) {
      response->set_rejected(response->rejected() + 1);
      v1::RejectedEvent& rejection = *response->add_rejections();
      rejection.set_index(index);
      rejection.set_field("customer_id");
      rejection.set_rule("must not be empty");
      if (event.has_event_time()) return;
      v1::RejectedEvent& second = *response->add_rejections();
      second.set_index(index);
      second.set_field("event_time");
      second.set_rule("must be set");
      return;
    }
    if (events_.insert({event.customer_id(), event.event_time().seconds(), event.event_id()}).second) {
      response->set_accepted(response->accepted() + 1);
      arrivals_.push_back(event.customer_id());
      arrived_.SignalAll();
    } else {
      response->set_duplicate(response->duplicate() + 1);
    }
  }

  const int drop_one_in_;
  mutable Mutex mutex_;
  mutable CondVar arrived_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  grpc::Status ended_with_ ABSL_GUARDED_BY(mutex_);
  std::set<Identity> events_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> arrivals_ ABSL_GUARDED_BY(mutex_);
  int64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace ebb
