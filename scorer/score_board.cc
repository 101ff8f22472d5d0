#include "scorer/score_board.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ebb::scorer {

static_assert(sizeof(CustomerScore) == 136, "the header states the memory of a customer");

size_t ScoreBoard::size() const {
  ReaderMutexLock lock(&mutex_);
  return scores_.size();
}

size_t ScoreBoard::scored() const {
  ReaderMutexLock lock(&mutex_);
  return scored_;
}

int64_t ScoreBoard::last_sequence() const {
  ReaderMutexLock lock(&mutex_);
  return static_cast<int64_t>(changes_.last_sequence());
}

std::optional<uint32_t> ScoreBoard::Find(std::string_view customer_id) const {
  ReaderMutexLock lock(&mutex_);
  const auto found = index_.find(customer_id);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::string ScoreBoard::NameOf(uint32_t customer) const {
  ReaderMutexLock lock(&mutex_);
  return ids_[customer];
}

CustomerScore ScoreBoard::Get(uint32_t customer) const {
  ReaderMutexLock lock(&mutex_);
  return scores_[customer];
}

std::vector<std::optional<ScoreBoard::Named>> ScoreBoard::Look(std::span<const std::string> customer_ids) const {
  std::vector<std::optional<Named>> found(customer_ids.size());
  ReaderMutexLock lock(&mutex_);
  for (size_t i = 0; i < customer_ids.size(); ++i) {
    const auto place = index_.find(customer_ids[i]);
    if (place == index_.end() || !scores_[place->second].scored()) continue;
    found[i] = Named{.customer_id = customer_ids[i], .score = scores_[place->second]};
  }
  return found;
}

std::vector<ScoreBoard::Named> ScoreBoard::List(uint32_t first, size_t limit, uint32_t* next) const {
  std::vector<Named> page;
  ReaderMutexLock lock(&mutex_);
  uint32_t customer = first;
  for (; customer < scores_.size() && page.size() < limit; ++customer) {
    if (scores_[customer].scored()) page.push_back({.customer_id = ids_[customer], .score = scores_[customer]});
  }
  *next = customer;
  return page;
}

void ScoreBoard::ForEachScored(const std::function<void(const std::string&, const CustomerScore&)>& visit) const {
  ReaderMutexLock lock(&mutex_);
  for (size_t i = 0; i < scores_.size(); ++i) {
    if (scores_[i].scored()) visit(ids_[i], scores_[i]);
  }
}

ScoreBoard::Step ScoreBoard::Next(const Position& position, const Filter& passes, size_t max_looks) const {
  Step step{.position = position, .found = std::nullopt, .at_end = false};
  // Nearly always the first change passes; only a rare filter makes it worth fetching many.
  size_t fetch = 1;
  ReaderMutexLock lock(&mutex_);
  for (size_t looks = 0; looks < max_looks; fetch = 64) {
    const std::vector<Position> changes = changes_.ReadAfter(step.position, fetch);
    for (const Position& change : changes) {
      step.position = change;
      ++looks;
      if (!scores_[change.id].scored() || !passes(change.id, ids_[change.id], scores_[change.id])) continue;
      step.found = Named{.customer_id = ids_[change.id], .score = scores_[change.id]};
      return step;
    }
    if (changes.size() < fetch) {
      step.at_end = true;
      return step;
    }
  }
  return step;
}

void ScoreBoard::Apply(std::vector<Update> updates) {
  MutexLock lock(&mutex_);
  for (Update& update : updates) {
    if (update.customer == scores_.size()) {
      Add(std::move(update.customer_id), update.score);
    } else {
      scored_ += update.score.scored() - scores_[update.customer].scored();
      scores_[update.customer] = update.score;
    }
    if (update.published) changes_.TouchAt(update.customer, static_cast<uint64_t>(update.score.sequence));
  }
}

std::vector<uint32_t> ScoreBoard::FindAll(const std::function<bool(const std::string&)>& passes) const {
  std::vector<uint32_t> found;
  ReaderMutexLock lock(&mutex_);
  for (uint32_t customer = 0; customer < ids_.size(); ++customer) {
    if (!ids_[customer].empty() && passes(ids_[customer])) found.push_back(customer);
  }
  return found;
}

std::vector<uint32_t> ScoreBoard::FindScored(const std::function<bool(const CustomerScore&)>& passes) const {
  std::vector<uint32_t> found;
  ReaderMutexLock lock(&mutex_);
  for (uint32_t customer = 0; customer < scores_.size(); ++customer) {
    if (scores_[customer].scored() && passes(scores_[customer])) found.push_back(customer);
  }
  return found;
}

void ScoreBoard::Erase(const std::vector<uint32_t>& customers) {
  MutexLock lock(&mutex_);
  for (const uint32_t customer : customers) {
    index_.erase(ids_[customer]);  // it borrows the text
    ids_[customer] = std::string();
    scored_ -= scores_[customer].scored();
    scores_[customer] = CustomerScore();
  }
}

absl::Status ScoreBoard::Restore(std::vector<Named> customers, int64_t last_sequence) {
  MutexLock lock(&mutex_);
  std::vector<ChangeList::Entry> changes;
  for (Named& customer : customers) {
    if (index_.contains(customer.customer_id)) {
      return absl::DataLossError(
          absl::StrCat("score table: customer number ", scores_.size(), " has the identifier of another one"));
    }
    if (customer.score.scored()) {
      changes.push_back(
          {.id = static_cast<uint32_t>(scores_.size()), .sequence = static_cast<uint64_t>(customer.score.sequence)});
    }
    Add(std::move(customer.customer_id), customer.score);
  }
  return changes_.Restore(std::move(changes), static_cast<uint64_t>(last_sequence));
}

void ScoreBoard::Add(std::string customer_id, const CustomerScore& score) {
  ids_.push_back(std::move(customer_id));
  scores_.push_back(score);
  scored_ += score.scored();
  if (!ids_.back().empty()) index_.emplace(ids_.back(), static_cast<uint32_t>(scores_.size() - 1));
}

}  // namespace ebb::scorer
