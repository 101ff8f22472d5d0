// An event as checks, folds and sorts see it: views into bytes that somebody else keeps.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ebb/v1/event.pb.h"
#include "google/protobuf/arena.h"

namespace ebb::feature_store {

// A line of a purchase. Of a basket change: an item, without price and promotion.
struct LineView {
  std::string_view product_id;
  std::string_view category;
  int64_t quantity = 0;
  int64_t unit_price_minor = 0;
  bool on_promotion = false;
};

// The kinds that make up nearly all traffic are taken apart here; the others are left as the message.
struct EventView {
  static constexpr int64_t kNoTime = INT64_MIN;  // absent

  std::string_view bytes;  // the ebb.v1.Event itself; empty where `message` is set
  std::string_view customer_id;
  std::string_view event_id;
  int64_t event_time_us = kNoTime;  // microseconds since 1970 UTC, as is the next
  int64_t known_at_us = kNoTime;
  v1::Event::BodyCase body = v1::Event::BODY_NOT_SET;
  // Of a page view, basket change, purchase and time on site, what they have of these.
  std::string_view visit_id;
  std::string_view category;
  std::string_view order_id;
  std::span<const LineView> lines;
  int64_t duration_ms = 0;
  v1::BasketChange::Action action = v1::BasketChange::ACTION_UNSPECIFIED;
  // The whole event where its body is of another kind, or where its bytes had to be parsed; otherwise null.
  const v1::Event* message = nullptr;
};

// Reads an ebb.v1.Event whose fields stand in the order in which protobuf writes them, each once, and all of which are
// known here. False for anything else, which is legal but rare: such an event has to be parsed. Texts are not checked
// for UTF-8. Lines and messages are of the arena, everything else points into `bytes`.
bool ReadEventView(std::string_view bytes, google::protobuf::Arena* arena, EventView* event);

// The event as a message.
v1::Event ToMessage(const EventView& event);

// A parsed event: `event` and the arena must outlive the view.
EventView ViewOf(const v1::Event& event, google::protobuf::Arena* arena);

}  // namespace ebb::feature_store
