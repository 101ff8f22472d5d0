#include "runtime/rocks/info_log.h"

#include <cstdio>
#include <utility>

#include "runtime/log.h"

namespace ebb {
namespace {

Level LevelOf(rocksdb::InfoLogLevel level) {
  if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return Level::kDebug;
  return level == rocksdb::InfoLogLevel::WARN_LEVEL ? Level::kWarning : Level::kError;
}

}  // namespace

// RocksDB does not even format what is below the level it is told here.
RocksInfoLog::RocksInfoLog(std::string component)
    : rocksdb::Logger(LogEnabled(Level::kDebug) ? rocksdb::InfoLogLevel::INFO_LEVEL
                                                : rocksdb::InfoLogLevel::WARN_LEVEL),
      component_(std::move(component)) {}

void RocksInfoLog::Logv(const char* format, va_list arguments) {
  Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
}

void RocksInfoLog::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (!LogEnabled(LevelOf(level))) return;
  char text[1024];  // what is longer is cut
  std::vsnprintf(text, sizeof(text), format, arguments);
  Log(LevelOf(level), component_, "rocksdb", {{"text", static_cast<const char*>(text)}});
}

}  // namespace ebb
