// What one customer does, and what happens to them, on one day.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "clients/cli/generate/customer_habits.h"
#include "clients/cli/generate/keyed_random.h"
#include "ebb/v1/event.pb.h"

namespace ebb::generate {

// Makes a customer's events of one day. Each has an id that the same seed, customer and day give again. Used by one
// thread.
class CustomerDay {
 public:
  // Events are appended to `events`, which must outlive this.
  CustomerDay(uint64_t seed, int64_t index, absl::CivilDay day, std::vector<v1::Event>& events);

  // Tier, consent, registration and birthday, at midnight.
  void AddProfile(const CustomerHabits& habits);
  // At most one visit, some contacts.
  void AddBehaviour(const CustomerHabits& habits, const Mood& mood);
  // Of the month before the day's.
  void AddProfitStatement(const CustomerHabits& habits);

 private:
  v1::Event& Add(absl::Time time);
  absl::Time MorningPlus(int64_t seconds) const;
  void AddVisit(const CustomerHabits& habits, const Mood& mood);
  absl::Time AddPages(const CustomerHabits& habits, const Mood& mood, absl::Time at, const std::string& visit);
  void AddBasket(const CustomerHabits& habits, const Mood& mood, absl::Time at, const std::string& visit);
  void AddPurchase(const CustomerHabits& habits, const std::vector<v1::BasketItem>& items, absl::Time at,
                   const std::string& visit);
  std::vector<v1::BasketItem> FillBasket(const CustomerHabits& habits);

  const std::string customer_id_;
  const absl::CivilDay day_;
  KeyedRandom random_;
  const uint32_t id_prefix_;
  int next_id_ = 0;
  std::vector<v1::Event>& events_;
};

}  // namespace ebb::generate
