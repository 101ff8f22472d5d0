#include "model/explain/product_shapley.h"

#include <algorithm>

#include "model/arithmetic/lanes.h"

namespace ebb {
namespace {

constexpr size_t kBlock = 8;  // support vectors that are taken together
// One player of a block at one node; measured.
constexpr double kMicrosecondsAStep = 0.01;
constexpr size_t kMostKeptFactors = 8 << 20;  // 64 MiB of them

// Pairs are what every x86-64 processor has, so there is one body and the same bits everywhere.
typedef double Pair __attribute__((vector_size(16)));
typedef double UnalignedPair __attribute__((vector_size(16), aligned(8), may_alias));

// Written out: as loops they would stay in memory.
struct Block {
  Pair a, b, c, d;

  static Block Load(const double* from) {
    const auto* pairs = reinterpret_cast<const UnalignedPair*>(from);
    return {pairs[0], pairs[1], pairs[2], pairs[3]};
  }
  static Block Of(double value) {
    const Pair pair = {value, value};
    return {pair, pair, pair, pair};
  }
  double Sum() const {
    const Pair sum = (a + b) + (c + d);
    return sum[0] + sum[1];
  }
};

inline Block operator+(const Block& x, const Block& y) { return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d}; }
inline Block operator-(const Block& x, const Block& y) { return {x.a - y.a, x.b - y.b, x.c - y.c, x.d - y.d}; }
inline Block operator*(const Block& x, const Block& y) { return {x.a * y.a, x.b * y.b, x.c * y.c, x.d * y.d}; }

// What one explanation works on, a block a player each.
struct Scratch {
  explicit Scratch(size_t players)
      : background(players), difference(players), mixed(players), before(players), others(players), totals(players) {
    std::fill(totals.begin(), totals.end(), Block::Of(0));
  }
  std::vector<Block> background, difference, mixed, before, others, totals;
};

// Adds a block's products of all players but one at one point of the quadrature.
void AddNode(const QuadratureNode& node, Scratch& scratch) {
  const size_t players = scratch.mixed.size();
  const Block* const background = scratch.background.data();
  const Block* const difference = scratch.difference.data();
  Block* const mixed = scratch.mixed.data();
  Block* const before = scratch.before.data();
  Block* const others = scratch.others.data();
  const Block at = Block::Of(node.at);
  Block product = Block::Of(node.weight);
  for (size_t f = 0; f < players; ++f) {
    before[f] = product;
    const Block mix = background[f] + at * difference[f];
    mixed[f] = mix;
    product = product * mix;
  }
  product = Block::Of(1);
  for (size_t f = players; f-- > 0;) {
    others[f] = others[f] + before[f] * product;
    product = product * mixed[f];
  }
}

void AddBlock(const double* customer, const double* background, size_t stride, const Block& coefficients,
              std::span<const QuadratureNode> nodes, Scratch& scratch) {
  const size_t players = scratch.totals.size();
  for (size_t f = 0; f < players; ++f) {
    scratch.background[f] = Block::Load(background + f * stride);
    scratch.difference[f] = Block::Load(customer + f * stride) - scratch.background[f];
    scratch.others[f] = Block::Of(0);
  }
  for (const QuadratureNode& node : nodes) AddNode(node, scratch);
  for (size_t f = 0; f < players; ++f) {
    scratch.totals[f] = scratch.totals[f] + coefficients * (scratch.difference[f] * scratch.others[f]);
  }
}

}  // namespace

ProductShapley::ProductShapley(const SupportVectorClassifier& estimator, const Players& players,
                               const RowMatrix& background)
    : estimator_(estimator),
      background_(background),
      stride_((estimator.vectors.rows() + kBlock - 1) / kBlock * kBlock),
      players_(players.size()),
      coefficients_(estimator.coefficients),
      nodes_(GaussLegendre((players.size() + 1) / 2)) {
  coefficients_.resize(stride_);  // a block's empty places count nothing
  const size_t one_row = players.size() * stride_;
  if (background.rows() * one_row > kMostKeptFactors) return;
  kept_factors_.resize(background.rows() * one_row);
  for (size_t r = 0; r < background.rows(); ++r) {
    FillFactors(background.Row(r), players, {kept_factors_.data() + r * one_row, one_row});
  }
}

void ProductShapley::FillFactors(std::span<const double> row, const Players& players, std::span<double> factors) const {
  const Lanes& lanes = ChosenLanes();
  const ColumnMatrix& vectors = estimator_.vectors;
  std::vector<double> distances(vectors.stride());
  for (size_t f = 0; f < players.size(); ++f) {
    const std::span<double> of_player = factors.subspan(f * stride_, stride_);
    std::fill(of_player.begin(), of_player.end(), 0);
    for (const size_t c : players.ColumnsOf(f)) {
      lanes.squared_distance_to_columns(&row[c], vectors.data() + c * vectors.stride(), vectors.stride(), 1,
                                        distances.data());
      for (size_t i = 0; i < vectors.rows(); ++i) of_player[i] += distances[i];
    }
    for (double& value : of_player) value *= -estimator_.kernel.gamma;
    lanes.exp(of_player.data(), of_player.size());
  }
}

// For each pair of a background row and a block, each node of the quadrature meets each player.
double ProductShapley::EstimatedMicroseconds() const {
  const auto blocks = static_cast<double>(background_.rows() * (stride_ / kBlock));
  return blocks * static_cast<double>(nodes_.size()) * static_cast<double>(players_) * kMicrosecondsAStep;
}

void ProductShapley::Explain(std::span<const double> row, const Players& players,
                             std::span<double> contributions) const {
  const size_t one_row = players.size() * stride_;
  std::vector<double> customer(one_row), computed(kept_factors_.empty() ? one_row : 0);
  FillFactors(row, players, customer);
  Scratch scratch(players.size());
  for (size_t r = 0; r < background_.rows(); ++r) {
    if (kept_factors_.empty()) FillFactors(background_.Row(r), players, computed);
    const double* background = kept_factors_.empty() ? computed.data() : kept_factors_.data() + r * one_row;
    for (size_t i = 0; i < stride_; i += kBlock) {
      AddBlock(customer.data() + i, background + i, stride_, Block::Load(coefficients_.data() + i), nodes_, scratch);
    }
  }
  for (size_t f = 0; f < players.size(); ++f) {
    contributions[f] += scratch.totals[f].Sum() / static_cast<double>(background_.rows());
  }
}

}  // namespace ebb
