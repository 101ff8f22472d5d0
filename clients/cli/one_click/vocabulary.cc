#include "clients/cli/one_click/vocabulary.h"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "clients/cli/edit_distance.h"
#include "clients/cli/one_click/cell_error.h"
#include "clients/cli/one_click/default_vocabulary.h"
#include "clients/cli/one_click/unicode_text.h"
#include "clients/cli/one_click/vocabulary.pb.h"

namespace ebb::one_click {
namespace {

constexpr size_t kShortestRepairable = 4;
constexpr size_t kLongWord = 14;

size_t AllowedEdits(const std::u32string& word) {
  return word.size() < kShortestRepairable ? 0 : word.size() < kLongWord ? 1 : 2;
}

std::u32string Digits(const std::u32string& word) {
  std::u32string digits;
  std::copy_if(word.begin(), word.end(), std::back_inserter(digits), [](char32_t c) { return c >= '0' && c <= '9'; });
  return digits;
}

// Keeps the first error of a text proto, with its place.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = fmt::format("line {}, character {}: {}", line + 1, column + 1, message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::Status AddTerm(const Term& term, std::string_view source, TermSet& set) {
  if (term.name().empty()) return LineError(source, 0, "a term without a name: every term needs one");
  std::vector<std::string> spellings(term.spellings().begin(), term.spellings().end());
  if (std::find(spellings.begin(), spellings.end(), term.name()) == spellings.end()) spellings.push_back(term.name());
  for (const std::string& spelling : spellings) {
    const std::string owner = set.Owner(spelling);
    if (FoldForComparison(spelling).empty() || (!owner.empty() && owner != term.name())) {
      return LineError(source, 0,
                       fmt::format("spelling \"{}\" of \"{}\": must not be empty nor belong to another term (\"{}\")",
                                   Shown(spelling), Shown(term.name()), Shown(owner)));
    }
    set.Add(term.name(), spelling);
  }
  return absl::OkStatus();
}

}  // namespace

void TermSet::Add(std::string_view name, std::string_view spelling) {
  spellings_.push_back({std::string(name), std::string(spelling), FoldForComparison(spelling)});
}

std::vector<std::string> TermSet::Names() const {
  std::vector<std::string> names;
  for (const Spelling& s : spellings_) {
    if (names.empty() || names.back() != s.name) names.push_back(s.name);
  }
  return names;
}

std::vector<std::string> TermSet::Spellings(const std::string& name) const {
  std::vector<std::string> spellings;
  for (const Spelling& s : spellings_) {
    if (s.name == name) spellings.push_back(s.text);
  }
  return spellings;
}

std::string TermSet::Owner(std::string_view spelling) const {
  const std::u32string folded = FoldForComparison(spelling);
  const auto found =
      std::find_if(spellings_.begin(), spellings_.end(), [&](const Spelling& s) { return s.folded == folded; });
  return found == spellings_.end() ? "" : found->name;
}

absl::StatusOr<WordMatch> TermSet::Find(std::string_view word) const {
  for (const Spelling& s : spellings_) {
    if (s.text == word) return WordMatch{s.name, s.text, RepairKind::kNone};
  }
  const std::u32string folded = FoldForComparison(word);
  const Spelling* nearest = nullptr;
  bool ambiguous = false;
  size_t best = AllowedEdits(folded) + 1;
  for (const Spelling& s : spellings_) {
    if (s.folded == folded) return WordMatch{s.name, s.text, RepairKind::kLetterCase};
    const size_t allowed = std::min(AllowedEdits(folded), AllowedEdits(s.folded));
    const size_t distance = EditDistance(folded, s.folded, allowed);
    if (distance > allowed || distance > best || Digits(s.folded) != Digits(folded)) continue;
    ambiguous = distance == best ? ambiguous || nearest->name != s.name : false;
    if (distance < best || nearest == nullptr) nearest = &s;
    best = distance;
  }
  if (nearest == nullptr) return absl::NotFoundError(fmt::format("must be {}", Choices()));
  if (ambiguous)
    return absl::FailedPreconditionError(fmt::format("is equally near to several words: must be {}", Choices()));
  return WordMatch{nearest->name, nearest->text, RepairKind::kTypo};
}

std::string TermSet::Choices() const {
  std::vector<std::string> choices;
  for (const std::string& name : Names()) {
    const std::string shown = Spellings(name).front();
    choices.push_back(shown == name ? name : fmt::format("{} ({})", name, shown));
  }
  if (choices.size() == 1) return choices[0];
  const std::string last = choices.back();
  choices.pop_back();
  return fmt::format("{} or {}", fmt::join(choices, ", "), last);
}

absl::StatusOr<Vocabulary> Vocabulary::Parse(std::string_view text_proto, std::string_view source) {
  VocabularyFile file;
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(std::string(text_proto), &file)) return LineError(source, 0, error.text());
  Vocabulary vocabulary;
  for (const Term& column : file.columns()) {
    absl::Status status = AddTerm(column, source, vocabulary.columns_);
    if (!status.ok()) return status;
  }
  for (const ValueSet& set : file.value_sets()) {
    if (vocabulary.columns_.Owner(set.column()) != set.column() || set.terms().empty() ||
        vocabulary.values_.contains(set.column())) {
      return LineError(
          source, 0,
          fmt::format("value_sets \"{}\": must name a declared column, once, and have terms", Shown(set.column())));
    }
    ValueTerms& values = vocabulary.values_[set.column()];
    values.open = set.open();
    for (const Term& term : set.terms()) {
      absl::Status status = AddTerm(term, source, values.terms);
      if (!status.ok()) return status;
    }
  }
  return vocabulary;
}

const Vocabulary& Vocabulary::Default() {
  static const Vocabulary* const vocabulary = [] {
    absl::StatusOr<Vocabulary> parsed = Parse(kDefaultVocabulary, "deploy/one_click_vocabulary.textproto");
    if (!parsed.ok()) {  // It is part of this program, and a test reads it: a broken one cannot be shipped.
      std::cerr << parsed.status() << '\n';
      std::abort();
    }
    return new Vocabulary(*std::move(parsed));
  }();
  return *vocabulary;
}

std::vector<std::string> Vocabulary::ValueNames(const std::string& column) const {
  const auto values = values_.find(column);
  return values == values_.end() ? std::vector<std::string>() : values->second.terms.Names();
}

absl::StatusOr<WordMatch> Vocabulary::FindValue(const std::string& column, std::string_view word) const {
  const auto values = values_.find(column);
  if (values == values_.end()) return WordMatch{std::string(word), std::string(word), RepairKind::kNone};
  absl::StatusOr<WordMatch> match = values->second.terms.Find(word);
  if (!match.ok() && values->second.open) return WordMatch{std::string(word), std::string(word), RepairKind::kNone};
  return match;
}

}  // namespace ebb::one_click
