// deploy/one_click_vocabulary.textproto, built in, so that `ebb import` needs no file beside itself.
#pragma once

#include <string_view>

namespace ebb::one_click {

extern const std::string_view kDefaultVocabulary;

}  // namespace ebb::one_click
