#include "clients/cli/strict_json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/cli/nearest.h"

namespace ebb {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr size_t kDeepest = 32;

// Walks the text and remembers how far the parser has read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// Column of a byte, in characters from 1.
int64_t Column(std::string_view text, size_t byte) {
  const std::string_view before = text.substr(0, byte);
  return 1 + std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::string JsonName(const FieldDescriptor& field) { return field.json_name(); }

const FieldDescriptor* FindField(const Descriptor& message, const std::string& key) {
  if (const FieldDescriptor* field = message.FindFieldByName(key)) return field;
  for (int i = 0; i < message.field_count(); ++i) {
    if (JsonName(*message.field(i)) == key) return message.field(i);
  }
  return nullptr;
}

std::vector<std::string> FieldNames(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return names;
}

// nlohmann's name for a token, without its own prefix: `syntax error while parsing value - invalid literal; last read:
// 'nul'`.
std::string Reason(const std::string& what) {
  const size_t begins = what.find("syntax error");
  const size_t colon = what.find(": ");
  return begins != std::string::npos ? what.substr(begins) : colon != std::string::npos ? what.substr(colon + 2) : what;
}

// The events of nlohmann's parser, checked against the message's fields.
class Checker : public nlohmann::json_sax<nlohmann::json> {
 public:
  Checker(std::string_view text, const Descriptor& message, const char** furthest)
      : text_(text), message_(message), furthest_(furthest) {}

  const absl::Status& status() const { return status_; }

  bool null() override { return Value(); }
  bool boolean(bool) override { return Value(); }
  bool number_integer(number_integer_t) override { return Value(); }
  bool number_unsigned(number_unsigned_t) override { return Value(); }
  bool number_float(number_float_t, const string_t&) override { return Value(); }
  bool string(string_t&) override { return Value(); }
  bool binary(binary_t&) override { return Value(); }

  bool start_object(std::size_t) override {
    const Descriptor* inner = frames_.empty() ? &message_ : frames_.back().field_message;
    return Begin({.message = inner});
  }
  bool end_object() override { return End(); }
  bool start_array(std::size_t) override {
    if (frames_.empty()) return Fail(0, "an event is one JSON object, not an array; write one event a line");
    return Begin({.is_array = true, .field_message = frames_.back().field_message});
  }
  bool end_array() override { return End(); }

  bool key(string_t& key) override {
    Frame& frame = frames_.back();
    const FieldDescriptor* field = frame.message == nullptr ? nullptr : FindField(*frame.message, key);
    if (frame.message != nullptr && field == nullptr) {
      return Fail(KeyStart(),
                  absl::StrCat("unknown field `", Path(), key, "`", DidYouMean(key, FieldNames(*frame.message))));
    }
    frame.key = field != nullptr ? field->name() : key;
    frame.field_message = nullptr;
    if (field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE && !IsText(*field->message_type())) {
      frame.field_message = field->message_type();
    }
    if (frame.seen.insert(frame.key).second) return true;
    return Fail(KeyStart(), absl::StrCat("the key `", Path(), key, "` is given twice; keep one"));
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    return Fail(position > 0 ? position - 1 : 0, Reason(error.what()));
  }

 private:
  struct Frame {
    bool is_array = false;
    // Fields that keys may name; null: not checked here.
    const Descriptor* message = nullptr;
    // Message type of the field being read (of the elements, in an array).
    const Descriptor* field_message = nullptr;
    std::string key = {};
    int64_t index = 0;
    std::set<std::string> seen = {};
  };

  // Messages that JSON writes as text.
  static bool IsText(const Descriptor& message) { return message.file()->package() == "google.protobuf"; }

  bool Value() {
    if (frames_.empty()) return Fail(0, "an event is one JSON object");
    Count();
    return true;
  }
  bool Begin(Frame frame) {
    if (frames_.size() >= kDeepest) return Fail(Read(), absl::StrCat("nested deeper than ", kDeepest, " levels"));
    frames_.push_back(std::move(frame));
    return true;
  }
  bool End() {
    frames_.pop_back();
    Count();
    return true;
  }
  void Count() {
    if (!frames_.empty() && frames_.back().is_array) ++frames_.back().index;
  }

  // The message being read: `purchase.lines[1].`.
  std::string Path() const {
    std::string path;
    for (size_t i = 0; i + 1 < frames_.size(); ++i) {
      if (frames_[i].is_array) {
        absl::StrAppend(&path, "[", frames_[i].index, "]");
      } else {
        absl::StrAppend(&path, path.empty() ? "" : ".", frames_[i].key);
      }
    }
    return path.empty() ? path : path + ".";
  }

  size_t Read() const { return *furthest_ - text_.data(); }
  // Where the key just read begins: its closing quote is the last byte read.
  size_t KeyStart() const {
    const size_t closing = Read() - 1;
    const size_t opening = closing == 0 ? std::string_view::npos : text_.rfind('"', closing - 1);
    return opening == std::string_view::npos ? closing : opening;
  }
  bool Fail(size_t byte, const std::string& what) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat("column ", Column(text_, byte), ": ", what));
    return false;
  }

  const std::string_view text_;
  const Descriptor& message_;
  const char** const furthest_;
  std::vector<Frame> frames_;
  absl::Status status_;
};

}  // namespace

absl::Status CheckStrictJson(std::string_view text, const Descriptor& message) {
  const char* furthest = text.data();
  Checker checker(text, message, &furthest);
  nlohmann::json::sax_parse(CountingIterator(text.data(), &furthest),
                            CountingIterator(text.data() + text.size(), &furthest), &checker);
  return checker.status();
}

}  // namespace ebb
