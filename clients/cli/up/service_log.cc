#include "clients/cli/up/service_log.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace ebb {
namespace {

constexpr int64_t kTail = 16 << 10;

std::string ForPeople(const std::string& line) {
  const nlohmann::json entry = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!entry.is_object()) return line;
  for (const char* key : {"reason", "error", "message"}) {
    const auto found = entry.find(key);
    if (found != entry.end() && found->is_string() && !found->get<std::string>().empty())
      return found->get<std::string>();
  }
  return line;
}

}  // namespace

int64_t FileSize(const std::string& path) {
  std::error_code none;
  const auto size = std::filesystem::file_size(path, none);
  return none ? 0 : static_cast<int64_t>(size);
}

std::string LastWords(const std::string& log_path, int64_t offset) {
  std::ifstream file(log_path, std::ios::binary);
  file.seekg(std::max(offset, FileSize(log_path) - kTail));
  std::string line, last;
  while (std::getline(file, line)) {
    if (!line.empty()) last = line;
  }
  return ForPeople(last);
}

}  // namespace ebb
