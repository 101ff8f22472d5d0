#include "trainer/rocks_info_log.h"

#include <cstdio>

#include "runtime/log.h"

namespace ebb::trainer {

void RocksInfoLog::Logv(const char* format, va_list arguments) {
  Logv(rocksdb::InfoLogLevel::WARN_LEVEL, format, arguments);
}

void RocksInfoLog::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
  char text[1024];  // what is longer is cut
  std::vsnprintf(text, sizeof(text), format, arguments);
  const bool is_error = level >= rocksdb::InfoLogLevel::ERROR_LEVEL;
  Log(is_error ? Level::kError : Level::kWarning, "registry", text);
}

}  // namespace ebb::trainer
