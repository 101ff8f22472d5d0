#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/interrupt.h"
#include "clients/cli/progress.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/feature_store_client.h"

namespace ebb {
namespace {

struct CompanionsOptions {
  std::vector<std::string> products;
  int64_t window_days = 365;
  int64_t least_orders = 5;
  double least_lift = 1.2;
  int64_t most = 10;
};

absl::Status RunCompanions(const CompanionsOptions& options, CommandContext& context) {
  const Interrupt interrupt;
  v1::GetCoPurchasesRequest request;
  request.set_window_days(static_cast<int32_t>(options.window_days));
  request.set_least_orders(options.least_orders);
  request.set_least_lift(options.least_lift);
  request.set_most_companions(static_cast<int32_t>(options.most));
  for (const std::string& product : options.products) request.add_product_ids(product);
  Progress progress(context, "count", 0, "customers read");
  bool sized = false;
  v1::CoPurchaseCount count;
  Table table({"product", "orders", "companion", "orders_together", "lift"}, "companions");
  const auto take = [&](const v1::GetCoPurchasesResponse& message) {
    if (message.customers_to_read() > 0) {
      if (!sized) progress.Restart("count", message.customers_to_read(), "customers read");
      sized = true;
      progress.Update(message.customers_read());
    }
    if (message.has_count()) count = message.count();
    for (const v1::ProductCompanions& product : message.products()) {
      for (const v1::Companion& companion : product.companions()) {
        table.AddRow({TextCell(product.product_id()), CountCell(product.orders()), TextCell(companion.product_id()),
                      CountCell(companion.orders_together()), RealCell(companion.lift(), 2)});
      }
    }
  };
  const absl::Status counted =
      context.feature_store().GetCoPurchases(request, take, [&] { return interrupt.requested(); });
  progress.Finish();
  if (!counted.ok()) return counted;
  Record whole("count");
  whole.Add("as_of", TimeCell(FromTimestamp(count.as_of())));
  whole.Add("orders", CountCell(count.orders()));
  whole.Add("products", CountCell(count.products()));
  whole.Add("wholesale_orders", CountCell(count.wholesale_orders()));
  whole.Add("without_room", CountCell(count.without_room()));
  Print(context, {table, whole});
  return absl::OkStatus();
}

}  // namespace

Command CompanionsCommand() {
  auto options = std::make_shared<CompanionsOptions>();
  Command command{.name = "companions",
                  .group = CommandGroup::kOperate,
                  .summary = "Goods that are bought together: orders that hold both, and lift"};
  command.description =
      "lift: how many times more often both are in an order than if orders were drawn without regard to each other: "
      "orders_together × all\norders / (orders of the one × orders of the other). Offers show companions by "
      "{basket_companions} and {purchase_companions}\n(docs/offers.md); what the shop declares there stands before "
      "what "
      "is counted here.";
  command.examples = {{"ebb companions", "all products that have companions"},
                      {"ebb companions 4607065-3 --least-orders 2", "what goes with one product"},
                      {"ebb companions --output csv", "for a spreadsheet"}};
  command.Add("PRODUCT", &options->products, "Products; all by default");
  command.Add("--window-days", &options->window_days, "Orders of so many days").Range(1, 3'660);
  command.Add("--least-orders", &options->least_orders, "Support: least orders that hold both").Range(2, 1'000'000);
  command.Add("--least-lift", &options->least_lift, "Least lift").Range(0, 1'000'000);
  command.Add("--most", &options->most, "Most companions of a product").Range(1, 100);
  command.run = [options](CommandContext& context) { return RunCompanions(*options, context); };
  return command;
}

}  // namespace ebb
