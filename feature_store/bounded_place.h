#pragma once

#include <atomic>

namespace ebb::feature_store {

// One of a bounded number of places, given back at the end.
class BoundedPlace {
 public:
  BoundedPlace(std::atomic<int>* taken, int most) : taken_(taken), has_one_(taken->fetch_add(1) < most) {}
  ~BoundedPlace() { taken_->fetch_sub(1); }
  BoundedPlace(const BoundedPlace&) = delete;
  BoundedPlace& operator=(const BoundedPlace&) = delete;
  explicit operator bool() const { return has_one_; }

 private:
  std::atomic<int>* const taken_;
  const bool has_one_;
};

}  // namespace ebb::feature_store
