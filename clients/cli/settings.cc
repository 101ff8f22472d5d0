#include "clients/cli/settings.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/nearest.h"
#include "runtime/config_file.h"
#include "runtime/flag_value.h"

namespace ebb {
namespace {

// The settings that environment and file may hold.
constexpr const char* kKeys[] = {"port-base", "feature-store", "trainer", "scorer", "tls-ca",
                                 "tls-cert",  "tls-key",       "output",  "color",  "timeout"};

enum class Origin { kDefault, kUserFile, kFolderFile, kEnvironment, kFlag };

struct Setting {
  std::string text;
  Origin origin = Origin::kDefault;
  // For errors: `--port-base`, `EBB_PORT_BASE`, `ebb.toml, line 3`.
  std::string where;
};

using Settings = std::map<std::string, Setting>;

std::string EnvironmentName(std::string key) {
  for (char& c : key) c = c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return "EBB_" + key;
}

std::string Lookup(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// As POSIX orders them.
std::string MessageLocale(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (std::string locale = Lookup(environment, name); !locale.empty()) return locale;
  }
  return "";
}

absl::Status ReadFile(const std::string& path, Origin origin, Settings* settings) {
  const absl::StatusOr<std::vector<ConfigEntry>> entries = ReadConfigFile(path);
  if (!entries.ok()) return entries.status();
  for (const ConfigEntry& entry : *entries) {
    const std::string where = absl::StrCat(path, ", line ", entry.line);
    const std::vector<std::string> known(std::begin(kKeys), std::end(kKeys));
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      return UsageError(absl::StrCat(where, ": unknown setting `", entry.key, "`", DidYouMean(entry.key, known)));
    }
    (*settings)[entry.key] = {entry.value, origin, where};
  }
  return absl::OkStatus();
}

std::string UserFile(const Environment& environment) {
  const std::string config_home = Lookup(environment, "XDG_CONFIG_HOME");
  if (!config_home.empty()) return config_home + "/ebb/ebb.toml";
  const std::string home = Lookup(environment, "HOME");
  return home.empty() ? "" : home + "/.config/ebb/ebb.toml";
}

absl::Status ReadFiles(const GlobalFlags& flags, const Environment& environment, Settings* settings) {
  if (!flags.config.empty()) return ReadFile(flags.config, Origin::kFolderFile, settings);
  std::error_code ignored;
  const std::string user_file = UserFile(environment);
  if (!user_file.empty() && std::filesystem::exists(user_file, ignored)) {
    if (absl::Status status = ReadFile(user_file, Origin::kUserFile, settings); !status.ok()) return status;
  }
  if (std::filesystem::exists("ebb.toml", ignored)) return ReadFile("ebb.toml", Origin::kFolderFile, settings);
  return absl::OkStatus();
}

absl::StatusOr<Settings> Collect(const GlobalFlags& flags, const Environment& environment) {
  Settings settings;
  if (absl::Status status = ReadFiles(flags, environment, &settings); !status.ok()) return status;
  for (const std::string key : kKeys) {
    const std::string text = Lookup(environment, EnvironmentName(key));
    if (!text.empty()) settings[key] = {text, Origin::kEnvironment, EnvironmentName(key)};
  }
  const std::pair<const char*, std::string> given[] = {
      {"port-base", flags.port_base}, {"feature-store", flags.feature_store},
      {"trainer", flags.trainer},     {"scorer", flags.scorer},
      {"tls-ca", flags.tls_ca},       {"tls-cert", flags.tls_cert},
      {"tls-key", flags.tls_key},     {"output", flags.output},
      {"color", flags.color},         {"timeout", flags.timeout}};
  for (const auto& [key, text] : given) {
    if (!text.empty()) settings[key] = {text, Origin::kFlag, absl::StrCat("--", key)};
  }
  return settings;
}

absl::Status Wrong(const Setting& setting, absl::string_view rule) {
  return UsageError(absl::StrCat(setting.where, ": `", setting.text, "` ", rule));
}

// One of a few words; the index of the word.
absl::StatusOr<int> Choice(const Setting& setting, const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (setting.text == words[i]) return static_cast<int>(i);
  }
  return Wrong(setting, absl::StrCat("is not one of ", absl::StrJoin(words, ", "), DidYouMean(setting.text, words)));
}

absl::Status ResolveAddress(const Settings& settings, const Setting& port_base, const std::string& key,
                            std::string* address) {
  const auto found = settings.find(key);
  if (found == settings.end() || found->second.origin < port_base.origin) return absl::OkStatus();
  HostPort parsed;
  const absl::Status status = ParseFlagValue(found->second.text, &parsed);
  if (!status.ok()) return Wrong(found->second, status.message());
  *address = FormatFlagValue(parsed);
  return absl::OkStatus();
}

absl::Status ResolveEndpoints(const Settings& settings, ContextOptions* options) {
  Setting port_base;
  if (const auto found = settings.find("port-base"); found != settings.end()) {
    port_base = found->second;
    if (absl::Status status = ParseFlagValue(port_base.text, &options->port_base); !status.ok())
      return Wrong(port_base, status.message());
  }
  absl::StatusOr<Endpoints> endpoints = LoopbackEndpoints(options->port_base);
  if (!endpoints.ok()) return Wrong(port_base, "is not from 1024 to 65528 (the eight ports from it are Ebb's)");
  options->endpoints = *std::move(endpoints);
  absl::Status status = ResolveAddress(settings, port_base, "feature-store", &options->endpoints.feature_store);
  status.Update(ResolveAddress(settings, port_base, "trainer", &options->endpoints.trainer));
  status.Update(ResolveAddress(settings, port_base, "scorer", &options->endpoints.scorer));
  return status;
}

// What is in the files is seen when they are used; that one goes without another is seen at once.
absl::Status ResolveTls(const Settings& settings, TlsFiles* tls) {
  const auto path = [&](const char* key) {
    const auto found = settings.find(key);
    return found == settings.end() ? Setting() : found->second;
  };
  const Setting ca = path("tls-ca"), cert = path("tls-cert"), key = path("tls-key");
  *tls = {.ca = ca.text, .cert = cert.text, .key = key.text};
  if (cert.text.empty() != key.text.empty())
    return Wrong(cert.text.empty() ? key : cert, "needs its other half: --tls-cert and --tls-key belong together");
  if (!cert.text.empty() && ca.text.empty())
    return Wrong(cert, "needs --tls-ca: the certificates that may have signed the services'");
  return absl::OkStatus();
}

absl::Status ResolveLooks(const Settings& settings, const Environment& environment, ContextOptions* options) {
  if (const auto found = settings.find("output"); found != settings.end()) {
    const absl::StatusOr<int> format = Choice(found->second, {"table", "json", "csv"});
    if (!format.ok()) return format.status();
    options->format = static_cast<OutputFormat>(*format);
  }
  // The conventions of no-color.org and bixense.com/clicolors; an explicit choice is stronger.
  options->color = options->out_is_terminal && Lookup(environment, "TERM") != "dumb";
  if (!Lookup(environment, "CLICOLOR_FORCE").empty()) options->color = Lookup(environment, "CLICOLOR_FORCE") != "0";
  if (!Lookup(environment, "NO_COLOR").empty()) options->color = false;
  if (const auto found = settings.find("color"); found != settings.end()) {
    const absl::StatusOr<int> choice = Choice(found->second, {"auto", "always", "never"});
    if (!choice.ok()) return choice.status();
    if (*choice > 0) options->color = *choice == 1;
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<Option> GlobalOptions(GlobalFlags* flags) {
  return {
      {.name = "--port-base",
       .target = &flags->port_base,
       .help = "First port of the services on this machine (default 7500)",
       .value_name = "PORT"},
      {.name = "--feature-store",
       .target = &flags->feature_store,
       .help = "Address of the feature store",
       .value_name = "HOST:PORT"},
      {.name = "--trainer", .target = &flags->trainer, .help = "Address of the trainer", .value_name = "HOST:PORT"},
      {.name = "--scorer", .target = &flags->scorer, .help = "Address of the scorer", .value_name = "HOST:PORT"},
      {.name = "--tls-ca",
       .target = &flags->tls_ca,
       .help = "Speak TLS; the certificates that may have signed the services' (PEM)",
       .value_name = "FILE",
       .completes = "file"},
      {.name = "--tls-cert",
       .target = &flags->tls_cert,
       .help = "Own certificate, where the services ask for one (PEM)",
       .value_name = "FILE",
       .completes = "file"},
      {.name = "--tls-key",
       .target = &flags->tls_key,
       .help = "Key of --tls-cert (PEM)",
       .value_name = "FILE",
       .completes = "file"},
      {.name = "-o,--output",
       .target = &flags->output,
       .help = "How results are printed",
       .value_name = "FORMAT",
       .choices = {"table", "json", "csv"}},
      {.name = "--no-header", .target = &flags->no_header, .help = "Leave out column names"},
      {.name = "--color",
       .target = &flags->color,
       .help = "When to use colours",
       .value_name = "WHEN",
       .choices = {"auto", "always", "never"}},
      {.name = "--timeout", .target = &flags->timeout, .help = "Limit of one call (default 30s)", .value_name = "TIME"},
      {.name = "--config",
       .target = &flags->config,
       .help = "Settings file, instead of ./ebb.toml and the user's",
       .value_name = "FILE",
       .completes = "file"},
      {.name = "-q,--quiet", .target = &flags->quiet, .help = "No progress and no remarks"},
      {.name = "-v,--verbose", .target = &flags->verbose, .help = "More about what happens, on standard error"},
  };
}

absl::StatusOr<ContextOptions> ResolveSettings(const GlobalFlags& flags, const Environment& environment,
                                               const Terminal& terminal) {
  const absl::StatusOr<Settings> settings = Collect(flags, environment);
  if (!settings.ok()) return settings.status();
  ContextOptions options{.header = !flags.no_header,
                         .quiet = flags.quiet,
                         .verbose = flags.verbose,
                         .out_is_terminal = terminal.out,
                         .err_is_terminal = terminal.err,
                         .terminal_width = terminal.out ? terminal.width : 0,
                         .locale = MessageLocale(environment)};
  if (absl::Status status = ResolveEndpoints(*settings, &options); !status.ok()) return status;
  if (absl::Status status = ResolveTls(*settings, &options.tls); !status.ok()) return status;
  if (absl::Status status = ResolveLooks(*settings, environment, &options); !status.ok()) return status;
  if (const auto found = settings->find("timeout"); found != settings->end()) {
    if (absl::Status status = ParseFlagValue(found->second.text, &options.timeout); !status.ok())
      return Wrong(found->second, status.message());
    if (options.timeout <= absl::ZeroDuration()) return Wrong(found->second, "must be above 0");
  }
  return options;
}

}  // namespace ebb
