// The scorer's process: flags in, a server until a signal or a failed disk ends it.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "runtime/clock.h"
#include "runtime/config.h"
#include "runtime/large_blocks.h"
#include "runtime/lock_order.h"
#include "runtime/log.h"
#include "runtime/shutdown.h"
#include "scorer/scorer_flags.h"
#include "scorer/scorer_server.h"

int main(int argc, char** argv) {
  ebb::scorer::Options options;
  ebb::Level log_level = ebb::Level::kInfo;
  ebb::Flags flags("ebb-scorer",
                   "Follows features and champion, keeps every customer's latest score and streams what changes.");
  ebb::scorer::AddFlags(&options, &flags);
  flags.Add("log-level", &log_level, "Least level that is logged: debug, info, warning or error.");
  if (const std::optional<int> exit_status = flags.Parse(argc, argv)) return *exit_status;
  ebb::TrustLockOrder();
  ebb::GiveBackLargeBlocks();
  ebb::SetLogLevel(log_level);

  ebb::ShutdownSignal shutdown;  // before any other thread: they inherit its signal mask
  const ebb::SystemClock clock;
  std::atomic<bool> failed{false};
  const auto server = ebb::scorer::ScorerServer::Start(options, &clock, [&](const absl::Status&) {
    failed = true;
    shutdown.Request();
  });
  if (!server.ok()) {
    std::fprintf(stderr, "ebb-scorer: %s\n", std::string(server.status().message()).c_str());
    return EXIT_FAILURE;
  }
  shutdown.Wait();
  ebb::Log(ebb::Level::kInfo, "scorer", "stopping", {{"failed", failed.load()}});
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
