#pragma once

#include <cstddef>

#include "google/protobuf/arena.h"

namespace ebb {

// One message after the other in the same memory: a stream's messages of thousands of small parts cost a few blocks
// each, and small ones cost none. One thread at a time.
template <typename T>
class ArenaMessage {
 public:
  ArenaMessage() : arena_(Blocks(first_)), message_(google::protobuf::Arena::CreateMessage<T>(&arena_)) {}
  ArenaMessage(const ArenaMessage&) = delete;
  ArenaMessage& operator=(const ArenaMessage&) = delete;

  // The message, until Renew.
  T* get() const { return message_; }

  // An empty one. The one before is gone.
  T* Renew() {
    arena_.Reset();
    return message_ = google::protobuf::Arena::CreateMessage<T>(&arena_);
  }

 private:
  static constexpr size_t kFirstBlock = 1 << 10;
  static constexpr size_t kLargestBlock = 64 << 10;  // what is larger the allocator asks the system for, each time

  static google::protobuf::ArenaOptions Blocks(char* first) {
    google::protobuf::ArenaOptions options;
    options.initial_block = first;
    options.initial_block_size = kFirstBlock;
    options.start_block_size = kFirstBlock;
    options.max_block_size = kLargestBlock;
    return options;
  }

  alignas(std::max_align_t) char first_[kFirstBlock];
  google::protobuf::Arena arena_;
  T* message_;
};

}  // namespace ebb
