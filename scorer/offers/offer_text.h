#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Texts with placeholders: `Your basket holds {unpaid_items_3m} items`. `{{` and `}}` are braces. Pure functions.
namespace ebb::scorer {

struct OfferTextParts {
  // What stands between braces, in order, as often as it stands there.
  std::vector<std::string> placeholders;
  // What is wrong with the form; empty: nothing.
  std::string mistake;
};

// What a text asks for.
OfferTextParts ReadOfferText(std::string_view text);

// The value of a placeholder; nothing: it is not known.
using PlaceholderValue = std::function<std::optional<std::string>(std::string_view placeholder)>;

// The text with every placeholder replaced. Nothing: a value is not known, and `missing` names it.
std::optional<std::string> RenderOfferText(std::string_view text, const PlaceholderValue& value, std::string* missing);

constexpr char kBasketCompanions[] = "basket_companions", kPurchaseCompanions[] = "purchase_companions";
// Placeholders of goods that go with others.
bool IsCompanionPlaceholder(std::string_view name);

// A number as a text shows it: whole ones without decimals, others with at most two.
std::string NumberInText(double number);

}  // namespace ebb::scorer
