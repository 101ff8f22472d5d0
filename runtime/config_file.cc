#include "runtime/config_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace ebb {
namespace {

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

bool IsKey(absl::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
}

bool AtEnd(absl::string_view rest) {
  rest = absl::StripLeadingAsciiWhitespace(rest);
  return rest.empty() || rest[0] == '#';
}

// Takes one value off the front of `*rest`; a bare one ends at white space, a comma, `]` or `#`.
absl::StatusOr<std::string> TakeValue(absl::string_view* rest) {
  std::string value;
  const char quote = rest->empty() ? '\0' : rest->front();
  if (quote != '"' && quote != '\'') {
    const size_t end = std::min(rest->find_first_of(" \t,]#"), rest->size());
    value = std::string(rest->substr(0, end));
    rest->remove_prefix(end);
    if (value.empty()) return Wrong("a value is missing");
    return value;
  }
  for (size_t i = 1; i < rest->size(); ++i) {
    char c = (*rest)[i];
    if (c == quote) {
      rest->remove_prefix(i + 1);
      return value;
    }
    if (c == '\\' && quote == '"') {
      if (++i == rest->size() || ((*rest)[i] != '"' && (*rest)[i] != '\\')) {
        return Wrong("after a backslash only \" or \\ may follow; write paths in '…'");
      }
      c = (*rest)[i];
    }
    value.push_back(c);
  }
  return Wrong("the closing quote is missing");
}

absl::StatusOr<std::string> TakeList(absl::string_view* rest) {
  std::vector<std::string> elements;
  rest->remove_prefix(1);
  while (true) {
    *rest = absl::StripLeadingAsciiWhitespace(*rest);
    if (absl::ConsumePrefix(rest, "]")) return absl::StrJoin(elements, ",");
    absl::StatusOr<std::string> element = TakeValue(rest);
    if (!element.ok()) return element;
    elements.push_back(*std::move(element));
    *rest = absl::StripLeadingAsciiWhitespace(*rest);
    if (!absl::ConsumePrefix(rest, ",") && !absl::StartsWith(*rest, "]")) {
      return Wrong("a list must close with ] on its own line");
    }
  }
}

absl::StatusOr<std::string> ParseSection(absl::string_view line) {
  const size_t end = line.find(']');
  if (end == absl::string_view::npos || !AtEnd(line.substr(end + 1))) return Wrong("a section is written [name]");
  const absl::string_view name = absl::StripAsciiWhitespace(line.substr(1, end - 1));
  if (!IsKey(name)) return Wrong("a section's name has letters, digits, - and _ only");
  return absl::StrCat(name, "-");
}

absl::StatusOr<ConfigEntry> ParseEntry(absl::string_view section, absl::string_view line) {
  const size_t equals = line.find('=');
  if (equals == absl::string_view::npos) return Wrong("expected `key = value`");
  const absl::string_view key = absl::StripAsciiWhitespace(line.substr(0, equals));
  if (!IsKey(key)) return Wrong(absl::StrCat("\"", key, "\" is not a key: letters, digits, - and _ only"));
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(line.substr(equals + 1));
  absl::StatusOr<std::string> value = absl::StartsWith(rest, "[") ? TakeList(&rest) : TakeValue(&rest);
  if (!value.ok()) return Wrong(absl::StrCat(key, ": ", value.status().message()));
  if (!AtEnd(rest)) return Wrong(absl::StrCat(key, ": unexpected text after the value; quote values with spaces"));
  return ConfigEntry{absl::StrReplaceAll(absl::StrCat(section, key), {{"_", "-"}}), *std::move(value), 0};
}

}  // namespace

absl::StatusOr<std::vector<ConfigEntry>> ParseConfig(absl::string_view name, absl::string_view text) {
  std::vector<ConfigEntry> entries;
  std::string section;
  int number = 0;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");  // a byte-order mark some editors write
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    const auto failed = [&](const absl::Status& status) {
      return absl::InvalidArgumentError(absl::StrCat(name, ":", number, ": ", status.message()));
    };
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      absl::StatusOr<std::string> prefix = ParseSection(line);
      if (!prefix.ok()) return failed(prefix.status());
      section = *std::move(prefix);
      continue;
    }
    absl::StatusOr<ConfigEntry> entry = ParseEntry(section, line);
    if (!entry.ok()) return failed(entry.status());
    entry->line = number;
    for (const ConfigEntry& earlier : entries) {
      if (earlier.key != entry->key) continue;
      return failed(Wrong(absl::StrCat(entry->key, " is given twice, first in line ", earlier.line)));
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

absl::StatusOr<std::vector<ConfigEntry>> ReadConfigFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    return absl::NotFoundError(absl::StrCat("cannot read the configuration file ", path, ": ", std::strerror(errno)));
  }
  return ParseConfig(path, text);
}

}  // namespace ebb
