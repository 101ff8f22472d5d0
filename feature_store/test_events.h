#pragma once

#include <string>

#include "absl/time/time.h"
#include "ebb/v1/event.pb.h"
#include "feature_store/declarations.h"
#include "feature_store/event_time.h"
#include "feature_store/test_time.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

// Events and declarations for tests, written as text.
namespace ebb::feature_store {

// An event of customer `c1` with this body, such as `page_view { visit_id: "v" }`.
inline v1::Event EventAt(absl::Time time, const std::string& id, const std::string& body) {
  v1::Event event;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(body, &event)) << body;
  event.set_customer_id("c1");
  event.set_event_id(id);
  *event.mutable_event_time() = ToTimestamp(time);
  return event;
}

// A purchase of one line.
inline v1::Event PurchaseAt(absl::Time time, const std::string& id, int64_t price_minor, int64_t quantity = 1,
                            const std::string& category = "toys") {
  return EventAt(time, id,
                 "purchase { order_id: \"" + id + "\" lines { product_id: \"p\" category: \"" + category +
                     "\" quantity: " + std::to_string(quantity) + " unit_price_minor: " + std::to_string(price_minor) +
                     " } }");
}

inline CompiledDeclarations Compiled(std::string_view text) {
  absl::StatusOr<CompiledDeclarations> declarations = CompileDeclarations(text, "test.textproto");
  EXPECT_TRUE(declarations.ok()) << declarations.status();
  return *std::move(declarations);
}

inline CompiledDeclarations DefaultDeclarations() { return Compiled(DefaultDeclarationsText()); }

}  // namespace ebb::feature_store
