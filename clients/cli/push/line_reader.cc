#include "clients/cli/push/line_reader.h"

#include <algorithm>

namespace ebb {

LineReader::Outcome LineReader::Next(std::string* line) {
  line->clear();
  bool too_long = false;
  bool any = false;
  for (int c = in_.sbumpc(); c != std::char_traits<char>::eof(); c = in_.sbumpc()) {
    any = true;
    if (c == '\n') break;
    if (line->size() < kLongest) {
      line->push_back(static_cast<char>(c));
    } else {
      too_long = true;
    }
  }
  if (!any) return Outcome::kEnd;
  ++number_;
  if (!line->empty() && line->back() == '\r') line->pop_back();
  if (number_ == 1 && line->starts_with("\xEF\xBB\xBF")) line->erase(0, 3);
  return too_long ? Outcome::kTooLong : Outcome::kLine;
}

int64_t CountLines(std::istream& in) {
  std::string block(1 << 16, '\0');
  int64_t lines = 0;
  bool open = false;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    const auto end = block.begin() + in.gcount();
    lines += std::count(block.begin(), end, '\n');
    open = *(end - 1) != '\n';
  }
  return lines + (open ? 1 : 0);
}

}  // namespace ebb
