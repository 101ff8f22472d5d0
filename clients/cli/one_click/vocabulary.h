// Understands the words of a shop's files, in Russian or English, whatever their case and in spite of small typing
// errors.
//
// A word that is declared is taken as it is. Otherwise, in this order: equal but for case, spaces, underscores and
// hyphens; then the one term nearest by edit distance: 1 for words of 4 characters or more, 2 from 14 on, shorter words
// never, and never where digits differ (6_мес is not a misspelt 3_мес). Two terms equally near are no answer. Two edits
// are too many for a short word: `не` before it would turn it into its opposite.
//
// Immutable once made; safe from any thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace ebb::one_click {

enum class RepairKind { kNone, kLetterCase, kTypo };

// What a word was taken for.
struct WordMatch {
  std::string name;      // the term's name, or the word itself in an open set
  std::string spelling;  // the declared spelling it was taken for
  RepairKind repair = RepairKind::kNone;
};

// The terms among which a word is looked for.
class TermSet {
 public:
  void Add(std::string_view name, std::string_view spelling);

  // NOT_FOUND if nothing is near, FAILED_PRECONDITION if several terms are equally near; the message is the rule alone.
  absl::StatusOr<WordMatch> Find(std::string_view word) const;

  // The terms' names, each once, in the order declared.
  std::vector<std::string> Names() const;

  // All spellings of one term, in the order declared.
  std::vector<std::string> Spellings(const std::string& name) const;

  // Names with their first other spelling, such as: standard (стандарт) or premium (премиум).
  std::string Choices() const;

  // Name of the term that has this spelling but for case and spaces; empty if none has.
  std::string Owner(std::string_view spelling) const;

 private:
  struct Spelling {
    std::string name;
    std::string text;
    std::u32string folded;
  };
  std::vector<Spelling> spellings_;
};

class Vocabulary {
 public:
  // INVALID_ARGUMENT with `source`, line and rule for text that is not a vocabulary.
  static absl::StatusOr<Vocabulary> Parse(std::string_view text_proto, std::string_view source);

  // deploy/one_click_vocabulary.textproto as it was at build time.
  static const Vocabulary& Default();

  const TermSet& columns() const { return columns_; }

  // The words of a column. As TermSet::Find, but an open set takes an unknown word as it is.
  absl::StatusOr<WordMatch> FindValue(const std::string& column, std::string_view word) const;

  // Names of the column's terms; none if it has no declared words.
  std::vector<std::string> ValueNames(const std::string& column) const;

 private:
  struct ValueTerms {
    TermSet terms;
    bool open = false;
  };
  TermSet columns_;
  std::map<std::string, ValueTerms> values_;
};

}  // namespace ebb::one_click
