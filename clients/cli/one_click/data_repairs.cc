#include "clients/cli/one_click/data_repairs.h"

#include <algorithm>
#include <functional>
#include <string>

#include "clients/cli/one_click/cell_error.h"

namespace ebb::one_click {
namespace {

v1::DataRepair RepairOf(v1::DataRepair::Kind kind, const std::string& file, int64_t rows) {
  v1::DataRepair repair;
  repair.set_kind(kind);
  repair.set_source(Shown(file));
  repair.set_rows(rows);
  return repair;
}

}  // namespace

std::vector<v1::DataRepair> DataRepairs(const ImportReport& report) {
  std::vector<v1::DataRepair> repairs;
  for (const Repair& word : report.repairs) {
    const bool typo = word.kind == RepairKind::kTypo;
    v1::DataRepair& repair = repairs.emplace_back(
        RepairOf(typo ? v1::DataRepair::TYPING_ERROR : v1::DataRepair::LETTER_CASE, word.file, word.rows));
    repair.set_column(Shown(word.column));
    repair.set_from(Shown(word.from));
    repair.set_to(Shown(word.to));
  }
  for (const FileReport& file : report.files) {
    const int64_t rows = file.repeated.identical + file.repeated.same_key;
    if (rows > 0) repairs.push_back(RepairOf(v1::DataRepair::REPEATED_ROWS, file.file, rows));
  }
  for (const FileReport& file : report.files) {
    if (file.unmatched_rows > 0) {
      repairs.push_back(RepairOf(v1::DataRepair::UNMATCHED_ROWS, file.file, file.unmatched_rows));
    }
  }
  if (repairs.size() > kMostRepairs) {
    std::ranges::stable_sort(repairs, std::greater(), [](const v1::DataRepair& repair) { return repair.rows(); });
    repairs.resize(kMostRepairs);
  }
  return repairs;
}

}  // namespace ebb::one_click
