#include "scorer/offers/offer_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace ebb::scorer {
namespace {

// Walks over a text: `literal` gets what stands as it is, `placeholder` the names; either may end the walk by false.
// Returns what is wrong with the form.
std::string WalkOfferText(std::string_view text, const std::function<bool(std::string_view)>& literal,
                          const std::function<bool(std::string_view)>& placeholder) {
  for (size_t i = 0; i < text.size();) {
    const bool doubled = i + 1 < text.size() && text[i + 1] == text[i];
    if ((text[i] == '{' || text[i] == '}') && doubled) {
      if (!literal(text.substr(i, 1))) return "";
      i += 2;
    } else if (text[i] == '{') {
      const size_t end = text.find('}', i);
      if (end == std::string_view::npos) return "has a { without its }; a brace itself is written {{";
      const std::string_view name = text.substr(i + 1, end - i - 1);
      const bool is_name = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
      });
      if (!is_name) {
        return absl::StrCat("has the placeholder {", std::string(name.substr(0, 64)),
                            "}: between braces stands a lower_snake_case name");
      }
      if (!placeholder(name)) return "";
      i = end + 1;
    } else if (text[i] == '}') {
      return "has a } without its {; a brace itself is written }}";
    } else {
      const size_t end = std::min(text.find_first_of("{}", i), text.size());
      if (!literal(text.substr(i, end - i))) return "";
      i = end;
    }
  }
  return "";
}

}  // namespace

OfferTextParts ReadOfferText(std::string_view text) {
  OfferTextParts parts;
  parts.mistake = WalkOfferText(
      text, [](std::string_view) { return true; },
      [&](std::string_view name) {
        parts.placeholders.emplace_back(name);
        return true;
      });
  return parts;
}

std::optional<std::string> RenderOfferText(std::string_view text, const PlaceholderValue& value, std::string* missing) {
  std::string rendered;
  bool complete = true;
  const std::string mistake = WalkOfferText(
      text,
      [&](std::string_view literal) {
        rendered.append(literal);
        return true;
      },
      [&](std::string_view name) {
        const std::optional<std::string> found = value(name);
        if (!found.has_value()) {
          complete = false;
          *missing = name;
          return false;
        }
        rendered += *found;
        return true;
      });
  if (!complete || !mistake.empty()) return std::nullopt;
  return rendered;
}

bool IsCompanionPlaceholder(std::string_view name) { return name == kBasketCompanions || name == kPurchaseCompanions; }

std::string NumberInText(double number) {
  std::string text = absl::StrFormat("%.2f", number);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace ebb::scorer
