#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "clients/cpp/event_pusher.h"

namespace ebb::testing {

// Pushes events and waits until every one is acknowledged; fails the test where that takes longer than a minute, and
// for each refused event unless `options` says what to do with it. Tags are the places in `events`; `before_push` gets
// them, too.
inline EventPusher::Totals PushAll(
    EventPusher::Options options, const std::vector<v1::Event>& events,
    const std::function<void(int64_t)>& before_push = [](int64_t) {}) {
  if (!options.on_refused) {
    options.on_refused = [](const EventPusher::Refusal& refusal) {
      ADD_FAILURE() << refusal.reasons.front()->DebugString();
    };
  }
  options.connect_limit = absl::Minutes(1);
  EventPusher pusher(std::move(options));
  int64_t tag = 0;
  for (const v1::Event& event : events) {
    before_push(tag);
    EXPECT_TRUE(pusher.Push(event, tag++).ok());
  }
  EXPECT_TRUE(pusher.Flush(absl::Minutes(1)).ok());
  EXPECT_EQ(pusher.totals().acknowledged(), tag);
  return pusher.totals();
}

}  // namespace ebb::testing
