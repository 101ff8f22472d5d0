// Keeps a few services running until it is asked to stop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ebb {

// A program to keep running.
struct ServiceSpec {
  // For people: `feature store`.
  std::string name;
  std::vector<std::string> command;
  std::string address;
  // Empty: it writes where we do.
  std::string log_path;
};

// Belongs to one thread, the one that constructed it (the children are bound to it).
class Supervisor {
 public:
  struct Options {
    std::vector<ServiceSpec> services;
    // Whether a service serves. Called often; bounded.
    std::function<absl::Status(const ServiceSpec&)> check;
    // True when the user wants to stop; returns within the time.
    std::function<bool(absl::Duration)> stop_requested;
    std::function<void()> on_all_serving;
    // One line for people: a service ended, is started again.
    std::function<void(const std::string&)> remark;
    // A service that does not serve in this time counts as failed.
    absl::Duration start_limit = absl::Minutes(2);
    // Children that have not ended by then are killed.
    absl::Duration stop_limit = absl::Seconds(20);
  };

  explicit Supervisor(Options options);
  ~Supervisor();

  // Starts everything and returns when it was stopped and every child has ended. FAILED_PRECONDITION when a service
  // cannot be brought to serve; the message holds the service's own last words.
  absl::Status Run();

 private:
  struct Service;

  absl::Status Start(Service& service);
  absl::Status Watch(Service& service);
  absl::Status OnEnd(Service& service);
  void StopAll();

  const Options options_;
  std::vector<std::unique_ptr<Service>> services_;
  bool announced_ = false;
};

}  // namespace ebb
