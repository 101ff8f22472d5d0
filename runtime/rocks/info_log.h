#pragma once

#include <cstdarg>
#include <string>

#include "rocksdb/env.h"

namespace ebb {

// Sends RocksDB's own log to ours: errors as errors, warnings as warnings, the rest only at the level debug. Without it
// RocksDB writes a LOG file, whose writer asserts, and so aborts the process, when the disk is full. Thread-safe.
class RocksInfoLog final : public rocksdb::Logger {
 public:
  // `component`: who owns the database, as Log's.
  explicit RocksInfoLog(std::string component);

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;

 private:
  const std::string component_;
};

}  // namespace ebb
