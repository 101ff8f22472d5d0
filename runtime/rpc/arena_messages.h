// Requests and answers of one RPC in an arena each call.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "google/protobuf/arena.h"
#include "grpcpp/support/message_allocator.h"
#include "runtime/mutex.h"

namespace ebb {

// For SetMessageAllocatorFor_METHOD: an answer of thousands of small parts is then one block of memory, which later
// calls use again. Thread-safe; must outlive the server.
template <typename Request, typename Response>
class ArenaMessages final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override {
    std::unique_ptr<Call> call;
    {
      MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        call = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (call == nullptr) call = std::make_unique<Call>(this);
    call->Begin();
    return call.release();  // back by Release
  }

 private:
  static constexpr size_t kBlock = 64 << 10;  // what a call needs beyond it comes from the heap and goes back to it
  static constexpr size_t kMostIdle = 16;

  class Call final : public grpc::MessageHolder<Request, Response> {
   public:
    explicit Call(ArenaMessages* owner) : owner_(owner), arena_(Blocks(block_.get())) {}
    void Begin() {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }
    void Release() override {
      arena_.Reset();
      owner_->Keep(std::unique_ptr<Call>(this));
    }

   private:
    static google::protobuf::ArenaOptions Blocks(char* first) {
      google::protobuf::ArenaOptions options;
      options.initial_block = first;
      options.initial_block_size = kBlock;
      options.max_block_size = kBlock;
      return options;
    }

    ArenaMessages* const owner_;
    const std::unique_ptr<char[]> block_{new char[kBlock]};
    google::protobuf::Arena arena_;
  };

  void Keep(std::unique_ptr<Call> call) {
    MutexLock lock(&mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(call));
  }

  Mutex mutex_;
  std::vector<std::unique_ptr<Call>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb
