// CLI11 reads the command line and prints the help; nothing else. Its own support for files and the environment is not
// used: in 2.1.2 a file beats the environment.
#include "runtime/config.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "runtime/config_file.h"

namespace ebb {
namespace {

std::string EnvironmentName(absl::string_view flag) {
  return absl::StrCat("EBB_", absl::AsciiStrToUpper(absl::StrReplaceAll(flag, {{"-", "_"}})));
}

Environment ProcessEnvironment() {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const absl::string_view text(*entry);
    const size_t equals = text.find('=');
    if (equals == absl::string_view::npos) continue;
    environment[std::string(text.substr(0, equals))] = std::string(text.substr(equals + 1));
  }
  return environment;
}

}  // namespace

// What the command line gave: texts by flag name, and the configuration file.
struct Flags::CommandLine {
  std::map<std::string, std::string> values;
  std::string config_path;
};

Flags::Flags(std::string program, std::string description)
    : program_(std::move(program)), description_(std::move(description)) {}

Flags::~Flags() = default;

void Flags::Declare(Flag flag) { flags_.push_back(std::move(flag)); }

Flags::Flag* Flags::Find(absl::string_view name) {
  for (Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

absl::Status Flags::Set(Flag* flag, absl::string_view text, std::string source) {
  const absl::Status parsed = flag->set(text);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(source, " is \"", text, "\": ", parsed.message()));
  }
  flag->source = std::move(source);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Flags::ReadCommandLine(const std::vector<std::string>& arguments,
                                                   CommandLine* given) const {
  CLI::App app(description_, program_);
  app.set_version_flag("--version", absl::StrCat(program_, " " EBB_VERSION));
  app.add_option("--config", given->config_path,
                 "File of `flag = value` lines (TOML or INI); flags and environment win over it")
      ->type_name("FILE");
  app.footer(
      "Every flag can also be set in the environment: --some-flag as EBB_SOME_FLAG.\n"
      "Order: flag, environment, configuration file, default.");
  std::map<std::string, std::string> texts;
  std::map<std::string, bool> switches;
  for (const Flag& flag : flags_) {
    const std::string help = flag.rule.empty() ? flag.help : absl::StrCat(flag.help, " (", flag.rule, ")");
    if (flag.is_bool) {
      app.add_flag(absl::StrCat("--", flag.name, ",!--no-", flag.name), switches[flag.name], help)
          ->default_str(flag.get());
    } else {
      const std::string shown = flag.get();
      CLI::Option* option = app.add_option(absl::StrCat("--", flag.name), texts[flag.name], help)->type_name("VALUE");
      if (!shown.empty()) option->default_str(shown);
    }
  }
  try {
    std::vector<std::string> reversed;  // the order CLI11 wants
    for (const std::string& argument : arguments) {
      const bool sets_empty = absl::StartsWith(argument, "--") && absl::EndsWith(argument, "=");
      reversed.push_back(sets_empty ? argument.substr(0, argument.size() - 1) : argument);
      if (sets_empty) reversed.emplace_back();  // CLI11 takes `--name=` for a missing value
    }
    std::reverse(reversed.begin(), reversed.end());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return app.help();
  } catch (const CLI::CallForVersion& version) {
    return absl::StrCat(version.what(), "\n");
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StrCat(error.what(), "; see ", program_, " --help"));
  }
  for (const Flag& flag : flags_) {
    const CLI::Option* option = app.get_option(absl::StrCat("--", flag.name));
    if (option->count() == 0) continue;
    given->values[flag.name] = flag.is_bool ? FormatFlagValue(switches[flag.name]) : texts[flag.name];
  }
  return std::string();
}

absl::Status Flags::ApplyFile(const std::string& path) {
  const absl::StatusOr<std::vector<ConfigEntry>> entries = ReadConfigFile(path);
  if (!entries.ok()) return entries.status();
  for (const ConfigEntry& entry : *entries) {
    Flag* flag = Find(entry.key);
    const std::string place = absl::StrCat(path, ":", entry.line, ": ", entry.key);
    if (flag == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(place, " is not a flag of ", program_, "; see --help"));
    }
    if (absl::Status status = Set(flag, entry.value, place); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Flags::ParseFrom(const std::vector<std::string>& arguments,
                                             const Environment& environment) {
  CommandLine given;
  const absl::StatusOr<std::string> text = ReadCommandLine(arguments, &given);
  if (!text.ok() || !text->empty()) return text;
  const auto config = environment.find("EBB_CONFIG");
  if (given.config_path.empty() && config != environment.end()) given.config_path = config->second;
  if (!given.config_path.empty()) {
    if (absl::Status status = ApplyFile(given.config_path); !status.ok()) return status;
  }
  for (Flag& flag : flags_) {
    const auto variable = environment.find(EnvironmentName(flag.name));
    const auto argument = given.values.find(flag.name);
    absl::Status status;
    if (argument != given.values.end()) {
      status = Set(&flag, argument->second, absl::StrCat("--", flag.name));
    } else if (variable != environment.end()) {
      status = Set(&flag, variable->second, absl::StrCat("environment variable ", variable->first));
    }
    if (!status.ok()) return status;
    if (flag.holds()) continue;
    const std::string source =
        flag.source == "the default" ? absl::StrCat("--", flag.name, " (by default)") : flag.source;
    return absl::InvalidArgumentError(absl::StrCat(source, " is \"", flag.get(), "\": ", flag.rule));
  }
  return std::string();
}

std::optional<int> Flags::Parse(int argc, const char* const* argv) {
  const absl::StatusOr<std::string> text =
      ParseFrom(std::vector<std::string>(argv + std::min(argc, 1), argv + argc), ProcessEnvironment());
  if (!text.ok()) {
    std::fprintf(stderr, "%s: %s\n", program_.c_str(), std::string(text.status().message()).c_str());
    return kUsageExitStatus;
  }
  if (text->empty()) return std::nullopt;
  std::fputs(text->c_str(), stdout);
  return 0;
}

}  // namespace ebb
