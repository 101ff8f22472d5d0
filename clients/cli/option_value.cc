#include "clients/cli/option_value.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/nearest.h"

namespace ebb {
namespace {

absl::Status Wrong(const Option& option, const std::string& value, const std::string& rule) {
  return UsageError(absl::StrCat(LongName(option), ": `", value, "` ", rule));
}

absl::Status CheckRange(const Option& option, const std::string& text, double number) {
  if (option.least && number < *option.least) return Wrong(option, text, absl::StrCat("is below ", *option.least));
  if (option.greatest && number > *option.greatest)
    return Wrong(option, text, absl::StrCat("is above ", *option.greatest));
  return absl::OkStatus();
}

// One overload for each kind of target.
struct Setter {
  const Option& option;
  const std::string& text;

  absl::Status operator()(bool* target) const {
    *target = true;
    return absl::OkStatus();
  }
  template <typename Integer>
  absl::Status SetInteger(Integer* target) const {
    Integer number;
    if (!absl::SimpleAtoi(text, &number)) return Wrong(option, text, "is not a whole number");
    if (absl::Status status = CheckRange(option, text, static_cast<double>(number)); !status.ok()) return status;
    *target = number;
    return absl::OkStatus();
  }
  absl::Status operator()(int64_t* target) const { return SetInteger(target); }
  absl::Status operator()(uint64_t* target) const { return SetInteger(target); }
  absl::Status operator()(std::optional<uint64_t>* target) const {
    uint64_t number = 0;
    if (absl::Status status = SetInteger(&number); !status.ok()) return status;
    *target = number;
    return absl::OkStatus();
  }
  absl::Status operator()(double* target) const {
    double number;
    if (!absl::SimpleAtod(text, &number) || !(number - number == 0))
      return Wrong(option, text, "is not a finite number");
    if (absl::Status status = CheckRange(option, text, number); !status.ok()) return status;
    *target = number;
    return absl::OkStatus();
  }
  absl::Status operator()(std::optional<double>* target) const {
    double number = 0;
    if (absl::Status status = (*this)(&number); !status.ok()) return status;
    *target = number;
    return absl::OkStatus();
  }
  absl::Status operator()(std::string* target) const {
    if (absl::Status status = CheckChoice(); !status.ok()) return status;
    *target = text;
    return absl::OkStatus();
  }
  absl::Status operator()(std::vector<std::string>* target) const {
    if (absl::Status status = CheckChoice(); !status.ok()) return status;
    target->push_back(text);
    return absl::OkStatus();
  }
  absl::Status CheckChoice() const {
    const std::vector<std::string>& choices = option.choices;
    if (choices.empty() || std::find(choices.begin(), choices.end(), text) != choices.end()) return absl::OkStatus();
    return Wrong(option, text, absl::StrCat("is not one of ", absl::StrJoin(choices, ", "), DidYouMean(text, choices)));
  }
};

}  // namespace

std::string LongName(const Option& option) {
  const size_t comma = option.name.find(',');
  return comma == std::string::npos ? option.name : option.name.substr(comma + 1);
}

absl::Status SetOption(const Option& option, const std::vector<std::string>& given) {
  if (auto* const* list = std::get_if<std::vector<std::string>*>(&option.target)) {
    (*list)->clear();
  } else if (given.size() > 1 && !std::holds_alternative<bool*>(option.target)) {
    return UsageError(absl::StrCat(LongName(option), " is given ", given.size(), " times; give it once"));
  }
  for (const std::string& text : given) {
    if (absl::Status status = std::visit(Setter{option, text}, option.target); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string DefaultText(const Option& option) {
  if (auto* const* text = std::get_if<std::string*>(&option.target)) return **text;
  if (auto* const* number = std::get_if<int64_t*>(&option.target)) return absl::StrCat(**number);
  if (auto* const* number = std::get_if<uint64_t*>(&option.target)) return absl::StrCat(**number);
  if (auto* const* number = std::get_if<double*>(&option.target)) return absl::StrCat(**number);
  return "";
}

}  // namespace ebb
