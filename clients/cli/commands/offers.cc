// Offers: who is made which and why, what is declared, codes, outcomes.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "clients/cli/command_context.h"
#include "clients/cli/commands.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/table.h"
#include "clients/cli/time_text.h"
#include "clients/cpp/offers_client.h"

namespace ebb {
namespace {

struct OffersOptions {
  std::string customer;
  std::string placement;
  bool why = false;
  bool give = false;
};

struct CodesOptions {
  std::string pool;
  std::string file;
};

struct OutcomeOptions {
  std::string decision;
  std::string kind;
};

OffersClient OffersOf(const CommandContext& context) {
  return OffersClient(context.endpoints().scorer, context.options().timeout, context.tls());
}

// `START_PAGE` reads `start_page`.
std::string LowerWord(const std::string& name) { return absl::AsciiStrToLower(name); }

// In the reader's language where the text has it.
const std::string& InLanguage(const v1::LocalText& text, const CommandContext& context) {
  const bool russian = absl::StartsWith(context.options().locale, "ru");
  const std::string& first = russian ? text.ru() : text.en();
  return first.empty() ? (russian ? text.en() : text.ru()) : first;
}

std::string PlacementsText(const google::protobuf::RepeatedField<int>& placements) {
  return absl::StrJoin(placements, " ", [](std::string* out, int placement) {
    absl::StrAppend(out, LowerWord(v1::Placement_Name(static_cast<v1::Placement>(placement))));
  });
}

absl::StatusOr<std::string> ReadOfferFile(const std::string& path) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  std::istream& in = path == "-" ? std::cin : file;
  if (!in) return UsageError(absl::StrCat("cannot read `", path, "`"));
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

absl::Status RunOffers(const OffersOptions& options, CommandContext& context) {
  v1::GetOffersRequest request;
  request.set_customer_id(options.customer);
  request.set_preview(!options.give);
  request.set_explain(options.why);
  v1::Placement placement = v1::PLACEMENT_UNSPECIFIED;
  if (!options.placement.empty()) v1::Placement_Parse(absl::AsciiStrToUpper(options.placement), &placement);
  request.set_placement(placement);
  const auto response = OffersOf(context).GetOffers(request);
  if (!response.ok()) return response.status();

  Table offers(
      {"offer", "channel", "placements", "expected_net_value", "code", "text", "target", "ends_at", "decision_id"},
      "offers");
  for (const v1::Offer& offer : response->offers()) {
    offers.AddRow({TextCell(offer.offer()), TextCell(LowerWord(v1::OfferDecision::Channel_Name(offer.channel()))),
                   TextCell(PlacementsText(offer.placements())), RealCell(offer.expected_net_value(), 2),
                   offer.code().empty() ? NoCell() : TextCell(offer.code()),
                   TextCell(InLanguage(offer.text(), context)), TextCell(offer.target()),
                   TimeCell(FromTimestamp(offer.ends_at())),
                   offer.decision_id().empty() ? NoCell() : TextCell(offer.decision_id())});
  }
  if (!options.why) {
    Print(context, offers);
    if (response->offers().empty()) context.Remark("no offers now; --why tells why");
    return absl::OkStatus();
  }
  Table checks({"offer", "status", "reason", "explanation", "expected_net_value"}, "checks");
  Table conditions({"offer", "list", "condition", "value", "holds"}, "conditions");
  for (const v1::OfferCheck& check : response->checks()) {
    checks.AddRow({TextCell(check.offer()), TextCell(LowerWord(v1::OfferDecision::Status_Name(check.status()))),
                   TextCell(check.reason()), TextCell(check.explanation()),
                   check.has_expected_net_value() ? RealCell(check.expected_net_value(), 2) : NoCell()});
    for (const v1::ConditionCheck& condition : check.conditions()) {
      conditions.AddRow({TextCell(check.offer()), TextCell(condition.list()), TextCell(condition.condition()),
                         condition.value().empty() ? NoCell() : TextCell(condition.value()),
                         BoolCell(condition.holds())});
    }
  }
  Print(context, {checks, conditions, offers});
  return absl::OkStatus();
}

// How companion goods stand; nothing where no text shows them.
void AddCompanions(const v1::ListOffersResponse& response, Record* state) {
  if (!response.has_companions()) return;
  const v1::CompanionState& companions = response.companions();
  state->Add("companions_of", CountCell(companions.products()));
  state->Add("companion_orders", CountCell(companions.orders()));
  state->Add("companions_as_of", companions.has_as_of() ? TimeCell(FromTimestamp(companions.as_of())) : NoCell());
  state->Add("companions_problem", companions.problem().empty() ? NoCell() : TextCell(companions.problem()));
}

absl::Status RunOffersList(CommandContext& context) {
  const auto response = OffersOf(context).ListOffers();
  if (!response.ok()) return response.status();
  Table offers({"offer", "channel", "placements", "cost", "expected_effect", "priority", "daily_capacity",
                "given_today", "codes_left", "control_share", "problem"},
               "offers");
  for (int i = 0; i < response->states_size(); ++i) {
    const v1::OfferDefinition& offer = response->catalogue().offers(i);
    const v1::OfferState& state = response->states(i);
    offers.AddRow({TextCell(offer.name()), TextCell(LowerWord(v1::OfferDecision::Channel_Name(offer.channel()))),
                   TextCell(PlacementsText(offer.placements())), RealCell(offer.cost(), 2),
                   ShareCell(offer.expected_effect()), CountCell(offer.priority()),
                   offer.has_daily_capacity() ? CountCell(offer.daily_capacity()) : NoCell(),
                   CountCell(state.given_today()), state.has_codes_left() ? CountCell(state.codes_left()) : NoCell(),
                   ShareCell(offer.control_share()), state.problem().empty() ? NoCell() : TextCell(state.problem())});
  }
  Table programmes({"programme", "segment", "offers", "goal"}, "programmes");
  for (const v1::Programme& programme : response->catalogue().programmes()) {
    programmes.AddRow({TextCell(programme.name()), TextCell(programme.segment()),
                       TextCell(absl::StrJoin(programme.offers(), " ")),
                       TextCell(InLanguage(programme.goal(), context))});
  }
  Record state("state");
  state.Add("holdout_share", ShareCell(response->catalogue().holdout().share()));
  state.Add("time_zone", TextCell(response->catalogue().time_zone()));
  state.Add("digest", TextCell(response->digest()));
  state.Add("undelivered", CountCell(response->undelivered()));
  AddCompanions(*response, &state);
  Print(context, {offers, programmes, state});
  return absl::OkStatus();
}

absl::Status RunOffersCheck(const std::string& file, CommandContext& context) {
  const auto text = ReadOfferFile(file);
  if (!text.ok()) return text.status();
  v1::CheckOffersRequest request;
  request.set_text(*text);
  request.set_file_name(file);
  const auto response = OffersOf(context).CheckOffers(request);
  if (!response.ok()) return response.status();
  Record good;
  good.Add("file", TextCell(file));
  good.Add("offers", CountCell(response->catalogue().offers_size()));
  good.Add("occasions", CountCell(response->catalogue().occasions_size()));
  good.Add("programmes", CountCell(response->catalogue().programmes_size()));
  good.Add("warnings", CountCell(response->warnings_size()));
  Print(context, good);
  for (const std::string& warning : response->warnings()) context.Remark(warning);
  return absl::OkStatus();
}

absl::Status RunOffersCodes(const CodesOptions& options, CommandContext& context) {
  constexpr int kCodesAtOnce = 50'000;
  const auto text = ReadOfferFile(options.file);
  if (!text.ok()) return text.status();
  std::vector<std::string> codes;
  for (const auto& line : absl::StrSplit(*text, '\n')) {
    const auto code = absl::StripAsciiWhitespace(line);
    if (!code.empty()) codes.emplace_back(code);
  }
  if (codes.empty()) return UsageError(absl::StrCat("`", options.file, "` holds no code; write one a line"));
  OffersClient client = OffersOf(context);
  int64_t added = 0, known = 0, left = 0;
  for (size_t first = 0; first < codes.size(); first += kCodesAtOnce) {
    v1::ImportCodesRequest request;
    request.set_pool(options.pool);
    const size_t end = std::min(codes.size(), first + kCodesAtOnce);
    for (size_t i = first; i < end; ++i) request.add_codes(codes[i]);
    const auto response = client.ImportCodes(request);
    if (!response.ok()) return response.status();
    added += response->added();
    known += response->known();
    left = response->left();
  }
  Record imported;
  imported.Add("pool", TextCell(options.pool));
  imported.Add("added", CountCell(added));
  imported.Add("known", CountCell(known));
  imported.Add("left", CountCell(left));
  Print(context, imported);
  return absl::OkStatus();
}

absl::Status RunOffersOutcome(const OutcomeOptions& options, CommandContext& context) {
  v1::ReportOutcomeRequest request;
  request.set_decision_id(options.decision);
  v1::OfferOutcome::Kind kind = v1::OfferOutcome::KIND_UNSPECIFIED;
  v1::OfferOutcome::Kind_Parse(absl::AsciiStrToUpper(options.kind), &kind);
  request.set_kind(kind);
  const auto response = OffersOf(context).ReportOutcome(request);
  if (!response.ok()) return response.status();
  Record reported;
  reported.Add("decision_id", TextCell(options.decision));
  reported.Add("kind", TextCell(options.kind));
  reported.Add("duplicate", BoolCell(response->duplicate()));
  Print(context, reported);
  return absl::OkStatus();
}

}  // namespace

Command OffersCommand() {
  auto options = std::make_shared<OffersOptions>();
  Command command{.name = "offers", .group = CommandGroup::kScores, .summary = "A customer's offers, best first"};
  command.description =
      "Looks only: nothing is given unless --give is set, and codes are not shown then. Exit status 3 when no score of "
      "the customer is known. CSV holds the offers, with --why one line an offer that says why it is or is not made.";
  command.examples = {{"ebb offers 215348", "what would be offered now?"},
                      {"ebb offers 215348 --placement start_page --why", "why these, and why not the others?"},
                      {"ebb offers 215348 -o json", "for a program"}};
  command.Add("CUSTOMER", &options->customer, "Customer identifier").Required().Completes("customer");
  command.Add("--placement", &options->placement, "Only what is asked for there (default: everywhere)")
      .OneOf({"start_page", "basket", "outreach"});
  command.Flag("--why", &options->why, "Every offer with its reason and the customer's values");
  command.Flag("--give", &options->give, "Give the offers, as the web backend does: codes are taken, decisions logged");
  command.run = [options](CommandContext& context) { return RunOffers(*options, context); };
  return command;
}

Command OffersListCommand() {
  Command command{.name = "offers list",
                  .group = CommandGroup::kScores,
                  .summary = "The declared offers: worth, given today, codes left, problems"};
  command.examples = {{"ebb offers list", "what can be offered, and has it been?"},
                      {"ebb offers list -o csv", "the offers for a spreadsheet"}};
  command.run = RunOffersList;
  return command;
}

Command OffersCheckCommand() {
  auto file = std::make_shared<std::string>();
  Command command{.name = "offers check",
                  .group = CommandGroup::kScores,
                  .summary = "Mistakes in a file of offers; asks the running scorer"};
  command.description =
      "Every mistake is a line FILE:LINE:COLUMN: offer `NAME`: field: rule on standard error, with exit status 1. What "
      "is right but cannot work with the store and the model in service is a remark.";
  command.examples = {{"ebb offers check offers.textproto", "before the scorer is started with it", false}};
  command.Add("FILE", file.get(), "Protobuf text file of ebb.v1.OfferCatalogue, - for standard input")
      .Required()
      .Completes("file");
  command.run = [file](CommandContext& context) { return RunOffersCheck(*file, context); };
  return command;
}

Command OffersCodesCommand() {
  auto options = std::make_shared<CodesOptions>();
  Command command{.name = "offers codes",
                  .group = CommandGroup::kScores,
                  .summary = "Imports promo codes into a pool; each is given once"};
  command.description =
      "Codes that the pool has already are counted and left as they are: repeating an import is safe.";
  command.examples = {{"ebb offers codes birthday codes.txt", "one code a line", false}};
  command.Add("POOL", &options->pool, "Pool as an offer's code_pool names it").Required();
  command.Add("FILE", &options->file, "One code a line, - for standard input").Required().Completes("file");
  command.run = [options](CommandContext& context) { return RunOffersCodes(*options, context); };
  return command;
}

Command OffersOutcomeCommand() {
  auto options = std::make_shared<OutcomeOptions>();
  Command command{.name = "offers outcome",
                  .group = CommandGroup::kScores,
                  .summary = "Reports what came of an offer; the same twice counts once"};
  command.examples = {{"ebb offers outcome 5f0c8d2e9a417b36-17 contacted", "the mailing was sent", false}};
  command.Add("DECISION", &options->decision, "Identifier of the offering, as `ebb offers` shows it").Required();
  command.Add("KIND", &options->kind, "What happened")
      .OneOf({"shown", "clicked", "accepted", "declined", "contacted"})
      .Required();
  command.run = [options](CommandContext& context) { return RunOffersOutcome(*options, context); };
  return command;
}

}  // namespace ebb
