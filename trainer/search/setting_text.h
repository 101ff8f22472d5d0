#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "trainer/fit/setting.h"

namespace ebb::trainer {

// The setting as the text of a grid file that holds it alone, on one line, numbers to the last bit. A setting that a
// grid file cannot say (a scaled family without scaling) gives a text that ParseSetting refuses or reads otherwise; no
// grid and no draw makes one.
std::string SettingText(const Setting& setting);

// The setting that SettingText wrote. INVALID_ARGUMENT: the text is no grid, or not of exactly one setting.
absl::StatusOr<Setting> ParseSetting(std::string_view text);

}  // namespace ebb::trainer
