// The programs that are installed beside `ebb`.
#pragma once

#include <string>
#include <string_view>

namespace ebb {

// The path of a program in the folder that the running one stands in.
std::string ProgramBesideUs(std::string_view name);

}  // namespace ebb
