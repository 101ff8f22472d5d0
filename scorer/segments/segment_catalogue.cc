#include "scorer/segments/segment_catalogue.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/digest.h"
#include "runtime/protobuf/text_file.h"
#include "scorer/segments/predicate_check.h"

namespace ebb::scorer {
namespace {

constexpr size_t kLongestSegmentName = 64;
constexpr int64_t kLongestStaySeconds = int64_t{31} * 24 * 3600;

bool IsSegmentName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestSegmentName &&
         absl::ascii_islower(static_cast<unsigned char>(name[0])) && std::ranges::all_of(name, [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
         });
}

const TextLocations* Nested(const TextLocations* where, const google::protobuf::Descriptor& descriptor,
                            const char* field, int index) {
  return where == nullptr ? nullptr : where->GetTreeForNested(descriptor.FindFieldByName(field), index);
}

void CheckRisk(const v1::RiskBands& risk, const TextLocations* where, std::vector<TextMistake>* mistakes) {
  const auto say = [&](const char* field, const std::string& rule) {
    mistakes->push_back(
        MistakeAt(*v1::RiskBands::descriptor(), field, -1, where, {}, absl::StrCat("risk: ", field, ": ", rule)));
  };
  const auto is_share = [](double value) { return value > 0 && value < 1; };
  if (risk.has_threshold() && !is_share(risk.threshold())) {
    say("threshold", absl::StrCat("must be above 0 and below 1, is ", risk.threshold()));
  }
  if (risk.has_leave_below() && !is_share(risk.leave_below())) {
    say("leave_below", absl::StrCat("must be above 0 and below 1, is ", risk.leave_below()));
  }
  if (risk.has_threshold() && risk.has_leave_below() && risk.leave_below() > risk.threshold()) {
    say("leave_below", absl::StrCat("is ", risk.leave_below(), ", above the threshold ", risk.threshold(),
                                    ": a customer would leave at once"));
  }
  const int64_t seconds = risk.least_stay().seconds();
  if (seconds < 0 || seconds > kLongestStaySeconds || risk.least_stay().nanos() < 0) {
    say("least_stay", absl::StrCat("must be from 0 to 31 days, is ", seconds, " s"));
  }
}

// Checks the segments one by one; what is declared before may be referred to.
class SegmentsCheck {
 public:
  SegmentsCheck(const v1::SegmentDeclarations& declarations, const TextLocations& locations,
                std::vector<TextMistake>* mistakes)
      : declarations_(declarations), locations_(locations), mistakes_(mistakes) {}

  void Run() {
    for (int i = 0; i < declarations_.segments_size(); ++i) {
      CheckOne(i);
      names_.push_back(declarations_.segments(i).name());
    }
    if (names_.size() > kMostSegments) {
      Say(static_cast<int>(kMostSegments), nullptr,
          absl::StrCat(names_.size(), " segments are declared, at most ", kMostSegments, " are allowed"));
    }
  }

 private:
  void CheckOne(int i) {
    const v1::SegmentDefinition& segment = declarations_.segments(i);
    if (!IsSegmentName(segment.name())) {
      Say(i, "name", "must be lower_snake_case beginning with a letter, 1 to 64 bytes");
    }
    if (std::ranges::find(names_, segment.name()) != names_.end()) Say(i, "name", "is declared twice");
    if (segment.target() && std::exchange(has_target_, true)) Say(i, "target", "another segment is the target already");
    const TextLocations* where = Of(i);
    TextMistake around = MistakeAt(*v1::SegmentDefinition::descriptor(), "who", -1, where, Place(i), "");
    CheckPredicate(segment.who(), names_, absl::StrCat("segment `", segment.name(), "`: who"),
                   Nested(where, *v1::SegmentDefinition::descriptor(), "who", -1), around, mistakes_);
  }

  const TextLocations* Of(int i) const {
    return Nested(&locations_, *v1::SegmentDeclarations::descriptor(), "segments", i);
  }
  TextMistake Place(int i) const {
    return MistakeAt(*v1::SegmentDeclarations::descriptor(), "segments", i, &locations_, {}, "");
  }
  void Say(int i, const char* field, const std::string& rule) {
    const std::string name = declarations_.segments(i).name();
    if (field == nullptr) {
      TextMistake mistake = Place(i);
      mistake.message = rule;
      mistakes_->push_back(std::move(mistake));
      return;
    }
    mistakes_->push_back(MistakeAt(*v1::SegmentDefinition::descriptor(), field, -1, Of(i), Place(i),
                                   absl::StrCat("segment `", name, "`: ", field, ": ", rule)));
  }

  const v1::SegmentDeclarations& declarations_;
  const TextLocations& locations_;
  std::vector<TextMistake>* const mistakes_;
  std::vector<std::string> names_;
  bool has_target_ = false;
};

}  // namespace

absl::StatusOr<SegmentCatalogue> SegmentCatalogue::Parse(std::string_view text, std::string_view file_name) {
  SegmentCatalogue catalogue;
  TextLocations locations;
  std::vector<TextMistake> mistakes;
  v1::SegmentDeclarations& declared = catalogue.declarations_;
  if (ParseTextFile(text, &declared, &locations, &mistakes)) {
    CheckRisk(declared.risk(), Nested(&locations, *v1::SegmentDeclarations::descriptor(), "risk", -1), &mistakes);
    SegmentsCheck(declared, locations, &mistakes).Run();
  }
  if (!mistakes.empty()) return MistakesStatus(std::move(mistakes), file_name);
  for (const v1::SegmentDefinition& segment : declared.segments()) catalogue.names_.push_back(segment.name());
  catalogue.digest_ = Sha256Hex(declared.SerializeAsString());
  return catalogue;
}

std::optional<size_t> SegmentCatalogue::IndexOf(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<size_t>(found - names_.begin());
}

absl::StatusOr<size_t> SegmentCatalogue::Find(std::string_view name) const {
  if (const std::optional<size_t> index = IndexOf(name)) return *index;
  return absl::NotFoundError(
      absl::StrCat("segment `", std::string(name.substr(0, 64)), "` is not declared; ",
                   names_.empty() ? "no segments are" : absl::StrCat("there are ", absl::StrJoin(names_, ", "))));
}

absl::StatusOr<std::shared_ptr<const SegmentCatalogue>> LoadSegments(const std::string& path) {
  std::string text(DefaultSegmentsText());
  if (!path.empty()) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat("--segments: cannot read ", path));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  auto catalogue = SegmentCatalogue::Parse(text, path.empty() ? "segments.textproto" : path);
  if (!catalogue.ok()) return catalogue.status();
  return std::make_shared<const SegmentCatalogue>(*std::move(catalogue));
}

}  // namespace ebb::scorer
