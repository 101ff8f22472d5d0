// Lines of a text file or of standard input, each of bounded length.
#pragma once

#include <cstdint>
#include <istream>
#include <streambuf>
#include <string>

namespace ebb {

// Not thread-safe; the buffer is borrowed.
class LineReader {
 public:
  enum class Outcome { kLine, kTooLong, kEnd };

  static constexpr size_t kLongest = 1 << 20;

  explicit LineReader(std::streambuf& in) : in_(in) {}

  // The next line without its line end (LF or CR LF), a byte-order mark at the very beginning left out. kTooLong: the
  // line's beginning; the rest is skipped.
  Outcome Next(std::string* line);
  // Of the line returned last, from 1.
  int64_t number() const { return number_; }

 private:
  std::streambuf& in_;
  int64_t number_ = 0;
};

// Lines of a whole stream, for progress.
int64_t CountLines(std::istream& in);

}  // namespace ebb
