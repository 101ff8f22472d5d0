#include "clients/cli/customer_list.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/exit_code.h"

namespace ebb {

void DeclareCustomers(Command& command, CustomerSelection* selection) {
  command.Add("CUSTOMER", &selection->customers, "Customer identifiers").Completes("customer");
  command.Flag("--all", &selection->all, "All customers");
}

absl::Status CheckCustomers(const CustomerSelection& selection) {
  if (selection.all && !selection.customers.empty())
    return UsageError("--all and CUSTOMER exclude each other; give one of them");
  if (!selection.all && selection.customers.empty()) return UsageError("name customers, or ask for --all");
  return absl::OkStatus();
}

absl::Status UnknownCustomers(const std::vector<std::string>& unknown, const std::string& what_is_missing) {
  if (unknown.empty()) return absl::OkStatus();
  constexpr size_t kNamed = 5;
  const std::vector<std::string> named(unknown.begin(),
                                       unknown.begin() + static_cast<int64_t>(std::min(unknown.size(), kNamed)));
  return absl::NotFoundError(
      absl::StrCat(what_is_missing, " for ", absl::StrJoin(named, ", "),
                   unknown.size() > kNamed ? absl::StrCat(" and ", unknown.size() - kNamed, " more") : ""));
}

}  // namespace ebb
