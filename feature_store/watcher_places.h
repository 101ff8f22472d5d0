// How far each stream that follows changes has come.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>

#include "runtime/mutex.h"

namespace ebb::feature_store {

// Thread-safe. Must outlive the places it hands out.
class WatcherPlaces {
 public:
  // One stream's; it leaves when the place is destroyed.
  class Place {
   public:
    Place(WatcherPlaces* places, uint64_t sequence) : places_(places), sequence_(sequence) { places_->Add(this); }
    ~Place() { places_->Remove(this); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Everything up to `sequence` was handed over.
    void MoveTo(uint64_t sequence) { sequence_.store(sequence, std::memory_order_relaxed); }

   private:
    friend class WatcherPlaces;
    WatcherPlaces* const places_;
    std::atomic<uint64_t> sequence_;
  };

  // The place furthest behind; none without streams.
  std::optional<uint64_t> Slowest() const {
    MutexLock lock(&mutex_);
    std::optional<uint64_t> slowest;
    for (const Place* place : all_) {
      const uint64_t sequence = place->sequence_.load(std::memory_order_relaxed);
      if (!slowest.has_value() || sequence < *slowest) slowest = sequence;
    }
    return slowest;
  }

 private:
  void Add(const Place* place) {
    MutexLock lock(&mutex_);
    all_.insert(place);
  }
  void Remove(const Place* place) {
    MutexLock lock(&mutex_);
    all_.erase(place);
  }

  mutable Mutex mutex_;
  std::set<const Place*> all_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace ebb::feature_store
