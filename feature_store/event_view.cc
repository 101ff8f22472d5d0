#include "feature_store/event_view.h"

#include <memory>
#include <type_traits>

#include "feature_store/event_time.h"
#include "feature_store/wire_fields.h"

namespace ebb::feature_store {
namespace {

// Calls `field(tag, in)` for each field, numbers ascending; `repeated` alone may come again. False where that, or a
// field, fails.
template <typename Field>
bool ReadFields(std::string_view bytes, uint32_t repeated, const Field& field) {
  FieldReader in(bytes);
  uint32_t before = 0;
  while (!in.at_end()) {
    uint32_t tag = 0;
    if (!in.ReadTag(&tag) || tag < before || (tag == before && tag != repeated)) return false;
    before = tag;
    if (!field(tag, in)) return false;
  }
  return true;
}

constexpr uint32_t kNoneRepeated = 0;

bool ReadTime(std::string_view bytes, int64_t* micros) {
  google::protobuf::Timestamp stamp;
  const bool read = ReadFields(bytes, kNoneRepeated, [&](uint32_t tag, FieldReader& in) {
    int64_t value = 0;
    if (!in.ReadSigned(&value)) return false;
    switch (tag) {
      case VarintTag(google::protobuf::Timestamp::kSecondsFieldNumber):
        stamp.set_seconds(value);
        return true;
      case VarintTag(google::protobuf::Timestamp::kNanosFieldNumber):
        stamp.set_nanos(static_cast<int32_t>(value));
        return true;
      default:
        return false;
    }
  });
  // What no Timestamp may hold is left to the check of the message: in microseconds it could overflow.
  constexpr int64_t kFarAway = 1'000'000'000'000;
  if (!read || stamp.seconds() > kFarAway || stamp.seconds() < -kFarAway || stamp.nanos() < 0 ||
      stamp.nanos() > 999'999'999) {
    return false;
  }
  *micros = ToMicros(stamp);
  return true;
}

bool ReadPageView(std::string_view bytes, EventView* event) {
  return ReadFields(bytes, kNoneRepeated, [&](uint32_t tag, FieldReader& in) {
    switch (tag) {
      case LengthTag(v1::PageView::kVisitIdFieldNumber):
        return in.ReadBytes(&event->visit_id);
      case LengthTag(v1::PageView::kCategoryFieldNumber):
        return in.ReadBytes(&event->category);
      default:
        return false;
    }
  });
}

bool ReadTimeOnSite(std::string_view bytes, EventView* event) {
  return ReadFields(bytes, kNoneRepeated, [&](uint32_t tag, FieldReader& in) {
    switch (tag) {
      case LengthTag(v1::TimeOnSite::kVisitIdFieldNumber):
        return in.ReadBytes(&event->visit_id);
      case VarintTag(v1::TimeOnSite::kDurationMsFieldNumber):
        return in.ReadSigned(&event->duration_ms);
      default:
        return false;
    }
  });
}

// The numbers of PurchaseLine's and BasketItem's common fields are the same.
static_assert(int{v1::PurchaseLine::kProductIdFieldNumber} == int{v1::BasketItem::kProductIdFieldNumber});
static_assert(int{v1::PurchaseLine::kCategoryFieldNumber} == int{v1::BasketItem::kCategoryFieldNumber});
static_assert(int{v1::PurchaseLine::kQuantityFieldNumber} == int{v1::BasketItem::kQuantityFieldNumber});

bool ReadLine(std::string_view bytes, bool priced, LineView* line) {
  return ReadFields(bytes, kNoneRepeated, [&](uint32_t tag, FieldReader& in) {
    switch (tag) {
      case LengthTag(v1::PurchaseLine::kProductIdFieldNumber):
        return in.ReadBytes(&line->product_id);
      case LengthTag(v1::PurchaseLine::kCategoryFieldNumber):
        return in.ReadBytes(&line->category);
      case VarintTag(v1::PurchaseLine::kQuantityFieldNumber):
        return in.ReadSigned(&line->quantity);
      case VarintTag(v1::PurchaseLine::kUnitPriceMinorFieldNumber):
        return priced && in.ReadSigned(&line->unit_price_minor);
      case VarintTag(v1::PurchaseLine::kOnPromotionFieldNumber): {
        int64_t value = 0;
        const bool read = priced && in.ReadSigned(&value);
        line->on_promotion = value != 0;
        return read;
      }
      default:
        return false;
    }
  });
}

std::span<LineView> NewLines(size_t count, google::protobuf::Arena* arena) {
  static_assert(std::is_trivially_destructible_v<LineView> && alignof(LineView) == alignof(uint64_t));
  auto* room = google::protobuf::Arena::CreateArray<uint64_t>(arena, count * (sizeof(LineView) / sizeof(uint64_t)));
  auto* lines = reinterpret_cast<LineView*>(room);
  std::uninitialized_value_construct_n(lines, count);
  return {lines, count};
}

// Lines are the field `tag` of `bytes`, which ReadFields has found in order.
bool ReadLines(std::string_view bytes, uint32_t lines_tag, size_t count, bool priced, google::protobuf::Arena* arena,
               EventView* event) {
  const std::span<LineView> lines = NewLines(count, arena);
  auto line = lines.begin();
  FieldReader in(bytes);
  while (!in.at_end()) {
    uint32_t tag = 0;
    std::string_view one;
    if (!in.ReadTag(&tag)) return false;
    if (tag != lines_tag) {
      if (!in.Skip(tag)) return false;
    } else if (!in.ReadBytes(&one) || !ReadLine(one, priced, &*line++)) {
      return false;
    }
  }
  event->lines = lines;
  return true;
}

bool ReadBasketChange(std::string_view bytes, google::protobuf::Arena* arena, EventView* event) {
  constexpr uint32_t kItems = LengthTag(v1::BasketChange::kItemsFieldNumber);
  size_t items = 0;
  const bool read = ReadFields(bytes, kItems, [&](uint32_t tag, FieldReader& in) {
    std::string_view skipped;
    int64_t action = 0;
    switch (tag) {
      case LengthTag(v1::BasketChange::kVisitIdFieldNumber):
        return in.ReadBytes(&event->visit_id);
      case VarintTag(v1::BasketChange::kActionFieldNumber):
        if (!in.ReadSigned(&action)) return false;
        event->action = static_cast<v1::BasketChange::Action>(action);
        return v1::BasketChange::Action_IsValid(static_cast<int>(action));
      case kItems:
        ++items;
        return in.ReadBytes(&skipped);
      default:
        return false;
    }
  });
  return read && ReadLines(bytes, kItems, items, /*priced=*/false, arena, event);
}

bool ReadPurchase(std::string_view bytes, google::protobuf::Arena* arena, EventView* event) {
  constexpr uint32_t kLines = LengthTag(v1::Purchase::kLinesFieldNumber);
  size_t lines = 0;
  const bool read = ReadFields(bytes, kLines, [&](uint32_t tag, FieldReader& in) {
    std::string_view skipped;
    switch (tag) {
      case LengthTag(v1::Purchase::kOrderIdFieldNumber):
        return in.ReadBytes(&event->order_id);
      case LengthTag(v1::Purchase::kVisitIdFieldNumber):
        return in.ReadBytes(&event->visit_id);
      case kLines:
        ++lines;
        return in.ReadBytes(&skipped);
      default:
        return false;
    }
  });
  return read && ReadLines(bytes, kLines, lines, /*priced=*/true, arena, event);
}

bool ReadBody(uint32_t tag, std::string_view body, google::protobuf::Arena* arena, EventView* event) {
  event->body = static_cast<v1::Event::BodyCase>(google::protobuf::internal::WireFormatLite::GetTagFieldNumber(tag));
  switch (tag) {
    case LengthTag(v1::Event::kPageViewFieldNumber):
      return ReadPageView(body, event);
    case LengthTag(v1::Event::kTimeOnSiteFieldNumber):
      return ReadTimeOnSite(body, event);
    case LengthTag(v1::Event::kBasketChangeFieldNumber):
      return ReadBasketChange(body, arena, event);
    case LengthTag(v1::Event::kPurchaseFieldNumber):
      return ReadPurchase(body, arena, event);
    default:
      return false;
  }
}

}  // namespace

bool ReadEventView(std::string_view bytes, google::protobuf::Arena* arena, EventView* event) {
  event->bytes = bytes;
  return ReadFields(bytes, kNoneRepeated, [&](uint32_t tag, FieldReader& in) {
    std::string_view value;
    if (!in.ReadBytes(&value)) return false;
    switch (tag) {
      case LengthTag(v1::Event::kCustomerIdFieldNumber):
        event->customer_id = value;
        return true;
      case LengthTag(v1::Event::kEventIdFieldNumber):
        event->event_id = value;
        return true;
      case LengthTag(v1::Event::kEventTimeFieldNumber):
        return ReadTime(value, &event->event_time_us);
      case LengthTag(v1::Event::kKnownAtFieldNumber):
        return ReadTime(value, &event->known_at_us);
      default:
        return event->body == v1::Event::BODY_NOT_SET && ReadBody(tag, value, arena, event);
    }
  });
}

v1::Event ToMessage(const EventView& event) {
  if (event.message != nullptr) return *event.message;
  v1::Event message;
  message.ParseFromArray(event.bytes.data(), static_cast<int>(event.bytes.size()));
  return message;
}

EventView ViewOf(const v1::Event& event, google::protobuf::Arena* arena) {
  EventView view;
  view.customer_id = event.customer_id();
  view.event_id = event.event_id();
  if (event.has_event_time()) view.event_time_us = ToMicros(event.event_time());
  if (event.has_known_at()) view.known_at_us = ToMicros(event.known_at());
  view.body = event.body_case();
  view.message = &event;
  switch (event.body_case()) {
    case v1::Event::kPageView:
      view.visit_id = event.page_view().visit_id();
      view.category = event.page_view().category();
      break;
    case v1::Event::kTimeOnSite:
      view.visit_id = event.time_on_site().visit_id();
      view.duration_ms = event.time_on_site().duration_ms();
      break;
    case v1::Event::kBasketChange: {
      view.visit_id = event.basket_change().visit_id();
      view.action = event.basket_change().action();
      const std::span<LineView> lines = NewLines(static_cast<size_t>(event.basket_change().items_size()), arena);
      auto line = lines.begin();
      for (const v1::BasketItem& item : event.basket_change().items()) {
        *line++ = {item.product_id(), item.category(), item.quantity(), 0, false};
      }
      view.lines = lines;
      break;
    }
    case v1::Event::kPurchase: {
      view.visit_id = event.purchase().visit_id();
      view.order_id = event.purchase().order_id();
      const std::span<LineView> lines = NewLines(static_cast<size_t>(event.purchase().lines_size()), arena);
      auto line = lines.begin();
      for (const v1::PurchaseLine& from : event.purchase().lines()) {
        *line++ = {from.product_id(), from.category(), from.quantity(), from.unit_price_minor(), from.on_promotion()};
      }
      view.lines = lines;
      break;
    }
    default:
      break;
  }
  return view;
}

}  // namespace ebb::feature_store
