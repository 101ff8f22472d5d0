// How a service declares its flags, once, from its Options struct.
//
//   struct Options {
//     HostPort listen{"127.0.0.1", 7500};
//     absl::Duration drain_time = absl::Seconds(10);
//   };
//   Options options;
//   Flags flags("ebb-scorer", "Keeps the latest result of everyone and streams what changes.");
//   flags.Add("listen", &options.listen, "Address to serve on; port 0 lets the system choose.");
//   flags.Add("drain-time", &options.drain_time, "How long running calls may take to end.", AtLeast(absl::Seconds(1)));
//   if (std::optional<int> exit_status = flags.Parse(argc, argv)) return *exit_status;
//
// A value comes from the first of: the flag `--drain-time 30s`, the environment `EBB_DRAIN_TIME=30s`, the file named by
// `--config` (or EBB_CONFIG) with a line `drain-time = "30s"`, the struct's own value. What is wrong is named by where
// it came from.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "runtime/flag_value.h"

namespace ebb {

// What must hold of a value, and how to say so: "must be at least 1s".
template <typename T>
struct Rule {
  std::string text;
  std::function<bool(const T&)> holds;
};

template <typename T>
Rule<T> AtLeast(T least) {
  return {absl::StrCat("must be at least ", FormatFlagValue(least)),
          [least](const T& value) { return value >= least; }};
}
template <typename T>
Rule<T> Between(T least, T most) {
  return {absl::StrCat("must be from ", FormatFlagValue(least), " to ", FormatFlagValue(most)),
          [least, most](const T& value) { return value >= least && value <= most; }};
}
inline Rule<std::string> NotEmpty() {
  return {"must not be empty", [](const std::string& value) { return !value.empty(); }};
}
inline Rule<std::string> OneOf(std::vector<std::string> choices) {
  return {absl::StrCat("must be one of ", absl::StrJoin(choices, ", ")), [choices](const std::string& value) {
            return std::find(choices.begin(), choices.end(), value) != choices.end();
          }};
}

using Environment = std::map<std::string, std::string>;

// Declared and parsed by one thread, at the start of main.
class Flags {
 public:
  static constexpr int kUsageExitStatus = 2;

  Flags(std::string program, std::string description);
  ~Flags();

  // `name` in lower case with dashes. `*target` holds the default and receives the value; it must outlive Parse. The
  // rule is checked on the value in the end, wherever it came from, the default included: NotEmpty on an empty default
  // makes a flag required. Types: see flag_value.h. A bool is set by `--name`, unset by `--no-name`.
  template <typename T>
  void Add(std::string name, T* target, std::string help, Rule<std::type_identity_t<T>> rule = {}) {
    Declare({.name = std::move(name),
             .help = std::move(help),
             .rule = rule.text,
             .is_bool = std::is_same_v<T, bool>,
             .set = [target](absl::string_view text) { return ParseFlagValue(text, target); },
             .get = [target] { return FormatFlagValue(*target); },
             .holds = [target, rule] { return !rule.holds || rule.holds(*target); }});
  }

  // Returns an exit status where the process should end: 0 after --help or --version (printed on standard output),
  // kUsageExitStatus after an error (one line on standard error).
  std::optional<int> Parse(int argc, const char* const* argv);

  // The same with nothing printed. On success empty, or the text that --help or --version asked for; INVALID_ARGUMENT
  // for what the caller got wrong, NOT_FOUND for a configuration file that cannot be read.
  absl::StatusOr<std::string> ParseFrom(const std::vector<std::string>& arguments, const Environment& environment);

 private:
  struct Flag {
    std::string name;
    std::string help;
    std::string rule;
    bool is_bool = false;
    std::function<absl::Status(absl::string_view)> set;
    std::function<std::string()> get;
    std::function<bool()> holds;
    std::string source = "the default";  // where the value came from, as an error names it
  };
  struct CommandLine;

  void Declare(Flag flag);
  Flag* Find(absl::string_view name);
  absl::Status Set(Flag* flag, absl::string_view text, std::string source);
  absl::StatusOr<std::string> ReadCommandLine(const std::vector<std::string>& arguments, CommandLine* given) const;
  absl::Status ApplyFile(const std::string& path);

  const std::string program_;
  const std::string description_;
  std::vector<Flag> flags_;
};

}  // namespace ebb
