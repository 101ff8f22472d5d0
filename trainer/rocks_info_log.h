#pragma once

#include <cstdarg>

#include "rocksdb/env.h"

namespace ebb::trainer {

// Sends RocksDB's own log to ours. Its usual LOG file asserts, and so aborts the process, when the disk is full.
class RocksInfoLog final : public rocksdb::Logger {
 public:
  RocksInfoLog() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;
};

}  // namespace ebb::trainer
