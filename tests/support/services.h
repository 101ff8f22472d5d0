#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace ebb::testing {

// What a finished program said.
struct Outcome {
  int exit_status = 0;
  std::string out;
  std::string err;
};

// Runs a program to its end; `input` is its standard input.
Outcome RunProgram(const std::vector<std::string>& command, const std::string& input = "");

// The three services as processes of their own on free loopback ports, with data in a temporary folder. Not
// thread-safe.
class Services {
 public:
  enum Service { kFeatureStore, kTrainer, kScorer };
  static constexpr std::array<Service, 3> kAll = {kFeatureStore, kTrainer, kScorer};

  // `extra` is added to the flags of each service at every start, `more` at one.
  explicit Services(std::array<std::vector<std::string>, 3> extra = {});

  // Starts a service, or all, and waits until each answers its health check; aborts with its log after 60 s.
  void Start(Service service, const std::vector<std::string>& more = {});
  // Starts a service and waits for nothing.
  void Launch(Service service, const std::vector<std::string>& more = {});
  void StartAll();
  // SIGKILL, the honest crash; SIGTERM is a drain.
  int Kill(Service service, int signal = 9);

  // Runs the command line against them.
  Outcome Ebb(std::vector<std::string> arguments, const std::string& input = "") const;

  std::string Address(Service service) const;
  std::string DataDir(Service service) const;
  int port_base() const { return port_base_; }
  const std::string& folder() const { return folder_.path(); }

 private:
  std::string LogFile(Service service) const;

  const TemporaryFolder folder_;
  const std::array<std::vector<std::string>, 3> extra_;
  const int port_base_;
  std::array<std::unique_ptr<Process>, 3> processes_;
};

}  // namespace ebb::testing
