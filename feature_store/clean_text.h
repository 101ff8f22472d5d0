#pragma once

#include <string>
#include <string_view>

// The text rule of event.proto. Pure functions.
namespace ebb::feature_store {

// Whether it is UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F).
bool IsCleanText(std::string_view text);

// The text as an error may show it: at most 64 bytes, what is not clean escaped, what is cut ending in `...`.
std::string Shown(std::string_view text);

}  // namespace ebb::feature_store
