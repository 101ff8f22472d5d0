#include "feature_store/training_set_request.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "feature_store/invalid_field.h"
#include "feature_store/stored_record.h"
#include "feature_store/training_chunk.h"
#include "runtime/digest.h"

namespace ebb::feature_store {
namespace {

constexpr int kDefaultChunkRows = 4'096, kLeastChunkRows = 4'096, kMostChunkRows = 16'384;
constexpr int kMostTimes = 1'200;
constexpr size_t kCheckBytes = 8;

absl::StatusOr<LabelRule> RuleOf(const v1::ReadTrainingSetRequest& request) {
  switch (request.label_rule_case()) {
    case v1::ReadTrainingSetRequest::kImported:
      return LabelRule(request.imported());
    case v1::ReadTrainingSetRequest::kPurchaseDecline:
      return LabelRule(request.purchase_decline());
    case v1::ReadTrainingSetRequest::LABEL_RULE_NOT_SET:
      break;
  }
  return InvalidField("label_rule", "must be set: imported or purchase_decline");
}

absl::StatusOr<std::vector<absl::Time>> TimesOf(const v1::ReadTrainingSetRequest& request,
                                                const std::vector<int64_t>& import_times_us, absl::Time now) {
  std::vector<absl::Time> times;
  if (request.as_of_size() > kMostTimes) {
    return InvalidField("as_of",
                        absl::StrCat("has ", request.as_of_size(), " times; at most ", kMostTimes, " are taken"));
  }
  for (int i = 0; i < request.as_of_size(); ++i) {
    const absl::StatusOr<absl::Time> as_of = ReadAsOf(absl::StrCat("as_of[", i, "]"), request.as_of(i), now);
    if (!as_of.ok()) return as_of.status();
    times.push_back(*as_of);
  }
  if (times.empty()) {
    if (!request.has_imported()) return InvalidField("as_of", "needs at least one time with derived labels");
    for (const int64_t micros : import_times_us) times.push_back(absl::FromUnixMicros(micros));
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

// Of all that rows depend on beside the events.
std::string DigestOf(const v1::ReadTrainingSetRequest& request, const std::vector<absl::Time>& as_of,
                     const CompiledDeclarations& declarations) {
  v1::ReadTrainingSetRequest rest = request;
  rest.clear_as_of();  // as they were sorted instead
  rest.clear_chunk_rows();
  rest.clear_resume_token();
  std::string text = absl::StrCat(declarations.schema().fingerprint(), " ", declarations.state_fingerprint(), " ",
                                  rest.SerializeAsString());
  for (const absl::Time time : as_of) absl::StrAppend(&text, " ", absl::ToUnixMicros(time));
  const Sha256Digest digest = Sha256(text);
  return std::string(digest.begin(), digest.end());
}

// A customer whose purchases are gone would seem to be not active.
absl::Status CheckLabelsKept(const TrainingSetPlan& plan, const CompiledDeclarations& declarations,
                             int64_t expired_before_us) {
  if (!std::holds_alternative<v1::PurchaseDecline>(plan.rule) || plan.as_of.empty()) return absl::OkStatus();
  const LabelDate first = LabelDatesOf(plan.rule, declarations.calendar(), {&plan.as_of.front(), 1}).front();
  if (first.months_before_us.back() >= expired_before_us) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(
      "as_of: the label of ", absl::FormatTime(plan.as_of.front(), absl::UTCTimeZone()), " needs purchases from ",
      absl::FormatTime(absl::FromUnixMicros(first.months_before_us.back()), absl::UTCTimeZone()), " on; those before ",
      absl::FormatTime(absl::FromUnixMicros(expired_before_us), absl::UTCTimeZone()),
      " are older than the retention and gone"));
}

absl::string_view CheckOf(absl::string_view record, Sha256Digest* digest) {
  *digest = Sha256(record);
  return {reinterpret_cast<const char*>(digest->data()), kCheckBytes};
}

absl::StatusOr<storage::v1::TrainingSetPosition> DecodeToken(absl::string_view token) {
  Sha256Digest digest;
  if (token.size() < kCheckBytes ||
      CheckOf(token.substr(0, token.size() - kCheckBytes), &digest) != token.substr(token.size() - kCheckBytes)) {
    return InvalidField("resume_token", "is not one of a training set; hand back the bytes as received, or none");
  }
  storage::v1::TrainingSetPosition position;
  token.remove_suffix(kCheckBytes);
  if (absl::Status read = DecodeRecord(token, "resume_token", &position); !read.ok()) return read;
  return position;
}

// Whether the rest can be exactly what it would have been.
absl::Status CheckUnchanged(const storage::v1::TrainingSetPosition& begin, absl::string_view request_digest,
                            const TrainingMoment& moment) {
  constexpr absl::string_view kAnew = "; read the training set anew, without a token";
  if (begin.source_id() != moment.source_id) {
    return absl::OutOfRangeError(absl::StrCat("resume_token: is of another store", kAnew));
  }
  if (begin.log_position() > moment.position) {
    return absl::OutOfRangeError(
        absl::StrCat("resume_token: is of a later state than this store's, which was restored", kAnew));
  }
  if (begin.expired_before_us() != moment.expired_before_us) {
    return absl::FailedPreconditionError(
        absl::StrCat("resume_token: events older than the retention have left the history since", kAnew));
  }
  if (begin.request_digest() != request_digest) {
    return absl::FailedPreconditionError(absl::StrCat(
        "resume_token: is of another request, or the declarations of the features have changed since", kAnew));
  }
  if (moment.past_changed_at > begin.log_position()) {
    return absl::FailedPreconditionError(
        absl::StrCat("resume_token: an import, a back-fill or an erasure changed what was known before, at ",
                     moment.past_changed_at, " of the log; the training set began at ", begin.log_position(), kAnew));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingSetPlan> PlanTrainingSet(const v1::ReadTrainingSetRequest& request,
                                                const CompiledDeclarations& declarations,
                                                const TrainingMoment& moment) {
  TrainingSetPlan plan;
  absl::StatusOr<LabelRule> rule = RuleOf(request);
  if (!rule.ok()) return rule.status();
  plan.rule = *std::move(rule);
  if (const std::vector<Violation> violations = CheckLabelRule(plan.rule); !violations.empty()) {
    return InvalidField("", violations);
  }
  absl::StatusOr<std::vector<absl::Time>> times =
      TimesOf(request, moment.import_times_us, absl::FromUnixMicros(moment.now_us));
  if (!times.ok()) return times.status();
  plan.as_of = *std::move(times);
  plan.late_knowledge = request.include_late_knowledge();
  plan.next_month_revenue = request.next_month_revenue();
  plan.chunk_rows = request.chunk_rows() == 0 ? kDefaultChunkRows : request.chunk_rows();
  if (plan.chunk_rows < kLeastChunkRows || plan.chunk_rows > kMostChunkRows) {
    return InvalidField("chunk_rows", absl::StrCat("is ", request.chunk_rows(), "; must be 0 or from ", kLeastChunkRows,
                                                   " to ", kMostChunkRows));
  }
  if (MostCustomerBytes(declarations, plan.as_of.size(), plan.next_month_revenue) > kMostChunkBytes) {
    return InvalidField(
        "as_of",
        absl::StrCat("has ", plan.as_of.size(), " times; the rows of one customer would not fit into a message with ",
                     declarations.features().size(), " features; ask for at most ",
                     kMostChunkBytes / MostCustomerBytes(declarations, 1, plan.next_month_revenue),
                     " times in one call"));
  }
  if (absl::Status kept = CheckLabelsKept(plan, declarations, moment.expired_before_us); !kept.ok()) return kept;
  const std::string digest = DigestOf(request, plan.as_of, declarations);
  if (request.resume_token().empty()) {
    plan.begin.set_source_id(moment.source_id);
    plan.begin.set_request_digest(digest);
    plan.begin.set_log_position(moment.position);
    plan.begin.set_known_before_us(moment.known_before_us);
    plan.begin.set_now_us(moment.now_us);
    plan.begin.set_expired_before_us(moment.expired_before_us);
    return plan;
  }
  absl::StatusOr<storage::v1::TrainingSetPosition> begin = DecodeToken(request.resume_token());
  if (!begin.ok()) return begin.status();
  if (absl::Status unchanged = CheckUnchanged(*begin, digest, moment); !unchanged.ok()) return unchanged;
  plan.begin = *std::move(begin);
  return plan;
}

std::string EncodeTrainingSetToken(const storage::v1::TrainingSetPosition& position) {
  std::string token = EncodeRecord(position);
  Sha256Digest digest;
  const absl::string_view check = CheckOf(token, &digest);
  token.append(check.data(), check.size());
  return token;
}

}  // namespace ebb::feature_store
