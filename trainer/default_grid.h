#pragma once

#include <string_view>

namespace ebb::trainer {

// The text of trainer/default_grid.textproto, built in.
std::string_view DefaultGridText();

}  // namespace ebb::trainer
