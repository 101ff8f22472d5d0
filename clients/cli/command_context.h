// What every command has: where the services are, how to print, how long to wait.
//
// Made once by the parser and handed to the command by reference; lives as long as the command runs. Not thread-safe,
// except that const members may be read from any thread.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "clients/cpp/endpoints.h"

namespace ebb {

// A command includes the header of the client it uses: their messages cost a second of compile time each.
class FeatureStoreClient;
class ScorerClient;
class TrainerClient;

enum class OutputFormat { kTable, kJson, kCsv };

// What the command line, the environment and the configuration file say, in this order of strength.
struct ContextOptions {
  Endpoints endpoints = {};
  // How to speak with them.
  TlsFiles tls = {};
  // Where `ebb up` puts the services.
  int port_base = kDefaultPortBase;
  OutputFormat format = OutputFormat::kTable;
  // Column names above tables and csv.
  bool header = true;
  // Bare results: no progress, no remarks on standard error.
  bool quiet = false;
  // Logs of what is started, on standard error.
  bool verbose = false;
  // Decided by --color, NO_COLOR, CLICOLOR_FORCE and whether standard output is a terminal.
  bool color = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // Columns of the terminal that standard output goes to; 0: not a terminal, nothing is cut.
  int terminal_width = 0;
  // Of messages: what LC_ALL, else LC_MESSAGES, else LANG names, such as `ru_RU.UTF-8`; may be empty.
  std::string locale = {};
  // Limit of one call. Streams have none but give up on a silent peer.
  absl::Duration timeout = absl::Seconds(30);
};

class CommandContext {
 public:
  CommandContext(ContextOptions options, std::ostream& out, std::ostream& err);
  ~CommandContext();

  const ContextOptions& options() const { return options_; }
  const Endpoints& endpoints() const { return options_.endpoints; }
  const TlsFiles& tls() const { return options_.tls; }
  OutputFormat format() const { return options_.format; }
  bool quiet() const { return options_.quiet; }
  // Results.
  std::ostream& out() { return out_; }
  // Progress, remarks, errors.
  std::ostream& err() { return err_; }
  // One line for people on standard error; nothing with --quiet.
  void Remark(std::string_view text);

  // Clients, connected at first use and kept.
  FeatureStoreClient& feature_store();
  TrainerClient& trainer();
  ScorerClient& scorer();

 private:
  const ContextOptions options_;
  std::ostream& out_;
  std::ostream& err_;
  std::unique_ptr<FeatureStoreClient> feature_store_;
  std::unique_ptr<TrainerClient> trainer_;
  std::unique_ptr<ScorerClient> scorer_;
};

}  // namespace ebb
