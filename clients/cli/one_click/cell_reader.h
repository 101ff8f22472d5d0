// Turns the text of one cell into the value it stands for, by the rule of its column.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/one_click/decimal_text.h"
#include "clients/cli/one_click/shop_columns.h"
#include "clients/cli/one_click/vocabulary.h"

namespace ebb::one_click {

// Reads the cells of one file, keeping count of repaired words. Not for use by several threads at once.
class CellReader {
 public:
  // `vocabulary` must outlive this.
  CellReader(const ShopTableSpec& spec, const Vocabulary& vocabulary) : spec_(spec), vocabulary_(vocabulary) {}

  // A repaired word of one column.
  struct RepairedWord {
    WordMatch match;
    int64_t rows = 0;
    int64_t first_line = 0;
  };
  // By column of the spec and the word as it was written.
  using RepairedWords = std::map<std::pair<size_t, std::string>, RepairedWord>;

  // `text` is trimmed; absent where it is empty and the column may have gaps. INVALID_ARGUMENT, the message being the
  // rule alone.
  absl::StatusOr<std::optional<std::string>> Read(size_t column, std::string_view text, int64_t line);

  const RepairedWords& repaired() const { return repaired_; }
  std::optional<char> decimal_mark() const { return decimals_.mark(); }

 private:
  absl::StatusOr<std::optional<std::string>> ReadWord(size_t column, std::string_view text, int64_t line);
  absl::StatusOr<std::optional<std::string>> ReadNumber(const ShopColumn& column, std::string_view text);

  const ShopTableSpec& spec_;
  const Vocabulary& vocabulary_;
  DecimalReader decimals_;
  std::map<std::pair<size_t, std::string>, WordMatch>
      known_;  // words met before: an edit distance costs more than a look-up
  RepairedWords repaired_;
};

}  // namespace ebb::one_click
