// What an import mended, as the store takes it and the reports of models tell it.
#pragma once

#include <cstddef>
#include <vector>

#include "clients/cli/one_click/import_report.h"
#include "ebb/v1/data_repair.pb.h"

namespace ebb::one_click {

// The store takes no more.
inline constexpr size_t kMostRepairs = 1'000;

// Words, then repeated rows, then rows of unknown customers, each in the order of the files. Of more than kMostRepairs
// those of the most rows, these first. Texts are as they may stand in a message (Shown).
std::vector<v1::DataRepair> DataRepairs(const ImportReport& report);

}  // namespace ebb::one_click
