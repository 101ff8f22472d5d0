// Customers named on a command line, or all.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/cli/command.h"

namespace ebb {

struct CustomerSelection {
  std::vector<std::string> customers;
  bool all = false;
};

// Adds CUSTOMER… and --all.
void DeclareCustomers(Command& command, CustomerSelection* selection);

// Usage error: neither, or both.
absl::Status CheckCustomers(const CustomerSelection& selection);

// NOT_FOUND naming the unknown ones (at most five by name).
absl::Status UnknownCustomers(const std::vector<std::string>& unknown, const std::string& what_is_missing);

}  // namespace ebb
